"""The fonts of a built book, cut down to what its pages show, and written into style sheets.

Of the theme's icons, 180 kB, a page shows fifteen; formulas need some letters of STIX Two Math. Both fonts lie in their
style sheets, ``icons.css`` and ``formulas.css``, because some browsers refuse fonts from file://.
"""

import base64
import hashlib
import importlib.util
import io
import re
import shutil
import unicodedata
from pathlib import Path

import pydata_sphinx_theme
import sphinx_book_theme
from lxml.html import document_fromstring

FORMULAS = Path(__file__).with_name("formulas.css").read_text(encoding="utf-8")
THEMES = [Path(theme.__file__).parent / "theme" for theme in (pydata_sphinx_theme, sphinx_book_theme)]
FAMILIES = {"solid": ("Free", 900), "regular": ("Free", 400), "brands": ("Brands", 400)}
RULE = re.compile(r'((?:\.fa-[\w-]+:before,?)+)\{content:"\\([0-9a-f]+)"\}')
ICON = re.compile('(--pst-icon-[\\w-]+):"([\ue000-\uf8ff])"')  # a name that the theme's styles give to an icon
PRIVATE = range(0xE000, 0xF900)  # the letters of no language, which icons are
ADAPT = "adapt _ext/pages/fonts.py to this version of the theme."


def write(static, pages):
    """Write the style sheets for icons and formulas.

    Parameters
    ----------
    static : path-like
        The folder ``_static`` of the built book; the theme's own fonts of icons are removed from it.
    pages : list of path-like
        The files of all pages.
    """
    icons, letters = set(), {"√"}  # which grows with what is below it
    for path in pages:
        page = document_fromstring(Path(path).read_text(encoding="utf-8"))
        classes = " ".join([*page.xpath("//@class"), *page.xpath("//script[contains(., 'document.write')]/text()")])
        icons |= set(re.findall(r"\bfa-[a-z0-9-]+", classes))
        letters |= set("".join(formula.text_content() for formula in page.iter("math")))
    letters |= set(filter(_is_italic_of(letters), map(chr, [0x210E, *range(0x1D434, 0x1D7CC)])))
    _write_formulas(Path(static), letters)
    _write_icons(Path(static), icons)


def _is_italic_of(letters):
    """A letter alone in a formula is drawn as one of mathematics' italic letters."""
    return lambda letter: (
        re.match("MATHEMATICAL ITALIC|PLANCK", unicodedata.name(letter, ""))
        and unicodedata.normalize("NFKC", letter) in letters
    )


def _write_formulas(static, letters):
    font = Path(importlib.util.find_spec("ziamath").origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    _write_if_new(static / "formulas.css", [font], letters, lambda: FORMULAS.replace("FONT", _cut(font, letters)))


def _write_icons(static, names):
    """Write the icons that the pages name, and those that the theme's own style sheets and scripts bring in."""
    (sheet,) = _in_themes("fontawesome/*/css/all.min.css", "the icons")
    css = sheet.read_text(encoding="utf-8")
    own = _in_themes("styles/*theme*.css", "the themes' styles")
    shown = {letter for path in own for letter in _icons_of(path.read_text(encoding="utf-8"))}
    for path in _in_themes("scripts/*theme*.js", "the themes' scripts"):
        names = names | set(re.findall(r"\bfa-[a-z-]+", path.read_text(encoding="utf-8")))
    rules = {rule: chr(int(code, 16)) for rule, code in RULE.findall(css) if names & set(re.findall(r"fa-[\w-]+", rule))}
    named = ICON.findall("".join(path.read_text(encoding="utf-8") for path in own))
    if not rules or not shown or not named:
        raise ValueError(f"{sheet.name} has no rules for icons, or the theme shows none of its own: {ADAPT}")

    def lines():
        yield re.sub(r"@font-face\{[^}]*\}", "", RULE.sub("", css))
        for rule, letter in rules.items():  # nobody wants to hear them; older browsers take the first form
            code = f'"\\{ord(letter):x}"'
            yield f'{rule}{{content:{code};content:{code} / ""}}'
        for name, letter in named:
            yield f'@supports(content:"a" / ""){{:root{{{name}:"{letter}" / ""}}}}'  # those of the boxes
        for name, (family, weight) in FAMILIES.items():
            font = sheet.parent.parent / "webfonts" / f"fa-{name}-{weight}.ttf"
            if f"fa-{name}" in names or name == "solid":
                address = _cut(font, shown | set(rules.values()))
                yield f'@font-face{{font-family:"Font Awesome 6 {family}";font-weight:{weight};src:url({address})}}'

    _write_if_new(static / "icons.css", [sheet, *own], names, lambda: "\n".join(lines()))
    for folder in static.glob("vendor/fontawesome/*/*/"):  # what is left there are their licences
        shutil.rmtree(folder)


def _in_themes(pattern, what):
    found = sorted(path for theme in THEMES for path in theme.glob(f"*/static/**/{pattern}"))
    if not found:
        raise ValueError(f"{what} are not at {pattern}: {ADAPT}")
    return found


def _icons_of(css):
    """Return the icons that a style sheet holds, as letters or by their codes."""
    codes = re.findall(r"\\(f[0-9a-f]{3})\b", css)
    return {letter for letter in css if ord(letter) in PRIVATE} | {chr(int(code, 16)) for code in codes}


def _write_if_new(sheet, sources, letters, content):
    """Write a style sheet, unless it is there and was made from the same."""
    made_of = hashlib.sha256(b"".join(source.read_bytes() for source in [*sources, Path(__file__)]) + FORMULAS.encode())
    made_of.update(" ".join(sorted(letters)).encode())
    first = f"/* {made_of.hexdigest()[:16]} */\n"
    if not sheet.exists() or not sheet.read_text(encoding="utf-8").startswith(first):
        sheet.write_text(first + content(), encoding="utf-8")


def _cut(path, letters):
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
