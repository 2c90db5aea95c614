"""Typed parameters with a range: `fast = Param(10, 2, 50)` in a strategy's body reads as an `int` in its methods."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Generic, Self, TypeVar, cast, overload

from bidwell.model.errors import InvalidInput

T = TypeVar("T", bound=int | float | str)


class Param(Generic[T]):
    """A parameter of a strategy: its default, and the range or the choices that its values keep to.

    `step` is what a sweep moves it by. Raises InvalidInput where the default does not keep to its own range.
    """

    def __init__(
        self, default: T, low: T | None = None, high: T | None = None, *, step: T | None = None,
        choices: tuple[T, ...] = (), about: str = "",
    ) -> None:  # fmt: skip
        self.default = default
        self.low = low
        self.high = high
        self.step = step
        self.choices = choices
        self.about = about
        self.name = ""
        self.checked(default)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        # An instance holds its value in its dictionary, which wins over this descriptor.
        return self if instance is None else self.default

    @property
    def kind(self) -> type[T]:
        """The type of the values."""
        return type(self.default)

    def checked(self, value: object) -> T:
        """The value in the parameter's type; raises InvalidInput for another type or one out of range."""
        fitting = self._typed(value)
        if self.choices and fitting not in self.choices:
            raise self._refused(value, f"one of {', '.join(map(str, self.choices))}")
        if isinstance(fitting, int | float) and not isinstance(fitting, bool):
            low, high = self.low, self.high
            if isinstance(low, int | float) and fitting < low:
                raise self._refused(value, f"at least {low}")
            if isinstance(high, int | float) and fitting > high:
                raise self._refused(value, f"at most {high}")
        return fitting

    def read(self, text: str) -> T:
        """The value that a text such as `--set fast=10` stands for; raises InvalidInput."""
        kind: type = self.kind
        try:
            if kind is bool:
                return self.checked(
                    {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[text.lower()]
                )
            return self.checked(kind(text))
        except (ValueError, KeyError):
            raise self._refused(text, f"of type {kind.__name__}") from None

    def _typed(self, value: object) -> T:
        kind: type = self.kind
        if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
            number: Any = float(value)
            if not math.isfinite(number):
                raise self._refused(value, "a finite number")
            return number  # type: ignore[no-any-return]
        if kind is int and not isinstance(value, bool) and hasattr(value, "__index__"):
            whole: Any = value.__index__()
            return whole  # type: ignore[no-any-return]
        if type(value) is kind:
            return cast("T", value)
        raise self._refused(value, f"of type {kind.__name__}")

    def _refused(self, value: object, wanted: str) -> InvalidInput:
        name = self.name or "the default"
        return InvalidInput("strategy.parameter", f"{name} must be {wanted}, not {value!r}", field=self.name or None)


def parameters_of(owner: type) -> dict[str, Param[Any]]:
    """The parameters of a class by name, those of its bases first."""
    found: dict[str, Param[Any]] = {}
    for each in reversed(owner.__mro__):
        found.update({name: value for name, value in vars(each).items() if isinstance(value, Param)})
    return found


def valued(owner: type, given: Mapping[str, object]) -> dict[str, Any]:
    """Every parameter's value: as given, else its default. Raises InvalidInput for an unknown name or a bad value."""
    known = parameters_of(owner)
    for name in given:
        if name not in known:
            raise InvalidInput("strategy.parameter_unknown", f"{owner.__name__} has no parameter {name}", field=name,
                               hint=f"it has {', '.join(known) or 'none'}")  # fmt: skip
    return {name: param.checked(given[name]) if name in given else param.default for name, param in known.items()}
