"""Variables of a Compose file are filled in as Compose does."""

from pathlib import Path

import pytest

from harness.deployment.repository.compose import filled_in
from harness.deployment.repository.compose import variables_in
from harness.deployment.repository.find import find

KNOWN = {"N": "4", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("-w $N", "-w 4"),
        ("-w ${N}", "-w 4"),
        ("-w ${N}2", "-w 42"),
        ("-w ${N:-2} ${N-2} ${N:?no} ${N?no}", "-w 4 4 4 4"),
        ("${EMPTY:-2} [${EMPTY-2}] [${EMPTY}]", "2 [] []"),
        ("${NO:-2} ${NO-3}", "2 3"),
        ("${NO:-${ALSO:-$N}}", "4"),
        ("${NO:-a}b}", "ab}"),
        ("[${N:+y}] [${EMPTY:+y}] [${EMPTY+y}] [${NO+y}]", "[y] [] [y] []"),
        ("$$N $${N:-2} $$$N", "$N ${N:-2} $4"),
        # Only the user who starts the service knows these.
        ("$NO ${NO} ${NO:?say it}", "$NO ${NO} ${NO}"),
        ("${EMPTY:?say it}", "${EMPTY}"),
        ("${NO:-never closed", "${NO:-never closed"),
        ("$5 ${5} $(nproc) a$", "$5 ${5} $(nproc) a$"),
    ],
)
def test_variables_in_a_text_are_filled_in(text: str, filled: str) -> None:
    assert filled_in(text, KNOWN) == filled


def test_a_file_of_variables_is_parsed() -> None:
    text = """\
# how many
A=1
export B = 2 # two
C='${A}'
D="a ${A} \\" b" # three
E=$A-$N
F=it's
G=
H=x#y
not a variable
"""
    assert variables_in(text, KNOWN) == {
        **{"A": "1", "B": "2", "C": "${A}", "D": 'a 1 \\" b', "E": "1-4"},
        **{"F": "it's", "G": "", "H": "x#y"},
    }


@pytest.mark.parametrize(
    ("service", "declared"),
    [
        ("command: 'gunicorn -w ${WORKERS} a:a'", 3),
        ("command: gunicorn -w $WORKERS a:a", 3),
        ("command: 'gunicorn -w ${NO_WORKERS:-5} a:a'", 5),
        ("command: ['gunicorn', '-w', '${WORKERS:-5}', 'a:a']", 3),
        ("command: 'gunicorn ${OPTIONS} a:a'", 6),
        ("command: gunicorn a:a, environment: ['WEB_CONCURRENCY=${WORKERS}']", 3),
        ("command: gunicorn a:a, environment: {WEB_CONCURRENCY: '${NO:-7}'}", 7),
        # A name without a value is passed on.
        ("command: gunicorn a:a, environment: [WEB_CONCURRENCY]", 9),
        ("command: gunicorn a:a, environment: {WEB_CONCURRENCY: }", 9),
        ("command: gunicorn a:a", 1),
        # Variables of a container do not count outside of it, and vice versa.
        ("command: 'gunicorn -w ${WORKERS}', environment: {WORKERS: 8}", 3),
        ("command: 'gunicorn -w ${N:-2} a:a', environment: {N: 8}", 2),
        ("command: sh -c 'gunicorn -w $$WORKERS', environment: {WORKERS: 8}", 8),
        # The variables of the user who starts it win.
        ("command: 'gunicorn -w ${FROM_SHELL} a:a'", 12),
        ("command: gunicorn a:a, environment: ['WEB_CONCURRENCY=${FROM_SHELL}']", 12),
    ],
)
def test_variables_of_a_project_come_from_the_environment_and_its_file(
    service: str, declared: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WORKERS", "OPTIONS", "N", "NO", "NO_WORKERS", "WEB_CONCURRENCY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FROM_SHELL", "12")
    (tmp_path / ".env").write_text(
        "WORKERS=3\nOPTIONS='-w 2 --threads 3'\nWEB_CONCURRENCY=9\nFROM_SHELL=2\n"
    )
    (tmp_path / "compose.yaml").write_text(f"services: {{web: {{{service}}}}}\n")
    (place,) = find(tmp_path, 4).places
    assert (place.known, place.declared) == (True, declared)
