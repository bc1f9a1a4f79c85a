"""A start that migrates a shared database is refused; any other is allowed."""

from pathlib import Path

import pytest

from harness.deployment.config import DeploymentFault
from harness.deployment.isolation.migrations import check_database

SHOP = {"DATABASE_URL": "postgresql+psycopg://shop:secret@db.example:5432/shop"}

LINES = (
    "flask db upgrade && gunicorn shop:app",
    "flask --app shop db upgrade; exec gunicorn shop:app",
    "python -m flask db upgrade -d migrations && gunicorn shop:app",
    "alembic -c prod.ini upgrade head && gunicorn shop:app",
    "python manage.py migrate --noinput && gunicorn shop:app",
    "python3 manage.py db upgrade && gunicorn shop:app",
)


@pytest.mark.parametrize("line", LINES)
def test_a_migration_over_the_network_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(DeploymentFault) as fault:
        check_database("command", ("sh", "-c", line), tmp_path, SHOP, {})
    said = str(fault.value)
    assert "which would change the database that DATABASE_URL names on db.ex" in said
    assert 'env = { DATABASE_URL = "sqlite:///check.db" }' in said
    assert "secret" not in said and "shop:" not in said.partition("`, which")[2]


@pytest.mark.parametrize(
    ("file", "text"), [("boot.sh", ""), ("boot", "#!/usr/bin/env bash\n")]
)
@pytest.mark.parametrize("words", [("./{}",), ("sh", "{}")])
def test_a_migration_in_a_script_is_refused(
    tmp_path: Path, file: str, text: str, words: tuple[str, ...]
) -> None:
    (tmp_path / file).write_text(f"{text}while true; do\n  flask db upgrade\ndone\n")
    command = [word.format(file) for word in words]
    with pytest.raises(DeploymentFault, match="runs `flask db upgrade`"):
        check_database("command", command, tmp_path, SHOP, {})


def test_a_database_named_in_a_file_is_found(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nexport DSN='mysql://shop@10.0.0.1/shop'\n")
    words = ("sh", "-c", LINES[0])
    with pytest.raises(DeploymentFault, match="that DSN names on 10.0.0.1"):
        check_database("command", words, tmp_path, {}, {})
    check_database("command", words, tmp_path, {"DSN": "sqlite://"}, {})


@pytest.mark.parametrize(
    ("line", "variables", "given"),
    [
        ("gunicorn shop:app", SHOP, {}),
        ("flask run", SHOP, {}),
        ("flask db current && gunicorn shop:app", SHOP, {}),
        (LINES[0], {"DATABASE_URL": "sqlite:///shop.db"}, {}),
        (LINES[0], {}, {}),
        # The deployment names the database itself.
        (LINES[0], SHOP, SHOP),
        # A machine that runs a single job.
        (LINES[0], {**SHOP, "CI": "true"}, {}),
    ],
)
def test_other_commands_are_accepted(
    tmp_path: Path, line: str, variables: dict[str, str], given: dict[str, str]
) -> None:
    check_database("command", ("sh", "-c", line), tmp_path, variables, given)


def test_a_comment_is_not_a_setting(tmp_path: Path) -> None:
    (tmp_path / "boot.sh").write_text("# flask db upgrade\nexec gunicorn shop:app\n")
    check_database("command", ("./boot.sh",), tmp_path, SHOP, {})
