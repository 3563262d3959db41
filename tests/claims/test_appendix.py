"""The appendices against the programs that they speak about."""

from pathlib import Path

import pingouin
import prepost
import pytest
from r_results import ORACLES, results
from scipy import stats

APPENDIX = Path(prepost.__file__).parent.parent / "appendix"
MEASURES = ["empathy", "self_efficacy", "stigma", "likelihood"]
R = results("results", "case", "program", "statistic")
SCORES = prepost.load("scores").dropna()


def crosswalk():
    """The rows of the crosswalk's first table: program, call, and the four printed p values."""
    lines = (APPENDIX / "software.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in lines if " | ." in line]
    return [(program, call, printed) for program, call, _, _, *printed in rows]


def from_python(call):
    """Run the call as it is printed, for each measure."""
    names = {"stats": stats, "pg": pingouin, "prepost": prepost}
    for measure in MEASURES:
        result = eval(call, names | {when: SCORES[f"{measure}_{when}"] for when in prepost.WAVES})
        yield float(result if isinstance(result, float) else getattr(result, "pvalue", None) or result["p_val"].iloc[0])


R_NAMES = {
    # R 4.6's default is what coin counts; its other two are what R 4.2 printed
    "R 4.6: wilcox.test(after, before, paired = TRUE)": ("coin::wilcoxsign_test", "p exact, pratt"),
    "R 4.6: wilcox.test(after, before, paired = TRUE, exact = FALSE)": ("stats::wilcox.test", "p corrected"),
    "R 4.6: wilcox.test(after, before, paired = TRUE, exact = FALSE, correct = FALSE)": ("stats::wilcox.test", "p"),
    "R 4.2: wilcox.test(after, before, paired = TRUE)": ("stats::wilcox.test", "p corrected"),
    "R 4.2: wilcox.test(after, before, paired = TRUE, correct = FALSE)": ("stats::wilcox.test", "p"),
    "R, coin: wilcoxsign_test(after ~ before)": ("coin::wilcoxsign_test", "p, pratt"),
    'R, coin: wilcoxsign_test(after ~ before, distribution = "exact")': ("coin::wilcoxsign_test", "p exact, pratt"),
    "R, exactRankTests: wilcox.exact(after, before, paired = TRUE)": ("exactRankTests::wilcox.exact", "p exact, drop"),
}


@pytest.mark.parametrize("program, call, printed", crosswalk())
def test_the_crosswalk_prints_what_the_programs_print(program, call, printed):
    """Oracles: SciPy and pingouin run here, R's stored results, PSPP's stored output."""
    if program == "PSPP":
        p_line = (ORACLES / "spss.csv").read_text().splitlines()[-1]
        assert printed == p_line.split(",")[1:]
        return
    if program.startswith("R"):
        values = [R[measure, *R_NAMES[f"{program}: {call}"]] for measure in MEASURES]
    else:
        values = list(from_python(call))
    assert printed == [f"{value:.4f}".removeprefix("0") for value in values]


def test_the_crosswalk_has_every_program():
    assert [program for program, _, _ in crosswalk()] == (
        4 * ["SciPy"]
        + ["**this book**", "this book"]
        + 3 * ["R 4.6"]
        + 2 * ["R 4.2"]
        + 2 * ["R, coin"]
        + ["R, exactRankTests", "pingouin", "PSPP"]
    )


def test_the_python_page_says_what_python_gives():
    """Each row of its table is run, in order, and gives what the last column says, where that is Python."""
    lines = (APPENDIX / "python.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| `")]
    assert len(rows) > 15
    names = {}
    for code, _, *gives in rows:
        code = code.strip("`")
        shown = gives[0].strip("`") if gives and gives[0].startswith("`") else None
        if shown is None:
            exec(code, names)
        else:
            assert repr(eval(f"{code}", names)) in (shown, f"np.float64({shown})", f"np.int64({shown})"), code
    assert list(names["change"] * 10) == [20, 0, -10, 30]
    assert list(names["pairs"]["after"] - names["pairs"]["before"]) == [2, 0]
