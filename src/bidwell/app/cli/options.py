"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option(help="Data folder.", show_default="the platform's own")]

Side = Annotated[str, typer.Argument(help="buy or sell")]
Quantity = Annotated[str, typer.Argument(help="How many units.")]
Symbol = Annotated[str, typer.Argument(help="Symbol or instrument id.")]
Account = Annotated[str | None, typer.Option(help="Account id.")]
Group = Annotated[str | None, typer.Option(help="Group id.")]
Limit = Annotated[str | None, typer.Option(help="Limit price.")]
Stop = Annotated[str | None, typer.Option(help="Stop price of the order itself.")]
TimeInForce = Annotated[str, typer.Option(help="DAY, GTC, IOC or FOK.")]
