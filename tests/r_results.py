"""What R found, stored in oracles/ by the scripts beside it, for the tests to compare with."""

import csv
from functools import cache
from operator import itemgetter
from pathlib import Path

import pytest

ORACLES = Path(__file__).resolve().parent / "oracles"


def rows(name):
    """The rows of oracles/NAME.csv, each a dictionary of the text in its cells."""
    with open(ORACLES / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def results(name, *columns):
    """R's values in oracles/NAME.csv, each under what its row says in these columns."""
    key, stored = itemgetter(*columns), rows(name)
    values = {key(row): float(row["value"]) for row in stored}
    if len(values) < len(stored):
        raise ValueError(f"Two rows of oracles/{name}.csv are the same in {columns}: name one more column")
    return values


def oracle(name, *statistics):
    """Parametrise a test with every stored result of these statistics: case, statistic, R's value."""
    found = results(name, "case", "statistic", "program")
    chosen = [key for key in found if key[1] in statistics]
    if missing := set(statistics) - {statistic for _, statistic, _ in chosen}:
        raise ValueError(f"oracles/{name}.csv has no {' and no '.join(sorted(missing))}")
    cases = [(case, statistic, found[case, statistic, program]) for case, statistic, program in chosen]
    ids = [f"{case}: {statistic} from {program}" for case, statistic, program in chosen]
    return pytest.mark.parametrize("case, statistic, value", cases, ids=ids)


def close(value):
    return pytest.approx(value, rel=1e-9, abs=1e-11)  # R's results are stored with twelve digits
