"""Whether an account can carry an order: margin in its base currency, positions and open orders included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bidwell.model.instrument import Future, Instrument
from bidwell.model.market import Quote
from bidwell.model.money import ZERO, Rates
from bidwell.model.terms import OrderType, Side
from bidwell.simulation.orders import Ticket, VenueAccount, VenueOrder


@dataclass(frozen=True, slots=True)
class Need:
    """What an order asks for: the `opening` part of its quantity, `margin` per unit and the money for the rest."""

    opening: Decimal
    margin: Decimal
    required: Decimal


def mark(quote: Quote) -> Decimal:
    """What a position is valued at: the last price, else the middle."""
    return quote.last if quote.last > 0 else quote.mid


class Margin:
    """Money questions about accounts, answered from the newest quotes and rates.

    Raises CurrencyMismatch where a rate is not known.
    """

    def __init__(
        self, instruments: Mapping[str, Instrument], quotes: Mapping[str, Quote], rates: Callable[[], Rates]
    ) -> None:
        self._instruments = instruments
        self._quotes = quotes
        self._rates = rates

    def unit(self, account: VenueAccount, instrument: Instrument, price: Decimal) -> Decimal:
        """Margin for one unit at `price`, in the account's currency: notional over leverage, or a future's own."""
        rate = self._rates().rate(instrument.currency, account.spec.currency)
        contract = instrument.contract
        if isinstance(contract, Future) and contract.initial_margin is not None:
            return contract.initial_margin * rate
        return price * instrument.multiplier * rate / account.spec.leverage

    def equity(self, account: VenueAccount) -> Decimal:
        """Cash and positions in the account's currency, at the newest marks."""
        rates, base = self._rates(), account.spec.currency
        worth = sum((amount * rates.rate(currency, base) for currency, amount in account.cash.items()), ZERO)
        for name, holding in account.holdings.items():
            instrument = self._instruments[name]
            value = holding.quantity * self._mark(name, holding.cost, holding.quantity)
            if not instrument.settles_notional:
                value -= holding.cost
            worth += value * instrument.multiplier * rates.rate(instrument.currency, base)
        return worth

    def free(self, account: VenueAccount) -> Decimal:
        """Equity that neither positions nor open orders bind."""
        bound = sum(
            (
                abs(holding.quantity)
                * self.unit(account, self._instruments[name], self._mark(name, holding.cost, holding.quantity))
                for name, holding in account.holdings.items()
            ),
            account.reserved,
        )
        return self.equity(account) - bound

    def need(
        self, account: VenueAccount, instrument: Instrument, ticket: Ticket, opening: Decimal, price: Decimal
    ) -> Need:
        """What an order costs of the free equity: its opening part, less what its closing part sets free."""
        margin = self.unit(account, instrument, price) if opening else ZERO
        closing = ticket.quantity - opening
        freed = closing * self.unit(account, instrument, price) if closing and opening else ZERO
        return Need(opening, margin, max(margin * opening - freed, ZERO))

    def _mark(self, name: str, cost: Decimal, quantity: Decimal) -> Decimal:
        quote = self._quotes.get(name)
        return cost / quantity if quote is None else mark(quote)


def opening_quantity(account: VenueAccount, ticket: Ticket, working: Iterable[tuple[VenueOrder, Decimal]]) -> Decimal:
    """How much of a new order would open rather than reduce, open orders on its side going first.

    `working` are the account's open orders of this instrument and side with what each may fill now; exits of
    one group take the position once.
    """
    quantity = ticket.quantity
    holding = account.holdings.get(ticket.instrument)
    closable = -ticket.side.sign * holding.quantity if holding else ZERO
    if closable <= 0:
        return quantity
    taken: dict[str, Decimal] = {}
    for order, active in working:
        key = order.group or order.broker_order_id
        taken[key] = max(taken.get(key, ZERO), active - order.opening)
    return max(quantity - max(closable - sum(taken.values(), ZERO), ZERO), ZERO)


def worst_price(ticket: Ticket, quote: Quote | None) -> Decimal | None:
    """The price at which an order is reckoned before it fills: its limit, else the worse of stop and touch."""
    if ticket.limit_price is not None:
        return ticket.limit_price
    near = None if quote is None else (quote.ask if ticket.side is Side.BUY else quote.bid)
    if near is not None and near <= 0:
        near = None
    if ticket.order_type is OrderType.STOP and ticket.stop_price is not None:
        return ticket.stop_price if near is None or ticket.side is Side.SELL else max(ticket.stop_price, near)
    return near
