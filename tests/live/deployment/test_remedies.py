"""Printed remedies are applied, and the deployment is then as declared.

Some remedies have tests of their own; ``test_remedies_applied.py`` lists the test of
each.
"""

import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import ROOT

pytestmark = pytest.mark.shapes

TLS = ROOT / "tests" / "deployments" / "tls"
OWN = 'env = { PORT = "{port}" }'

SHOP = """\
from flask import Flask
app = Flask(__name__)
"""


POOLED = """\
import os
from concurrent.futures import ThreadPoolExecutor
from wsgiref.simple_server import WSGIServer, make_server
from shop import app

class Pooled(WSGIServer):
    pool = ThreadPoolExecutor(SIZE)

    def process_request(self, *request):
        self.pool.submit(self.serve, *request)

    def serve(self, request, address):
        self.finish_request(request, address)
        self.shutdown_request(request)

make_server("127.0.0.1", int(os.environ["PORT"]), app, Pooled).serve_forever()
"""
"""A custom server that cannot be asked for its number."""

PROXIED = {
    "nginx.conf": "error_log stderr; events {} http { access_log off; server { listen "
    "127.0.0.1:PORT; location / { proxy_pass http://TO; } } }\n",
    "start.sh": "#!/bin/sh\nat=127.0.0.1:0 to=127.0.0.1:1\n"
    'sed "s|PORT|$PORT|; s|TO|$to|" nginx.conf > now.conf\n'
    "gunicorn -w 2 shop:app --bind $at &\n"
    'exec nginx -p . -c now.conf -g "daemon off; pid $TMPDIR/pid;"\n',
}
"""nginx in front of an app that listens at another address."""

GREETS = """\
import os, socket
with socket.create_server(("127.0.0.1", int(os.environ["PORT"]))) as listening:
    while True:
        with listening.accept()[0] as client:
            client.sendall(GREETING)
            client.recv(9_999)
"""
"""A server of another protocol."""

SCRIPT = "#!/bin/sh\nexec gunicorn -w 2 -b 127.0.0.1:$1 shop:app\n"
SUBCOMMAND = """\
import os
import sys
if sys.argv[1:] != ["start"]:
    sys.exit("Usage: serve.py COMMAND [ARGS]...\\n\\nCommands:\\n  start  cannot end")
os.execlp("sh", "sh", "start.sh", os.environ["PORT"])
"""
FACTORY = "from shop import app\ndef create_app():\n    return app\n"


class Applied(NamedTuple):
    """A deployment, a part of its message, and the change that it advises."""

    name: str
    table: str
    said: str
    """A pattern of the message; its group, if any, is the text to write."""
    file: str
    place: str
    """A pattern of the text to replace in the file."""
    written: str = ""
    """The text to write, if it is not a group of the message."""
    handled: int = 2
    files: dict[str, str] = {}
    seconds: int = 30
    """How long to wait for the first answer."""


LEAVE_OUT = "leave out `([^`]*)`"
APPLIED = [
    Applied(
        "a setting that sends to the background",
        'command = "gunicorn -c conf.py shop:app"',
        "leave out `daemon = True` in conf.py, line 2",
        "conf.py",
        "daemon = True\n",
        files={"conf.py": "workers = 2\ndaemon = True\n"},
    ),
    Applied(
        "a variable that sends to the background",
        'command = "gunicorn shop:app"\nenv = { GUNICORN_CMD_ARGS = "-w 2 --daemon" }',
        "leave out `--daemon` in the variable GUNICORN_CMD_ARGS",
        "concurrency.toml",
        " --daemon",
    ),
    Applied(
        "an option that sends to the background",
        'command = "gunicorn -D -w 2 shop:app"',
        LEAVE_OUT,
        "concurrency.toml",
        " -D",
    ),
    Applied(
        "a shell that does not wait",
        'command = "gunicorn -w 2 shop:app -b :{port} &"',
        LEAVE_OUT,
        "concurrency.toml",
        " &",
    ),
    Applied(
        "a script that sends to the background",
        f'command = "sh start.sh"\n{OWN}',
        "start it without an option such as `--daemon` and without `&`",
        "start.sh",
        " --daemon",
        files={"start.sh": "gunicorn -w 2 shop:app -b :$PORT --daemon\n"},
    ),
    Applied(
        "uWSGI's file that sends to the background",
        f'command = "uwsgi shop.ini"\n{OWN}',
        "`daemonize` in shop.ini, line 4, .*leave that out(?!; correct)",
        "shop.ini",
        "daemonize = shop.log\n",
        files={
            "shop.ini": "[uwsgi]\nhttp-socket = 127.0.0.1:$(PORT)\nprocesses = 2\n"
            "daemonize = shop.log\nmaster = true\nmodule = shop:app\n"
        },
    ),
    Applied(
        "uWSGI's option that sends to the background",
        'command = "uwsgi --daemonize log --master --processes 2 --module shop:app"',
        "`--daemonize` sends it to the background.*leave that out(?!; correct)",
        "concurrency.toml",
        "--daemonize log ",
    ),
    Applied(
        "a variable that the app looks up",
        'command = "gunicorn -w 2 shop:app"',
        'give it that variable: (env = . SHOP_KEY = "…" .)',
        "concurrency.toml",
        r"\Z",
        files={"shop.py": f'import os\nos.environ["SHOP_KEY"]\n{SHOP}'},
    ),
    Applied(
        "more than is declared",
        f'command = "python serve.py"\n{OWN}\ndeclared = 1',
        "write `(declared = 3)`",
        "concurrency.toml",
        "declared = 1",
        handled=3,
        files={"serve.py": POOLED.replace("SIZE", "3")},
    ),
    Applied(
        "more than is declared, though its command says it",
        'command = "gunicorn -w 2 shop:app"\ndeclared = 1',
        "if that is intended, set `declared` to the number it handles",
        "concurrency.toml",
        "declared = 1",
        "declared = 2",
    ),
    Applied(
        "fewer than is declared, because its command says fewer",
        'command = "gunicorn -w 2 shop:app"\ndeclared = 3',
        "the command itself declares 2",
        "concurrency.toml",
        "declared = 3",
        "declared = 2",
    ),
    Applied(
        "patches that come too late",
        f'command = "python serve.py"\n{OWN}\ndeclared = 10',
        r"call `monkey.patch_all\(\)` before anything else is imported",
        "serve.py",
        "import os, shop, waits\n.*patch_all.*\n",
        "from gevent import monkey; monkey.patch_all()\nimport os, shop, waits\n",
        handled=10,
        files={
            "waits.py": "from time import sleep\n",
            "serve.py": "import os, shop, waits\n"
            "from gevent import monkey; monkey.patch_all()\n"
            "from gevent.pywsgi import WSGIServer\n"
            "address = '127.0.0.1', int(os.environ['PORT'])\n"
            "WSGIServer(address, shop.app, spawn=10).serve_forever()\n",
        },
    ),
    Applied(
        "a factory without the parentheses that call it",
        'command = "gunicorn -w 2 factory:create_app"',
        "write `('factory:create_app\\(\\)')` in place of `factory:create_app`",
        "concurrency.toml",
        "factory:create_app",
        files={"factory.py": FACTORY},
    ),
    Applied(
        "a factory that waitress takes for the app",
        'command = "waitress-serve --threads=2 factory:create_app"',
        "add `--call`",
        "concurrency.toml",
        "--threads=2",
        "--call --threads=2",
        files={"factory.py": FACTORY},
    ),
    Applied(
        "a server of ASGI that is given a Flask app",
        'command = "uvicorn shop:app"',
        "add `--interface wsgi`",
        "concurrency.toml",
        "uvicorn",
        "uvicorn --interface wsgi",
        handled=10,
    ),
    Applied(
        "a server of ASGI that has no other interface",
        'command = "hypercorn asgi:shop:app"\ndeclared = 10\n'
        'requirements = "requirements.txt"',
        r"give it `a2wsgi\.WSGIMiddleware\(app\)`",
        "shop.py",
        r"app = Flask\(__name__\)",
        "from a2wsgi import WSGIMiddleware\napp = WSGIMiddleware(Flask(__name__))",
        handled=10,
        files={"requirements.txt": "a2wsgi\nflask\nhypercorn\n"},
    ),
    Applied(
        "a protocol that the probe does not speak",
        'command = "granian --interface wsgi --http 2 --blocking-threads 1 shop:app"',
        "let it speak HTTP/1.1 too",
        "concurrency.toml",
        "--http 2",
        "--http auto",
        handled=1,
    ),
    Applied(
        "requirements without Flask",
        'command = "gunicorn -w 2 shop:app"\nrequirements = "requirements.txt"',
        "Flask is not installed for .*; if it is one, .* or name a requirements file",
        "requirements.txt",
        r"\Z",
        "flask\n",
        files={"requirements.txt": "gunicorn==22.0.0\n"},
    ),
    Applied(
        "what a command does not tell",
        f'command = "python serve.py"\n{OWN}',
        "(declared = 2)",
        "concurrency.toml",
        r"\Z",
        files={"serve.py": POOLED.replace("SIZE", "2")},
    ),
    Applied(
        "a port in a line of a Procfile",
        'procfile = "web"',
        r"write `(\S+)` in place of",
        "Procfile",
        "0.0.0.0:5000",
        files={
            "Procfile": "web: ./start.sh --bind 0.0.0.0:5000\n",
            "start.sh": '#!/bin/sh\ngunicorn -w 2 shop:app "$1" "$2"\n',
        },
    ),
    Applied(
        "a script that may not be executed",
        f'command = "./serve.bash"\n{OWN}',
        r"or write `(sh \./serve\.bash)`",
        "concurrency.toml",
        r"\./serve\.bash",
        files={"serve.bash": "exec gunicorn -w 2 -b :$PORT shop:app\n"},
    ),
    Applied(
        "clients that have to have a certificate",
        'command = "gunicorn -w 2 --certfile cert.pem --keyfile key.pem '
        '--ca-certs cert.pem --cert-reqs 2 shop:app"',
        "wants a certificate of its clients.*`--cert-reqs`",
        "concurrency.toml",
        "--ca-certs cert.pem --cert-reqs 2 ",
    ),
    Applied(
        "a list of a Dockerfile that is none",
        'dockerfile = "Dockerfile"',
        "write every word in double quotes, with a comma between each two",
        "Dockerfile",
        "'",
        '"',
        files={"Dockerfile": "FROM x\nCMD ['gunicorn', '-w', '2', 'shop:app']\n"},
    ),
    Applied(
        "a Dockerfile without a command",
        'dockerfile = "Dockerfile"',
        "has no CMD; write command instead",
        "concurrency.toml",
        "dockerfile = .*",
        'command = "gunicorn -w 2 shop:app"',
        files={"Dockerfile": "FROM x\n"},
    ),
    Applied(
        "a script with Windows line ends",
        'command = "./start.sh {port}"',
        r"\./start\.sh has Windows line ends, .*; `sed -i 's/\\r\$//' \./start\.sh`",
        "start.sh",
        r"\r|\Z",
        "",
        files={"start.sh": SCRIPT.replace("\n", "\r\n")},
    ),
    Applied(
        "a script for a program that is not there",
        'command = "./start.sh {port}"',
        "is to be run by /opt/none/sh, .*, which is not there; correct that line",
        "start.sh",
        "/opt/none/sh",
        "/bin/sh",
        files={"start.sh": SCRIPT.replace("/bin/sh", "/opt/none/sh")},
    ),
    Applied(
        "a folder in place of a program",
        'command = "./ {port}"',
        r"\./ is a folder; write the path of a program in it",
        "concurrency.toml",
        r"\./",
        "./start.sh",
        files={"start.sh": SCRIPT},
    ),
    Applied(
        "a program that wants a subcommand",
        f'command = "python serve.py"\n{OWN}',
        "it said: Usage: serve.py COMMAND .* such as the name of a subcommand that "
        "starts the server, most likely `start`",
        "concurrency.toml",
        "serve.py",
        "serve.py start",
        files={"serve.py": SUBCOMMAND, "start.sh": SCRIPT},
    ),
    Applied(
        "a program that is not installed",
        'command = "honcho start --port {port} web"',
        "honcho: command not found; .* or name a requirements file that has it: .*",
        "concurrency.toml",
        r"\Z",
        'requirements = "requirements.txt"',
        files={
            "requirements.txt": "flask\ngunicorn\nhoncho\n",
            "Procfile": "web: gunicorn -w 2 -b 127.0.0.1:$PORT shop:app\n",
        },
    ),
    Applied(
        "variables that a script clears",
        f'command = "sh start.sh"\n{OWN}',
        "let PYTHONPATH, PYTHONWARNINGS and FLASK_CONCURRENCY_[*] through",
        "start.sh",
        "env -i",
        "env -i $(env | grep -E '^(PYTHONPATH|PYTHONWARNINGS|FLASK_CONCURRENCY_)')",
        files={
            "start.sh": 'exec env -i PATH="$PATH" gunicorn -w 2 -b :$PORT shop:app\n'
        },
    ),
    Applied(
        "variables that tox clears",
        f'command = "tox -qe serve"\nrequirements = "requirements.txt"\n{OWN}',
        "FLASK_CONCURRENCY_[*] through to it .`pass_env` of tox",
        "tox.ini",
        "pass_env = PORT",
        "pass_env = PORT, PYTHONPATH, PYTHONWARNINGS, FLASK_CONCURRENCY_*",
        files={
            "requirements.txt": "flask\ngunicorn\ntox\n",
            "tox.ini": "[testenv:serve]\nskip_install = true\npass_env = PORT\n"
            "allowlist_externals = gunicorn\n"
            "commands = gunicorn -w 2 -b 127.0.0.1:{env:PORT} shop:app\n",
        },
    ),
    Applied(
        "a proxy whose server listens elsewhere",
        f'command = "./start.sh"\ndeclared = 2\n{OWN}',
        r"not reach http://127.0.0.1:1 \(Connection refused\), and what it starts "
        r"listens on port \d+; let both name the same address",
        "start.sh",
        "at=127.0.0.1:0 to=127.0.0.1:1",
        "at=unix:app.sock to=unix:app.sock",
        files=PROXIED,
        seconds=6,
    ),
    Applied(
        "a proxy whose server does not start",
        f'command = "./start.sh"\ndeclared = 2\n{OWN}',
        "not reach http://unix:app.sock .*, and nothing that it starts listens there; "
        "find out why",
        "start.sh",
        "shap:app",
        "shop:app",
        files={
            **PROXIED,
            "start.sh": PROXIED["start.sh"]
            .replace("shop:app", "shap:app")
            .replace("at=127.0.0.1:0 to=127.0.0.1:1", "at=unix:app.sock; to=$at"),
        },
        seconds=6,
    ),
    Applied(
        "a greeting of another protocol",
        f'command = "python serve.py"\ndeclared = 2\n{OWN}',
        'it answered "220 shop .*", which is not HTTP; that looks like the greeting of '
        "a server for mail or files; give the port of the app itself",
        "concurrency.toml",
        "python serve.py",
        "gunicorn -w 2 shop:app",
        files={"serve.py": GREETS.replace("GREETING", r'b"220 shop ESMTP\r\n"')},
        seconds=6,
    ),
    Applied(
        "a greeting while there is time left to start",
        f'command = "python serve.py"\ndeclared = 2\n{OWN}',
        'it answered "220 shop .*", which is not HTTP; that looks like the greeting of '
        "a server for mail or files; give the port of the app itself",
        "concurrency.toml",
        "python serve.py",
        "gunicorn -w 2 shop:app",
        files={"serve.py": GREETS.replace("GREETING", r'b"220 shop ESMTP\r\n"')},
        seconds=3600,
    ),
    Applied(
        "a uWSGI that a script starts for FastCGI",
        'command = "./start.sh {port}"\ndeclared = 2',
        "`--fastcgi-socket` takes requests in FastCGI, and .* write `(.*?)` in",
        "start.sh",
        "--fastcgi-socket",
        files={
            "start.sh": "#!/bin/sh\nexec uwsgi --fastcgi-socket 127.0.0.1:$1 "
            "--module shop --master --processes 2\n"
        },
        seconds=3600,
    ),
    Applied(
        "a file of uWSGI with the protocol SCGI",
        f'command = "uwsgi shop.ini"\n{OWN}',
        "`protocol = scgi` in shop.ini, line 3 .* write `(.*?)` in",
        "shop.ini",
        "protocol = scgi",
        files={
            "shop.ini": "[uwsgi]\nsocket = 127.0.0.1:$(PORT)\nprotocol = scgi\n"
            "processes = 2\nmodule = shop\n"
        },
        seconds=3600,
    ),
    Applied(
        "an answer of an unknown protocol",
        f'command = "python serve.py"\ndeclared = 2\n{OWN}',
        "see whether that port is for TLS, for `uwsgi_pass`",
        "concurrency.toml",
        "python serve.py",
        "gunicorn -w 2 shop:app",
        files={"serve.py": GREETS.replace("GREETING", r'b"\x7f"')},
        seconds=6,
    ),
    Applied(
        "a gunicorn that may stall",
        'command = "gunicorn --threads 3 --worker-connections 3 shop:app"\n'
        'requirements = "requirements.txt"',
        "install gunicorn 24 or newer",
        "requirements.txt",
        "gunicorn==22.0.0",
        "gunicorn>=24",
        handled=3,
        files={"requirements.txt": "flask\ngunicorn==22.0.0\n"},
    ),
    Applied(
        "a package that is not installed",
        'command = "gunicorn -w 2 shop:app"\nrequirements = "requirements.txt"',
        "No module named 'iso8601'; if that is a package, name a file of requirements",
        "requirements.txt",
        r"\Z",
        "iso8601\n",
        files={
            "requirements.txt": "flask\ngunicorn\n",
            "shop.py": f"import iso8601\n{SHOP}",
        },
    ),
    *(
        Applied(
            f"packages that do not go together: {place}",
            'command = "gunicorn -w 2 shop:app"\nrequirements = "requirements.txt"',
            said,
            "requirements.txt",
            place,
            written,
            files={"requirements.txt": requirements},
        )
        for said, place, written, requirements in (
            (
                "No module named 'pkg_resources'; add `setuptools<81`",
                r"\Z",
                "setuptools<81\n",
                "flask\ngunicorn==20.1.0\n",
            ),
            (
                "from 'werkzeug.urls'.* add .* such as `Werkzeug<3` for Flask 2.2",
                r"\Z",
                "Werkzeug<3\n",
                "flask==2.2.2\ngunicorn\n",
            ),
            (
                "from 'collections'.* raise their releases",
                "==0.14.1",
                "==0.16.1",
                "flask==0.12.5\nWerkzeug==0.14.1\nJinja2<3.1\nitsdangerous<2.1\n"
                "MarkupSafe<2.1\ngunicorn\n",
            ),
        )
    ),
]


@pytest.mark.parametrize("applied", APPLIED, ids=lambda each: each.name)
def test_a_remedy_works_as_printed(
    check: Check, tmp_path_factory: pytest.TempPathFactory, applied: Applied
) -> None:
    folder = tmp_path_factory.mktemp("r") / "shop"
    folder.mkdir()
    table = f'[[deployment]]\nname = "web"\n{applied.table}\n'
    files = {"concurrency.toml": table, "shop.py": f"{SHOP}application = app\n"}
    for name, text in {**files, **applied.files}.items():
        (folder / name).write_text(text)
    if (folder / "start.sh").exists():
        (folder / "start.sh").chmod(0o755)
    for name in ("cert.pem", "key.pem"):
        shutil.copy(TLS / name, folder)
    seconds = str(applied.seconds)
    before = check(folder, "--ask", "overlap", "--start-seconds", seconds)
    cells = "".join(cell["reason"] for cell in before.cells.values())
    found = re.search(applied.said, f"{before.message} {cells}", re.DOTALL)
    assert found is not None, before
    replace(folder / applied.file, applied, found)
    after = check(folder, "--ask", "overlap")
    cell = after.cells["web"]
    seen = (after.code, cell["verdict"], cell["ceiling"], cell["floor"])
    assert seen == (0, "as declared", applied.handled, applied.handled), cell["reason"]


def replace(path: Path, applied: Applied, found: re.Match[str]) -> None:
    leaves_out = applied.said == LEAVE_OUT
    said = found[1] if found.re.groups and not leaves_out else applied.written
    if leaves_out:
        assert found[1] == applied.place.strip()
    text = path.read_text()
    assert re.search(applied.place, text)
    path.write_text(re.sub(applied.place, lambda _: said, text))
