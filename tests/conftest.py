"""Let the tests import ``chapters/prepost.py`` and ``data/generate.py`` as the notebooks do: by name."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "chapters"), str(ROOT / "data")]
