"""General remedies, a sentence for each kind of finding."""

from harness.report.text import Name
from harness.report.text import quoted
from harness.report.text import say
from harness.report.text import Strong
from harness.report.text import Text
from harness.report.words import Mark

REMEDIES = {
    "FC001": "limit what a worker accepts to what it can run (in gunicorn "
    "`--worker-connections` equal to `--threads`), or have one worker with "
    "more threads; if the server adds workers only while requests wait, start it with "
    "all of them",
    "FC002": "look for what blocks or limits it, such as a library that is not patched "
    "for gevent; `track` and `bisect` find the release in which a number fell",
    "FC003": "if that is intended, declare what it handles; if not, limit the server",
    "FC004": "raise `--limit` or the limit of open files, or measure on a machine that "
    "does less meanwhile",
    "FC101": "choose another release or another Python; `flask-concurrency doctor` "
    "says what is missing here",
    "FC102": "run its command by hand; what it printed is below",
    "FC103": "give it more time, or correct its address; what it printed is below",
    "FC104": "read what it printed, which is below; raise the server's timeout if that "
    "ended it",
    "FC105": "measure again with `--jobs 1`; please report it if that does not help",
    "FC107": "measure again with `--jobs 1`; please report it if that does not help",
    "FC401": "`flask-concurrency bisect` finds the release; acknowledge it in "
    "`expected.toml` if it is meant",
    "FC402": "correct that, or acknowledge it in `expected.toml`",
    "FC403": "measure the same selection as the baseline, or make a new baseline",
    "FC404": "measure the baseline again",
    "FC405": "check that what requests share, such as a pool of connections, is large "
    "enough; then acknowledge it in `expected.toml`, or make a new baseline",
    "FC406": "make a new baseline",
}
"""What to do in general, by the id of a finding; what stands between back-quotes is
code. The pages of the rules say what it costs."""


def what_to_do(mark: Mark) -> Text:
    """The general remedy, with a link to its page; empty if none is known."""
    if not (remedy := REMEDIES.get(mark.rule)):
        return Text()
    more = Name(f"flask-concurrency explain {mark.rule}")
    return say("{} {}. {} says more.", Strong("What to do:"), quoted(remedy), more)
