"""Charts without a network: the book's own copy of Vega, and the script that loads it, for pages and for slides."""

import hashlib
import importlib.metadata
import json
import re

import accessible
import vl_convert

# Altair's charts fetch what VEGA_DEBUG does not list, then call vegaEmbed. This lists everything, and the stand-in
# for vegaEmbed loads the bundle when the first chart asks for it; the bundle then takes the stand-in's place. Where
# the book begins, the page says itself: <html data-content_root="../">.
SCRIPT = """{
  const page = document.documentElement.dataset;
  let bundle;
  window.VEGA_DEBUG = %s;
  window.vegaEmbed = (...chart) => {
    bundle ??= new Promise((loaded, failed) => {
      const script = document.createElement("script");
      script.src = page.content_root + "_static/vega.js";
      script.onload = loaded;
      script.onerror = () => failed(new Error("The book's own copy of Vega is missing: " + script.src));
      document.head.append(script);
    });
    return bundle.then(() => window.vegaEmbed(...chart));
  };
}
"""


def script(page):
    """Return the script for a page with charts: it has what they ask for, whatever altair made them."""
    asked = set(re.findall(r'maybeLoadScript\(\\?"([a-z-]+)\\?", \\?"([\w.]+)\\?"\)', page))
    return SCRIPT % json.dumps({f"{name.replace('-', '')}_version": version for name, version in sorted(asked)})


def write_bundle(static):
    """Write Vega, Vega-Lite and vega-embed as one file, which also works from file://, into the folder ``static``."""
    made_of = f"{importlib.metadata.version('vl-convert-python')} {accessible.CHART}"
    path, first = static / "vega.js", f"// {hashlib.sha256(made_of.encode()).hexdigest()[:16]}\n"
    if not path.exists() or not path.read_text(encoding="utf-8").startswith(first):
        bundle = vl_convert.javascript_bundle(accessible.CHART)
        path.write_text(f"{first}(() => {{{bundle}}})();", encoding="utf-8")
