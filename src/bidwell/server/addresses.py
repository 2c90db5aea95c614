"""Who calls, also behind proxies, and whether they are on a list."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(names: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks, parsed; raises ValueError for what is neither."""
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)


def parse(text: str) -> Address | None:
    """An address, an IPv4 one inside IPv6 unwrapped; None for anything else."""
    try:
        found = ipaddress.ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def within(address: Address | None, among: Iterable[Network]) -> bool:
    """Whether the address lies in one of the networks."""
    return address is not None and any(address in network for network in among)


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from; `via` is the trusted proxy that said so, `claimed` an untrusted forwarding header."""

    address: str
    via: str | None = None
    claimed: bool = False


class Callers:
    """Finds the caller of a request; forwarding headers count only from proxies that were declared."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._trusted = networks(trusted)

    def of(self, scope: Scope) -> Caller:
        """The nearest address that is not a trusted proxy's."""
        client = scope.get("client")
        peer = str(client[0]) if client else ""
        chain = [part.strip() for part in Headers(scope=scope).get("x-forwarded-for", "").split(",") if part.strip()]
        if not within(parse(peer), self._trusted):
            return Caller(peer, claimed=bool(chain))
        nearest = peer
        for hop in reversed(chain):
            parsed = parse(hop)
            if parsed is None:
                break
            nearest = str(parsed)
            if not within(parsed, self._trusted):
                break
        return Caller(nearest, via=peer if nearest != peer else None)
