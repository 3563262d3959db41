"""What check() accepts in chapter 13, and the usual wrong answers."""

import shutil
import tempfile
from pathlib import Path

import pandas as pd
import prepost
from practice import right, wrong


def template():
    return prepost.DATA / "template"


def export(wave):
    return pd.read_csv(template() / "raw" / f"{wave}.csv", dtype=str)


def changes(measure, study):
    both = study.scores[[f"{measure}_before", f"{measure}_after"]].dropna().astype(int)
    return both[f"{measure}_after"] - both[f"{measure}_before"]


def exercise_13_1():
    after, before = export("after"), export("before")
    items = prepost.load("items", template()).index
    tidy = after["code"].str.strip()
    codes_before = before["code"].str.upper()
    empty = after[items].isna().all(axis=1)
    (form,) = tidy[empty]
    (blanks,) = tidy[tidy != after["code"]]
    (skipped,) = tidy[after["strain_now"].isna() & ~empty]
    (alone,) = set(tidy) - set(codes_before)
    (other,) = codes_before[codes_before.str.startswith("KITE")]
    (form_before,) = codes_before[before[items].isna().all(axis=1)]
    asked = [form, blanks, skipped, alone]
    yield right(asked, say="Two of the four change the flow table.")
    yield wrong(
        [code for code in tidy if code in asked],
        "These are the four in the order of the file. Give them in the order asked for.",
    )
    yield wrong(
        [skipped, blanks, form, alone],
        "The empty form has no answer at all; the other one skipped the rating only.",
    )
    yield wrong(
        [form, blanks, skipped, other],
        "The last code is in the first export. Which one is only in the second?",
    )
    yield wrong(
        [form_before, blanks, skipped, alone],
        "This empty form is in the first export. Look at the last row of the second.",
    )


def exercise_13_2():
    study = prepost.Study(template())
    confidence, strain = changes("feedback", study), changes("strain", study)
    p = prepost.exact_p(confidence)
    yield right(prepost.holm([p])[0], within=0.0006, say="With one outcome it is p itself.")
    yield wrong(
        prepost.holm([p, prepost.exact_p(strain)])[0],
        "The rating is still in it: two outcomes double the smaller p.",
    )
    yield wrong(prepost.signed_rank(confidence)["p"], "This is p from Z, with the zeros dropped. The table's p is exact.")
    yield wrong(prepost.exact_p(confidence, zeros="drop"), "Exact, but with the zeros dropped. The table ranks them.")
    yield wrong(prepost.exact_p(strain), "This is the rating's p. It was the one to leave out.")
    yield wrong(p / 2, "This is p divided by two: Holm multiplies, and by one if there is one outcome.")


def exercise_13_3():
    items, instruments = prepost.load("items", template()), prepost.load("instruments", template())
    own = items.index[items["instrument"] == "feedback"]
    numbers = {label: step for step, label in enumerate(instruments.loc["feedback", "labels"].split("; "), 1)}
    twice = export("before").query("code == 'HERON57'")[own].map(numbers.get)
    turned = twice.assign(fb_delay=7 - twice["fb_delay"])
    first, second = turned.sum(axis=1)
    yield right(second - first, say="That is twice the pseudo-median of the whole group's changes.")
    yield wrong(first - second, "The size is right. Take the second submission minus the first.")
    yield wrong(second, "This is the second score itself. How far is it from the first?")
    yield wrong(first, "This is the first score itself. How far is the second from it?")
    yield wrong((twice.nunique() > 1).sum(), "One *item* differs. Between its two labels lie more points than that.")
    yield wrong(0, "The rating is the same both times. The question is about confidence.")


def pairs(study):
    return [study.flow.loc["pairs", "before"], *(len(changes(measure, study)) for measure in ("feedback", "strain"))]


def pairs_if(finished):
    """Pairs in the flow and in both measures, with a column Finished in the first export; one value for each row."""
    with tempfile.TemporaryDirectory() as room:
        study = Path(shutil.copytree(template(), Path(room) / "study"))
        export("before").assign(Finished=finished).to_csv(study / "raw" / "before.csv", index=False)
        return pairs(prepost.Study(study))


def exercise_13_5():
    rows = len(export("before"))
    linked, confidence, strain = pairs_if([False] + [True] * (rows - 1))
    before = pairs(prepost.Study(template()))[:2]
    all_true = pairs_if([True] * rows)
    yield right([linked, confidence], say="One pair is lost in the flow, and another one for want of a score.")
    yield wrong(
        [linked, linked],
        "The flow is right. But one of these pairs has the empty form at baseline: does it get a score there?",
    )
    yield wrong([linked, strain], "The second number is that of the rating.")
    yield wrong([confidence, linked], "The right numbers, the other way round: the flow comes first.")
    yield wrong(before, "This is the flow as it was. The person in the first row is not finished any more.")
    yield wrong(all_true[:2], "The first row is still finished. Only the empty form has changed places.")
