"""Who types a chapter's visible cells, and opens no fold, gets to its end: no such cell needs what a hidden cell made.

Oracle: Python's own compiler, which says of each statement what names it loads and stores.
"""

import ast
import builtins
import symtable

import nbformat
import practice
import pytest

OUT_OF_SIGHT = {"hood", "hide-input", "hide-cell", "remove-cell", "remove-input"}
IN_EXERCISES = {"answer", "solution"}  # these may use what stands under the hood: the exercise says so


def scopes(table):
    yield table
    for child in table.get_children():
        yield from scopes(child)


def columns(statement, context):
    """Names and columns such as ``pairs["change"]`` that a statement loads or stores."""
    return {
        f'{node.value.id}["{node.slice.value}"]'
        for node in ast.walk(statement)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, context)
        and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant)
    }  # fmt: skip


def loads_and_stores(statement):
    """Return what a top-level statement needs from the cells before it, and what it leaves to those after it."""
    top = symtable.symtable(ast.unparse(statement), "cell", "exec")
    stored = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    loaded = {
        symbol.get_name()
        for scope in scopes(top)
        for symbol in scope.get_symbols()
        if symbol.is_referenced() and (scope is top or symbol.is_global())
    }
    loaded |= {node.target.id for node in ast.walk(statement) if isinstance(node, ast.AugAssign) and hasattr(node.target, "id")}
    if isinstance(statement, ast.For | ast.With | ast.If | ast.FunctionDef | ast.ClassDef):
        loaded -= stored  # a loop's own variables
    return loaded | columns(statement, ast.Load), stored | columns(statement, ast.Store)


def made_out_of_sight(cells):
    """Return what visible cells need although the cell that made it last is hidden or folded, as "cell number: name"."""
    visible, found = dict.fromkeys(dir(builtins), True), []
    for number, cell in enumerate(cells):
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type != "code" or tags & IN_EXERCISES:
            continue
        seen = not tags & OUT_OF_SIGHT
        for statement in ast.parse(cell.source).body:
            loaded, stored = loads_and_stores(statement)
            if seen:
                found += [f"cell {number}: {name}" for name in sorted(loaded) if not visible.get(name, "[" in name)]
            visible |= dict.fromkeys(stored, seen)
    return found


@pytest.mark.parametrize("chapter", practice.chapters())
def test_visible_cells_need_no_hidden_one(chapter):
    found = made_out_of_sight(nbformat.read(practice.chapter_path(chapter), as_version=4).cells)
    assert not found


@pytest.mark.parametrize(
    ("hidden", "visible", "found"),
    [
        ("a = 1", "print(a)", "a"),
        ("a = 1", "a = a + 1", "a"),
        ("a = 1", "a += 1", "a"),
        ("a = 1", "def f(b):\n    return a + b", "a"),
        ("import math as a", "print([a.pi * b for b in range(3)])", "a"),
        ("for a in range(3):\n    pass", 'print(f"{a:.1f}")', "a"),
        ('t = {}\nt["x"] = 1', 't = {"y": 2}\nt["x"]', 't["x"]'),
        ("a = 1", "a = 2\nfor b in range(a):\n    print(a, b)", None),
        ("def f(a):\n    b = a", "a = b = 1\nprint(a, b)", None),
    ],
)
def test_what_is_made_out_of_sight_is_found(hidden, visible, found):
    hidden = nbformat.v4.new_code_cell(hidden, metadata={"tags": ["hide-input"]})
    cells = [hidden, nbformat.v4.new_code_cell(visible)]
    assert made_out_of_sight(cells) == ([f"cell 1: {found}"] if found else [])


def test_a_name_that_a_hidden_cell_has_changed_is_found():
    visible, hidden = nbformat.v4.new_code_cell("a = 1"), nbformat.v4.new_code_cell("a = 2", metadata={"tags": ["hood"]})
    assert made_out_of_sight([visible, nbformat.v4.new_code_cell("print(a)")]) == []
    assert made_out_of_sight([visible, hidden, nbformat.v4.new_code_cell("print(a)")]) == ["cell 2: a"]
