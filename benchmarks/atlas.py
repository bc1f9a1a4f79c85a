"""How long it takes to build the atlas, and how large it is.

The cells are made up: those of the catalog, with as many releases of Flask as needed,
each with rounds around its declared number.
"""

import tempfile
import time
from pathlib import Path

from harness.cli.reproduce import probe_by
from harness.cli.site import write
from harness.plan import catalog
from harness.records.evidence import Evidence
from harness.site import questions
from harness.site.atlas import Atlas
from harness.site.pages import build_site
from tests.builders.atlas import catalog_evidence

SIZES = (1_000, 10_000)


def main() -> None:
    """Print time and size for each number of cells."""
    print("the atlas:")
    for size in SIZES:
        _build(size)


def _build(size: int) -> None:
    evidence = _evidence(size)
    begun, used = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "site"
        atlas = Atlas(evidence, catalog.load(), probe_by("flask-concurrency probe"))
        count, total = write(out, build_site(atlas, questions.load()))
        took, used = time.monotonic() - begun, time.process_time() - used
        print(
            f"  {len(atlas.entries)} cells: {took:.1f} s ({used:.1f} s of processor), "
            f"{count} files, {total / 1e6:.1f} MB"
        )
        views = ", ".join(
            f"{kind} {size / 1e3:.0f} kB" for kind, size in _heaviest(out)
        )
        print(f"    the heaviest page of each kind, nothing compressed: {views}")


def _heaviest(out: Path) -> list[tuple[str, int]]:
    """Return the size of the largest page of each kind: its folder or its name."""
    sizes: dict[str, int] = {}
    for path in out.rglob("*.html"):
        kind = path.relative_to(out).parts[0].removesuffix(".html")
        sizes[kind] = max(sizes.get(kind, 0), path.stat().st_size)
    return sorted(sizes.items(), key=lambda each: -each[1])


def _evidence(size: int) -> list[Evidence]:
    """Make evidence with at least ``count`` cells."""
    evidence: list[Evidence] = []
    releases = (f"3.{minor}.{patch}" for minor in range(1, 99) for patch in range(10))
    while sum(len(each.cells) for each in evidence) < size:
        evidence += catalog_evidence([next(releases)])
    return evidence
