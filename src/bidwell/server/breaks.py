"""What each kind of difference is called, and what became of it, in words for a trader."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Break, BreakType, Handling

TITLES: Final[dict[BreakType, str]] = {
    BreakType.ORDER_UNKNOWN_HERE: "An order at the broker that the desk did not send",
    BreakType.ORDER_UNKNOWN_THERE: "An order that the desk holds open and the broker does not show",
    BreakType.ORDER_STATUS: "An order stands otherwise at the broker",
    BreakType.FILL_MISSING: "Executions that the desk had not heard of",
    BreakType.POSITION: "The position differs",
    BreakType.CASH: "The cash differs",
    BreakType.REPORT_INCOMPLETE: "The broker's report was incomplete",
}

DONE: Final[dict[Handling, str]] = {
    Handling.ADOPTED: "Adopted as EXTERNAL",
    Handling.REPAIRED: "Repaired",
    Handling.WAITING: "Waiting",
    Handling.PERSON: "Needs a person",
    Handling.NOTED: "Noted",
}

# Journals from before it was written down say it in the words of the repair alone.
_BY_WORDS: Final = (
    ("adopted", Handling.ADOPTED), ("not adopted", Handling.PERSON), ("not booked", Handling.PERSON),
    ("waits", Handling.WAITING), ("looked up", Handling.WAITING), ("nothing concluded", Handling.WAITING),
    ("booked", Handling.REPAIRED), ("brought up", Handling.REPAIRED), ("asked to be canceled", Handling.REPAIRED),
)  # fmt: skip


def handling_of(one: Break) -> Handling:
    """What became of a difference."""
    if one.handling is not Handling.UNSAID:
        return one.handling
    return next((found for words, found in _BY_WORDS if one.repair.startswith(words)), Handling.NOTED)


def title_of(one: Break) -> str:
    """What kind of difference it is."""
    return TITLES[one.type]
