"""What a platform sends is compared with what its app takes."""

from pathlib import Path

import pytest

from harness.deployment.repository.find import find
from harness.records.declares import Places
from harness.records.declares import Sending
from harness.records.declares import SendVerdict
from tests.builders import platforms as files

DOCKERFILE = "FROM python\nCMD gunicorn -w 2 --threads 4 app:app\n"
BY_PROCESSORS = "import os\nworkers = os.cpu_count() * 2 + 1\n"


def places_in(folder: Path, **texts: str) -> Places:
    for name, text in texts.items():
        (folder / name.replace("__", ".")).write_text(text)
    return find(folder, 2)


def one(folder: Path, **texts: str) -> Sending:
    (sending,) = places_in(folder, **texts).sendings
    return sending


def without_command(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if "command:" not in line)


def test_an_image_that_takes_fewer_than_is_sent_is_a_finding(tmp_path: Path) -> None:
    service = without_command(files.CLOUD_RUN)
    sending = one(tmp_path, Dockerfile=DOCKERFILE, service__yaml=service)
    assert sending.verdict is SendVerdict.MORE
    assert sending.reason == "the platform sends 10, the app takes 8: two wait"
    assert (sending.file, sending.line) == ("service.yaml", 9)
    assert sending.remedy.startswith("set containerConcurrency to 8 in service.yaml:9")
    assert sending.of == "Dockerfile:2" and sending.source and sending.read


def test_the_platforms_own_command_comes_first(tmp_path: Path) -> None:
    sending = one(tmp_path, Dockerfile=DOCKERFILE, service__yaml=files.CLOUD_RUN)
    assert (sending.takes, sending.of) == (3, "service.yaml:12")


def test_variables_of_the_platform_are_used(tmp_path: Path) -> None:
    sending = one(tmp_path, fly__toml=files.FLY)
    assert (sending.takes, sending.verdict) == (4, SendVerdict.MORE)


def test_the_size_of_a_dyno_sets_the_workers(tmp_path: Path) -> None:
    procfile = "web: gunicorn --threads 2 app:app\n"
    sending = one(tmp_path, app__json=files.HEROKU, Procfile=procfile)
    assert (sending.takes, sending.verdict) == (34, SendVerdict.NO_LIMIT)


def test_the_processors_are_those_of_the_platform(
    tmp_path: Path,
) -> None:
    docker = "FROM python\nCMD gunicorn app:app\n"
    service = without_command(files.CLOUD_RUN).replace('cpu: "2"', 'cpu: "8"')
    texts = {"gunicorn__conf__py": BY_PROCESSORS, "Dockerfile": docker}
    sending = one(tmp_path, service__yaml=service, **texts)
    assert sending.takes == 17


def test_the_processors_of_a_pods_node_are_unknown(tmp_path: Path) -> None:
    docker = "FROM python\nCMD gunicorn app:app\n"
    texts = {"gunicorn__conf__py": BY_PROCESSORS, "Dockerfile": docker}
    knative = without_command(files.CLOUD_RUN).replace("run.googleapis.com/", "x/")
    sending = one(tmp_path, service__yaml=knative, **texts)
    assert sending.verdict is SendVerdict.UNKNOWN
    assert "counts the processors of its node" in sending.reason
    assert find(tmp_path, 2, 64).sendings[0].takes == 129
    texts["Dockerfile"] = docker.replace("CMD", "ENV PYTHON_CPU_COUNT=1\nCMD")
    assert one(tmp_path, service__yaml=knative, **texts).takes == 3


def test_contradictory_declarations_are_not_compared(
    tmp_path: Path,
) -> None:
    other = DOCKERFILE.replace("-w 2", "-w 3")
    service = without_command(files.CLOUD_RUN)
    texts = {"Dockerfile": DOCKERFILE, "Dockerfile__dev": other}
    sending = one(tmp_path, service__yaml=service, **texts)
    assert sending.verdict is SendVerdict.UNKNOWN
    assert "Dockerfile:2 8 and Dockerfile.dev:2 12" in sending.reason


def test_an_unknown_number_contradicts_nothing(tmp_path: Path) -> None:
    other = DOCKERFILE.replace("-w 2", "-w $N")
    service = without_command(files.CLOUD_RUN)
    texts = {"Dockerfile": DOCKERFILE, "Dockerfile__dev": other}
    sending = one(tmp_path, service__yaml=service, **texts)
    assert sending.verdict is SendVerdict.UNKNOWN
    assert "Dockerfile.dev:2: workers depends on $N" in sending.reason


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("service__yaml", files.CLOUD_RUN.replace(": 10", ": ten"), "is 'ten'; write"),
        ("fly__toml", "[http_service", "it is not TOML"),
        ("service__yaml", without_command(files.CLOUD_RUN), "nothing here says what"),
    ],
)
def test_unknown_numbers_are_reported(
    name: str, text: str, why: str, tmp_path: Path
) -> None:
    sending = one(tmp_path, **{name: text})
    assert sending.verdict is SendVerdict.UNKNOWN and why in sending.reason


def test_commands_of_platforms_are_places(tmp_path: Path) -> None:
    texts = {"k__yaml": files.KUBERNETES, "app__yaml": files.APP_ENGINE}
    places = places_in(tmp_path, **texts).places
    assert [(e.file, e.declared, e.what) for e in places] == [
        ("app.yaml", 16, "App Engine"),
        ("k.yaml", 2, "Kubernetes web"),
    ]
