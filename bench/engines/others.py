"""Other engines on the same bars, each in an environment of its own that is made when it is first asked for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.engines.cases import CASH, Exact, frame_of, market
from bench.engines.measuring import in_turns, timed
from bidwell import Bars, backtest

HERE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Peer:
    """The packages of an engine, and when its market orders fill."""

    packages: tuple[str, ...]
    fill: str = "next_open"


PEERS = {
    "backtrader": Peer(("backtrader", "pandas")),
    "backtesting": Peer(("backtesting", "pandas")),
    "vectorbt": Peer(("vectorbt",)),
    "nautilus": Peer(("nautilus_trader", "pandas"), fill="close"),
}


def peers(length: int, names: list[str]) -> dict[str, Any]:
    """Each peer beside ours; what cannot be installed or run says why. Fills and final equity are compared."""
    bars = market(length)
    ours = {
        fill: backtest(Exact(), bars, cash=CASH, fees=0.1, compile="never", fill=fill)
        for fill in ("next_open", "close")
    }
    rates = in_turns({speed: partial(_once, bars, speed) for speed in ("never", "always")})
    found: dict[str, Any] = {
        "bidwell": {"version": "this checkout", "bars": length, "bars_s": length / rates["never"],
                    "compiled_bars_s": length / rates["always"], "fills": len(ours["next_open"].fills),
                    "final_equity": ours["next_open"].final_equity, "fill": "next_open"},
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bars.csv"
        frame_of(bars).write_csv(path)
        for name in names:
            same = ours[PEERS[name].fill]
            found[name] = one_peer(name, path, length, same.final_equity, len(same.fills))
    return found


def _once(bars: Bars, speed: str) -> float:
    return timed(lambda: backtest(Exact(), bars, cash=CASH, fees=0.1, compile=speed))


def one_peer(name: str, path: Path, length: int, equity: float, fills: int) -> dict[str, Any]:
    peer = PEERS[name]
    cache = Path(os.environ.get("BIDWELL_CACHE") or Path.home() / ".cache" / "bidwell") / "peers" / name
    wrong = installed(cache, peer.packages)
    if wrong:
        return {"error": wrong}
    program = HERE / "peers" / f"{name}_sma.py"
    command = [str(cache / "bin" / "python"), str(program), str(path)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    if ran.returncode:
        return {"error": ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else f"status {ran.returncode}"}
    told = json.loads(ran.stdout.strip().splitlines()[-1])
    same = abs(told["final_equity"] / equity - 1.0) < 1e-9 and told["fills"] == fills
    return {"version": told["version"], "bars": length, "bars_s": length / told["seconds"], "fills": told["fills"],
            "final_equity": told["final_equity"], "fill": peer.fill, "same_as_ours": same}  # fmt: skip


def installed(folder: Path, packages: tuple[str, ...]) -> str:
    """Make an environment with these packages where there is none; empty, or why it could not be made."""
    python = folder / "bin" / "python"
    done = folder / "packages"
    if done.is_file() and done.read_text("utf-8").split() == list(packages):
        return ""
    uv = os.environ.get("BIDWELL_UV") or shutil.which("uv")
    try:
        if uv:
            subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], check=True,
                           capture_output=True, text=True)  # fmt: skip
            install = [uv, "pip", "install", "--quiet", "--python", str(python), *packages]
        else:
            venv.create(folder, with_pip=True, clear=True)
            install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        subprocess.run(install, check=True, capture_output=True, text=True)
    except (subprocess.CalledProcessError, OSError) as error:
        said = str(getattr(error, "stderr", "") or error).strip()
        return f"cannot be installed: {said.splitlines()[-1] if said else error}"
    done.write_text("\n".join(packages), "utf-8")
    return ""
