"""Every statistic of chapter 9 that tests/test_statistics.py does not hold.

Oracles: R's stored results in oracles/ch09.csv, made by oracles/ch09.R (R, boot and effectsize as in
oracles/made.csv), pingouin, and simulation.
"""

import re

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
    """R 4.2's wilcox.test(conf.int = TRUE) drops zeros, and finds Walsh averages up to the tolerance of its search."""
    before, after = WAVES[measure]
    change = after - before
    moved = prepost.pseudo_median(change[change != 0])
    for end, name in (("", "estimate"), (", low", "low"), (", high", "high")):
        assert R[measure, f"typical, zeros dropped{end}"] == pytest.approx(moved[name], abs=2e-4)


def test_what_r_before_4_6_prints_for_empathy_is_quoted_to_the_digit():
    """R 4.2's wilcox.test(conf.int = TRUE)."""
    (words,) = [cell.source for cell in NOTEBOOK.cells if "2.000045" in cell.source]
    estimate, low, high = (R["empathy", f"typical, zeros dropped{end}"] for end in ("", ", low", ", high"))
    assert f"prints {estimate:.6f} and −{-low:.5f} to {high:.5f}" in words


def test_r_is_that_of_coins_test_with_pratts_zeros(one_table):
    """coin::wilcoxsign_test(zero.method = "Pratt"), its Z over the root of 34."""
    for measure in MEASURES:
        assert one_table.loc[(measure, "r"), "estimate"] == close(R[measure, "r from Z"])


def test_hedges_correction_is_effectsizes_to_the_printed_digits():
    """R's effectsize::hedges_g uses the exact gamma function, the chapter the usual short cut."""
    before, after = WAVES["empathy"]
    g = prepost.paired_d(before, after)["d_z"] * (1 - 3 / (4 * 33 - 1))
    assert g == pytest.approx(R["empathy", "g_z"], abs=5e-5) and f"{g:.2f}" == "0.33"


def effectsizes_interval(biserial, people):
    """The interval of effectsize::rank_biserial: Fisher's scale, the spread of signs without ties."""
    spread = np.sqrt(people * (people + 1) * (2 * people + 1) / 6) / (people * (people + 1) / 2)
    return np.tanh(np.arctanh(biserial) + np.array([[-1], [1]]) * 1.959964 * spread)


def test_effectsize_counts_34_people_if_given_scores_and_the_28_who_moved_if_given_changes():
    """R's effectsize::rank_biserial, and its formula; the chapter quotes both intervals."""
    biserial = prepost.rank_biserial(WAVES["empathy"][1] - WAVES["empathy"][0])
    for given, people, printed_ in (("scores", 34, "0.07 0.68"), ("changes", 28, "0.03 0.70")):
        ends = [R["empathy", f"rank-biserial {end}, given {given}"] for end in ("low", "high")]
        assert effectsizes_interval(biserial, people).ravel() == pytest.approx(ends, abs=1e-6)
        assert "{:.2f} {:.2f}".format(*ends) == printed_


def test_without_symmetry_the_interval_covers_the_pseudo_median_and_neither_median_nor_mean():
    """Simulation, 100,000 studies of 34 exponential changes; without ties v is held if the test of change - v has p > .05."""
    (words,) = [cell.source for cell in NOTEBOOK.cells if "Without symmetry the three part" in cell.source]
    changes = np.random.default_rng(94).exponential(size=(100_000, 34))
    below = np.cumsum(prepost.flip_distribution(np.arange(1, 35))[::2])
    for name, centre in (("pseudo-median", stats.gamma(2).median() / 2), ("median", np.log(2)), ("mean", 1)):
        w_plus = (stats.rankdata(np.abs(changes - centre), axis=1) * (changes > centre)).sum(axis=1).astype(int)
        held = (2 * below[np.minimum(w_plus, 595 - w_plus)] > 0.05).mean()
        said = float(re.search(rf"the {name} in (?:only )?([\d.]+)%", words)[1]) / 100
        assert held == pytest.approx(said, abs=4 * np.sqrt(said * (1 - said) / 100_000))
    one = changes[0]  # the short cut is what pseudo_median does
    interval = prepost.pseudo_median(one)
    w_plus = int((stats.rankdata(np.abs(one - 1)) * (one > 1)).sum())
    assert (interval["low"] < 1 < interval["high"]) == (2 * below[min(w_plus, 595 - w_plus)] > 0.05)


def biserials(changes):
    """Rank-biserial of each row, zeros dropped."""
    zeros = (changes == 0).sum(axis=-1, keepdims=True)
    signed = np.sign(changes) * (stats.rankdata(np.abs(changes), axis=-1) - zeros)
    return signed.sum(axis=-1) / np.abs(signed).sum(axis=-1)


def test_bca_holds_the_true_rank_biserial_as_often_as_promised_and_effectsizes_interval_less_often():
    """Simulation: studies of 34 drawn from the cohort's own changes; 88, 91 and 96 of 100, within four errors."""
    rng = np.random.default_rng(95)
    population = WAVES["empathy"][1] - WAVES["empathy"][0]
    truth = biserials(rng.choice(population, (20, 20_000))).mean()
    studies = rng.choice(population, (4000, 34))
    found, moved = biserials(studies), (studies != 0).sum(axis=1)
    for people, share in ((34, 0.88), (moved, 0.91)):
        low, high = effectsizes_interval(found, people)
        assert ((low < truth) & (truth < high)).mean() == pytest.approx(share, abs=0.02)
    held = 0
    for study in studies[:300]:
        ends = stats.bootstrap((study,), lambda d, axis: biserials(d), n_resamples=999, random_state=rng).confidence_interval
        held += ends.low < truth < ends.high
    assert held / 300 == pytest.approx(0.96, abs=4 * np.sqrt(0.96 * 0.04 / 300))


def test_bca_of_boot_leaves_out_values_equal_to_the_estimate_and_so_depends_on_the_direction(one_table):
    """R's boot.ci for a rise, and for a fall turned back: the table's interval lies between the two in every measure."""
    for measure in MEASURES:
        row = one_table.loc[(measure, "improvement")]
        for end in ("low", "high"):
            rise, fall = R[measure, f"improvement {end}"], R[measure, f"improvement {end}, mirrored"]
            assert rise <= row[end] <= fall and fall - rise > 1 / 68
    ends = [R["empathy", f"improvement {end}"] for end in ("low", "high", "low, mirrored", "high, mirrored")]
    assert [f"{end:.2f}" for end in ends] == ["0.47", "0.76", "0.51", "0.79"]


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
