"""What the page's worker calls: `prepost.page`, with what JavaScript hands over and takes back.

An error comes back as its kind and its place in the program. Its message may hold somebody's answer, and is not shown.
"""

import json
import traceback

from js import Object
from pyodide.ffi import to_js


def call(name, files, answers, pictures):
    """Call a function of `prepost.page`; return its result as JSON, the files that it made, or where it failed."""
    try:
        from prepost import page

        files = {name: content.tobytes() for name, content in files.to_py().items()}
        answers = answers.to_py()
        if name == "step":
            result = page.step(files, answers)
            return to_js(
                {"result": json.dumps(result, default=lambda number: number.item())}, dict_converter=Object.fromEntries
            )
        pictures = {name: content.tobytes() for name, content in pictures.to_py().items()}
        made = page.downloads(files, answers, pictures)
        return to_js({"files": made}, dict_converter=Object.fromEntries)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {place.filename.rpartition('/')[2]}, line {place.lineno}"
        return to_js({"failed": where}, dict_converter=Object.fromEntries)
