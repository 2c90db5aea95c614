"""Performance metrics: pure functions of arrays, each with its formula and source in its docstring.

Entry points: `metrics.<name>(returns, …)`; `METRICS`, the table of all of them with group, unit and source.

Invariants: returns are simple returns by period, as fractions; NaN values are left out; what is undefined is NaN;
annual figures take `periods_per_year`, 252 unless given. Nothing is rounded.
"""

from __future__ import annotations

from bidwell.analytics.metrics.definition import METRICS as METRICS
from bidwell.analytics.metrics.definition import Metric as Metric
from bidwell.analytics.metrics.drawdowns import average_drawdown as average_drawdown
from bidwell.analytics.metrics.drawdowns import burke_ratio as burke_ratio
from bidwell.analytics.metrics.drawdowns import calmar_ratio as calmar_ratio
from bidwell.analytics.metrics.drawdowns import conditional_drawdown as conditional_drawdown
from bidwell.analytics.metrics.drawdowns import drawdowns as drawdowns
from bidwell.analytics.metrics.drawdowns import longest_drawdown as longest_drawdown
from bidwell.analytics.metrics.drawdowns import martin_ratio as martin_ratio
from bidwell.analytics.metrics.drawdowns import max_drawdown as max_drawdown
from bidwell.analytics.metrics.drawdowns import pain_index as pain_index
from bidwell.analytics.metrics.drawdowns import pain_ratio as pain_ratio
from bidwell.analytics.metrics.drawdowns import recovery_factor as recovery_factor
from bidwell.analytics.metrics.drawdowns import time_under_water as time_under_water
from bidwell.analytics.metrics.drawdowns import ulcer_index as ulcer_index
from bidwell.analytics.metrics.performance import adjusted_sharpe as adjusted_sharpe
from bidwell.analytics.metrics.performance import annual_volatility as annual_volatility
from bidwell.analytics.metrics.performance import autocorrelation as autocorrelation
from bidwell.analytics.metrics.performance import best_return as best_return
from bidwell.analytics.metrics.performance import cagr as cagr
from bidwell.analytics.metrics.performance import cumulative_returns as cumulative_returns
from bidwell.analytics.metrics.performance import downside_risk as downside_risk
from bidwell.analytics.metrics.performance import gain_loss_ratio as gain_loss_ratio
from bidwell.analytics.metrics.performance import gain_to_pain as gain_to_pain
from bidwell.analytics.metrics.performance import geometric_mean as geometric_mean
from bidwell.analytics.metrics.performance import kappa_three as kappa_three
from bidwell.analytics.metrics.performance import mean_annual_return as mean_annual_return
from bidwell.analytics.metrics.performance import omega_ratio as omega_ratio
from bidwell.analytics.metrics.performance import positive_periods as positive_periods
from bidwell.analytics.metrics.performance import probabilistic_sharpe as probabilistic_sharpe
from bidwell.analytics.metrics.performance import sharpe_ratio as sharpe_ratio
from bidwell.analytics.metrics.performance import simple_returns as simple_returns
from bidwell.analytics.metrics.performance import sortino_ratio as sortino_ratio
from bidwell.analytics.metrics.performance import stability as stability
from bidwell.analytics.metrics.performance import total_return as total_return
from bidwell.analytics.metrics.performance import worst_return as worst_return
from bidwell.analytics.metrics.relative import active_return as active_return
from bidwell.analytics.metrics.relative import alpha as alpha
from bidwell.analytics.metrics.relative import batting_average as batting_average
from bidwell.analytics.metrics.relative import beta as beta
from bidwell.analytics.metrics.relative import beta_fragility as beta_fragility
from bidwell.analytics.metrics.relative import correlation as correlation
from bidwell.analytics.metrics.relative import down_capture as down_capture
from bidwell.analytics.metrics.relative import excess_sharpe as excess_sharpe
from bidwell.analytics.metrics.relative import information_ratio as information_ratio
from bidwell.analytics.metrics.relative import m_squared as m_squared
from bidwell.analytics.metrics.relative import r_squared as r_squared
from bidwell.analytics.metrics.relative import tracking_error as tracking_error
from bidwell.analytics.metrics.relative import treynor_ratio as treynor_ratio
from bidwell.analytics.metrics.relative import up_capture as up_capture
from bidwell.analytics.metrics.rolling import rolling_alpha as rolling_alpha
from bidwell.analytics.metrics.rolling import rolling_beta as rolling_beta
from bidwell.analytics.metrics.rolling import rolling_sharpe as rolling_sharpe
from bidwell.analytics.metrics.rolling import rolling_volatility as rolling_volatility
from bidwell.analytics.metrics.tails import conditional_value_at_risk as conditional_value_at_risk
from bidwell.analytics.metrics.tails import entropic_value_at_risk as entropic_value_at_risk
from bidwell.analytics.metrics.tails import first_lower_partial_moment as first_lower_partial_moment
from bidwell.analytics.metrics.tails import kurtosis as kurtosis
from bidwell.analytics.metrics.tails import mean_absolute_deviation as mean_absolute_deviation
from bidwell.analytics.metrics.tails import mean_return as mean_return
from bidwell.analytics.metrics.tails import modified_value_at_risk as modified_value_at_risk
from bidwell.analytics.metrics.tails import semi_deviation as semi_deviation
from bidwell.analytics.metrics.tails import semi_variance as semi_variance
from bidwell.analytics.metrics.tails import skewness as skewness
from bidwell.analytics.metrics.tails import tail_ratio as tail_ratio
from bidwell.analytics.metrics.tails import value_at_risk as value_at_risk
from bidwell.analytics.metrics.trips import average_loss as average_loss
from bidwell.analytics.metrics.trips import average_win as average_win
from bidwell.analytics.metrics.trips import expectancy as expectancy
from bidwell.analytics.metrics.trips import kelly_fraction as kelly_fraction
from bidwell.analytics.metrics.trips import largest_loss as largest_loss
from bidwell.analytics.metrics.trips import largest_win as largest_win
from bidwell.analytics.metrics.trips import longest_losing_streak as longest_losing_streak
from bidwell.analytics.metrics.trips import longest_winning_streak as longest_winning_streak
from bidwell.analytics.metrics.trips import payoff_ratio as payoff_ratio
from bidwell.analytics.metrics.trips import profit_factor as profit_factor
from bidwell.analytics.metrics.trips import system_quality as system_quality
from bidwell.analytics.metrics.trips import win_rate as win_rate
