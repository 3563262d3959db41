"""The book on paper and its worksheets, as another program than the one that made them reads them.

Oracles: PDFium reads the words, the bookmarks and the ink on the pages, qpdf (pikepdf) what is tagged; what should be
there is taken from the notebooks, the questions and the built pages. The book is built first: make book.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from itertools import dropwhile
from types import SimpleNamespace

import nbformat
import pikepdf
import practice
import pypdfium2
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT

from _ext.paper import articles, chapters, pdf
from _ext.paper import book as whole
from _ext.paper import worksheets as sheets
from _ext.shared import charts

CHAPTERS = practice.chapters()
LEFT_OUT = {"answer", "instructor", "remove-cell"}  # tags of cells that no page shows


def words(text):
    """Letters and digits only: where lines and pages turn, and how a sign is drawn, does not matter."""
    return "".join(re.findall(r"\w+", text.casefold())).replace("_", "")


def cells(chapter):
    return json.loads(practice.chapter_path(chapter).read_text(encoding="utf-8"))["cells"]


def tags(cell):
    return set(cell["metadata"].get("tags", []))


def read(path):
    """What is in a PDF: the text of each page, the bookmarks, and what qpdf sees."""
    document = pypdfium2.PdfDocument(path)
    texts = [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]
    bookmarks = [(mark.level, mark.get_title(), mark.get_dest().get_index()) for mark in document.get_toc(max_depth=9)]
    return SimpleNamespace(document=document, texts=texts, bookmarks=bookmarks, file=pikepdf.open(path))


@pytest.fixture(scope="session")
def out(tmp_path_factory):
    """The folder that the program fills."""
    folder = tmp_path_factory.mktemp("pdf")
    made = subprocess.run([sys.executable, "-m", "_ext.paper", folder], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    said = re.findall(r"(\S+\.pdf): (\d+) pages, [\d.]+ MB", made.stdout)
    assert sorted(path for path, _ in said) == sorted(map(str, folder.rglob("*.pdf")))
    return folder


@pytest.fixture(scope="session")
def book(out):
    (path,) = out.glob("*.pdf")
    return read(path)


@pytest.fixture(scope="session")
def worksheets(out):
    return {number: read(out / "worksheets" / f"{practice.chapter_path(number).stem}.pdf") for number in CHAPTERS}


@pytest.fixture(scope="session")
def built():
    """The article of every page of the book, in order."""
    return {
        name: BeautifulSoup((articles.HTML / f"{name}.html").read_text(encoding="utf-8"), "html.parser").article
        for name in articles.page_names()
    }


@pytest.fixture(scope="session")
def everything(book, worksheets):
    return {"book": book, **worksheets}


def headings(article, *levels):
    """The words of the headings of a built page."""
    return [heading.get_text().removesuffix("#") for heading in article.find_all(levels)]


def first_page(book, title):
    """The index of the page on which the book's page of this title begins."""
    return next(place for level, text, place in book.bookmarks if level == 0 and text == title)


# --- the whole book -----------------------------------------------------------------------------


def test_bookmarks_lead_to_every_page_and_section(book, built):
    """In the book's order, each to a page that has the heading on it."""
    starts = [number for number, mark in enumerate(book.bookmarks) if mark[0] == 0]
    pages = [
        SimpleNamespace(title=book.bookmarks[start][1], sections=[mark[1] for mark in book.bookmarks[start + 1 : end]])
        for start, end in zip(starts, [*starts[1:], None])
    ]
    titles = [headings(article, "h1")[0] for article in built.values()]
    assert [page.title for page in pages] == [
        titles[0], "Contents", "About this book", *titles[1:], "Worked solutions and key",
    ]  # fmt: skip
    for page, article in zip(pages[3:], list(built.values())[1:]):
        assert page.sections == headings(article, "h2", "h3"), page.title
    about = set(headings(built[next(iter(built))], "h2", "h3")) - {"The chapters"}
    assert about <= set(pages[2].sections)
    places = [place for _, _, place in book.bookmarks]
    assert places == sorted(places)
    lost = [text for _, text, place in book.bookmarks if words(text) not in words(book.texts[place])]
    assert not lost


def test_contents_name_the_page_of_every_page_and_section(book):
    place = first_page(book, "Contents")
    contents = words("".join(book.texts[place : first_page(book, "About this book")]))
    marks = [mark for mark in book.bookmarks if mark[0] < 2 and mark[2] >= first_page(book, "About this book")]
    assert len(marks) > len(articles.page_names())
    lost = [text for _, text, place in marks if text != "On paper" and f"{words(text)}{place + 1}" not in contents]
    assert not lost


def test_the_title_page_says_what_matters(book):
    first = book.texts[0]
    landing = nbformat.read(ROOT / "chapters" / "index.ipynb", as_version=4)
    index = "\n".join(cell.source for cell in landing.cells if cell.cell_type == "markdown")
    said = re.findall(r"\A# (.+)|^\*([^*].+[^*])\*$|^:::\{admonition\} (.+)\n:class: important", index, re.M)
    lines = ["".join(found) for found in said]
    assert lines and not [line for line in lines if words(line) not in words(first)]
    assert "CC BY 4.0" in first and "MIT" in first and f"Edition {whole.edition()}" in first


def test_pages_are_numbered_and_name_their_chapter(book):
    for number, text in enumerate(book.texts[1:], 2):
        title = [mark[1] for mark in book.bookmarks if mark[0] == 0 and mark[2] < number][-1]
        assert {str(number), title} <= set(text.splitlines()[:4]), number


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_exercise_and_its_solution_name_each_others_page(book, chapter):
    title = practice.chapter_path(chapter).stem
    names = [exercise.name for exercise in practice.exercises(cells(chapter))]
    numbered = [f"\n==={number}===\n{text}" for number, text in enumerate(book.texts, 1)]
    start = first_page(book, "Worked solutions and key")
    asked, solved = "".join(numbered[:start]), "".join(numbered[start:])
    for name in names:
        there = re.search(rf"\nExercise {name} · .*?Worked solution, page (\d+)", asked, re.S)
        back = re.search(rf"\nExercise {name} · .*?Exercise, page (\d+)", solved, re.S)
        assert f"Exercise {name} ·" in book.texts[int(there[1]) - 1], (title, name)
        assert f"Exercise {name} ·" in book.texts[int(back[1]) - 1], (title, name)
        assert int(back[1]) <= start < int(there[1])


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_solutions_are_at_the_end_and_nowhere_else(book, chapter):
    start = first_page(book, "Worked solutions and key")
    before, end = words("".join(book.texts[:start])), words("".join(book.texts[start:]))
    sentences = solution_sentences(chapter)
    assert sentences
    assert not [sentence for sentence in sentences if words(sentence) not in end]
    assert not [sentence for sentence in sentences if words(sentence) in before]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_key_has_what_every_option_says_and_ticks_the_right_ones(book, chapter):
    title = headings_of(chapter)
    start = first_page(book, "Worked solutions and key")
    place = next(place for level, text, place in book.bookmarks if level == 1 and text == title and place >= start)
    key = "".join(book.texts[place : place + 5])
    for question in practice.questions(chapter):
        for letter, option in zip("abcdefgh", question.options):
            sign = "✓" if option.right else "✗"
            begins = r"\s+".join(map(re.escape, re.sub(r"[*`]", "", option.say).split()[:3]))
            assert re.search(rf"{sign} {letter}\)\s+{begins}", key), (question.name, letter)
            assert words(option.say) in words(key), (question.name, letter)
        for say in question.say or []:
            assert words(say) in words(key), question.name


def headings_of(chapter):
    return re.match(r"# (.+)\n", "".join(cells(chapter)[0]["source"]))[1]


def solution_sentences(chapter):
    """The lines of a chapter's worked solutions that need no other markup than emphasis to be read."""
    lines = [
        line.lstrip("-1234567890. ").replace("*", "")
        for cell in cells(chapter)
        if "solution" in tags(cell) and cell["cell_type"] == "markdown"
        for line in "".join(cell["source"]).splitlines()
    ]
    shown = words("".join("".join(cell["source"]) for cell in cells(chapter) if "solution" not in tags(cell)))
    plain = [line for line in lines if len(words(line)) > 30 and not re.search(r"[$`{\[|<\\]", line)]
    return [line for line in plain if words(line) not in shown]


def test_links_within_the_book_lead_where_they_should(book, built):
    """Every link of the pages is there, to the page that it names; no link leads nowhere."""
    inside, outside = Counter(), Counter()
    for page in book.file.pages:
        for link in page.get("/Annots", []):
            if "/Dest" in link:
                inside[str(link.Dest)[1:]] += 1
            else:
                outside[str(link.A.URI).removesuffix("/")] += 1
    places = {page.objgen: number for number, page in enumerate(book.file.pages)}
    targets = {name[1:]: places[target[0].objgen] for name, target in book.file.Root.Dests.items()}
    assert set(inside) == set(targets)
    links = [link for article in built.values() for link in article.select("a.reference") if link.text.strip()]
    external = {link["href"].removesuffix("/") for link in links if re.match("https?:", link["href"])}
    assert external <= set(outside) and set(outside) - external <= {"https://creativecommons.org/licenses/by/4.0"}
    for name, article in built.items():
        title = "About this book" if name == next(iter(built)) else headings(article, "h1")[0]
        assert targets[articles.anchor(name)] == first_page(book, title)
    for name in {link["href"].partition("#")[2] for link in links if "#term-" in link["href"]}:
        term = built["chapters/appendix/glossary"].find(id=name).get_text()
        assert words(term) in words(book.texts[targets[f"appendix-glossary--{name}"]]), name


def test_links_stand_on_the_pages_of_their_chapter(book, built):
    starts = [place for level, _, place in book.bookmarks if level == 0]
    found = 0
    for name, article in list(built.items())[1:]:
        title = headings(article, "h1")[0]
        start = first_page(book, title)
        pages = book.file.pages[start : min(place for place in starts if place > start)]
        linked = {str(link.Dest)[1:] for page in pages for link in page.get("/Annots", []) if "/Dest" in link}
        for link in article.select("p a.reference.internal[href$='.html']"):
            if not link.find_parent("details"):
                to = (articles.HTML / f"{name}.html").parent.joinpath(link["href"]).resolve().relative_to(articles.HTML)
                assert articles.anchor(str(to.with_suffix(""))) in linked, (name, link["href"])
                found += 1
    assert found


def test_every_chart_keeps_its_words(book):
    """Oracle: the descriptions that the notebooks store beside the charts."""
    described = Counter(
        "".join(output["data"]["text/plain"])
        for chapter in CHAPTERS
        for cell in cells(chapter)
        if not LEFT_OUT & tags(cell)
        for output in cell.get("outputs", [])
        if '<figure class="chart">' in "".join(output.get("data", {}).get("text/html", ""))
    )
    alts = Counter(str(part.Alt) for part in pdf.structure(book.file) if "/Alt" in part)
    assert described
    assert described == Counter({words: count for words, count in alts.items() if words in described})


def test_every_picture_and_formula_has_words(book, built):
    figures = [str(part.Alt) for part in pdf.structure(book.file) if part.S == "/Figure"]  # an AttributeError: no words
    assert len(figures) == sum(len(article.select("figure.chart")) for article in built.values())
    formulas = Counter(formula["alttext"] for article in built.values() for formula in article.select(".math math"))
    assert formulas and formulas == Counter(str(part.Alt) for part in pdf.structure(book.file) if part.S == "/Formula")


def test_charts_and_formulas_are_drawn_with_lines_and_letters(everything, built):
    """Pixels would blur; and the words in a chart can be searched for."""
    for name, found in everything.items():
        for page in found.file.pages:
            kinds = {str(thing.Subtype) for thing in page.Resources.get("/XObject", {}).values()}
            assert "/Image" not in kinds, (name, page.index + 1)
    drawn = [chart for article in built.values() for chart in article.select("figure.chart")]
    specs = [charts.read_spec(chart.script.string, chart.figcaption.get_text()) for chart in drawn]
    axes = {title for spec in specs for title in axis_titles(spec)}
    text = words("".join(everything["book"].texts))
    assert axes and not [title for title in axes if words(title) not in text]


def axis_titles(part):
    """Yield the titles of the axes that are drawn in a part of a chart's specification."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name in ("x", "y") and isinstance(value, dict) and value.get("title") and value.get("axis", {}) is not None:
                yield value["title"]
            yield from axis_titles(value)
    elif isinstance(part, list):
        for one in part:
            yield from axis_titles(one)


def test_the_book_is_tagged_and_names_its_language(everything):
    for found in everything.values():
        assert found.file.Root.MarkInfo.Marked and found.file.Root.Lang == "en"
        assert found.file.Root.ViewerPreferences.DisplayDocTitle
        kinds = Counter(str(part.S) for part in pdf.structure(found.file))
        assert kinds["/H1"] and kinds["/H2"] and kinds["/TH"] and kinds["/TD"] and kinds["/LI"]


def test_cells_of_tables_name_their_heads(book):
    names = list(book.file.Root.StructTreeRoot.IDTree.Names)
    heads = dict(zip(map(str, names[::2]), names[1::2]))
    assert list(heads) == sorted(heads) and all(head.S == "/TH" for head in heads.values())
    cells = [part for part in pdf.structure(book.file) if part.S == "/TD"]
    named = {str(name) for cell in cells for kind in cell.A for name in kind.get("/Headers", [])}
    assert named and named <= set(heads)


def test_fonts_are_embedded(everything):
    for found in everything.values():
        fonts = {}
        for page in found.file.pages:
            fonts.update({font.objgen: font for font in page.Resources.get("/Font", {}).values()})
        assert fonts
        for font in fonts.values():
            if font.Subtype != "/Type3":  # which is drawn by the file itself
                descriptor = font.DescendantFonts[0].FontDescriptor
                assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys()), font.BaseFont
        assert any("SourceSansPro" in str(font.get("/BaseFont", "")) for font in fonts.values())


def test_no_ink_is_in_the_margins(everything):
    """What is cut off at the right edge would have run through the margin."""
    for name, found in everything.items():
        for number, page in enumerate(found.document, 1):
            picture = page.render(scale=0.75, grayscale=True).to_numpy().squeeze()
            millimetre = picture.shape[1] / 210
            assert round(picture.shape[0] / millimetre) == 297
            edges = picture[:, : int(24 * millimetre)], picture[:, int(186 * millimetre) + 1 :]
            assert min(edge.min() for edge in edges) > 240, (name, number)


def test_no_page_is_empty(everything):
    """All have more on them than what runs along."""
    for name, found in everything.items():
        for number, text in enumerate(found.texts, 1):
            assert len(text.strip().splitlines()) > 2, (name, number)


def test_few_pages_are_left_almost_empty(book):
    """A chart that does not fit moves to the next page; the end of a chapter does not count."""
    ends = {place - 1 for level, _, place in book.bookmarks if level == 0} | {len(book.texts) - 1}
    empty = []
    for number, page in enumerate(book.document):
        picture = page.render(scale=0.3, grayscale=True).to_numpy().squeeze()
        filled = picture[: int(0.92 * len(picture))].min(axis=1) < 200  # without the page number
        if number not in ends and filled.nonzero()[0].max() < len(picture) / 3:
            empty.append(number + 1)
    assert len(empty) <= 1 + len(book.texts) / 50, empty


def test_code_that_the_book_folds_is_not_printed(book):
    hidden = [
        line
        for chapter in CHAPTERS
        for cell in cells(chapter)
        if "hide-input" in tags(cell)
        for line in "".join(cell["source"]).splitlines()
        if re.match(r"\s+description=", line)
    ]
    text = words("".join(book.texts))
    assert hidden
    assert not [line for line in hidden if words(line) in text]
    for useless in ("This chart in words and numbers", "Run this chapter in your browser: nothing", "For class: student"):
        assert words(useless) not in text


def test_files_say_whose_they_are_and_not_when_or_where_they_were_made(everything, out):
    for found in everything.values():
        assert set(found.file.docinfo.keys()) == {"/Title", "/Author", "/Subject"}
        assert "CC BY 4.0" in str(found.file.docinfo["/Subject"])
        linked = [str(link.A.URI) for page in found.file.pages for link in page.get("/Annots", []) if "/A" in link]
        assert all(re.match("https?://(?!book)[^/]+[.]", link) for link in linked)
    for path in out.rglob("*.pdf"):
        with pikepdf.open(path) as file:
            file.save(plain := path.with_suffix(".plain"), object_stream_mode=pikepdf.ObjectStreamMode.disable)
        text = plain.read_bytes()
        plain.unlink()
        assert str(ROOT).encode() not in text and b"http://book" not in text and b"file:" not in text


def test_the_same_chapter_gives_the_same_bytes(browser, worksheets, out):
    """Printed again by another process."""
    for chapter in CHAPTERS[:2]:
        path = out / "worksheets" / f"{practice.chapter_path(chapter).stem}.pdf"
        assert pdf.to_pdf(browser, sheets.worksheet(chapter)) == path.read_bytes()


@pytest.fixture
def short(monkeypatch):
    """A shorter edition of the book: its first page, one chapter, and one page that is no chapter."""
    kept = {"chapters/index", f"chapters/{practice.chapter_path(CHAPTERS[-1]).stem}", "chapters/appendix/adapting"}
    parts = {name: part for name, part in articles.page_names().items() if name in kept}
    for module in (articles, whole):
        monkeypatch.setattr(module, "page_names", lambda: parts)
    return parts


def test_a_shorter_edition_is_printed_too(browser, short, tmp_path):
    path = tmp_path / "short.pdf"
    path.write_bytes(pdf.to_pdf(browser, whole.whole_book()))
    book = read(path)
    title, chapter, adapting = (heading_of(name) for name in short)
    assert [text for level, text, _ in book.bookmarks if level == 0] == [
        title, "Contents", "About this book", chapter, adapting, "Worked solutions and key",
    ]  # fmt: skip
    solved = first_page(book, "Worked solutions and key")
    assert [text for level, text, place in book.bookmarks if level == 1 and place >= solved] == [chapter]
    assert chapters() == CHAPTERS[-1:]  # the chapters that have a worksheet


def heading_of(name):
    return articles.heading(articles.article(name))


def test_without_questions_and_exercises_nothing_is_said_of_solutions(short):
    del short[next(name for name in short if articles._number(name))]
    page = whole.whole_book()
    assert "On paper" in page and "Worked solutions and" not in page and "#solutions" not in page
    assert chapters() == []


@pytest.mark.parametrize(
    "toc",
    [
        {"root": "index", "chapters": [{"file": "one", "sections": [{"file": "two"}]}, {"url": "https://example.org"}]},
        {"root": "index", "parts": [{"chapters": [{"file": "one"}]}, {"caption": "B", "chapters": [{"file": "two"}]}]},
    ],
)
def test_pages_are_those_of_the_table_of_contents(monkeypatch, tmp_path, toc):
    for name in ("index", "one", "two"):
        (tmp_path / f"{name}.html").touch()
    (tmp_path / "_toc.yml").write_text(json.dumps(toc), encoding="utf-8")
    monkeypatch.setattr(articles, "HTML", tmp_path)
    monkeypatch.setattr(articles, "BOOK", tmp_path)
    assert articles.page_names.__wrapped__() == {"index": "", "one": "", "two": "B" if "parts" in toc else ""}


def test_a_first_page_without_subtitle_or_box_is_a_title_page(short):
    body = articles.fromstring("<section><h1>Feedback</h1><p>Adapted from <em>Before and After</em>.</p></section>")
    words = whole._take_title(body, "")
    assert "<h1>Feedback</h1>" in words and "under" not in words and "Adapted" not in words
    assert "Adapted from" in body.text_content()


# --- worksheets ---------------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_worksheet_has_all_that_is_asked(worksheets, chapter):
    text = "".join(worksheets[chapter].texts)
    assert words(headings_of(chapter)) in words(text[:300])
    assert re.search(r"Name\s+Date", text)
    assert ("Cheat sheet" in text) == any("## Cheat sheet" in "".join(cell["source"]) for cell in cells(chapter))
    assert f"1 of {len(worksheets[chapter].texts)}" in " ".join(text.split()) and 2 <= len(worksheets[chapter].texts) <= 10
    joined = words(text)
    for objective in practice.objectives(cells(chapter)):
        assert words(objective) in joined, objective
    for question in practice.questions(chapter):
        assert words(question.text) in joined, question.name
        assert all(words(option.text) in joined for option in question.options), question.name
    for exercise in practice.exercises(cells(chapter)):
        assert f"Exercise {exercise.name} ·" in text, exercise.name
        assert f"Objective {exercise.objective} · {exercise.kind} · {exercise.minutes} minutes" in text


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_worksheet_has_the_data_that_its_exercises_show(worksheets, chapter):
    text = words("".join(worksheets[chapter].texts))
    exercises = dropwhile(lambda cell: not "".join(cell["source"]).startswith("## Exercises"), cells(chapter))
    for cell in exercises:
        if cell["cell_type"] == "code" and not tags(cell) & {"solution", "hide-input", "remove-input", *LEFT_OUT}:
            assert words("".join(cell["source"])) in text
            for output in cell["outputs"]:
                if "text" in output:
                    assert words("".join(output["text"])) in text


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_answer_can_be_read_in_a_worksheet(worksheets, chapter):
    """Not in its text, and not in what does not meet the eye. The book's own text shows that these would be found."""
    found = worksheets[chapter]
    hidden = [str(part.Alt) for part in pdf.structure(found.file) if "/Alt" in part]
    text = words("".join([*found.texts, *hidden, *(mark[1] for mark in found.bookmarks)]))
    assert not [sentence for sentence in solution_sentences(chapter) if words(sentence) in text]
    kept = [cell for cell in cells(chapter) if "solution" not in tags(cell)]
    shown = words("".join("".join(cell["source"]) for cell in kept))
    for cell in cells(chapter):
        if "solution" in tags(cell) and cell["cell_type"] == "code":
            lines = "".join(cell["source"]).splitlines()
            lines += [line for output in cell["outputs"] for line in "".join(output.get("text", "")).splitlines()]
            new = [line for line in lines if len(words(line)) > 15 and words(line) not in shown]
            assert not [line for line in new if words(line) in text]
    for question in practice.questions(chapter):
        for say in [*(option.say for option in question.options), *(question.say or [])]:
            assert words(say) not in text, question.name
    assert "✓" not in "".join(found.texts) and "Worked solution" not in "".join(found.texts)
    assert "/Names" not in found.file.Root  # no attached files, no scripts


def test_there_is_more_room_for_words_than_for_numbers(browser):
    style = (ROOT / "_ext" / "paper" / "paper.css").read_text(encoding="utf-8")

    tab = browser.new_page()

    def height(kind, *places):
        tab.set_content(f"<style>{style}</style><main class='bd-article'>{sheets.room(kind, set(places))}</main>")
        return tab.locator(".room").bounding_box()["height"] / 96 * 25.4

    number = height("compute", "code")
    assert 30 < number < 60
    for kind in ("explain", "judge", "write"):
        assert number < height(kind, "markdown") < height(kind, "markdown", "code") < 150
    assert height("explain", "markdown") < height("judge", "markdown") < height("write", "markdown")
    tab.close()


# --- what can go wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wide",
    [
        "<table><tr>" + "<td style='min-width: 3cm'>wide</td>" * 9 + "</tr></table>",
        "<pre style='white-space: pre'>" + "wide " * 99,
    ],
)
def test_what_is_too_wide_is_refused_by_name(browser, wide):
    with pytest.raises(ValueError, match="wider than the page.*here, .*wide"):
        pdf.to_pdf(browser, pdf.whole_page("Wide", "", whole.SHEET.format(name="here", body=f"<h1>Wide</h1>{wide}")))


def test_nothing_is_fetched_from_the_network(browser):
    image = '<h1>Far</h1><img alt="far" src="https://example.org/far.png">'
    with pytest.raises(ValueError, match="https://example.org/far.png.*make book"):
        pdf.to_pdf(browser, pdf.whole_page("Far", "", whole.SHEET.format(name="here", body=image)))


def test_without_a_built_book_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(articles, "HTML", tmp_path)
    articles.page_names.cache_clear()
    with pytest.raises(FileNotFoundError, match="run make book first"):
        whole.whole_book()
    articles.page_names.cache_clear()


def test_a_built_book_that_is_older_than_its_exercises_is_noticed(monkeypatch):
    chapter = CHAPTERS[0]
    newer = [*practice.exercises(cells(chapter)), practice.Exercise(f"{chapter}.99", "New", 1, "compute", 5)]
    monkeypatch.setattr(practice, "exercises", lambda cells: newer)
    with pytest.raises(ValueError, match=rf"lacks exercise {chapter}\.99.*make book first"):
        sheets.worksheet(chapter)


def test_a_chapter_needs_neither_exercises_nor_objectives_nor_a_cheat_sheet(monkeypatch):
    monkeypatch.setattr(practice, "exercises", lambda cells: [])
    monkeypatch.setattr(practice, "objectives", lambda cells: [])
    monkeypatch.setattr(sheets, "heading", lambda section: "Title")
    headings = re.findall("<h2>(.+?)</h2>", sheets.worksheet(CHAPTERS[0]))
    assert headings == ["Test yourself"]
