"""prepost.validate against a small sound study in which one thing at a time is spoilt.

Oracle: the fault that the test itself puts in, with its place. Each must be reported with exactly that file, row and
column, and with what was found and what was expected; validate never raises and never changes a file.
"""

import csv
import hashlib
import io
import random

import prepost
import pytest

STUDY = {
    "instruments.csv": """\
instrument,name,lowest,highest,labels,higher_means,max_skipped
mood,Mood,0,2,Low; Middle; High,better mood,1
sleep,Sleep,1,4,Never; Rarely; Often; Always,better sleep,0
""",
    "items.csv": """\
item,instrument,wording,reversed
mood_1,mood,"Today, how cheerful are you?",no
mood_2,mood,How tense are you?,yes
mood_3,mood,How hopeful are you?,no
sleep_1,sleep,I sleep through the night.,no
sleep_2,sleep,I wake too early.,yes
""",
    "codebook.csv": """\
table,variable,label,type,values,unit,missing,scoring
raw/before.csv,code,Your code,string,,,,
raw/before.csv,comment,Anything else?,string,,,,
raw/after.csv,code,Your code,string,,,,
""",
    # as a survey platform writes it, with three header rows: Anna is row 4
    "raw/before.csv": """\
code,comment,mood_1,mood_2,mood_3,sleep_1,sleep_2
Your code,Anything else?,How cheerful?,How tense?,How hopeful?,Sleep through,Wake early
"{""ImportId"": ""Q1""}","{""ImportId"": ""Q2""}",x,x,x,x,x
ANNA1,"fine, thanks",Low,Middle,High,Never,Always
BERT2,,Middle,Middle,,Rarely,Often
CLEO3,,High,Low,Low,Always,Often
DORA4,,2,1,0,4,3
""",
    # as a spreadsheet writes it, with one: Anna is row 2
    "raw/after.csv": """\
code,mood_1,mood_2,mood_3,sleep_1,sleep_2
ANNA1,High,Middle,High,Often,Rarely
BERT2,Middle,,High,Often,Often
CLEO3,High,Low,Middle,Always,Never
DORA4,2,0,0,4,1
""",
}


@pytest.fixture
def study(tmp_path):
    (tmp_path / "raw").mkdir()
    for file, text in STUDY.items():
        (tmp_path / file).write_bytes(text.encode())
    return tmp_path


def put(old, new):
    """Spoil the one place where the file says old."""

    def spoil(text):
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        return text.replace(old, new).encode()

    return spoil


def write(content):
    return lambda text: content


def spoil(folder, file, how):
    (folder / file).write_bytes(how((folder / file).read_bytes().decode()))


def no_column(name):
    """Leave a column out, with every cell below it."""

    def spoil(text):
        table = list(csv.reader(text.splitlines()))
        place = table[0].index(name)
        left = io.StringIO()
        csv.writer(left).writerows(row[:place] + row[place + 1 :] for row in table)
        return left.getvalue().encode()

    return spoil


BEFORE, AFTER, DEFINED, ITEMS = "raw/before.csv", "raw/after.csv", "instruments.csv", "items.csv"
WHOLE_FILE, HEADER = 0, 1

# what it is: the file, how it is spoilt, and the one problem that must be reported: row, column, found, expected
# fmt: off
ONE_PROBLEM = {
    # encodings and file formats
    "UTF-16 with byte order mark": (AFTER, lambda t: t.encode("utf-16"), 1, "", "not UTF-8", "save as CSV UTF-8"),
    "UTF-16 without it": (AFTER, lambda t: t.encode("utf-16-le"), WHOLE_FILE, "", "UTF-16", "save as CSV UTF-8"),
    "Latin-1": (
        BEFORE,
        lambda t: t.replace("thanks", "café").encode("latin-1"),
        4, "", "byte 0xe9, which is not UTF-8", "save as CSV UTF-8",
    ),
    "Excel workbook": (AFTER, write(b"PK\x03\x04\x14\x00rest"), WHOLE_FILE, "", "workbook", "save as CSV UTF-8"),
    "old Excel workbook": (AFTER, write(b"\xd0\xcf\x11\xe0\xa1\xb1"), WHOLE_FILE, "", "workbook", "save as CSV UTF-8"),
    "binary rubbish": (BEFORE, write(bytes(range(256))), 2, "", "byte 0x80, which is not UTF-8", "CSV UTF-8"),
    "empty file": (AFTER, write(b""), WHOLE_FILE, "", "an empty file", "a header"),
    "blank lines only": (AFTER, write(b"\n\n,,\n"), WHOLE_FILE, "", "an empty file", "a header"),
    "header only": (AFTER, lambda t: t.splitlines()[0].encode(), WHOLE_FILE, "", "no row", "one row for each entry"),
    "three headers only": (
        BEFORE,
        lambda t: "\n".join(t.splitlines()[:3]).encode(),
        WHOLE_FILE, "", "no row below the header", "one row for each entry",
    ),
    "semicolons": (AFTER, lambda t: t.replace(",", ";").encode(), HEADER, "", "code;mood_1", "separated by commas"),
    "tabs": (AFTER, lambda t: t.replace(",", "\t").encode(), HEADER, "", "code\tmood_1", "separated by commas"),
    "quotation mark that never closes": (AFTER, put("DORA4", '"DORA4'), 5, "", "1 cells", "6 cells, as many as"),
    "missing definitions": (DEFINED, None, WHOLE_FILE, "", "no such file", "a CSV file of this name"),
    "missing export": (AFTER, None, WHOLE_FILE, "", "no such file", "a CSV file of this name"),
    # rows and columns
    "row too long": (AFTER, put("Often,Rarely", "Often,Rarely,Rarely"), 2, "", "7 cells", "6 cells"),
    "row too short": (AFTER, put("2,0,0,4,1", "2,0,0,4"), 5, "", "5 cells", "6 cells, as many as in the header"),
    "unknown column": (AFTER, put("code,mood_1", "code,mood_9"), HEADER, "mood_1", "but 'mood_9'", "'mood_1'"),
    "column twice": (AFTER, put("mood_2", "mood_1"), HEADER, "mood_1", "2 columns of this name", "one"),
    "column left out": (AFTER, no_column("sleep_2"), HEADER, "sleep_2", "no such column", "'sleep_2'"),
    "column of codes left out": (AFTER, no_column("code"), HEADER, "code", "no such column", "'code'"),
    "column of codes in other case": (
        BEFORE, put("code,comment", "Code,comment"), HEADER, "code", "but 'Code'", "'code'",
    ),
    "column without a name": (
        AFTER,
        lambda t: t.replace("\n", ",\n").encode(),
        HEADER, "", "a column without a name", "items.csv or codebook.csv",
    ),
    "column that no one describes": (
        AFTER,
        lambda t: t.replace("\n", ",9\n").replace("sleep_2,9", "sleep_2,age").encode(),
        HEADER, "age", "an unknown column", "items.csv or codebook.csv describes",
    ),
    "definitions without a column": (
        DEFINED, no_column("max_skipped"), HEADER, "max_skipped", "no such column", "'max_skipped'",
    ),
    "items without a column": (ITEMS, no_column("reversed"), HEADER, "reversed", "no such column", "'reversed'"),
    "codebook without a column": ("codebook.csv", no_column("unit"), HEADER, "unit", "no such column", "'unit'"),
    # answers
    "label of another instrument": (
        AFTER, put("Often,Rarely", "High,Rarely"), 2, "sleep_1", "'High'", "Never, Rarely, Often, Always, or 1 to 4",
    ),
    "label with a trailing blank": (AFTER, put(",Rarely", ",Rarely "), 2, "sleep_2", "'Rarely '", "perhaps 'Rarely'"),
    "label in small letters": (AFTER, put(",Rarely", ",rarely"), 2, "sleep_2", "'rarely'", "perhaps 'Rarely'"),
    "misspelt label": (BEFORE, put("Low,Middle", "Low,Midle"), 4, "mood_2", "'Midle'", "perhaps 'Middle'"),
    "number above the range": (BEFORE, put("2,1,0,4,3", "2,1,0,5,3"), 7, "sleep_1", "'5'", "1 to 4"),
    "number below the range": (BEFORE, put("2,1,0,4,3", "2,1,0,4,0"), 7, "sleep_2", "'0'", "1 to 4"),
    "decimal number": (AFTER, put("2,0,0,4,1", "1.5,0,0,4,1"), 5, "mood_1", "'1.5'", "Low, Middle, High, or 0 to 2"),
    "negative number": (AFTER, put("2,0,0,4,1", "2,-1,0,4,1"), 5, "mood_2", "'-1'", "0 to 2"),
    "blank instead of nothing": (AFTER, put("Middle,,High", "Middle, ,High"), 3, "mood_2", "' '", "Low, Middle, High"),
    "missing code for a gap": (AFTER, put("Middle,,High", "Middle,NA,High"), 3, "mood_2", "'NA'", "Low, Middle"),
    "too many gaps": (BEFORE, put("Middle,Middle,", "Middle,,"), 5, "items of mood", "2 empty cells", "at most 1"),
    "a gap where none is allowed": (
        AFTER, put("Always,Never", "Always,"), 4, "items of sleep", "1 empty cells", "at most 0",
    ),
    # codes
    "blank code": (AFTER, lambda t: (t + ",2,0,0,4,1\n").encode(), 6, "code", "an empty cell", "the person's code"),
    "code of blanks": (AFTER, lambda t: (t + " ,2,0,0,4,1\n").encode(), 6, "code", "an empty cell", "person's code"),
    "code in small letters": (AFTER, put("CLEO3", "cleo3"), 4, "code", "'cleo3'", "'CLEO3', without blanks"),
    "code with a stray blank": (BEFORE, put("CLEO3", "CLEO3 "), 6, "code", "'CLEO3 '", "'CLEO3', without blanks"),
    "code twice": (
        AFTER, lambda t: (t + "ANNA1,2,0,0,4,1\n").encode(),
        6, "code", "'ANNA1', also in row 2", "one row for each person",
    ),
    "code only before": (
        BEFORE, lambda t: (t + "EMIL5,,2,0,0,4,1\n").encode(), 8, "code", "EMIL5", "the same code in raw/after.csv",
    ),
    "code only after": (
        AFTER, lambda t: (t + "EMIL5,2,0,0,4,1\n").encode(), 6, "code", "EMIL5", "the same code in raw/before.csv",
    ),
    # instruments
    "range of one step": (DEFINED, put("1,4,Never", "4,4,Never"), 3, "highest", "4", "more than the lowest, 4"),
    "range turned round": (DEFINED, put("1,4,Never", "4,1,Never"), 3, "highest", "1", "more than the lowest, 4"),
    "range in words": (DEFINED, put("1,4,Never", "one,4,Never"), 3, "lowest", "one", "a whole number"),
    "range with a decimal": (DEFINED, put("1,4,Never", "1,4.0,Never"), 3, "highest", "4.0", "a whole number"),
    "range beyond every computer": (DEFINED, put("1,4,Never", f"1,{9**40},Never"), 3, "highest", "", "a whole number"),
    "too few labels": (DEFINED, put("Often; Always", "Often"), 3, "labels", "3: Never; Rarely; Often", "4 labels"),
    "labels with commas": (
        DEFINED, put("Low; Middle; High", '"Low, Middle, High"'),
        2, "labels", "1: Low, Middle, High", "3 labels with '; '",
    ),
    "label twice": (DEFINED, put("Low; Middle; High", "Low; Low; High"), 2, "labels", "Low; Low", "differ"),
    "blank label": (DEFINED, put("Low; Middle; High", "Low; ; High"), 2, "labels", "Low; ; High", "none of them blank"),
    "negative number of gaps": (DEFINED, put("mood,1", "mood,-1"), 2, "max_skipped", "-1", "0 or more"),
    "instrument twice": (
        DEFINED, put("sleep,0\n", "sleep,0\nmood,Temper,0,2,Low; Middle; High,mood,1\n"),
        4, "instrument", "'mood' again", "each name once",
    ),
    "instrument without a name": (
        DEFINED, put("sleep,0\n", "sleep,0\n,Temper,0,2,Low; Middle; High,mood,1\n"),
        4, "instrument", "an empty cell", "a name",
    ),
    "printed name twice": (
        DEFINED, put("sleep,0\n", "sleep,0\ntemper,Mood,0,2,Low; Middle; High,mood,1\n"),
        4, "name", "'Mood' again", "each name once",
    ),
    # items
    "item of an unknown instrument": (
        ITEMS, put("mood_3,mood", "mood_3,moods"), 4, "instrument", "moods", "one of instruments.csv: mood, sleep",
    ),
    "reversed perhaps": (ITEMS, put("early.,yes", "early.,maybe"), 6, "reversed", "maybe", "yes or no"),
    "item without wording": (ITEMS, put("I wake too early.", " "), 6, "wording", "an empty cell", "as people read it"),
    "item twice": (
        ITEMS, put("early.,yes\n", "early.,yes\nmood_1,mood,Again?,no\n"),
        7, "item", "'mood_1' again", "each name once",
    ),
}
# fmt: on

# faults that rightly show in more than one place: how many problems there are then
MORE = {
    "printed name twice": 2,  # and the new instrument has no item
    "unknown column": 2,  # the one that is missing, and the one that nobody knows
    "column twice": 2,  # and mood_2 is missing
    "column of codes in other case": 2,
    "quotation mark that never closes": 2,  # Dora's row cannot be read, so her code before has no partner
    "row too long": 2,
    "row too short": 2,
}


@pytest.mark.parametrize("fault", ONE_PROBLEM)
def test_fault_is_reported_with_its_place_what_was_found_and_what_was_expected(study, fault):
    file, how, row, column, found, expected = ONE_PROBLEM[fault]
    if how is None:
        (study / file).unlink()
    else:
        spoil(study, file, how)
    problems = prepost.validate(study)
    place = (problems["file"] == file) & (problems["row"] == row) & (problems["column"] == column)
    assert place.sum() == 1, problems.to_string()
    assert found in problems[place]["found"].item()
    assert expected in problems[place]["expected"].item()
    assert len(problems) == MORE.get(fault, 1), problems.to_string()


def test_cell_that_is_longer_than_python_reads_is_reported(study, request):
    """The limit belongs to the whole process, and frictionless raises it: so it is set here, then set back."""
    limit = csv.field_size_limit(131_072)
    request.addfinalizer(lambda: csv.field_size_limit(limit))
    spoil(study, AFTER, put("DORA4", '"DORA4' + "x" * 131_072))
    assert prepost.validate(study).to_numpy().tolist() == [
        [AFTER, WHOLE_FILE, "", "a cell that does not end", "quotation marks in pairs"]
    ]


def test_instrument_without_items_is_reported_for_the_items(study):
    spoil(study, DEFINED, put("sleep,0\n", "sleep,0\nrest,Rest,0,2,Low; Middle; High,rest,1\n"))
    assert prepost.validate(study).to_numpy().tolist() == [[ITEMS, WHOLE_FILE, "instrument", "no item of rest", "at least one"]]


def test_item_that_nobody_was_asked_is_reported_for_both_exports(study):
    spoil(study, ITEMS, put("early.,yes\n", "early.,yes\nmood_4,mood,More?,no\n"))
    assert prepost.validate(study).to_numpy().tolist() == [
        [file, HEADER, "mood_4", "no such column", "'mood_4'"] for file in (BEFORE, AFTER)
    ]


def test_column_of_a_definition_missing_is_reported_for_each_needed_column(study):
    """Whatever else follows from it, the first thing to mend is named, and nothing is raised."""
    for file in (DEFINED, ITEMS, "codebook.csv"):
        for column in STUDY[file].splitlines()[0].split(","):
            spoil(study, file, no_column(column))
            problems = prepost.validate(study)
            (study / file).write_text(STUDY[file], encoding="utf-8")
            here = problems[(problems["file"] == file) & (problems["column"] == column)]
            assert here[["row", "found", "expected"]].to_numpy().tolist() == [[1, "no such column", repr(column)]]


# --- what is no fault -----------------------------------------------------------------------------

SOUND = {
    "as it is": lambda text: text.encode(),
    "byte order mark": lambda text: text.encode("utf-8-sig"),
    "Windows line ends": lambda text: text.replace("\n", "\r\n").encode(),
    "old Macintosh line ends": lambda text: text.replace("\n", "\r").encode(),
    "no line end at the end": lambda text: text.rstrip("\n").encode(),
    "blank rows at the end": lambda text: (text + "\n\n").encode(),
    "line break within a cell": lambda text: text.replace("fine, thanks", "fine,\nthanks").encode(),
    "letters of other alphabets": lambda text: text.replace("fine, thanks", "ça va, σπουδαία").encode(),
    "every cell in quotation marks": lambda text: "".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) + "\n" if '"' not in line else line + "\n"
        for line in text.splitlines()
    ).encode(),
}


@pytest.mark.parametrize("variant", SOUND)
def test_sound_study_gives_an_empty_report(study, variant):
    for file in STUDY:
        spoil(study, file, SOUND[variant])
    problems = prepost.validate(study)
    assert problems.empty, problems.to_string()
    assert list(problems.columns) == ["file", "row", "column", "found", "expected"]


def test_rows_are_numbered_as_in_a_spreadsheet_also_after_a_line_break_within_a_cell(study):
    spoil(study, BEFORE, put("fine, thanks", "fine,\nthanks"))
    spoil(study, BEFORE, put("BERT2,,Middle", "BERT2,,middle"))
    problems = prepost.validate(study)
    assert problems[["row", "column"]].to_numpy().tolist() == [[5, "mood_1"]]


# --- the report as a whole ------------------------------------------------------------------------


def test_faults_in_all_files_are_reported_at_once(study):
    spoil(study, DEFINED, put("better mood,1", "better mood,-1"))
    spoil(study, ITEMS, put("early.,yes", "early.,maybe"))
    spoil(study, "codebook.csv", put("unit", "units"))
    spoil(study, BEFORE, put("Low,Middle", "Low,Mittel"))
    spoil(study, BEFORE, put("CLEO3", "cleo3"))
    spoil(study, AFTER, put("DORA4,2", "DORA9,3"))
    places = prepost.validate(study)[["file", "row", "column"]].to_numpy().tolist()
    assert sorted(places) == sorted(
        [
            [DEFINED, 2, "max_skipped"],
            [ITEMS, 6, "reversed"],
            ["codebook.csv", 1, "unit"],
            ["codebook.csv", 1, "units"],
            [BEFORE, 4, "mood_2"],
            [BEFORE, 6, "code"],
            [AFTER, 5, "mood_1"],
            [BEFORE, 7, "code"],
            [AFTER, 5, "code"],
        ]
    )


def test_folder_without_any_file_is_reported_file_by_file(tmp_path):
    problems = prepost.validate(tmp_path / "nowhere")
    assert sorted(problems["file"]) == sorted(STUDY)
    assert set(problems["found"]) == {"no such file"}


def test_nothing_that_happens_to_a_file_makes_validate_raise(study):
    """Five hundred seeded damages: bytes left out, doubled, or replaced, mostly by those that mean something in CSV."""
    chance = random.Random(5135)
    for _ in range(500):
        file = chance.choice(list(STUDY))
        content = bytearray(STUDY[file].encode())
        for _ in range(chance.randint(1, 8)):
            place, length = chance.randrange(len(content)), chance.choice([1, 1, 5, 40])
            new = chance.choice([b"", b",", b'"', b"\n", b"\r", b"\0", b";", b"\xff", b"-", b"9" * 30, content[-60:]])
            content[place : place + length] = new
        (study / file).write_bytes(content)
        assert set(prepost.validate(study)["file"]) <= set(STUDY)
        (study / file).write_bytes(STUDY[file].encode())


def checksums(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_validating_changes_nothing_in_the_folder(study):
    spoil(study, AFTER, put("CLEO3", " cleo3"))
    before = checksums(study)
    assert not prepost.validate(study).empty
    assert checksums(study) == before
