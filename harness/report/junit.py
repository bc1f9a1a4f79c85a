"""The pen that writes cases as JUnit XML, which most CI systems show as tests.

As Ant's schema has it: https://github.com/windyroad/JUnit-Schema
"""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from harness.report.cases import Case
from harness.report.cases import CHARACTERS
from harness.report.escape import printable


def write(cases: Sequence[Case], measured_at: str) -> str:
    """A document with one suite; ``measured_at`` is ISO 8601."""
    suites = ET.Element("testsuites")
    suite = ET.SubElement(
        suites,
        "testsuite",
        name="flask-concurrency",
        package="flask-concurrency",
        id="0",
        timestamp=measured_at[:19],
        hostname="localhost",
        tests=str(len(cases)),
        failures=str(sum(case.fails for case in cases)),
        errors="0",
        skipped=str(sum(case.left_out and not case.fails for case in cases)),
        time=f"{sum(each.seconds for each in cases):.3f}",
    )
    ET.SubElement(suite, "properties")
    for each in cases:
        suite.append(_case(each))
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")
    ET.indent(suites)
    text = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _case(case: Case) -> ET.Element:
    element = ET.Element(
        "testcase",
        name=printable(case.name),
        classname=printable(case.group),
        time=f"{case.seconds:.3f}",
    )
    message = printable(case.message, characters=CHARACTERS)
    if case.fails:
        kind = " ".join(filter(None, (case.code, case.word)))
        failure = ET.SubElement(element, "failure", message=message, type=kind)
        where = f"{case.file}:{case.line}: " if case.file else ""
        failure.text = printable(f"{where}{case.message}", characters=CHARACTERS)
    elif case.left_out:
        ET.SubElement(element, "skipped", message=message)
    return element
