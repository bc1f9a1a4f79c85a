"""The pen that writes findings as SARIF 2.1.0, which code scanning reads.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import harness
from harness.records.rules import name_of
from harness.records.rules import RULES
from harness.report.cases import Case
from harness.report.cases import CHARACTERS
from harness.report.escape import printable

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write(cases: Sequence[Case], meanings: Mapping[str, str], root: str = "") -> str:
    """The findings among the cases; files are written relative to ``root``."""
    findings = [case for case in cases if case.code]
    codes = list(RULES)
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(meanings)},
                "results": [_result(finding, codes, root) for finding in findings],
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _driver(meanings: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": "flask-concurrency",
        "semanticVersion": harness.__version__,
        "rules": [
            {
                "id": code,
                "name": name_of(word),
                "shortDescription": {"text": meanings[code]},
            }
            for code, word in RULES.items()
        ],
    }


def _uri(file: str, root: str) -> str:
    """A file as a URI, relative to the folder ``root`` if it is in it."""
    inside = file.removeprefix(f"{root.rstrip('/')}/") if root else file
    return f"file://{quote(file)}" if inside.startswith("/") else quote(inside)


def _result(case: Case, codes: list[str], root: str) -> dict[str, Any]:
    named = case.message.startswith(case.word) or case.name.endswith(f": {case.word}")
    about = case.message if named else f"{case.word}: {case.message}"
    text = f"{case.name}: {about}"
    result: dict[str, Any] = {
        "ruleId": case.code,
        "ruleIndex": codes.index(case.code),
        "level": "error" if case.fails else "note" if case.left_out else "warning",
        "message": {"text": printable(text, characters=CHARACTERS)},
        "partialFingerprints": {"flaskConcurrency/v1": f"{case.code}:{case.name}"},
    }
    if case.file:
        place: dict[str, Any] = {"artifactLocation": {"uri": _uri(case.file, root)}}
        if case.line:
            place["region"] = {"startLine": case.line}
        result["locations"] = [{"physicalLocation": place}]
    return result
