"""Chapter 8: the p values and powers that readers see, against R (oracles/ch08.R)."""

import io

import nbformat
import numpy as np
import pandas as pd
import prepost
import pytest
from conftest import ROOT
from r_results import results

CELLS = nbformat.read(ROOT / "chapters" / "08-which-test.ipynb", as_version=4).cells
R = results("ch08", "what", "case")


def shown(last_line):
    """The output of the cell that ends with this line."""
    (cell,) = [cell for cell in CELLS if cell.cell_type == "code" and cell.source.endswith(last_line)]
    output = cell.outputs[0]
    return output.text if output.output_type == "stream" else output.data["text/plain"]


def table(last_line):
    return pd.read_csv(io.StringIO(shown(last_line)), sep=r"\s{2,}", engine="python", index_col=0)


def test_all_44_p_values_are_those_of_r():
    """Oracles: wilcox.test, coin, exactRankTests, binom.test and t.test; split and Pratt corrected by hand in R."""
    measures = prepost.load("instruments")["name"]
    paths = table("paths.rename(columns=names).round(4)")
    paths = paths.rename(
        columns={name: key for key, name in measures.items()}, index={"permutation test": "sign flips"}
    ).stack()
    assert len(paths) == 44
    assert [R[path] for path in paths.index] == pytest.approx(list(paths), abs=0.000051)


def test_theory_for_the_paired_t_test_is_power_t_test():
    """Oracle: R's power.t.test with strict = TRUE."""
    assert shown('print(f"{theory:.1%}")').strip() == f"{R['theory', '34']:.1%}"
    assert shown('check("8.2", power_68)').split()[0] == f"{R['theory', '68']:.0%}"


@pytest.mark.parametrize(
    "truth, last_line", [("power", "power.round(3)"), ("size", "alarms.round(3)"), ("size", "alarms.iloc[:, 2:].round(3)")]
)
def test_each_test_notices_as_often_as_in_r(truth, last_line):
    """Oracle: the same worlds simulated in R, 10,000 studies each, within four Monte Carlo errors."""
    shares = table(last_line).drop(index="permutation test").stack()
    r = np.array([R[f"{truth}: {test}", world] for test, world in shares.index])
    both = (shares + r) / 2
    error = np.sqrt(2 * both * (1 - both) / 10_000)
    assert (abs(shares - r) < 4 * error + 0.0005).all()


def test_the_ordinal_model_is_what_r_fits():
    """Oracle: R's ordinal::clmm."""
    (box,) = [cell.source for cell in CELLS if "models for ordinal answers" in cell.source]
    answers, odds, low, high, p = (
        R[f"ordinal model: {what}", "empathy"] for what in ("answers", "odds ratio", "low", "high", "p")
    )
    assert f"the {answers:.0f} answers on empathy" in box
    assert f"were {odds:.2f} times as high" in box
    assert f"interval {low:.2f} to {high:.2f}, *p* = {p:.3f};".replace("= 0.", "= .") in box
