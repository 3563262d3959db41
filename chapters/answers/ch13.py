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


def scores(folder=None):
    folder = folder or template()
    answers, _ = prepost.link(folder)
    instruments, items = prepost.load("instruments", folder), prepost.load("items", folder)
    return prepost.score(answers, instruments, items).unstack("wave")


def changes(measure, folder=None):
    both = scores(folder)[measure].dropna().astype(int)
    return both["after"] - both["before"]


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
        "The last code is in the export before. Which one has only the export after?",
    )
    yield wrong(
        [form_before, blanks, skipped, alone],
        "This empty form is in the export before. Look at the last row after.",
    )


def exercise_13_2():
    confidence, strain = changes("feedback"), changes("strain")
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


def exercise_13_4():
    yield right("raw/after.csv", say="In a copy, and only the header cell.")
    yield wrong("items.csv", "Then the other export, which spells se_3 as items.csv does, would be reported instead.")
    yield wrong(
        "raw/before.csv",
        "The message names the export in which the column is missing, and it is not this one.",
    )
    yield wrong("after.csv", "The right file. Give it with its folder, as the message does.")
    yield wrong("codebook.csv", "Then SE_3 would be a known column, and se_3 would still be missing.")


def pairs_if(finished):
    """Pairs in the flow and in both measures, with a column Finished before; one value for each row of the export."""
    with tempfile.TemporaryDirectory() as room:
        study = Path(shutil.copytree(template(), Path(room) / "study"))
        export("before").assign(Finished=finished).to_csv(study / "raw" / "before.csv", index=False)
        with open(study / "codebook.csv", "a", encoding="utf-8") as codebook:
            codebook.write("raw/before.csv,Finished,Sent off?,boolean,,,,\n")
        flow = prepost.link(study)[1]
        return [flow.loc["pairs", "before"], *(len(changes(measure, study)) for measure in ("feedback", "strain"))]


def exercise_13_5():
    rows = len(export("before"))
    linked, confidence, strain = pairs_if([False] + [True] * (rows - 1))
    before = [len(scores()), len(changes("feedback"))]
    all_true = pairs_if([True] * rows)
    yield right([linked, confidence], say="One pair is lost in the flow, and another one for want of a score.")
    yield wrong(
        [linked, linked],
        "The flow is right. But one of these pairs has the empty form before: look into the results table.",
    )
    yield wrong([linked, strain], "The second number is that of the rating.")
    yield wrong([confidence, linked], "The right numbers, the other way round: the flow comes first.")
    yield wrong(before, "Nothing has changed: is the column in the copy that you gave to `results`?")
    yield wrong(all_true[:2], "The first row is still finished. Only the empty form has changed places.")


def exercise_13_8():
    sent = {1, 2, 5}
    yield right(sent, say="A platform, a copy in the cloud, and a pasted row are three other computers.")
    yield wrong(sent - {1}, "One is missing: where were the answers before anything was downloaded?")
    yield wrong(sent - {2}, "One is missing: where is the copy of the folder?")
    yield wrong(sent - {5}, "One is missing: three rows are the answers of three people.")
    yield wrong({5}, "Two are missing. Ask of each step where the files lie while it lasts, not who reads them.")
    yield wrong(
        sent | {3},
        "Step 3 is too many: at `localhost` the browser is a window, and the Wi-Fi alone sends nothing.",
    )
    yield wrong(sent | {4}, "Step 4 is too many: a program comes in, and no answer goes out.")
    yield wrong(
        sent | {3, 4},
        "Steps 3 and 4 are too many: the program comes to your machine, your answers do not leave it.",
    )
    yield wrong(sent | {7}, "Step 7 is too many: medians and counts are summaries, and nobody's answers.")
    yield wrong({3, 4, 6, 7}, "These are the others: in them the answers stayed where they were.")
