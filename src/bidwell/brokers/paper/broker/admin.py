"""Set-up of the paper venue: accounts, market speed, fault scripts, and its own books to judge by."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from bidwell.brokers.paper import wire
from bidwell.brokers.paper.client import Line
from bidwell.brokers.paper.config import PaperConfig
from bidwell.engine.ports import Entropy
from bidwell.model.errors import ProtocolError

_DECODER: msgspec.json.Decoder[wire.FeedReport] = msgspec.json.Decoder(wire.FeedReport)


class PaperAdmin:
    """The venue's admin role over one connection, between `connect` and `close`.

    Requests raise Unavailable when the session is down and Refused when the venue says no. What is asked
    for by `dump` comes as decoded JSON: decimals are text there (docs/paper-venue.md).
    """

    def __init__(self, config: PaperConfig, entropy: Entropy) -> None:
        self._line: Line[wire.FeedReport] = Line(config, wire.Login(config.token, "admin"), _DECODER, self, entropy)

    async def connect(self) -> None:
        """Open the connection and keep it open."""
        await self._line.open()

    async def close(self) -> None:
        """End the connection."""
        await self._line.close()

    async def open_account(
        self,
        account: str,
        currency: str,
        cash: Decimal,
        *,
        leverage: Decimal = Decimal(1),
        quantity_step: Decimal | None = None,
        models: dict[str, object] | None = None,
    ) -> bool:
        """Open an account with cash in its base currency; False when it is there already, unchanged."""
        arguments: dict[str, object] = {"account": account, "currency": currency, "cash": cash, "leverage": leverage}
        if quantity_step is not None:
            arguments["quantity_step"] = quantity_step
        if models is not None:
            arguments["models"] = models
        return bool((await self.request("open_account", arguments))["opened"])

    async def move_cash(self, account: str, currency: str, amount: Decimal) -> None:
        """Pay in (positive) or out (negative) by hand."""
        await self.request("move_cash", {"account": account, "currency": currency, "amount": amount})

    async def set_speed(self, speed: float) -> None:
        """Run the market at `speed` market seconds per second."""
        await self.request("speed", {"speed": speed})

    async def set_faults(self, script: dict[str, object]) -> None:
        """Replace the fault script; {} ends all faults."""
        await self.request("faults", {"script": script})

    async def mute_feed(self, seconds: float) -> None:
        """Keep the feed's connections open and silent for a while."""
        await self.request("mute_feed", {"seconds": seconds})

    async def place(self, account: str, ticket: wire.Ticket) -> str:
        """Place an order by hand, as if at the venue's own screen: it has no client id; answers the venue's id."""
        order = {name: value for name, value in msgspec.to_builtins(ticket).items() if name != "client_order_id"}
        return str((await self.request("place", {"account": account, "order": order}))["broker_order_id"])

    async def take_off(self, account: str, broker_order_id: str) -> None:
        """Cancel an order by hand, as if at the venue's own screen."""
        await self.request("take_off", {"account": account, "broker_order_id": broker_order_id})

    async def push_quotes(self, rows: list[wire.WireQuote]) -> None:
        """Say quotes into a scripted market."""
        await self.request("quotes", {"quotes": rows})

    async def dump(self, account: str = "") -> dict[str, Any]:
        """The venue's own books, of one account or of all."""
        return await self.request("dump", {"account": account})

    async def names(self, account: str) -> dict[str, Any]:
        """The ids of an account's orders, and how often each was submitted."""
        return await self.request("names", {"account": account})

    async def request(self, what: str, arguments: dict[str, object]) -> dict[str, Any]:
        """Any admin request by name; raises Refused when the venue says no."""
        answer = await self._line.ask(lambda number: wire.Admin(number, what, arguments))
        if not isinstance(answer, wire.Answer):
            raise ProtocolError(f"{what} was answered with {type(answer).__name__}")
        decoded: dict[str, Any] = msgspec.json.decode(answer.value)
        return decoded

    # what the line tells

    def on_up(self, _welcome: wire.Welcome) -> None:
        """Requests may leave."""

    def on_down(self, _reason: str) -> None:
        """Requests raise Unavailable until the line is mended."""

    def on_report(self, report: wire.FeedReport) -> None:
        """Nothing comes unasked on this connection."""
        raise ProtocolError(f"{type(report).__name__} was not asked for")
