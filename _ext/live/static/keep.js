// What a reader does on a page is kept in this browser, one entry for each thing, so that two tabs never overwrite what
// the other has not touched. Where a browser keeps nothing, as some do from file://, it lasts until the page is left.
const kept = (() => {
  const book = document.querySelector('meta[name="book"]').content;
  const page = location.pathname.split("/").pop().replace(/\.html$/, "");
  const prefix = `${book}/${page}/`, memory = new Map(), listeners = [];
  const store = (() => { try { return localStorage; } catch { return null; } })();
  const tell = (name, text) => listeners.forEach(([start, then]) => { if (name === null || name.startsWith(start)) then(name, text); });
  addEventListener("storage", ({key, newValue, storageArea}) => {
    if (storageArea === store && (key === null || key.startsWith(prefix))) tell(key && key.slice(prefix.length), newValue);
  });
  const kept = {
    book, page,
    works: !!store,
    get: name => (store ? store.getItem(prefix + name) : memory.get(name)) ?? null,
    /** Keep a text under a name, or nothing if it is empty; false if the browser has no room for it. */
    set(name, text) {
      try {
        if (text) store ? store.setItem(prefix + name, text) : memory.set(name, text);
        else store ? store.removeItem(prefix + name) : memory.delete(name);
        return true;
      } catch { return false; }
    },
    names(start = "") {
      const all = store ? Object.keys(store).filter(key => key.startsWith(prefix)).map(key => key.slice(prefix.length)) : [...memory.keys()];
      return all.filter(name => name.startsWith(start));
    },
    /** Keep these entries and no others of the page, and show them; false if there is no room, and then nothing changes. */
    replace(entries) {
      const old = Object.fromEntries(kept.names().map(name => [name, kept.get(name)]));
      const write = all => [...new Set([...kept.names(), ...Object.keys(all)])].every(name => kept.set(name, all[name] ?? ""));
      if (!write(entries)) { write(old); return false; }
      for (const name of new Set([...Object.keys(old), ...Object.keys(entries)])) tell(name, entries[name] ?? null);
      return true;
    },
    /** Call `then(name, text)` when another tab or a file has changed what begins with `start`; both null: all is gone. */
    onChange(start, then) { listeners.push([start, then]); },
  };
  return kept;
})();
