"""What the page *Your survey* and ``make results`` give back: results, files, a workbook; `survey` and `drafting` ask."""

import dataclasses
import io
import json
import re

import altair as alt
import openpyxl
import pandas as pd
from openpyxl.styles import Alignment, Font

from .document import document
from .files import TABLES, WAVES
from .report import flow_figure, results, results_figure, results_paragraph, results_software, results_table
from .survey import Study

HELP = {
    "instruments": {
        "instrument": "# a short name", "name": "as it is printed", "lowest": "lowest answer to one item, as a number",
        "highest": "highest answer", "labels": "the answers from lowest to highest, semicolons between; empty if people give a number",
        "higher_means": "what more points mean", "max_skipped": "items that a person may skip and still have a score",
    },
    "items": {
        "item": "# its column in the first survey", "instrument": "which it belongs to", "wording": "as people read it",
        "reversed": "yes or no: reverse-scored?", "after": "its column in the second survey, if that has another name",
    },
    "answers": {"question": "# do not change", "answer": "write yes to accept what is proposed, or one of the choices",
                "asked": "", "seen": "", "choices": "", "proposed": ""},
}  # fmt: skip


def step(files, answers):
    """Go as far with a study as its answers allow.

    Parameters
    ----------
    files : dict
        ``{name: bytes}``.
    answers : dict
        ``{key of a question: answer}``.

    Returns
    -------
    dict
        Plain JSON: ``questions``, as `Question` has them, with ``open``; ``notes``; ``results``, None while a question
        is open, else ``table`` and ``flow`` as HTML, ``paragraphs``, ``software``, the charts ``figure`` and
        ``flow_figure`` as Vega-Lite, and ``warnings``.
    """
    study = Study(files, answers)
    found = None
    if study.scores is not None:
        found = _results(study)
    still = {id(question) for question in study.open}
    questions = [
        {**dataclasses.asdict(question), "choices": list(question.choices.items()), "open": id(question) in still}
        for question in study.questions
    ]
    return {"questions": questions, "notes": study.notes, "results": found}


def _results(study):
    counted, warnings = counted_instruments(study)
    if not len(counted):
        return {"table": "", "paragraphs": [], "software": results_software(), "flow": study.flow.to_html(border=0),
                "figure": None, "flow_figure": flow_figure(study.flow).to_dict(), "warnings": warnings}  # fmt: skip
    table = results_table(study.scores, counted)
    return {
        "table": table.T.to_html(border=0),
        "paragraphs": [results_paragraph(table, name) for name in table.index],
        "software": results_software(),
        "flow": study.flow.to_html(border=0),
        "figure": results_figure(study.scores, counted).to_dict(),
        "flow_figure": flow_figure(study.flow).to_dict(),
        "warnings": warnings,
    }


def counted_instruments(study):
    """Return the instruments with pairs enough for a test, and a sentence about each of the others."""
    pairs = {name: len(study.scores[[f"{name}_{wave}" for wave in WAVES]].dropna()) for name in study.instruments.index}
    few = [name for name, count in pairs.items() if count < 6]
    warnings = [
        f"{study.instruments.at[name, 'name']}: {pairs[name]} people have both scores. A 95% interval needs at least six, "
        "so there is no row for it."
        for name in few
    ]
    return study.instruments.drop(index=few), warnings


def downloads(files, answers, pictures=None):
    """Write the files of a report.

    Parameters
    ----------
    files, answers : dict
        As for `step`; no question is open.
    pictures : dict, optional
        ``figure.png`` and ``flow.png`` as bytes, for the document.

    Returns
    -------
    dict
        ``{name: bytes}``: ``report.docx``, ``results.csv``, ``scores.csv``, ``flow.csv``, ``study.xlsx`` (the
        description, the answers and the exports, to be given back), ``repeat.ipynb``.

    Raises
    ------
    ValueError
        If a question is open.
    """
    study = Study(files, answers)
    if study.scores is None:
        raise ValueError("There is no result yet:\n" + "\n".join(map(str, study.open)))
    counted, warnings = counted_instruments(study)
    made = {
        "scores.csv": _csv(study.scores.sort_index()),
        "flow.csv": _csv(study.flow.rename_axis("step")),
        "study.xlsx": workbook(study),
        "repeat.ipynb": _notebook(files, study.given),
    }
    blocks = [("heading", "Results")]
    if len(counted):
        numbers = results(study.scores, counted)
        made["results.csv"] = _csv(numbers)
        table = results_table(study.scores, counted)
        upright = [["", *table.index], *([row, *table[row]] for row in table.columns)]
        blocks += [("paragraph", results_paragraph(table, name)) for name in table.index]
        blocks += [("table", upright)]
        blocks += [("picture", pictures["figure.png"], results_figure(study.scores, counted).description)] if pictures else []
    blocks += [("paragraph", warning) for warning in warnings]
    blocks += [("heading", "Who is in it")]
    blocks += [("picture", pictures["flow.png"], flow_figure(study.flow).description)] if pictures else []
    blocks += [
        (
            "table",
            [
                ["", "first survey", "second survey"],
                *([step, *map(str, row)] for step, row in zip(study.flow.index, study.flow.to_numpy())),
            ],
        )
    ]
    blocks += [("heading", "How it was read"), *(("paragraph", note) for note in study.notes)]
    blocks += [("paragraph", f"{question.title} {_said(question)}") for question in study.questions if question.settled]
    blocks += [("paragraph", results_software())]
    made["report.docx"] = document(blocks)
    return made


def ahead(files, given):
    """Return the study with all that it would ask if each proposal were accepted, so that all can be answered at once."""
    assumed = dict(given)
    while True:
        study = Study(files, assumed)
        new = {question.key: "yes" if question.proposal else next(iter(question.choices), "") for question in study.open}
        new = {key: answer for key, answer in new.items() if answer and key not in assumed}
        if not new:
            break
        assumed |= new
    given = Study(files, given).given  # with those of a table of answers
    for question in study.questions:
        if question.key not in given:
            question.settled = ""
    return study


def _said(question):
    """Say the answer to a question in words, where it is the number of a choice."""
    words = {value: said for value, said in question.choices.items() if value.isdecimal() and said}
    return "; ".join(words.get(part, part) for part in question.settled.split("; "))


def _csv(table):
    return table.to_csv(lineterminator="\n").encode()


def workbook(study):
    """Write a study as one workbook: its description, its questions with their answers, and its exports as they came.

    Given back, it is read as the study: see `Study`. Only text is written, so that a code such as 007 stays what it is.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    tables = {}
    if study.described or study.scores is not None and not study.open:
        tables["instruments"] = study.instruments.reset_index()[TABLES["instruments"]]
        tables["items"] = study.items.reset_index().reindex(columns=[*TABLES["items"], "after"])
    asked = [
        {"question": question.key, "answer": question.settled, "asked": question.title, "seen": "; ".join(question.seen),
         "choices": "; ".join(f"{value} ({words})" if words else value for value, words in question.choices.items()), "proposed": question.proposal}
        for question in study.questions if question.form != "mend"
    ]  # fmt: skip
    if "instruments" in tables:  # a described study asks for the code's column in each survey, a drafted one once
        known = {row["question"] for row in asked}
        asked += [
            {"question": f"code: {wave}", "answer": name} for wave, name in study.code.items() if f"code: {wave}" not in known
        ]
    tables["answers"] = pd.DataFrame(asked, columns=list(HELP["answers"]))
    for name, table in tables.items():
        rows = [list(table.columns), [HELP[name].get(column, "") for column in table.columns]]
        rows += [
            ["" if pd.isna(cell) else f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row]
            for row in table.itertuples(index=False)
        ]
        _sheet(book, name, rows, head=2)
    chosen = [study.surveys[wave].name for wave in WAVES if wave in study.surveys]
    whole = set(chosen) <= set(study.grids) and chosen  # of three waves only the two that are compared are written
    for number, (called, rows) in enumerate(study.grids.items()):
        if whole and called not in chosen:
            continue
        wave = next((wave for wave in WAVES if wave in study.surveys and study.surveys[wave].name == called), "")
        _sheet(book, wave or f"survey {number + 1}", [row for _, row in rows])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _sheet(book, name, rows, head=1):
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", name)[:31])
    for row in rows:
        sheet.append([openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row])
    for row in sheet.iter_rows():
        for cell in row:
            cell.data_type, cell.number_format = "s", "@"  # never a formula, never a number
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=cell.row == 1, italic=cell.row == 2 and head == 2)
    for column in sheet.columns:
        sheet.column_dimensions[column[0].column_letter].width = min(
            48, max(12, *(len(str(cell.value or "")) for cell in column))
        )
    sheet.freeze_panes = f"A{head + 1}"


def _notebook(files, answers):
    """Write the steps as a notebook that repeats them."""
    cells = [
        ("markdown", "# What was done\n\nPut this notebook into the folder `chapters` of the book *Before and After*, and the files beside it."),
        ("code", f"from pathlib import Path\n\nimport prepost\n\nnames = {json.dumps(list(files), ensure_ascii=False)}\n"
                 "study = prepost.Study(\n    {name: Path(name).read_bytes() for name in names},\n"
                 f"    {json.dumps(answers, ensure_ascii=False, indent=4)},\n)\nstudy.open  # nothing may be open"),
        ("code", "study.flow"),
        ("code", "table = prepost.results_table(study.scores, study.instruments)\ntable.T"),
        ("code", "for name in table.index:\n    print(prepost.results_paragraph(table, name))\nprint(prepost.results_software())"),
    ]  # fmt: skip
    made = [
        {"cell_type": kind, "id": f"step-{number}", "metadata": {}, "source": text, **({"execution_count": None, "outputs": []} if kind == "code" else {})}
        for number, (kind, text) in enumerate(cells)
    ]  # fmt: skip
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps(
        {"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False, indent=1
    ).encode()


def pictures(study):
    """Draw the two charts as PNG, where vl-convert is installed (it is not in the browser, which draws them itself)."""
    import vl_convert

    counted, _ = counted_instruments(study)
    charts = {"flow.png": flow_figure(study.flow).properties(width=460)}
    charts |= {"figure.png": results_figure(study.scores, counted)} if len(counted) else {}
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    return {
        name: vl_convert.vegalite_to_png(json.dumps({**chart.to_dict(), "background": "white"}), vl_version=version, scale=2)
        for name, chart in charts.items()
    }
