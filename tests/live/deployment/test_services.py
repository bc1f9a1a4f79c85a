"""Known places inside an app are tried with their real services and libraries."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.deployment.inside import at
from tests.live.deployment.inside import places as places
from tests.live.deployment.inside import Seen
from tests.live.deployment.services import postgres as postgres
from tests.live.deployment.services import redis_server as redis_server
from tests.live.deployment.services import service as service

Places = Callable[..., dict[str, Seen]]

DEPLOYMENT = """
[[deployment]]
name = "{name}"
command = "gunicorn shop:app --bind 127.0.0.1:{{port}} --threads {threads}"
route = "/{name}"
hold-at = {places}
"""


def shop(
    folder: Path, app: str, deployments: dict[str, list[str]], threads: int
) -> Path:
    """Make a folder with an app and a deployment for each of its routes."""
    place = folder / "with-services"
    place.mkdir()
    (place / "shop.py").write_text(app)
    (place / "concurrency.toml").write_text(
        "".join(
            DEPLOYMENT.format(name=name, threads=threads, places=places)
            for name, places in deployments.items()
        )
    )
    return place


REDIS = """
import os
import redis
from flask import Flask

PORT = int(os.environ["REDIS_PORT"])
app = Flask(__name__)
waits = redis.Redis(connection_pool=redis.BlockingConnectionPool(
    max_connections=2, timeout=60, host="127.0.0.1", port=PORT))
refuses = redis.Redis(connection_pool=redis.ConnectionPool(
    max_connections=2, host="127.0.0.1", port=PORT))

@app.get("/waits")
def waiting():
    return str(waits.incr("visits"))

@app.get("/refuses")
def refusing():
    return str(refuses.incr("visits"))
"""


def test_pools_of_redis_connections_are_found(
    places: Places, redis_server: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A blocking pool admits two of four requests; the other kind raises an error."""
    pytest.importorskip("redis")
    monkeypatch.setenv("REDIS_PORT", str(redis_server))
    wanted = {"waits": ["redis"], "refuses": ["redis"]}
    seen = places(shop(tmp_path, REDIS, wanted, threads=4))
    assert at(seen["waits"], "redis") == (4, 2, 2)
    (refused,) = seen["refuses"].rounds["redis"]
    assert (refused["at_place"], refused["ended"]) == (2, {"500": 3})
    ((error, count),) = refused["errors"].items()
    assert count == 3 and "Too many connections" in error
    assert "Too many connections" in seen["refuses"].sentence


PSYCOPG = """
import os
import psycopg
import psycopg_pool
import psycopg2
from flask import Flask

URL = "postgresql://" + os.environ["DATABASE"]
app = Flask(__name__)
pool = psycopg_pool.ConnectionPool(URL, min_size=1, max_size=2, timeout=60, open=True)

@app.get("/pool")
def pooled():
    with pool.connection() as connection:
        return str(connection.execute("select 1").fetchone()[0])

@app.get("/each")
def each():
    with psycopg.connect(URL) as connection:
        return str(connection.execute("select 1").fetchone()[0])

@app.get("/older")
def older():
    connection = psycopg2.connect(URL)
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
            return str(cursor.fetchone()[0])
    finally:
        connection.close()
"""


def test_pools_of_postgresql_drivers_are_found(
    places: Places, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pool of two admits two of four; a connection for each request admits all."""
    for name in ("psycopg", "psycopg_pool", "psycopg2"):
        pytest.importorskip(name)
    monkeypatch.setenv("DATABASE", postgres)
    wanted = {"pool": ["psycopg-pool"], "each": ["psycopg"], "older": ["psycopg2"]}
    seen = places(shop(tmp_path, PSYCOPG, wanted, threads=4))
    assert at(seen["pool"], "psycopg-pool") == (4, 2, 2)
    assert at(seen["each"], "psycopg") == (4, 4, 0)
    assert at(seen["older"], "psycopg2") == (4, 4, 0)


OUTSIDE = """
import os
import threading
import httpx
import requests
import sqlalchemy
from flask import Flask
from flask_limiter import Limiter

SERVICE = os.environ["SERVICE"]
app = Flask(__name__)
limiter = Limiter(lambda: "all", app=app, storage_uri="memory://")
gate = threading.Semaphore(2)
session = requests.Session()
session.mount("http://", requests.adapters.HTTPAdapter(
    pool_maxsize=2, pool_block=True))
engine = sqlalchemy.create_engine("sqlite://", pool_size=2, max_overflow=0,
    poolclass=sqlalchemy.pool.QueuePool, pool_timeout=60,
    connect_args={"check_same_thread": False})

@app.get("/requests")
def asked():
    return session.get(SERVICE).text

@app.get("/httpx")
def asked_again():
    return httpx.get(SERVICE).text

@app.get("/limited")
@limiter.limit("3 per hour")
def limited():
    return "let through"

@app.get("/gate")
def gated():
    with gate:
        return "let through"

@app.get("/tries")
def tries():
    if not gate.acquire(blocking=False):
        return "busy", 503
    gate.release()
    return "let through"

@app.get("/twice")
def twice():
    with engine.connect(), engine.connect():
        return "both"
"""


def test_pools_of_http_clients_limits_and_locks_are_found(
    places: Places, service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("requests", "httpx", "flask_limiter", "sqlalchemy"):
        pytest.importorskip(name)
    monkeypatch.setenv("SERVICE", service)
    wanted = {
        "requests": ["urllib3", "requests"],
        "httpx": ["httpx"],
        "limited": ["flask-limiter"],
        "gate": ["shop:gate"],
        "tries": ["shop:gate"],
        "twice": ["sqlalchemy"],
    }
    seen = places(shop(tmp_path, OUTSIDE, wanted, threads=4))
    assert at(seen["requests"], "urllib3") == (4, 2, 2)
    assert at(seen["requests"], "requests") == (4, 4, 0)
    assert at(seen["httpx"], "httpx") == (4, 4, 0)
    (limited,) = seen["limited"].rounds["flask-limiter"]
    assert (limited["at_place"], limited["ended"]) == (3, {"429": 2})
    assert at(seen["gate"], "shop:gate") == (4, 2, 2)
    (tries,) = seen["tries"].rounds["shop:gate"]
    assert (tries["at_place"], tries["ended"]) == (2, {"503": 3})
    # Two requests hold one of the two connections each, and ask for the other.
    assert at(seen["twice"], "sqlalchemy") == (4, 2, 2)
    (twice,) = seen["twice"].rounds["sqlalchemy"]
    assert twice["stuck"] == 2
    assert "as in a deadlock" in seen["twice"].sentence
    assert all(r["stuck"] == 0 for r in seen["gate"].rounds["shop:gate"])
