"""Chapter 11: the sample sizes that readers see, against R (oracles/ch11.R)."""

import nbformat
import pytest
from conftest import ROOT
from r_results import results

CELLS = nbformat.read(ROOT / "chapters" / "11-power.ipynb", as_version=4).cells
R = results("ch11", "what")


def shown(part):
    """The words of the output of the one cell that holds this piece of code."""
    (cell,) = [
        cell
        for cell in CELLS
        if cell.cell_type == "code" and part in cell.source and "remove-cell" not in cell.metadata.get("tags", [])
    ]
    output = cell.outputs[0]
    return (output.text if output.output_type == "stream" else output.data["text/plain"]).split()


def pairs(what):
    return f"{R[what]:.0f}"


def test_pairs_for_a_wanted_power_are_those_of_power_t_test():
    """Oracle: R's power.t.test, its N times pi/3 for the signed-rank test."""
    names = ["pairs, {} of the effect, power 0.8", "pairs, {} of the effect, power 0.9"]
    assert shown("plan.astype(int)")[4:6] == [pairs(name.format(1)) for name in names]
    assert shown("plan.astype(int)")[-2:] == [pairs(name.format(0.5)) for name in names]
    assert shown("{pairs_needed(0.8, 0.5)}")[1] == pairs("pairs, half a standard deviation")
    assert shown("pairs_needed(0.8, 2.5")[0] == pairs("pairs, 2.5 points")
    assert shown("alpha=0.05 / 4")[0] == pairs("pairs, Holm")
    assert shown("stigma.std() / np.sqrt(34)")[-2] == pairs("pairs, stigma")
    assert shown("each = tries[enough][0]")[0] == pairs("pairs in each of two groups")
    assert f"{R['power, 34 pairs']:.0%}" in shown("34 pairs again")


def test_pairs_for_a_wanted_half_width_are_those_of_r():
    """Oracle: R's qt and sd; t.test for the interval of the mean change."""
    assert shown("for wanted in [1.5")[2::4] == [pairs(f"pairs, half-width {w:g}") for w in (1.5, 1, 0.75, 0.5)]
    assert shown("confidence.std()) <= 1")[2] == pairs("pairs, half-width 1, self-efficacy")
    assert shown("stigma.std() / np.sqrt(34)")[-1] == pairs("pairs, half-width 1, stigma")
    low_high = shown("stats.t.interval(0.95, 33, change")
    assert low_high == [f"{R['interval, low']:.2f}", "to", f"{R['interval, high']:.2f}", "points"]


def test_noethers_size_is_that_of_r():
    """Oracle: the formula written out in R, on all sums of two changes."""
    (text,) = [cell.source for cell in CELLS if cell.cell_type == "markdown" and "noether1987" in cell.source]
    assert f"gives {pairs('pairs, Noether')} pairs" in text


def test_people_to_enrol_are_those_of_r():
    """Oracle: R's pbinom."""
    assert shown("certain = ")[0] == pairs("enrolled, 73 pairs")
    assert shown("people = np.arange(96, 200)")[1] == pairs("enrolled, 96 pairs, one in four lost")


@pytest.mark.parametrize("measure", ["empathy", "self_efficacy", "stigma", "likelihood"])
def test_post_hoc_power_is_that_of_r(measure):
    """Oracle: R's wilcox.test, qnorm and pnorm."""
    words = shown("four.set_index")
    name = measure.replace("_", "-")
    assert float(words[words.index(name) + 2]) == pytest.approx(100 * R[f"post-hoc power, {measure}"], abs=0.5)
