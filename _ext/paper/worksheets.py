"""A worksheet for each chapter: objectives, questions, exercises with room to write, cheat sheet; no answer is in it."""

import html
import json
import re

import practice

from ..shared.source import COPYRIGHT, TITLE
from . import selftests
from .articles import article, heading, outer_html
from .book import SHEET, edition
from .pdf import whole_page

WORKSHEET = """<p class="part">Worksheet</p>
<h1>{title}</h1>
<p class="who">Name <span></span> Date <span></span></p>
{sections}"""
SECTION = """<section>
<h2>{heading}</h2>
{body}
</section>
"""
FOOT = """@page sheet-{name} {{
  @bottom-left {{ content: {words} }}
  @bottom-right {{ content: counter(page) " of " counter(pages) }}
}}
"""
LINES = {"compute": 4, "explain": 7, "judge": 9, "write": 12}  # to write on, for an exercise that asks for words


def worksheet(chapter):
    """Put a chapter's worksheet into one page of HTML: objectives, questions, exercises, room to write, cheat sheet.

    Parameters
    ----------
    chapter : int
        Its number.
    """
    path = practice.chapter_path(chapter)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    body = article(f"chapters/{path.stem}")
    title = heading(body)
    for useless in [*body.find_class("solution"), *body.xpath(".//p[strong='Next:']")]:
        useless.drop_tree()
    for link in body.xpath(".//a[starts-with(@href, '#')]"):
        link.drop_tag()
    sections = {heading(section).split(" ·")[0]: section for section in body.iter("section")}
    answers = answer_cells(cells)
    exercises = ""
    for exercise in practice.exercises(cells):
        section = sections.get(f"Exercise {exercise.name}")
        if section is None:
            raise ValueError(f"The built book lacks exercise {exercise.name} of {path.name}: run make book first.")
        exercises += f'<div class="exercise">{outer_html(section)}{room(exercise.kind, answers[exercise.name])}</div>'
    objectives = "".join(f"<li>{practice.to_html(text)}</li>" for text in practice.objectives(cells))
    parts = {
        "Objectives": objectives and f"<ol>{objectives}</ol>",
        "Test yourself": selftests.with_pencil(chapter),
        "Exercises": exercises,
    }
    words = "".join(SECTION.format(heading=name, body=part) for name, part in parts.items() if part)
    if "Cheat sheet" in sections:
        words += outer_html(sections["Cheat sheet"])
    words = WORKSHEET.format(title=html.escape(title), sections=words)
    foot = f"Worksheet {chapter} · {TITLE} · {COPYRIGHT} · edition {edition()}"
    running = FOOT.format(name="worksheet", words=json.dumps(foot, ensure_ascii=False))
    return whole_page(f"Worksheet {title}", running, SHEET.format(name="worksheet", body=words))


def answer_cells(cells):
    """Say for each exercise what kinds of cells are tagged as places for an answer: "code", "markdown", or both."""
    found, name = {}, None
    for cell in cells:
        start = re.match(r"### Exercise (\d+\.\d+)", "".join(cell["source"]))
        if start:
            name = start[1]
            found[name] = set()
        elif name and "answer" in cell["metadata"].get("tags", []):
            found[name].add(cell["cell_type"])
    return found


def room(kind, cells):
    """Write the room for an answer as HTML: a box to work in for a value, and lines for words."""
    box = '<div class="working"></div>' if cells == {"code"} and kind == "compute" else ""
    value = '<p>Answer: <span class="blank"></span></p>' if "code" in cells else ""
    lines = LINES[kind] if cells != {"code"} or kind != "compute" else 0
    return f'<div class="room">{box}{value}{"<div class=line></div>" * lines}</div>'
