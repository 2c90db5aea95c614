"""Who it is, money and margin, positions of today, and holdings of earlier days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.model.terms import Side
from bidwell.twins.angelone import words
from bidwell.twins.angelone.answers import refuse, reply, text
from bidwell.twins.angelone.records import Net, Records
from bidwell.twins.margins import Wanted, alone, together
from bidwell.twins.orders import figure

_SECURE = "/rest/secure/angelbroking"
_CENT = Decimal("0.01")
_MOST_LEGS = 50
Said = Mapping[str, Any]


class PortfolioRoutes:
    """/user/v1, /order/v1/getPosition, /portfolio/v1 and /margin/v1."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        reading = self._records.reading
        return [
            web.get(f"{_SECURE}/user/v1/getProfile", reading(self.profile)),
            web.get(f"{_SECURE}/user/v1/getRMS", reading(self.funds)),
            web.post(f"{_SECURE}/margin/v1/batch", reading(self.margin)),
            web.get(f"{_SECURE}/order/v1/getPosition", reading(self.positions)),
            web.get(f"{_SECURE}/portfolio/v1/getHolding", reading(self.holdings)),
        ]

    def profile(self, _said: Said, account: str) -> web.Response:
        """GET getProfile."""
        code = self._stage.people[account].fields["client_code"]
        return reply({"clientcode": code, "name": f"TWIN {code}", "email": "", "mobileno": "",
                      "exchanges": ["nse_cm", "nse_fo", "bse_cm", "bse_fo"], "products": ["DELIVERY", "INTRADAY", "CARRYFORWARD"],
                      "lastlogintime": "", "broker": ""})  # fmt: skip

    def funds(self, _said: Said, account: str) -> web.Response:
        """GET getRMS: text throughout."""
        held = self._stage.state.accounts[account]
        cash = held.cash.get(held.spec.currency, ZERO)
        free = max(self._stage.venue.margin.free(held), ZERO)
        return reply({
            "net": text(free), "availablecash": text(cash), "availableintradaypayin": "0", "availablelimitmargin": "0",
            "collateral": "0", "m2munrealized": "0", "m2mrealized": "0", "utiliseddebits": text(max(cash - free, ZERO)),
            "utilisedspan": None, "utilisedoptionpremium": None, "utilisedholdingsales": None, "utilisedexposure": None,
            "utilisedturnover": None, "utilisedpayout": "0",
        })  # fmt: skip

    def margin(self, said: Said, account: str) -> web.Response:
        """POST margin/v1/batch: positions that nobody has opened, together."""
        rows = said.get("positions")
        if not isinstance(rows, list) or not 0 < len(rows) <= _MOST_LEGS:
            return refuse("Invalid positions", "AB1000")
        basket = []
        for row in rows:
            wanted = self._wanted(row if isinstance(row, dict) else {})
            if isinstance(wanted, web.Response):
                return wanted
            basket.append(wanted)
        whole = together(self._stage, account, basket)
        benefit = sum((alone(self._stage, account, each) for each in basket), ZERO) - whole
        return reply({
            "totalMarginRequired": whole,
            "marginComponents": {"netPremium": 0, "spanMargin": whole, "marginBenefit": benefit, "deliveryMargin": 0,
                                 "nonNFOMargin": 0, "totOptionsPremium": 0},
            "marginBreakup": [{"exchange": basket[0].row.exchange, "productType": rows[0].get("productType"),
                               "totalMarginRequired": whole}],
            "optionsBuy": {"totOptionsPremium": 0, "optionDetails": []},
        })  # fmt: skip

    def _wanted(self, row: Said) -> Wanted | web.Response:
        listed = self._records.by_token(str(row.get("exchange", "")), str(row.get("token", "")))
        if listed is None or self._stage.market.instrument(listed.symbol) is None:
            return refuse("Symbol Not Found", "AB1009")
        if row.get("productType") not in words.PRODUCTS:
            return refuse("Invalid Product Type", "AB1012")
        if row.get("tradeType") not in {"BUY", "SELL"} or row.get("orderType") not in words.TYPES:
            return refuse("Invalid tradeType or orderType")
        try:
            quantity, price = figure(row.get("qty")), figure(row.get("price"))
        except ValueError:
            return refuse("Invalid qty or price")
        return refuse("Invalid qty") if quantity is None else Wanted(listed, Side(row["tradeType"]), quantity, price)

    def positions(self, _said: Said, account: str) -> web.Response:
        """GET getPosition: today's trading, and contracts that were carried over."""
        nets = self._records.nets(account, before=False)
        for (symbol, product), net in self._records.nets(account, before=True).items():
            if self._stage.market.rows[symbol].type != "equity":
                known = nets.setdefault((symbol, product), Net())
                known.bought, known.sold = known.bought + net.bought, known.sold + net.sold
                known.paid, known.got = known.paid + net.paid, known.got + net.got
        return reply([self._position(symbol, product, net) for (symbol, product), net in nets.items()] or None)

    def holdings(self, _said: Said, account: str) -> web.Response:
        """GET getHolding."""
        nets = self._records.nets(account, before=True)
        return reply([self._holding(symbol, net) for (symbol, _), net in nets.items()
                      if net.quantity > 0 and self._stage.market.rows[symbol].type == "equity"] or None)  # fmt: skip

    def _position(self, symbol: str, product: str, net: Net) -> dict[str, Any]:
        row, last = self._stage.market.rows[symbol], self._last(symbol)
        bought, sold = net.paid / net.bought if net.bought else ZERO, net.got / net.sold if net.sold else ZERO
        gain = net.quantity * (last - net.average) if net.quantity else net.got - net.paid
        return {
            "exchange": row.exchange, "symboltoken": words.token(row), "producttype": product, "tradingsymbol": symbol,
            "symbolname": row.name or symbol, "instrumenttype": words.kind(row), "priceden": "1.00", "pricenum": "1.00",
            "genden": "1.00", "gennum": "1.00", "precision": "2", "multiplier": "-1", "boardlotsize": text(row.lot),
            "buyqty": text(net.bought), "sellqty": text(net.sold), "buyamount": text(net.paid),
            "sellamount": text(net.got), "symbolgroup": "", "strikeprice": text(row.strike), "optiontype": words.right(row),
            "expirydate": words.day(row.expiry) if row.expiry else "", "lotsize": text(row.lot), "cfbuyqty": "0",
            "cfsellqty": "0", "cfbuyamount": "0.00", "cfsellamount": "0.00", "buyavgprice": text(bought.quantize(_CENT)),
            "sellavgprice": text(sold.quantize(_CENT)), "avgnetprice": text(net.average.quantize(_CENT)),
            "netvalue": text(net.got - net.paid), "netqty": text(net.quantity), "totalbuyvalue": text(net.paid),
            "totalsellvalue": text(net.got), "cfbuyavgprice": "0.00", "cfsellavgprice": "0.00",
            "totalbuyavgprice": text(bought.quantize(_CENT)), "totalsellavgprice": text(sold.quantize(_CENT)),
            "netprice": text(net.average.quantize(_CENT)), "ltp": text(last), "close": text(row.bid),
            "pnl": text(gain.quantize(_CENT)), "realised": "0", "unrealised": text(gain.quantize(_CENT)),
        }  # fmt: skip

    def _holding(self, symbol: str, net: Net) -> dict[str, Any]:
        row, last = self._stage.market.rows[symbol], self._last(symbol)
        gain = net.quantity * (last - net.average)
        return {
            "tradingsymbol": symbol, "exchange": row.exchange, "isin": "", "t1quantity": 0,
            "realisedquantity": net.quantity, "quantity": net.quantity, "authorisedquantity": 0, "product": "DELIVERY",
            "collateralquantity": None, "collateraltype": None, "haircut": 0,
            "averageprice": net.average.quantize(_CENT), "ltp": last, "symboltoken": words.token(row),
            "close": row.bid, "profitandloss": gain.quantize(_CENT), "pnlpercentage": 0,
        }  # fmt: skip

    def _last(self, symbol: str) -> Decimal:
        instrument = self._stage.market.instrument(symbol)
        return self._stage.venue.quotes[instrument.id].last if instrument is not None else ZERO
