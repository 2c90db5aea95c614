"""The guardian's word."""

from __future__ import annotations

from pydantic import Field

from bidwell.server.fields import Flag, Instant, Number, View, Whole


class GuardianAction(View):
    """When, why and for whom the guardian flattened; `locally` without the database, `flat_at` once nothing was left."""

    at: Instant
    cause: str = Field(examples=["silent"], description="silent, unable, breach or data")
    reason: str
    accounts: list[str]
    locally: Flag
    flat_at: Instant | None
    failure: str


class GuardianView(View):
    """How the guardian is: `ok` when it watches, `said` in a sentence.

    `worry_s` is for how long the desk was not known to be well, `mute_s` for how long no price came while a market of
    what is held is open; it acts after `after_s` and, where that is set, after `data_age_s`.
    """

    enabled: Flag
    ok: Flag
    stage: str = Field(examples=["watching"], description="watching, acting, handing_over or off")
    said: str
    looked_at: Instant | None
    after_s: Number
    data_age_s: Number | None
    worry_s: Whole
    mute_s: Whole
    exposed: list[str]
    breached: list[str]
    adopting: Whole
    last: GuardianAction | None
