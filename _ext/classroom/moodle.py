"""Questions as Moodle XML, which keeps all of them, and as GIFT, which other programs read too.

What Moodle reads is in its source code: `question/format/xml/format.php` and `question/format/gift/format.php`.
"""

import re
from collections import Counter

import practice
from lxml import etree

from ..shared.questions import notice, number
from ..shared.source import SLUG, TITLE

HINT = "Not yet. Read what is said about your answer, and try once more."


def moodle(chapters, name):
    """Write one or more chapters as Moodle XML; parameters and result as of `platforms.canvas`.

    The category's path names no context, so that the questions arrive in the question bank where they are imported.
    HTML is in CDATA, since Moodle drops white space that stands between two entities.
    """
    root = etree.Element("quiz")
    for chapter, (questions, quiz) in chapters.items():
        category = etree.SubElement(root, "question", type="category")
        _text(category, "category", _category(chapter, quiz))
        _text(category, "info", notice(chapter), format="plain_text")
        root.extend(_question(chapter, question) for question in questions)
    etree.indent(root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _question(chapter, question):
    kind = "numerical" if question.kind == "number" else "multichoice"
    element = etree.Element("question", type=kind)
    _text(element, "name", _name(question))
    _html(element, "questiontext", practice.to_html(question.text))
    if question.kind == "several":
        _html(element, "generalfeedback", _every_option(question))
    etree.SubElement(element, "idnumber").text = _identifier(question)
    if question.kind == "number":
        for text, share, say in zip((number(question.value), "*"), (100, 0), question.say):
            answer = _answer(element, text, share, say)
            etree.SubElement(answer, "tolerance").text = number(question.within if share else 0)
    else:
        etree.SubElement(element, "single").text = str(question.kind == "single").lower()
        etree.SubElement(element, "shuffleanswers").text = "true"
        etree.SubElement(element, "answernumbering").text = "abc"
        for option, share in zip(question.options, _shares(question)):
            _answer(element, etree.CDATA(practice.to_html(option.text)), share, option.say, format="html")
    hint = _html(element, "hint", HINT)  # one, so that a question of "Interactive with multiple tries" can be tried twice
    if question.kind == "several":
        for parent in (element, hint):
            etree.SubElement(parent, "shownumcorrect")
    tags = etree.SubElement(element, "tags")
    for tag in _tags(chapter, question):
        _text(tags, "tag", tag)
    return element


def _answer(element, text, share, say, **attributes):
    answer = etree.SubElement(element, "answer", fraction=f"{share:.7g}", **attributes)
    etree.SubElement(answer, "text").text = text
    _html(answer, "feedback", practice.to_html(say))
    return answer


def _html(parent, tag, text):
    return _text(parent, tag, etree.CDATA(text), format="html")


def _text(parent, tag, text, **attributes):
    element = etree.SubElement(parent, tag, attributes)
    etree.SubElement(element, "text").text = text
    return element


# --- what both formats say -------------------------------------------------------------------


def _category(chapter, quiz):
    return f"top/{TITLE}/{chapter:02d} · {quiz.title_raw.partition(' · ')[2].replace('/', '//')}"


def _name(question):
    return f"{question.name} · objective {question.objective}"


def _identifier(question):
    return f"{SLUG}-{question.name}"


def _tags(chapter, question):
    return f"chapter {chapter}", f"chapter {chapter} · objective {question.objective}"


def _shares(question):
    """Return the per cent that each option gives: the right ones 100 together; whoever ticks all gets none."""
    count = Counter(option.right for option in question.options)
    wrong = 0 if question.kind == "single" else -100
    return [100 / count[True] if option.right else wrong / count[False] for option in question.options]


def _every_option(question):
    """Explain every option, since Moodle shows what is said about those only that were ticked."""
    items = "".join(
        f"<li>{'✓' if option.right else '✗'} {practice.to_html(option.text)} → {practice.to_html(option.say)}</li>"
        for option in question.options
    )
    return f"<p>✓ is to be ticked, ✗ is not.</p><ul>{items}</ul>"


# --- GIFT ------------------------------------------------------------------------------------


def gift(chapters, name):
    """Write one or more chapters as GIFT; parameters and result as of `platforms.canvas`. It has no hints."""
    blocks = []
    for chapter, (questions, quiz) in chapters.items():
        blocks.append(f"$CATEGORY: {_category(chapter, quiz)}")
        for question in questions:
            marks = [f"[id:{_identifier(question)}]", *(f"[tag:{tag}]" for tag in _tags(chapter, question))]
            lines = [f"// {' '.join(marks)}", f"::{_escaped(_name(question))}::[html]{_gift_html(question.text)} {{"]
            if question.kind == "number":
                right, wrong = map(_gift_html, question.say)
                lines[-1] += "#"
                lines += [f"={number(question.value)}:{number(question.within)}#{right}", f"~#{wrong}"]
            for option, share in zip(question.options, _shares(question)):
                sign = f"~%{share:.7g}%" if question.kind == "several" else "=" if option.right else "~"
                lines.append(f"{sign}{_gift_html(option.text)}#{_gift_html(option.say)}")
            if question.kind == "several":
                lines.append(f"####{_escaped(_every_option(question))}")
            blocks.append("\n".join([*lines, "}"]))
    return ("\n\n".join(blocks) + "\n").encode()


def _gift_html(text):
    return _escaped(practice.to_html(text))


def _escaped(text):
    return re.sub(r"([\\~=#{}:])", r"\\\1", text)
