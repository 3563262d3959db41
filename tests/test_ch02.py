"""Chapter 2: what its simulations print, against the same worlds simulated in R."""

import io

import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from r_results import results

CHAPTER = ROOT / "chapters" / "02-design.ipynb"


@pytest.fixture(scope="module")
def printed():
    """The chapter's table of percentages with one group and with classmates, as readers see it."""
    cells = nbformat.read(CHAPTER, as_version=4).cells
    (cell,) = [cell for cell in cells if cell.cell_type == "code" and cell.source.endswith("both.round(1)")]
    text = cell.outputs[0].data["text/plain"]
    return pd.read_csv(io.StringIO(text), sep=r"\s{2,}", engine="python", index_col=0)


@pytest.mark.parametrize("design", ["one group", "with classmates"])
def test_each_world_gives_p_below_05_as_often_as_in_r(printed, design):
    """Oracle: R's wilcox.test on 10,000 studies simulated in R (oracles/ch02.R), within four Monte Carlo errors."""
    r = pd.Series(results("ch02", "design", "world"))[design]
    assert list(printed.index) == list(r.index)
    share = (printed[design] + r) / 200
    error = 100 * np.sqrt(2 * share * (1 - share) / 10_000)
    assert ((printed[design] - r).abs() < 4 * error + 0.05).all()
