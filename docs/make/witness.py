"""``docs/witness.md``: the probe's numbers beside those of other witnesses.

The data is stored in ``docs/witness.json``, which ``nox -s witness`` writes.
"""

from collections.abc import Iterator
from pathlib import Path
from statistics import median_low

import msgspec

from harness.records import files
from harness.records.witness import KernelAccount

from .blocks import table

DOCS = Path(__file__).parents[1]
PAGE = DOCS / "witness.md"
SEEN = DOCS / "witness.json"

HEAD = """\
# Witnesses

<!-- Made of docs/witness.json: nox -s witness, nox -s docs -->

The probe counts requests that report themselves to it. For anyone who would rather
not take its word, this page compares its numbers with independent witnesses:

- **The kernel**, in every cell of every run on Linux: how many of the requests held in
  the app have a connection that a process of the server has accepted. In brackets: how
  many more connections it had accepted, whose requests wait inside the server.
- **Plain timed requests**: threads with `http.client`, and a view that sleeps for
  {sleep:g} s. Nothing is held and nothing reports to the probe. The column *sent* says
  how many are sent at once; those that end before {cut:g} s were handled at once. The
  median of the tries has to be within the probe's range.
- **The server's own figure** during these sleeps, if it has one: uWSGI's stats server,
  granian's metrics (connections that do not wait for a thread), the busy threads in
  mod_wsgi's `request_metrics`, and the queue depth in waitress's warnings. gunicorn has
  none: its statsd counts requests that have ended, and its control socket reports only
  workers.

Measured on {day}, with {processors} processors. The probe's number is a range if it
depends on which worker gets the requests: `4–8`.
"""


class Testimony(msgspec.Struct, frozen=True, kw_only=True):
    """The results of all witnesses for one cell."""

    id: str
    floor: int | None
    ceiling: int | None
    bounded: bool
    kernel: KernelAccount | None
    kernel_fault: str
    """How the kernel's account contradicts the probe's; empty if it does not."""
    offered: int
    """How many timed requests were sent at once."""
    timed: tuple[int, ...]
    """How many timed requests were handled at once, in each try."""
    counter: str = ""
    """The name of the server's own figure; empty if it has none."""
    own: tuple[int, ...] = ()
    """The servers' own numbers of requests handled at once, one for each reading."""

    @property
    def disagreements(self) -> tuple[str, ...]:
        """Return each way in which a witness contradicts the probe, as a sentence."""
        faults = [f"the kernel: {self.kernel_fault}"] if self.kernel_fault else []
        for name, numbers in (("timed requests", self.timed), (self.counter, self.own)):
            if numbers and not self._is_within(median_low(numbers)):
                said = ", ".join(map(str, numbers))
                faults.append(f"{name}: {said}, where the probe says {self.number}")
        return tuple(faults)

    @property
    def agreement(self) -> str:
        """Return whether the witnesses agree, in words."""
        return "disagree" if self.disagreements else "agree"

    @property
    def number(self) -> str:
        """Return the probe's number."""
        if self.floor is None or self.ceiling is None:
            return "none"
        if not self.bounded:
            return f"≥{self.ceiling}"
        few, most = self.floor, self.ceiling
        return str(most) if few >= most else f"{few}–{most}"

    def _is_within(self, number: int) -> bool:
        """Return whether a number agrees with the probe's about the offered load."""
        if self.floor is None or self.ceiling is None:
            return True
        most = self.ceiling if self.bounded else self.offered
        return min(self.floor, self.offered) <= number <= most


class Testimonies(msgspec.Struct, frozen=True, kw_only=True):
    """The results of one run of all witnesses."""

    measured_at: str
    processors: int
    sleep_seconds: float
    cells: tuple[Testimony, ...]


def read() -> Testimonies:
    """Return the stored data."""
    return files.read(SEEN, Testimonies)


def save(seen: Testimonies) -> None:
    """Store the data, and write the page."""
    files.write(SEEN, seen)
    PAGE.write_text(page(seen))


def page(seen: Testimonies) -> str:
    """Return the whole page."""
    head = HEAD.format(
        day=seen.measured_at[:10],
        processors=seen.processors,
        sleep=seen.sleep_seconds,
        cut=1.5 * seen.sleep_seconds,
    )
    title, made, rest = head.split("\n\n", 2)
    answer = "\n".join(_disagreements(seen))
    return "\n\n".join([title, made, answer, rest, _table(seen)])


def _disagreements(seen: Testimonies) -> Iterator[str]:
    wrong = [cell for cell in seen.cells if cell.disagreements]
    if not wrong:
        yield f"**In all {len(seen.cells)} cells every witness agrees with the probe.**"
        return
    yield "> [!CAUTION]"
    yield f"> **In {len(wrong)} of {len(seen.cells)} cells a witness disagrees:**"
    yield ">"
    for each in wrong:
        yield f"> - `{each.id}`: {'; '.join(each.disagreements)}"


def _table(seen: Testimonies) -> str:
    heads = ("cell", "probe", "kernel", "sent", "timed", "own figure", "")
    return table(heads, map(_row, seen.cells), numbers=(1, 2, 3, 4))


def _row(cell: Testimony) -> tuple[str, ...]:
    return (
        f"`{cell.id}`",
        cell.number,
        _kernel(cell.kernel),
        str(cell.offered),
        _numbers(cell.timed),
        f"{_numbers(cell.own)} ({cell.counter})" if cell.own else "",
        "**disagree**" if cell.disagreements else cell.agreement,
    )


def _kernel(account: KernelAccount | None) -> str:
    if account is None or account.reason:
        return "not to be had"
    number = f"{account.held_accepted} of {account.held}"
    inside = account.waiting_inside
    return f"{number} (+{inside})" if inside else number


def _numbers(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
