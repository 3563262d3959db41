"""Every statistic of chapter 10 that tests/test_statistics.py does not hold.

Oracle: R's stored results in oracles/ch10.csv, made by oracles/ch10.R (R as in oracles/made.csv).
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
    """R: p.adjust."""
    shown = chapter["side_by_side"].loc[measure]
    assert shown["Holm"] == close(R[measure, "holm"])
    assert shown["BH"] == close(R[measure, "BH"])
    assert chapter["by_hand"][measure] == close(R[measure, "holm"])


@pytest.mark.parametrize("case, statistic", [key for key in R if key[1].startswith("equivalence")])
def test_equivalence_is_two_one_sided_tests_of_wilcox_test(chapter, case, statistic):
    """R: wilcox.test with mu at either bound; the bounds of the chapter and every step of the slider."""
    bound = float(statistic.removeprefix("equivalence "))
    assert chapter["equivalence_p"](chapter["changes"][case], bound) == close(R[case, statistic])


@pytest.mark.parametrize("measure", MEASURES)
def test_90_percent_intervals_are_the_walsh_averages_that_qsignrank_picks(chapter, measure):
    """R: qsignrank."""
    shown = chapter["typical"].loc[measure]
    assert (shown["low"], shown["high"]) == (R[measure, "90% low"], R[measure, "90% high"])


@pytest.mark.parametrize("truth", [0.35, 0.7, 1.41, 2.5])
@pytest.mark.parametrize("statistic", ["power", "type S", "type M"])
def test_design_is_that_of_gelman_and_carlin(chapter, truth, statistic):
    """R: pnorm for power and type S, integrate for type M; R's cut-off is 1.95996, the chapter's 1.96."""
    value = chapter["design"](truth, chapter["standard_error"], z_line=stats.norm.ppf(0.975))[statistic]
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
        ranks = prepost.signed_ranks(chapter["changes"][measure])
        chance = prepost.flip_distribution(ranks)
        z = (np.arange(len(chance)) - np.abs(ranks).sum()) / np.sqrt((ranks**2).sum())
        exact = chance[np.abs(z) > 1.96].sum()
        flipped = chapter["z_if_nothing"][:, column]
        assert (np.abs(flipped) > 1.96).mean() == pytest.approx(exact, abs=4 * np.sqrt(exact / len(flipped)))
    ranks = chapter["ranks"]
    relation = (ranks.T @ ranks) / np.sqrt(np.outer((ranks**2).sum(axis=0), (ranks**2).sum(axis=0)))
    assert np.corrcoef(chapter["z_if_nothing"].T) == pytest.approx(relation, abs=0.04)
