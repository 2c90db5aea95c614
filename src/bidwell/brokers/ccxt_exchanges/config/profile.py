"""What differs between exchanges behind one unified library, as data: names of parameters, hosts, what is offered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bidwell.brokers.transport import Guide, Limits
from bidwell.engine.ports import DedupeScope
from bidwell.model.terms import OrderType, TimeInForce

AMOUNT = "{amount}"
"""Stands for an order's quantity in what a market order to buy needs."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """How one order is read by our own id: parameters in which `{name}` stands for it.

    Without parameters the exchange cannot: its open and closed orders are listed, with `listed` as parameters, and
    looked through.
    """

    params: Mapping[str, Any] = field(default_factory=dict)
    listed: Mapping[str, Any] = field(default_factory=dict)

    def of(self, name: str) -> dict[str, Any]:
        """The parameters for one of our ids."""
        return _filled(self.params, name)

    def listing(self, name: str) -> dict[str, Any]:
        """The parameters with which the lists are asked for one of our ids."""
        return _filled(self.listed, name)


def _filled(params: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: name if value == "{name}" else value for key, value in params.items()}


@dataclass(frozen=True, slots=True)
class Profile:
    """One exchange.

    `id` is the library's name of it and ours, `venue` the second half of its instruments' ids. `submit`, `cancel` and
    `find` say how our own id goes out: what the library sends for its unified parameter is wrong on some exchanges.
    `market_buy` is what a market order to buy an amount of the coin needs. `writes` and `cancels` match "METHOD /path" of requests that change something. `by_symbol`: closed
    orders and fills are told for one pair at a time. `stream_fills`: the order stream tells executions with their ids,
    else they are read. `paced`: reads keep to the library's weights too. `in_turn`: its requests carry rising numbers and go one at a time. A list tells `page` rows at
    once, the next ones by `offset` or by time, that of open orders `open_page` (None: all), and not what is older than `reach`. At `login_url` a person makes a key.
    """

    id: str
    title: str
    venue: str
    guide: Guide
    hosts: frozenset[str]
    options: Mapping[str, Any]
    order_types: frozenset[OrderType]
    times_in_force: frozenset[TimeInForce]
    dedupe_scope: DedupeScope
    replace: bool
    rate: Limits
    submit: str
    cancel: str
    find: Lookup
    market_buy: Mapping[str, Any]
    writes: re.Pattern[str]
    cancels: re.Pattern[str]
    by_symbol: bool = False
    stream_fills: bool = True
    in_turn: bool = False
    paced: bool = True
    page: int = 100
    offset: str = ""
    open_page: int | None = None
    reach: timedelta | None = None
    login_url: str = ""
