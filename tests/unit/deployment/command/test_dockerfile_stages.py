"""How the stages of a Dockerfile change an image."""

import json
from pathlib import Path

import pytest

from harness.deployment.command.dockerfile import command_in
from harness.deployment.config import DeploymentFault

RUN = 'CMD ["gunicorn", "a:a"]'


@pytest.mark.parametrize(
    ("lines", "folder"),
    [
        (f"WORKDIR /app\nCOPY . .\n{RUN}", None),
        (f"WORKDIR /app\nCOPY src/ .\n{RUN}", "src"),
        (f"WORKDIR /app\nCOPY ./src /app\n{RUN}", "src"),
        (f"COPY --chown=me src /srv/web\nWORKDIR /srv\nWORKDIR web\n{RUN}", "src"),
        (f'WORKDIR /app\nCOPY ["src", "./"]\n{RUN}', "src"),
        ("ENV H=/app\nWORKDIR $H\nADD src $H\nCMD gunicorn a:a", "src"),
        (f"WORKDIR /app\nCOPY src/ .\nCOPY . .\n{RUN}", None),
        (f"WORKDIR /app\nCOPY --from=x src/ .\n{RUN}", None),
        (f"WORKDIR /app\nCOPY other/ .\n{RUN}", None),
        (f"WORKDIR /app\nCOPY src/ /elsewhere\n{RUN}", None),
        (f"WORKDIR /app\nCOPY /src /app\n{RUN}", "src"),
        (f"WORKDIR /app\nCOPY src .\nCOPY c.py .\n{RUN}", "src"),
        (f"COPY . /app\nWORKDIR /app/src\n{RUN}", "src"),
    ],
)
def test_the_working_folder_of_an_image_is_known(
    lines: str, folder: str | None, tmp_path: Path
) -> None:
    (tmp_path / "src").mkdir()
    path = tmp_path / "Dockerfile"
    path.write_text(f"FROM python\n{lines}\n")
    found = command_in(path, {}, {}).folder
    assert found == (None if folder is None else tmp_path / folder)


@pytest.mark.parametrize(
    "words", ["['gunicorn', 'a:a']", '["gunicorn" "a:a"]', '["gunicorn", "a:a",]']
)
def test_a_value_that_is_not_a_list_is_reported(words: str, tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(f"FROM python\n\nCMD {words}\n")
    with pytest.raises(DeploymentFault) as caught:
        command_in(path, {}, {})
    assert "line 3: Docker reads this as a shell line" in str(caught.value)
    assert "write every word in double quotes" in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        (f'{RUN}\nFROM base\nENTRYPOINT ["gunicorn", "b:b"]', ["b:b"]),
        (f'FROM base\n{RUN}\nENTRYPOINT ["env", "A=1"]', ["gunicorn", "a:a"]),
        (f'ENTRYPOINT ["env", "A=1"]\nFROM base\n{RUN}', ["gunicorn", "a:a"]),
    ],
)
def test_an_entrypoint_discards_the_command_of_the_base_image(
    lines: str, last: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(f"FROM python AS base\n{lines}\n")
    assert list(command_in(path, {}, {}).words[-len(last) :]) == last


@pytest.mark.parametrize(
    ("copies", "line", "expected"),
    [
        (". /srv/shop", "-c /srv/shop/conf.py a:a", "-c {here}/conf.py a:a"),
        (
            "src/ /srv/shop/",
            "--config=/srv/shop/a.py a:a",
            "--config={here}/src/a.py a:a",
        ),
        ("conf.py /srv/conf.py", "-c /srv/conf.py a:a", "-c {here}/conf.py a:a"),
        (". /srv/shop", "--chdir /srv/shop/src a:a", "--chdir {here}/src a:a"),
        (". /shop", "--chdir=/shop a:a", "--chdir={here} a:a"),
        (". /shop", "--root-path /shop a:a", "--root-path /shop a:a"),
        ("conf.py src/a.py /srv/", "-c /srv/a.py a:a", "-c {here}/src/a.py a:a"),
        ("conf.py /srv", "-c /srv/conf.py a:a", "-c {here}/conf.py a:a"),
        ("src/*.py /srv/", "-c /srv/a.py a:a", "-c {here}/src/a.py a:a"),
        ("src/a.py .", "-c a.py a:a", "-c {here}/src/a.py a:a"),
        ("src/a.py ./", "--config=./a.py a:a", "--config={here}/src/a.py a:a"),
        (". /shop", "--pid /shop/none.pid", "is only in the image"),
        ("--from=x . /shop", "-c /shop/conf.py", "is only in the image"),
    ],
)
def test_what_is_copied_to_an_image_is_found_beside_its_dockerfile(
    copies: str, line: str, expected: str, tmp_path: Path
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "conf.py").touch()
    (tmp_path / "src" / "a.py").touch()
    path = tmp_path / "Dockerfile"
    for run in (line, json.dumps(line.split())):
        run = (
            run.replace('["', '["gunicorn", "') if run[0] == "[" else f"gunicorn {run}"
        )
        path.write_text(f"FROM python\nCOPY {copies}\nCMD {run}\n")
        if expected.endswith("image"):
            with pytest.raises(DeploymentFault, match=expected):
                command_in(path, {}, {})
        else:
            wanted = expected.format(here=tmp_path.resolve()).split()
            assert list(command_in(path, {}, {}).words) == ["gunicorn", *wanted]
