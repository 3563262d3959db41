// The thread that Python runs in. The page sends {start} once, then {id, name, files, answers, pictures} for each call of
// bridge.py; it gets {doing, done} while Python is fetched, and {id, ...} with what came out.
let call;
const known = fetch;
let total, got = 0;

// Count what arrives, so that the page can say how much of it is there.
self.fetch = async (...asked) => {
  const reply = await known(...asked);
  if (!reply.body) return reply;
  const counted = new TransformStream({transform(chunk, out) {
    got += chunk.byteLength;
    postMessage({doing: "fetching", done: Math.min(1, got / total)});
    out.enqueue(chunk);
  }});
  return new Response(reply.body.pipeThrough(counted), reply);
};

const start = async ({python, packages, modules, bytes}) => {
  total = bytes;
  importScripts(python + "pyodide.js");
  const pack = fetch(modules).then(reply => reply.arrayBuffer());
  const pyodide = await loadPyodide({indexURL: python, packages, stdout() {}, stderr() {}});
  postMessage({doing: "starting"});
  pyodide.unpackArchive(await pack, "zip", {extractDir: "/book"});
  call = pyodide.runPython("import sys; sys.path.insert(0, '/book'); import bridge, prepost; bridge.call");
};

self.onmessage = async ({data}) => {
  try {
    if (data.start) {
      await start(data.start);
      return postMessage({id: data.id});
    }
    postMessage({id: data.id, ...call(data.name, data.files, data.answers, data.pictures ?? {})});
  } catch (error) {  // Python's own errors come back from bridge.py; this is the network, or the memory
    postMessage({id: data.id, broken: data.start ? "start" : "call"});
  }
};
