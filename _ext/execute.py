"""Run notebooks from top to bottom and store their outputs, so that running an unchanged one changes no byte.

python -m _ext.execute [NOTEBOOK ...]     # without names: every notebook
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def execute(path):
    """Run one notebook in its own folder, and keep nothing of the machine or the moment it ran on."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": path.parent}},
        extra_arguments=["--log-level=ERROR"],  # else ipykernel warns about each kernel's local connection
    )
    client.execute()
    notebook.metadata = METADATA
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = list(merged(cell.outputs))
    nbformat.write(notebook, path)


def merged(outputs):
    """Join what one stream wrote in several pieces: where it is cut depends on the moment."""
    last = None
    for output in outputs:
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            last = output
            yield output


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:] or sorted(CHAPTERS.rglob("[a-z0-9]*.ipynb"))):
        print(f"Running {path.name} ...", flush=True)
        execute(path.resolve())
