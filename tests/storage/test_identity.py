"""Who may come in: set-up links, passwords, sessions, keys, roles, the throttle, the audit."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import psycopg
import pytest
from psycopg import sql

from bidwell.model.errors import InvalidInput
from bidwell.model.role import Role
from bidwell.storage.database import Database
from bidwell.storage.identity.audit import SYSTEM
from bidwell.storage.identity.people import User
from bidwell.storage.identity.store import IdentityStore
from bidwell.storage.identity.throttle import Throttled
from bidwell.storage.pool import Pool

PASSWORD = "correct horse battery"
HERE = "127.0.0.1"
HOUR = timedelta(hours=1)


@pytest.fixture
def store(pool: Pool) -> IdentityStore:
    return IdentityStore(pool)


@pytest.fixture
async def owner(store: IdentityStore, now: datetime) -> User:
    await store.users.ensure_workspace("main", "Main desk", "USD", now)
    link = await store.setup_links.create("main", Role.OWNER, now)
    return await store.setup_links.redeem(link, "Ada@Example.org", "Ada", PASSWORD, now)


async def invite(store: IdentityStore, role: Role, email: str, now: datetime) -> User:
    link = await store.setup_links.create("main", role, now)
    return await store.setup_links.redeem(link, email, "", PASSWORD, now)


async def test_a_set_up_link_makes_the_owner_once(store: IdentityStore, now: datetime) -> None:
    await store.users.ensure_workspace("main", "Main desk", "USD", now)
    assert not await store.users.any()
    link = await store.setup_links.create("main", Role.OWNER, now)
    found = await store.setup_links.find(link, now)
    assert found is not None
    assert (found.workspace, found.role) == ("main", Role.OWNER)
    tried = await asyncio.gather(
        *(store.setup_links.redeem(link, f"{name}@example.org", name, PASSWORD, now) for name in "abcd"),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in tried) == ["InvalidInput"] * 3 + ["User"]
    assert await store.users.any()
    assert await store.setup_links.find(link, now) is None
    assert [member.role for member in await store.users.members("main")] == [Role.OWNER]


@pytest.mark.parametrize(
    ("email", "password", "later", "code"),
    [
        ("ada@example.org", "short", timedelta(0), "password_short"),
        ("ada@example.org", "x" * 2000, timedelta(0), "password_long"),
        ("no address", PASSWORD, timedelta(0), "email_invalid"),
        ("ada@example.org", PASSWORD, timedelta(hours=2), "setup_link_invalid"),
    ],
)
async def test_a_set_up_that_is_refused_uses_nothing_up(
    store: IdentityStore, now: datetime, email: str, password: str, later: timedelta, code: str
) -> None:
    await store.users.ensure_workspace("main", "Main desk", "USD", now)
    link = await store.setup_links.create("main", Role.OWNER, now)
    with pytest.raises(InvalidInput) as refused:
        await store.setup_links.redeem(link, email, "Ada", password, now + later)
    assert refused.value.code == code
    assert not await store.users.any()
    assert await store.setup_links.find(link, now) is not None


async def test_a_newer_owner_link_replaces_the_older(store: IdentityStore, now: datetime) -> None:
    older = await store.setup_links.create("main", Role.OWNER, now)
    newer = await store.setup_links.create("main", Role.OWNER, now)
    assert await store.setup_links.find(older, now) is None
    assert await store.setup_links.find(newer, now) is not None


async def test_the_right_password_opens_whatever_the_case_of_the_address(
    store: IdentityStore, owner: User, now: datetime
) -> None:
    assert await store.users.authenticate(" ADA@example.ORG", PASSWORD, HERE, now) == owner
    for email, password in (("ada@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("", "")):
        with pytest.raises(InvalidInput) as refused:
            await store.users.authenticate(email, password, HERE, now)
        assert refused.value.code == "login_failed"
    assert store.passwords.evaluated == 4


@pytest.mark.parametrize("bursts", [10, pytest.param(100, marks=pytest.mark.prove)])
async def test_thousands_of_guesses_are_ten_evaluations_at_most(
    store: IdentityStore, owner: User, now: datetime, bursts: int
) -> None:
    refused = 0
    for burst in range(bursts):
        guesses = await asyncio.gather(
            *(store.users.authenticate("ada@example.org", f"guess {burst} {n}", HERE, now) for n in range(100)),
            return_exceptions=True,
        )
        refused += sum(isinstance(one, Throttled) for one in guesses)
    assert store.passwords.evaluated <= 10
    assert refused == bursts * 100 - store.passwords.evaluated


async def test_the_wait_grows_with_each_failure_and_ends(
    store: IdentityStore, owner: User, now: datetime, pool: Pool
) -> None:
    for _ in range(5):
        with pytest.raises(InvalidInput):
            await store.users.authenticate("ada@example.org", "wrong", HERE, now)
    with pytest.raises(Throttled) as first:
        await store.users.authenticate("ada@example.org", PASSWORD, HERE, now)
    assert first.value.seconds == 30
    restarted = IdentityStore(pool)
    later = now + timedelta(seconds=31)
    with pytest.raises(InvalidInput):
        await restarted.users.authenticate("ada@example.org", "wrong", HERE, later)
    with pytest.raises(Throttled) as second:
        await restarted.users.authenticate("ada@example.org", PASSWORD, HERE, later)
    assert second.value.seconds == 60
    assert await store.users.authenticate("ada@example.org", PASSWORD, HERE, later + timedelta(seconds=61)) == owner
    assert await store.users.authenticate("ada@example.org", PASSWORD, HERE, later + timedelta(seconds=61)) == owner


async def test_one_address_that_guesses_at_many_accounts_is_slowed_and_others_are_not(
    store: IdentityStore, owner: User, now: datetime
) -> None:
    for number in range(20):
        with pytest.raises(InvalidInput):
            await store.users.authenticate(f"user{number}@example.org", "wrong", "2001:db8::1", now)
    with pytest.raises(Throttled):
        await store.users.authenticate("ada@example.org", PASSWORD, "2001:db8::2", now)
    assert await store.users.authenticate("ada@example.org", PASSWORD, "2001:db8:1::1", now) == owner


async def test_a_session_lives_while_it_is_used_and_no_longer_than_its_end(
    store: IdentityStore, owner: User, now: datetime
) -> None:
    secret, session = await store.sessions.create(owner, now, HERE, "Firefox")
    assert session.roles == {"main": Role.OWNER}
    assert session.user == owner
    at = now
    for _ in range(15):
        at += timedelta(hours=11)
        found = await store.sessions.find(secret, at)
        assert found is not None
        assert found.seen_at == at
    assert await store.sessions.find(secret, now + timedelta(days=7)) is None
    other, _ = await store.sessions.create(owner, now, HERE, "Firefox")
    assert await store.sessions.find(other, now + timedelta(hours=12, seconds=1)) is None
    assert await store.sessions.find("made up", now) is None


async def test_a_rotated_secret_voids_the_old_one(store: IdentityStore, owner: User, now: datetime) -> None:
    secret, session = await store.sessions.create(owner, now)
    rotated = await store.sessions.rotate(secret, now + HOUR, authenticated=True)
    assert rotated is not None
    fresh, again = rotated
    assert again.id == session.id
    assert again.authenticated_at == now + HOUR
    assert await store.sessions.find(secret, now + HOUR) is None
    assert await store.sessions.find(fresh, now + HOUR) is not None
    assert await store.sessions.rotate(secret, now + HOUR) is None


async def test_sessions_are_listed_and_ended_by_their_own_person_only(
    store: IdentityStore, owner: User, now: datetime
) -> None:
    other = await invite(store, Role.VIEWER, "eve@example.org", now)
    made = [await store.sessions.create(owner, now + timedelta(seconds=n)) for n in range(3)]
    listed = await store.sessions.of_user(owner.id, now + HOUR)
    assert [one.id for one in listed] == [session.id for _, session in reversed(made)]
    assert not await store.sessions.revoke(other.id, made[0][1].id, now)
    assert await store.sessions.revoke(owner.id, made[0][1].id, now)
    assert not await store.sessions.revoke(owner.id, made[0][1].id, now)
    assert await store.sessions.find(made[0][0], now) is None
    assert await store.sessions.revoke_all(owner.id, now, keep=made[2][1].id) == 1
    assert [one.id for one in await store.sessions.of_user(owner.id, now + HOUR)] == [made[2][1].id]


async def test_a_new_password_ends_the_other_sessions(store: IdentityStore, owner: User, now: datetime) -> None:
    kept, session = await store.sessions.create(owner, now)
    lost, _ = await store.sessions.create(owner, now)
    await store.users.change_password(owner.id, "another long password", now, keep_session=session.id)
    assert await store.sessions.find(kept, now) is not None
    assert await store.sessions.find(lost, now) is None
    with pytest.raises(InvalidInput):
        await store.users.authenticate(owner.login, PASSWORD, HERE, now)
    assert await store.users.authenticate(owner.login, "another long password", HERE, now) == owner


async def test_a_disabled_person_is_out_at_once(store: IdentityStore, owner: User, now: datetime) -> None:
    person = await invite(store, Role.TRADER, "eve@example.org", now)
    secret, _ = await store.sessions.create(person, now)
    key, _ = await store.api_keys.create("main", person.id, "bot", ["trade"], now)
    await store.users.disable(person.id, now)
    assert await store.sessions.find(secret, now) is None
    assert await store.api_keys.find(key, HERE, now) is None
    with pytest.raises(InvalidInput):
        await store.users.authenticate(person.login, PASSWORD, HERE, now)


async def test_a_key_works_from_its_addresses_until_its_end_with_its_owners_present_roles(
    store: IdentityStore, owner: User, now: datetime
) -> None:
    person = await invite(store, Role.TRADER, "eve@example.org", now)
    key, made = await store.api_keys.create(
        "main",
        person.id,
        "bot",
        ["read", "trade"],
        now,
        expires_at=now + HOUR,
        addresses=["203.0.113.0/24", "2001:db8::1"],
    )
    found = await store.api_keys.find(key, "203.0.113.9", now)
    assert found is not None
    assert (found.id, found.workspace, found.user, found.role) == (made.id, "main", person.id, Role.TRADER)
    assert found.scopes == {"read", "trade"}
    for address in ("198.51.100.1", "2001:db8::2", "not an address"):
        assert await store.api_keys.find(key, address, now) is None
    assert await store.api_keys.find(key, "203.0.113.9", now + HOUR) is None
    for wrong in (key[:-1] + "_", "bwk_x_y", "", "sk_live", key.replace(made.prefix, "0" * 10)):
        assert await store.api_keys.find(wrong, "203.0.113.9", now) is None
    await store.users.set_role("main", person.id, Role.VIEWER, now)
    again = await store.api_keys.find(key, "203.0.113.9", now)
    assert again is not None
    assert again.role is Role.VIEWER
    await store.users.set_role("main", person.id, None, now)
    assert await store.api_keys.find(key, "203.0.113.9", now) is None


async def test_keys_belong_to_one_workspace(store: IdentityStore, owner: User, now: datetime) -> None:
    await store.users.ensure_workspace("other", "Other desk", "EUR", now)
    key, made = await store.api_keys.create("main", owner.id, "bot", ["read"], now)
    assert [one.prefix for one in await store.api_keys.of_workspace("main")] == [made.prefix]
    assert await store.api_keys.of_workspace("other") == []
    assert not await store.api_keys.revoke("other", made.id, now)
    assert await store.api_keys.revoke("main", made.id, now)
    assert not await store.api_keys.revoke("main", made.id, now)
    assert await store.api_keys.find(key, HERE, now) is None
    assert [one.revoked_at for one in await store.api_keys.of_workspace("main")] == [now]
    with pytest.raises(InvalidInput):
        await store.api_keys.create("main", owner.id, "bot", ["read"], now, addresses=["everywhere"])


async def test_roles_change_and_the_last_owner_stays(store: IdentityStore, owner: User, now: datetime) -> None:
    person = await invite(store, Role.VIEWER, "eve@example.org", now)
    await store.users.set_role("main", person.id, Role.TRADER, now)
    assert {member.user.login: member.role for member in await store.users.members("main")} == {
        "ada@example.org": Role.OWNER, "eve@example.org": Role.TRADER,
    }  # fmt: skip
    for role in (Role.ADMIN, None):
        with pytest.raises(InvalidInput) as refused:
            await store.users.set_role("main", owner.id, role, now)
        assert refused.value.code == "last_owner"
    await store.users.set_role("main", person.id, Role.OWNER, now)
    await store.users.set_role("main", owner.id, None, now)
    assert [member.user for member in await store.users.members("main")] == [person]


async def test_two_owners_who_leave_at_once_do_not_leave_an_empty_desk(
    store: IdentityStore, owner: User, now: datetime
) -> None:
    second = await invite(store, Role.OWNER, "eve@example.org", now)
    tried = await asyncio.gather(
        *(store.users.set_role("main", user.id, None, now) for user in (owner, second)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in tried) == ["InvalidInput", "NoneType"]


async def test_a_person_sees_the_workspaces_of_its_roles(store: IdentityStore, owner: User, now: datetime) -> None:
    await store.users.ensure_workspace("other", "Other desk", "EUR", now)
    assert [one.id for one in await store.users.workspaces(owner.id)] == ["main"]
    await store.users.set_role("other", owner.id, Role.OWNER, now)
    assert {one.id for one in await store.users.workspaces(owner.id)} == {"main", "other"}
    renamed = await store.users.ensure_workspace("main", "Another name", "INR", now)
    assert (renamed.name, renamed.currency) == ("Main desk", "USD")


async def test_no_secret_is_stored_as_it_is(
    store: IdentityStore, owner: User, now: datetime, database: Database
) -> None:
    link = await store.setup_links.create("main", Role.VIEWER, now)
    secret, _ = await store.sessions.create(owner, now)
    key, _ = await store.api_keys.create("main", owner.id, "bot", ["read"], now)
    with psycopg.connect(database.owner) as connection:
        for table in ("users", "sessions", "api_keys", "setup_links"):
            text = str(connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))).fetchall())
            for hidden in (link, secret, key, key.rsplit("_", 1)[1], PASSWORD):
                assert hidden not in text, table


async def test_the_audit_is_chained_for_each_workspace_and_for_the_system(
    store: IdentityStore, now: datetime, database: Database
) -> None:
    await asyncio.gather(
        *(store.audit.record("main", now, actor="user:ada", action="halt", object=str(n)) for n in range(20))
    )
    await store.audit.record(SYSTEM, now, actor="", action="session.open", outcome="refused", detail={"email": "é"})
    assert [row.seq for row in await store.audit.rows("main", before=6, limit=3)] == [5, 4, 3]
    assert [row.detail for row in await store.audit.rows(SYSTEM)] == ['{"email": "\\u00e9"}']
    assert (await store.audit.head("main")).seq == 20
    assert await store.audit.verify("main") is None
    with psycopg.connect(database.owner) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE audit SET actor = 'user:eve' WHERE workspace_id = 'main' AND seq = 7")
    assert await store.audit.verify("main") == 7
    assert await store.audit.verify() is None
