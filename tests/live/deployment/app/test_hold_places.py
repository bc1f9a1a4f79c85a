"""Requests are held at places inside an app whose capacity is known."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.deployment.conftest import ROOT
from tests.live.deployment.inside import at
from tests.live.deployment.inside import places as places
from tests.live.deployment.inside import Seen
from tests.live.deployment.services import postgres as postgres

SHOP = ROOT / "tests" / "deployments" / "places"


def test_narrow_places_are_found(places: Callable[..., dict[str, Seen]]) -> None:
    seen = places(SHOP)
    narrow = seen["narrow"]
    assert at(narrow, "shop:check_out") == (6, 2, 0)
    assert at(narrow, "shop:counter") == (6, 2, 4)
    assert at(narrow, "sqlalchemy") == (6, 3, 3)
    assert narrow.answer == "2 at shop:check_out, 2 at shop:counter, 3 at sqlalchemy"
    assert "at shop:never (it is not called; " in narrow.sentence
    assert "at shop:nowhere (no imported module has it; " in narrow.sentence
    # Three requests time out in the pool, and then the seventh meets the same pool.
    (gave_up,) = seen["gives-up"].rounds["sqlalchemy"]
    assert (gave_up["at_door"], gave_up["at_place"]) == (6, 3)
    assert gave_up["ended"] == {"500": 4}
    ((error, count),) = gave_up["errors"].items()
    assert count == 4
    assert error.startswith(
        "TimeoutError: QueuePool limit of size 2 overflow 1 reached"
    )
    assert "4 met TimeoutError: QueuePool limit" in seen["gives-up"].sentence
    assert at(seen["roomy"], "shop:check_out") == (6, 6, 0)
    assert at(seen["async"], "shop:fetch") == (4, 4, 0)
    pools = seen["two-pools"].rounds["sqlalchemy"]
    # First each worker takes what it can by itself, then one comes before the other, in
    # both orders.
    assert [(e["order"], e["at_door"], e["at_place"]) for e in pools] == [
        ("most", 12, 6),
        ("least", 12, 6),
        ("least", 12, 6),
    ]
    # The order is chosen by stopping the other worker, and by source port.
    for name in ("uneven", "own-sockets"):
        rounds = seen[name].rounds["sqlalchemy"]
        assert [(e["order"], e["at_door"], e["at_place"]) for e in rounds] == [
            ("most", 12, 6),
            ("least", 6, 3),
            ("least", 6, 3),
        ], name
        assert seen[name].answer == "3–6 at sqlalchemy"
        assert "chance" not in seen[name].sentence
    assert all(
        round_["stalled"] == 0
        for each in seen.values()
        for rounds in each.rounds.values()
        for round_ in rounds
    )


# ------------------------------------------------------------------------- PostgreSQL

DATABASE = """
import os
from flask import Flask
import psycopg2
import sqlalchemy
from sqlalchemy.pool import NullPool

if os.environ.get("PATCH"):
    from psycogreen.gevent import patch_psycopg
    patch_psycopg()

URL = os.environ["DATABASE"]
app = Flask(__name__)
engine = sqlalchemy.create_engine(URL, pool_size=5, max_overflow=10)
single = sqlalchemy.create_engine(URL, poolclass=NullPool)

def answered(value):
    return str(value)

@app.get("/pool")
def pool():
    with engine.connect() as connection:
        return str(connection.scalar(sqlalchemy.text("select 1")))

@app.get("/slow")
def slow():
    with single.connect() as connection:
        return answered(connection.scalar(sqlalchemy.text("select 1 from pg_sleep(2)")))
"""

GUNICORN = "gunicorn shop:app --bind 127.0.0.1:{port}"
DEPLOYMENTS = f"""
[[deployment]]
name = "pool"
command = "{GUNICORN} --threads 20"
route = "/pool"
hold-at = ["sqlalchemy"]

[[deployment]]
name = "unpatched"
command = "{GUNICORN} --worker-class gevent --worker-connections 5"
route = "/slow"
hold-at = ["shop:answered"]

[[deployment]]
name = "patched"
command = "{GUNICORN} --worker-class gevent --worker-connections 5"
env = {{ PATCH = "1" }}
route = "/slow"
hold-at = ["shop:answered"]
"""


def test_a_pool_of_postgresql_connections_is_found(
    places: Callable[..., dict[str, Seen]],
    postgres: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The pool of 5 + 10 admits 15 of 20; a C driver blocks all greenlets."""
    pytest.importorskip("psycopg2")
    pytest.importorskip("psycogreen")
    monkeypatch.setenv("DATABASE", f"postgresql+psycopg2://{postgres}")
    folder = tmp_path / "with-database"
    folder.mkdir()
    (folder / "shop.py").write_text(DATABASE)
    (folder / "concurrency.toml").write_text(DEPLOYMENTS)
    seen = places(folder)
    assert at(seen["pool"], "sqlalchemy") == (20, 15, 5)
    (unpatched,) = seen["unpatched"].rounds["shop:answered"]
    (patched,) = seen["patched"].rounds["shop:answered"]
    assert (unpatched["at_door"], patched["at_door"]) == (1, 5)
