"""What surrounds the book: licences, citation, pinned requirements, README, Makefile."""

import json
import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_citation_file_is_valid():
    """Oracle: check-jsonschema with the Citation File Format's own schema."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.citation-file-format"]
    checked = subprocess.run([*command, ROOT / "CITATION.cff"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_workflows_are_valid():
    """Oracle: check-jsonschema with GitHub's schema for workflows."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    checked = subprocess.run([*command, *(ROOT / ".github" / "workflows").iterdir()], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def missing_files(book):
    """The files that workflows and programs of a book name, and that are not there."""
    named = re.compile(r"(?<![\w/.])(?:tests|data|_ext|chapters)/[\w/-]+\.(?:py|txt|cfg|in|csv|js)\b")
    places = [
        *(book / ".github" / "workflows").iterdir(),
        book / "Makefile",
        *(book / "_ext").rglob("*.py"),
        *(book / "chapters").glob("prepost/*.py"),
    ]
    return {
        name
        for path in places
        for name in named.findall(path.read_text("utf-8"))
        if "NN" not in name and "__init__" not in name and not (book / name).exists()
    }


def test_files_named_by_workflows_and_programs_exist():
    assert missing_files(ROOT) == set()


def test_licences_are_the_same_wherever_they_are_named():
    assert read("LICENSE").startswith("Creative Commons Attribution 4.0 International")
    assert read("LICENSE-CODE").startswith("MIT License")
    for name in ("README.md", "CONTRIBUTING.md", "chapters/index.ipynb", "chapters/appendix/adapting.md"):
        assert re.search(r"[Tt]ext and data[^.]*CC BY 4\.0", read(name)), name
        assert re.search(r"[Cc]ode[^.]*MIT", read(name)), name
    assert re.search(r"license:\n  - CC-BY-4.0\n  - MIT\n", read("CITATION.cff"))
    assert [licence["name"] for licence in json.loads(read("data/datapackage.json"))["licenses"]] == ["CC-BY-4.0"]
    assert "CC BY 4.0" in read("_config.yml") and "CC BY 4.0" in read("data/README.md")


def pins(folder):
    """Each pinned requirement and its version; some have one for old and one for new Pythons."""
    return re.findall(r"^([\w.-]+)==(\S+)", read(f"{folder}requirements.txt"), re.M)


@pytest.mark.parametrize("folder", ["", "tests/"])
def test_every_requirement_is_pinned_to_a_version_and_to_its_files(folder):
    wanted = re.findall(r"^(\w[\w-]*)", read(f"{folder}requirements.in"), re.M)
    pinned = [name for name, _ in pins(folder)]
    text = re.sub(r" *#.*", "", read(f"{folder}requirements.txt"))
    requirements = [part.split(" --hash=sha256:") for part in re.sub(r"\\\n *", "", text).splitlines() if part]
    assert len(pinned) == len(requirements)
    assert not [
        name for name, *files in requirements if not files or not all(re.fullmatch("[0-9a-f]{64}", file) for file in files)
    ]
    assert {name.lower() for name in wanted} <= {name.lower() for name in pinned}


def test_chapters_run_with_the_versions_that_the_book_is_tested_with_and_need_none_of_its_tools():
    assert set(pins("")) < set(pins("tests/"))
    assert not {"pytest", "playwright", "jupyter-book", "sphinx", "nbval", "pingouin"} & dict(pins("")).keys()


def test_readme_names_files_that_exist():
    named = re.findall(r"\]\((?!http)([^)#]+)\)|^\| (`.+?`(?:, `.+?`)*) \|", read("README.md"), re.M)
    paths = [path for link, cell in named for path in [link, *re.findall(r"`(.+?)`", cell)] if path]
    assert len(paths) > 10
    assert not [path for path in paths if not (ROOT / path).exists()]


def test_make_help_lists_every_target():
    makefile = read("Makefile")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.M)[1].split()
    assert re.findall(r"^([a-z]+):.*## ", makefile, re.M) == phony


@pytest.mark.parametrize("pattern", [r"/(?:home|root|tmp|Users|work)/\w", r"\b[A-Z]:\\\\Users"])
def test_no_file_names_a_place_on_one_machine(pattern):
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if files.returncode:
        pytest.skip("not a git checkout, so nobody knows which files belong to the book")
    names = [name for name in files.stdout.split("\0") if name and not name.endswith(".png") and (ROOT / name).exists()]
    here = "tests/test_"  # the tests name such places
    assert not [name for name in names if not name.startswith(here) and re.search(pattern, read(name))]


def test_the_makefile_runs_also_after_the_folder_was_moved():
    """What pip installs into .venv/bin names the Python of the folder it was installed in; that Python itself moves."""
    commands = re.findall(r"^\t.*?\$\(BIN\)/(\S+)", read("Makefile"), re.M)
    assert len(commands) > 10 and set(commands) == {"python"}


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
@pytest.mark.parametrize("cohorts", [True, False])
def test_make_clean_keeps_a_class_and_its_key_and_nothing_else(tmp_path, cohorts):
    names = [".venv/bin/python", "data/a.csv"]
    names += [f"_build/{name}" for name in ("html/index.html", ".doctrees/a", "lite.txt", "a b/c")]
    key = "_build/cohorts/instructor/key.csv"
    for name in [*names, key] if cohorts else names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(ROOT / "Makefile", tmp_path)
    said = subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"Makefile", "data/a.csv"} | ({key} if cohorts else set())
    assert ("Kept: _build/cohorts" in said) == (tmp_path / "_build").exists() == cohorts
