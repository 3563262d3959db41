"""R's stored results rest on the scripts, tables and programs as they are; and R, run again, gives them."""

import json
import shutil

import pandas as pd
import pytest
from r_results import ORACLES
from r_scripts import ALL, ROOT, SCRIPTS, digest, lacks, made, other_r, out_of_date, run

FOLDERS = ["data", "tests/oracles"]  # what the scripts read and write


@pytest.fixture
def copy(tmp_path):
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


@pytest.mark.parametrize("script", SCRIPTS)
def test_stored_results_are_those_of_the_script_and_the_tables_as_they_are(script):
    assert not out_of_date(script), f"{script}, a table that it names or its results changed: run make oracles"


@pytest.mark.parametrize("script", SCRIPTS)
def test_r_gives_the_stored_results_again(script, copy):
    """Oracle: R itself, where another R is here than the one that made them, or if ORACLES=all says so."""
    why = lacks(script)
    if why and ALL:
        pytest.fail(f"ORACLES=all asks for every script, but {why}")
    if why:
        pytest.skip(f"{why}; the stored results are used as they are")
    if not (ALL or other_r(script)):
        pytest.skip(f"{made()[script]['program']} made them; ORACLES=all runs it again")
    run(script, copy)
    for again in (copy / "tests" / "oracles").glob("*.csv"):
        stored = pd.read_csv(ORACLES / again.name)
        pd.testing.assert_frame_equal(pd.read_csv(again), stored, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize(
    "changed, concerned",
    [
        ("tests/oracles/ch05.R", {"ch05.R"}),
        ("tests/oracles/ch05.csv", {"ch05.R"}),
        ("tests/oracles/changes.csv", {"oracles.R", "r46.R"}),
        ("tests/oracles/vectors.csv", {"oracles.R"}),
        ("data/scores.csv", set(SCRIPTS) - {"ch02.R", "study.R"}),
        ("data/template/raw/after.csv", {"study.R"}),
        ("tests/oracles/webr/package-lock.json", {"r46.R"}),
        ("data/codebook.csv", set()),
    ],
)
def test_what_changes_concerns_the_scripts_that_read_or_write_it(copy, changed, concerned):
    """By hand: what each script reads and writes."""
    with open(copy / changed, "a") as file:
        file.write("\n")
    assert {script for script in SCRIPTS if digest(script, copy) != digest(script)} == concerned


def test_how_lines_end_is_no_change(copy):
    for file in [*copy.rglob("*.csv"), *copy.rglob("*.R")]:
        file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert [digest(script, copy) for script in SCRIPTS] == [digest(script) for script in SCRIPTS]


def test_webr_is_pinned_and_its_lock_names_no_registry():
    wanted = json.loads((ORACLES / "webr" / "package.json").read_text())["dependencies"]
    locked = json.loads((ORACLES / "webr" / "package-lock.json").read_text())["packages"]
    assert wanted == {name: locked[f"node_modules/{name}"]["version"] for name in wanted}
    packages = [package for name, package in locked.items() if name]
    assert len(packages) > 2
    assert all("integrity" in package and "resolved" not in package for package in packages)
