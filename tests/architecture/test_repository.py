from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement

import bidwell
from tools import tree, web

LOCKS = ("runtime", "build", "dev", "uv")


def project() -> dict[str, Any]:
    return tomllib.loads((tree.ROOT / "pyproject.toml").read_text("utf-8"))


def pins(lock: str) -> dict[str, str]:
    text = (tree.ROOT / "requirements" / f"{lock}.txt").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_carries_hashes_and_no_lock_names_a_host(lock: str) -> None:
    text = (tree.ROOT / "requirements" / f"{lock}.txt").read_text("utf-8")
    assert "://" not in text
    assert "index-url" not in text
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    ("lock", "group"), [("runtime", None), ("build", "build"), ("dev", "dev"), ("uv", "installer")]
)
def test_every_requirement_is_locked_in_a_version_that_it_allows(lock: str, group: str | None) -> None:
    settings = project()
    wanted = settings["dependency-groups"][group] if group else settings["project"]["dependencies"]
    locked = pins(lock)
    for requirement in map(Requirement, wanted):
        name = requirement.name.lower().replace("_", "-")
        assert name in locked, f"{name} is not in requirements/{lock}.txt: run python -m tools.lock"
        assert requirement.specifier.contains(locked[name], prereleases=True)


def test_the_locks_agree_on_every_package_that_they_share() -> None:
    runtime = pins("runtime")
    for lock in ("build", "dev"):
        shared = {name: version for name, version in pins(lock).items() if name in runtime}
        assert shared == {name: runtime[name] for name in shared}


def test_a_wheel_is_built_with_what_the_script_installs() -> None:
    settings = project()
    assert set(settings["build-system"]["requires"]) <= set(settings["dependency-groups"]["build"])


@pytest.mark.parametrize("folder", ["web", "tools/chromium-npm"])
def test_npm_locks_name_no_host_and_carry_integrity(folder: str) -> None:
    packages = json.loads((tree.ROOT / folder / "package-lock.json").read_text("utf-8"))["packages"]
    installed = {name: entry for name, entry in packages.items() if name and not entry.get("inBundle")}
    assert [name for name, entry in installed.items() if "resolved" in entry] == []
    assert [name for name, entry in installed.items() if "integrity" not in entry] == []


def test_the_web_lock_omits_hosts_wherever_npm_renews_it() -> None:
    assert "omit-lockfile-registry-resolved=true" in (web.WEB / ".npmrc").read_text("utf-8")


def test_the_package_carries_its_version_once() -> None:
    assert project()["project"]["version"] == bidwell.__version__
