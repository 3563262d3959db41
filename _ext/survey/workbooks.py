"""The workbooks that the page gives: the example, the study template, and what describes the book's own survey."""

import io
import re
import zipfile

import pandas as pd
from prepost.files import write_zip

from .. import ourselves
from ..shared.source import BOOK
from . import example

TEMPLATE = BOOK / "data" / "template"
TABLES = {"instruments": "instruments.csv", "items": "items.csv", "before": "raw/before.csv", "after": "raw/after.csv"}


def write(folder):
    """Write them into a folder."""
    write_workbook(folder / "example.xlsx", example.sheets())
    tables = {name: pd.read_csv(TEMPLATE / path, dtype=str, keep_default_na=False) for name, path in TABLES.items()}
    write_workbook(folder / "template.xlsx", tables)
    if own := ourselves.describe():
        write_workbook(folder / "ourselves.xlsx", own)


def write_workbook(target, sheets):
    """Write tables as the sheets of a workbook, the same bytes from the same tables."""
    made = io.BytesIO()
    with pd.ExcelWriter(made, engine="openpyxl") as writer:
        for name, table in sheets.items():
            table.to_excel(writer, sheet_name=name, index=False)
            for column in writer.sheets[name].columns:
                longest = max(len(str(cell.value or "")) for cell in column)
                writer.sheets[name].column_dimensions[column[0].column_letter].width = min(50, longest + 2)
    with zipfile.ZipFile(made) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    moment = rb"(<dcterms:\w+ [^>]*>)[^<]*"  # openpyxl writes when
    parts["docProps/core.xml"] = re.sub(moment, rb"\g<1>2000-01-01T00:00:00Z", parts["docProps/core.xml"])
    write_zip(target, parts.items())
