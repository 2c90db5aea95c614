"""Is it alive, is it ready."""

from __future__ import annotations

from bidwell.server.fields import View


class Live(View):
    """The process answers."""

    ok: bool = True


class Component(View):
    """One part that the desk needs."""

    ok: bool
    detail: str


class Ready(View):
    """Whether orders can be taken, and what each part says."""

    ok: bool
    components: dict[str, Component]
