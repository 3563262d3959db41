"""A Word document of headings, paragraphs, tables and pictures."""

import io
import struct
from xml.sax.saxutils import escape, quoteattr

from .files import write_zip

TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
<Override PartName="/word/styles.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>"""
RELATIONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>"""
RELATION = '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>'
SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
STYLES = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles {SPACES}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"/><w:sz w:val="22"/>
<w:lang w:val="en-GB"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr></w:pPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/>
<w:pPr><w:keepNext/><w:spacing w:before="240"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="30"/></w:rPr></w:style>
</w:styles>"""
WIDTH = 5_760_000  # of the text, in English Metric Units: 914,400 to the inch


def document(blocks):
    """Write a Word document.

    Parameters
    ----------
    blocks : list of tuple
        In order: ``("heading", text)``, ``("paragraph", text)``, ``("table", rows)`` whose first row is its header,
        or ``("picture", PNG as bytes, what it shows)``.

    Returns
    -------
    bytes
        The .docx file.

    Examples
    --------
    >>> document([("heading", "Results"), ("table", [["measure", "p"], ["Empathy", ".046"]])])[:2]
    b'PK'
    """
    body, pictures = [], []
    for kind, *content in blocks:
        if kind == "picture":
            pictures.append(content[0])
            body.append(_picture(len(pictures), *content))
        else:
            body.append({"heading": _heading, "paragraph": _paragraph, "table": _table}[kind](*content))
    relations = [RELATION.format("styles", "styles", "styles.xml")]
    relations += [RELATION.format(f"picture{n}", "image", f"media/picture{n}.png") for n in range(1, len(pictures) + 1)]
    text = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document {SPACES}><w:body>{"".join(body)}'
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1418" w:right="1418" w:bottom="1418" w:left="1418" '
        'w:header="708" w:footer="708" w:gutter="0"/></w:sectPr></w:body></w:document>'
    )
    files = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATIONS.format(RELATION.format("document", "officeDocument", "word/document.xml")),
        "word/document.xml": text,
        "word/styles.xml": STYLES,
        "word/_rels/document.xml.rels": RELATIONS.format("".join(relations)),
        **{f"word/media/picture{number}.png": picture for number, picture in enumerate(pictures, 1)},
    }
    packed = io.BytesIO()
    write_zip(packed, files.items())
    return packed.getvalue()


def _run(text, bold=False, size=None):
    style = "<w:b/>" * bold + (f'<w:sz w:val="{size}"/>' if size else "")
    clean = "".join(sign for sign in str(text) if sign >= " " or sign in "\t\n")
    return f'<w:r><w:rPr>{style}</w:rPr><w:t xml:space="preserve">{escape(clean)}</w:t></w:r>'


def _heading(text):
    return f'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>{_run(text)}</w:p>'


def _paragraph(text):
    return f"<w:p>{_run(text)}</w:p>"


def _table(rows):
    edges = "".join(f'<w:{edge} w:val="single" w:sz="4" w:color="7f7f7f"/>' for edge in ("top", "bottom", "insideH"))
    lines = []
    for number, row in enumerate(rows):
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/></w:tcPr><w:p><w:pPr><w:spacing w:after="20"/></w:pPr>'
            f"{_run(cell, bold=not number or not place, size=18)}</w:p></w:tc>"
            for place, cell in enumerate(row)
        )
        head = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if not number else "<w:trPr><w:cantSplit/></w:trPr>"
        lines.append(f"<w:tr>{head}{cells}</w:tr>")
    grid = "<w:gridCol/>" * len(rows[0])
    form = (
        f'<w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{edges}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    )
    return f"<w:tbl>{form}{''.join(lines)}</w:tbl><w:p/>"


def _picture(number, png, words):
    width, height = struct.unpack(">II", png[16:24])
    wide = min(WIDTH, width * 6350)  # twice as many points as on a screen
    size = f'cx="{wide}" cy="{wide * height // width}"'
    named = f'id="{number}" name="Picture {number}" descr={quoteattr(words)}'
    return (
        f"<w:p><w:r><w:drawing><wp:inline><wp:extent {size}/><wp:docPr {named}/><a:graphic>"
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="picture{number}"/>'
        f'<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r></w:p>"
    )
