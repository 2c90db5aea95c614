"""Strategy files over the API: versions that nobody writes over, a check that runs nothing, templates, download."""

from __future__ import annotations

import pytest

from bidwell.model.role import Role
from tests.server.house import MAIN, OTHER, House, Person

FILES = "/api/v1/w/main/strategy-files"
GOOD = """from bidwell import Bar, Param, Strategy

class Buyer(Strategy):
    size = Param(1, 1, 100, step=3, about="shares")

    def on_bar(self, bar: Bar) -> None:
        if not self.position:
            self.buy(self.size)
"""


@pytest.fixture
async def trader(home: House) -> Person:
    return await home.member(MAIN, Role.TRADER)


async def keep(person: Person, name: str = "buyer", source: str = GOOD) -> str:
    made = await person.post(FILES, json={"name": name, "source": source})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_a_file_is_kept_with_its_parameters_and_its_versions_are_never_written_over(trader: Person) -> None:
    name = await keep(trader)
    outline = (await trader.get(f"{FILES}/{name}")).json()["validation"]["strategies"][0]
    assert outline["name"] == "Buyer"
    assert outline["parameters"][0] | {"about": ""} == {
        "name": "size", "kind": "int", "default": 1, "low": 1, "high": 100, "step": 3, "choices": [], "about": ""}  # fmt: skip
    second = await trader.post(f"{FILES}/{name}/versions", json={"source": GOOD + "\n# more", "after": 1, "note": "n"})
    assert (second.status_code, second.json()["version"]) == (201, 2)
    late = await trader.post(f"{FILES}/{name}/versions", json={"source": "1", "after": 1})
    assert (late.status_code, late.json()["code"]) == (409, "strategy_file.changed")
    assert [one["version"] for one in (await trader.get(f"{FILES}/{name}/versions")).json()["items"]] == [2, 1]
    assert (await trader.get(f"{FILES}/{name}/versions/1")).json()["source"] == GOOD
    assert (await trader.get(f"{FILES}/{name}/versions/3")).status_code == 404


async def test_names_are_unique_in_a_workspace_and_free_in_another(home: House, trader: Person) -> None:
    name = await keep(trader)
    again = await trader.post(FILES, json={"name": "BUYER", "source": GOOD})
    assert (again.status_code, again.json()["code"]) == (422, "strategy_file.name_taken")
    other = await home.member(OTHER, Role.TRADER)
    assert (await other.post(FILES.replace("main", "other"), json={"name": "buyer", "source": "1"})).status_code == 201
    await keep(trader, "second")
    assert (await trader.ask("PATCH", f"{FILES}/{name}", json={"name": "Second"})).status_code == 422
    renamed = await trader.ask("PATCH", f"{FILES}/{name}", json={"name": "first"})
    assert renamed.json()["name"] == "first"
    assert (await trader.ask("DELETE", f"{FILES}/{name}")).status_code == 204
    assert [one["name"] for one in (await trader.get(FILES)).json()["items"]] == ["second"]


async def test_a_check_reads_and_never_runs(trader: Person) -> None:
    source = 'from bidwell import Strategy\nopen("made-by-a-check", "w")\nclass Broken(Strategy)\n    pass\n'
    found = (await trader.post(f"{FILES}/check", json={"source": source})).json()
    assert (found["runs"], found["findings"][0]["line"], found["findings"][0]["code"]) == (False, 3, "strategy.syntax")
    forbidden = (await trader.post(f"{FILES}/check", json={"source": "import os\n" + GOOD})).json()
    assert not forbidden["runs"]
    assert forbidden["findings"][0]["line"] == 1


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000,
        "x = " + "9" * 5000,
        "\ufeff",
        "\r\r\r",
        "def f(:\n",
        "a\\\n" * 100,
        "class A(Strategy): x = Param(1, choices=5)",
    ],
)
async def test_no_text_breaks_the_check(trader: Person, source: str) -> None:
    answer = await trader.post(f"{FILES}/check", json={"source": source})
    assert answer.status_code == 200, answer.text
    assert not answer.json()["runs"]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": "x"}, {"name": "", "source": "1"}, {"name": "x", "source": ""}, {"name": "x", "source": "a\x00b"},
        {"name": "x\ny", "source": "1"}, {"name": "x", "source": "1", "more": 1}, {"name": "x", "source": "a" * 200_001},
        {"name": "x" * 81, "source": "1"}, {"name": "x", "source": ["1"]},
    ],
)  # fmt: skip
async def test_what_is_no_file_is_refused_with_a_code(trader: Person, body: dict[str, object]) -> None:
    answer = await trader.post(FILES, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"]
    assert (await trader.get(FILES)).json()["items"] == []


async def test_every_template_can_be_run_and_a_file_is_downloaded_as_it_was_saved(trader: Person) -> None:
    templates = (await trader.get(f"{FILES}/templates")).json()["items"]
    assert len(templates) >= 3
    for template in templates:
        checked = (await trader.post(f"{FILES}/check", json={"source": template["source"]})).json()
        assert checked["runs"], (template["id"], checked["findings"])
        assert template["about"]
    name = await keep(trader, 'Über "quoted"; name')
    answer = await trader.get(f"{FILES}/{name}/file.py")
    assert answer.text == GOOD
    assert answer.headers["content-disposition"] == 'attachment; filename="ber__quoted___name_v1.py"'
