"""Make the clean tables of a study from its exports and definitions: ``python data/tables.py``.

Reads ``instruments.csv``, ``items.csv``, ``codebook.csv`` and the two exports in ``raw/``. Writes ``responses.csv`` and
``scores.csv``, of the people whom `prepost.link` finds in both exports; their rows in ``codebook.csv``, if it has none;
and the tables that ``datapackage.json`` lists. The first lines of ``datapackage.json`` (name, title, licence) are
edited by hand. The book's own cohort has its tables from ``generate.py``, which knows the lost people too.
"""

import csv
import json
import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "chapters"))
import prepost  # noqa: E402


def write(folder, responses, details=None):
    """Write ``responses.csv``, ``scores.csv`` and what describes them.

    Parameters
    ----------
    folder : path-like
        The study folder.
    responses : pandas.DataFrame
        Coded answers, as `prepost.link` returns them.
    details : pandas.DataFrame, optional
        Further columns for ``scores.csv``, one row per person.
    """
    instruments, items = prepost.load("instruments", folder), prepost.load("items", folder)
    responses.to_csv(folder / "responses.csv", lineterminator="\n")
    scores = prepost.score(responses, instruments, items).unstack("wave")
    scores.columns = [f"{measure}_{wave}" for measure, wave in scores.columns]
    scores = scores[[f"{measure}_{wave}" for measure in instruments.index for wave in prepost.WAVES]]
    if details is not None:
        scores = details.join(scores, how="right")
    scores.to_csv(folder / "scores.csv", lineterminator="\n")
    describe(folder, scores, instruments, items)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = resources(folder, instruments, items)
    (folder / "datapackage.json").write_text(json.dumps(package, indent=1) + "\n", encoding="utf-8")


def read_codebook(folder):
    return pd.read_csv(folder / "codebook.csv", keep_default_na=False, dtype=str)


def describe(folder, scores, instruments, items):
    """Add the rows of the two clean tables to the codebook, for each that has none."""
    person = ["person", "Person, numbered in the order of the codes", "string", f"P01 to {scores.index[-1]}", "", "", ""]
    rows = {
        "responses.csv": [person, ["wave", "When the survey was answered", "string", "before, after", "", "", ""]],
        "scores.csv": [person],
    }
    for measure, rule in instruments.iterrows():
        k = sum(items["instrument"] == measure)
        for wave in prepost.WAVES:
            name = f"{measure}_{wave}"
            about = [name, f"{rule['name']} {wave}", "integer", f"{k * rule['lowest']} to {k * rule['highest']}", "points"]
            scoring = f"Sum of {k} items; higher means {rule['higher_means']}".replace("Sum of 1 items", "The item itself")
            rows["scores.csv"].append([*about, "empty" if scores[name].isna().any() else "", scoring])
    there = set(read_codebook(folder)["table"])
    with open(folder / "codebook.csv", "a", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerows([table, *row] for table in rows if table not in there for row in rows[table])


def resources(folder, instruments, items):
    """Describe every table of the codebook for other programs, as a Data Package does."""
    rules, codebook = items.join(instruments, on="instrument"), read_codebook(folder)

    def field(table, name):
        if name in items.index and table != "items.csv":
            rule = rules.loc[name]
            if table.startswith("raw/"):
                limits = {"enum": rule["labels"].split("; ")}
            else:
                limits = {"minimum": int(rule["lowest"]), "maximum": int(rule["highest"])}
            kind = "string" if table.startswith("raw/") else "integer"
            return {"name": name, "type": kind, "description": rule["wording"], "constraints": limits}
        entries = codebook[(codebook["table"] == table) & (codebook["variable"] == name)]
        if entries.empty:
            sys.exit(f"codebook.csv has no row for the column {name!r} of {table}. Add one.")
        return {"name": name, "type": entries.iloc[0]["type"], "description": entries.iloc[0]["label"]}

    described = []
    for table in codebook["table"].unique():
        if not (folder / table).exists():
            sys.exit(f"codebook.csv describes {table}, and there is no such file. Delete these rows.")
        head = pd.read_csv(folder / table, nrows=2, dtype=str)
        resource = {
            "name": table.removesuffix(".csv").replace("/", "-"),
            "path": table,
            "profile": "tabular-data-resource",
            "encoding": "utf-8",
            "schema": {"fields": [field(table, name) for name in head.columns], "missingValues": [""]},
        }
        if table.startswith("raw/") and head.iloc[1].str.contains("ImportId").all():
            resource["dialect"] = {"commentRows": [2, 3]}
        described.append(resource)
    return described


def main():
    try:
        responses, flow = prepost.link(HERE)
    except ValueError as error:
        sys.exit(str(error))
    write(HERE, responses)
    print(flow)


if __name__ == "__main__":
    main()
