"""What makes the pages light: formulas without a program, the icons that are shown, markup that says something.

Formulas become MathML, which every browser draws by itself; the letters it needs come from the font STIX Two Math. That
takes the place of MathJax, 678 kB compressed on each page with a formula. Of the theme's icons, 180 kB, the pages show
fifteen. Both fonts lie in a style sheet, because some browsers refuse fonts from file://.
"""

import base64
import hashlib
import html
import importlib.util
import io
import re
import shutil
import unicodedata
from pathlib import Path

import pydata_sphinx_theme
from docutils import nodes
from latex2mathml.converter import convert

FORMULA = re.compile(r"<math.*?</math>", re.DOTALL)
ICON = re.compile(r"\bfa-[a-z0-9-]+")
RULE = re.compile(r'((?:\.fa-[\w-]+:before,?)+)\{content:"\\([0-9a-f]+)"\}')
CHANGES = [  # what is taken out of a page, and what takes its place; nothing is found twice
    # The icons' fonts draw every icon without the 1.5 MB of icons as programs; a font's preload fails from file://.
    (r'<script src="[^"]*/fontawesome/[^"]*"></script>|<link rel="preload" as="(?:font|script)"[^>]*>', ""),
    (r'<link href="([^"]*_static/)vendor/fontawesome/[^"]*" rel="stylesheet" />', r'<link href="\1icons.css" rel="stylesheet" />'),
    # Names and punctuation in code have the colour of all text; with the operators they are a third of a page's elements.
    (r'<span class="(?:n|nn|o|p|w)">([^<]*)</span>', r"\1"),
    # The numbers behind a chart become elements when they are asked for, or where no program runs; see book.SCRIPT.
    (
        r"(?s)(<summary>This chart in words and numbers</summary><p>[^<]*</p>)(?!<noscript>)(.*?)(</details></figure>)",
        r"\1<noscript>\2</noscript>\3",
    ),
    # This name holds what is in the file already; Sphinx adds it or not, depending on what was built before.
    (r"(mystnb\.[0-9a-f]+\.css)\?v=[0-9a-f]+", r"\1"),
]
FORMULAS = """@font-face { font-family: "STIX Two Math"; src: url(%s); }
math { font-family: "STIX Two Math", math; font-size: 1.15em; }
math[display="block"] { width: max-content; margin: 0 auto; }
div.math { margin: 1rem 0; overflow: auto hidden; }
"""
SPACING = [  # bars stand close to what they enclose, and are as long as the text; capital Greek letters stand upright
    (r'<mo(?: stretchy="\w+")?>&#x0007C;</mo>', '<mo stretchy="false" lspace="0" rspace="0">|</mo>'),
    (r'<mo(?: stretchy="\w+")?>&#x000AF;</mo>', '<mo stretchy="true">&#x203E;</mo>'),
    (r"<mi>(&#x003(?:9[1-9A-F]|A[0-9]);)</mi>", r'<mi mathvariant="normal">\1</mi>'),
]


def formula(writer, node):
    """Write a formula of a page."""
    block = isinstance(node, nodes.math_block)
    tag = "div" if block else "span"
    writer.body.append(f'<{tag} class="math">{mathml(node.astext(), block)}</{tag}>')
    raise nodes.SkipNode


def mathml(tex, block):
    """Turn a formula into MathML, for a line of its own or within the text; it keeps how it was written."""
    formula = convert(tex, display="block" if block else "inline")
    formula = formula.replace("<math ", f'<math alttext="{html.escape(tex.strip())}" ', 1)
    for old, new in SPACING:
        formula = re.sub(old, new, formula)
    return formula


def make(out, pages):
    """Lighten the pages of a built book, and write the fonts that they need."""
    icons, letters = {"fa-solid"}, {"√"}
    for path in pages:
        text = lighter = path.read_text(encoding="utf-8")
        for old, new in CHANGES:
            lighter = re.sub(old, new, lighter)
        for found in FORMULA.findall(lighter):
            letters |= set(html.unescape(re.sub("<[^>]*>", "", found)))
        if "<math" in lighter and "formulas.css" not in lighter:
            sheet = r'<link href="\1formulas.css" rel="stylesheet" />'
            lighter = re.sub(r'(?=<link href="([^"]*_static/)icons\.css")', sheet + "\n  ", lighter, count=1)
        icons |= set(ICON.findall(lighter))
        if lighter != text:
            path.write_text(lighter, encoding="utf-8")
    letters |= set(filter(is_italic_of(letters), map(chr, [0x210E, *range(0x1D434, 0x1D7CC)])))
    write_formulas(out / "_static" / "formulas.css", letters)
    write_icons(out / "_static", icons)


def is_italic_of(letters):
    """A letter alone in a formula is drawn as one of mathematics' italic letters."""
    return lambda letter: (
        re.match("MATHEMATICAL ITALIC|PLANCK", unicodedata.name(letter, "")) and unicodedata.normalize("NFKC", letter) in letters
    )


def write_formulas(sheet, letters):
    font = Path(importlib.util.find_spec("ziamath").origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    write(sheet, [font], letters, lambda: FORMULAS % cut(font, letters))


def write_icons(static, names):
    """Write the style sheet of the icons again, with those only that occur in the pages, in place of all others."""
    (source,) = Path(pydata_sphinx_theme.__file__).parent.glob("theme/**/fontawesome/*/css/all.min.css")
    css = source.read_text(encoding="utf-8")
    rules = [(rule, code) for rule, code in RULE.findall(css) if names & set(ICON.findall(rule))]
    letters = {chr(int(code, 16)) for _, code in rules} | {"\uf107"}  # the theme's own arrow

    def sheet():
        yield re.sub(r"@font-face\{[^}]*\}", "", RULE.sub("", css))
        for rule, code in rules:
            yield '%s{content:"\\%s"}' % (rule, code)
        for name, family, weight in [("solid", "Free", 900), ("regular", "Free", 400), ("brands", "Brands", 400)]:
            if f"fa-{name}" in names:
                font = cut(source.parent.parent / "webfonts" / f"fa-{name}-{weight}.ttf", letters)
                yield f'@font-face{{font-family:"Font Awesome 6 {family}";font-weight:{weight};src:url({font})}}'

    write(static / "icons.css", [source], names, lambda: "\n".join(sheet()))
    for folder in static.glob("vendor/fontawesome/*/*/"):  # what is left there is their licence
        shutil.rmtree(folder)


def write(sheet, sources, letters, make):
    """Write a style sheet, unless it is there and was made from the same."""
    made_of = hashlib.sha256(b"".join(source.read_bytes() for source in [*sources, Path(__file__)]))
    made_of.update(" ".join(sorted(letters)).encode())
    first = f"/* {made_of.hexdigest()[:16]} */\n"
    if not sheet.exists() or not sheet.read_text(encoding="utf-8").startswith(first):
        sheet.write_text(first + make(), encoding="utf-8")


def cut(path, letters):
    """Cut a font down to some letters, and return it as the address of its data."""
    from fontTools import subset  # takes a while: only when it is needed

    options = subset.Options(layout_features=["*"], recalc_timestamp=False)
    font = subset.load_font(path, options)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(letters)))
    cutter.subset(font)
    font.flavor = "woff2"
    file = io.BytesIO()
    font.save(file)
    return f"data:font/woff2;base64,{base64.b64encode(file.getvalue()).decode()}"
