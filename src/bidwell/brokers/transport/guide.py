"""What a person is asked for to connect an account, and where to find it: the connect wizard as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bidwell.model.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to enter.

    `where` says where the broker shows it; `secret` fields are never shown again; an `optional` one may be left empty
    and is its `default` then. A `daily` one is good for one login and asked for at each. Where there are
    `choices`, it is one of them.
    """

    name: str
    label: str
    where: str
    secret: bool = True
    pattern: str = r"[\x21-\x7e]{1,512}"
    daily: bool = False
    default: str = ""
    optional: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """Where orders go: a paper or sandbox host, or the live one, which has to be armed by itself."""

    name: str
    title: str
    live: bool


@dataclass(frozen=True, slots=True)
class Guide:
    """One broker in the wizard; `steps` are sentences in the order in which they are done.

    `leverage` bounds an account's exposure against its equity where a person says nothing else: a broker of futures that
    tells no margins needs more than a cash account's 1.
    """

    broker: str
    title: str
    fields: tuple[Field, ...]
    environments: tuple[Environment, ...]
    steps: tuple[str, ...]
    page: str
    leverage: Decimal = Decimal(1)

    def environment(self, name: str) -> Environment:
        """An environment by name; raises InvalidInput."""
        for each in self.environments:
            if each.name == name:
                return each
        known = ", ".join(each.name for each in self.environments)
        raise InvalidInput("broker.environment", f"{self.title} has {known}, not {name!r}", field="environment")

    def check(self, given: Mapping[str, str]) -> dict[str, str]:
        """The credential's fields, trimmed; raises InvalidInput for one that is absent, unknown or misshapen."""
        unknown = sorted(set(given) - {each.name for each in self.fields})
        if unknown:
            raise InvalidInput("credential.unknown", f"{self.title} does not ask for {unknown[0]!r}", field=unknown[0])
        found = {}
        for each in self.fields:
            value = given.get(each.name, "").strip() or each.default
            if not (each.optional and not value) and not re.fullmatch(each.pattern, value):
                what = "is not given" if not value else "does not look like one"
                raise InvalidInput(f"credential.{each.name}", f"{each.label} {what}", field=each.name, hint=each.where)
            found[each.name] = value
        return found
