"""The look of the charts: one meaning for each colour; a figure with its finding, its words and its numbers.

Importing this registers the theme, and the renderer that shows every Altair chart as such a figure.
"""

import hashlib
import html
import json
import re

import altair as alt
import pandas as pd
from altair.utils.html import spec_to_html

BEFORE, AFTER = "#0072B2", "#D55E00"  # told apart by colour-blind readers; before is also drawn hollow, after filled
UP, DOWN, SAME = "#009E73", "#AA4499", "#7f7f7f"  # scores that rose, fell, stayed
FAR = "#A6761D"  # what lies at least as far out as the study: the tail that a p value adds up
INK, FAINT = "#3b3b3b", "#d9d9d9"  # the page's style swaps these two in dark mode


def _theme():
    words = {"labelColor": INK, "labelFontSize": 13, "titleColor": INK, "titleFontSize": 13}
    words["titleFontWeight"] = "normal"
    return {
        "width": "container",
        "config": {
            "background": None,
            "font": "system-ui, sans-serif",
            "view": {"stroke": None, "continuousHeight": 260, "discreteHeight": 260},
            "axis": {**words, "gridColor": FAINT, "domainColor": INK, "tickColor": INK},
            "header": words,
            "legend": {**words, "orient": "top"},
            "text": {"color": INK, "fontSize": 13},
            "mark": {"color": BEFORE},
            "point": {"size": 70, "strokeWidth": 2, "opacity": 1},
            "circle": {"opacity": 1},
            "rule": {"color": INK},
            "range": {"category": [BEFORE, AFTER]},
        },
    }


def _figure(spec, **metadata):
    """Show a chart as a figure: its title as caption, the picture, and its words and numbers one click away."""
    title = spec.get("title")
    title = title if isinstance(title, dict) else {"text": title}
    if not (title["text"] and title.get("subtitle") and spec.get("description")):
        raise ValueError(
            "A chart needs .properties(title=alt.Title('the finding', subtitle='where the numbers come from'), "
            "description='what the chart shows, for those who cannot see it')."
        )
    name = "chart-" + hashlib.sha1(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:8]
    shown = {key: value for key, value in spec.items() if key != "title"}  # the caption wraps on a phone, a title does not
    picture = spec_to_html(
        shown,
        mode="vega-lite",
        vega_version=alt.VEGA_VERSION,
        vegalite_version=alt.VEGALITE_VERSION,
        vegaembed_version=alt.VEGAEMBED_VERSION,
        output_div=name,
        embed_options={"actions": False, "renderer": "svg"},
        fullhtml=False,
        template="universal",
    )
    drawing = json.dumps(shown)  # in a script, which a name such as "</script>" would end
    picture = picture.replace(drawing, re.sub("<(?=[/!]|script)", r"\\u003c", drawing, flags=re.IGNORECASE))
    tables = [
        pd.DataFrame(rows).to_html(index=False, border=0, na_rep="", float_format="{:.4g}".format)
        for rows in spec.get("datasets", {}).values()
    ]
    text = (
        f'<figure class="chart"><figcaption><b>{html.escape(title["text"])}</b> '
        f"{html.escape(title['subtitle'])}</figcaption>{picture}"
        f"<details><summary>This chart in words and numbers</summary><p>{html.escape(spec['description'])}</p>"
        f"{''.join(tables)}</details></figure>"
    )
    return {"text/html": text, "text/plain": spec["description"]}


if hasattr(getattr(alt, "theme", None), "register"):  # altair 5.5 and later
    alt.theme.register("before-and-after", enable=True)(_theme)
else:
    alt.themes.register("before-and-after", _theme)
    alt.themes.enable("before-and-after")
alt.renderers.register("before-and-after", _figure)
alt.renderers.enable("before-and-after")
