// Runs in Python's worker before anything else does, and tells the page how many bytes have arrived; jupyterlite.py puts it
// there.
{
  let arrived = 0;
  new PerformanceObserver(list => {
    for (const file of list.getEntries()) arrived += file.encodedBodySize;
    postMessage({ arrived });
  }).observe({ type: "resource", buffered: true });
}
