// Altair's charts fetch what VEGA_DEBUG does not list, then call vegaEmbed. This lists everything, and the stand-in for
// vegaEmbed loads the bundle when the first chart asks for it; the bundle then takes the stand-in's place. Where the
// book begins, the page says itself: <html data-content_root="../">. charts.py calls this with the versions.
(versions => {
  const page = document.documentElement.dataset;
  let bundle;
  window.VEGA_DEBUG = versions;
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
})
