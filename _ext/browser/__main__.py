"""Write the kit for a class into _build/kit, and print what it weighs: python -m _ext.browser"""

from . import pyodide
from .kit import KIT, SLUG, WITHOUT, table, write_kit

print(table(write_kit()))
hosted = (KIT / SLUG / "book" / "lite" / "static" / "pyodide").exists()
print(f"The kit is in {KIT}" + ("" if hosted else f"\n{WITHOUT[1].format(pyodide.VERSION, pyodide.CDN)}"))
