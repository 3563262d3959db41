"""Exercises and self-tests: what answers you when you try something in *Before and After*.

``check`` looks at the value that you found for an exercise, ``quiz`` shows a chapter's questions. The rest reads what
they need, for the class notebooks, the LMS files, the instructor guide and the tests:

- a chapter's notebook holds its objectives and exercises,
- ``answers/NN.txt`` holds what ``check`` accepts, in plain text,
- ``answers/chNN.py`` what it accepts where that has to be computed, as functions of the data,
- ``quizzes/NN.txt`` holds the questions, in the plain-text format of text2qti.
"""

import ast
import functools
import html
import importlib
import json
import re
from collections import namedtuple
from pathlib import Path

import numpy as np
import pandas as pd
import prepost
from IPython.display import display

HERE = Path(__file__).resolve().parent


# --- exercises --------------------------------------------------------------------------------

Answer = namedtuple("Answer", "value within say")


def right(value, within=0, say=""):
    """Say what an exercise accepts: the value, how far off is near enough, and what to add to "Right."."""
    return Answer(value, within, say)


def wrong(value, say):
    """Name a usual wrong answer; it is recognised within the tolerance of the right one."""
    return Answer(value, None, say)


@functools.cache
def pairs():
    """Return the scores of the people with both occasions, as whole numbers."""
    return prepost.load("scores").dropna().astype(int)


def change(measure):
    """Return the changes of one measure, after minus before, of all complete pairs."""
    return pairs()[f"{measure}_after"] - pairs()[f"{measure}_before"]


def answers(exercise):
    """Read what `check` knows about an exercise.

    Parameters
    ----------
    exercise : str
        Its number, such as ``"7.2"``.

    Returns
    -------
    list of Answer
        The right answer first, then the usual wrong ones.

    Raises
    ------
    ValueError
        If there is no such exercise, or none with a check; the message lists those that have one.
    """
    if not isinstance(exercise, str) or not re.fullmatch(r"\d+\.\d+", exercise):
        raise ValueError(f'An exercise is named by its number in quotation marks, such as "7.2"; got {exercise!r}.')
    chapter = int(exercise.split(".")[0])
    known = _known(chapter)
    if not known:
        files = [*HERE.glob("answers/ch[0-9][0-9].py"), *HERE.glob("answers/[0-9][0-9].txt")]
        there = ", ".join(map(str, sorted({int(path.stem[-2:]) for path in files})))
        raise ValueError(f"There are no checks for chapter {chapter} here. There are: chapter {there}.")
    if exercise not in known:
        raise ValueError(
            f"Exercise {exercise} has no check. Those of this chapter that have one: {', '.join(known)}. "
            "The others ask for words: compare yours with the worked solution."
        )
    return list(known[exercise]())


def checked(chapter):
    """Return the names of the exercises of a chapter that have a check, such as ``"7.2"``, in order."""
    return list(_known(chapter))


def _known(chapter):
    """Return for each exercise with a check what yields its answers, whether they are written or computed."""
    try:
        module = importlib.import_module(f"answers.ch{chapter:02d}")
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("answers"):
            raise
        module = None
    functions = vars(module).items() if module else []
    computed = {".".join(name.split("_")[1:]): make for name, make in functions if name.startswith("exercise_")}
    written = {name: (lambda found=found: found) for name, found in _written(chapter).items()}
    if twice := computed.keys() & written.keys():
        raise ValueError(f"answers/{chapter:02d}.txt and ch{chapter:02d}.py both have exercise {', '.join(sorted(twice))}.")
    return dict(sorted({**computed, **written}.items(), key=lambda item: int(item[0].split(".")[1])))


def _written(chapter):
    """Read ``answers/NN.txt``: for each exercise in it the right answer, then the usual wrong ones."""
    path, lines = HERE / "answers" / f"{chapter:02d}.txt", []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else [], 1):
        if line.startswith((" ", "\t")) and lines:  # the line before goes on
            lines[-1] = lines[-1][0], f"{lines[-1][1]} {line.strip()}"
        elif line.strip() and not line.startswith("%"):
            lines.append((number, line.strip()))
    found, here, number = {}, None, 0

    def refuse(problem):
        raise ValueError(f"answers/{path.name}, line {number}: {problem}")

    for number, line in [*lines, (len(lines) and lines[-1][0], "Exercise")]:
        heading, (sign, _, words) = re.fullmatch(rf"Exercise ({chapter}\.\d+)", line), line.partition(" ")
        if sign == "Exercise" and here == []:
            refuse("the exercise above needs a line '= value', or '= value +- tolerance'.")
        elif heading and heading[1] not in found:
            here = found[heading[1]] = []
        elif sign == "=" and here == []:
            value, _, within = words.partition("+-")
            here.append(right(_value(value, refuse), _value(within or "0", refuse)))
        elif sign == "+" and here and len(here) == 1 and not here[0].say:
            here[0] = here[0]._replace(say=words)
        elif sign == "-" and here and ": " in words:
            value, _, say = words.partition(": ")
            here.append(wrong(_value(value, refuse), say))
            kinds = [_kind(_plain(answer.value)) for answer in (here[0], here[-1])]
            if kinds[0] != kinds[1]:
                refuse(f"the right answer is {kinds[0]}, and this wrong one is {kinds[1]}.")
        elif line != "Exercise":
            refuse(
                f"expected 'Exercise {chapter}.' and a number that is not there yet, then one line '= value', a line "
                f"'+ words' if you like, and lines '- value: words'; found {line!r}."
            )
    return found


def _value(text, refuse):
    """Read a number, several with commas between, a text in quotation marks, a set in curly brackets, True or False."""
    try:
        value = ast.literal_eval(re.sub(r'"[^"]*"|−', lambda part: "-" if part[0] == "−" else part[0], text.strip()))
        if not _kind(_plain(value)).startswith(("something", "a missing")):
            return value
    except (ValueError, SyntaxError):
        pass
    return refuse(
        f"{text.strip()!r} is no number such as 0.25, no row of numbers such as 3, 4.5, no text in quotation marks, no set "
        "such as {1, 2}, and neither True nor False."
    )


def check(exercise, value):
    """Say whether the value that you found is right, and name the slip if it is a usual one.

    Parameters
    ----------
    exercise : str
        The exercise's number, such as ``"7.2"``.
    value : number, text, True or False, or a list, Series or set of these
        What you found; ``...`` stands for no answer yet.

    Notes
    -----
    Prints one line and never stops a notebook, whatever it is given.
    """
    try:
        expected, *slips = answers(exercise)
    except ValueError as error:
        print(f"✗ {error}")
        return
    if value is ...:
        print(f"– {exercise} is not answered yet: put your answer in place of the three dots.")
        return
    try:
        line = _verdict(exercise, value, expected, slips)
    except Exception:  # such as a set of lists, a list that holds itself, a number too large for a computer
        kind = _kind(_plain(expected.value))
        line = f"✗ {exercise} expects {kind}, and cannot make sense of this one ({type(value).__name__})."
    print(line)


def _verdict(exercise, value, expected, slips):
    """Say in one line whether an answer is right."""
    value, kind = _plain(value), _kind(_plain(expected.value))
    if _kind(value) != kind:
        return f"✗ {exercise} expects {kind}, and got {_kind(value)}.{_hint(value, kind)}"
    for case in _cases(expected, slips):
        if _same(value, case.value, case.within):
            return f"✓ {exercise} is right. {case.say}".rstrip() if case.right else f"✗ {exercise} is not right yet. {case.say}"
    return f"✗ {exercise} is not right yet. {NO_USUAL_SLIP}"


Case = namedtuple("Case", "right value within say")
NO_USUAL_SLIP = "It is none of the usual slips either: go back to the chapter's own steps."


def cases(exercise):
    """Return what `check` compares an answer with, in this order: the first case that the answer fits is what it says.

    Parameters
    ----------
    exercise : str
        Its number, such as ``"7.2"``.

    Returns
    -------
    list of Case
        Whether an answer that fits is ``right``; the ``value``, as Python's own number, text, list or set, and how far
        off ``within`` it numbers may be; what to ``say``. To an answer that fits none, `check` says `NO_USUAL_SLIP`.

    Raises
    ------
    ValueError
        As `answers` does.
    """
    expected, *slips = answers(exercise)
    return _cases(expected, slips)


def _cases(expected, slips):
    """Put what is right first, then the slips that the exercise names, then those of any number."""
    target, within = _plain(expected.value), float(expected.within)
    found = [Case(True, target, within, expected.say)]
    found += [Case(False, _plain(slip.value), within, slip.say) for slip in slips]
    if isinstance(target, (int, float)) and not isinstance(target, bool):
        found.append(Case(False, -target, within, "The size is right, the sign is not."))
        found.append(Case(False, 100 * target, 150 * within, "It is a hundred times too large: did you give per cent?"))
        found.append(Case(False, target, 4 * within, "It is close: round only at the end."))
    return found


def _plain(value):
    """Turn what pandas and NumPy return into Python's own numbers, texts, lists and sets."""
    if isinstance(value, (pd.Series, pd.Index, pd.DataFrame, np.ndarray)):
        value = np.asarray(value, dtype=object).tolist()
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        value = [_plain(part) for part in value]
        return value[0] if len(value) == 1 else value
    if isinstance(value, (set, frozenset)):
        return {_plain(part) for part in value}
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or value is pd.NA:
        return float("nan")
    return value.strip().casefold() if isinstance(value, str) else value


def _kind(value):
    """Name the type of a plain value, for a sentence."""
    if isinstance(value, list):
        return f"{len(value)} values in a list"
    if isinstance(value, set):
        return "a set in curly brackets"
    if isinstance(value, bool):
        return "True or False"
    if isinstance(value, (int, float)):
        return "a number" if value == value else "a missing value (NaN)"
    return "a text in quotation marks" if isinstance(value, str) else f"something else ({type(value).__name__})"


def _hint(value, kind):
    if kind == "a number" and isinstance(value, str):
        return " Leave the quotation marks out."
    if kind == "a number" and callable(value):
        return " It is a function: add the brackets that call it."
    return ""


def _same(value, target, within):
    """Compare plain values of one kind; numbers may differ by the tolerance, and sets have no order."""
    target = _plain(target)
    if _kind(value) != _kind(target):
        return False
    if isinstance(target, list):
        return all(_same(one, other, within) for one, other in zip(value, target))
    if isinstance(target, (int, float)) and not isinstance(target, bool):
        return abs(value - target) <= within + 1e-9
    return value == target


# --- questions --------------------------------------------------------------------------------

Question = namedtuple("Question", "name objective kind text options value within say")
Option = namedtuple("Option", "text right say")

FORMS = {  # of questions, as text2qti names them
    "multiple_choice_question": "single",
    "true_false_question": "single",
    "multiple_answers_question": "several",
    "numerical_question": "number",
}


def questions(chapter):
    """Read the self-test of a chapter.

    In the book's folder, text2qti reads ``quizzes/NN.txt``. The notebooks for a class and for the browser run where
    there is no text2qti. They bring ``quizzes/NN.json`` along, which is what `pack_questions` made of it.

    Parameters
    ----------
    chapter : int
        Its number.

    Returns
    -------
    list of Question
        ``name`` such as ``"7.3"``; ``objective``, the number of the chapter's objective that it tests; ``kind``:
        ``"single"``, ``"several"`` or ``"number"``; ``text``; ``options``, each with ``text``, ``right`` and what to
        ``say``. Of a ``"number"``: ``value`` and ``within``, and ``say``, what to say if it is right and if it is
        wrong. Texts are in Markdown: emphasis and code.

    Raises
    ------
    ValueError
        If there is no self-test for the chapter. If a line or a question is not as `CONTRIBUTING.md` describes it; the
        message names file and line.
    ModuleNotFoundError
        If text2qti is needed and is not installed; the message says how to install it.
    """
    if chapter not in chapters():
        there = ", ".join(map(str, chapters()))
        raise ValueError(f"{chapter!r} is no number of a chapter with a self-test. Here: {there}.")
    packed = HERE / "quizzes" / f"{chapter:02d}.json"
    if packed.exists():
        rows = json.loads(packed.read_text(encoding="utf-8"))
        return [_unpacked(**row) for row in rows]
    parts = read_quiz(chapter).questions_and_delims
    return [_question(f"quizzes/{chapter:02d}.txt", f"{chapter}.{number}", part) for number, part in enumerate(parts, 1)]


def pack_questions(chapter):
    """Return the self-test of a chapter as the JSON text that `questions` reads without text2qti."""
    return json.dumps([question._asdict() for question in questions(chapter)], ensure_ascii=False)


def _unpacked(options, say, **others):
    """Turn lists, which JSON has instead, into what `questions` returns."""
    return Question(**others, options=[Option(*option) for option in options], say=say and tuple(say))


def read_quiz(chapter):
    """Let text2qti read the self-test of a chapter: a `text2qti.quiz.Quiz`. Errors are those of `questions`."""
    return _read(HERE / "quizzes" / f"{chapter:02d}.txt")


def read_questions(path):
    """Read questions that are no self-test, the title of each with its chapter in place of an objective.

    Parameters
    ----------
    path : pathlib.Path
        The file; its titles are ``k1, chapter 2`` and so on.

    Returns
    -------
    list of Question
        As `questions` returns them, with the number of the chapter as ``objective``.
    """
    parts = _read(path).questions_and_delims
    return [_question(path.name, f"k{number}", part, "chapter") for number, part in enumerate(parts, 1)]


def _read(path):
    try:
        from text2qti.config import Config
        from text2qti.err import Text2qtiError
        from text2qti.quiz import Quiz
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "The questions are read by text2qti, which is not installed here. "
            "Type the next line into a new cell, run it, and try again:\n%pip install text2qti"
        ) from error
    try:
        return Quiz(path.read_text(encoding="utf-8"), config=Config(), source_name=f"{path.parent.name}/{path.name}")
    except Text2qtiError as error:
        # text2qti says: In "FILE" on line 3, where it noticed, a line break, and what is wrong
        words = re.sub(r'^In "(.+)" on line (\d+):\s+', r"\1, line \2 or above: ", str(error))
        raise ValueError(" ".join(words.split())) from error


def _one_line(text):
    return " ".join(text.split())


def _question(file, name, part, of="objective"):
    """Turn what text2qti read into a question, or say what the self-test cannot do with it."""

    def refuse(problem, line=part.linenum_start):
        raise ValueError(f"{file}, line {line}: {problem}")

    form = FORMS.get(getattr(part, "type", None))
    title = form and re.fullmatch(rf"{re.escape(name)}, {of} (\d+)", part.title_raw or "")
    if not form:
        refuse("a self-test has questions with lettered options, with options in brackets, or with a number only.")
    if not title:
        refuse(f"expected the title '{name}, {of}' and a number, and found {part.title_raw!r}.")
    if part.points_possible_raw or part.solution or part.feedback_raw:
        refuse("a self-test shows no points, no solution in '!', and no '...' for a whole question.")
    options, value, within, say = [], None, None, None
    if form == "number":
        say = (part.correct_feedback_raw, part.incorrect_feedback_raw)
        if part.numerical_exact is None or not all(say):
            refuse("a question without options needs '= number +- tolerance', and feedback in '+' and '-'.")
        value = float(part.numerical_exact)
        within = round(part.numerical_max - part.numerical_exact, 10)  # text2qti keeps the ends only
        say = tuple(map(_one_line, say))
    elif part.correct_feedback_raw or part.incorrect_feedback_raw:
        refuse("a question with options has feedback for each of them, and none in '+' or '-'.")
    for choice in part.choices:
        if not choice.feedback_raw:
            refuse("every option needs feedback, in a line that begins with '...'.", choice.linenum_start)
        options.append(Option(_one_line(choice.choice_raw), choice.correct, _one_line(choice.feedback_raw)))
    return Question(name, int(title[1]), form, _one_line(part.question_raw), options, value, within, say)


def to_html(text):
    """Turn the little Markdown that questions use, emphasis and code, into HTML."""
    text = html.escape(text, quote=False)
    pieces = re.split(r"`(.+?)`", text)
    for place, piece in enumerate(pieces):
        if place % 2:
            pieces[place] = f"<code>{piece}</code>"
        else:
            piece = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", piece)
            pieces[place] = re.sub(r"\*(.+?)\*", r"<em>\1</em>", piece)
    return "".join(pieces)


STYLE = """
.quiz fieldset { margin: 0 0 1.5rem; padding: 0; border: 0; min-width: 0; }
.quiz legend { margin-bottom: .25rem; padding: 0; font-size: 1rem; font-weight: bold; float: none; width: auto; }
.quiz label { display: flex; align-items: baseline; gap: .6rem; min-height: 2.75rem; padding: .5rem 0; }
.quiz input[type=text] { width: 9rem; min-height: 2.75rem; padding: 0 .5rem; font: inherit; }
.quiz input:not([type=text]) { flex: none; width: 1.1rem; height: 1.1rem; }
.quiz button { min-height: 2.75rem; padding: 0 1.25rem; font: inherit; cursor: pointer; }
.quiz output { display: block; margin-top: .5rem; }
.quiz output:not(:empty) { padding: .5rem 1rem; border-left: .25rem solid; }
.quiz output ul { margin: .5rem 0 0; padding-left: 1.25rem; }
@media print { .quiz button, .quiz output { display: none; } }
"""

SCRIPT = """
for (const form of document.querySelectorAll("form.quiz:not([data-ready])")) {
  form.dataset.ready = "";
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("click", event => {
    const box = event.target.closest("button")?.closest("fieldset");
    if (box) box.querySelector("output").innerHTML = answer(box);
  });
  form.addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    event.target.closest("fieldset").querySelector("button").click();
  });
}
function answer(box) {
  const key = JSON.parse(box.dataset.key);
  const verdict = right => right ? "<strong>✓ Right.</strong> " : "<strong>✗ Not yet.</strong> ";
  if (box.dataset.kind === "number") {
    const typed = box.querySelector("input").value.trim();
    const value = Number(typed.replace("−", "-").replace(",", "."));
    if (!typed || Number.isNaN(value)) return "Type a number, such as −1.96 or 0.34.";
    const right = Math.abs(value - key.value) <= key.within + 1e-9;
    return verdict(right) + key.say[right ? 0 : 1];
  }
  const chosen = [...box.querySelectorAll("input")].map(input => input.checked);
  if (!chosen.includes(true)) return "Choose first.";
  if (box.dataset.kind === "single") {
    const [right, say] = key[chosen.indexOf(true)];
    return verdict(right) + say;
  }
  const wrong = chosen.filter((yes, place) => yes !== key[place][0]).length;
  return verdict(!wrong) + (wrong ? `You decided ${wrong} of ${key.length} otherwise.` : "")
    + "<ul>" + key.map(([right, say], place) => "<li>" + "abcdefgh"[place] + ") "
    + (chosen[place] === right ? "✓ " : right ? "✗ To be ticked. " : "✗ Not to be ticked. ") + say + "</li>").join("")
    + "</ul>";
}
"""


def quiz(chapter):
    """Show the self-test of a chapter, with feedback for every option; it works without a network or a kernel.

    Parameters
    ----------
    chapter : int
        Its number.
    """
    asked = questions(chapter)
    form = "".join(map(_fieldset, asked))
    page = f'<style>{STYLE}</style><form class="quiz">{form}</form><script>(() => {{{SCRIPT}}})();</script>'
    words = f"A self-test with {len(asked)} questions. This program cannot show it; a browser can."
    display({"text/html": page, "text/plain": words}, raw=True)


def _fieldset(question):
    """Write one question as HTML; its key goes into an attribute, out of sight until asked for."""
    place = question.name.split(".")[1]
    if question.kind == "number":
        key = {"value": question.value, "within": question.within, "say": list(map(to_html, question.say))}
        body, note = '<label>Your answer <input type="text" inputmode="text" autocomplete="off"></label>', ""
    else:
        key = [[option.right, to_html(option.say)] for option in question.options]
        note = " (More than one may be right.)" if question.kind == "several" else ""
        control = {"single": "radio", "several": "checkbox"}[question.kind]
        body = "".join(
            f'<label><input type="{control}" name="quiz-{question.name}"> <span>{letter}) {to_html(option.text)}</span></label>'
            for letter, option in zip("abcdefgh", question.options)
        )
    key = html.escape(json.dumps(key, ensure_ascii=False))
    return (
        f'<fieldset data-kind="{question.kind}" data-key="{key}"><legend>{place}. {to_html(question.text)}{note}</legend>'
        f'{body}<button type="button">Check</button><output></output></fieldset>'
    )


# --- what a chapter says of itself --------------------------------------------------------------

Exercise = namedtuple("Exercise", "name title objective kind minutes")
KINDS = ("compute", "explain", "judge", "write")  # what an exercise asks for; all but the first want words


def chapters():
    """Return the numbers of the chapters that have questions, and so material for a class."""
    return sorted({int(path.stem) for form in ("txt", "json") for path in (HERE / "quizzes").glob(f"[0-9][0-9].{form}")})


def chapter_path(chapter):
    """Find a chapter's notebook by its number; among a reader's copies, the one that the table of contents names."""
    paths = sorted(HERE.glob(f"{chapter:02d}-*.ipynb"))
    if len(paths) > 1:
        named = re.findall(r"[\w-]+", (HERE.parent / "_toc.yml").read_text(encoding="utf-8"))
        paths.sort(key=lambda path: path.stem not in named)
    return paths[0]


def objectives(cells):
    """Read the numbered objectives in a chapter's first cell: a list of texts, the first is objective 1."""
    return re.findall(r"^\d\. (.+?)[;.]$", "".join(cells[0]["source"]), re.M)


def exercises(cells):
    """Read the headings of a chapter's exercises, and the line below each that says what it serves.

    Parameters
    ----------
    cells : list of dict
        The cells of a notebook, as in its JSON.

    Returns
    -------
    list of Exercise
        ``name`` such as ``"7.2"``, ``title``, ``objective``, ``kind`` (one of `KINDS`), ``minutes``.
    """
    found = []
    for cell in cells:
        heading = re.match(r"### Exercise (\d+\.\d+) · (.+)\n", "".join(cell["source"]))
        if cell["cell_type"] == "markdown" and heading:
            line = re.search(r"^\*Objective (\d) · (\w+) · (\d+) minutes\*$", "".join(cell["source"]), re.M)
            if not line or line[2] not in KINDS:
                raise ValueError(
                    f"Exercise {heading[1]} needs a line such as '*Objective 2 · compute · 5 minutes*' below its "
                    f"heading; its kind is one of {', '.join(KINDS)}."
                )
            found.append(Exercise(heading[1], heading[2], int(line[1]), line[2], int(line[3])))
    return found
