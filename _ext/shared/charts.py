"""Charts without a network: the book's own copy of Vega, the script that loads it, and what is in a chart.

A chart is the HTML that ``prepost`` makes with Altair and a notebook stores. What is read out of it here, is read here
only: another Altair may write it in another way.
"""

import functools
import hashlib
import html
import importlib.metadata
import json
import re
from collections import namedtuple
from pathlib import Path

import vl_convert

HERE = Path(__file__).resolve().parent
LOADER = (HERE / "vega-loader.js").read_text(encoding="utf-8")
DRAWING = (HERE / "vega-drawing.js").read_text(encoding="utf-8")
ADAPT = "This version of Altair writes its charts in another way: adapt _ext/shared/charts.py to it."

# Pixels, on a narrow page and on a wide one, of what sets a chart: the book's style gives it them. A radio button has a
# line of its own on a narrow page.
CONTROLS = {"range": (72, 44), "radio": (28, 44), "select": (44, 44), "checkbox": (44, 44)}
CHOICE = 44
COLUMNS = (342, 672)  # the width of a narrow page's text, and of a wide one's

Chart = namedtuple("Chart", "title source spec")  # title and source as HTML, spec as Vega-Lite's JSON


def loader(versions):
    """Return the script that loads Vega when the first chart asks for it.

    Parameters
    ----------
    versions : dict
        What the charts ask for: ``vega_version``, ``vegalite_version`` and ``vegaembed_version``.
    """
    return f"{LOADER.strip()}({json.dumps(versions)});\n"


def loader_for(page):
    """Return the script for HTML that may have charts: it has what they ask for, whatever Altair made them."""
    asked = set(re.findall(r'maybeLoadScript\(\\?"([a-z-]+)\\?", \\?"([\w.]+)\\?"\)', page))
    if not asked and '<figure class="chart"' in page:
        raise ValueError(f"No chart says which version of Vega it asks for. {ADAPT}")
    return loader({f"{name.replace('-', '')}_version": version for name, version in sorted(asked)})


def read_chart(page):
    """Read a chart: a `Chart`, or None if this HTML is none."""
    caption = re.match(r'<figure class="chart"><figcaption><b>(.*?)</b> (.*?)</figcaption>', page)
    return caption and Chart(*caption.groups(), read_spec(page, html.unescape(caption[1])))


def read_spec(page, title):
    """Read the specification of a chart of this title out of its HTML or its script."""
    start = re.search(r"\}\)\((?=\{)", page)  # Altair hands the specification to a function
    if not start:
        raise ValueError(f"The chart “{title}” holds no specification. {ADAPT}")
    return json.JSONDecoder().raw_decode(page, start.end())[0]


def heights(spec):
    """Return how many pixels a chart takes on a narrow page and on a wide one, with the sliders below it."""
    return [_drawn(spec, width) + _controls(spec, number) for number, width in enumerate(COLUMNS)]


def _drawn(spec, width):
    if spec.get("width") == "container":
        spec = {**spec, "width": width}
    vega = vl_convert.vegalite_to_vega(spec)
    for change in spec.get("usermeta", {}).get("embedOptions", {}).get("patch", []):  # what vega-embed does to it
        if change["op"] != "replace":
            raise ValueError(f"A chart's patch has the operation {change['op']!r}: teach it to heights in {__file__}.")
        *folders, last = change["path"].split("/")[1:]
        target = functools.reduce(lambda part, key: part[int(key) if isinstance(part, list) else key], folders, vega)
        value = json.loads(json.dumps(change["value"]).replace("containerSize()[0]", str(width)))
        target[int(last) if isinstance(target, list) else last] = value
    return round(float(re.search(r'<svg[^>]* height="([\d.]+)"', vl_convert.vega_to_svg(vega))[1]))


def _controls(spec, number):
    binds = [param["bind"] for param in spec.get("params", []) if "bind" in param]
    choices = sum(len(bind["options"]) for bind in binds if bind["input"] == "radio") if number == 0 else 0
    return sum(CONTROLS[bind["input"]][number] for bind in binds) + choices * CHOICE


def write_vega(folder):
    """Write Vega, Vega-Lite and vega-embed as one file, which also works from file://, into a folder."""
    made_of = f"{importlib.metadata.version('vl-convert-python')} {DRAWING}"
    path, first = Path(folder) / "vega.js", f"// {hashlib.sha256(made_of.encode()).hexdigest()[:16]}\n"
    if not path.exists() or not path.read_text(encoding="utf-8").startswith(first):
        path.write_text(f"{first}(() => {{{vl_convert.javascript_bundle(DRAWING)}}})();", encoding="utf-8")
