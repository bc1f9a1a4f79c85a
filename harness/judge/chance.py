"""Computes how likely a difference between small counts is if nothing has changed.

The tests are exact for counts of any size. Tables and approximations would be wrong for
ten rounds, most of which give the same small number.
"""

from collections.abc import Sequence
from math import comb

TOLERANCE = 1 + 1e-9
"""Factor below which two probabilities count as equal, since both are rounded
quotients."""


def fisher(some: int, of: int, others: int, of_others: int) -> float:
    """Probability that two shares differ this much, or more, by chance.

    The shares are ``some/of`` and ``others/of_others``. This is Fisher's exact test,
    two-sided. R. A. Fisher, "The Logic of Inductive Inference", Journal of the Royal
    Statistical Society 98 (1935), pages 39 to 82. Two-sided means that it adds up every
    table with the same sums that is no more likely than the one that was seen.
    """
    drawn = some + others
    ways = {
        count: comb(of, count) * comb(of_others, drawn - count)
        for count in range(max(0, drawn - of_others), min(of, drawn) + 1)
    }
    seen = ways[some] * TOLERANCE
    return sum(way for way in ways.values() if way <= seen) / sum(ways.values())


def least(of: int, of_others: int) -> float:
    """The smallest probability that ``fisher`` can return for two such totals."""
    return 1 / comb(of + of_others, min(of, of_others))


def stand_out(likelihoods: Sequence[float], report: float, each: float) -> list[bool]:
    """Whether each of several differences is too unlikely to be chance.

    ``report`` limits how likely it is that any of them is picked by mistake: S. Holm,
    "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of
    Statistics 6 (1979), pages 65 to 70. However few differences there are, none with a
    likelihood above ``each`` is picked.
    """
    real = [False] * len(likelihoods)
    left = len(likelihoods)
    for index in sorted(range(left), key=likelihoods.__getitem__):
        if likelihoods[index] > min(each, report / left):
            break
        real[index] = True
        left -= 1
    return real
