"""A chapter's self-test and its key, for a pencil, as HTML."""

import practice

from ..shared import questions


def with_pencil(chapter):
    """Write a chapter's self-test, with boxes to tick and blanks to fill."""
    items = ""
    for question in practice.questions(chapter):
        note = " (More than one may be right.)" if question.kind == "several" else ""
        box = "☐" if question.kind == "several" else "○"
        options = "".join(
            f"<li>{box} {letter}) {practice.to_html(option.text)}</li>" for letter, option in zip("abcdefgh", question.options)
        )
        body = f'<ul class="options">{options}</ul>' if options else '<p>Your answer: <span class="blank"></span></p>'
        number = question.name.split(".")[1]
        text = practice.to_html(question.text)
        items += f'<li class="compound"><p class="question">{number}. {text}{note}</p>{body}</li>'
    return f'<ul class="questions" data-chapter="{chapter}">{items}</ul>'


def key(chapter):
    """Write the key to a chapter's self-test: what is right, and what to say to each option."""
    items = ""
    for question in practice.questions(chapter):
        lines = ""
        for right, letter, text, say in questions.key(question):
            answer = f"✓ {letter or text}" if right else f"✗ {letter or text}"
            answer += ")" if letter else " →"
            lines += f"<li>{f'<b>{answer}</b>' if right else answer} {practice.to_html(say)}</li>"
        name = f'<p class="question">Question {question.name.split(".")[1]}</p>'
        items += f'<li class="compound">{name}<ul class="options">{lines}</ul></li>'
    return f'<ul class="questions key">{items}</ul>'
