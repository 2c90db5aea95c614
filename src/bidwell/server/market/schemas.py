"""The replay's speed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bidwell.server.fields import Body, Number, View


class Speed(Body):
    """Market seconds per second; zero pauses."""

    speed: Annotated[Number, Field(ge=0, le=3600)]


class SpeedView(View):
    """The speed in force."""

    speed: Number
