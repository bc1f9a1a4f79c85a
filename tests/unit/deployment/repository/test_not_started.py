"""Files of servers that a check does not start are reported with their numbers."""

from pathlib import Path

import pytest

from harness.deployment.repository.not_started import other_server
from harness.deployment.repository.not_started import other_servers

UNIT = """{"listeners": {"*:80": {"pass": "applications/shop"}},
 "applications": {"shop": {
  "type": "python 3.13",
  "processes": PROCESSES,
  "threads": 3, "module": "app"}}}
"""

GUNICORN = "gunicorn --workers 2 --threads 3 app:app"


@pytest.mark.parametrize(
    ("name", "text", "line", "said", "command"),
    [
        (
            "unit.json",
            UNIT,
            4,
            "NGINX Unit serves the app with processes = 2",
            GUNICORN,
        ),
        (
            "conf.json",
            UNIT.replace("PROCESSES", '{"max": 2, "spare": 1}'),
            4,
            "NGINX Unit serves the app with processes = 2, threads = 3",
            GUNICORN,
        ),
        (
            "shop.conf",
            "WSGIDaemonProcess other threads=9\n<VirtualHost *:80>\n"
            "  WSGIDaemonProcess shop processes=2 \\\n    threads=3\n"
            "  WSGIProcessGroup shop\n  WSGIScriptAlias / /srv/shop.wsgi\n",
            3,
            "mod_wsgi serves the app with processes = 2, threads = 3",
            GUNICORN,
        ),
        (
            "shop.conf",
            "WSGIDaemonProcess shop\nWSGIScriptAlias / /srv/shop.wsgi\n",
            1,
            "processes = 1, threads = 15",
            "gunicorn --workers 1 --threads 15 app:app",
        ),
        (
            "shop.conf",
            "\nWSGIScriptAlias / /srv/shop.wsgi\n",
            2,
            "mod_wsgi serves the app, which",
            "flask --app app:app run",
        ),
        (
            "template.yaml",
            "A: 1\nTransform: AWS::Serverless-2016-10-31\n",
            2,
            "a platform of functions serves the app",
            "flask --app app:app run",
        ),
        (
            "app.yaml",
            "runtime: python313\n",
            1,
            "leaves it to App Engine to start the app, with its own command",
            "gunicorn main:app",
        ),
        (
            "deploy.yml",
            "steps:\n- uses: azure/webapps-deploy@v3\n",
            2,
            "leaves it to App Service",
            "gunicorn --timeout 600 app:app",
        ),
    ],
)
def test_the_number_in_a_file_is_reported(
    name: str, text: str, line: int, said: str, command: str
) -> None:
    other = other_server(Path(name), text.replace("PROCESSES", "2"))
    assert other is not None
    assert (other.line, said in other.said) == (line, True), other.said
    assert other.instead("app:app")[1] == tuple(command.split())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("unit.json", '{"applications": {"a": {"type": "php"}}}'),
        ("unit.json", '{"applications": '),
        ("app.yaml", "runtime: python313\nentrypoint: gunicorn app:app\n"),
        ("app.yaml", "runtime: nodejs22\n"),
        ("deploy.yml", "- uses: azure/webapps-deploy@v3\n  startup-command: x\n"),
        ("nginx.conf", "# WSGIScriptAlias is of Apache\n"),
    ],
)
def test_other_files_are_not_reported(name: str, text: str) -> None:
    assert other_server(Path(name), text) is None


def test_the_most_specific_file_is_named() -> None:
    alias = "WSGIDaemonProcess a threads=2\nWSGIScriptAlias / /a.wsgi\n"
    files = [(Path("a.wsgi"), ""), (Path("a.conf"), alias), (Path("b.wsgi"), "")]
    ((path, _),) = other_servers(files)
    assert path.name == "a.conf"
