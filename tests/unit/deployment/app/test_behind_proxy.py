"""What a proxy could not reach is read from its output and from the open ports."""

import pytest

from harness.deployment.app.behind_proxy import about_a_front
from harness.deployment.app.behind_proxy import unreached_address

NGINX = (
    "2026/11/27 08:15:03 [error] 9#9: *19 connect() failed (111: Connection refused) "
    "while connecting to upstream, client: 127.0.0.1, server: , request: "
    '"GET /.flask-concurrency/ready HTTP/1.1", upstream: '
    '"http://127.0.0.1:8765/.flask-concurrency/ready", host: "127.0.0.1:23166"\n'
)
NGINX_UNIX = (
    "2026/11/27 08:15:03 [crit] 9#9: *1 connect() to unix:/run/shop.sock failed "
    "(13: Permission denied) while connecting to upstream, client: 127.0.0.1, "
    'request: "GET / HTTP/1.1", upstream: '
    '"http://unix:/run/shop.sock:/.flask-concurrency/ready", host: "127.0.0.1"\n'
)
CADDY = (
    '{"level":"error","msg":"dial tcp 127.0.0.1:8000: connect: connection refused",'
    '"status":502}\n'
)
APACHE = (
    "[proxy:error] [pid 9] (111)Connection refused: AH00957: http: attempt to connect "
    "to 127.0.0.1:8000 (127.0.0.1:8000) failed\n"
)
HAPROXY = (
    "[WARNING] (9) : Server app/web is DOWN, reason: Layer4 connection problem, info: "
    '"Connection refused", check duration: 0ms.\n'
)


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (NGINX, "http://127.0.0.1:8765 (Connection refused)"),
        (NGINX_UNIX, "http://unix:/run/shop.sock (Permission denied)"),
        (f"{CADDY}GET /\n", "127.0.0.1:8000 (connection refused)"),
        (APACHE, "127.0.0.1:8000 (Connection refused)"),
        (HAPROXY, "app/web (Layer4 connection problem)"),
    ],
)
def test_the_output_of_a_proxy_names_what_it_could_not_reach(
    log: str, said: str
) -> None:
    assert about_a_front(log, []).startswith(f"it could not reach {said}")
    assert unreached_address(log.replace("(1", "x").replace("a", "y")) is None


def test_more_time_is_suggested_only_if_nothing_else_listens() -> None:
    other = about_a_front(NGINX, ["port 8766"])
    assert "listens on port 8766; let both name the same address" in other
    assert "--start-seconds" not in other
    assert "raise `--start-seconds`" in about_a_front(NGINX, [])
    assert "all addresses of its container" in about_a_front(NGINX, None)
    assert "let the user of the proxy write" in about_a_front(NGINX_UNIX, [])
    assert about_a_front("", ["port 8766"]).startswith("its output may say")
