"""R's scripts in oracles/: what their results rest on, and how they run. As a program: run those that are out of date.

Most scripts need the R that is installed, with packages. r46.R needs R 4.6, which npm brings (oracles/webr).
oracles/made.csv holds, for each script, the programs that made its results and a digest of what these rest on.
"""

import csv
import hashlib
import os
import re
import shutil
import subprocess
import sys
from functools import cache

from r_results import ORACLES, rows

ROOT = ORACLES.parent.parent
SCRIPTS = [script.name for script in sorted(ORACLES.glob("*.R"))]  # r46.R reads what oracles.R writes
TABLES = ["data", "data/raw", "data/template", "data/template/raw", "tests/oracles"]  # where scripts read and write
PACKAGES = ["boot", "coin", "effectsize", "exactRankTests", "GPArotation", "nlme", "ordinal", "psych"]
ALL = os.environ.get("ORACLES") == "all"  # run every script, also those whose results are up to date


def needs_webr(script):
    return script == "r46.R"


def digest(script, book=ROOT):
    """A digest of the script, of every table that it names, its results among them, and of webr if it needs that."""
    folder = book / "tests" / "oracles"
    named = set(re.findall(r"[\w-]+\.csv", (folder / script).read_text(encoding="utf-8")))
    tables = [table for place in TABLES for table in sorted((book / place).glob("*.csv")) if table.name in named]
    webr = sorted((folder / "webr").iterdir()) if needs_webr(script) else []
    total = hashlib.sha256()
    for file in [folder / script, *tables, *webr]:
        # as text: a checkout on Windows ends its lines otherwise
        total.update(f"{file.relative_to(book).as_posix()}\n{file.read_text(encoding='utf-8')}\n".encode())
    return total.hexdigest()


@cache
def installed_r():
    """R and its packages, with their versions; None if one of them is missing."""
    if not shutil.which("Rscript"):
        return None
    names = ", ".join(f"'{name}'" for name in PACKAGES)
    ask = f"for (p in c({names})) cat(paste0(', ', p), format(packageVersion(p)))"
    said = subprocess.run(["Rscript", "-e", f"cat('R', format(getRversion())); {ask}"], capture_output=True, text=True)
    return None if said.returncode else said.stdout


def lacks(script):
    """What this script needs and this computer has not, in a sentence; None if it can run."""
    if needs_webr(script):
        missing = [name for name in ("node", "npm") if not shutil.which(name)]
        return f"{' and '.join(missing)} not installed: R 4.6 runs in Node" if missing else None
    return None if installed_r() else f"R or one of its packages {', '.join(PACKAGES)} is not installed"


def made():
    """Who made the stored results of each script, and what they rest on."""
    return {row["script"]: row for row in rows("made")}


def out_of_date(script):
    """Whether the script, a table that it names or its results changed since R made them."""
    return made().get(script, {}).get("digest") != digest(script)


def other_r(script):
    """Whether another R, or other packages, made the stored results than are installed here."""
    return not needs_webr(script) and made()[script]["program"] != installed_r()  # webr is part of the digest


def webr():
    """The folder with R 4.6 for Node, installed from npm if it is not there as oracles/webr pins it."""
    folder, pins = ROOT / "_build" / "webr", ORACLES / "webr"
    lock, done = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"  # npm writes done last
    there = done.exists() and lock.exists() and lock.read_bytes() == (pins / lock.name).read_bytes()
    shutil.copytree(pins, folder, dirs_exist_ok=True)
    if not there:
        subprocess.run([shutil.which("npm"), "ci"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder


def run(script, book=ROOT):
    """Run a script where it stands in a copy of the book; return the programs that ran it, with their versions."""
    folder = book / "tests" / "oracles"
    if needs_webr(script):
        command = ["node", webr() / "run.mjs", book, "tests/oracles", script]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    subprocess.run(["Rscript", script], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return installed_r()


def remake():
    """Run the scripts that are out of date or that another R ran, and store what their results rest on."""
    problems = []
    for script in SCRIPTS:
        if why := lacks(script):
            if out_of_date(script):
                problems.append(f"{script} is out of date and was not run: {why}.")
            continue
        if not (ALL or out_of_date(script) or other_r(script)):
            continue
        print(f"Running {script} ...", flush=True)
        try:
            program = run(script)
        except subprocess.CalledProcessError as error:
            problems.append(f"{script} failed: its results, if it wrote any, are not to be trusted. {error}")
            continue
        records = made() | {script: {"script": script, "program": program, "digest": digest(script)}}
        with open(ORACLES / "made.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["script", "program", "digest"], lineterminator="\n")
            writer.writeheader()
            writer.writerows(records[name] for name in SCRIPTS if name in records)
    return problems


if __name__ == "__main__":
    sys.exit("\n".join(remake()) or None)
