"""How the stages of a Dockerfile change an image."""

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
