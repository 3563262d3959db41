// What a reader does on a page is kept in this browser, one entry for each thing, so that two tabs never overwrite what
// the other has not touched. Where a browser keeps nothing, as some do from file://, nothing is lost but that.
const kept = (() => {
  const book = document.querySelector('meta[name="book"]')?.content ?? "book";
  const page = location.pathname.split("/").pop().replace(/\.html$/, "");
  const prefix = `${book}/${page}/`;
  const store = (() => { try { return localStorage; } catch { return null; } })();
  const listeners = [];
  addEventListener("storage", ({key, newValue, storageArea}) => {
    if (storageArea !== store) return;
    if (key === null) listeners.forEach(([, then]) => then(null, null));
    else if (key.startsWith(prefix)) {
      const name = key.slice(prefix.length);
      for (const [start, then] of listeners) if (name.startsWith(start)) then(name, newValue);
    }
  });
  return {
    works: !!store,
    get(name) { return store?.getItem(prefix + name) ?? null; },
    set(name, text) {
      try { text ? store?.setItem(prefix + name, text) : store?.removeItem(prefix + name); return !!store; } catch { return false; }
    },
    names(start = "") {
      return Object.keys(store ?? {}).filter(key => key.startsWith(prefix + start)).map(key => key.slice(prefix.length));
    },
    /** Call `then(name, text)` when another tab has changed what begins with `start`; both are null when all is gone. */
    onOtherTab(start, then) { listeners.push([start, then]); },
  };
})();
