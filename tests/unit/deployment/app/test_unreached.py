"""Whether the Flask app was reached, and what another answer suggests."""

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

import pytest

from harness.deployment.app.unreached import below
from harness.deployment.app.unreached import not_reached
from harness.probe.ready import NotAnswering


def prepared(given: str | None, **variables: str) -> Any:
    return SimpleNamespace(
        deployment=SimpleNamespace(below=given),
        where=SimpleNamespace(variables=variables),
    )


@pytest.mark.parametrize(
    ("given", "variables", "path"),
    [
        (None, {}, ""),
        ("/shop/", {}, "/shop"),
        ("/", {}, ""),
        (None, {"SCRIPT_NAME": "/shop"}, "/shop"),
        ("/", {"SCRIPT_NAME": "/shop"}, ""),
        (None, {"SCRIPT_NAME": "index.cgi"}, ""),
    ],
)
def test_the_requested_path_combines_mount_path_and_variables(
    given: str | None, variables: dict[str, str], path: str
) -> None:
    assert below(prepared(given, **variables)) == path


def answer(status: int, body: bytes = b"", **received: str) -> Any:
    pairs = tuple(received.items())
    return SimpleNamespace(status=status, body=body, received=pairs)


def said_of(client: Any, path: str = "", seen: Collection[str] = ()) -> str:
    return str(NotAnswering(not_reached(client, path, seen)))


@pytest.mark.parametrize(
    ("client", "key"),
    [
        (answer(404), 'below = "/shop"'),
        (answer(301, location="https://a/"), 'X-Forwarded-Proto = "https"'),
        (answer(302, location="/login"), 'headers = { Host = "shop.example" }'),
        (answer(301, location="http://a.b/c"), 'headers = { Host = "a.b" }'),
        (answer(301, location="http://[x/c"), 'headers = { Host = "shop.example" }'),
        (answer(400, b"Invalid host header"), 'Host = "shop.example"'),
        (answer(403), "headers = { Authorization"),
        (answer(500), 'below = "/shop"'),
        (answer(502), "what stands in front has not reached the app"),
    ],
)
def test_the_key_to_set_is_named(client: Any, key: str) -> None:
    reason = said_of(client)
    assert reason.startswith(f"it answered {client.status} in place of the probe's")
    assert key in reason


def test_a_404_below_a_path_suggests_another_path() -> None:
    assert "below another path" in said_of(answer(404), "/other")


@pytest.mark.parametrize(
    ("status", "seen", "words"),
    [
        (200, "python", "200: nothing there imported Flask, and only Flask apps"),
        (404, "python django", "404: it is a Django app, and only Flask apps"),
        (404, "python flask quart", "404: it is a Quart app, and only Flask apps"),
        (404, "python fastapi", "404: it is a FastAPI app without Flask"),
        (404, "python fastapi flask", "if it is mounted below a path"),
        (404, "", "otherwise its Python may ignore PYTHONPATH"),
        (500, "python", "500: nothing there has imported Flask"),
    ],
)
def test_imported_modules_show_the_framework(
    status: int, seen: str, words: str
) -> None:
    assert words in said_of(answer(status), "", seen.split())


def test_pythonpath_is_not_suspected_if_flask_was_seen() -> None:
    assert "PYTHONPATH" not in said_of(answer(404), "", {"python", "flask"})
