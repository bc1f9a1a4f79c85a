"""The site as data: API, feeds, badges, files for crawlers; and the shipped data."""

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import msgspec
import pytest

from docs.make import data
from harness.records.files import read
from harness.records.results import read_evidence
from harness.records.track import Line
from harness.report.words import QUESTIONS as QUESTIONS_ASKED
from harness.site import change_pages
from harness.site import questions
from harness.site.atlas import Origin
from harness.site.atlas import Released
from harness.site.explain import MeasuredCell
from harness.site.site_context import SiteContext
from harness.track import history
from tests.atlas.conftest import URL
from tests.builders.atlas import atlas_of
from tests.builders.atlas import built
from tests.builders.atlas import CATALOG
from tests.builders.atlas import QUESTIONS
from tests.builders.atlas import sample
from tests.samples import make

ATOM = "{http://www.w3.org/2005/Atom}"
ROOT = Path(__file__).parents[3]


def test_every_data_file_states_its_version(whole_site: dict[str, bytes]) -> None:
    for path, content in whole_site.items():
        if path == "data.json" or path.startswith("api/v1/"):
            document = json.loads(content)
            if path != "api/v1/openapi.json":
                assert document["schema_version"] == 1, path
                assert document["generated_at"].startswith("2026-11-2"), path


def test_every_question_covers_every_cell(whole_site: dict[str, bytes]) -> None:
    questions = json.loads(whole_site["api/v1/questions.json"])["questions"]
    assert questions and not any(question["missing"] for question in questions)


def test_every_file_matches_the_openapi_description(
    whole_site: dict[str, bytes],
) -> None:
    described = json.loads(whole_site["api/v1/openapi.json"])
    seen = set()
    for path, item in described["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", ".+", re.escape(path.lstrip("/")))
        found = [each for each in whole_site if re.fullmatch(pattern, each)]
        assert found, path
        content = item["get"]["responses"]["200"]["content"]["application/json"]
        schema = {**content["schema"], "components": described["components"]}
        kind = jsonschema.Draft202012Validator
        kind.check_schema(schema)
        for each in found:
            kind(schema).validate(json.loads(whole_site[each]))
        seen.update(found)
    left = {path for path in whole_site if path.endswith(".json")} - seen
    evidence = {path for path in left if path.startswith("evidence/")}
    assert left - evidence == {"api/v1/openapi.json", "data.csv-metadata.json"}


def test_operations_have_unique_names(whole_site: dict[str, bytes]) -> None:
    """OpenAPI requires this, and a parameter for each placeholder in a path."""
    paths = json.loads(whole_site["api/v1/openapi.json"])["paths"]
    names = [item["get"]["operationId"] for item in paths.values()]
    assert len(names) == len(set(names))
    for path, item in paths.items():
        given = [each["name"] for each in item["get"].get("parameters", ())]
        assert given == re.findall(r"{(\w+)}", path)


def test_a_cell_is_found_under_its_id(whole_site: dict[str, bytes]) -> None:
    name = "flask-3.1.3/gunicorn-27.0.1/gthread-2x4/py3.11"
    cell = json.loads(whole_site[f"api/v1/cell/{name}.json"])["cell"]
    assert cell["id"] == name and cell["ceiling"] == 8 and cell["declared"] == 8
    assert "rounds" not in cell and cell["purls"][0] == "pkg:pypi/flask@3.1.3"
    assert cell == json.loads(whole_site["data.json"])["cells"][name]


def test_the_csv_table_has_every_cell_and_explains_its_columns(
    whole_site: dict[str, bytes],
) -> None:
    described = json.loads(whole_site["data.csv-metadata.json"])
    columns = [each["titles"] for each in described["tableSchema"]["columns"]]
    rows = list(
        csv.DictReader(io.StringIO(whole_site["data.csv"].decode(), newline=""))
    )
    cells = json.loads(whole_site["data.json"])["cells"]
    assert list(rows[0]) == columns and {row["id"] for row in rows} == set(cells)
    for row in rows:
        cell = cells[row["id"]]
        for key in ("ceiling", "floor", "declared", "processes"):
            assert row[key] == ("" if cell[key] is None else str(cell[key]))
        answers = {each["question"]: each["answer"] for each in cell["answers"]}
        for question in QUESTIONS_ASKED:
            assert row[str(question)] == answers.get(str(question), "")
        assert row["page"] in whole_site


def test_no_value_in_the_csv_table_is_a_formula() -> None:
    where = make.environment("3.1.3", "gunicorn", "=1+1")
    cells = [make.cell(where, "@SUM(1)", 4, make.rounds(4, (1, 4)))]
    text = built(atlas_of([make.evidence(where, cells)]))["data.csv"].decode()
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["release"], row["configuration"]) == ("'=1+1", "'@SUM(1)")


def test_badges_have_the_format_of_shields(whole_site: dict[str, bytes]) -> None:
    badge = json.loads(whole_site["badge/gunicorn/gthread-2x4.json"])
    assert badge["schemaVersion"] == 1 and badge["label"] and badge["message"]
    drawn = ElementTree.fromstring(whole_site["badge/gunicorn/gthread-2x4.svg"])
    assert "concurrent requests: 8" in drawn.attrib["aria-label"]
    cell = "badge/flask-3.1.3/gunicorn-27.0.1/gthread-2x4/py3.11"
    assert whole_site[f"{cell}.svg"] == whole_site["badge/gunicorn/gthread-2x4.svg"]


# -------------------------------------------------------------------------------- feeds


def test_a_feed_is_valid_atom(whole_site: dict[str, bytes]) -> None:
    feed = ElementTree.fromstring(whole_site["changes/all.atom"])
    assert {"id", "title", "updated", "author"} <= {
        each.tag.removeprefix(ATOM) for each in feed
    }
    entries = feed.findall(f"{ATOM}entry")
    assert entries
    ids = [each.findtext(f"{ATOM}id") for each in entries]
    assert len(ids) == len(set(ids))
    for entry in entries:
        link = entry.find(f"{ATOM}link")
        assert link is not None
        assert link.attrib["href"].removeprefix(URL) in whole_site
        assert entry.findtext(f"{ATOM}summary")
    mine = ElementTree.fromstring(whole_site["changes/gunicorn.atom"])
    assert len(mine.findall(f"{ATOM}entry")) <= len(entries)


def test_the_id_of_a_change_never_changes() -> None:
    """It is written out here: feed readers show an entry again when its id changes."""
    atlas = atlas_of(sample("history"))
    ids = {
        f"{entry.release} {entry.cell.configuration}": entry.id
        for entry in change_pages.entries(atlas)
    }
    known = "urn:uuid:6c706883-f400-5c8d-96fa-5d3a91e91bbf"
    assert ids["23.0.0 gthread-1x4-connections-4"] == known


def test_a_change_is_in_the_feed_of_its_server_only(
    whole_site: dict[str, bytes],
) -> None:
    feed = ElementTree.fromstring(whole_site["changes/waitress.atom"])
    assert feed.findall(f"{ATOM}entry") == []


# ------------------------------------------------------------------------ how old it is


def test_unmeasured_releases_are_listed() -> None:
    released = Released(
        asked_at="2026-11-26T00:00:00+00:00",
        packages={
            "gunicorn": ("26.0.0", "27.0.1", "27.0.2"),
            "waitress": ("9.0",),
            "Flask": ("3.1.3",),
        },
    )
    atlas = atlas_of(sample("single"), origin=Origin(released=released))
    assert [each.releases for each in atlas.unmeasured] == [("27.0.2",)]
    files = built(atlas)
    assert b"27.0.2 is out and not measured yet" in files["server/gunicorn.html"]
    assert b"gunicorn 27.0.2" in files["data.html"]
    unmeasured = json.loads(files["api/v1/unmeasured.json"])
    assert unmeasured["packages"][0]["newest_measured"] == "27.0.1"


def test_results_of_an_older_probe_are_not_shown() -> None:
    new = sample("single")
    old = [
        msgspec.structs.replace(each, probe=each.probe - 1)
        for each in sample("history")
    ]
    atlas = atlas_of([*old, *new])
    assert atlas.older == len(old)
    assert {e.cell.server_version for e in atlas.entries} == {"27.0.1"}


def test_two_runs_can_be_compared() -> None:
    where = make.environment("3.1.3", "gunicorn", "27.0.1")

    def run(number: int, day: int) -> list[object]:
        cells = [make.cell(where, "sync-4", 4, make.rounds(number, (number, 1)))]
        when = f"2026-11-{day}T00:00:00+00:00"
        return [make.evidence(where, cells, measured_at=when)]

    runs = [run(4, 20), run(4, 21)]
    evidence = [each for several in runs for each in several]
    files = built(atlas_of(evidence, runs=runs))  # type: ignore[arg-type]
    assert any(path.startswith("diff/run/") for path in files)


def test_feeds_have_relative_links_if_the_site_has_no_address() -> None:
    atlas = atlas_of(sample("history"))
    (feed, *_) = [
        file
        for file in change_pages.files(SiteContext.of(atlas, {}))
        if file.path.endswith(".atom")
    ]
    assert b'href="../changes.html"' in feed.content


# ---------------------------------------------------------------------- what is shipped


def test_explain_compares_with_the_shipped_data() -> None:
    assert data.MEASURED.read_text() == data.measured()


def test_the_shipped_data_names_no_folder_of_a_machine() -> None:
    for path in data.DATA.rglob("*.json"):
        assert not data.ON_A_MACHINE.search(path.read_text()), path


@pytest.mark.parametrize(
    ("text", "neutral"),
    [
        ("/home/me/x/.nox/flask-3/bin/gunicorn", "{environment}/bin/gunicorn"),
        ("see /root/x/harness/target.", "see {target}."),
        ('File "/tmp/flask-concurrency-ab/x.py"', 'File "{folder}/x.py"'),
        ("/usr/local/lib/python3.13/threading.py", "{python}/threading.py"),
        ("--bind 127.0.0.1:80", "--bind 127.0.0.1:80"),
    ],
)
def test_placeholders_replace_folders_of_a_machine(text: str, neutral: str) -> None:
    where = make.environment("3.1.3", "gunicorn", "27.0.1")
    cells = [make.cell(where, "default", 1, log_tail=text)]
    made = data.neutral(make.evidence(where, cells))
    assert made.cells[0].log_tail == neutral


def test_every_answer_that_a_question_cites_is_shipped() -> None:
    """No page says "not asked" where its text promises an answer."""
    runs, _ = read_evidence(data.DATA / "results")
    lines, _ = history.read(data.DATA / "history")
    cells = atlas_of([*runs, *lines]).report.cells
    for page in questions.answered(QUESTIONS, cells):
        texts = (page.question.answer, page.question.wrong, *page.question.detail)
        for text in texts:
            assert "not asked" not in page.written(text).plain, page.name


def test_releases_of_every_package_are_shipped() -> None:
    released = read(data.DATA / "released.json", Released)
    packages = {server.name for server in CATALOG.servers if server.package}
    assert set(released.packages) == {"Flask", *packages}
    assert all(released.packages.values())


def test_timelines_cover_what_was_measured_with_several_releases() -> None:
    lines: tuple[Line, ...] = atlas_of(sample("history")).lines
    assert {line.package for line in lines} == {"gunicorn"}
    assert all(line.beside == "Flask 3.1.3" for line in lines)
    assert MeasuredCell.__struct_fields__[0] == "id"
