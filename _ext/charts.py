"""Charts without a network: the book's own copy of Vega, and the script that loads it, for pages and for slides."""

import json

import altair as alt
import vl_convert

# Altair's charts fetch what VEGA_DEBUG does not list, then call vegaEmbed. This lists everything, and the stand-in
# for vegaEmbed loads the bundle when the first chart asks for it; the bundle then takes the stand-in's place. Where
# the book begins, the page says itself: <html data-content_root="../">. Paper is light, whatever the screen is.
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
  let theme;
  window.addEventListener("beforeprint", () => { theme = page.theme; page.theme = "light"; });
  window.addEventListener("afterprint", () => { page.theme = theme; });
}
""" % json.dumps(
    {
        "vega_version": alt.VEGA_VERSION,
        "vegalite_version": alt.VEGALITE_VERSION,
        "vegaembed_version": alt.VEGAEMBED_VERSION,
    }
)


def write_bundle(static):
    """Write Vega, Vega-Lite and vega-embed as one file, which also works from file://, into the folder ``static``."""
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    (static / "vega.js").write_text(f"(() => {{{bundle}}})();", encoding="utf-8")
