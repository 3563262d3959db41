"""Make the synthetic cohort: ``python data/generate.py`` rewrites every generated file, byte for byte.

No participant's data is public, so the people in these files do not exist. Each measure is drawn from a simple model:
a person has a level before and a level after, each answer is that level plus noise of the item, rounded to the scale
and cut off at its ends. Almost every cohort drawn like this misses the abstract's figures. ``--search`` therefore
tries the seeds 0, 1, 2, ... of each measure until a cohort meets every line of ``ACCEPT``: the abstract's Z to three
decimals, and what makes the data worth teaching from (zeros, ties, a ceiling, a plausible reliability, ...).
``SEEDS`` holds the seeds that the search found. No answer is adjusted afterwards; a few are left out, as skipped
items, where the rule for skipped items gives the same score. The answers are written twice: as two survey exports
with the faults that real exports have (``raw/``), and as the clean tables that chapter 4 must arrive at.

Reads ``instruments.csv``, ``items.csv``, ``codebook.csv`` and writes the other files, except ``published.csv``; the
clean tables by ``tables.py``.
"""

import csv
import io
import json
import sys
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "chapters"))
import prepost  # noqa: E402
import tables  # noqa: E402

PEOPLE, PAIRS = 38, 34
COHORT_SEED = 5135
SEEDS = {"empathy": 13049, "self_efficacy": 16452, "stigma": 9, "likelihood": 132}
SKIPPED = {"empathy": (1, 2), "self_efficacy": (1, 1), "stigma": (2, 1)}  # items left out, before and after

# location: distance of the typical answer from the middle of the scale, in answer steps; loading: how closely an
# answer follows the person's level; gain: mean shift of the level, in standard deviations; stability: correlation
# of the level before with the level after; general: correlation of the level before with the person's general level.
MODEL = {
    "empathy": {"location": 0.6, "loading": 0.58, "gain": 0.25, "stability": 0.75, "general": 0.4},
    "self_efficacy": {"location": 0.1, "loading": 0.68, "gain": 0.28, "stability": 0.75, "general": 0.4},
    "stigma": {"location": -0.8, "loading": 0.5, "gain": -0.1, "stability": 0.75, "general": -0.4},
    "likelihood": {"location": 1.8, "loading": 0.65, "gain": 0.05, "stability": 0.85, "general": 0.4},
}


def people():
    """Draw the general level of the 38 people; the last four, rather low on average, will be lost."""
    rng = np.random.default_rng(COHORT_SEED)
    general = rng.standard_normal(PEOPLE)
    return general[np.argsort(-general + 2 * rng.standard_normal(PEOPLE))]


def draw(measure, seed, general, lowest, highest, k):
    """Draw the answers of one measure, reversed items already turned round: two arrays of people x items."""
    rng = np.random.default_rng([COHORT_SEED, list(MODEL).index(measure), seed])
    model = MODEL[measure]
    part = model["general"]
    before = part * general + np.sqrt(1 - part**2) * rng.standard_normal(PEOPLE)
    part = model["stability"]
    after = part * before + np.sqrt(1 - part**2) * rng.standard_normal(PEOPLE) + model["gain"]
    habit = 0.6 * rng.standard_normal((PEOPLE, k))  # a person's lasting leaning on an item
    easiness = np.linspace(-0.5, 0.5, k)
    answers = []
    for level in (before, after):
        noise = habit + 0.8 * rng.standard_normal((PEOPLE, k))
        leaning = model["loading"] * level[:, None] + np.sqrt(1 - model["loading"] ** 2) * noise + easiness
        middle, step = (lowest + highest) / 2 + model["location"], 1.05 * (highest - lowest) / 4
        answers.append(np.clip(np.rint(middle + step * leaning), lowest, highest).astype(int))
    return answers


def z(change):
    """Z of W+, zeros dropped, tie-corrected: negative when scores fall."""
    ranks = prepost.signed_ranks(change)
    return ranks.sum() / np.sqrt((ranks**2).sum())


def p(change, **options):
    return stats.wilcoxon(change, method="approx", **options).pvalue


def rules_differ(c):
    """Dropping zeros, Pratt's rule, splitting zeros and the exact distribution give visibly different p values."""
    drop, pratt, split = (p(c.change, zero_method=rule) for rule in ("wilcox", "pratt", "zsplit"))
    return abs(drop - pratt) > 0.002 and abs(pratt - split) > 0.0003 and abs(drop - prepost.exact_p(c.change, "drop")) > 0.0003


def holds_under_every_rule(c):
    rules = [p(c.change, zero_method=rule) for rule in ("wilcox", "pratt", "zsplit")]
    return max(*rules, p(c.change, correction=True), prepost.exact_p(c.change, "drop")) < 0.05


def regresses_to_the_mean(c):
    """The third that started lowest gains at least two points more than the third that started highest."""
    order = np.argsort(c.before, kind="stable")
    return c.change[order[:11]].mean() - c.change[order[-11:]].mean() >= 2


def alpha_is_near(value):
    return lambda c: abs(prepost.cronbach_alpha(c.answers)[0] - value) < 0.03


# What the finished data must show; tests/test_data.py asks the same of the files. Quick questions come first.
ACCEPT = {
    "empathy": [
        lambda c: abs(z(c.change) - 1.964) < 0.0005,
        lambda c: 3 <= sum(c.change == 0) <= 6,
        alpha_is_near(0.80),
        lambda c: p(c.change, correction=True) > 0.05,
        lambda c: p(c.after / c.answers.shape[1] - c.before / c.answers.shape[1]) > 0.05,  # sums versus means
        rules_differ,
        regresses_to_the_mean,
    ],
    "self_efficacy": [
        lambda c: abs(z(c.change) - 2.060) < 0.0005,
        lambda c: 3 <= sum(c.change == 0) <= 6,
        alpha_is_near(0.85),
        rules_differ,
        holds_under_every_rule,
        regresses_to_the_mean,
    ],
    "stigma": [
        lambda c: -1.2 < z(c.change) < -0.3,
        lambda c: 3 <= sum(c.change == 0) <= 6,
        alpha_is_near(0.75),
        rules_differ,
        regresses_to_the_mean,
    ],
    "likelihood": [
        lambda c: 0.3 < z(c.change) < 1.2,
        lambda c: sum(c.change == 0) >= 10 and sum(c.before == 20) >= 8,
        alpha_is_near(0.60),
        rules_differ,
    ],
}


class Cohort:
    """One measure of one drawn cohort: the answers before (38 people) and the scores of the 34 pairs."""

    def __init__(self, before, after):
        self.answers = pd.DataFrame(before)
        self.before, self.after = before.sum(axis=1)[:PAIRS], after.sum(axis=1)[:PAIRS]
        self.change = self.after - self.before


def search(general, instruments, items):
    """Find and print the first seed of each measure whose cohort is accepted."""
    for measure, claims in ACCEPT.items():
        lowest, highest = instruments.loc[measure, ["lowest", "highest"]]
        k = sum(items["instrument"] == measure)
        for seed in count():
            if seed % 10_000 == 0:
                print(f"{measure}: trying seed {seed} ...", file=sys.stderr)
            cohort = Cohort(*draw(measure, seed, general, lowest, highest, k))
            if all(claim(cohort) for claim in claims):
                print(f'"{measure}": {seed}', flush=True)
                break


def skip(answers, how_many, rng):
    """Blank some answers, at most one a person, where the rule for skipped items gives the score unchanged."""
    answers = answers.astype(float)
    k, total = answers.shape[1], answers.sum(axis=1, keepdims=True)
    unchanged = np.floor((total - answers) * k / (k - 1) + 0.5) == total
    for person in rng.permutation(np.flatnonzero(unchanged[:PAIRS].any(axis=1)))[:how_many]:
        answers[person, rng.choice(np.flatnonzero(unchanged[person]))] = np.nan
    return answers


def given(answers, measure, instruments, items, rng):
    """Yield the answers of each wave as people gave them: one column per item, reversed items back, some skipped."""
    rule, own = instruments.loc[measure], items.index[items["instrument"] == measure]
    reversed_items = (items.loc[own, "reversed"] == "yes").to_numpy()
    for how_many, values in zip(SKIPPED.get(measure, (0, 0)), answers):
        values = skip(values, how_many, rng)
        values[:, reversed_items] = rule["lowest"] + rule["highest"] - values[:, reversed_items]
        yield pd.DataFrame(values, columns=own)


def codes(rng):
    """Draw 38 different codes: two letters, a day of the month, a letter."""
    streets = ["AL", "BI", "CE", "DO", "EL", "FO", "GR", "HI", "KI", "LA", "MA", "OA", "PA", "RI", "SU", "WE"]
    made = dict.fromkeys(
        f"{rng.choice(streets)}{rng.integers(1, 29):02d}{rng.choice(list('AEHLNRSTY'))}" for _ in range(2 * PEOPLE)
    )
    return list(made)[:PEOPLE]


def typed(code, rng):
    """Type a code as people do: three in ten with small letters or a stray blank."""
    slips = [code.lower(), f" {code}", f"{code} ", f"{code[:4]} {code[4:]}"]
    return rng.choice(slips) if rng.random() < 0.3 else code


def labelled(answers, instruments, items):
    """Turn coded answers into the labels that the survey showed, blank if skipped."""
    shown = pd.DataFrame(index=answers.index)
    for item, instrument in items["instrument"].items():
        labels = instruments.loc[instrument, "labels"].split("; ")
        text = dict(enumerate(labels, start=instruments.loc[instrument, "lowest"]))
        shown[item] = [text.get(answer, "") for answer in answers[item]]
    return shown


def export(wave, start, codes, details, answers, instruments, items, rng):
    """Lay out one wave as a survey platform exports it, one row per submission in the order of submission."""
    people = len(answers)
    begun = [start + timedelta(minutes=int(m)) for m in rng.choice(12 * 24 * 60, people, replace=False)]
    rows = pd.DataFrame(
        {
            "StartDate": begun,
            "EndDate": [b + timedelta(seconds=int(s)) for b, s in zip(begun, rng.integers(300, 1200, people))],
            "Progress": 100,
            "Finished": True,
            "ResponseId": ["R_" + "".join(rng.choice(list("abcdefghkmnpqrstuvwxyz23456789"), 12)) for _ in begun],
            "code": [typed(code, rng) for code in codes],
        },
        index=answers.index,
    )
    return pd.concat([rows, details, labelled(answers, instruments, items)], axis=1)


def sent_again(rows):
    """Lay out the second submissions of the people in some rows of an export, three hours later."""
    again = rows.copy()
    again["StartDate"] += timedelta(hours=3)
    again["EndDate"] += timedelta(hours=3)
    again["ResponseId"] = "R_" + again["ResponseId"].str[:1:-1]
    return again


def export_text(wave, rows, items, codebook):
    """Return an export as text, with its three header rows: names, question texts, import ids."""
    own = codebook[codebook["table"] == f"raw/{wave}.csv"].set_index("variable")
    texts = own["label"].to_dict() | items["wording"].to_dict()
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(rows.columns)
    lines.writerow(texts[column] for column in rows)
    lines.writerow(json.dumps({"ImportId": f"QID_{column}"}) for column in rows)
    lines.writerows(rows.sort_values("EndDate", kind="stable").itertuples(index=False))
    return text.getvalue()


def main():
    instruments, items = prepost.load("instruments", HERE), prepost.load("items", HERE)
    codebook = pd.read_csv(HERE / "codebook.csv", keep_default_na=False)
    general, rng = people(), np.random.default_rng(COHORT_SEED)
    waves = {wave: pd.DataFrame(index=range(PEOPLE)) for wave in prepost.WAVES}
    for measure, seed in SEEDS.items():
        rule = instruments.loc[measure]
        answers = draw(measure, seed, general, rule["lowest"], rule["highest"], sum(items["instrument"] == measure))
        for wave, values in zip(prepost.WAVES, given(answers, measure, instruments, items, rng)):
            waves[wave][values.columns] = values

    code = codes(rng)
    details = pd.DataFrame(
        {
            "year": rng.choice([2, 3, 4], PEOPLE, p=[0.4, 0.35, 0.25]),
            "gender": rng.choice(["woman", "man", "another term"], PEOPLE, p=[0.6, 0.35, 0.05]),
        }
    )
    arguments = instruments, items, rng
    before = export("before", datetime(2024, 9, 2, 8), code, details, waves["before"], *arguments)
    again = sent_again(before.loc[[3]])  # one person submits twice, with second thoughts
    again[["stigma_1", "stigma_5"]] = "Neither"
    before = pd.concat([before, again])

    came_back = waves["after"].iloc[: PAIRS + 2].copy()  # of the four lost people two appear after, to no avail
    unmatched, unfinished = came_back.index[PAIRS:]
    after_code = code[: PAIRS + 2]
    after_code[unmatched] = after_code[unmatched][:-1] + "B"  # another last letter than before
    after = export("after", datetime(2025, 5, 5, 8), after_code, None, came_back, *arguments)
    after.loc[unfinished, ["Progress", "Finished"]] = [6, False]
    after.loc[unfinished, list(items.index)] = ""
    for wave, rows in {"before": before, "after": after}.items():
        text = export_text(wave, rows, items, codebook)
        (HERE / "raw" / f"{wave}.csv").write_text(text, encoding="utf-8", newline="")

    person = pd.Series(code).rank().astype(int).map("P{:02d}".format)
    clean = {"before": waves["before"], "after": waves["after"].iloc[:PAIRS]}
    responses = pd.concat([table.assign(person=person, wave=wave) for wave, table in clean.items()]).set_index(
        ["person", "wave"]
    )
    responses = responses.sort_index(level="person", sort_remaining=False).astype("Int64")
    tables.write(HERE, responses, details[["year"]].set_axis(person))


if __name__ == "__main__":
    if sys.argv[1:] == ["--search"]:
        search(people(), prepost.load("instruments", HERE), prepost.load("items", HERE))
    else:
        main()
