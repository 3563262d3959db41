"""Charts without a network: the book's own copy of Vega, the script that loads it, and what is in a chart.

A chart is the HTML that ``prepost`` makes with Altair and a notebook stores. What is read out of it here, is read here
only: another Altair may write it in another way.
"""

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
    if not caption:
        return None
    start = re.search(r"\}\)\((?=\{)", page)  # Altair hands the specification to a function
    if not start:
        raise ValueError(f"The chart “{html.unescape(caption[1])}” holds no specification. {ADAPT}")
    spec, _ = json.JSONDecoder().raw_decode(page, start.end())
    return Chart(*caption.groups(), spec)


def write_vega(folder):
    """Write Vega, Vega-Lite and vega-embed as one file, which also works from file://, into a folder."""
    made_of = f"{importlib.metadata.version('vl-convert-python')} {DRAWING}"
    path, first = Path(folder) / "vega.js", f"// {hashlib.sha256(made_of.encode()).hexdigest()[:16]}\n"
    if not path.exists() or not path.read_text(encoding="utf-8").startswith(first):
        path.write_text(f"{first}(() => {{{vl_convert.javascript_bundle(DRAWING)}}})();", encoding="utf-8")
