"""TopstepX's prices as a feed: the market hub, by contract."""

from __future__ import annotations

from collections.abc import Iterable

from bidwell.brokers.topstepx import hub, wire
from bidwell.brokers.topstepx.broker.market import TopstepxMarket
from bidwell.brokers.topstepx.config import TopstepxConfig
from bidwell.brokers.topstepx.parse import Touch
from bidwell.brokers.topstepx.symbols import SymbolBook
from bidwell.brokers.transport import PriceFeed, Socket, Stream, decoder, read
from bidwell.engine.ports import Clock, Entropy
from bidwell.model.errors import Missing, ProtocolError, Refused
from bidwell.model.ids import InstrumentId

_WHAT = "the market hub"
_CONTRACT = decoder(str)
_QUOTE = decoder(wire.Quote)
_TRADES = decoder(list[wire.MarketTrade | None] | wire.MarketTrade | None)  # type: ignore[arg-type]  # a union is no class
_METHODS = ("SubscribeContractQuotes", "SubscribeContractTrades")


class TopstepxFeed(PriceFeed):
    """The Feed port for the instruments that are followed; a quote is whole once bid, offer and a last price came."""

    def __init__(
        self, config: TopstepxConfig, market: TopstepxMarket, symbols: SymbolBook, clock: Clock, entropy: Entropy
    ) -> None:
        super().__init__("TopstepX")
        self._config = config
        self._market = market
        self._book = symbols
        self._clock = clock
        self._stream = Stream(market.client.http, self._url, self, entropy, config.stream)
        self._wanted: dict[str, InstrumentId] = {}
        self._touches: dict[str, Touch] = {}
        self._calls = 1000
        self._opened = False

    async def _begin(self) -> None:
        self._market.open()
        await self.follow([])

    async def close(self) -> None:
        """End the hub and what it asks with."""
        self._opened = False
        await self._stream.close()
        await self._market.close()

    async def follow(self, instruments: Iterable[InstrumentId]) -> None:
        """Quote these too; those that TopstepX does not trade are left out. Raises Unavailable or Refused."""
        fresh = {}
        for each in instruments:
            try:
                contract = await self._market.symbol(each)
            except Missing:
                continue
            if contract not in self._wanted:
                fresh[contract] = each
        self._wanted |= fresh
        if not self._opened and self._wanted:
            await self._stream.open()
            self._opened = True
            return
        # A hub that is being mended subscribes to them when it is back.
        for contract in fresh if self._stream.is_up else ():
            for method in _METHODS:
                self._calls += 1
                await self._stream.say(hub.invocation(self._calls, method, contract))

    async def _url(self) -> str:
        return self._config.hub_url("market", await self._market.client.token())

    # --- transport.Ear ----------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """Shake hands and subscribe to everything that is followed."""
        calls = [(method, (contract,)) for contract in self._wanted for method in _METHODS]
        for event in await hub.greet(socket, calls, _WHAT):
            self._event(event)

    def hear(self, frame: bytes | str) -> None:
        """A frame of one or several messages."""
        changed: dict[str, None] = {}
        for message in hub.messages(frame, f"a message of {_WHAT}"):
            hub.closed_or_refused(message, _WHAT)
            if message.type == hub.EVENT:
                contract = self._event(message)
                if contract:
                    changed[contract] = None
        self._tell_changed(changed)

    def up(self) -> None:
        """The prices go on; those of before are told again with the first change."""
        self.on_state(connected=True, detail=f"{len(self._wanted)} contracts")

    def refused(self, problem: Refused) -> None:
        """The token or the key opens nothing any more: a new token is made for the next attempt."""
        self._market.client.drop_token()
        self.on_state(connected=False, detail=str(problem))

    # --- inside -----------------------------------------------------------------------------------

    def _event(self, message: wire.Message) -> str:
        """Take an event in; the contract whose price changed, empty for none."""
        if message.target not in {"GatewayQuote", "GatewayTrade"}:
            return ""
        if len(message.arguments) != 2:
            raise ProtocolError(f"{message.target} came with {len(message.arguments)} arguments")
        contract = read(_CONTRACT, bytes(message.arguments[0]), message.target)
        body = bytes(message.arguments[1])
        if contract not in self._wanted:
            return ""
        touch = self._touches.get(contract, Touch())
        if message.target == "GatewayQuote":
            touch = touch.quoted(read(_QUOTE, body, message.target))
        else:
            for trade in trades(body):
                touch = touch.traded(trade)
        self._touches[contract] = touch
        return contract

    def _tell_changed(self, contracts: Iterable[str]) -> None:
        now = self._clock.now()
        made = (self._touches[each].quote(self._wanted[each], now) for each in contracts)
        self._tell([each for each in made if each is not None])


def trades(body: bytes) -> list[wire.MarketTrade]:
    """Public prints, which come alone or in a list that may be padded with null."""
    found: object = read(_TRADES, body, "GatewayTrade")
    rows = found if isinstance(found, list) else [found]
    return [each for each in rows if isinstance(each, wire.MarketTrade)]
