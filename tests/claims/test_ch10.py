"""Every statistic of chapter 10 that tests/test_statistics.py does not hold.

Oracle: R's stored results in oracles/ch10.csv, made by oracles/ch10.R (R and coin as in oracles/made.csv).
"""

import nbformat
import numpy as np
import prepost
import pytest
from conftest import ROOT
from r_results import close, results
from scipy import stats

NOTEBOOK = nbformat.read(ROOT / "chapters" / "10-meaning.ipynb", 4)
MEASURES = list(prepost.load("instruments").index)
R = results("ch10", "case", "statistic")


@pytest.fixture(scope="module")
def chapter():
    """The names that the chapter's cells define, solutions and hidden checks left out."""
    names = {}
    for cell in NOTEBOOK.cells:
        if cell.cell_type == "code" and not {"remove-cell", "solution"} & set(cell.metadata.get("tags", [])):
            exec(cell.source, names)
    return names


@pytest.mark.parametrize("measure", MEASURES)
def test_holm_and_bh_side_by_side_are_those_of_p_adjust(chapter, measure):
    """R: p.adjust of coin's exact p values."""
    shown = chapter["side_by_side"].loc[measure]
    assert shown["Holm"] == close(R[measure, "holm"])
    assert shown["BH"] == close(R[measure, "BH"])
    assert chapter["by_hand"][measure] == close(R[measure, "holm"])


@pytest.mark.parametrize("case, statistic", [key for key in R if key[1].startswith("equivalence")])
def test_equivalence_is_two_exact_one_sided_tests(chapter, case, statistic):
    """R: coin's exact test with Pratt's zeros, mu at either bound; the chapter's bounds and every step of the slider."""
    bound = float(statistic.removeprefix("equivalence "))
    assert chapter["equivalence_p"](chapter["changes"][case], bound) == close(R[case, statistic])


@pytest.mark.parametrize("measure", MEASURES)
def test_90_percent_intervals_are_what_coins_exact_test_does_not_reject(chapter, measure):
    """R: coin's exact test of every Walsh average and every gap."""
    shown = chapter["typical"].loc[measure]
    for end in ("low", "high"):
        assert (shown[end], shown[f"{end} in"]) == (R[measure, f"90% {end}"], R[measure, f"90% {end} in"])


def test_equivalence_and_the_90_percent_interval_always_agree(chapter):
    """In 300 random small studies on short scales: p is at most .05 exactly if the interval lies inside the bounds."""
    rng = np.random.default_rng(1010)
    verdicts = set()
    for _ in range(300):
        change = rng.integers(-3, 4, rng.integers(8, 35))
        interval = prepost.pseudo_median(change, 0.90)
        for bound in (0.5, 0.75, 1, 1.5, 2):
            above = bound > interval["high"] or (bound == interval["high"] and not interval["high in"])
            below = -bound < interval["low"] or (-bound == interval["low"] and not interval["low in"])
            assert (chapter["equivalence_p"](change, bound) <= 0.05) == (above and below)
            verdicts.add((bool(above and below), bound in (interval["high"], -interval["low"])))
    assert len(verdicts) == 4  # both verdicts, at an end of the interval and elsewhere


def test_slider_shows_the_p_values_of_r_at_every_step(chapter):
    """R: coin's exact test; the chart looks its two p values up."""
    halves = chapter["halves"]
    larger = halves[["not as low", "not as high"]].max(axis=1)
    for measure, bound, p in zip(halves["measure"], halves["bound"], larger):
        assert p == close(R[measure, f"equivalence {bound:g}"])
    steps = halves.groupby("measure")["bound"].apply(list)
    assert list(steps.index) == ["likelihood", "stigma"] and all(own == list(np.arange(0.5, 6.5, 0.5)) for own in steps)


def test_changes_with_a_long_tail_and_their_mean_at_the_bound_pass_one_half_too_often():
    """SciPy's exact one-sided test in 4,000 studies of 34; the chapter says 26%."""
    changes = np.random.default_rng(1026).exponential(size=(4000, 34)) - 1
    p = stats.wilcoxon(changes, alternative="less", method="exact", axis=1).pvalue
    assert (p <= 0.05).mean() == pytest.approx(0.26, abs=4 * np.sqrt(0.26 * 0.74 / 4000))


@pytest.mark.parametrize("rho, share", [(0, 0.185), (0.5, 0.156), (0.7, 0.130)])
def test_related_outcomes_raise_fewer_false_alarms(rho, share):
    """Simulation: 400,000 times four normal Z with every correlation the same."""
    z = np.random.default_rng(1004).multivariate_normal(np.zeros(4), np.full((4, 4), rho) + (1 - rho) * np.eye(4), 400_000)
    found = (np.abs(z) > 1.96).any(axis=1).mean()
    assert found == pytest.approx(share, abs=0.0005 + 4 * np.sqrt(share * (1 - share) / 400_000))


def test_power_at_half_the_change_by_formula_by_t_test_and_by_simulation(chapter):
    """R: pnorm and power.t.test; the simulation of the chapter within four Monte Carlo standard errors of its own t test."""
    assert f"{R['half of the first Z', 'power']:.0%} {R['0.7', 'power']:.2f} {R['0.7', 'power of t']:.0%}" == "17% 0.17 16%"
    studies = chapter["studies"]
    by_t = (stats.ttest_1samp(studies, 0, axis=1).pvalue < 0.05).mean()
    assert by_t == pytest.approx(R["0.7", "power of t"], abs=4 * np.sqrt(0.16 * 0.84 / len(studies)))
    rng = np.random.default_rng(1015)
    many = rng.normal(0.7, chapter["spread"], (40_000, 34))
    by_ranks = (stats.wilcoxon(many, axis=1, method="approx").pvalue < 0.05).mean()
    assert by_ranks == pytest.approx(0.152, abs=4 * np.sqrt(0.152 * 0.848 / 40_000)) and f"{by_ranks:.0%}" == "15%"


@pytest.mark.parametrize("prior, rise, beyond", [(None, 0.98, 0.06), (1.25, 0.96, 0.01)])
def test_posterior_of_the_mean_rise(chapter, prior, rise, beyond):
    """Conjugate formula: precisions add up, the mean is drawn towards the prior's zero."""
    mean, error = chapter["empathy"].mean(), chapter["empathy"].std() / np.sqrt(34)
    share = 1 if prior is None else prior**2 / (prior**2 + error**2)
    posterior = stats.norm(share * mean, np.sqrt(share) * error)
    assert [round(posterior.sf(edge), 2) for edge in (0, 2.5)] == [rise, beyond]


@pytest.mark.parametrize("truth", [0.35, 0.7, 1.41, 2.5])
@pytest.mark.parametrize("statistic", ["power", "type S", "type M"])
def test_design_is_that_of_gelman_and_carlin(chapter, truth, statistic):
    """R: pnorm for power and type S, integrate for type M; R's cut-off is 1.95996, the chapter's 1.96."""
    value = chapter["design"](truth, chapter["standard_error"], z_limit=stats.norm.ppf(0.975))[statistic]
    assert value == pytest.approx(R[str(truth), statistic], rel=1e-8)
    assert chapter["rows"][truth][statistic] == pytest.approx(R[str(truth), statistic], rel=1e-3)


def test_simulated_studies_exaggerate_as_the_formula_says(chapter):
    """R's type M, within four Monte Carlo standard errors, for studies judged with the known standard error."""
    estimates, error = chapter["estimates"], chapter["standard_error"]
    beyond = np.abs(estimates) > stats.norm.ppf(0.975) * error
    ratio = np.abs(estimates[beyond]) / chapter["true_change"]
    assert ratio.mean() == pytest.approx(R["0.7", "type M"], abs=4 * ratio.std() / np.sqrt(beyond.sum()))
    power = R["0.7", "power"]
    assert beyond.mean() == pytest.approx(power, abs=4 * np.sqrt(power * (1 - power) / len(estimates)))


def test_bars_of_the_second_p_are_those_of_pnorm(chapter):
    """R: pnorm; the chart shows tenths of a percent."""
    below = [0, *(R["second study", f"p below {edge}"] for edge in (0.001, 0.01, 0.05, 0.2, 0.5)), 1]
    assert chapter["second"]["percent"].to_list() == pytest.approx(list(100 * np.diff(below)), abs=0.051)


def test_flipping_whole_people_leaves_each_test_at_its_level_and_keeps_the_relations(chapter):
    """Enumeration: each test alone against the exact distribution of its flips, within four standard errors."""
    for column, measure in enumerate(MEASURES):
        ranks = prepost.signed_ranks(chapter["changes"][measure], "pratt")
        chance = prepost.flip_distribution(ranks)
        z = (np.arange(len(chance)) - np.abs(ranks).sum()) / np.sqrt((ranks**2).sum())
        exact = chance[np.abs(z) > 1.96].sum()
        flipped = chapter["z_if_nothing"][:, column]
        assert (np.abs(flipped) > 1.96).mean() == pytest.approx(exact, abs=4 * np.sqrt(exact / len(flipped)))
    ranks = chapter["ranks"]
    relation = (ranks.T @ ranks) / np.sqrt(np.outer((ranks**2).sum(axis=0), (ranks**2).sum(axis=0)))
    assert np.corrcoef(chapter["z_if_nothing"].T) == pytest.approx(relation, abs=0.04)
