"""The question bank for learning platforms: QTI 1.2 for Canvas, Moodle XML for Moodle.

The questions are those of `chapters/quizzes/NN.txt`. text2qti writes the QTI, this module the rest. A question that
would not arrive as the book asks it is refused. The same questions give the same bytes.
"""

import io
import re
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import unescape

import numpy as np
import practice
from text2qti.qti import QTI

from ..shared.source import SLUG, TITLE, write_zip

ADAPT = "adapt _ext/classroom/platforms.py to this version of text2qti."
IDENT = SLUG.replace("-", "_")
LICENCE = "CC BY 4.0 - https://creativecommons.org/licenses/by/4.0/"
NOTICE = "From the self-test of chapter {} of the open book {}, CC BY 4.0."
TYPOGRAPHY = {  # what text2qti makes of plain quotation marks, dashes and dots
    **dict.fromkeys(("&ldquo;", "&rdquo;", "&quot;"), '"'),
    **dict.fromkeys(("&lsquo;", "&rsquo;"), "'"),
    "&ndash;": "--",
    "&mdash;": "---",
    "&hellip;": "...",
}
README = Path(__file__).with_name("platforms.txt").read_text(encoding="utf-8")


def write_question_bank(out):
    """Write all files of the question bank.

    Parameters
    ----------
    out : path-like
        The folder to write to: `canvas/`, `moodle/` and `README.txt`.

    Returns
    -------
    dict
        For each file, its path: the questions in it, as a list of `practice.Question`.

    Raises
    ------
    ValueError
        If a quiz is malformed, or Canvas would show or accept something else than the book; the message names it.
    """
    out = Path(out)
    chapters = {chapter: _read(chapter) for chapter in practice.chapters()}
    if not chapters:
        raise ValueError(f"There are no questions in {practice.HERE / 'quizzes'}.")
    names = {SLUG: list(chapters), **{f"{SLUG}-{chapter:02d}": [chapter] for chapter in chapters}}
    made = {}
    for kind, suffix, write in (("canvas", "zip", canvas), ("moodle", "xml", moodle)):
        (out / kind).mkdir(parents=True, exist_ok=True)
        for name, members in names.items():
            path = out / kind / f"{name}.{suffix}"
            path.write_bytes(write({chapter: chapters[chapter] for chapter in members}, name))
            made[path] = [question for chapter in members for question in chapters[chapter][0]]
    (out / "README.txt").write_text(README.format(title=TITLE, slug=SLUG), encoding="utf-8", newline="\n")
    return made


def _read(chapter):
    """Read a chapter's questions, ours and text2qti's, and refuse what would differ in Canvas."""
    questions, quiz, file = practice.questions(chapter), practice.read_quiz(chapter), f"quizzes/{chapter:02d}.txt"
    if not re.match(rf"{chapter} · .", quiz.title_raw or ""):
        raise ValueError(f"{file}: the first line must be 'Quiz title: {chapter} · ' and the chapter's title.")
    for ours, theirs in zip(questions, quiz.questions_and_delims, strict=True):
        # text2qti's own identifiers are hashes, so that a question with another comma would be another question
        _replace(theirs, id=f"{IDENT}_{ours.name.replace('.', '_')}")
        texts = [(ours.text, theirs.question_html_xml)]
        for option, choice in zip(ours.options, theirs.choices):
            texts += [(option.text, choice.choice_html_xml), (option.say, choice.feedback_html_xml)]
        if ours.kind == "number":
            texts += zip(ours.say, (theirs.correct_feedback_html_xml, theirs.incorrect_feedback_html_xml))
            # text2qti rounds to four decimals, and with them the tolerance
            _replace(
                theirs,
                numerical_min_html_xml=_number(ours.value - ours.within),
                numerical_exact_html_xml=_number(ours.value),
                numerical_max_html_xml=_number(ours.value + ours.within),
            )
        for text, html in texts:
            there = _as_the_book_has_it(unescape(html))
            if there != practice.to_html(text):
                raise ValueError(
                    f"{file}, question {ours.name}: Canvas would show {there!r}, the book {practice.to_html(text)!r}. "
                    "Write it in plain words, with no other markup than emphasis and code."
                )
    description = NOTICE.format(chapter, TITLE)
    _replace(quiz, id=f"{IDENT}_{chapter:02d}", shuffle_answers_xml="true", description_html_xml=description)
    return questions, quiz


def _replace(thing, **attributes):
    """Replace what text2qti has put into its objects, and writes into its files."""
    for name, value in attributes.items():
        if not hasattr(thing, name):
            raise ValueError(f"text2qti's {type(thing).__name__} has no {name}: {ADAPT}")
        setattr(thing, name, value)


def _as_the_book_has_it(html):
    """Bring text2qti's HTML into the form of `practice.to_html`: one paragraph, plain quotation marks."""
    html = " ".join(re.sub(r"(?s)^<p>((?:(?!<p>).)*)</p>$", r"\1", html).split())
    return re.sub("|".join(TYPOGRAPHY), lambda found: TYPOGRAPHY[found[0]], html)


def canvas(chapters, name):
    """Put text2qti's files of one or more chapters into one QTI 1.2 package.

    Parameters
    ----------
    chapters : dict
        Chapter number: its questions and its quiz as text2qti reads it.
    name : str
        The package's identifier.

    Returns
    -------
    bytes
        The zip file.
    """
    made = [QTI(quiz) for _, quiz in chapters.values()]
    files = {}
    for qti in made:
        with zipfile.ZipFile(io.BytesIO(qti.zip_bytes())) as package:
            files |= {path: package.read(path) for path in package.namelist()}
    manifest = made[0].imsmanifest_xml
    resources = r"(?s)(?<=<resources>\n).*(?=  </resources>)"
    listed = ["".join(re.findall(resources, qti.imsmanifest_xml)) for qti in made]
    for old, new in (
        (r'(?<=<manifest identifier=")[^"]*', name),
        (resources, "".join(listed)),
        (r"(?s) *<imsmd:lifeCycle>.*</imsmd:lifeCycle>\n", ""),  # it holds nothing but today's date
        (r"Private \(Copyrighted\)[^<]*", LICENCE),
    ):
        manifest, count = re.subn(old, lambda _, new=new: new, manifest)
        if count != 1:
            raise ValueError(f"text2qti's manifest has {count} of {old!r} instead of 1: {ADAPT}")
    files["imsmanifest.xml"] = manifest
    stream = io.BytesIO()
    write_zip(stream, files.items())
    return stream.getvalue()


def moodle(chapters, name):
    """Write one or more chapters as Moodle XML; parameters and result as of `canvas`.

    The category's path names no context, so that the questions arrive in the question bank where they are imported.
    """
    root = ElementTree.Element("quiz")
    for chapter, (questions, quiz) in chapters.items():
        title = quiz.title_raw.partition(" · ")[2].replace("/", "//")
        category = ElementTree.SubElement(root, "question", type="category")
        _text(category, "category", f"top/{TITLE}/{chapter:02d} · {title}")
        _text(category, "info", NOTICE.format(chapter, TITLE), format="plain_text")
        for question in questions:
            root.append(_moodle_question(question))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _moodle_question(question):
    kind = "numerical" if question.kind == "number" else "multichoice"
    element = ElementTree.Element("question", type=kind)
    _text(element, "name", f"{question.name} · objective {question.objective}")
    _text(element, "questiontext", practice.to_html(question.text), format="html")
    ElementTree.SubElement(element, "idnumber").text = f"{SLUG}-{question.name}"
    if question.kind == "number":
        for text, share, say in zip((_number(question.value), "*"), (100, 0), question.say):
            answer = _answer(element, text, share, say)
            ElementTree.SubElement(answer, "tolerance").text = _number(question.within if share else 0)
        return element
    single = question.kind == "single"
    ElementTree.SubElement(element, "single").text = str(single).lower()
    ElementTree.SubElement(element, "shuffleanswers").text = "true"
    ElementTree.SubElement(element, "answernumbering").text = "abc"
    count = Counter(option.right for option in question.options)
    for option in question.options:
        share = 100 / count[True] if option.right else 0 if single else -100 / count[False]  # all ticked: 0
        _answer(element, practice.to_html(option.text), share, option.say, format="html")
    return element


def _answer(element, text, share, say, **attributes):
    answer = ElementTree.SubElement(element, "answer", fraction=f"{share:.7g}", **attributes)
    ElementTree.SubElement(answer, "text").text = text
    _text(answer, "feedback", practice.to_html(say), format="html")
    return answer


def _text(parent, tag, text, **attributes):
    ElementTree.SubElement(ElementTree.SubElement(parent, tag, attributes), "text").text = text


def _number(value):
    """Write a number with all its decimals, without an exponent and without the noise of binary arithmetic."""
    return np.format_float_positional(round(value, 10), trim="-")
