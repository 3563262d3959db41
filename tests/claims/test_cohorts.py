"""A cohort for each student of a class: the same everywhere, different for everyone, nobody's in particular.

Oracles: SciPy, pingouin, the csv module and counting in whole numbers for the key, from the exports in the zips and
without `prepost`; the answers of 4000 people for the true effects; the binomial distribution for the share of false
alarms; chapter 13's own cell for "works without a change"; for a class list, the fault that the test puts in.
"""

import csv
import errno
import hashlib
import io
import itertools
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import cohorts
import generate
import numpy as np
import pandas as pd
import pingouin
import prepost
import pytest
from conftest import ROOT, WEEKLY
from scipy import stats

SECRET = "0123456789abcdef" * 4
PEOPLE = [f"Student.Number{number}@example.org" for number in range(1, 201 if WEEKLY else 61)]
INSTRUMENTS, ITEMS = prepost.load("instruments"), prepost.load("items")
MEASURES = list(INSTRUMENTS.index)


def class_list(folder, text, secret=SECRET, encoding="utf-8"):
    """Put a class list, and its secret if there is one, into a folder."""
    path = folder / "class.csv"
    path.write_bytes(text.encode(encoding))
    if secret:
        (folder / "class.secret").write_text(secret)
    return path


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def table(path, **options):
    return pd.read_csv(path, **{"dtype": {"identifier": str}, "keep_default_na": False, **options})


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """The cohorts of a class: of 60 at each change, of 200 every week."""
    folder = tmp_path_factory.mktemp("class")
    cohorts.run(class_list(folder, "\n".join(["email", *PEOPLE])), folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def key(out):
    return table(out / "instructor" / "key.csv").set_index("identifier")


@pytest.fixture(scope="module")
def zips(out, key):
    """The files in each student's zip: {identifier: {name: text}}."""
    found = {}
    for person, row in key.iterrows():
        with zipfile.ZipFile(out / "students" / row["file"]) as archive:
            files = {name: archive.read(name).decode() for name in archive.namelist()}
        found[person] = {name.removeprefix(f"{row['code']}/"): text for name, text in files.items()}
    return found


def unzip(out, key, person, folder):
    with zipfile.ZipFile(out / "students" / key.loc[person, "file"]) as archive:
        archive.extractall(folder)
    return folder / key.loc[person, "code"]


# --- the same for the same person -----------------------------------------------------------------


def test_a_known_persons_zip_has_the_stored_hash(out, key):
    """Seen, but for the words of its README, on Python 3.11 with NumPy 2.0.0, pandas 2.2.2 and with the newest, and on
    Python 3.12 in WebAssembly."""
    content = (out / "students" / key.loc[PEOPLE[0], "file"]).read_bytes()
    stored = "c88b08e93cec4a1a2db7dc88f30be89b0c74d3def460cb8937cdc3f7193418d8"
    meant = "Everybody now gets other files than before. If that is meant, store the new hash."
    assert hashlib.sha256(content).hexdigest() == stored, meant


def test_numbers_come_from_what_python_promises_to_keep(monkeypatch):
    """Neither NumPy's numbers, nor any method of random.Random but random(), nor floating-point mathematics."""
    expected = cohorts.cohort(7)

    class OnlyRandom:
        def __init__(self, seed):
            assert type(seed) is int
            self.random = original(seed).random

    def forbidden(*args, **kwargs):
        raise AssertionError("not promised to stay the same")

    original = cohorts.random.Random
    monkeypatch.setattr(cohorts.random, "Random", OnlyRandom)
    for place, names in {np.random: ["default_rng", "rand", "normal"], math: ["sqrt", "exp", "log", "cos"]}.items():
        for name in names:
            monkeypatch.setattr(place, name, forbidden)
    for name in ("sqrt", "exp", "log", "power"):
        monkeypatch.setattr(np, name, forbidden)
    assert cohorts.cohort(7) == expected


def test_answers_are_drawn_in_whole_numbers():
    general = cohorts.Draws(1).thousandths(38)
    before, after = cohorts.draw(generate.MODEL["stigma"], 30, general, 1, 5, 12, cohorts.Draws(2))
    assert general.dtype == before.dtype == after.dtype == np.int64
    assert before.shape == after.shape == (38, 12)


def test_thousandths_are_nearly_normal():
    """Oracle: SciPy's normal distribution."""
    numbers = cohorts.Draws(3).thousandths(20_000) / 1000
    assert abs(numbers.mean()) < 4 / math.sqrt(20_000)
    assert abs(numbers.std() - 1) < 0.02
    assert stats.kstest(numbers, "norm").statistic < 0.02


@pytest.mark.parametrize(
    "one, other",
    [
        ("Ana@Example.org", " ana@example.ORG\u00a0"),
        ("José Ruiz", "Jose\u0301  Ruiz"),
        ("Anna Li", "Anna\u200b Li"),
        ("Ａnna １", "anna 1"),
        ("ΝΊΚΟΣ", "νίκος"),
    ],
)
def test_capitals_blanks_and_encoding_of_accents_make_no_difference(one, other):
    assert cohorts.code_of(SECRET, one) == cohorts.code_of(SECRET, other)
    assert cohorts.keyed(SECRET, "data", one) == cohorts.keyed(SECRET, "data", other)


# Oracle: Unicode 16, DerivedCoreProperties.txt, Default_Ignorable_Code_Point.
IGNORABLE = "00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFF8"


def test_no_invisible_character_makes_another_person():
    ranges = [*IGNORABLE.split(), "1BCA0-1BCA3", "1D173-1D17A", "E0000-E0FFF", "2800"]  # and the empty pattern of Braille
    ends = [[int(end, 16) for end in part.split("-")] for part in ranges]
    signs = [chr(sign) for first, *last in ends for sign in range(first, (last or [first])[0] + 1)]
    assert len(signs) == 4174 + 1
    assert {cohorts.normal(f"A{sign}na{sign}") for sign in signs} == {"ana"}


@pytest.mark.parametrize("one, other", [("José", "Jose"), ("李明", "李敏"), ("a1", "a 1"), ("s1", "s11")])
def test_different_people_get_different_data(one, other):
    assert cohorts.code_of(SECRET, one) != cohorts.code_of(SECRET, other)
    assert cohorts.keyed(SECRET, "data", one) != cohorts.keyed(SECRET, "data", other)


def test_zips_carry_no_time_and_nothing_of_the_machine(out, key):
    with zipfile.ZipFile(out / "students" / key["file"].iloc[0]) as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {(2025, 1, 1, 0, 0, 0)}
    assert {(entry.compress_type, entry.create_system, entry.extra) for entry in entries} == {(0, 3, b"")}


# --- different for everybody ------------------------------------------------------------------------


@pytest.mark.parametrize("measure", MEASURES)
def test_no_two_students_have_the_same_answers(key, measure):
    """Even without Holm's p, which looks at the other measures too."""
    answers = key[[f"{measure} {name}" for name in cohorts.ANSWERS if name != "p Holm"]]
    assert len(key) == len(PEOPLE) and not answers.duplicated().any()


@pytest.mark.parametrize("measure", MEASURES)
def test_even_z_p_and_the_rank_sums_alone_tell_students_apart(key, measure):
    assert not key[[f"{measure} {name}" for name in ("W+", "W-", "Z", "p")]].duplicated().any()


def test_no_two_students_have_the_same_exports_or_the_same_codes_in_them(zips):
    for file in ("raw/before.csv", "raw/after.csv"):
        assert len({files[file] for files in zips.values()}) == len(PEOPLE)
    assert len({tuple(sorted(row["code"] for row in export(files, "before"))) for files in zips.values()}) == len(PEOPLE)


def test_a_coincidence_would_be_said():
    row = {f"{measure} {name}": 1 for measure in MEASURES for name in cohorts.ANSWERS}
    one, two = {**row, "identifier": "one"}, {**row, "identifier": "two"}
    assert list(cohorts.coincidences([one, two])) == [(measure, "one", "two") for measure in MEASURES]
    assert not list(cohorts.coincidences([one, {**two, **{f"{measure} p": 0 for measure in MEASURES}}]))


# --- nobody's in particular -------------------------------------------------------------------------


def traces(person):
    """What would betray a person: the identifier, as text or hashed, and the seed."""
    for text in {person, cohorts.normal(person), person.split("@")[0]}:
        yield text.lower()
        for method in ("md5", "sha1", "sha256", "sha512", "blake2b", "sha3_256"):
            yield hashlib.new(method, text.encode()).hexdigest()[:12]
    for use in ("data", "code"):
        seed = cohorts.keyed(SECRET, use, person)
        yield from (str(seed)[:12], f"{seed:x}"[:12])


def test_students_files_betray_neither_identifier_nor_hash_nor_seed_nor_secret(out, key):
    for person, row in key.iterrows():
        names = "".join(zipfile.ZipFile(out / "students" / row["file"]).namelist())
        text = (names + row["file"] + (out / "students" / row["file"]).read_bytes().decode("latin-1")).lower()
        assert not [trace for trace in (*traces(person), SECRET[:12]) if trace in text]
    assert PEOPLE[0].lower() in traces(PEOPLE[0])
    assert sorted(key["file"]) == sorted(path.name for path in (out / "students").iterdir())


def test_only_the_key_says_whose_code_is_whose(out):
    text = {path.name: path.read_text(encoding="utf-8-sig") for path in (out / "instructor").iterdir()}
    assert sorted(name for name in text if PEOPLE[0] in text[name]) == ["key.csv", "reported.csv"]
    assert sorted(text) == ["class.csv", "key.csv", "reported.csv"]


def test_code_and_data_cannot_be_had_without_the_secret():
    """Another secret, another code and another seed; and neither is a hash without a key."""
    other = "f" * 64
    assert cohorts.code_of(SECRET, "ana") != cohorts.code_of(other, "ana")
    assert cohorts.keyed(SECRET, "data", "ana") != cohorts.keyed(other, "data", "ana")
    assert f"{cohorts.keyed(SECRET, 'data', 'ana'):064x}" not in {
        hashlib.sha256(text.encode()).hexdigest() for text in ("ana", "data\nana")
    }


def test_codes_are_no_words_and_no_numbers(key):
    assert key["code"].str.fullmatch("[b-df-hj-np-tv-xz]{4}(-[b-df-hj-np-tv-xz]{4}){2}").all()
    assert key["code"].is_unique


# --- the shape of the book's data -------------------------------------------------------------------


def export(files, wave):
    """The submissions of an export as {column: text}, without the second and third header row."""
    return list(csv.DictReader(io.StringIO(files[f"raw/{wave}.csv"])))[2:]


def clean(row):
    return "".join(row["code"].split()).upper()


def test_a_zip_is_a_study_folder_with_the_books_own_tables(zips):
    for files in zips.values():
        tables = ["instruments.csv", "items.csv", "codebook.csv", "raw/before.csv", "raw/after.csv"]
        assert list(files) == ["README.txt", *tables]
        for name in tables[:2]:
            assert files[name] == (prepost.DATA / name).read_text(encoding="utf-8")
        book = (prepost.DATA / "codebook.csv").read_text(encoding="utf-8").splitlines()
        assert files["codebook.csv"].splitlines() == [line for line in book if not line.startswith("published.csv,")]
        for wave in prepost.WAVES:
            header = (prepost.DATA / f"raw/{wave}.csv").read_text(encoding="utf-8").splitlines()[:3]
            assert files[f"raw/{wave}.csv"].splitlines()[:3] == header


def sent_both_twice(files):
    """The codes that stand more than once in both exports."""
    twice = [Counter(clean(row) for row in export(files, wave) if row["Finished"] == "True") for wave in prepost.WAVES]
    return [code for code in twice[0] if twice[0][code] > 1 and twice[1][code] > 1]


def test_nothing_is_asked_but_about_people_who_sent_both_forms_twice(out, zips, key, tmp_path):
    """Every other person of the notes sent one form more than once; codes that are nearly alike may be offered."""
    asked = []
    for number, person in enumerate(PEOPLE):
        codes = sent_both_twice(zips[person])
        if number % 8 and not codes:
            continue
        study = prepost.Study(unzip(out, key, person, tmp_path))
        assert [question.key for question in study.open] == [f"twice: {code}" for code in codes]
        asked += codes
        study = prepost.Study(tmp_path / key.loc[person, "code"], {f"twice: {code}": "one person" for code in codes})
        assert all(question.offer for question in study.questions if not question.settled)
        unused, *twice = study.notes
        assert unused == "raw/before.csv: 2 columns not used: year, gender."
        assert all("was sent 2 times" in note for note in twice)
        assert len(twice) == study.flow.loc["sent again"].sum()
    assert 1 <= len(asked) <= 10


def test_every_export_has_the_faults_of_the_books(zips):
    for files in zips.values():
        before, after = export(files, "before"), export(files, "after")
        codes, codes_after = [clean(row) for row in before], [clean(row) for row in after]
        assert len(set(codes)) == 38 and 1 <= len(codes) - 38 <= 2
        assert len(codes_after) - len(set(codes_after)) <= 1
        unfinished = [row for row in after if row["Finished"] == "False"]
        assert 1 <= len(unfinished) <= 2 and not any(row[item] for row in unfinished for item in ITEMS.index)
        assert 1 <= len(set(codes_after) - set(codes)) <= 2
        assert all(row["Finished"] == "True" for row in before)
        typed = [row["code"] for row in before + after]
        assert any(code != code.upper() for code in typed)
        assert any(code != code.strip() for code in typed)
        finished = [row for row in before + after if row["Finished"] == "True"]
        gaps = [sum(row[item] == "" for item in ITEMS.index) for row in finished]
        assert 4 <= sum(gaps) <= 12


def test_second_submissions_come_later_with_other_answers(zips):
    for files in zips.values():
        for wave in prepost.WAVES:
            rows = export(files, wave)
            for code, count in Counter(map(clean, rows)).items():
                if count > 1:
                    first, second = (row for row in rows if clean(row) == code)
                    assert first["EndDate"] < second["EndDate"] and first["ResponseId"] != second["ResponseId"]
                    assert any(first[item] != second[item] for item in ITEMS.index)


def test_rows_stand_in_the_order_of_submission(zips):
    for files in zips.values():
        for wave in prepost.WAVES:
            ends = [row["EndDate"] for row in export(files, wave)]
            assert ends == sorted(ends)


def test_between_30_and_36_pairs_and_not_always_as_many(key):
    assert key["before: pairs"].between(30, 36).all() and key["before: pairs"].nunique() == 7
    assert (key["before: pairs"] == key["after: pairs"]).all() and (key["before: people"] == 38).all()
    for measure in MEASURES:
        assert (key["before: pairs"] - key[f"{measure} pairs"]).between(0, 2 * (measure == "likelihood")).all()


def test_every_analysis_works(key):
    """Nothing missing, zeros in every measure of nearly everybody, and enough people who changed."""
    for measure in MEASURES:
        own = key[[f"{measure} {name}" for name in cohorts.ANSWERS]].astype(float)
        assert np.isfinite(own).all(axis=None)
        assert (own[f"{measure} zeros"] >= 1).all()
        assert (own[f"{measure} pairs"] - own[f"{measure} zeros"] >= 8).all()


def alpha(answers):
    """Cronbach's alpha by pingouin, people with a gap left out."""
    return pingouin.cronbach_alpha(answers.dropna())[0]


@pytest.mark.parametrize("measure", MEASURES)
def test_reliability_and_ceiling_are_about_the_books(zips, measure):
    """Before, of 40 students: typical alphas within .05 of the book's, most within .2; a ceiling in likelihood."""
    alphas, at_ceiling = [], []
    for person in PEOPLE[:40]:
        scored = pd.DataFrame([numbers(row, measure) for row in export(zips[person], "before")], dtype=float)
        alphas.append(alpha(scored))
        at_ceiling.append((scored.sum(axis=1) == scored.shape[1] * INSTRUMENTS.loc[measure, "highest"]).mean())
    assert abs(np.median(alphas) - cohorts.ALPHA[measure] / 100) < 0.05
    assert np.mean(np.abs(np.array(alphas) - cohorts.ALPHA[measure] / 100) < 0.2) > 0.9
    assert (np.mean(at_ceiling) > 0.15) == (measure == "likelihood")


def test_the_books_own_cohort_would_be_accepted_and_spoilt_ones_not():
    for measure, seed in generate.SEEDS.items():
        lowest, highest = INSTRUMENTS.loc[measure, ["lowest", "highest"]]
        k = sum(ITEMS["instrument"] == measure)
        before, after = generate.draw(measure, seed, generate.people(), lowest, highest, k)
        target = cohorts.ALPHA[measure]
        assert cohorts.worth_analysing(before, after, 34, target)
        assert not cohorts.worth_analysing(before, before, 34, target)  # nobody changes
        nine = before.copy()
        nine[:9] = after[:9]
        assert not cohorts.worth_analysing(before, nine, 34, target)  # too few change
        moved = np.flatnonzero(before.sum(axis=1) != after.sum(axis=1))
        assert not cohorts.worth_analysing(before[moved], after[moved], len(moved), target)  # everyone changes
        assert not cohorts.worth_analysing(before, after, 34, target - 25)  # another reliability


def test_choosing_cohorts_favours_neither_rises_nor_falls():
    """Swapping the waves of any people leaves the choice as it is."""
    rng = np.random.default_rng(1)
    for seed in range(30):
        draws = cohorts.Draws(seed)
        before, after = cohorts.draw(generate.MODEL["likelihood"], 0, draws.thousandths(38), 1, 5, 4, draws)
        swap = rng.random(38)[:, None] < 0.5
        one, other = np.where(swap, after, before), np.where(swap, before, after)
        assert cohorts.worth_analysing(before, after, 34, 60) == cohorts.worth_analysing(one, other, 34, 60)


# --- the true effects ---------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", cohorts.EFFECTS)
@pytest.mark.parametrize("measure", MEASURES)
def test_stated_true_change_is_what_many_people_show(measure, effect, monkeypatch):
    """Oracle: the generator's own answers of 4000 people."""
    monkeypatch.setattr(cohorts, "PEOPLE", 4000)
    lowest, highest = (int(limit) for limit in INSTRUMENTS.loc[measure, ["lowest", "highest"]])
    rng, k = cohorts.Draws(len(measure + effect)), sum(ITEMS["instrument"] == measure)
    gain = cohorts.EFFECTS[effect]
    before, after = cohorts.draw(generate.MODEL[measure], gain, rng.thousandths(4000), lowest, highest, k, rng)
    change = (after - before).sum(axis=1)
    assert abs(change.mean() - cohorts.true_change(measure, effect)) < 4 * change.std() / math.sqrt(4000)
    if effect == "none":
        assert cohorts.true_change(measure, effect) == 0
        assert stats.binomtest((change > 0).sum(), (change != 0).sum()).pvalue > 0.001
        assert stats.wilcoxon(change, method="approx").pvalue > 0.001


@pytest.mark.parametrize("measure", MEASURES)
def test_students_differ_in_what_is_true(key, measure):
    shares = key[f"{measure} true effect"].value_counts(normalize=True)
    assert set(shares.index) == set(cohorts.EFFECTS)
    assert shares["none"] == shares.max() and shares.min() > 0.1


def test_class_table_counts_the_errors_of_the_class(out, key):
    """Recounted with pandas from the key."""
    for row in table(out / "instructor" / "class.csv").to_dict("records"):
        own = key[key[f"{row['measure']} true effect"] == row["true effect"]]
        own = own.filter(like=f"{row['measure']} ").rename(columns=lambda name: name.split(" ", 1)[1])
        significant, up = own["p"] < 0.05, own["W+"] > own["W-"]
        assert row["students"] == len(own)
        assert row["significant rise"] == (significant & up).sum()
        assert row["significant fall"] == (significant & ~up).sum()
        assert row["not significant"] == (~significant).sum()
        kind = ("I", "II") if row["true effect"] == "none" else ("II", "I")
        assert int(row[f"errors of type {kind[0]}"]) == (significant if kind[0] == "I" else ~significant).sum()
        assert row[f"errors of type {kind[1]}"] == ""
        assert {row["true change in points"]} == set(own["true change"])


def test_false_alarms_are_about_one_in_twenty_and_clear_effects_are_found(out):
    """Oracle: the binomial distribution, .01 in each tail."""
    rows = table(out / "instructor" / "class.csv")
    none = rows[rows["true effect"] == "none"]
    alarms, tests = none["errors of type I"].astype(int).sum(), none["students"].sum()
    low, high = stats.binom.ppf([0.01, 0.99], tests, 0.05)
    assert low <= alarms <= high
    missed = rows.assign(missed=pd.to_numeric(rows["errors of type II"])).groupby("true effect")
    share = missed["missed"].sum() / missed["students"].sum()
    assert share["clear rise"] < 0.2 < share["fall"] < share["small rise"] < 0.8


# --- the key ------------------------------------------------------------------------------------------


def numbers(row, measure):
    """A submission's answers to one measure as numbers, reversed items turned round, None if skipped."""
    rule = INSTRUMENTS.loc[measure]
    labels, both_ends = rule["labels"].split("; "), int(rule["lowest"] + rule["highest"])
    found = []
    for item, entry in ITEMS[ITEMS["instrument"] == measure].iterrows():
        answer = int(rule["lowest"]) + labels.index(row[item]) if row[item] else None
        found.append(both_ends - answer if answer is not None and entry["reversed"] == "yes" else answer)
    return found


def score(answers, allowed):
    given = [answer for answer in answers if answer is not None]
    if len(answers) - len(given) > allowed:
        return None
    return (2 * sum(given) * len(answers) + len(given)) // (2 * len(given))  # half up, in whole numbers


def sign_patterns(ranks):
    """How many sign patterns give each positive rank sum, by adding one rank after the other; ranks are whole."""
    ways = np.array([1])
    for rank in ranks:
        ways = np.concatenate([ways, np.zeros(rank, int)]) + np.concatenate([np.zeros(rank, int), ways])
    return ways


def pratt_ranks(change):
    """Doubled midranks with their signs, those of zeros left out."""
    ranks = (2 * change.abs().rank()).astype(int) * np.sign(change).astype(int)
    return ranks[ranks != 0].to_numpy()


def tails(change):
    """The shares of sign patterns with a positive rank sum at least as high, and at least as low, as it is."""
    ranks = pratt_ranks(change)
    ways, seen = sign_patterns(np.abs(ranks)), ranks[ranks > 0].sum()
    return ways[seen:].sum() / ways.sum(), ways[: seen + 1].sum() / ways.sum()


def not_rejected(change, walsh):
    """The 95% interval: low, high, whether they are themselves in, and its level. Tries every value and every gap."""
    steps = sorted(set(walsh))
    tried = [steps[0] - 1, *sorted(steps + [sum(gap) / 2 for gap in itertools.pairwise(steps)]), steps[-1] + 1]
    accepted = [place for place, v in enumerate(tried) if 2 * min(tails(change - v)) > 0.05]
    first, last = min(accepted), max(accepted)
    level = 1 - tails(change - tried[first - 1])[0] - tails(change - tried[last + 1])[1]
    inside = [tried[place] in steps for place in (first, last)]
    low = tried[first] if inside[0] else tried[first - 1]
    high = tried[last] if inside[1] else tried[last + 1]
    return low, high, inside, level


def by_hand(files):
    """Flow and answers from the two exports, by other means than the book's module."""
    flow, people = {}, {}
    for wave in prepost.WAVES:
        rows = sorted(export(files, wave), key=lambda row: row["EndDate"])
        finished = [row for row in rows if row["Finished"] == "True"]
        people[wave] = {}
        for row in finished:
            people[wave].setdefault(clean(row), row)
        flow |= {f"{wave}: submissions": len(rows), f"{wave}: not finished": len(rows) - len(finished)}
        flow |= {f"{wave}: without a code": 0, f"{wave}: sent again": len(finished) - len(people[wave])}
        flow[f"{wave}: people"] = len(people[wave])
    linked = set(people["before"]) & set(people["after"])
    for wave in prepost.WAVES:
        flow |= {f"{wave}: without a partner": len(people[wave]) - len(linked), f"{wave}: pairs": len(linked)}
    answers, printed = {}, {}
    for measure in MEASURES:
        allowed = INSTRUMENTS.loc[measure, "max_skipped"]
        both = [[score(numbers(people[wave][code], measure), allowed) for wave in prepost.WAVES] for code in linked]
        both = pd.DataFrame([pair for pair in both if None not in pair], columns=prepost.WAVES)
        change = both["after"] - both["before"]
        moved, ranks = change[change != 0], pratt_ranks(change)
        test = stats.wilcoxon(change, zero_method="pratt", correction=False, method="approx")
        z = math.copysign(test.zstatistic, ranks.sum())
        dropped = stats.wilcoxon(moved, correction=False, method="approx")
        walsh = sorted((one + other) / 2 for one, other in itertools.combinations_with_replacement(change, 2))
        low, high, inside, level = not_rejected(change, walsh)
        printed[measure] = f"{'' if inside[0] else '> '}{rounded(low, 1)} to {'' if inside[1] else '< '}{rounded(high, 1)}"
        answers[measure] = {
            "pairs": len(change),
            "zeros": len(change) - len(moved),
            "median before": np.median(both["before"]),
            "median after": np.median(both["after"]),
            "median change": np.median(change),
            "pseudo-median": np.median(walsh),
            "interval low": low,
            "interval high": high,
            "level": level,
            "W+": ranks[ranks > 0].sum() / 2,
            "W-": -ranks[ranks < 0].sum() / 2,
            "p": min(1, 2 * min(tails(change))),
            "Z": z,
            "r": z / math.sqrt(len(change)),
            "Z without zeros": math.copysign(dropped.zstatistic, (moved.abs().rank() * np.sign(moved)).sum()),
            "p without zeros": dropped.pvalue,
            "rank-biserial": pingouin.wilcoxon(moved)["RBC"].iloc[0],
            "P(higher)": ((change > 0) + 0.5 * (change == 0)).mean(),
        }
    adjusted = pingouin.multicomp([answers[measure]["p"] for measure in MEASURES], method="holm")[1]
    for measure, p in zip(MEASURES, adjusted):
        answers[measure]["p Holm"] = p
    return flow, answers, printed


@pytest.mark.parametrize("person", PEOPLE[::17])
def test_key_is_what_scipy_pandas_and_counting_find_in_the_zip(out, zips, key, person):
    flow, answers, intervals = by_hand(zips[person])
    row = key.loc[person]
    assert row.filter(regex="^(before|after): ").to_dict() == flow
    for measure in MEASURES:
        assert set(answers[measure]) == set(cohorts.ANSWERS)
        for name, value in answers[measure].items():
            assert row[f"{measure} {name}"] == pytest.approx(value, rel=1e-9, abs=1e-12), (measure, name)
    reported = table(out / "instructor" / "reported.csv", dtype=str).set_index("identifier")
    assert list(reported.loc[person, "95% CI"]) == list(intervals.values())


def rounded(number, digits):
    """As by hand: half away from zero, a real minus sign."""
    return str(Decimal(str(number)).quantize(Decimal(10) ** -digits, ROUND_HALF_UP) + 0).replace("-", "−")


def test_reported_answers_are_the_key_rounded(out, key):
    """Oracle: Python's decimal module."""
    rows = table(out / "instructor" / "reported.csv", dtype=str)
    assert len(rows) == 4 * len(PEOPLE)
    for (person, row), measure in zip(rows.set_index("identifier").iterrows(), itertools.cycle(MEASURES)):
        exact = {name: key.loc[person, f"{measure} {name}"] for name in cohorts.ANSWERS}
        assert (row["measure"], row["code"]) == (INSTRUMENTS.loc[measure, "name"], key.loc[person, "code"])
        for name in ("W+", "W-", "median change"):
            assert row[name] == rounded(exact[name], 1)
        assert row["change"] == rounded(exact["pseudo-median"], 1)
        ends = [end.removeprefix("> ").removeprefix("< ") for end in row["95% CI"].split(" to ")]
        assert ends == [rounded(exact[f"interval {end}"], 1) for end in ("low", "high")]
        assert row["level"] == f"{math.floor(1000 * exact['level']) / 10}%"
        assert row["before"].startswith(rounded(exact["median before"], 1) + " (")
        assert row["after"].startswith(rounded(exact["median after"], 1) + " (")
        assert (row["Z"], row["Z without zeros"]) == (rounded(exact["Z"], 2), rounded(exact["Z without zeros"], 3))
        for name in ("r", "rank-biserial", "P(higher)"):
            assert row[name] == rounded(exact[name], 2).replace("0.", ".", 1)
        for name in ("p", "p Holm", "p without zeros"):
            printed = "< .001" if exact[name] < 0.001 else "> .999" if 0.999 < exact[name] < 1 else None
            assert row[name] == (printed or rounded(exact[name], 3).replace("0.", ".", 1)), (person, measure, name)


def test_chapter_13s_own_cells_give_the_reported_table(out, zips, key, tmp_path):
    cells = json.loads((ROOT / "chapters" / "13-your-study.ipynb").read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    steps = [next(text for text in sources if step in text) for step in ("mine = folder", "table = prepost.results_table(")]
    reported = table(out / "instructor" / "reported.csv", dtype=str).set_index(["identifier", "measure"])
    for person in [person for person in PEOPLE if not sent_both_twice(zips[person])][::40]:
        chapter = {"prepost": prepost, "folder": unzip(out, key, person, tmp_path)}
        exec("\n".join(steps), chapter)
        results = chapter["table"]
        pd.testing.assert_frame_equal(results.astype(str), reported.loc[person, results.columns], check_names=False)


def test_readme_asks_for_what_the_key_answers(zips, key):
    for person, files in zips.items():
        readme = " ".join(files["README.txt"].split())
        assert key.loc[person, "code"] in readme
        assert "THE DATA ARE SYNTHETIC" in readme and "CC BY 4.0" in readme
        for name, says in cohorts.ANSWERS.items():
            assert f"- {name}: {says}" in readme
        for column in key.filter(regex="^before: ").columns:
            assert column.removeprefix("before: ") in readme
    columns = {f"{measure} {name}" for measure in MEASURES for name in cohorts.ANSWERS}
    assert columns <= set(key.columns)


def test_tables_open_in_a_spreadsheet(out):
    """UTF-8 with the mark that Excel looks for, and no cell that it would take for a formula."""
    for path in (out / "instructor").iterdir():
        assert path.read_bytes().startswith("\ufeff".encode())
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file))
        assert len({len(row) for row in rows}) == 1
        numbers_or_text = [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]
        assert all(math.isfinite(float(cell)) for cell in numbers_or_text)


def test_semicolons_in_the_list_give_semicolons_and_decimal_commas_in_the_key(tmp_path):
    """As spreadsheets write them in many countries; read back by pandas."""
    keys = {}
    for separator, decimal in {",": ".", ";": ","}.items():
        folder = tmp_path / f"decimal{decimal}"
        folder.mkdir()
        cohorts.run(class_list(folder, f"id{separator}group\na.1{separator}x\n"), folder / "out")
        options = {"sep": separator, "decimal": decimal}
        keys[separator] = [table(folder / "out/instructor" / f"{name}.csv", **options) for name in ("key", "class")]
        reported = table(folder / "out/instructor/reported.csv", sep=separator, dtype=str)
        assert set(reported["identifier"]) == {"a.1"} and reported["Z"].str.fullmatch(rf"−?\d\{decimal}\d\d").all()
    for one, other in zip(keys[","], keys[";"]):
        pd.testing.assert_frame_equal(one, other)


# --- the class list -----------------------------------------------------------------------------------

ANA_LI = {2: "Ana", 3: "Li"}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("name\nAna\nLi\n", ANA_LI),
        ("name\rAna\rLi", ANA_LI),
        ("name\r\nAna\r\nLi\r\n\r\n\r\n", ANA_LI),
        ("\nname,x\n\nAna\n,\n \nLi\n", {4: "Ana", 7: "Li"}),
        ("NAME\n  Ana \nLi\u00a0\n", ANA_LI),
        ("Group,Name\n1,Ana\n1,Li\n", ANA_LI),
        ("Group;Name\n1;Ana\n1;Li\n", ANA_LI),
        ("Group\tName\n1\tAna\n1\tLi\n", ANA_LI),
        ("name,email,id\nx,y,Ana\nx,y,Li\n", ANA_LI),
        ("Name,Email address\nx,a@b\nx,l@b\n", {2: "a@b", 3: "l@b"}),
        ("id,note\nAna\nLi,,,\n", ANA_LI),
        ('id,note\n"Ana",1\n"Li","a\nb"\nMo,2\n', {**ANA_LI, 4: "Mo"}),
        ("name\nRuiz, Ana\nO'Neil\n", {2: "Ruiz, Ana", 3: "O'Neil"}),
        ('name,x\n"Ruiz, Ana",1\n"Ann ""Li"" Mo",1\n', {2: "Ruiz, Ana", 3: 'Ann "Li" Mo'}),
        ("id\n007\n8\n", {2: "007", 3: "8"}),
        ("name\nNa\nNull\n", {2: "Na", 3: "Null"}),
        ("sep=;\nid;x\nAna;1\n", {3: "Ana"}),
        ("ME 101, spring\n\nid,x,y\nAna,1,2\n", {4: "Ana"}),
        ("id,x\nAna,1\nID,X\nLi,1\n", {2: "Ana", 4: "Li"}),
        ("name\n李小龙\nمريم\nAna Šťastná\nअनिता\n", {2: "李小龙", 3: "مريم", 4: "Ana Šťastná", 5: "अनिता"}),
        (f"name\n{'x' * 5000}\n", {2: "x" * 5000}),
        ("id\n" + "\n".join(map(str, range(1500))), {row: str(row - 2) for row in range(2, 1502)}),
    ],
)
def test_a_class_list_is_read_as_a_spreadsheet_shows_it(tmp_path, text, expected):
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert cohorts.read_roster(class_list(tmp_path, text, encoding=encoding))[0] == expected


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "class.csv is empty"),
        ("\n\n", "class.csv is empty"),
        ("id\n\n", "no person below the header"),
        ("Ana\nLi\n", "row 1: one column must be called identifier, id, email, student ID, username or name; there is 'Ana'"),
        ("Ana\nLi\nid\nMo\n", "row 3: this looks like the header, and rows above it look like people"),
        ("id,x\nNA,1\n", "row 2: no identifier, only 'NA'"),
        ("id\n007\n7\n", "row 3: '7' is '007' of row 2 but for leading zeros"),
        ("id\n7,0\n", "row 2: '7,0' is a number with decimals"),
        ("email\nanonymous\n", "row 2: no identifier, only 'anonymous'"),
        ("email\nana\n", "row 2: 'ana' is not one e-mail address; if it is another identifier, call its column identifier"),
        ("email\na@b; l@b\n", "row 2: 'a@b; l@b' is not one e-mail address"),
        ('email,x\na@b,"Ana\nl@b,Li\nm@b,Mo\n', "row 2: a quotation mark opens a cell there and does not close it"),
        ("id,ID\na,b\n", "2 columns are called id"),
        ("id,x\n ,1\n", "row 2: no identifier"),
        ("id,x\n\u200b,1\n", "row 2: no identifier"),
        ("id\n---\n", "row 2: no identifier, only '---'"),
        ("id\nAna\nLi\nANA \n", "row 4: 'ANA' again: row 2 has 'Ana'"),
        ("id\nJosé\nJose\u0301\n", "row 3: 'Jose\u0301' again: row 2 has 'José'"),
        ('id\n=HYPERLINK("http://example.org")\n', "row 2: '=HYPERLINK(\"http://example.org\")' begins like a formula"),
        ("id\n@SUM(A1)\n", "row 2: '@SUM(A1)' begins like a formula"),
        ("id\n\u200b+1\n", "begins like a formula"),
        ("id\n＝1+1\n", "begins like a formula"),
        ("id\nBo;=cmd|' /C calc'!A0;\n", "goes on after ';' like a formula, which a spreadsheet would run"),
        ('id\n"Bo, ""-1+1"""\n', "goes on after ',' like a formula"),
        ("id\nBo\uff1b\u2800＠SUM(A1)\n", "goes on after ';' like a formula"),
        ("id\n1.23E+11\n", "row 2: '1.23E+11' is a number that a spreadsheet has shortened"),
        ("id\nAn\x07a\n", "row 2: a character that is not text in 'An\\x07a'"),
        ("id\nAn\ufffda\n", "row 2: a character that is not text"),
        ('id\n"Ana\nLi"\n', "row 2: a line break in 'Ana\\nLi': is a quotation mark never closed?"),
        ('id\n"Ana\nLi\n', "row 2: a quotation mark opens a cell there and does not close it"),
        ('id\n"' + "Ana\n" * 50_000, "row 2: a quotation mark opens a cell there and does not close it"),
        ("name,group\nRuiz, Ana,1\n", "row 2: 3 cells, and the header has 2"),
        (f"id\n{'x' * 99}\n{'X' * 99}\n", f"row 3: '{'X' * 39}…' again"),
    ],
)
def test_an_odd_class_list_is_refused_and_says_why(request, tmp_path, text, said):
    limit = csv.field_size_limit(131_072)  # the default, which frictionless raises when it is imported
    request.addfinalizer(lambda: csv.field_size_limit(limit))
    with pytest.raises(cohorts.Refused) as refusal:
        cohorts.run(class_list(tmp_path, text, secret=None), tmp_path / "out")
    assert said in str(refusal.value)
    assert [path.name for path in tmp_path.iterdir()] == ["class.csv"]


def test_all_odd_rows_are_named_at_once(tmp_path):
    with pytest.raises(cohorts.Refused) as refusal:
        cohorts.read_roster(class_list(tmp_path, "id,x\nAna,1\n,2\n\nana,3\n=1,4\nLi,5,6\n"))
    lines = str(refusal.value).splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["row 3", "row 5", "row 6", "row 7"]


@pytest.mark.parametrize(
    "content, said",
    [
        ("id\nMüller\n".encode("utf-16")[:-1], "line 2: text that is damaged"),
        (b"PK\x03\x04 workbook", "a damaged workbook or archive"),
        (b"id\nAna\n\0\n", "line 3: text that is damaged"),
    ],
)
def test_a_damaged_file_is_refused_and_says_what_to_do(tmp_path, content, said):
    path = tmp_path / "class.csv"
    path.write_bytes(content)
    with pytest.raises(cohorts.Refused, match=f"{said}.*Export .* again|{said}.*Export it again"):
        cohorts.read_roster(path)


@pytest.mark.parametrize("encoding, said", [("cp1252", "text in Windows-1252"), ("utf-16-le", "text in UTF-16")])
def test_another_encoding_is_read_and_said(tmp_path, encoding, said):
    assert cohorts.read_roster(class_list(tmp_path, "id\nMüller\n", encoding=encoding)) == ({2: "Müller"}, False, [said])


# The lists are made here, as learning platforms and sign-up forms lay them out.
@pytest.mark.parametrize(
    "text, expected, said",
    [
        ("First name,Surname,Email address\nAna,Li,a@b\n", "a@b", "the column 'Email address'"),
        ("Prénom,Nom,Adresse de courriel\nAna,Li,a@b\n", "a@b", "the column 'Adresse de courriel'"),
        ("Vorname;Nachname;E-Mail-Adresse\nAna;Li;a@b\n", "a@b", "the column 'E-Mail-Adresse'"),
        ("First Name,E-mail\nAna,A@B.org\n", "A@B.org", "the column 'E-mail'"),
        ("Name;Vorname;Matrikelnummer\nLi;Ana;0071\n", "0071", "the column 'Matrikelnummer'"),
        ("Last Name,Student ID,Username\nLi,0071,ali\n", "0071", "the column 'Student ID'"),
        ("Name,Username\nAna Li,ali\n", "ali", "the column 'Username'"),
        ("ID,Email,Name\n1,a@b,Ana\n", "a@b", "the column 'ID' passed over: it numbers the rows"),
        ("ID,Completion time,Email\n417,2025-03-01,a@b\n", "a@b", "the column 'ID' passed over"),
        ("ID,Matrikel-Nr.\n1,0071\n", "0071", "the column 'ID' passed over"),
        ("ID,Email\n204711,a@b\n", "204711", "the column 'ID'"),
        ("ID,Name\n1,Ana\n", "1", "the column 'ID'"),
        ('Student,ID,Quiz\n    Points Possible,,10\n"Li, Ana",4711,9\n', "4711", "row 2 left out, which is no person: Points"),
        ('Student,ID\n"Li, Ana",4711\n"Student, Test",99\n', "4711", "row 3 left out, which is no person: Student, Test"),
        ("Username,Name\nali,Ana\nprof_previewuser,Prof\n", "ali", "row 3 left out, which is no person: prof_previewuser"),
        ("email\nAna Li <a@b>\n", "a@b", "row 2: 'Ana Li <a@b>' read as a@b"),
        ("email\nmailto:a@b\n", "a@b", "row 2: 'mailto:a@b' read as a@b"),
        ("email\na@b;\n", "a@b", "row 2: 'a@b;' read as a@b"),
        ("Meeting\tX\n\nName\tJoin\tEmail\nAna\t9:00\ta@b\n", "a@b", "1 row above the header left out"),
        ("id,x\nAna,1\nID,X\n", "Ana", "row 3 left out: the header again"),
    ],
)
def test_the_list_of_a_platform_is_read_and_what_was_not_plain_is_said(tmp_path, text, expected, said):
    identifiers, _, notes = cohorts.read_roster(class_list(tmp_path, text))
    assert list(identifiers.values()) == [expected]
    assert said in "; ".join(notes)


def workbook(path, **tables):
    with pd.ExcelWriter(path) as writer:
        for name, rows in tables.items():
            pd.DataFrame(rows).to_excel(writer, sheet_name=name, header=False, index=False)
    return path


def test_a_workbook_is_read_and_one_with_several_sheets_refused(tmp_path):
    rows = [["Student ID", "Name"], ["007", "Ana"], [12, "Li"]]
    path = workbook(tmp_path / "class.xlsx", Sheet1=rows)
    assert cohorts.read_roster(path)[0] == {2: "007", 3: "12"}
    with pytest.raises(cohorts.Refused, match="has several sheets: A, B. Save the class list as a workbook of its own"):
        cohorts.read_roster(workbook(tmp_path / "two.xlsx", A=rows, B=rows))


def test_what_was_not_plain_in_the_list_is_said_at_the_end(tmp_path):
    said = cohorts.run(class_list(tmp_path, "name,email\nAna,mailto:a@b\n"), tmp_path / "out")
    assert said.endswith("class.csv: identifiers taken from the column 'email'.\nclass.csv: row 2: 'mailto:a@b' read as a@b.")
    assert list(table(tmp_path / "out/instructor/key.csv")["identifier"]) == ["a@b"]


# --- secret and folder --------------------------------------------------------------------------------


def test_first_run_makes_a_secret_that_later_runs_use(tmp_path):
    path = class_list(tmp_path, "id\nAna\n", secret=None)
    said = cohorts.run(path, tmp_path / "out")
    secret = tmp_path / "class.secret"
    assert f"A new class secret is in {secret}. Keep it" in said
    assert len(bytes.fromhex(secret.read_text().strip())) == 32
    if os.name == "posix":
        assert secret.stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "out" / "instructor").stat().st_mode & 0o077 == 0
    made, kept = contents(tmp_path / "out"), secret.read_text()
    assert "A new" not in cohorts.run(path, tmp_path / "out")
    assert "A new" not in cohorts.run(path, tmp_path / "elsewhere")
    assert contents(tmp_path / "out") == contents(tmp_path / "elsewhere") == made and secret.read_text() == kept


def test_two_classes_with_the_same_people_get_different_data(tmp_path):
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        cohorts.run(class_list(tmp_path / name, "id\nAna\n", secret=None), tmp_path / name / "out")
        made.append(contents(tmp_path / name / "out"))
    assert not {name for name in made[0] if name.startswith("students")} & set(made[1])


@pytest.fixture
def small(tmp_path):
    """A class of two whose cohorts are made: its list and its folder."""
    path = class_list(tmp_path, "id\nAna\nLi\n")
    cohorts.run(path, tmp_path / "out")
    return path, tmp_path / "out"


def test_late_comers_are_added_and_nothing_else_changes(small):
    path, out = small
    made = contents(out)
    class_list(path.parent, "id\nMo\nAna\nLi\n")
    cohorts.run(path, out)
    now = contents(out)
    assert len(now) == len(made) + 1
    assert all(now[name] == made[name] for name in made if name.startswith("students"))
    assert list(table(out / "instructor/key.csv")["identifier"]) == ["Mo", "Ana", "Li"]


def spoil_zip(path, out):
    next((out / "students").iterdir()).write_bytes(b"edited")


def spoil_key(path, out):
    key = out / "instructor" / "key.csv"
    key.write_bytes(key.read_bytes().replace(b"Ana,", b"Ana B,"))


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda path, out: path.with_suffix(".secret").unlink(), "their secret .*class.secret is missing. Put it back"),
        (lambda path, out: path.with_suffix(".secret").write_text("ab" * 32), "2 of them, such as .*another secret"),
        (lambda path, out: path.with_suffix(".secret").write_text("x"), "does not hold a class secret"),
        (lambda path, out: path.write_text("id\nAna\n"), "1 of them, such as .*no longer on the list"),
        (spoil_zip, "would be lost: students/.*zip. Was it edited"),
        (spoil_key, "would be lost: instructor/key.csv. Was it edited"),
    ],
)
def test_nothing_is_overwritten_silently(small, change, said):
    path, out = small
    change(path, out)
    before = contents(path.parent)
    with pytest.raises(cohorts.Refused, match=said):
        cohorts.run(path, out)
    assert contents(path.parent) == before


@pytest.mark.parametrize("folder", ["students", "instructor"])
def test_a_list_among_the_files_that_the_program_makes_is_refused(small, folder):
    path, out = small
    for name in ("class.csv", "class.secret"):
        shutil.copy(path.with_name(name), out / folder)
    before = contents(path.parent)
    for spelled in (out, out.parent / "other" / ".." / out.name):
        with pytest.raises(cohorts.Refused, match=f"class.csv lies in .*{folder}, which holds .* Move the list"):
            cohorts.run(spelled / folder / "class.csv", out)
    assert contents(path.parent) == before


class FullDisk(io.FileIO):
    """A file on a disk without room for a fourth file."""

    written = []

    def write(self, content):
        self.written.append(self.name)
        if len(self.written) > 3:
            super().write(content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(content)


def test_a_full_disk_is_named_nothing_is_cut_off_and_the_next_run_adds_the_rest(tmp_path, monkeypatch):
    path, out = class_list(tmp_path, "id\nAna\nLi\n"), tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(cohorts.Path, "write_bytes", lambda self, content: FullDisk(self, "w").write(content))
        with pytest.raises(cohorts.Refused, match="zip: No space left on device, .* is whole. .* run the same again"):
            cohorts.run(path, out)
    cut = contents(out)
    cohorts.run(path, out)
    whole = contents(out)
    assert len(cut) == 3 and len(whole) == 5 and cut.items() <= whole.items()


NO_ROOM = """
import pathlib, resource, sys
sys.path.insert(0, sys.argv.pop(1))
import cohorts
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))  # no file may have more than ten bytes
sys.argv[1:] == ["secret"] and setattr(cohorts, "run", lambda *_: cohorts.write_secret(pathlib.Path("class.secret"), "ab" * 32))
cohorts.main()
"""


@pytest.mark.skipif(os.name != "posix", reason="This system sets no limit to a file.")
@pytest.mark.parametrize("what, where", [(["secret"], "class.secret"), (["class.csv", "out"], tempfile.gettempdir())])
def test_no_room_for_the_secret_or_in_the_temporary_folder_is_named_and_leaves_nothing(tmp_path, what, where):
    path = class_list(tmp_path, "id\nAna\n", secret=None)
    command = [sys.executable, "-B", "-c", NO_ROOM, ROOT / "data", *what]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, f"{where}: File too large\n")
    assert list(tmp_path.iterdir()) == [path]


def test_the_times_of_the_files_do_not_tell_the_order_of_the_list(out, key):
    names = [f"{code}.zip" for code in key["code"]]
    by_time = sorted(names, key=lambda name: ((out / "students" / name).stat().st_mtime_ns, name))
    assert by_time == sorted(names) != names


@pytest.mark.skipif(os.name != "posix", reason="This system has no modes of folders.")
def test_an_instructors_folder_that_is_open_to_others_is_closed(small):
    path, out = small
    (out / "instructor").chmod(0o755)
    assert "others on this computer" not in cohorts.run(path, out)
    assert (out / "instructor").stat().st_mode & 0o777 == 0o700


def test_an_instructors_folder_that_cannot_be_closed_is_named(small, monkeypatch):
    path, out = small

    def refuse(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(cohorts.Path, "chmod", refuse)
    assert re.search("others on this computer can read .*instructor: .*Operation not permitted", cohorts.run(path, out))


def test_a_large_class_is_made_on_all_processors_and_nothing_else_changes(monkeypatch, tmp_path):
    """Oracle: the same people, one after the other in this process."""
    path = class_list(tmp_path, "\n".join(["id", *map(str, range(5))]))
    cohorts.run(path, tmp_path / "one")
    monkeypatch.setattr(cohorts, "CHUNK", 2)
    monkeypatch.setattr(cohorts.random, "Random", lambda _: pytest.fail("A cohort was drawn in this process."))
    cohorts.run(path, tmp_path / "many")
    assert contents(tmp_path / "one") == contents(tmp_path / "many")


# --- the command --------------------------------------------------------------------------------------


def test_command_says_how_far_it_is_and_what_it_made(tmp_path):
    class_list(tmp_path, "id\nAna\nLi\n", secret=None)
    program = [sys.executable, ROOT / "data" / "cohorts.py", "class.csv", "my cohorts"]
    done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == ["1 of 2 cohorts", "2 of 2 cohorts"]
    assert "2 cohorts are in my cohorts" in done.stdout and "class.secret. Keep it" in done.stdout
    assert len(list((tmp_path / "my cohorts" / "students").iterdir())) == 2


@pytest.mark.parametrize(
    "arguments, said",
    [
        ([], "Name the class list: make cohorts ROSTER=class.csv"),
        (["a", "b", "c"], "Name the class list"),
        (["nowhere.csv"], "nowhere.csv: No such file"),
        (["bad.csv"], "row 2: no identifier"),
    ],
)
def test_command_ends_with_one_message(tmp_path, monkeypatch, arguments, said):
    (tmp_path / "bad.csv").write_text("id,x\n,1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["cohorts.py", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cohorts.main()
    assert said in stopped.value.code


# --- what the instructor guide says of a class ------------------------------------------------------

GUIDE = (ROOT / "chapters" / "appendix" / "instructors.ipynb").read_text(encoding="utf-8")


def guide_rows(first_cell):
    """The rows of the guide's tables that begin with a true effect, as lists of texts."""
    lines = re.findall(rf'" *(\| (?:{first_cell}) \| .+ \|)\\n"', GUIDE)
    return [line.strip("| ").split(" | ") for line in lines]


def test_the_guide_counts_what_students_report():
    assert "nineteen numbers for each measure" in GUIDE and len(cohorts.ANSWERS) == 19


def test_the_guides_true_changes_are_those_of_the_program():
    rows = [row for row in guide_rows("|".join(cohorts.EFFECTS)) if len(row) == 6]
    assert len(rows) == len(cohorts.EFFECTS)
    for effect, shift, *points in rows:
        assert float(shift.replace("−", "-")) == cohorts.EFFECTS[effect] / 100
        printed = [float(point.replace("−", "-")) for point in points]
        assert printed == [round(cohorts.true_change(measure, effect), 2) for measure in cohorts.ALPHA]


@pytest.mark.parametrize(
    "effect, low, high", [("none", 5, 5), ("small rise", 38, 45), ("fall", 60, 70), ("clear rise", 93, 95)]
)
def test_the_guides_shares_of_significant_tests_are_those_of_200_students(key, effect, low, high):
    """Within three Monte Carlo errors; three measures together, without the likelihood and its ceiling."""
    said = next(row[1] for row in guide_rows(effect) if len(row) == 2)
    assert said.startswith(f"{low} of 100" if low == high else f"{low} to {high} of 100")
    tests = [key.loc[key[f"{m} true effect"] == effect, f"{m} p"] < 0.05 for m in ("empathy", "self_efficacy", "stigma")]
    found = np.concatenate(tests)
    error = 100 * np.sqrt(found.mean() * (1 - found.mean()) / len(found))
    assert low - 3 * error <= 100 * found.mean() <= high + 3 * error
