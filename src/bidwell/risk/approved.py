"""The proof that an order passed the gate: only the gate can make one, and only it can be submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from bidwell.model.order import Order

T = TypeVar("T", bound="Order")


class _Seal:
    """What `Approved` asks for; held by the gate and by nothing else."""


SEAL: Final = _Seal()


class Approved(Generic[T]):
    """An order that may leave. Raises TypeError when anything but the gate tries to make one."""

    __slots__ = ("order",)

    def __init__(self, order: T, seal: object) -> None:
        if seal is not SEAL:
            msg = "only the gate approves an order"
            raise TypeError(msg)
        self.order = order
