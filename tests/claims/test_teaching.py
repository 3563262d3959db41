"""The instructor guide and the lesson plans against the chapters that they speak of.

Oracles: the chapters' own headings, exercises and questions; sums of minutes; for the answers to misconceptions, the
data.
"""

import html
import json
import re

import practice
import prepost
import pytest
from conftest import ROOT

APPENDIX = ROOT / "chapters" / "appendix"
CHAPTERS = practice.chapters()
CELLS = {chapter: json.loads(practice.chapter_path(chapter).read_text(encoding="utf-8"))["cells"] for chapter in CHAPTERS}
GUIDE = json.loads((APPENDIX / "instructors.ipynb").read_text(encoding="utf-8"))["cells"]
GUIDE_TEXT = "\n".join("".join(cell["source"]) for cell in GUIDE if cell["cell_type"] == "markdown")
_, *PLANS = re.split(r"^## (?=\d+ · )", (APPENDIX / "lessons.md").read_text(encoding="utf-8"), flags=re.M)
PLAN = {int(plan.split(" ")[0]): plan for plan in PLANS}
EXERCISES = {exercise.name for chapter in CHAPTERS for exercise in practice.exercises(CELLS[chapter])}
QUESTIONS = {question.name for chapter in CHAPTERS for question in practice.questions(chapter)}


def headings(chapter):
    source = "\n".join("".join(cell["source"]) for cell in CELLS[chapter] if cell["cell_type"] == "markdown")
    return [re.sub(r"[*`]", "", heading) for heading in re.findall(r"^##+ (.+)$", source, re.M)]


def named(kind, text):
    """The numbers in such words as "exercise 7.1", "exercises 7.2, 7.3 and 7.4", "questions 7.1 to 7.8"."""
    runs = re.findall(rf"{kind}s? ((?:\d+\.\d+(?:, | and | or | to )?)+)", text)
    return {number for run in runs for number in re.findall(r"\d+\.\d+", run)}


def minutes(table):
    return sum(int(number) for number in re.findall(r"^\| (\d+) \|", table, re.M))


def test_every_chapter_has_a_plan_under_its_own_title():
    titles = {chapter: "".join(CELLS[chapter][0]["source"]).splitlines()[0].removeprefix("# ") for chapter in CHAPTERS}
    assert {chapter: plan.splitlines()[0] for chapter, plan in PLAN.items()} == titles


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_plan_has_all_its_parts_and_its_minutes_add_up(chapter):
    parts = re.split(r"^\*\*(50 minutes|90 minutes|Misconceptions to expect)\*\*$", PLAN[chapter], flags=re.M)
    assert parts[1::2] == ["50 minutes", "90 minutes", "Misconceptions to expect"]
    assert "**What it is for.**" in parts[0] and "**Before class.**" in parts[0]
    assert (minutes(parts[2]), minutes(parts[4])) == (50, 90)
    assert len(re.findall(r"^- \*", parts[6], re.M)) >= 3


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_plan_names_exercises_questions_and_sections_that_exist(chapter):
    plan = PLAN[chapter]
    assert named("exercise", plan) and named("exercise", plan) <= EXERCISES
    assert named("question", plan) and named("question", plan) <= QUESTIONS
    tables = "\n".join(line.split(" | ")[-1] for line in plan.splitlines() if re.match(r"\| \d+ \|", line))
    sections = re.findall(r'"([^"]+)"', tables)
    assert sections
    assert not [words for words in sections if not any(h.startswith(words) for h in headings(chapter))]


def test_the_guide_names_exercises_that_exist():
    assert named("exercise", GUIDE_TEXT) and named("exercise", GUIDE_TEXT) <= EXERCISES


def test_half_a_day_has_four_hours():
    half_a_day = GUIDE_TEXT.split("## Half a day")[1].split("\n## ")[0]
    assert minutes(half_a_day) == 4 * 60


def test_six_weeks_use_every_chapter():
    table = GUIDE_TEXT.split("## Six weeks")[1].split("\n## ")[0]
    assert {int(number) for number in re.findall(r"chapter (\d+)", table)} == set(CHAPTERS)


def test_the_blueprint_holds_every_objective_exercise_and_question():
    """Its stored output, which test_notebooks.py runs again, against the sources."""
    tables = ["".join(o["data"]["text/html"]) for cell in GUIDE for o in cell.get("outputs", []) if "data" in o]
    blueprint = next(table for table in tables if "the student can" in table)
    cells = [html.unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<td>(.*?)</td>", blueprint)]
    words, exercises, questions = cells[0::3], cells[1::3], cells[2::3]
    assert words == [text.replace("*", "") for chapter in CHAPTERS for text in practice.objectives(CELLS[chapter])]
    assert sorted(", ".join(exercises).split(", ")) == sorted(EXERCISES)
    assert sorted(", ".join(questions).split(", ")) == sorted(QUESTIONS)


def test_answers_to_misconceptions_say_what_the_data_say():
    """What they say of the 34 people, and of tests and intervals of these; simulated shares stand in the chapters."""

    def plain(p, decimals):
        return prepost.format_number(p, decimals, leading_zero=False)

    def interval(change, confidence):
        return prepost.format_interval(prepost.pseudo_median(change, confidence), 1)

    empathy, stigma = practice.change("empathy"), practice.change("stigma")
    twelve, four_more = stigma.head(12), [*empathy, *4 * [-1]]
    abstract, corrected = (prepost.signed_rank(empathy, correction=half_step)["p"] for half_step in (False, True))
    low, high = interval(stigma, 0.95).removeprefix("> ").split(" to < ")
    r = prepost.signed_rank(empathy.abs())["Z"] / 34**0.5
    assert (empathy == 0).sum() == 6
    said = {
        4: f"from {plain(abstract, 4)} to {plain(prepost.signed_rank(four_more)['p'], 3)} (zeros dropped, from Z",
        7: f"R 4.6 makes {plain(prepost.exact_p(empathy), 4)} of them",
        9: f"{empathy.between(0, 3).sum()} of 34 did, the six without a change among them",
        10: f"(*p* = {plain(prepost.exact_p(twelve), 2)}, 90% interval {interval(twelve, 0.9)}) beside the cohort "
        f"(*p* = {plain(prepost.exact_p(stigma), 2)}, 90% interval {interval(stigma, 0.9)})",
        12: f"from just above {low} to just below {high} points",
    }
    assert not [chapter for chapter, words in said.items() if words not in PLAN[chapter]]
    assert f"{plain(abstract, 4)} is significant and {plain(corrected, 4)} is not" in PLAN[7]
    assert f"if all 28 who moved had risen: {plain(r, 2)}" in PLAN[9]
