"""Why a server failed, according to its output."""

import shlex

import pytest

from harness.deployment.remedies.failures import MORE_MEMORY
from harness.deployment.remedies.measured import explain
from harness.probe.ready import CauseKnown
from harness.probe.ready import Fault
from harness.probe.ready import NotAnswering
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.builders.deployments import cell


def test_the_last_error_is_the_cause() -> None:
    log = "Traceback:\n  File\nValueError: one\nlib.errors.NoSuchError: two\nbye\n"
    said = explain(cell(outcome=Outcome.NOT_STARTED, log_tail=log), None).reason
    assert said.endswith("it said: lib.errors.NoSuchError: two")


@pytest.mark.parametrize(
    ("log", "said"),
    [
        # gunicorn 27
        (
            "[INFO] Booting worker with pid: 7\n"
            "Failed to find attribute 'ap' in 'shop'.\n"
            "[ERROR] Reason: App failed to load.\n",
            "it said: Failed to find attribute 'ap' in 'shop'.",
        ),
        # waitress 3
        (
            "There was an exception (AttributeError) importing your module.\n\n"
            "It had these arguments: \n1. module 'shop' has no attribute 'ap'\n",
            "it said: 1. module 'shop' has no attribute 'ap'",
        ),
        # uWSGI 2.0
        (
            "*** Operational MODE: single process ***\n"
            "unable to load app 0 (mountpoint='') (callable not found)\n"
            "*** no app loaded. GAME OVER ***\n",
            "it said: unable to load app 0 (mountpoint='') (callable not found)",
        ),
        # click 8, and argparse
        (
            "Usage: shop [OPTIONS] COMMAND [ARGS]...\n\nOptions:\n"
            "  --dir DIR  If it cannot be found, it is made.\n\nCommands:\n  start\n",
            "it said: Usage: shop [OPTIONS] COMMAND [ARGS]...; give it all words that",
        ),
        (
            "usage: shop [-h] {start} ...\n"
            "shop: error: the following arguments are required: command\n",
            "it said: shop: error: the following arguments are required: command",
        ),
        # A script that waits
        (
            "2026 [INFO] one\nwaiting for the database\n[2026] [INFO] two\n",
            "the last line that it printed: waiting for the database",
        ),
        (
            "sh: 3: set: Illegal option -o x\n",
            "the last line that it printed: sh: 3: set: ",
        ),
        # Compose 2, which waits for a migration
        (
            "migrate-1  | cat: can't open '/data/rows': No such file or directory\n"
            'service "migrate" didn\'t complete successfully: exit 3\n',
            'it said: service "migrate" didn\'t complete successfully: exit 3',
        ),
        # Two workers that migrate at the same time
        (
            "INFO [alembic] one\n(sqlite3.OperationalError) table x already exists\n"
            "[2026] [7] [ERROR] Worker (pid:8) exited with code 3.\n"
            "[2026] [7] [ERROR] Reason: Worker failed to boot.\n",
            "it said: (sqlite3.OperationalError) table x already exists",
        ),
        (
            "[7] [ERROR] connection to unix:/none/x.sock failed: [Errno 2]\n",
            "the last line that it printed: "
            "[7] [ERROR] connection to unix:/none/x.sock",
        ),
        # An engine that has reached its pull limit
        (
            "Unable to find image 'shop:latest' locally\n"
            "docker: Error response from daemon: toomanyrequests: You have reached\n",
            "it said: docker: Error response from daemon: toomanyrequests: You have",
        ),
        ("[INFO] Listening at: http://127.0.0.1:8000\n*** uWSGI ***\n", ""),
        # One of several processes of honcho 2
        (
            "23:45:55 system   | worker.1 started (pid=7)\n"
            "23:45:55 worker.1 | no redis\n"
            "23:45:55 system   | web.1 stopped (rc=-15)\n",
            "the last line that it printed: no redis",
        ),
        (
            "web-1  | ValueError: one\nweb-1 exited with code 1\n",
            "it said: ValueError: one",
        ),
        # An app that another program ends
        (
            "[7] [INFO] Booting worker with pid: 8\n"
            "[7] [ERROR] Worker (pid:8) was sent SIGKILL! Perhaps out of memory?\n",
            "the last line that it printed: "
            "Worker (pid:8) was sent SIGKILL! Perhaps out",
        ),
        # Mixed lines of two workers and their master: each text and its line end
        # are written separately
        (
            "[2026-11-27 01:38:10 +0000] [20139] [ERROR] Worker (pid:20441) exited "
            "with code 1.\n"
            "no license[2026-11-27 01:38:10 +0000] [20139] [INFO] Control socket "
            "listening at /tmp/flask-concurrency-z4ou333r/gunicorn.ctl\n\n"
            "[2026-11-27 01:38:10 +0000] [20450] [INFO] Worker exiting (pid: 20450)\n"
            "[2026-11-27 01:38:11 +0000] [20139] [ERROR] Worker (pid:20450) exited "
            "with code 1.\n",
            "the last line that it printed: no license",
        ),
        # An error outside of the app is not the reason why a worker ends
        (
            "no license\n"
            "[2026-11-27 01:41:49 +0000] [32118] [ERROR] Control server error: AF_UNIX "
            "path too long\n",
            "the last line that it printed: no license",
        ),
        (
            "no license\n"
            "[2026-11-27 01:37:01 +0000] [14667] [ERROR] Control server error: [Errno "
            "98] Address '/root/.gunicorn/gunicorn.ctl' is already in use\n"
            "[2026-11-27 01:36:58 +0000] [14644] [ERROR] Control server error: [Errno "
            "2] No such file or directory: '/root/.gunicorn/gunicorn.ctl'\n",
            "the last line that it printed: no license",
        ),
        # pydantic 2 names missing fields on separate lines
        (
            "pydantic_core.ValidationError: 2 validation errors for Shop\n"
            "database_url\n  Field required [type=missing, input_value={}]\n"
            "    For further information visit https://errors.pydantic.dev/2.13/\n"
            "key\n  Field required [type=missing, input_value={}]\n"
            "[2026] [7] [ERROR] Worker (pid:8) exited with code 3.\n",
            "it said: pydantic_core.ValidationError: 2 validation errors for Shop: "
            "database_url: Field required, key: Field required",
        ),
        (
            "File \"<frozen os>\", line 679, in __getitem__\nKeyError: 'SHOP_KEY'\n",
            "it said: KeyError: 'SHOP_KEY'; give it that variable: "
            'env = { SHOP_KEY = "…" }',
        ),
        *(
            (
                f'environment variable "SHOP_KEY" required by {kind} "key" is not set\n'
                " Container flask-concurrency-1-web-1  Stopping\n",
                f'it said: environment variable "SHOP_KEY" required by {kind} "key" is '
                'not set; give it that variable: env = { SHOP_KEY = "…" }',
            )
            for kind in ("secret", "config")
        ),
        ("prices = TABLE[name]\nKeyError: 'SHOP'\n", "it said: KeyError: 'SHOP'"),
    ],
)
def test_known_messages_are_causes_too(log: str, said: str) -> None:
    seen = cell(outcome=Outcome.NOT_STARTED, reason="it ended", log_tail=log)
    words = "; ".join(filter(None, ("it ended", said)))
    reason = explain(seen, None).reason
    assert reason.startswith(words)
    assert said or reason == words


def test_a_wrong_port_is_a_sufficient_cause() -> None:
    fault = Fault("it listens on port 5000", "write PORT", CauseKnown.SURELY)
    seen = cell(
        outcome=Outcome.NOT_ANSWERING,
        reason=str(NotAnswering(fault)),
        log_tail="Error: Build failed with 1 failure.\n",
    )
    explained = explain(seen, None, fault=fault)
    assert (explained.reason, explained.remedy) == (seen.reason, "write PORT")


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("ImportError: no shop\n", "; it said: ImportError: no shop"),
        ("no license\n", ""),
    ],
)
def test_an_error_is_quoted_beside_a_likely_cause(log: str, said: str) -> None:
    fault = Fault("it answered 404", "write below", CauseKnown.LIKELY)
    reason = str(NotAnswering(fault))
    seen = cell(outcome=Outcome.NOT_ANSWERING, reason=reason, log_tail=log)
    assert explain(seen, None, fault=fault).reason == f"{reason}{said}"
    without = explain(seen, None).reason
    assert without.endswith(said or "the last line that it printed: no license")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("gunicorn -D app:app", "leave out `-D`"),
        ("gunicorn app:app --daemon", "leave out `--daemon`"),
        ("uwsgi --daemonize2 log -w app:app", "leave out `--daemonize2`"),
        ("sh -c 'gunicorn app:app &'", "leave out `&`"),
        ("supervisord -c my.conf", "add `-n` to `supervisord`"),
        ("./start.sh", "without an option such as `--daemon`"),
        ("sh -c 'a && gunicorn -d app:app'", "without an option such as `--daemon`"),
    ],
)
def test_options_that_start_a_daemon_are_named(command: str, said: str) -> None:
    seen = cell(
        outcome=Outcome.NOT_STARTED,
        reason="the server exited with status 0 before it answered",
        command=tuple(shlex.split(command)),
    )
    assert said in explain(seen, None, exit_status=0).remedy


@pytest.mark.parametrize(
    ("status", "reason", "log"),
    [
        (137, "the server exited with status 137 before it answered", ""),
        (
            0,
            "the server exited with status 0 before it answered",
            'time="2026-11-27T08:42:39Z" level=warning msg="buildx is not installed"\n'
            " web  Built\nAttaching to web-1\n\x1b[Kweb-1 exited with code 137\n",
        ),
        (
            None,
            "it never answered within 25 seconds",
            "web-1  | [2026-11-27 08:45:30 +0000] [1] [ERROR] Worker (pid:6) was sent "
            "SIGKILL! Perhaps out of memory?\n",
        ),
    ],
)
def test_a_lack_of_memory_is_recognized(
    status: int | None, reason: str, log: str
) -> None:
    words = "sh", "-ec", "docker compose build\nexec docker compose up"
    seen = cell(outcome=Outcome.NOT_STARTED, reason=reason, log_tail=log, command=words)
    advice = explain(seen, None, exit_status=status)
    assert advice.remedy == MORE_MEMORY
    assert "foreground" not in advice.reason and "buildx" not in advice.reason


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        ("ModuleNotFoundError: No module named 'pkg_resources'", "`setuptools<81`"),
        ("ModuleNotFoundError: No module named 'distutils.util'", "`setuptools<81`"),
        ("ModuleNotFoundError: No module named 'shop_resources'", "a package"),
        (
            "AttributeError: module 'collections' has no attribute 'MutableMapping'",
            'python = "3.9"',
        ),
        (
            "ImportError: cannot import name 'escape' from 'jinja2' (/v/jinja2.py)",
            "`Jinja2<3`",
        ),
        (
            "ImportError: cannot import name 'url_quote' from 'werkzeug.urls' (/v/u)",
            "`Werkzeug<3` for Flask 2.2",
        ),
        ("ImportError: cannot import name 'app' from 'shop' (/srv/shop.py)", ""),
        ("error: shap was not found in the package registry and you require shap", ""),
    ],
)
def test_incompatible_packages_are_recognized(cause: str, remedy: str) -> None:
    seen = cell(outcome=Outcome.NOT_STARTED, log_tail=f"Traceback:\n{cause}\n")
    advice = explain(seen, None)
    assert cause in advice.reason
    assert remedy in advice.remedy and bool(remedy) == bool(advice.remedy)


@pytest.mark.parametrize(
    "log",
    [
        "RuntimeError: can't start new thread",
        "BlockingIOError: [Errno 11] Resource temporarily unavailable",
        'Os { code: 11, message: "Resource temporarily unavailable" } (os error 11)',
        "sh: 1: Cannot fork",
    ],
)
def test_a_limit_on_threads_or_processes_is_recognized(log: str) -> None:
    seen = cell(verdict=Verdict.FEWER, declared=8, ceiling=5, log_tail=f"{log}\n")
    explained = explain(seen, None)
    assert explained.because == "the system gave it no more threads or processes"
    assert "`--pids-limit` of its container" in explained.remedy


def test_a_full_pipe_is_no_lack_of_processes() -> None:
    log = "BlockingIOError: [Errno 11] write could not complete without blocking\n"
    seen = cell(verdict=Verdict.FEWER, declared=8, ceiling=5, log_tail=log)
    assert explain(seen, None).because == ""


def test_output_of_the_harness_is_not_quoted() -> None:
    log = "Traceback:\nOSError: [Errno 101] Network is unreachable\n"
    explained = explain(cell(outcome=Outcome.HARNESS_FAILED, log_tail=log), None)
    assert "it said" not in explained.reason


@pytest.mark.parametrize(
    ("platforms", "end"),
    [
        ([], "before the check"),
        (["linux/arm64"], "for the platform linux/arm64, or leave that platform out"),
    ],
)
def test_an_unavailable_image_is_recognized(platforms: list[str], end: str) -> None:
    log = "Error: pull access denied for shop\n"
    seen = cell(outcome=Outcome.NOT_STARTED, log_tail=log)
    remedy = explain(seen, None, platforms=platforms).remedy
    assert remedy.startswith("pull or build its images") and remedy.endswith(end)
