"""Chapter 11: the sample sizes that readers see, against R (oracles/ch11.R) and against simulation."""

import nbformat
import numpy as np
import prepost
import pytest
from conftest import ROOT
from r_results import results

CELLS = nbformat.read(ROOT / "chapters" / "11-power.ipynb", as_version=4).cells
R = results("ch11", "what")


def printed(part):
    """The output of the one cell that holds this piece of code."""
    (cell,) = [
        cell
        for cell in CELLS
        if cell.cell_type == "code" and part in cell.source and "remove-cell" not in cell.metadata.get("tags", [])
    ]
    output = cell.outputs[0]
    return output.text if output.output_type == "stream" else output.data["text/plain"]


def shown(part):
    """Its words."""
    return printed(part).split()


def pairs(what):
    return f"{R[what]:.0f}"


def test_pairs_for_a_wanted_power_are_those_of_power_t_test():
    """Oracle: R's power.t.test, its N times pi/3 for the signed-rank test."""
    names = ["pairs, {} of the effect, power 0.8", "pairs, {} of the effect, power 0.9"]
    matters, seen, half = printed("z = 1.96 + stats.norm.ppf(power)").splitlines()[1:]
    assert matters.split()[-2] == pairs("pairs, 2.5 points")
    assert seen.split()[-2:] == [pairs(name.format(1)) for name in names]
    assert half.split()[-2:] == [pairs(name.format(0.5)) for name in names]
    assert shown("corrected = (by_pencil + 1.92) / 0.955")[0] == pairs("pairs, 2.5 points")
    assert f"{np.ceil(float(shown('both_corrections =')[1])):.0f}" == pairs("pairs, half a standard deviation")
    assert shown("pairs_needed(0.8, 2.5")[0] == pairs("pairs, 2.5 points")
    assert shown("z_strict = ")[0] == pairs("pairs, Holm")
    assert shown("abs(stigma.mean()) / stigma.std()")[-2] == pairs("pairs, stigma")
    assert shown("each = tries[enough][0]")[0] == pairs("pairs in each of two groups")
    assert f"34 pairs find it with a power of {R['power, 34 pairs']:.0%}" in said("your two guesses")


def test_pairs_for_a_wanted_half_width_are_those_of_r():
    """Oracle: R's qt and sd; t.test for the interval of the mean change."""
    assert shown("for wanted in [1.5")[2::4] == [pairs(f"pairs, half-width {w:g}") for w in (1.5, 1, 0.75, 0.5)]
    assert shown("to_one_point = np.ceil(")[2] == pairs("pairs, half-width 1, self-efficacy")
    assert shown("abs(stigma.mean()) / stigma.std()")[-1] == pairs("pairs, half-width 1, stigma")
    low_high = shown("stats.t.interval(0.95, 33, change")
    assert low_high == [f"{R['interval, low']:.2f}", "to", f"{R['interval, high']:.2f}", "points"]


def said(part):
    """The text of the one Markdown cell that holds these words."""
    (text,) = [cell.source for cell in CELLS if cell.cell_type == "markdown" and part in cell.source]
    return text


def test_the_cheat_sheets_line_for_r_gives_the_number_beside_it():
    """Oracle: the line itself, run in R."""
    assert f"the same in R, {np.ceil(R['cheat sheet']):.0f} pairs" in said("power.t.test(delta = 1.41")
    assert np.ceil(R["cheat sheet"]) == R["pairs, 1 of the effect, power 0.8"]


def test_the_safeguarded_size_is_that_of_r():
    """Oracle: R's t.test at 60% confidence, and power.t.test."""
    text = said("safeguard power")
    assert f"{R['safeguard, points']:.2f} points" in text and f"takes {pairs('pairs, safeguard')} pairs" in text


TRUTHS = {"0.00": "is 0", "1.00": "is 1 point", "1.41": "is the 1.41"}


def test_pairs_for_an_equivalence_claim_are_those_of_r():
    """Oracle: the power of the two one-sided t tests, integrated in R over the estimated SD; N times pi/3."""
    text = said("distance from the true change to the bound")
    needed = [pairs(f"pairs, equivalence, truth {truth}") for truth in TRUTHS]
    assert "{} pairs if the true change is 0, but {} if it is 1 point, and {} if it is".format(*needed) in text
    power = [f"{R[f'power of equivalence, 34 pairs, truth {truth}']:.0%}" for truth in TRUTHS]
    assert "the power is {}, {} and {}".format(*power) in text


@pytest.mark.parametrize("truth", TRUTHS)
def test_the_exact_equivalence_test_has_the_planned_power_on_the_books_scale(truth):
    """Simulation: whole points from 0 to 40, the book's exact test with Pratt's zeros at both bounds."""
    n, studies, rng = int(R[f"pairs, equivalence, truth {truth}"]), 500, np.random.default_rng(1111)
    level = 26 + 5.2 * rng.normal(size=(studies, n))
    before, after = (level + gain + 2.9 * rng.normal(size=level.shape) for gain in (0, float(truth)))
    change = np.clip(np.rint(after), 0, 40) - np.clip(np.rint(before), 0, 40)
    rejected = [
        all(prepost.exact_p(moved, alternative="greater") <= 0.05 for moved in (study + 2.5, 2.5 - study)) for study in change
    ]
    assert np.mean(rejected) == pytest.approx(0.8, abs=3.5 * np.sqrt(0.8 * 0.2 / studies))


def test_adjusting_for_the_baseline_saves_what_the_box_says():
    """Oracles: R's power.t.test by the formula; t.test and lm on 10,000 simulated trials."""
    text = said("*Analysis of covariance.*")
    fewer, full = pairs("pairs in each of two groups, ANCOVA"), pairs("pairs in each of two groups")
    assert f"about {fewer} pairs in each group instead of {full}" in text
    assert R["simulated power, 119 in each group, ANCOVA"] == pytest.approx(0.8, abs=3.5 * np.sqrt(0.8 * 0.2 / 10_000))
    assert 0.8 > R["simulated power, 119 in each group, changes"] + 0.03
    by_changes = R["power, 34 in each of two groups"]
    assert R["simulated power, 34 in each group, changes"] == pytest.approx(by_changes, abs=0.016)
    assert f"from {by_changes:.0%} to {R['simulated power, 34 in each group, ANCOVA']:.0%}" in text


def test_noethers_size_is_that_of_r():
    """Oracle: the formula written out in R, on all sums of two changes."""
    assert f"gives {pairs('pairs, Noether')} pairs" in said("noether1987")


def test_people_to_enrol_are_those_of_r():
    """Oracle: R's pbinom."""
    assert shown("people_to_enrol(73, stays")[0] == pairs("enrolled, 73 pairs")
    assert shown("stats.binom.sf(95, people, 0.75)")[1] == pairs("enrolled, 96 pairs, one in four lost")


@pytest.mark.parametrize("measure", ["empathy", "self_efficacy", "stigma", "likelihood"])
def test_post_hoc_power_is_that_of_r(measure):
    """Oracle: R's coin for the exact p value with Pratt's zeros, qnorm and pnorm."""
    p, power = R[f"p, {measure}"], R[f"post-hoc power, {measure}"]
    line = f"{measure.replace('_', '-')}: p = {p:.4f}, post-hoc power {power:.0%}"
    assert line in printed("post_hoc_power(four").splitlines()
