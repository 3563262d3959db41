"""Exercises and self-tests: every check knows its answers apart, every question is complete and reads the same elsewhere.

Oracles: the questions' own files, Python-Markdown for their markup; the solutions' stored outputs, which
test_notebooks.py runs again, for the right answers.
"""

import functools
import json
import re
import sys
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import markdown
import numpy as np
import pandas as pd
import practice
import pytest
from conftest import ROOT

CHAPTERS = practice.chapters()
CELLS = {chapter: json.loads(practice.chapter_path(chapter).read_text(encoding="utf-8"))["cells"] for chapter in CHAPTERS}
CHECKED = [
    exercise.name
    for chapter in CHAPTERS
    for exercise in practice.exercises(CELLS[chapter])
    if any(f'check("{exercise.name}"' in "".join(cell["source"]) for cell in CELLS[chapter])
]


def tagged(cell, tag):
    return tag in cell["metadata"].get("tags", [])


# An exercise and a quiz of no chapter, for what must be true whatever the chapters are about.
SAMPLE = "98.2"
SAMPLE_QUIZ = """Quiz title: 98 · A sample

Title: 98.1, objective 1
1. Two people moved by 6 points, more than five others but one. Which ranks do they get?
a) 5 each
... Two people cannot both be fifth.
*b) 5.5 each
... They share places 5 and 6.

Title: 98.2, objective 1
2. Ten people changed, and W⁺ is 40. How large is W⁻?
+ The two sums add up to 55.
- All ranks together make 55.
= 15 +- 0

Title: 98.3, objective 2
3. What does a minus sign of Z tell you about the scores?
a) They fell.
... They may have risen.
*b) Nothing.
... It is a convention of the program.
"""


def sample_answers():
    yield practice.right(-2.06, within=0.0005)
    yield practice.wrong(2.06, "The size is right. As SPSS prints it, Z is negative.")


@pytest.fixture
def sample(monkeypatch):
    functions = {"exercise_98_1": sample_answers, "exercise_98_2": sample_answers}
    monkeypatch.setitem(sys.modules, "answers.ch98", SimpleNamespace(**functions))


def said(capsys, exercise, value):
    capsys.readouterr()
    practice.check(exercise, value)
    return capsys.readouterr().out


# --- exercises --------------------------------------------------------------------------------


@pytest.mark.parametrize("exercise", CHECKED)
def test_every_right_and_every_usual_wrong_answer_is_known_by_its_own_words(exercise, capsys):
    expected, *slips = practice.answers(exercise)
    assert said(capsys, exercise, expected.value).startswith(f"✓ {exercise} is right.")
    assert len(slips) >= 2
    for slip in slips:
        assert said(capsys, exercise, slip.value) == f"✗ {exercise} is not right yet. {slip.say}\n"
    assert all(re.fullmatch(r"[A-ZΑ-Ω0-9\"].+[.?!]", slip.say) for slip in slips)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_check_is_used_in_an_answer_cell_and_passed_by_the_solution(chapter):
    """Oracle: the solution's own way to the answer, whose output is stored."""
    computed, written = (ROOT / "chapters" / "answers" / name for name in (f"ch{chapter:02d}.py", f"{chapter:02d}.txt"))
    known = re.findall(r"^def exercise_\d+_(\d+)\(", computed.read_text(encoding="utf-8") if computed.exists() else "", re.M)
    known += re.findall(r"^Exercise \d+\.(\d+)$", written.read_text(encoding="utf-8") if written.exists() else "", re.M)
    blank, passed = [], []
    for cell in CELLS[chapter]:
        names = re.findall(r'check\("(\d+\.\d+)"', "".join(cell["source"]))
        text = "".join("".join(output.get("text", "")) for output in cell.get("outputs", []))
        if tagged(cell, "answer"):
            blank += [name for name in names if f"– {name} is not answered yet" in text]
        elif tagged(cell, "solution"):
            passed += [name for name in names if f"✓ {name} is right." in text]
            assert "✗" not in text
    assert sorted(blank) == sorted(passed) == sorted(f"{chapter}.{number}" for number in known)
    assert practice.checked(chapter) == sorted(passed, key=lambda name: int(name.split(".")[1]))


SAMPLE_ANSWERS = """% A comment.

Exercise 97.1
= −2.06 +- 0.0005
+ It is
  negative.
- 2.06: The size is right: as SPSS prints it, Z is
  negative.
- .5: No.

Exercise 97.10
= "raw/after.csv"
- "b.csv": No.

Exercise 97.2
= {1, 2}
- {1}: One is missing.

Exercise 97.3
= 3, 4.5 +- 0.05
- 4.5, 3: The other way round.

Exercise 97.4
= True
- False: No.
"""


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Let the program find this text as what check accepts in chapter 97."""
    monkeypatch.setattr(practice, "HERE", tmp_path)
    (tmp_path / "answers").mkdir()
    return lambda text: (tmp_path / "answers" / "97.txt").write_text(text, encoding="utf-8")


def test_what_is_accepted_may_be_written_in_plain_text(written, capsys):
    written(SAMPLE_ANSWERS)
    assert practice.checked(97) == ["97.1", "97.2", "97.3", "97.4", "97.10"]
    assert said(capsys, "97.1", -2.0604) == "✓ 97.1 is right. It is negative.\n"
    assert said(capsys, "97.1", 2.06).endswith("The size is right: as SPSS prints it, Z is negative.\n")
    assert said(capsys, "97.10", "Raw/after.csv") == "✓ 97.10 is right.\n"
    assert said(capsys, "97.2", {2, 1}) == "✓ 97.2 is right.\n"
    assert said(capsys, "97.3", [4.5, 3]).endswith("The other way round.\n")
    assert said(capsys, "97.4", False) == "✗ 97.4 is not right yet. No.\n"
    assert "Exercise 97.5 has no check. Those of this chapter that have one: 97.1, 97.2" in said(capsys, "97.5", 1)


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("% A comment", "A comment", "line 1: expected 'Exercise 97.' and a number"),
        ("Exercise 97.1\n", "Exercise 96.1\n", "line 3: expected 'Exercise 97.' and a number"),
        ("Exercise 97.2", "Exercise 97.1", "line 15: expected 'Exercise 97.' and a number that is not there yet"),
        ("= −2.06 +- 0.0005\n", "", "line 4: expected"),
        ("= −2.06", "= −2,06", "line 4: '−2,06' is no number such as 0.25"),
        ("= −2.06", "= 2, 6", "line 7: the right answer is 2 values in a list, and this wrong one is a number."),
        ("+- 0.0005", "+- a bit", "line 4: 'a bit' is no number such as 0.25"),
        ("= {1, 2}", "= twelve", "line 16: 'twelve' is no number such as 0.25"),
        ("= {1, 2}", "= {1, 2}\n= 3", "line 17: expected"),
        ("- {1}: One is missing.", "- {1}", "line 17: expected"),
        ("- {1}: One", "- 1: One", "line 17: the right answer is a set in curly brackets, and this wrong one is a number."),
        ('"b.csv"', '"b: csv"', "line 13: '\"b' is no number"),
        ("= True\n- False: No.\n", "", "line 23: the exercise above needs a line '= value'"),
        ("= {1, 2}\n- {1}: One is missing.\n", "", "line 17: the exercise above needs a line '= value'"),
    ],
)
def test_a_mistake_in_what_is_accepted_is_named_with_its_line(old, new, words, written, capsys):
    assert old in SAMPLE_ANSWERS
    written(SAMPLE_ANSWERS.replace(old, new, 1))
    assert f"✗ answers/97.txt, {words}" in said(capsys, "97.1", 1)


def test_an_exercise_that_is_both_written_and_computed_is_named(written, monkeypatch, capsys):
    written("Exercise 97.1\n= 1\n")
    monkeypatch.setitem(sys.modules, "answers.ch97", SimpleNamespace(exercise_97_1=sample_answers))
    assert "answers/97.txt and ch97.py both have exercise 97.1" in said(capsys, "97.1", 1)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_exercise_has_a_place_for_the_answer_and_a_solution(chapter):
    cells, place = CELLS[chapter], {}
    for cell in cells:
        source = "".join(cell["source"])
        heading = re.match(r"### Exercise (\d+\.\d+)", source)
        current = heading[1] if heading else None if source.startswith("## ") else place.get("now")
        place["now"] = current
        for tag in ("answer", "solution"):
            if current and tagged(cell, tag):
                place.setdefault(current, set()).add(tag)
    exercises = practice.exercises(cells)
    assert len(exercises) >= 4
    assert [exercise.name for exercise in exercises] == [f"{chapter}.{n}" for n in range(1, len(exercises) + 1)]
    assert all(place.get(exercise.name) == {"answer", "solution"} for exercise in exercises)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_exercise_for_words_has_marking_points_for_the_instructor(chapter):
    notes = "\n".join("".join(cell["source"]) for cell in CELLS[chapter] if tagged(cell, "instructor"))
    marked = re.findall(r"^\*\*Marking (\d+\.\d+)\*\* \(\d+ points?\)", notes, re.M)
    assert marked == [exercise.name for exercise in practice.exercises(CELLS[chapter]) if exercise.kind != "compute"]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_objective_is_served_by_an_exercise_and_a_question(chapter):
    count = len(practice.objectives(CELLS[chapter]))
    wanted = set(range(1, count + 1))
    assert 4 <= count <= 6
    exercises, asked = practice.exercises(CELLS[chapter]), practice.questions(chapter)
    assert {exercise.objective for exercise in exercises} == wanted
    assert {question.objective for question in asked} == wanted


@pytest.mark.parametrize(
    "value, words",
    [
        (-2.06, "✓ 98.2 is right."),
        (np.float64(-2.0599), "✓ 98.2 is right."),
        (pd.Series([-2.06]), "✓ 98.2 is right."),
        (2.06, "✗ 98.2 is not right yet. The size is right."),
        (-206, "did you give per cent?"),
        (-2.0612, "round only at the end"),
        (9, "none of the usual slips"),
        ("-2.06", "✗ 98.2 expects a number, and got a text in quotation marks. Leave the quotation marks out."),
        ([1, 2], "✗ 98.2 expects a number, and got 2 values in a list."),
        ({1, 2}, "and got a set in curly brackets"),
        (True, "and got True or False"),
        (None, "and got a missing value"),
        (float("nan"), "and got a missing value"),
        (print, "add the brackets that call it"),
        (..., "– 98.2 is not answered yet"),
    ],
)
def test_check_answers_whatever_it_is_given(value, words, sample, capsys):
    assert words in said(capsys, SAMPLE, value)


class Hostile:
    def __getattribute__(self, name):
        raise ArithmeticError("no attribute, no comparison, no text")

    __eq__ = __repr__ = __hash__ = __getattribute__


def holds_itself():
    value = [1]
    value.append(value)
    return value


HOSTILE = {
    "a set of tuples": {(1, 2), (3,)},
    "a set of sets": {frozenset({1, 2})},
    "a list that holds itself": holds_itself(),
    "a deep list": functools.reduce(lambda inner, _: [inner, 1], range(100_000), 1),
    "a huge number": 10**400,
    "huge numbers in a list": [10**400] * 3,
    "a huge fraction": Fraction(10**400, 3),
    "a decimal number": Decimal("NaN"),
    "a complex number": 1j,
    "not a time": pd.NaT,
    "an array without dimensions": np.array(-77),
    "an empty list": [],
    "a table": pd.DataFrame({"a": [1, pd.NA], "b": [None, "x"]}),
    "a generator": (number for number in [1, 2]),
    "hostile": Hostile(),
    "hostile in a list": [Hostile(), Hostile()],
}


ANSWERS = functools.cache(practice.answers)  # some simulate


@pytest.mark.parametrize("value", HOSTILE)
def test_check_stops_no_notebook_whatever_it_is_given(value, capsys, monkeypatch):
    monkeypatch.setattr(practice, "answers", ANSWERS)
    for name in CHECKED:
        practice.check(name, HOSTILE[value])
        assert re.fullmatch(rf"✗ {name} .+\n", capsys.readouterr().out)


@pytest.mark.parametrize("chapter", ["7", 99, 7.0 + 0.5, None])
def test_quiz_says_which_chapters_have_a_self_test(chapter):
    there = ", ".join(map(str, CHAPTERS))
    with pytest.raises(ValueError, match=rf"^{chapter!r} is no number of a chapter with a self-test\. Here: {there}\.$"):
        practice.quiz(chapter)


@pytest.mark.parametrize(
    "exercise, words",
    [
        ("98.99", "Exercise 98.99 has no check. Those of this chapter that have one: 98.1, 98.2"),
        ("99.1", "There are no checks for chapter 99 here"),
        (7.2, "in quotation marks"),
        ("seven", "in quotation marks"),
    ],
)
def test_check_says_what_is_wrong_with_an_exercises_name(exercise, words, sample, capsys):
    assert words in said(capsys, exercise, 1)


# --- questions --------------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_questions_are_six_or_more_of_three_kinds_and_shown_in_the_chapter(chapter):
    asked = practice.questions(chapter)
    assert len(asked) >= 6
    assert {question.kind for question in asked} == {"single", "several", "number"}
    page = [c["outputs"][0]["data"]["text/html"] for c in CELLS[chapter] if "".join(c["source"]) == f"quiz({chapter})"]
    assert ["".join(html).count("<fieldset") for html in page] == [len(asked)]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_right_option_is_not_always_in_the_same_place_nor_the_longest(chapter):
    """Else a reader who knows nothing scores."""
    single = [question.options for question in practice.questions(chapter) if question.kind == "single"]
    places = [[option.right for option in options].index(True) for options in single]
    longest = [max(options, key=lambda option: len(option.text)).right for options in single]
    assert len(set(places)) >= 3 and max(map(places.count, places)) <= len(places) / 2
    assert sum(longest) <= len(longest) * 0.6


START = re.compile(r"(Title:|\d+\.|\*?[a-z]\)|\[[ *]\]|\.\.\.|[+=-]) +")  # of a line of a quiz


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_questions_hold_all_that_is_in_the_file(chapter):
    """Oracle: the file, line by line."""
    title, *lines = (practice.HERE / "quizzes" / f"{chapter:02d}.txt").read_text(encoding="utf-8").splitlines()
    written = [line for line in lines if line.strip() and not line.startswith(("%", "="))]
    asked, said = practice.questions(chapter), []
    for question in asked:
        said += [f"{question.name}, objective {question.objective}", question.text, *(question.say or [])]
        said += [words for option in question.options for words in (option.text, option.say)]
    assert " ".join(said) == " ".join(START.sub("", line, count=1).strip() for line in written)
    rights = [option.right for question in asked for option in question.options]
    assert rights == [line.startswith(("*", "[*")) for line in lines if re.match(r"\*?[a-z]\) |\[[ *]\] ", line)]
    numbers = [(question.value, question.within) for question in asked if question.kind == "number"]
    assert numbers == [tuple(map(float, line[1:].split("+-"))) for line in lines if line.startswith("=")]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_packed_questions_are_read_alike_without_text2qti(chapter, tmp_path, monkeypatch):
    """As in a notebook for a class or for the browser."""
    asked, packed = practice.questions(chapter), practice.pack_questions(chapter)
    (tmp_path / "quizzes").mkdir()
    (tmp_path / "quizzes" / f"{chapter:02d}.json").write_text(packed, encoding="utf-8")
    monkeypatch.setattr(practice, "HERE", tmp_path)
    monkeypatch.setitem(sys.modules, "text2qti.config", None)
    assert practice.questions(chapter) == asked


def test_without_text2qti_a_clone_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "text2qti.config", None)
    with pytest.raises(ModuleNotFoundError, match="not installed here.*\n%pip install text2qti"):
        practice.quiz(CHAPTERS[0])


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_markup_becomes_the_html_that_markdown_makes(chapter):
    """Oracle: Python-Markdown."""
    for question in practice.questions(chapter):
        for text in [question.text, *(part for option in question.options for part in (option.text, option.say))]:
            assert f"<p>{practice.to_html(text)}</p>" == markdown.markdown(text).replace("&quot;", '"')


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("Title: 98.2, objective 1", "Title: 98.3, objective 1", "line 10: expected the title '98.2, objective'"),
        ("*b) 5.5 each", "b) 5.5 each", "line 11 or above: Question must specify a correct choice"),
        ("... Two people cannot", "% ... Two people cannot", "line 5: every option needs feedback"),
        ("= 15 +- 0", "= fifteen", "line 15 or above: Invalid numerical response"),
        ("= 15 +- 0", "= [14, 16]", "line 10: a question without options needs"),
        ("+ The two sums", "% The two sums", "line 10: a question without options needs"),
        ("b) Nothing.\n", "b) Nothing.\n... So.\n+ Yes.\n", "line 22 or above: Correct feedback can only"),
        ("a) They fell.", "[ ] They fell.", "line 20 or above: Question type"),
        ("a) They fell.", "? They fell.", "line 19 or above: Syntax error"),
        ("Title: 98.2, obj", "Text: Think.\n\nTitle: 98.2, obj", "line 10: a self-test has questions with"),
        ("2. Ten people", "Points: 2\n2. Ten people", "line 10: a self-test shows no points"),
    ],
)
def test_a_mistake_in_a_quiz_is_named_with_its_line(old, new, words, tmp_path, monkeypatch):
    assert SAMPLE_QUIZ.count(old) == 1
    (tmp_path / "quizzes").mkdir()
    (tmp_path / "quizzes" / "98.txt").write_text(SAMPLE_QUIZ.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(practice, "HERE", tmp_path)
    with pytest.raises(ValueError, match=r"^quizzes/98\.txt, " + re.escape(words)):
        practice.questions(98)


def test_an_exercise_without_its_line_is_named():
    cell = {"cell_type": "markdown", "source": "### Exercise 7.1 · Rank by hand\n\nDo it."}
    with pytest.raises(ValueError, match="Exercise 7.1 needs a line such as"):
        practice.exercises([cell])
