"""Write the question bank for learning platforms: QTI 1.2 for Canvas, Moodle XML for Moodle.

    .venv/bin/python _ext/lms.py [OUT]

The questions are those of `chapters/quizzes/NN.txt`. text2qti writes the QTI, this module the rest. A question that
would not arrive as the book asks it is refused. The same questions give the same bytes.
"""

import io
import re
import sys
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import unescape

import numpy as np
from text2qti.config import Config
from text2qti.err import Text2qtiError
from text2qti.qti import QTI
from text2qti.quiz import Quiz

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "chapters"))
sys.path.append(str(ROOT / "_ext"))
import about  # noqa: E402
import practice  # noqa: E402

OUT = ROOT / "_build" / "lms"
IDENT = about.SLUG.replace("-", "_")
LICENCE = "CC BY 4.0 - https://creativecommons.org/licenses/by/4.0/"
NOTICE = "From the self-test of chapter {} of the open book {}, CC BY 4.0."
KINDS = ("single", "several", "number")
TYPOGRAPHY = {  # what text2qti makes of plain quotation marks, dashes and dots
    **dict.fromkeys(("&ldquo;", "&rdquo;", "&quot;"), '"'),
    **dict.fromkeys(("&lsquo;", "&rsquo;"), "'"),
    "&ndash;": "--",
    "&mdash;": "---",
    "&hellip;": "...",
}
README = f"""The questions of the self-tests in the book "{about.TITLE}", for learning platforms.

canvas/{about.SLUG}.zip      all chapters, for Canvas: one quiz and one question bank a chapter
canvas/{about.SLUG}-NN.zip   chapter NN alone
moodle/{about.SLUG}.xml      all chapters, for Moodle: one category a chapter
moodle/{about.SLUG}-NN.xml   chapter NN alone

Import a chapter once: the file with all chapters holds the same questions again.

Canvas: in the course, Settings > Import Course Content. Content Type: QTI .zip file. Choose the .zip file as it is,
leave "Default Question bank" alone, see that "Import existing quizzes as New Quizzes" is not ticked, then Add to Import
Queue.
The quizzes arrive unpublished. When you import a later version of the book, tick "Overwrite assessment content with
matching IDs": then it replaces the earlier one; else you have every quiz twice.

Moodle: in the question bank, Import. File format: Moodle XML format. Leave "Get category from file" ticked, choose the
.xml file, then Import. Moodle never replaces a question: before you import a later version, delete or move the category
"{about.TITLE}", or you have every question twice. The second ones have no ID number.

Neither file has been imported into a running Canvas or Moodle; both follow what the two importers' source code reads.

The questions are licensed CC BY 4.0: use and change them, and name the book.
"""


def make(out=OUT):
    """Write all files of the question bank.

    Parameters
    ----------
    out : path-like, optional
        The folder to write to: `canvas/`, `moodle/` and `README.txt`. Default: `_build/lms`.

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
    files = sorted((practice.HERE / "quizzes").glob("*.txt"))
    if not files:
        raise ValueError(f"There are no questions in {practice.HERE / 'quizzes'}.")
    chapters = {int(path.stem): _read(int(path.stem)) for path in files}
    names = {about.SLUG: list(chapters), **{f"{about.SLUG}-{chapter:02d}": [chapter] for chapter in chapters}}
    made = {}
    for kind, suffix, write in (("canvas", "zip", canvas), ("moodle", "xml", moodle)):
        (out / kind).mkdir(parents=True, exist_ok=True)
        for name, members in names.items():
            path = out / kind / f"{name}.{suffix}"
            path.write_bytes(write({chapter: chapters[chapter] for chapter in members}, name))
            made[path] = [question for chapter in members for question in chapters[chapter][0]]
    (out / "README.txt").write_text(README, encoding="utf-8", newline="\n")
    return made


def _read(chapter):
    """Read a chapter's questions, ours and text2qti's, and refuse what would differ in Canvas."""
    questions, file = practice.questions(chapter), f"quizzes/{chapter:02d}.txt"
    try:
        quiz = Quiz((practice.HERE / file).read_text(encoding="utf-8"), config=Config(), source_name=file)
    except Text2qtiError as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"text2qti, which writes the files for Canvas, stopped. {reason}") from error
    if not re.match(rf"{chapter} · .", quiz.title_raw or ""):
        raise ValueError(f"{file}: the first line must be 'Quiz title: {chapter} · ' and the chapter's title.")
    for ours, theirs in zip(questions, quiz.questions_and_delims):
        # text2qti's own identifiers are hashes, so that a question with another comma would be another question
        theirs.id = f"{IDENT}_{ours.name.replace('.', '_')}"
        texts = [(ours.text, theirs.question_html_xml)]
        for option, choice in zip(ours.options, theirs.choices):
            texts += [(option.text, choice.choice_html_xml), (option.say, choice.feedback_html_xml)]
        if ours.kind == "number":
            texts += zip(ours.say, (theirs.correct_feedback_html_xml, theirs.incorrect_feedback_html_xml))
            # text2qti rounds to four decimals, and with them the tolerance
            ends = map(_number, (ours.value - ours.within, ours.value, ours.value + ours.within))
            theirs.numerical_min_html_xml, theirs.numerical_exact_html_xml, theirs.numerical_max_html_xml = ends
        for text, html in texts:
            shown = _plain(unescape(html))
            if shown != practice.to_html(text):
                raise ValueError(
                    f"{file}, question {ours.name}: Canvas would show {shown!r}, the book {practice.to_html(text)!r}. "
                    "Write it in plain words, with no other markup than emphasis and code."
                )
    quiz.id = f"{IDENT}_{chapter:02d}"
    quiz.shuffle_answers_xml = "true"
    quiz.description_html_xml = NOTICE.format(chapter, about.TITLE)
    return questions, quiz


def _plain(html):
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
    for old, new in (
        (r'(?<=<manifest identifier=")[^"]*', name),
        (resources, "".join(re.search(resources, qti.imsmanifest_xml)[0] for qti in made)),
        (r"(?s) *<imsmd:lifeCycle>.*</imsmd:lifeCycle>\n", ""),  # it holds nothing but today's date
        (r"Private \(Copyrighted\)[^<]*", LICENCE),
    ):
        manifest = re.sub(old, lambda _: new, manifest)
    files["imsmanifest.xml"] = manifest
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for path, content in files.items():
            package.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)  # dated 1980, always
    return stream.getvalue()


def moodle(chapters, name):
    """Write one or more chapters as Moodle XML; parameters and result as of `canvas`.

    The category's path names no context, so that the questions arrive in the question bank where they are imported.
    """
    root = ElementTree.Element("quiz")
    for chapter, (questions, quiz) in chapters.items():
        title = quiz.title_raw.partition(" · ")[2].replace("/", "//")
        category = ElementTree.SubElement(root, "question", type="category")
        _text(category, "category", f"top/{about.TITLE}/{chapter:02d} · {title}")
        _text(category, "info", NOTICE.format(chapter, about.TITLE), format="plain_text")
        for question in questions:
            root.append(_moodle_question(question))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _moodle_question(question):
    kind = "numerical" if question.kind == "number" else "multichoice"
    element = ElementTree.Element("question", type=kind)
    _text(element, "name", f"{question.name} · objective {question.objective}")
    _text(element, "questiontext", practice.to_html(question.text), format="html")
    ElementTree.SubElement(element, "idnumber").text = f"{about.SLUG}-{question.name}"
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


def main(out=OUT):
    """Write the files and say what was made."""
    made = make(out)
    print("file                            questions  single  several  number      size")
    for path, questions in made.items():
        kinds = Counter(question.kind for question in questions)
        counts = "".join(f"{kinds[kind]:>{len(kind) + 2}}" for kind in KINDS)
        name, size = f"{path.parent.name}/{path.name}", path.stat().st_size / 1000
        print(f"{name:<32}{len(questions):>9}{counts}{size:>7.0f} kB")
    print(f"They are in {out}, with a README.txt that says how to import them.")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:2])
    except ValueError as error:
        sys.exit(str(error))
