"""The question bank for learning platforms: Canvas, Moodle, Blackboard and Brightspace, and GIFT for others.

The questions are those of `chapters/quizzes/NN.txt`. text2qti writes QTI 1.2 for Canvas, which this module packs;
`moodle` and `uploads` write the rest. A question that would not arrive as the book asks it is refused. The same
questions give the same bytes.
"""

import html
import io
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, unescape

import practice
from prepost.files import write_zip
from text2qti.qti import QTI

from ..shared.questions import notice, number
from ..shared.source import SLUG, TITLE
from .moodle import gift, moodle
from .uploads import blackboard, brightspace, left_out

ADAPT = "adapt _ext/classroom/platforms.py to this version of text2qti."
IDENT = SLUG.replace("-", "_")
LICENCE = "CC BY 4.0 - https://creativecommons.org/licenses/by/4.0/"
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
        The folder to write to: a folder for each of `FORMATS`, and `README.txt`.

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
    for kind, (suffix, write) in FORMATS.items():
        (out / kind).mkdir(parents=True, exist_ok=True)
        for name, members in names.items():
            path = out / kind / f"{name}.{suffix}"
            path.write_bytes(write({chapter: chapters[chapter] for chapter in members}, name))
            made[path] = [question for chapter in members for question in chapters[chapter][0]]
            if kind == "brightspace":
                made[path] = [question for question in made[path] if question.kind != "number"]
    text = README.format(title=TITLE, slug=SLUG, left_out=", ".join(left_out(chapters)) or "none here")
    (out / "README.txt").write_text(text, encoding="utf-8", newline="\n")
    return made


def _read(chapter):
    """Read a chapter's questions, ours and text2qti's, and refuse what would differ in Canvas."""
    questions, quiz, file = practice.questions(chapter), practice.read_quiz(chapter), f"quizzes/{chapter:02d}.txt"
    if not re.match(rf"{chapter} · .", quiz.title_raw or ""):
        raise ValueError(f"{file}: the first line must be 'Quiz title: {chapter} · ' and the chapter's title.")
    for ours, theirs in zip(questions, quiz.questions_and_delims, strict=True):
        # text2qti's own identifiers are hashes, so that a question with another comma would be another question
        _replace(theirs, id=f"{IDENT}_{ours.name.replace('.', '_')}")
        texts = [(theirs, "question_html_xml", ours.text)]
        for option, choice in zip(ours.options, theirs.choices):
            texts += [(choice, "choice_html_xml", option.text), (choice, "feedback_html_xml", option.say)]
        if ours.kind == "number":
            right, wrong = ours.say
            texts += [(theirs, "correct_feedback_html_xml", right), (theirs, "incorrect_feedback_html_xml", wrong)]
            # text2qti rounds to four decimals, and with them the tolerance
            low, high = map(number, _bounds(ours.value, ours.within))
            exact = number(ours.value)
            _replace(theirs, numerical_min_html_xml=low, numerical_exact_html_xml=exact, numerical_max_html_xml=high)
        for thing, attribute, text in texts:
            there = unescape(getattr(thing, attribute))
            if _as_the_book_has_it(there) != practice.to_html(text):
                raise ValueError(
                    f"{file}, question {ours.name}: Canvas would show {_as_the_book_has_it(there)!r}, the book "
                    f"{practice.to_html(text)!r}. Write it in plain words, with no other markup than emphasis and code."
                )
            _replace(thing, **{attribute: escape(_with_characters(there))})
    _replace(quiz, id=f"{IDENT}_{chapter:02d}", shuffle_answers_xml="true", description_html_xml=notice(chapter))
    return questions, quiz


def _replace(thing, **attributes):
    """Replace what text2qti has put into its objects, and writes into its files."""
    for name, value in attributes.items():
        if not hasattr(thing, name):
            raise ValueError(f"text2qti's {type(thing).__name__} has no {name}: {ADAPT}")
        setattr(thing, name, value)


def _as_the_book_has_it(text):
    """Bring text2qti's HTML into the form of `practice.to_html`: one paragraph, plain quotation marks."""
    text = " ".join(re.sub(r"(?s)^<p>((?:(?!<p>).)*)</p>$", r"\1", text).split())
    return re.sub("|".join(TYPOGRAPHY), lambda found: TYPOGRAPHY[found[0]], text)


def _with_characters(text):
    """Put characters in place of text2qti's named entities, which an older Canvas leaves out."""
    return re.sub("|".join(set(TYPOGRAPHY) - {"&quot;"}), lambda found: html.unescape(found[0]), text)


def _bounds(value, within):
    """Return the least and the largest number that is right.

    Canvas takes the difference of one of them and the value as a margin on both sides: New Quizzes that of the least,
    others that of the largest. Where binary arithmetic makes a margin a hair too small, so that an answer at the very
    edge would be wrong, both are a billionth wider.
    """
    low, high = round(value - within, 10), round(value + within, 10)
    hair = 1e-9 if min(value - low, high - value) < within else 0
    return low - hair, high + hair


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


FORMATS = {  # folder: how its files' names end, and what writes them
    "canvas": ("zip", canvas),
    "moodle": ("xml", moodle),
    "blackboard": ("txt", blackboard),
    "brightspace": ("csv", brightspace),
    "gift": ("txt", gift),
}
