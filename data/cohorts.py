"""Give each person on a class list a cohort of their own: ``python data/cohorts.py ROSTER [OUT]``.

A cohort has the shape of the book's: two survey exports with the faults of real ones, and the three tables that
describe them, so that `prepost.Study` and chapter 13's steps read it without a change; about somebody who sent both
forms twice, as one in fifty cohorts has, they ask. What differs from student to student: the answers, the true effects
(`EFFECTS`), who was lost, who sent the form twice. The key to all of them is computed by the book's own code.

**The list** comes from a learning platform, a sign-up form or a spreadsheet, as CSV or as a workbook (.xlsx), and is
read as the exports of a study are (`prepost.reading.sheets`). Above its header there may be a title, in fewer cells
than the header has. Identifiers stand in the first column of these kinds (`KINDS`): identifier, id, an e-mail address,
a student number, a user name, a name; a column ``id`` that only numbers the rows is passed over where there is an
address or a student number. An address may stand with a name around it, or a ``mailto:`` before it. Two identifiers are
the same if they differ only in capitals, in blanks around or doubled, in invisible characters, or in how an accent is
encoded. Empty rows are skipped, and so is what a platform adds and is no person. Whatever was not plain is said at the
end; anything that is odd is reported, all of it at once, and then nothing is made.

**The same identifier always gets the same data**, as long as the class secret is the same. The seed is an HMAC of the
identifier. Numbers are drawn by ``random.Random(seed).random()``, which Python promises to keep, and everything up to
the answer is computed with whole numbers, so no version of a library and no machine can round it otherwise.

**Nobody can tell from the data whose they are**, nor make somebody else's, without the secret: 256 random bits in a
file beside the list, made in the first run. A plain hash would not do, because the names in a class can be tried out.

Writes ``OUT/students``, one zip for each person, named by a code, and ``OUT/instructor``:

- ``key.csv``: who has which code, the flow of participants, every answer to ten digits, and what is true;
- ``reported.csv``: the same answers rounded as a student would report them;
- ``class.csv``: for each measure and true effect, how often the class's tests were wrong.

A run stops, and writes nothing, if OUT holds other people's zips, or if something in it would be lost: the same list
and secret give the same bytes again, and a list that has grown adds to them. Each file is written whole or not at all.
"""

import contextlib
import csv
import functools
import hmac
import io
import math
import multiprocessing
import os
import random
import re
import secrets
import statistics
import sys
import tempfile
import unicodedata
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path

import generate
import numpy as np
import pandas as pd
import prepost
from generate import HERE, PEOPLE
from prepost.codes import NO_CODE
from prepost.files import write_zip
from prepost.reading import SEPARATORS, Unreadable, plain, sheets

KINDS = {  # which columns hold identifiers, the first that is there, written without blanks, hyphens and accents
    "identifier": ["identifier"],
    "id": ["id"],
    "address": ["email", "emailaddress", "mail", "mailaddress", "emailadresse", "mailadresse", "adressedecourriel", "courriel",
                "adressemail", "adresseemail", "correo", "correoelectronico", "direcciondecorreo", "direcciondeemail",
                "indirizzoemail", "enderecodeemail", "emailadres", "epost"],
    "number": ["studentid", "studentnumber", "studentno", "idnumber", "sisuserid", "orgdefinedid", "matrikelnummer", "matrikelnr",
               "matrnr", "matriculationnumber", "numerodetudiant", "numeroetudiant", "numerodeestudiante", "numerodealumno",
               "matricola", "matricula", "studentnummer"],
    "user": ["username", "userid", "login", "loginid", "sisloginid", "benutzername", "anmeldename", "nomdutilisateur",
             "nombredeusuario"],
    "name": ["name", "fullname", "student", "studentname", "nomcomplet", "nombrecompleto"],
}  # fmt: skip
NO_PERSON = {"student, test", "test student", "points possible"}  # rows that learning platforms add
EFFECTS = {"none": 0, "small rise": 30, "clear rise": 60, "fall": -40}  # of the level, in hundredths of its SD
DEAL = ["none", "none", "small rise", "clear rise", "fall"]  # each measure of each student gets one of these
ALPHA = {"empathy": 80, "self_efficacy": 85, "stigma": 75, "likelihood": 60}  # as the book's, in hundredths

ANSWERS = {  # the columns of the key for each measure, and what the students are asked
    "pairs": "people with both scores of this measure",
    "zeros": "how many of them did not change",
    "median before": "median score before, of the pairs",
    "median after": "median score after, of the pairs",
    "median change": "median of the changes, after minus before, zeros included",
    "pseudo-median": "Hodges-Lehmann estimate: median of the Walsh averages of all changes, zeros included",
    "interval low": "lower end of its 95% confidence interval, which holds the values that the test does not reject",
    "interval high": "upper end",
    "level": "the confidence that this interval reaches, at least 95%",
    "W+": "sum of the ranks of the rises; zeros ranked too, their ranks left out (Pratt); ties share their mean rank",
    "W-": "sum of the ranks of the falls",
    "p": "two-sided and exact, from all patterns of signs of these ranks",
    "p Holm": "p adjusted for the four measures",
    "Z": "of the same ranks, tie-corrected, without continuity correction, positive if scores rose",
    "r": "Z over the root of the number of pairs, with its sign",
    "Z without zeros": "as Z, with the zeros dropped before ranking; SPSS prints this one, always as negative",
    "p without zeros": "two-sided, from that Z",
    "rank-biserial": "(W+ - W-) / (W+ + W-), with the zeros dropped before ranking",
    "P(higher)": "share of people whose score rose, those without a change counted half",
}
README = """A synthetic cohort of your own, {code}

THE DATA ARE SYNTHETIC. The people in these files do not exist. A program of the book "Before and After" drew their
answers at random, for this code alone; other codes have other data and other answers. Learn from them, and never use
them as evidence about peer support.

The story is the book's: 38 medical students answered a survey before and after they gave peer support, with four
measures. The two exports have the faults of real ones: three header rows, labels as text, codes with stray case and
blanks, forms sent twice, codes without a partner, unfinished forms, skipped items.

raw/before.csv, raw/after.csv   the exports
instruments.csv, items.csv      the four instruments and their items: range, labels, which items are reversed
codebook.csv                    the other columns, and the clean tables that you will make

Unzip this folder beside the notebook of the book's chapter 13. Then one line changed there makes it work on your data,
and chapters 4, 7 and 9 explain what it does:

    mine = Path("{code}")

On a notebook service, upload the zip, and unpack it there first:

    import shutil
    shutil.unpack_archive("{code}.zip", ".")


What to report, with the code {code} above it

1. The flow of participants. For each of the two exports: submissions, not finished, without a code, sent again, people,
   without a partner, pairs. Codes are compared without blanks and in capitals; the first finished submission of a code
   counts.
2. For each measure (a skipped item counts as the mean of the person's others, up to max_skipped, and the sum is rounded
   half up; higher is after minus before):
{answers}
   Give medians, points and rank sums to one decimal, the level in per cent to one and rounded down, p and the Z without
   zeros to three, the rest to two. Put > before the lower end, or < before the upper one, if it is itself excluded.
3. What the four results mean, in a paragraph: how large, how sure, and what else could explain them.


Licence: CC BY 4.0, https://creativecommons.org/licenses/by/4.0/, "Before and After contributors".
The instruments were written for teaching and are not validated: do not use them to measure anybody.
"""


class Refused(ValueError):
    """What is wrong with the class list, the secret or the folder, and what to do about it."""


# --- the class list -----------------------------------------------------------------------------


# What Unicode calls default-ignorable and does not file under "Cf", and the empty pattern of Braille.
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def normal(identifier):
    """Return an identifier without what does not tell people apart: capitals, blanks, invisible characters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", identifier).casefold())
    visible = [sign for sign in folded if unicodedata.category(sign) != "Cf" and not INVISIBLE.match(sign)]
    return " ".join("".join(visible).split())


def squeezed(header):
    """Write the name of a column as `KINDS` has it."""
    text = unicodedata.normalize("NFD", plain(header))
    return "".join(sign for sign in text if sign.isalnum())


def read_roster(path):
    """Read the identifiers of a class list.

    Parameters
    ----------
    path : path-like
        The list, as the top of this module describes it.

    Returns
    -------
    identifiers : dict of {int: str}
        By row, as a spreadsheet numbers the rows; without blanks around them.
    commas : bool
        Whether semicolons separate the cells, as where decimals have commas.
    notes : list of str
        What was not plain in the list, and how it was read.

    Raises
    ------
    Refused
        With every problem of the list, row by row.
    """
    path = Path(path)
    try:
        tables = sheets(path.read_bytes(), path.name)
    except Unreadable as error:
        raise Refused(str(error)) from None
    if len(tables) > 1:
        raise Refused(f"{path.name} has several sheets: {', '.join(tables)}. Save the class list as a workbook of its own.")
    notes, rows = next(iter(tables.values()))
    separator = next((sign for sign, word in SEPARATORS.items() if f"columns separated by {word}" in notes), ",")
    header, rows, above = below_header(rows, path.name)
    notes = notes + [f"{above} row{'s' * (above > 1)} above the header left out"] * bool(above)
    if len(header) == 1:  # then a separator is part of the cell, as in "Ruiz, Ana"
        rows, separator = [(number, [separator.join(row)]) for number, row in rows], ","
        notes = [note for note in notes if not note.startswith("columns separated")]
    place, kind = column(header, rows, path.name, notes)
    identifiers, problems, seen, zeros = {}, [], {}, {}
    for number, row in rows:
        cells = [cell.strip() for cell in row]
        if not any(map(normal, cells)):
            continue
        if [squeezed(cell) for cell in cells] == [squeezed(cell) for cell in header]:
            notes.append(f"row {number} left out: the header again")
            continue
        strange = next((cell for cell in cells if plain(cell) in NO_PERSON or plain(cell).endswith("_previewuser")), None)
        if strange:
            notes.append(f"row {number} left out, which is no person: {strange}")
            continue
        cell = cells[place] if place < len(cells) else ""
        found = oddity(cell, kind)
        if not found and kind == "address":
            address = ADDRESS.fullmatch(cell)[1]
            notes += [f"row {number}: {shown(cell)} read as {address}"] * (address != cell)
            cell = address
        bare = normal(cell).lstrip("0") if normal(cell).isdigit() else None
        if any(map(normal, cells[len(header) :])):
            found = f"{len(cells)} cells, and the header has {len(header)}: is a name with {separator!r} not in quotes?"
        elif not found and normal(cell) in seen:
            before = seen[normal(cell)]
            same = (
                f"row {before} has {shown(identifiers[before])}, and capitals, blanks and how an accent is stored do not count"
            )
            found = f"{shown(cell)} again: {same}"
        elif not found and bare in zeros:
            before = zeros[bare]
            found = (
                f"{shown(cell)} is {shown(identifiers[before])} of row {before} but for leading zeros, which a spreadsheet "
                "may have dropped: write both in full"
            )
        if found:
            problems.append(f"  row {number}: {found}")
        else:
            identifiers[number], seen[normal(cell)] = cell, number
            if bare:
                zeros[bare] = number
    if not problems and not identifiers:
        problems = ["  no person below the header"]
    if problems:
        raise Refused("\n".join([f"{path.name}: mend this first; nothing was made.", *problems]))
    return identifiers, separator == ";", notes


def below_header(rows, name):
    """Find the header: the first row with a column of identifiers; return it, the rows below and how many are above."""
    known = {word for words in KINDS.values() for word in words}
    above = next((place for place, (_, row) in enumerate(rows) if known & set(map(squeezed, row))), None)
    if above is None:
        there = ", ".join(repr(cell.strip()) for cell in rows[0][1])
        raise Refused(
            f"{name}, row {rows[0][0]}: one column must be called identifier, id, email, student ID, username or name; "
            f"there is {there}. Write the header above the identifiers, and leave no person in its row."
        )
    filled = [sum(bool(normal(cell)) for cell in row) for _, row in rows[: above + 1]]
    if any(count >= filled[-1] for count in filled[:-1]):
        raise Refused(
            f"{name}, row {rows[above][0]}: this looks like the header, and rows above it look like people. Write the header "
            "into the first row."
        )
    return rows[above][1], rows[above + 1 :], above


def column(header, rows, name, notes):
    """Return the place of the column with the identifiers and its kind; note it if the list has another one."""
    called = [squeezed(cell) for cell in header]
    places = {kind: [place for place, cell in enumerate(called) if cell in words] for kind, words in KINDS.items()}
    there = [kind for kind in KINDS if places[kind]]
    if there[0] == "id" and {"address", "number"} & set(there[1:]):
        place = places["id"][0]
        cells = [row[place].strip() for _, row in rows if place < len(row) and row[place].strip()]
        whole = [int(cell) for cell in cells if re.fullmatch(r"[1-9]\d{0,5}", cell)]
        few = max(whole, default=0) <= 2 * len(whole) + 20 or "completiontime" in called  # as sign-up forms have it
        if len(whole) == len(set(whole)) == len(cells) and few:
            notes.append(f"the column {header[place].strip()!r} passed over: it numbers the rows")
            there = there[1:]
    twice = [cell for cell in called if called.count(cell) > 1 and cell in KINDS[there[0]]]
    if twice:
        place = called.index(twice[0])
        raise Refused(f"{name}: {called.count(twice[0])} columns are called {header[place].strip()}. Rename or delete one.")
    place = min(places[there[0]], key=lambda place: KINDS[there[0]].index(called[place]))
    if len(header) > 1:
        notes.append(f"identifiers taken from the column {header[place].strip()!r}")
    return place, there[0]


def shown(cell):
    return repr(cell if len(cell) <= 40 else cell[:39] + "…")


ADDRESS = re.compile(r"""(?:[^<>@]*<)?\s*(?:mailto:)?\s*([^\s<>@;,:"']+@[^\s<>@;,:"']+?)\s*>?[\s;,.]*""", re.IGNORECASE)


def oddity(cell, kind="name"):
    """Say what keeps a cell from being an identifier, or return nothing."""
    if not any(sign.isalnum() for sign in normal(cell)) or kind != "name" and plain(cell) in NO_CODE:
        return f"no identifier, only {shown(cell)}" if cell else "no identifier"
    if re.search(r"[\r\n]", cell):
        return f"a line break in {shown(cell)}: is a quotation mark never closed?"
    if re.search(r"[\x00-\x1f\x7f-\x9f\ufffd]", cell):
        return f"a character that is not text in {shown(cell)}"
    # In another country the key's cells are separated at another sign, and a formula may begin after it.
    if formula := re.search(r"""(^|[;,|])[\s"']*[=+@-]""", normal(cell)):
        begins = f"goes on after {formula[1]!r}" if formula[1] else "begins"
        return f"{shown(cell)} {begins} like a formula, which a spreadsheet would run when it opens the key"
    if re.fullmatch(r"\d([.,]\d+)?e\+?\d+", normal(cell)):
        return f"{shown(cell)} is a number that a spreadsheet has shortened: format the column as text"
    if re.fullmatch(r"\d+[.,]\d+", normal(cell)):
        return f"{shown(cell)} is a number with decimals, which a spreadsheet has made of it: format the column as text"
    if kind == "address" and not ADDRESS.fullmatch(cell):
        return f"{shown(cell)} is not one e-mail address; if it is another identifier, call its column identifier"
    return None


# --- the cohort of one person -------------------------------------------------------------------


def keyed(secret, use, identifier):
    """Derive a whole number below 2**256 from the secret, for one use and one person."""
    message = f"{use}\n{normal(identifier)}".encode()
    return int.from_bytes(hmac.digest(bytes.fromhex(secret), message, "sha256"), "big")


def code_of(secret, identifier):
    """Return the code of a person: consonants, which make neither a word nor what a spreadsheet takes for a number."""
    number, letters = keyed(secret, "code", identifier), []
    for _ in range(12):
        number, letter = divmod(number, 20)
        letters.append("bcdfghjklmnpqrstvwxz"[letter])
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


class Draws:
    """Random numbers that stay the same: all of them come from ``random.Random(seed).random()``.

    Methods are called as those of NumPy's Generator, whose own numbers may change with its version, so that what is
    in `generate` takes either.
    """

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def integers(self, low, high, size=None):
        numbers = [low + int((high - low) * self.random()) for _ in range(size or 1)]
        return numbers[0] if size is None else numbers

    def permutation(self, options, size=None):
        order = list(options)
        for place in range(len(order) if size is None else size):
            other = self.integers(place, len(order))
            order[place], order[other] = order[other], order[place]
        return order[:size]

    def choice(self, options, size=None, replace=True):
        options = range(options) if isinstance(options, int) else options
        if not replace:
            return self.permutation(options, size)
        if size is None:
            return options[self.integers(0, len(options))]
        return [options[place] for place in self.integers(0, len(options), size)]

    def thousandths(self, *shape):
        """Nearly normal numbers with mean 0 and spread 1, in thousandths: sums of twelve whole numbers below 1000."""
        twelve = np.array(self.integers(0, 1000, 12 * math.prod(shape)), dtype=np.int64)
        return twelve.reshape(*shape, 12).sum(axis=-1) - 5994


@functools.cache
def definitions():
    """Return the book's instruments, items and codebook."""
    codebook = pd.read_csv(HERE / "codebook.csv", keep_default_na=False)
    return prepost.load("instruments", HERE), prepost.load("items", HERE), codebook


def mix(part, one, other):
    """Add two numbers of spread 1, the first with a weight in hundredths, the other so that the spread stays 1."""
    return (part * one + math.isqrt(10_000 - part**2) * other) // 100


def draw(model, gain, general, lowest, highest, k, rng):
    """Draw the answers of one measure, reversed items already turned round: two arrays of people x items.

    The model is that of `generate`, in whole numbers. Only the gain tells the two waves apart: without it, a person's
    two scores could as well have come the other way round, which is what the signed-rank test's null says.
    """
    location, loading, stability, part = (round(100 * model[name]) for name in ("location", "loading", "stability", "general"))
    lasting = mix(part, general, rng.thousandths(PEOPLE))
    habit = rng.thousandths(PEOPLE, k)  # a person's lasting leaning on an item
    easiness = 1000 * np.arange(k) // (k - 1) - 500
    for shift in (0, gain):
        level = mix(math.isqrt(100 * stability), lasting, rng.thousandths(PEOPLE)) + 10 * shift
        leaning = mix(loading, level[:, None], mix(60, habit, rng.thousandths(PEOPLE, k))) + easiness
        answer = 500 * (lowest + highest) + 10 * location + 105 * (highest - lowest) * leaning // 400
        yield np.clip((answer + 500) // 1000, lowest, highest)


def worth_analysing(before, after, pairs, alpha):
    """Say whether ten pairs changed and one did not, and whether the items hang together as in the book's cohort.

    Swapping a person's two waves would change nothing here, so that choosing by it favours neither rises nor falls.
    """
    moved = np.count_nonzero((after - before).sum(axis=1)[:pairs])

    def spread(values):  # a variance times a number that is the same for all
        return len(values) * (values**2).sum(axis=0) - values.sum(axis=0) ** 2

    answers = np.concatenate([before, after])
    k, total = answers.shape[1], spread(answers.sum(axis=1))
    near = abs(100 * k * (total - spread(answers).sum()) - alpha * (k - 1) * total) <= 8 * (k - 1) * total
    return bool(10 <= moved < pairs and near)


def cohort(seed):
    """Make the cohort of one person.

    Parameters
    ----------
    seed : int

    Returns
    -------
    exports : dict of {str: str}
        The two exports, by their place in a study folder.
    truth : dict of {str: str}
        Which of `EFFECTS` each measure has.
    """
    instruments, items, codebook = definitions()
    rng = Draws(seed)
    truth = {measure: rng.choice(DEAL) for measure in instruments.index}
    unmatched, unfinished, absent = rng.integers(1, 3), rng.integers(1, 3), rng.integers(0, 5)
    pairs = PEOPLE - unmatched - unfinished - absent  # the last people are lost, whatever they answered
    general = rng.thousandths(PEOPLE)
    waves = {wave: pd.DataFrame(index=range(PEOPLE)) for wave in prepost.WAVES}
    for measure, effect in truth.items():
        lowest, highest = (int(limit) for limit in instruments.loc[measure, ["lowest", "highest"]])
        shape = general, lowest, highest, sum(items["instrument"] == measure), rng
        answers = list(draw(generate.MODEL[measure], EFFECTS[effect], *shape))
        while not worth_analysing(*answers, pairs, ALPHA[measure]):
            answers = list(draw(generate.MODEL[measure], EFFECTS[effect], *shape))
        for wave, given in zip(prepost.WAVES, generate.given(answers, measure, instruments, items, rng)):
            waves[wave][given.columns] = given
    for _ in range(rng.integers(0, 3)):  # likelihood has no rule for skipped items: this score is missing
        wave, person = rng.choice(prepost.WAVES), rng.integers(0, pairs)
        waves[wave].loc[person, rng.choice(items.index[items["instrument"] == "likelihood"])] = np.nan

    codes = generate.codes(rng)
    details = pd.DataFrame(
        {
            "year": rng.choice([2] * 8 + [3] * 7 + [4] * 5, PEOPLE),
            "gender": rng.choice(["woman"] * 12 + ["man"] * 7 + ["another term"], PEOPLE),
        }
    )
    came_back = waves["after"].iloc[: PEOPLE - absent]
    after_codes = codes[: len(came_back)]
    for person in range(pairs, pairs + unmatched):
        after_codes[person] = after_codes[person][:-1] + "B"  # another last letter than before
    before = ("before", datetime(2024, 9, 2, 8), codes, details, waves["before"])
    after = ("after", datetime(2025, 5, 5, 8), after_codes, None, came_back)
    exports = {}
    for (wave, *contents), (fewest, most) in zip((before, after), ((1, 2), (0, 1))):
        rows = generate.export(wave, *contents, instruments, items, rng)
        twice = rng.permutation(range(pairs), rng.integers(fewest, most + 1))
        again = generate.sent_again(rows.loc[twice])
        for person in twice:  # with second thoughts about four items
            for item in rng.permutation(items.index, 4):
                labels = instruments.loc[items.loc[item, "instrument"], "labels"].split("; ")
                again.loc[person, item] = rng.choice(labels)
        if wave == "after":
            left = list(came_back.index[pairs + unmatched :])  # opened the form, and went away
            rows.loc[left, "Progress"], rows.loc[left, "Finished"], rows.loc[left, list(items.index)] = 6, False, ""
        exports[f"raw/{wave}.csv"] = generate.export_text(wave, pd.concat([rows, again]), items, codebook)
    return exports, truth


def study(code, exports):
    """Return the files of one person's study folder, as text, by their place in it."""
    codebook = (HERE / "codebook.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    asked = "\n".join(f"   - {name}: {says}" for name, says in ANSWERS.items())
    return {
        "README.txt": README.format(code=code, answers=asked),
        **{file: (HERE / file).read_text(encoding="utf-8") for file in ("instruments.csv", "items.csv")},
        "codebook.csv": "".join(line for line in codebook if not line.startswith("published.csv,")),
        **exports,
    }


def zipped(code, files):
    """Pack a study folder: the same bytes everywhere, so nothing in it is compressed, dated or named by the machine."""
    content = io.BytesIO()
    write_zip(content, ((f"{code}/{name}", text) for name, text in files.items()), (2025, 1, 1, 0, 0, 0), compressed=False)
    return content.getvalue()


# --- the key ------------------------------------------------------------------------------------


def solved(files):
    """Work out the answers to one person's cohort with the book's own code.

    Parameters
    ----------
    files : dict of {str: str}
        As `study` returns them.

    Returns
    -------
    flow : pandas.DataFrame
        As `prepost.Study` has it.
    answers : dict of {str: dict}
        For each measure, `ANSWERS` with their values.
    table : pandas.DataFrame
        As `prepost.results_table` returns it, with the further answers that are printed with two or three decimals.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "raw").mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
        read = prepost.Study(folder)
        if read.open:  # somebody sent both forms twice; nothing else can be open
            read = prepost.Study(folder, {question.key: "one person" for question in read.open})
    scores, flow, instruments = read.scores, read.flow, definitions()[0]
    answers = {}
    for measure in instruments.index:
        both = scores[[f"{measure}_{wave}" for wave in prepost.WAVES]].dropna().astype(int)
        both.columns = prepost.WAVES
        change = both["after"] - both["before"]
        test, interval = prepost.signed_rank(change, zeros="pratt"), prepost.pseudo_median(change)
        dropped = prepost.signed_rank(change, zeros="drop")
        answers[measure] = {
            **{f"median {wave}": both[wave].median() for wave in prepost.WAVES},
            "median change": change.median(),
            **test,
            "p": test["p exact"],
            "r": test["Z"] / np.sqrt(len(change)),
            **dict(zip(("pseudo-median", "interval low", "interval high"), interval)),
            "level": interval["level"],
            **{f"{name} without zeros": dropped[name] for name in ("Z", "p")},
            "rank-biserial": prepost.rank_biserial(change),
            "P(higher)": prepost.probability_of_improvement(change),
        }
    for answer, adjusted in zip(answers.values(), prepost.holm([answer["p"] for answer in answers.values()])):
        answer["p Holm"] = adjusted
    in_order = {measure: {name: answer[name] for name in ANSWERS} for measure, answer in answers.items()}
    table = prepost.results_table(scores, instruments)
    for name, decimals in {"Z without zeros": 3, "rank-biserial": 2, "P(higher)": 2}.items():
        table[name] = [prepost.format_number(answer[name], decimals, name[0] == "Z") for answer in in_order.values()]
    table["p without zeros"] = [prepost.format_p(answer["p without zeros"]) for answer in in_order.values()]
    return flow, in_order, table


@functools.cache
def true_change(measure, effect):
    """Return how many points a measure's score changes on average under an effect, if nothing else happens.

    An answer's leaning has spread 1 around its level, so how often it passes each step of the scale follows from the
    normal distribution; the expected answer is the lowest one plus these shares.
    """
    instruments, items, _ = definitions()
    lowest, highest = instruments.loc[measure, ["lowest", "highest"]]
    model, k = generate.MODEL[measure], sum(items["instrument"] == measure)
    middle, step = (lowest + highest) / 2 + model["location"], 1.05 * (highest - lowest) / 4

    def score(shift):
        leanings = [model["loading"] * shift + easiness for easiness in np.linspace(-0.5, 0.5, k)]
        steps = np.arange(lowest, highest) + 0.5
        return sum(statistics.NormalDist().cdf((middle - at) / step + leaning) for leaning in leanings for at in steps)

    return score(EFFECTS[effect] / 100) - score(0)


def sheet(rows, commas):
    """Write rows as a spreadsheet opens them; with decimal commas, which many countries have, it expects semicolons."""

    def cell(value):
        if isinstance(value, float):  # the last digits of a p value hang on the version of SciPy
            value = f"{value:.10g}"
            return value.replace(".", ",") if commas else value
        return value

    text = io.StringIO()
    lines = csv.writer(text, delimiter=";" if commas else ",", lineterminator="\r\n")
    lines.writerow(rows[0])
    lines.writerows([cell(value) for value in row.values()] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def errors(key):
    """Count, for each measure and true effect, what the class's tests say at p < .05 and how often that is wrong."""
    rows = []
    for measure in ALPHA:
        for effect, gain in EFFECTS.items():
            own = [row for row in key if row[f"{measure} true effect"] == effect]
            found = [row for row in own if row[f"{measure} p"] < 0.05]
            rises = sum(row[f"{measure} W+"] > row[f"{measure} W-"] for row in found)
            rows.append(
                {
                    "measure": measure,
                    "true effect": effect,
                    "true shift in SD": gain / 100,
                    "true change in points": round(true_change(measure, effect), 2),
                    "students": len(own),
                    "significant rise": rises,
                    "significant fall": len(found) - rises,
                    "not significant": len(own) - len(found),
                    "errors of type I": len(found) if effect == "none" else "",
                    "errors of type II": len(own) - len(found) if effect != "none" else "",
                }
            )
    return rows


# --- the whole class ----------------------------------------------------------------------------


def read_secret(path):
    """Return the class secret, or nothing if there is none yet."""
    try:
        secret = path.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None
    if not re.fullmatch("[0-9a-f]{64}", secret):
        raise Refused(
            f"{path} does not hold a class secret, which is 64 digits from 0-9 and a-f. Put the right file back; "
            "or delete it, and everyone gets other data."
        )
    return secret


def write_secret(path, secret):
    """Write the class secret into a file that only its owner can read, and that is not there yet."""
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(made, "w", encoding="utf-8") as file:
            file.write(secret + "\n")
    except OSError as error:  # a part of a secret would be taken for one that was spoilt
        path.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from None


def write_whole(path, content):
    """Write a file, so that nobody ever finds a part of it under its name."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Refused(
            f"{path}: {error.strerror}, so not all was written. What is there is whole. Mend this, and run the same "
            "again: it adds what is missing."
        ) from None


def refuse_list_inside(roster, out):
    """Stop if the class list, beside which the secret goes, lies in a folder that this program fills."""
    for folder in (out / "students", out / "instructor"):
        if folder.exists() and any(parent.samefile(folder) for parent in roster.resolve().parents):
            raise Refused(
                f"The class list {roster} lies in {folder}, which holds what this program makes. Move the list, and its "
                "secret if it has one, to another folder, and run again."
            )


def keep_private(folder):
    """Make a folder that only its owner can look into, also if it is there already; say so if that cannot be."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        folder.chmod(0o700)
    except OSError as error:
        return f"Perhaps others on this computer can read {folder}: it could not be closed to them ({error.strerror})."


def refuse_other_zips(out, names, secret_is_new, secret_path):
    """Stop if OUT holds the zips of other people, or of these with another secret."""
    others = sorted(path.name for path in (out / "students").glob("*.zip") if path.name not in names)
    if others and secret_is_new:
        raise Refused(
            f"{out} holds cohorts already, and their secret {secret_path} is missing. Put it back, or give another "
            "folder for new cohorts."
        )
    if others:
        raise Refused(
            f"{out / 'students'} holds zips that this list and its secret do not give: {len(others)} of them, such as "
            f"{others[0]}. Were they made with another secret, or for people who are no longer on the list? Give "
            "another folder, or move these away."
        )


def refuse_to_lose(out, files):
    """Stop if a zip is there with other content, or a table with a row that the new one lacks; class.csv is a count."""
    changed = []
    for name, content in files.items():
        old = (out / name).read_bytes() if (out / name).exists() else content
        if name.endswith(".zip"):
            lost = old != content
        else:
            lost = name != "instructor/class.csv" and not set(old.splitlines()) <= set(content.splitlines())
        if lost:
            changed.append(name)
    if changed:
        raise Refused(
            f"{out} holds what would be lost: {', '.join(changed[:5])}{', ...' if changed[5:] else ''}. Was it edited,"
            " is somebody no longer on the list, or is the book newer? Nothing was changed. Give another folder, or "
            "move these away."
        )


def coincidences(key):
    """Yield who has the same answers as somebody else for a measure: the measure and the two identifiers.

    Holm's p does not count, because it looks at the other measures too.
    """
    for measure in ALPHA:
        seen = {}
        for row in key:
            answers = tuple(row[f"{measure} {name}"] for name in ANSWERS if name != "p Holm")
            if answers in seen:
                yield measure, seen[answers], row["identifier"]
            seen.setdefault(answers, row["identifier"])


def tables(identifiers, secret):
    """Make everybody's cohort and solve it: the zips by name, and the rows of key.csv and reported.csv."""
    zips, key, reported = {}, [], []
    with contextlib.ExitStack() as stack:
        each = map
        if len(identifiers) > 2 * CHUNK:  # worth starting a Python on each processor
            pool = ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn"))
            each = functools.partial(stack.enter_context(pool).map, chunksize=CHUNK)
        for done, (name, content, row, rows) in enumerate(each(functools.partial(entry, secret), identifiers), 1):
            zips[name] = content
            key.append(row)
            reported += rows
            if done % max(1, len(identifiers) // 10) == 0 or done == len(identifiers):
                print(f"{done} of {len(identifiers)} cohorts", file=sys.stderr, flush=True)
    return zips, key, reported


CHUNK = 20  # cohorts, which take two seconds or so


def entry(secret, identifier):
    """Make one person's cohort and solve it: the zip's name and content, the row of the key, those of reported.csv."""
    code = code_of(secret, identifier)
    exports, truth = cohort(keyed(secret, "data", identifier))
    files = study(code, exports)
    flow, answers, table = solved(files)
    who, reported = {"identifier": identifier, "code": code}, []
    row = {**who, "file": f"{code}.zip"}
    row |= {f"{wave}: {step}": int(flow.loc[step, wave]) for wave in flow for step in flow.index}
    for (measure, values), (name, printed) in zip(answers.items(), table.iterrows()):
        row |= {f"{measure} {answer}": value for answer, value in values.items()}
        row[f"{measure} true effect"] = truth[measure]
        row[f"{measure} true change"] = round(true_change(measure, truth[measure]), 2)
        rest = {answer: prepost.format_number(values[answer], 1) for answer in ("median change", "W+", "W-")}
        reported.append({**who, "measure": name, **printed, **rest})
    return f"students/{code}.zip", zipped(code, files), row, reported


def run(roster, out):
    """Make the cohorts of a class.

    Parameters
    ----------
    roster : path-like
        The class list. Beside it lies the secret, a file of the same name that ends in ``.secret``.
    out : path-like
        Where to put the folders ``students`` and ``instructor``.

    Returns
    -------
    str
        What was made, where it is and what to do with it.

    Raises
    ------
    Refused
        If something is wrong with the list or the secret, or ``out`` holds something else. Nothing is written then.
    """
    roster, out = Path(roster), Path(out)
    secret_path = roster.with_suffix(".secret")
    refuse_list_inside(roster, out)
    identifiers, commas, notes = read_roster(roster)
    secret = read_secret(secret_path)
    secret_is_new = secret is None
    secret = secret or secrets.token_hex(32)
    names = {f"{code_of(secret, identifier)}.zip" for identifier in identifiers.values()}
    refuse_other_zips(out, names, secret_is_new, secret_path)
    files, key, reported = tables(list(identifiers.values()), secret)
    if commas:
        reported = [
            {name: cell if name == "identifier" else str(cell).replace(".", ",") for name, cell in row.items()}
            for row in reported
        ]
    for name, rows in {"key": key, "reported": reported, "class": errors(key)}.items():
        files[f"instructor/{name}.csv"] = sheet(rows, commas)
    refuse_to_lose(out, files)
    said = [keep_private(out / "instructor")]
    (out / "students").mkdir(exist_ok=True)
    if secret_is_new:
        write_secret(secret_path, secret)
    for name in sorted(files):  # in the order of the codes: times in the order of the list would tell whose is whose
        write_whole(out / name, files[name])
    said += [
        f"{len(key)} cohorts are in {out / 'students'}: give each person the file that instructor/key.csv names.",
        f"The answers are in {out / 'instructor'}: keep them apart from the students' files.",
        f"{'A new class secret is' if secret_is_new else 'The class secret was'} in {secret_path}. Keep it, and to "
        "yourself: only with it does an identifier get the same data again.",
    ]
    same = "By chance, {1} and {2} have the same answers for {0}."
    alike = [same.format(*who) for who in coincidences(key)]
    said += alike[:10] + [f"So have {len(alike) - 10} other pairs."] * (len(alike) > 10)
    said += [f"{roster.name}: {note}." for note in notes]
    return "\n".join(filter(None, said))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("Name the class list: make cohorts ROSTER=class.csv, or python data/cohorts.py class.csv [OUT]")
    try:
        print(run(*sys.argv[1:], *[HERE.parent / "_build" / "cohorts"][len(sys.argv) - 2 :]))
    except Refused as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{error.filename or tempfile.gettempdir()}: {error.strerror}")  # what names no file happened there


if __name__ == "__main__":
    main()
