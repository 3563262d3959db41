"""Chapter 4: what its cells do to exports with other faults than this study's, and what it says about the lost people.

Oracles: `prepost.link`, which the tests of tests/test_your_study.py hold; R's stored results in oracles/ch04.csv
(wilcox.test, and gls of nlme), made by oracles/ch04.R.
"""

import shutil
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import prepost
import pytest
from r_results import results

CELLS = nbformat.read(Path(prepost.__file__).parent.parent / "04-data.ipynb", as_version=4).cells
INSTRUMENTS, ITEMS = prepost.load("instruments"), prepost.load("items")
SCORES = prepost.load("scores").astype(float)


R = results("ch04", "case", "statistic", "program")


def from_exports_to_people():
    """Run the chapter's visible cells up to its section "Linking", and return the two tables that they leave."""
    (end,) = [place for place, cell in enumerate(CELLS) if cell.source.startswith("## Linking")]
    names = {}
    for cell in CELLS[:end]:
        if cell.cell_type == "code" and "remove-cell" not in cell.metadata.get("tags", []):
            exec(cell.source, names)
    return {wave: names[wave] for wave in prepost.WAVES}


def test_unfinished_first_attempts_and_duplicates_are_treated_as_link_treats_them(tmp_path, monkeypatch):
    """In both files somebody breaks off and begins again, and somebody sends two, the later one above the earlier."""
    shutil.copytree(prepost.DATA, tmp_path / "data")
    for wave in prepost.WAVES:
        path = tmp_path / "data" / "raw" / f"{wave}.csv"
        export = pd.read_csv(path, dtype=str, keep_default_na=False)
        heads, sent = export[:2], export[2:]
        person, other = sent[sent["Finished"] == "True"].iloc[[4, 7]].to_dict("records")
        empty = dict.fromkeys(ITEMS.index, "")
        broken_off = {**person, **empty, "EndDate": "2020-01-01 08:00:00", "Finished": "False"}
        again = {**other, "EndDate": "2030-01-01 08:00:00", ITEMS.index[0]: "Never"}
        pd.concat([heads, pd.DataFrame([again, broken_off]), sent]).to_csv(path, index=False)
    monkeypatch.setattr(prepost, "DATA", tmp_path / "data")
    people = from_exports_to_people()
    answers, flow = prepost.link(tmp_path / "data")
    labels = INSTRUMENTS["labels"].str.split("; ")
    for wave in prepost.WAVES:
        assert len(people[wave]) == flow.loc["people", wave]
        both = set(people["before"]["code"]) & set(people["after"]["code"])
        kept = people[wave][people[wave]["code"].isin(both)].set_index("code").sort_index()
        for item, measure in ITEMS["instrument"].items():
            numbers = {label: INSTRUMENTS.loc[measure, "lowest"] + place for place, label in enumerate(labels[measure])}
            linked = answers.xs(wave, level="wave")[item].astype(float).to_list()
            assert np.array_equal(kept[item].map(numbers).to_numpy(float), linked, equal_nan=True), (wave, item)


@pytest.mark.parametrize("measure", INSTRUMENTS.index)
def test_p_values_with_imagined_changes_of_the_lost_are_those_of_r(measure):
    before, after = SCORES[f"{measure}_before"], SCORES[f"{measure}_after"]
    change, lost = (after - before).dropna(), before[after.isna()]
    size = (ITEMS["instrument"] == measure).sum()
    imagined = {"p, 34 pairs": []}
    imagined |= {f"p, the lost at {share}": [change.quantile(share)] * 4 for share in (0.25, 0.5, 0.75)}
    imagined |= {f"p, the lost end {end}": list(INSTRUMENTS.loc[measure, end] * size - lost) for end in ("lowest", "highest")}
    for statistic, added in imagined.items():
        r = R[measure, statistic, "stats::wilcox.test"]
        assert prepost.signed_rank([*change, *added])["p"] == pytest.approx(r, rel=1e-9), statistic


@pytest.mark.parametrize("measure", INSTRUMENTS.index)
def test_mean_change_if_loss_depends_on_the_score_before_is_that_of_a_model_for_repeated_measures(measure):
    """R: gls by maximum likelihood from all scores there are. Here: the line of the 34 fills in the four."""
    before, pairs = SCORES[f"{measure}_before"], SCORES.dropna()
    slope, intercept = np.polyfit(pairs[f"{measure}_before"], pairs[f"{measure}_after"], 1)
    filled = (intercept + slope * before - before).mean()
    assert filled == pytest.approx(R[measure, "mean change, 38 people", "nlme::gls"], abs=2e-5)
    seen = R[measure, "mean change, 34 pairs", "mean"]
    (box,) = [cell.source for cell in CELLS if "missing completely at random" in cell.source]
    assert f"{filled:.2f} instead of {seen:.2f}".replace("-", "−") in box.replace(" points", "")
