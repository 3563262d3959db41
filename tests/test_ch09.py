"""Every statistic of chapter 9 that tests/test_statistics.py does not hold.

Oracles: R's stored results in oracles/ch09.csv, made by oracles/ch09.R (R, boot and effectsize as in
oracles/made.csv), and pingouin.
"""

import nbformat
import numpy as np
import pandas as pd
import pingouin
import prepost
import pytest
from conftest import ROOT
from r_results import close, results
from scipy import stats

NOTEBOOK = nbformat.read(ROOT / "chapters" / "09-effect-sizes.ipynb", 4)
PAIRS = prepost.load("scores").dropna().astype(int)
MEASURES = list(prepost.load("instruments").index)
WAVES = {name: (PAIRS[f"{name}_before"].to_numpy(), PAIRS[f"{name}_after"].to_numpy()) for name in MEASURES}
R = results("ch09", "case", "statistic")


def printed(start):
    """The stored text output of the one cell whose source contains this."""
    (cell,) = [cell for cell in NOTEBOOK.cells if cell.cell_type == "code" and start in cell.source]
    return "".join(o.get("text") or o["data"]["text/plain"] for o in cell.outputs)


@pytest.fixture(scope="module")
def one_table():
    """The chapter's table of effect sizes: its cells up to that table, run again."""
    names = {}
    for cell in NOTEBOOK.cells:
        if cell.cell_type == "code" and "remove-cell" not in cell.metadata.get("tags", []):
            exec(cell.source, names)
        if "one_table[columns]" in cell.source:
            return names["sizes"].set_index(["measure", "effect"])


@pytest.mark.parametrize("measure", MEASURES)
def test_cles_of_pingouins_paired_test_compares_strangers(measure):
    """pingouin's wilcoxon and its Mann-Whitney test, and R's unpaired p_superiority, print one and the same number."""
    before, after = WAVES[measure]
    everybody = (after[:, None] > before).mean() + (after[:, None] == before).mean() / 2
    assert pingouin.wilcoxon(after, before, method="approx")["CLES"].item() == close(everybody)
    assert pingouin.mwu(after, before)["CLES"].item() == close(everybody)
    assert R[measure, "CLES unpaired ranks"] == close(everybody)
    assert everybody != close(prepost.probability_of_improvement(after - before))


@pytest.mark.parametrize("measure", MEASURES)
def test_the_other_cles_follow_the_formulas_that_the_chapter_gives(measure):
    """R's effectsize::p_superiority, parametric or by ranks, paired or not."""
    before, after = WAVES[measure]
    change = after - before
    d_z = change.mean() / change.std(ddof=1)
    d_pooled = change.mean() / np.sqrt((before.var(ddof=1) + after.var(ddof=1)) / 2)
    assert R[measure, "CLES unpaired"] == close(stats.norm.cdf(d_pooled / np.sqrt(2)))
    assert R[measure, "CLES paired"] == close(stats.norm.cdf(d_z / np.sqrt(2)))
    assert R[measure, "CLES paired ranks"] == close((prepost.rank_biserial(change) + 1) / 2)


@pytest.mark.parametrize(
    "row, statistic",
    [
        ("everybody with everybody", "CLES unpaired ranks"),
        ("normal model of two groups", "CLES unpaired"),
        ("two-group formula given d_z", "CLES paired"),
        ("share of rank points", "CLES paired ranks"),
    ],
)
def test_six_answers_print_what_r_prints(row, statistic):
    """R's effectsize::p_superiority."""
    (line,) = [line for line in printed('answers.to_frame("probability")').splitlines() if line.startswith(row)]
    assert line.split()[-1] == f"{R['empathy', statistic]:.3f}"


@pytest.mark.parametrize("measure", MEASURES)
def test_pingouins_paired_d_averages_variances_as_rs_pooled_d_does(measure):
    """pingouin's compute_effsize and R's cohens_d without pairing; d_av of prepost is within a hundredth."""
    before, after = WAVES[measure]
    d = pingouin.compute_effsize(after, before, paired=True, eftype="cohen")
    assert d == close(R[measure, "d pooled"])
    assert d == pytest.approx(prepost.paired_d(before, after)["d_av"], abs=0.01)


@pytest.mark.parametrize("measure", MEASURES)
def test_wilcox_test_estimates_the_change_of_those_who_moved(measure):
    """R's wilcox.test(conf.int = TRUE) drops zeros, and finds Walsh averages up to the tolerance of its search."""
    before, after = WAVES[measure]
    change = after - before
    estimate, low, high = prepost.pseudo_median(change[change != 0])
    assert R[measure, "typical, zeros dropped"] == pytest.approx(estimate, abs=2e-4)
    assert R[measure, "typical, zeros dropped, low"] == pytest.approx(low, abs=2e-4)
    assert R[measure, "typical, zeros dropped, high"] == pytest.approx(high, abs=2e-4)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("effect", ["r", "rank-biserial", "improvement", "d_z", "d_av"])
def test_every_effect_size_of_the_table_is_rs_and_its_bca_interval_agrees(one_table, measure, effect):
    """R's boot.ci(type = "bca"), other draws.

    The ends differ by Monte Carlo error, and by two steps of 1/68 at most where the effect is a share of 34 people:
    boot counts ties with the estimate otherwise.
    """
    row = one_table.loc[(measure, effect)]
    assert row["estimate"] == close(R[measure, effect])
    for end in ("low", "high"):
        assert row[end] == pytest.approx(R[measure, f"{effect} {end}"], abs=0.035)


@pytest.mark.parametrize("measure", MEASURES)
def test_bootstrap_interval_of_d_z_is_near_the_one_from_theory(one_table, measure):
    """R's cohens_d inverts the noncentral t distribution."""
    row = one_table.loc[(measure, "d_z")]
    for end in ("low", "high"):
        assert row[end] == pytest.approx(R[measure, f"d_z exact {end}"], abs=0.05)


def test_the_table_shows_every_effect_size_of_every_measure_with_interval_n_and_words(one_table):
    effects = ["typical change", "r", "rank-biserial", "improvement", "d_z", "d_av"]
    assert list(one_table.index) == [(measure, effect) for measure in MEASURES for effect in effects]
    assert not one_table.isna().any(axis=None)
    assert (one_table["low"] <= one_table["estimate"]).all() and (one_table["estimate"] <= one_table["high"]).all()
    moved = {name: int((after != before).sum()) for name, (before, after) in WAVES.items()}
    assert one_table["N"].xs("rank-biserial", level="effect").to_dict() == moved
    assert (one_table["N"].drop("rank-biserial", level="effect") == 34).all()


def test_largest_r_depends_on_ties_and_zeros_as_the_formulas_say():
    """Analytic: without ties Z = sqrt(3n(n + 1)/(2(2n + 1))), with one tie Z = sqrt(n); else the sum over the root."""
    before, after = WAVES["empathy"]
    ranks = stats.rankdata(np.abs(after - before)[after != before])
    moved = ranks.sum() / np.sqrt((ranks**2).sum() * 34)
    expected = [np.sqrt(3 * 35 / (2 * 69)), 1, moved]
    shown = [line.split()[-1] for line in printed("largest possible r").splitlines()]
    assert shown == [f"{r:.2f}" for r in expected]


def test_slider_keeps_means_and_spreads_and_reaches_the_cohort():
    """By hand: at the cohort's own correlation the chart's recipe gives the scores after."""
    names = {}
    for cell in NOTEBOOK.cells:
        if cell.cell_type == "code" and "remove-cell" not in cell.metadata.get("tags", []):
            exec(cell.source, names)
        if "recipe =" in cell.source:
            break
    recipe = names["recipe"]
    before, after = (pd.Series(wave, dtype=float) for wave in WAVES["empathy"])
    for rho in (-0.2, 0.5, before.corr(after), 0.98):
        made = after.mean() + after.std() * (rho * recipe["standing"] + np.sqrt(1 - rho**2) * recipe["rest"])
        assert (made.mean(), made.std(), made.corr(before)) == pytest.approx((after.mean(), after.std(), rho), abs=1e-4)
        if rho == before.corr(after):
            assert made.to_numpy() == pytest.approx(after.to_numpy(), abs=1e-3)
