"""A real embedded cluster for tests: one for each worker, and a migrated database of its own for each test.

Another folder's conftest takes the fixtures by importing `cluster`, `template` and `database` from here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import conninfo, sql

from bidwell.storage.cluster import EmbeddedCluster
from bidwell.storage.database import Database
from bidwell.storage.migration import migrate

TEMPLATE = "template_desk"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedCluster]:
    """A running cluster in a folder of this worker."""
    embedded = EmbeddedCluster(tmp_path_factory.mktemp("desk"))
    embedded.start()
    yield embedded
    embedded.stop()


@pytest.fixture(scope="session")
def template(cluster: EmbeddedCluster) -> str:
    """The name of a migrated database to copy."""
    create_database(cluster.owner_conninfo, TEMPLATE)
    migrate(named(cluster.owner_conninfo, TEMPLATE))
    return TEMPLATE


@pytest.fixture
def database(cluster: EmbeddedCluster, template: str) -> Iterator[Database]:
    """A migrated, empty database that is dropped afterwards."""
    cluster.start()
    name = f"test_{next(_numbers)}"
    create_database(cluster.owner_conninfo, name, template)
    yield Database(named(cluster.owner_conninfo, name), named(cluster.app_conninfo, name))
    cluster.start()
    with psycopg.connect(cluster.owner_conninfo, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def named(info: str, database: str) -> str:
    """The same server and role, another database."""
    return conninfo.make_conninfo(info, dbname=database)


def create_database(owner: str, name: str, template: str = "template1") -> None:
    """Make a database, as a copy of another one."""
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
