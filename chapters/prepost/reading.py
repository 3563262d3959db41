"""One reader for every table of a study: text files and workbooks in, cells of text out.

Nothing is guessed here about what cells mean. What was not plain, such as a separator, an encoding or a title above the
header, is read as what it is and said in ``notes``; what cannot be read with certainty is refused with its row.
"""

import codecs
import csv
import datetime
import functools
import io
import itertools
import re
import unicodedata
import zipfile
from collections import Counter
from dataclasses import dataclass, field

import pandas as pd

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
REFUSED = {  # how files begin that are not what they are called, and what to do about them
    b"$FL2": ("an SPSS file", "In SPSS: File > Export > CSV, with value labels; or File > Save as > Excel."),
    b"$FL3": ("an SPSS file", "In SPSS: File > Export > CSV, with value labels; or File > Save as > Excel."),
    b"%PDF": ("a PDF", "Export the answers from the survey platform as CSV or as an Excel workbook."),
    b"\xd0\xcf\x11\xe0": ("a workbook of Excel 2003 or older, or one with a password", "Save it as .xlsx without a password."),
    b"\x1f\x8b": ("a compressed file", "Unpack it first."),
}
PLAIN = str.maketrans({"‘": "'", "’": "'", "‚": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
GENERIC = {"", "response", "open-ended response"}  # SurveyMonkey's second header row, where the first has the question


class Unreadable(ValueError):
    """A file that cannot be read with certainty; the message says where and what to do."""


@functools.lru_cache(maxsize=1 << 16)
def plain(text):
    """Write a text as it is compared: one form for accents, quotation marks, dashes, blanks, invisible signs and case.

    >>> plain("  Don\\u2019t\\u00a0AGREE \\u200b") == plain("don't agree")
    True
    """
    text = unicodedata.normalize("NFKC", str(text)).translate(PLAIN)
    text = "".join("-" if unicodedata.category(sign) == "Pd" or sign == "−" else sign for sign in text)
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return " ".join(text.casefold().split())


@functools.lru_cache(maxsize=1 << 16)
def shown(text):
    """Write a header or a cell as a person sees it: blanks and line breaks as one blank, nothing invisible."""
    return " ".join("".join(sign for sign in str(text) if unicodedata.category(sign) != "Cf").split())


def sheets(content, name="the file"):
    """Read a file as text cells.

    Parameters
    ----------
    content : bytes
        The file: CSV with any usual separator and encoding, or an Excel workbook (.xlsx).
    name : str, optional
        What messages call it.

    Returns
    -------
    dict
        For each sheet (a text file has one, called ""): the notes, and the rows as (row number, list of cells).

    Raises
    ------
    Unreadable
        If it is empty, another kind of file, or has a quotation mark that swallows rows.
    """
    if not content.strip(b"\0 \r\n\t"):
        raise Unreadable(f"{name} is empty. Export it again.")
    for start, (kind, advice) in REFUSED.items():
        if content.startswith(start):
            raise Unreadable(f"{name} is {kind}, which is not read here. {advice}")
    if content.startswith(b"PK\x03\x04"):
        return _workbook(content, name)
    if content.lstrip()[:9].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise Unreadable(f"{name} is a web page, although it may be called otherwise. Open it and save it as .xlsx or CSV.")
    text, encoding = _decode(content, name)
    if "\n" in text:  # a return alone is a line break within a cell there, not the end of a row as on an old Mac
        text = re.sub(r"\r(?!\n)", " ", text)
    separator, rows = _split(text, name)
    notes = [f"text in {encoding}"] * (encoding not in ("UTF-8", "ASCII"))
    notes += [f"columns separated by {SEPARATORS[separator]}"] * (separator != ",")
    return {"": (notes, rows)}


def _workbook(content, name):
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except zipfile.BadZipFile:
        raise Unreadable(f"{name} is a damaged workbook or archive. Export it again.") from None
    if "xl/workbook.xml" not in names:
        kind = "an OpenDocument spreadsheet" if "content.xml" in names else "an archive, not a workbook"
        advice = "Save it as .xlsx or CSV." if "content.xml" in names else "Unpack it, and give the files in it."
        raise Unreadable(f"{name} is {kind}, which is not read here. {advice}")
    try:
        frames = pd.read_excel(
            io.BytesIO(content), sheet_name=None, header=None, dtype=object, na_filter=False, engine="openpyxl"
        )
    except Exception as error:  # openpyxl says many things about damaged workbooks
        raise Unreadable(f"{name} cannot be read as a workbook ({error}). Open it and save it anew as .xlsx.") from None
    tables = {}
    for sheet, frame in frames.items():
        rows = [(number, [_cell(value) for value in row]) for number, row in enumerate(frame.itertuples(index=False), 1)]
        rows = [(number, row) for number, row in rows if any(shown(cell) for cell in row)]
        if rows:
            tables[str(sheet)] = [], rows
    if not tables:
        raise Unreadable(f"{name} is an empty workbook. Export it again.")
    return tables


def _cell(value):
    """Write a cell of a workbook as text: whole numbers without decimals, dates as ISO 8601 has them."""
    if value is None or isinstance(value, float) and pd.isna(value) or value is pd.NaT:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "seconds")
    return str(value)


def _decode(content, name):
    marks = [(codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")]
    encoding = next((encoding for mark, encoding in marks if content.startswith(mark)), None)
    if not encoding and b"\0" in content[:4000]:
        encoding = "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
    if not encoding:
        try:
            return _whole(content.decode("utf-8"), name), "UTF-8"
        except UnicodeDecodeError:
            pass
        for encoding, called in (("cp1252", "Windows-1252"), ("mac_roman", "Mac Roman")):
            try:
                return _whole(content.decode(encoding), name), called
            except UnicodeDecodeError:
                pass
    try:
        return _whole(content.decode(encoding), name), "UTF-8" if encoding == "utf-8-sig" else "UTF-16"
    except UnicodeDecodeError as error:
        place = content[: error.start].count(b"\n") + 1
        raise Unreadable(f"{name}, line {place}: text that is damaged. Export the file again, as CSV UTF-8.") from None


def _whole(text, name):
    if "\0" in text:
        raise Unreadable(f"{name} is not a text file: it holds NUL characters. Export it again, as CSV UTF-8 or .xlsx.")
    return text


def _split(text, name):
    """Find the separator under which most rows have the same number of cells, and return it with the rows."""
    told = re.match(r"sep=(.)\r?\n?", text, re.IGNORECASE)
    best, failed = (0, ",", None), None
    for separator in (told[1],) if told and told[1] in SEPARATORS else SEPARATORS:
        try:
            rows = _rows(text, separator)
        except (csv.Error, _Swallowed) as error:
            # how well it would do, were it not for the quotation marks
            lengths = Counter(line.count(separator) for line in text.splitlines() if line.strip())
            weight = max((count * (length > 0), length) for length, count in lengths.items())
            if failed is None or weight > failed[0]:
                failed = weight, separator, error
            continue
        lengths = Counter(len(row) for _, row in rows if len(row) > 1)
        length, count = max(lengths.items(), key=lambda both: (both[1], both[0]), default=(1, 0))
        score = count / max(1, len(rows)) * min(length, 3) + length / 1e4
        if best[2] is None or score > best[0]:
            best = score, separator, rows
    if best[2] is None or failed and failed[0][0] and best[0] < 1:
        raise Unreadable(f"{name}{_quote(text, failed[1], failed[2])}")
    rows = best[2][1:] if told else best[2]
    if not rows:
        raise Unreadable(f"{name} has no rows. Export it again.")
    return best[1], rows


class _Swallowed(Exception):
    """A cell that holds whole rows."""

    def __init__(self, row):
        self.row = row


def _rows(text, separator):
    def read(**how):
        rows = []
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True, **how), 1):
            if any(shown(cell) for cell in row):
                rows.append((number, row))
        return rows

    try:
        rows = read()
    except csv.Error:
        if '\\"' not in text:
            raise
        rows = read(escapechar="\\")
    width = Counter(len(row) for _, row in rows).most_common(1)[0][0] if rows else 0
    for number, row in rows:
        for cell in row:
            if width > 2 and any(line.count(separator) >= width - 1 for line in cell.splitlines()[1:]):
                raise _Swallowed(number)
    return rows


def _quote(text, separator, error):
    """Say where the quotation mark stands that hides the end of its cell."""
    if isinstance(error, _Swallowed):
        row = error.row
    else:
        row, reader = 0, csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        try:
            for row, _ in enumerate(reader, 1):
                pass
        except csv.Error:
            row += 1
    return (
        f", row {row}: a quotation mark opens a cell there and does not close it, so that what follows would be lost. "
        'Write "" for a quotation mark within a cell, or remove it, or export the file as .xlsx.'
    )


@dataclass
class Survey:
    """One survey as it was exported: columns by name, and a row for each submission."""

    name: str
    header: list
    rows: list  # (row number, {column: cell})
    texts: dict = field(default_factory=dict)  # the question of a column, where the export has it
    notes: list = field(default_factory=list)
    platform: str = ""

    def column(self, name):
        """Return all cells of a column."""
        return [row[name] for _, row in self.rows]


def survey(rows, name, notes=()):
    """Find the header of an export, and what stands above and below it.

    Parameters
    ----------
    rows : list of (int, list of str)
        As `sheets` returns them.
    name : str
        What messages call the export.
    notes : list of str, optional
        What `sheets` noted.

    Returns
    -------
    Survey

    Raises
    ------
    Unreadable
        If there is no row below the header, a row has more cells than the header, or a second header differs.
    """
    notes = list(notes)
    filled = [sum(bool(shown(cell)) for cell in row) for _, row in rows]
    top = next(place for place, count in enumerate(filled) if count >= max(filled) / 2)
    if top:
        notes.append(f"{'a row' if top == 1 else f'{top} rows'} above the header left out")
    (first, names), body = rows[top], rows[top + 1 :]
    width = max((place + 1 for place, cell in enumerate(names) if shown(cell)), default=0)
    names = names[:width]
    texts, platform = [], ""
    imports = next((place for place, (_, row) in enumerate(body[:4]) if _imports(row)), None)
    if imports is not None:
        platform, texts, body = "Qualtrics", body[0][1] if imports else [], body[imports + 1 :]
    elif body and {plain(cell) for cell in names} & {"recordeddate", "responseid"} and "response id" in map(plain, body[0][1]):
        platform, texts, body = "Qualtrics", body[0][1], body[1:]
    elif body and plain(names[0]) == "respondent id" and not shown(body[0][1][0]):
        platform, texts = "SurveyMonkey", names
        second = (body[0][1] + [""] * width)[: max(width, len(body[0][1]))]
        question, names = "", [*names, *[""] * (len(second) - width)]
        for place, below in enumerate(second):
            question = names[place] if shown(names[place]) else question
            texts = [*texts[:place], question if plain(below) in GENERIC else f"{question} - {below}", *texts[place + 1 :]]
            names[place] = names[place] if plain(below) in GENERIC else below
        width, body = len(names), body[1:]
    texts = [shown(text) for text in texts] + [""] * width
    header = [shown(cell) for cell in names]
    kept, short, again = [], 0, 0
    for number, row in body:
        if _imports(row) or [shown(cell) for cell in row[:width]] == texts[:width] and platform:
            continue  # below a header that is repeated
        if [shown(cell) for cell in row[:width]] == header:
            again += 1
            continue
        if len({plain(cell) for cell in row if shown(cell)} & {plain(cell) for cell in header if cell}) > width / 2:
            raise Unreadable(f"{name}, row {number}: a second header, unlike the first. Give each export as a file of its own.")
        if any(shown(cell) for cell in row[width:]):
            raise Unreadable(
                f"{name}, row {number}: {len(row)} cells, but the header has {width}. "
                "A separator inside a cell needs quotation marks around it: export as .xlsx, or mend the row."
            )
        short += len(row) < width
        cells = [*row[:width], *[""] * (width - len(row))]
        if any(shown(cell) for cell in cells):
            kept.append((number, cells))
    if not kept:
        raise Unreadable(f"{name} has no row below its header (row {first}). Was the survey exported before anybody answered?")
    if short:
        notes.append(f"{short} rows that end early: the missing cells taken as empty")
    if again:
        notes.append(f"{again + 1} exports below each other read as one")
    used = [place for place in range(width) if header[place] or any(shown(cells[place]) for _, cells in kept)]
    counts, columns = Counter(), []
    for place in used:
        label = header[place] or f"(column {place + 1})"
        counts[label] += 1
        columns.append(label if counts[label] == 1 else f"{label} ({counts[label]})")
    twice = [label for label, count in counts.items() if count > 1]
    if twice:
        notes.append(f"{len(twice)} names stand above several columns; the later ones are called “{twice[0]} (2)” and so on")
    records = [(number, {column: cells[place] for column, place in zip(columns, used)}) for number, cells in kept]
    return Survey(
        name, columns, records, {column: texts[place] for column, place in zip(columns, used) if texts[place]}, notes, platform
    )


def _imports(row):
    return any(re.match(r"""\s*\{\s*['"]ImportId['"]""", cell) for cell in row)


def records(rows):
    """Read a table of the description: rows as (row number, {column: cell}), below the line of help if there is one."""
    header = [plain(cell) for cell in rows[0][1]]
    return [
        (number, {column: shown(cell) for column, cell in itertools.zip_longest(header, row[: len(header)], fillvalue="")})
        for number, row in rows[1:]
        if not shown(row[0]).startswith("#")
    ]


def number_in(text):
    """Return the number that a text is, with a point or a comma before the decimals, or None."""
    text = plain(text)
    return float(text.replace(",", ".")) if re.fullmatch(r"[-+]?\d{1,9}([.,]\d{1,6})?", text) else None


def is_range(labels, low, high):
    ends = re.fullmatch(r"\D*?(-?[\d.]+)\s*(?:-|to|bis|à|\.\.)\s*(-?[\d.]+)\D*", plain(labels))
    return bool(ends) and [number_in(end) for end in ends.groups()] == [low, high]
