"""R's stored results against R: each script in tests/oracles, run again, gives what is stored beside it."""

import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = sorted((ROOT / "tests" / "oracles").glob("*.R"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_running_an_r_script_again_gives_the_stored_results(script, tmp_path):
    """Oracle: R itself, with the packages that CONTRIBUTING.md names."""
    wanted = "c('boot', 'coin', 'effectsize', 'exactRankTests', 'ordinal', 'psych')"
    rscript = shutil.which("Rscript")
    has_all = ["Rscript", "-e", f"stopifnot(all(sapply({wanted}, requireNamespace, quietly = TRUE)))"]
    if rscript is None or subprocess.run(has_all, capture_output=True).returncode:
        pytest.skip("R or one of its packages is not installed: the stored results are used as they are")
    for folder in ("data", "tests/oracles"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    here = tmp_path / "tests" / "oracles"
    subprocess.run([rscript, script.name], cwd=here, check=True, capture_output=True)
    for again in here.glob("*.csv"):
        if again.name != "versions.csv":
            stored = pd.read_csv(script.with_name(again.name))
            pd.testing.assert_frame_equal(pd.read_csv(again), stored, rtol=1e-7, atol=1e-10)
