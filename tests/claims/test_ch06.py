"""The numbers that chapter 6 prints, and its function that counts sums.

Oracles: R's stored results in oracles/ch06.csv (exactRankTests::perm.test, coin, binom.test, wilcox.test, t.test and
the noncentral t distribution), made by oracles/ch06.R; and full enumeration of the signs.
"""

import collections
import itertools
import re

import nbformat
import numpy as np
import prepost
import pytest
from conftest import ROOT
from r_results import results
from scipy import stats

CELLS = nbformat.read(ROOT / "chapters" / "06-chance.ipynb", as_version=4).cells
PRINTED = {line for cell in CELLS for out in cell.get("outputs", []) for line in out.get("text", "").splitlines()}
PERM, COIN = "exactRankTests::perm.test", "coin::symmetry_test"
R = results("ch06", "case", "statistic", "program")


def chapters_count_sums():
    """The function as the chapter defines it."""
    defined = {"Counter": collections.Counter}
    exec(next(cell.source for cell in CELLS if cell.source.startswith("def count_sums")), defined)
    return defined["count_sums"]


@pytest.mark.parametrize(
    "line, case, statistic, program",
    [
        ("p = {:.4f}", "empathy", "flips, two-sided", PERM),
        ("p = {:.4f}", "empathy", "flips, two-sided", COIN),
        ("one-sided p = {:.4f}", "empathy", "flips, greater", PERM),
        ("80 of 256 patterns, or {:.4f}", "first eight", "flips, two-sided", PERM),
        ("256 patterns, p = {:.4f}", "first eight", "flips, two-sided", PERM),
        ("[-12 -10  -8  -6  -6  -4  -2   0   0   2   4   6   6   8  10  12] {:.2f}", "four", "flips, two-sided", PERM),
        ("self_efficacy {:.4f}", "self_efficacy", "flips, two-sided", PERM),
        ("stigma {:.4f}", "stigma", "flips, two-sided", PERM),
        ("likelihood {:.4f}", "likelihood", "flips, two-sided", PERM),
        ("p = {:.4f}", "empathy", "sign test", "stats::binom.test"),
        ("two-sided p = {:.4f}", "empathy", "sign test", "stats::binom.test"),
        ("one-sided {:.4f}", "empathy", "sign test, greater", "stats::binom.test"),
        ("22 of 34: p = {:.4f}", "empathy", "sign test, zeros shared", "stats::binom.test"),
        ("{0:.4f} {0:.4f}", "self_efficacy", "sign test", "stats::binom.test"),
        ("stigma {:.4f}", "stigma", "sign test", "stats::binom.test"),
        ("p = {:.2f}", "empathy", "Mann-Whitney", "stats::wilcox.test"),
    ],
)
def test_the_chapter_prints_what_r_finds(line, case, statistic, program):
    assert line.format(R[case, statistic, program]) in PRINTED


def test_the_two_standard_errors_are_those_of_rs_t_tests():
    piles, pairs = (R["empathy", f"standard error, {kind}", "stats::t.test"] for kind in ("two piles", "pairs"))
    assert f"two piles {piles:.2f}, pairs {pairs:.2f} points" in PRINTED


def test_count_sums_counts_what_listing_all_sign_patterns_counts():
    """Full enumeration, for sixty random cohorts of up to nine people, zeros and ties included."""
    count_sums = chapters_count_sums()
    rng = np.random.default_rng(6)
    for people in rng.integers(1, 10, 60):
        change = rng.integers(-4, 5, people)
        moved = change[change != 0]
        listed = collections.Counter(sum(p) for p in itertools.product(*([size, -size] for size in moved)))
        assert count_sums(change) == listed


@pytest.mark.parametrize("measure", prepost.load("instruments").index)
def test_the_share_of_counted_sums_is_the_p_value_of_perm_test(measure):
    """R: exactRankTests::perm.test, both sides and the upper one."""
    pairs = prepost.load("scores").dropna()
    change = (pairs[f"{measure}_after"] - pairs[f"{measure}_before"]).astype(int)
    ways = chapters_count_sums()(change)
    both = sum(count for total, count in ways.items() if abs(total) >= abs(change.sum())) / sum(ways.values())
    upper = sum(count for total, count in ways.items() if total >= change.sum()) / sum(ways.values())
    assert both == pytest.approx(R[measure, "flips, two-sided", PERM], rel=1e-9)
    assert upper == pytest.approx(R[measure, "flips, greater", PERM], rel=1e-9)


def within_monte_carlo_error(hits, rounds, p):
    """Whether a simulated count lies within 3.5 standard errors of what theory expects."""
    return abs(hits - rounds * p) < 3.5 * np.sqrt(rounds * p * (1 - p))


def test_the_simulated_flips_agree_with_perm_test_within_their_monte_carlo_error():
    hits = next(int(line.split()[0]) for line in PRINTED if "of 10,000 rounds, so p is about" in line)
    assert within_monte_carlo_error(hits, 10_000, R["empathy", "flips, two-sided", PERM])


def test_the_simulated_p_values_just_below_05_are_as_many_as_the_noncentral_t_expects():
    """R: stats::pt with a noncentrality, for a true mean change of 0 and of 1.4 points."""
    line = next(line for line in PRINTED if line.endswith("of 20,000 each"))
    for hits, mean in zip(re.findall(r"\d+", line), ("0.0", "1.4")):
        assert within_monte_carlo_error(int(hits), 20_000, R[f"true mean {mean}", "p from .04 to .05", "stats::pt"])


def test_scipys_two_sided_p_is_the_tail_on_our_side_doubled_and_varies_as_much_as_the_chapter_says():
    """R: the exact p of perm.test; the spread over 400 seeds against two binomial standard errors."""
    pairs = prepost.load("scores").dropna()
    change = (pairs["empathy_after"] - pairs["empathy_before"]).to_numpy(dtype=float)
    rounds, found, together = 999, [], []
    for seed in range(400):
        test = stats.permutation_test(
            (change,), np.sum, permutation_type="samples", n_resamples=rounds, random_state=seed, vectorized=True
        )
        above, below = (test.null_distribution >= 48).sum(), (test.null_distribution <= -48).sum()
        assert test.pvalue == pytest.approx(2 * (above + 1) / (rounds + 1))
        found.append(test.pvalue)
        together.append((above + below + 1) / (rounds + 1))
    upper, both = (R["empathy", f"flips, {side}", PERM] for side in ("greater", "two-sided"))
    assert np.std(found) == pytest.approx(2 * np.sqrt(upper * (1 - upper) / rounds), rel=0.15)
    assert np.std(together) == pytest.approx(np.sqrt(both * (1 - both) / rounds), rel=0.15)
