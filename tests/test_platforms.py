"""The files for learning platforms: no question is lost or altered on the way to any of them.

Oracles, none of which shares code with the program:

- Python-Markdown, for what the words of a question are;
- QTI 1.2 itself: the content models of its DTD, and its rules for processing a response, by which every question is
  answered here as a student would, in every possible way. (The schema `ims_qtiasiv1p2p1.xsd` comes with no package that
  can be installed, and its licence does not let anybody pass it on.)
- readers by others: moodle-xml-parser, for the questions with options in Moodle XML; gift-pegjs (from npm), for GIFT;
  qti-package-maker, for Blackboard's upload. The last two are not installed with the book: ORACLES=all brings them.
- what the importers read, from their source code: in Canvas `gems/plugins/qti_exporter/lib/qti/`,
  `app/models/importers/quiz_importer.rb` and `lib/cc/importer/canvas/quiz_metadata_converter.rb`, in Moodle
  `question/format.php`, `question/format/xml/format.php`, `question/format/gift/format.php` and
  `question/engine/bank.php`;
- for Blackboard and Brightspace, whose source code is closed, strict readers of what their makers describe: Blackboard's
  help page "Upload Questions", and D2L's sample `Sample_Question_Import_UTF8.csv`. No reader of Brightspace's CSV by
  others can be installed.
"""

import csv
import html
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from decimal import Decimal
from html.parser import HTMLParser
from itertools import product
from xml.etree import ElementTree
from xml.parsers import expat

import markdown
import practice
import pytest
from conftest import ROOT
from moodle_xml_parser.parser import parse_file

from _ext.classroom import platforms
from _ext.shared.source import SLUG, TITLE

CHAPTERS = practice.chapters()
HEADINGS = {
    chapter: re.search(rf"# {chapter} · ([^\\]+)", practice.chapter_path(chapter).read_text(encoding="utf-8"))[1]
    for chapter in CHAPTERS
}
QTI = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
IMSCP = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"
CANVAS = "{http://canvas.instructure.com/xsd/cccv1p0}"

# Content models of ims_qtiasiv1p2.dtd, without the parts that nobody uses here.
TESTS = "(not|and|or|other|varequal|vargte|varlte)"
MODELS = {
    "questestinterop": "assessment",
    "assessment": "qtimetadata* section+",
    "section": "qtimetadata* item*",
    "item": "itemmetadata? presentation? resprocessing* itemfeedback*",
    "itemmetadata": "qtimetadata*",
    "qtimetadata": "qtimetadatafield+",
    "qtimetadatafield": "fieldlabel fieldentry",
    "presentation": "(material|response_lid|response_str)+",
    "response_lid": "material? render_choice material?",
    "response_str": "material? render_fib material?",
    "render_choice": "(material|response_label)*",
    "render_fib": "(material|response_label)*",
    "response_label": "material*",
    "material": "mattext+",
    "resprocessing": "outcomes respcondition+",
    "outcomes": "decvar+",
    "respcondition": "conditionvar setvar* displayfeedback*",
    "conditionvar": f"{TESTS}+",
    "and": f"{TESTS}+",
    "or": f"{TESTS}+",
    "not": TESTS,
    "itemfeedback": "(flow_mat|material)+",
    "flow_mat": "(flow_mat|material)+",
}
LEAVES = "fieldlabel fieldentry mattext decvar varequal vargte varlte other setvar displayfeedback".split()
CHOICES = {  # attributes with a list of values
    "rcardinality": {"Single", "Multiple", "Ordered"},
    "fibtype": {"String", "Integer", "Decimal", "Scientific"},
    "continue": {"Yes", "No"},
    "action": {"Set", "Add", "Subtract", "Multiply", "Divide"},
    "feedbacktype": {"Response", "Solution", "Hint"},
    "vartype": {"Integer", "String", "Decimal", "Scientific", "Boolean", "Enumerated", "Set"},
}
REQUIRED = {
    "assessment": "ident",
    "section": "ident",
    "item": "ident",
    "response_lid": "ident",
    "response_str": "ident",
    "response_label": "ident",
    "itemfeedback": "ident",
    "varequal": "respident",
    "vargte": "respident",
    "varlte": "respident",
    "displayfeedback": "linkrefid",
}

# What import_headers, import_multichoice, import_numerical, import_answer and import_category read in Moodle's
# question/format/xml/format.php, as far as these questions need it.
TEXTS = {"questiontext", "questiontext/text", "name", "name/text", "idnumber", "hint", "hint/text"}
TEXTS |= {"tags", "tags/tag", "tags/tag/text"}
ANSWER = {"answer", "answer/text", "answer/feedback", "answer/feedback/text"}
READ = {
    "category": {"category", "category/text", "info", "info/text"},
    "single": TEXTS | ANSWER | {"single", "shuffleanswers", "answernumbering"},
    "number": TEXTS | ANSWER | {"answer/tolerance"},
}
READ["several"] = READ["single"] | {"generalfeedback", "generalfeedback/text", "shownumcorrect", "hint/shownumcorrect"}
# question/engine/bank.php, ensure_fraction_options_initialised, and their negatives
FRACTIONS = [0.9, 0.8333333, 0.8, 0.75, 0.7, 0.6666667, 0.6, 0.5, 0.4, 0.3333333, 0.3, 0.25, 0.2, 0.1666667, 0.1428571]
FRACTIONS += [0.125, 0.1111111, 0.1, 0.05, 0.0, 1.0]
FRACTIONS += [-fraction for fraction in FRACTIONS]

NASTY = """Quiz title: 1 · Odds & "ends" / more

Title: 1.1, objective 1
1. Is "p < .05 & p > .01" in `f(x) < 3 && x["a"] != 'b'` – or in AT&T's W⁺ − W⁻ = −3 … ]]> √½?
   It goes on here, 'quoted'.
a) *n*(*n* + 1)/2 & **more**
... It's `"code"`, 3 < 4.
*b) -5
... 5 % of *x*_z, x_1 and x_2; http://example.org/?a=1&b=2
c) 5
... Ünïcödé, 日本, 😀, ≤ ≥ ≠ α β.

Title: 1.2, objective 1
2. A negative one.
+ Right, -1.964 < 0.
- "Wrong" & < 0.
= -1.964 +- 0.0005

Title: 1.3, objective 1
3. Finer than four decimals.
+ Right.
- Wrong.
= 0.0625 +- 0.00005

Title: 1.4, objective 1
4. Around zero.
+ Right.
- Wrong.
= 0 +- 0.5

Title: 1.5, objective 1
5. A large one, exactly.
+ Right.
- Wrong.
= 123456789 +- 0

Title: 1.6, objective 1
6. All of seven are right.
[*] a
... A.
[*] b
... B.
[*] c
... C.
[*] d
... D.
[*] e
... E.
[*] f
... F.
[*] g
... G.
"""


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    out = tmp_path_factory.mktemp("lms")
    return out, platforms.write_question_bank(out)


@pytest.fixture
def quiz(tmp_path, monkeypatch):
    """Let the program find one quiz, of chapter 1, with the given text."""

    def write(text):
        (tmp_path / "quizzes").mkdir()
        (tmp_path / "quizzes" / "01.txt").write_text(text, encoding="utf-8")
        monkeypatch.setattr(practice, "HERE", tmp_path)
        return tmp_path / "out"

    return write


class Seen(HTMLParser):
    """What a browser shows of a piece of HTML: words, emphasis and code; typographic marks as on a keyboard."""

    KEYS = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "--", "—": "---", "…": "..."})

    def __init__(self, text):
        super().__init__()
        self.parts = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.parts.append("" if tag == "p" else f"\0<{tag}{attributes or ''}>\0")

    def handle_endtag(self, tag):
        self.parts.append("" if tag == "p" else f"\0</{tag}>\0")

    def handle_data(self, data):
        self.parts.append(data.translate(self.KEYS))


def seen(text):
    return " ".join("".join(Seen(text).parts).split())


def words(text):
    """What a reader should see of a text in a quiz."""
    return seen(markdown.markdown(text))


def local(node):
    return node.tag.rpartition("}")[2]


# --- Canvas -----------------------------------------------------------------------------------


def package(path):
    """Read a package as Canvas does, from its manifest: the settings and the assessment of every quiz."""
    with zipfile.ZipFile(path) as archive:
        manifest = ElementTree.fromstring(archive.read("imsmanifest.xml"))
        resources = {node.get("identifier"): node for node in manifest.iter(f"{IMSCP}resource")}
        quizzes = []
        for resource in resources.values():
            if resource.get("type") == "imsqti_xmlv1p2":
                settings = resources[resource.find(f"{IMSCP}dependency").get("identifierref")]
                files = [node.find(f"{IMSCP}file").get("href") for node in (settings, resource)]
                quizzes.append([ElementTree.fromstring(archive.read(file)) for file in files])
        return quizzes


def answer(item, given):
    """Answer an item as a student: the score and the feedback that QTI 1.2's response processing gives.

    `given` is a number, or the set of identifiers of the chosen options. Conditions are tried in turn, up to the first
    that is met and does not say "continue".
    """
    feedback = {node.get("ident"): seen(node.find(f".//{QTI}mattext").text) for node in item.iter(f"{QTI}itemfeedback")}

    def met(node):
        kind = local(node)
        if kind in ("conditionvar", "and"):
            return all(map(met, node))
        if kind == "or":
            return any(map(met, node))
        if kind == "not":
            return not met(node[0])
        if isinstance(given, set):
            return kind == "other" or node.text in given
        limit = None if kind == "other" else Decimal(node.text)
        return {"other": True, "varequal": given == limit}.get(kind) or (
            kind == "vargte" and given >= limit or kind == "varlte" and given <= limit
        )

    score, shown = 0, []
    for condition in item.iter(f"{QTI}respcondition"):
        if met(condition.find(f"{QTI}conditionvar")):
            score = ([int(node.text) for node in condition.iter(f"{QTI}setvar")] or [score])[-1]
            shown += [feedback[node.get("linkrefid")] for node in condition.iter(f"{QTI}displayfeedback")]
            if condition.get("continue") == "No":
                break
    return score, shown


def assert_canvas_asks(assessment, questions):
    kinds = {"single": "multiple_choice", "several": "multiple_answers", "number": "numerical"}
    items = list(assessment.iter(f"{QTI}item"))
    assert len(items) == len(questions)
    for item, question in zip(items, questions):
        fields = {node[0].text: node[1].text for node in item.iter(f"{QTI}qtimetadatafield")}
        assert item.get("title") == f"{question.name}, objective {question.objective}"
        assert (fields["question_type"], fields["points_possible"]) == (f"{kinds[question.kind]}_question", "1")
        assert seen(item.find(f"{QTI}presentation/{QTI}material/{QTI}mattext").text) == words(question.text)
        if question.kind == "number":
            assert_canvas_accepts(item, question)
            continue
        labels = list(item.iter(f"{QTI}response_label"))
        assert [seen(label.find(f".//{QTI}mattext").text) for label in labels] == [
            words(option.text) for option in question.options
        ]
        names = [label.get("ident") for label in labels]
        ways = product([False, True], repeat=len(names)) if question.kind == "several" else one_each(len(names))
        for ticked in ways:
            score, shown = answer(item, {name for name, yes in zip(names, ticked) if yes})
            assert score == 100 * (list(ticked) == [option.right for option in question.options])
            assert shown == [words(option.say) for option, yes in zip(question.options, ticked) if yes]


def one_each(count):
    return [[place == chosen for place in range(count)] for chosen in range(count)]


def assert_canvas_accepts(item, question):
    value, within, hair = Decimal(str(question.value)), Decimal(str(question.within)), Decimal("1e-7")
    right, wrong = map(words, question.say)
    for given in (value, value - within, value + within):
        assert answer(item, given) == (100, [right])
    for given in (value - within - hair, value + within + hair, -value if value else Decimal(9)):
        assert answer(item, given) == (0, [wrong])


NUMBERS = [question for chapter in CHAPTERS for question in practice.questions(chapter) if question.kind == "number"]


@pytest.mark.parametrize("question", NUMBERS, ids=lambda question: question.name)
def test_canvas_takes_what_is_right_at_the_very_edge_in_binary_arithmetic_too(question, bank):
    """Binary margins: qti 2.27 (New Quizzes) takes the value less the lower bound, older importers the upper bound's."""
    [[_, assessment]] = package(bank[0] / "canvas" / f"{SLUG}-{int(question.name.split('.')[0]):02d}.zip")
    [item] = [item for item in assessment.iter(f"{QTI}item") if item.get("title").startswith(f"{question.name},")]
    low, exact, high = (float(item.find(f".//{QTI}{tag}").text) for tag in ("vargte", "varequal", "varlte"))
    value, within = Decimal(str(question.value)), Decimal(str(question.within))
    for margin in (exact - low, high - exact):
        for given in (value - within, value, value + within):  # compared as decimal and as binary numbers
            assert abs(given - value) <= Decimal(repr(margin))
            assert exact - margin <= float(given) <= exact + margin and abs(float(given) - exact) <= margin
        for given in (value - within - Decimal("1e-7"), value + within + Decimal("1e-7")):
            assert not exact - margin <= float(given) <= exact + margin


def test_canvas_gets_characters_and_no_named_entities(bank):
    """An older Canvas leaves out entities that XML does not know."""
    for path in sorted((bank[0] / "canvas").iterdir()):
        for _, assessment in package(path):
            found = {name for node in assessment.iter(f"{QTI}mattext") for name in re.findall(r"&(\w+);", node.text)}
            assert found <= {"amp", "lt", "gt", "quot"}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_canvas_asks_accepts_and_answers_as_the_book_does(chapter, bank):
    [[settings, assessment]] = package(bank[0] / "canvas" / f"{SLUG}-{chapter:02d}.zip")
    assert_canvas_asks(assessment, practice.questions(chapter))
    assert assessment[0].get("title") == settings.findtext(f"{CANVAS}title") == f"{chapter} · {HEADINGS[chapter]}"
    assert settings.findtext(f"{CANVAS}shuffle_answers") == "true"
    assert settings.findtext(f"{CANVAS}description").endswith(f"{TITLE}, CC BY 4.0.")


def test_canvas_gets_every_chapter_as_its_own_quiz_in_one_package(bank):
    """Canvas names a question bank after each assessment: QuizImporter.preprocess_migration_data."""
    quizzes = package(bank[0] / "canvas" / f"{SLUG}.zip")
    titles = [assessment[0].get("title") for _, assessment in quizzes]
    assert titles == [f"{chapter} · {HEADINGS[chapter]}" for chapter in CHAPTERS]
    for (_, assessment), chapter in zip(quizzes, CHAPTERS):
        assert_canvas_asks(assessment, practice.questions(chapter))


def test_packages_hold_what_their_manifest_says_and_nothing_else(bank):
    for path in sorted((bank[0] / "canvas").iterdir()):
        with zipfile.ZipFile(path) as archive:
            inside = [name for name in archive.namelist() if not name.endswith("/")]
            text = archive.read("imsmanifest.xml").decode()
            assert len(set(archive.namelist())) == len(archive.namelist()) and archive.testzip() is None
        manifest = ElementTree.fromstring(text)
        names = [node.get("identifier") for node in manifest.iter() if node.get("identifier")]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", name, re.ASCII) for name in names)
        listed = [node.get("href") for node in manifest.iter(f"{IMSCP}file")]
        assert sorted(listed) == sorted(set(inside) - {"imsmanifest.xml"})
        # is_qti_2 in Canvas's converter.rb takes a manifest for QTI 2 by these
        assert "imsqti_v2" not in text and "QTIv2" not in text
        assert "https://creativecommons.org/licenses/by/4.0/" in text and "Private" not in text
        for settings, assessment in package(path):
            name = assessment[0].get("ident")
            # Canvas looks for an assessment's settings in the folder of its name
            assert f"{name}/assessment_meta.xml" in inside and settings.get("identifier") == name


def test_assessments_follow_the_content_models_of_qti(bank):
    with pytest.raises(AssertionError):
        assert_follows_the_models(ElementTree.fromstring(f'<item xmlns="{QTI[1:-1]}" ident="a"><mattext/></item>'))
    for path in sorted((bank[0] / "canvas").iterdir()):
        for _, assessment in package(path):
            assert_follows_the_models(assessment)


def assert_follows_the_models(root):
    for node in root.iter():
        name = local(node)
        assert node.tag == QTI + name
        if name in MODELS:
            model = re.sub(r"[a-z_]+", r"(?:\g<0>,)", MODELS[name]).replace(" ", "")
            assert re.fullmatch(model, "".join(f"{local(child)}," for child in node)), f"{name} holds {list(node)}"
            assert not (node.text or "").strip()
        else:
            assert name in LEAVES and len(node) == 0
        assert all(value in CHOICES.get(key, {value}) for key, value in node.attrib.items())
        assert node.get(REQUIRED[name]) if name in REQUIRED else True
    for kind in ("item", "section", "assessment"):
        names = [node.get("ident") for node in root.iter(QTI + kind)]
        assert len(set(names)) == len(names)
    for item in root.iter(f"{QTI}item"):
        feedback = [node.get("ident") for node in item.iter(f"{QTI}itemfeedback")]
        labels = [node.get("ident") for node in item.iter(f"{QTI}response_label")]
        responses = {node.get("ident") for tag in ("response_lid", "response_str") for node in item.iter(QTI + tag)}
        assert len(set(feedback)) == len(feedback) and len(set(labels)) == len(labels)
        assert {node.get("linkrefid") for node in item.iter(f"{QTI}displayfeedback")} == set(feedback)
        for tag in ("varequal", "vargte", "varlte"):
            assert all(node.get("respident") in responses for node in item.iter(QTI + tag))
        if item.find(f".//{QTI}response_lid") is not None:
            assert {node.text for node in item.iter(f"{QTI}varequal")} == set(labels)


# --- Moodle -----------------------------------------------------------------------------------


def categories(path):
    """Read a Moodle XML file: its categories in order, each with its questions, as question/format.php sorts them."""
    found = []
    for node in ElementTree.parse(path).getroot():
        assert node.tag == "question"
        if node.get("type") == "category":
            path = re.split(r"(?<!/)/(?!/)", node.findtext("category/text"))  # split_category_path
            found.append(([name.replace("//", "/").strip() for name in path], []))
        else:
            found[-1][1].append(node)
    return found


def accepted(fraction):
    """Return the grade that Moodle makes of a fraction, as match_grade_options does."""
    near = [value for value in FRACTIONS if abs(float(fraction) / 100 - value) < 0.00001]
    assert near, f"Moodle refuses {fraction}"
    return near[0]


def assert_moodle_asks(nodes, questions):
    assert len(nodes) == len(questions)
    for node, question in zip(nodes, questions):
        assert node.findtext("name/text") == f"{question.name} · objective {question.objective}"
        assert node.findtext("idnumber") == f"{SLUG}-{question.name}"
        assert node.find("questiontext").get("format") == "html"
        assert seen(node.findtext("questiontext/text")) == words(question.text)
        answers = node.findall("answer")
        feedback = [seen(answer.findtext("feedback/text")) for answer in answers]
        assert {answer.find("feedback").get("format") for answer in answers} == {"html"}
        grades = [accepted(answer.get("fraction")) for answer in answers]
        [hint] = node.findall("hint")  # a try more than there are hints
        assert hint.get("format") == "html" and hint.findtext("text")
        several = question.kind == "several"
        assert [node.find(f"{place}shownumcorrect") is not None for place in ("", "hint/")] == [several, several]
        chapter = question.name.split(".")[0]
        tags = [tag.text for tag in node.findall("tags/tag/text")]
        assert tags == [f"chapter {chapter}", f"chapter {chapter} · objective {question.objective}"]
        general = node.findtext("generalfeedback/text")
        assert (general is None) != several
        if question.kind == "number":
            assert node.get("type") == "numerical"
            assert [Decimal(answers[0].findtext("text")), Decimal(answers[0].findtext("tolerance"))] == [
                Decimal(str(question.value)),
                Decimal(str(question.within)),
            ]
            assert [answer.findtext("text") for answer in answers[1:]] == ["*"]  # whatever else is answered
            assert (grades, feedback) == ([1, 0], [words(say) for say in question.say])
            continue
        assert node.get("type") == "multichoice"
        assert node.findtext("single") == {"single": "true", "several": "false"}[question.kind]
        assert (node.findtext("shuffleanswers"), node.findtext("answernumbering")) == ("true", "abc")
        assert {answer.get("format") for answer in answers} == {"html"}
        options = [seen(answer.findtext("text")) for answer in answers]
        assert options == [words(option.text) for option in question.options]
        assert feedback == [words(option.say) for option in question.options]
        assert [grade > 0 for grade in grades] == [option.right for option in question.options]
        assert sum(grade for grade in grades if grade > 0) == pytest.approx(1, abs=1e-6)
        if several:
            assert node.find("generalfeedback").get("format") == "html"
            marked = [("✓ " if o.right else "✗ ") + f"{words(o.text)} → {words(o.say)}" for o in question.options]
            assert [seen(item) for item in re.findall("<li>(.+?)</li>", general)] == marked
        if question.kind == "single":
            assert max(grades) == 1 and min(grades) == 0
        elif not all(option.right for option in question.options):
            assert sum(grades) == pytest.approx(0, abs=1e-6)  # whoever ticks everything


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_moodle_asks_accepts_and_answers_as_the_book_does(chapter, bank):
    [(path, nodes)] = categories(bank[0] / "moodle" / f"{SLUG}-{chapter:02d}.xml")
    assert path == ["top", TITLE, f"{chapter:02d} · {HEADINGS[chapter]}"]
    assert_moodle_asks(nodes, practice.questions(chapter))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_another_reader_of_moodle_xml_finds_the_same_options(chapter, bank):
    """Oracle: moodle-xml-parser, which undoes the entities of HTML too."""

    def undone(text):
        return html.unescape(markdown.markdown(text).removeprefix("<p>").removesuffix("</p>"))

    found = parse_file(bank[0] / "moodle" / f"{SLUG}-{chapter:02d}.xml")["multichoice"]
    asked = [question for question in practice.questions(chapter) if question.kind != "number"]
    assert len(found) == len(asked)
    for theirs, mine in zip(found, asked):
        assert (theirs.name, theirs.text_pre_parse) == (f"{mine.name} · objective {mine.objective}", undone(mine.text))
        assert (theirs.single, theirs.shuffle_answers) == (mine.kind == "single", True)
        assert [(option.answer, option.score_fraction > 0, option.feedback) for option in theirs.options] == [
            (undone(option.text), option.right, undone(option.say)) for option in mine.options
        ]


def test_moodle_gets_one_category_a_chapter_in_one_file(bank):
    found = categories(bank[0] / "moodle" / f"{SLUG}.xml")
    assert [path[-1] for path, _ in found] == [f"{chapter:02d} · {HEADINGS[chapter]}" for chapter in CHAPTERS]
    for (_, nodes), chapter in zip(found, CHAPTERS):
        assert_moodle_asks(nodes, practice.questions(chapter))
    names = [node.findtext("idnumber") for _, nodes in found for node in nodes]
    assert len(set(names)) == len(names)


def test_moodle_files_hold_nothing_that_moodle_does_not_read(bank):
    for path in sorted((bank[0] / "moodle").iterdir()):
        assert path.read_bytes().startswith(b"<?xml ")  # MoodleDocs, Moodle XML format: on the very first line
        for question in ElementTree.parse(path).getroot():
            used = {f"{a.tag}/{b.tag}/{c.tag}" for a in question for b in a for c in b}
            used |= {f"{a.tag}/{b.tag}" for a in question for b in a} | {a.tag for a in question}
            kind = {"category": "category", "numerical": "number"}.get(question.get("type"))
            assert used == READ[kind or {"true": "single", "false": "several"}[question.findtext("single")]]


def moodle_texts(path):
    """Read all texts as Moodle's lib/xmlize.php does: what comes between two entities and is white space is dropped."""
    texts, parser = [], expat.ParserCreate()
    parser.buffer_text = False
    parser.StartElementHandler = lambda tag, attributes: texts.append("")

    def add(data):
        texts[-1] += data if data.strip() else ""

    parser.CharacterDataHandler = add
    parser.Parse(path.read_bytes(), True)
    return texts


def test_moodle_drops_no_space_between_entities(bank, tmp_path):
    spoilt = tmp_path / "spoilt.xml"
    spoilt.write_text("<text>&lt;em&gt;p&lt;/em&gt; &amp;lt; .05</text>", encoding="utf-8")
    assert moodle_texts(spoilt) == ["<em>p</em>&lt; .05"]
    for path in sorted((bank[0] / "moodle").iterdir()):
        assert moodle_texts(path) == [(node.text or "").strip() for node in ElementTree.parse(path).getroot().iter()]


# --- GIFT -------------------------------------------------------------------------------------


def read_gift(path):
    """Read GIFT as Moodle's question/format/gift/format.php does, strictly: nothing may be left over."""
    categories = []
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        if block.startswith("$CATEGORY: "):
            categories.append((block.removeprefix("$CATEGORY: "), []))
            continue
        comment, text = block.split("\n", 1)
        identifier, *tags = re.findall(r"\[(?:id|tag):([^\x00-\x1F\x7F]+?)\]", comment)
        text = re.sub(r"\\([:#={}~])", lambda found: f"&&{ord(found[1]):03d};", text.replace(r"\\", "&&092;"))
        name, stem, answers = re.fullmatch(r"::(.+?)::\[html\]([^{}]+) \{([^{}]+)\}", text, re.S).groups()
        answers, _, general = answers.partition("####")
        found = re.findall(r"([=~])(?:%(-?\d{1,2}\.?\d*)%)?([^#=~]*)#([^#=~]+)", answers)
        left = re.sub(r"[=~][^#=~]*#[^#=~]+", "", answers).strip()
        assert comment.startswith("//") and left == ("#" if answers.startswith("#") else "")
        options = [(sign, share and float(share), back(text), back(say)) for sign, share, text, say in found]
        categories[-1][1].append((back(name), identifier, tags, back(stem), options, back(general)))
    return categories


def back(text):
    return re.sub(r"&&(\d\d\d);", lambda found: chr(int(found[1])), text).strip()


def assert_gift_asks(found, questions):
    assert len(found) == len(questions)
    for (name, identifier, tags, stem, options, general), question in zip(found, questions):
        assert (name, identifier) == (f"{question.name} · objective {question.objective}", f"{SLUG}-{question.name}")
        assert tags[-1] == f"chapter {question.name.split('.')[0]} · objective {question.objective}"
        assert seen(stem) == words(question.text)
        signs, shares, texts, says = zip(*options)
        if question.kind == "number":
            assert (signs, texts[1]) == (("=", "~"), "")  # whatever else is answered
            assert list(map(Decimal, texts[0].split(":"))) == [Decimal(str(question.value)), Decimal(str(question.within))]
            assert list(map(seen, says)) == list(map(words, question.say))
            continue
        assert list(map(seen, texts)) == [words(option.text) for option in question.options]
        assert list(map(seen, says)) == [words(option.say) for option in question.options]
        if question.kind == "single":
            assert (signs, set(shares)) == (tuple("=" if option.right else "~" for option in question.options), {""})
        else:  # no sign of equality, so that several may be ticked
            assert set(signs) == {"~"} and [accepted(share) > 0 for share in shares] == [o.right for o in question.options]
            assert sum(share for share in shares if share > 0) == pytest.approx(100, abs=1e-4)
            assert all(words(option.say) in seen(general) for option in question.options)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_gift_asks_and_answers_as_the_book_does(chapter, bank):
    [(category, found)] = read_gift(bank[0] / "gift" / f"{SLUG}-{chapter:02d}.txt")
    assert category == f"top/{TITLE}/{chapter:02d} · {HEADINGS[chapter]}"
    assert_gift_asks(found, practice.questions(chapter))


# --- Blackboard -------------------------------------------------------------------------------


def assert_blackboard_asks(path, questions):
    """Blackboard's help, "Upload Questions": fields between tabs, a question a line, no header and no blank line."""
    lines = path.read_bytes().decode("ascii").split("\n")
    assert lines.pop() == "" and len(lines) == len(questions) <= 250  # records that the help calls safe
    for line, question in zip(lines, questions):
        kind, stem, *fields = line.split("\t")
        assert all(fields) and kind == {"single": "MC", "several": "MA", "number": "NUM"}[question.kind]
        assert seen(stem) == words(question.text)
        if question.kind == "number":
            assert list(map(Decimal, fields)) == [Decimal(str(question.value)), Decimal(str(question.within))]
            continue
        assert list(map(seen, fields[::2])) == [words(option.text) for option in question.options]
        assert fields[1::2] == ["correct" if option.right else "incorrect" for option in question.options]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_blackboard_asks_and_accepts_as_the_book_does(chapter, bank):
    assert_blackboard_asks(bank[0] / "blackboard" / f"{SLUG}-{chapter:02d}.txt", practice.questions(chapter))


# --- Brightspace ------------------------------------------------------------------------------


def assert_brightspace_asks(path, questions):
    """D2L's sample: UTF-8 with a mark, five cells a row, a row of empty cells after each question."""
    text = path.read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(text[1:].splitlines(), strict=True))
    assert {len(row) for row in rows} == {5}
    missing = [question.name for question in questions if question.kind == "number"]
    if missing:
        assert rows.pop() == [f"//Left out, since the import has no such question: {', '.join(missing)}", *[""] * 4]
    for question in questions:
        if question.kind == "number":
            continue
        several = question.kind == "several"
        assert [rows.pop(0)[:2] for _ in range(3)] == [
            ["NewQuestion", "MS" if several else "MC"],
            ["ID", f"{SLUG}-{question.name}"],
            ["Title", f"{question.name} · objective {question.objective}"],
        ]
        label, stem, form, *_ = rows.pop(0)
        assert (label, seen(stem), form) == ("QuestionText", words(question.text), "HTML")
        assert [rows.pop(0)[:2] for _ in range(2)] == [["Points", "1"], ["Difficulty", "1"]]
        assert not several or rows.pop(0)[:2] == ["Scoring", "AllOrNothing"]
        for option in question.options:
            label, share, text, form, say = rows.pop(0)
            assert (label, form, share) == ("Option", "HTML", str(option.right * (1 if several else 100)))
            assert seen(text) == words(option.text)
            assert say.translate(Seen.KEYS) == re.sub("\0.*?\0", "", words(option.say))  # without markup
        assert rows.pop(0) == [""] * 5
    assert not rows


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_brightspace_asks_accepts_and_answers_as_the_book_does(chapter, bank):
    assert_brightspace_asks(bank[0] / "brightspace" / f"{SLUG}-{chapter:02d}.csv", practice.questions(chapter))


# --- readers by others --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def readers():
    """The folder with the readers that the book does not install: there after a run with ORACLES=all."""
    folder, pins = ROOT / "_build" / "readers", ROOT / "tests" / "oracles" / "readers"
    if os.environ.get("ORACLES") == "all":
        shutil.copytree(pins, folder, dirs_exist_ok=True)
        subprocess.run(
            [shutil.which("npm") or pytest.skip("npm is not installed"), "ci"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--upgrade", "--target", folder / "python"]
        subprocess.run([*install, "-r", folder / "requirements.txt"], check=True)
    if not (folder / "python").exists():
        pytest.skip("gift-pegjs and qti-package-maker are not there: ORACLES=all make test")
    return folder


def test_another_reader_of_gift_finds_the_same_questions(bank, readers):
    """Oracle: gift-pegjs."""
    program = 'console.log(JSON.stringify(require("gift-pegjs").parse(require("fs").readFileSync(0, "utf8"))))'
    file = (bank[0] / "gift" / f"{SLUG}.txt").read_bytes()
    read = subprocess.run(["node", "-e", program], input=file, cwd=readers, check=True, capture_output=True).stdout
    found = [question for question in json.loads(read) if question["type"] != "Category"]
    asked = [question for chapter in CHAPTERS for question in practice.questions(chapter)]
    assert len(found) == len(asked) == len(json.loads(read)) - len(CHAPTERS)
    for theirs, mine in zip(found, asked):
        assert theirs["id"] == f"{SLUG}-{mine.name}" and theirs["title"].startswith(f"{mine.name} · ")
        assert theirs["stem"]["format"] == "html" and seen(theirs["stem"]["text"]) == words(mine.text)
        says = [seen(choice["feedback"]["text"]) for choice in theirs["choices"]]
        if mine.kind == "number":
            right, wrong = theirs["choices"]
            assert right["text"] == {"type": "range", "number": mine.value, "range": mine.within}
            assert (right["isCorrect"], wrong["isCorrect"], wrong["text"]["text"]) == (True, False, "*")
            assert says == list(map(words, mine.say))
            continue
        assert [seen(choice["text"]["text"]) for choice in theirs["choices"]] == [words(o.text) for o in mine.options]
        assert says == [words(option.say) for option in mine.options]
        right = [choice["isCorrect"] or (choice["weight"] or 0) > 0 for choice in theirs["choices"]]
        assert right == [option.right for option in mine.options]


BLACKBOARD = """
import json, sys
from qti_package_maker.engines.bbq_text_upload.read_package import make_item_cls_from_line
items = [vars(item) | {"type": item.item_type} for item in map(make_item_cls_from_line, sys.stdin) if item]
print(json.dumps(items, default=str))
"""


def test_another_reader_of_blackboards_upload_finds_the_same_questions(bank, readers):
    """Oracle: qti-package-maker, which knows no feedback either."""
    file, there = (bank[0] / "blackboard" / f"{SLUG}.txt").read_bytes(), {**os.environ, "PYTHONPATH": readers / "python"}
    read = subprocess.run([sys.executable, "-c", BLACKBOARD], input=file, env=there, check=True, capture_output=True)
    found, asked = json.loads(read.stdout), [question for chapter in CHAPTERS for question in practice.questions(chapter)]
    assert len(found) == len(asked)
    for theirs, mine in zip(found, asked):
        assert theirs["type"] == {"single": "MC", "several": "MA", "number": "NUM"}[mine.kind]
        assert seen(theirs["question_text"]) == words(mine.text)
        if mine.kind == "number":
            assert (theirs["answer_float"], theirs["tolerance_float"]) == (mine.value, mine.within)
            continue
        assert list(map(seen, theirs["choices_list"])) == [words(option.text) for option in mine.options]
        right = [theirs["answer_text"]] if mine.kind == "single" else theirs["answers_list"]
        assert list(map(seen, right)) == [words(option.text) for option in mine.options if option.right]


# --- all --------------------------------------------------------------------------------------


def test_nasty_texts_and_numbers_arrive_whole(quiz):
    out = quiz(NASTY)
    made = platforms.write_question_bank(out)
    questions = practice.questions(1)
    assert {question.name for question in questions} == {f"1.{place}" for place in range(1, 7)}
    for name in (SLUG, f"{SLUG}-01"):
        [[settings, assessment]] = package(out / "canvas" / f"{name}.zip")
        assert_follows_the_models(assessment)
        assert_canvas_asks(assessment, questions)
        assert settings.findtext(f"{CANVAS}title") == '1 · Odds & "ends" / more'
        [(path, nodes)] = categories(out / "moodle" / f"{name}.xml")
        assert path == ["top", TITLE, '01 · Odds & "ends" / more']
        assert_moodle_asks(nodes, questions)
        [(_, found)] = read_gift(out / "gift" / f"{name}.txt")
        assert_gift_asks(found, questions)
        assert_blackboard_asks(out / "blackboard" / f"{name}.txt", questions)
        assert_brightspace_asks(out / "brightspace" / f"{name}.csv", questions)
    for path, asked in made.items():
        assert asked == [q for q in questions if path.suffix != ".csv" or q.kind != "number"]


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("c) 5\n", "c) a <b c> d\n", "quizzes/01.txt, question 1.1: Canvas would show 'a <b c> d', the book 'a &lt"),
        ("c) 5\n", "c) 5 $x$\n", "question 1.1: Canvas would show '5 <img class="),
        ("c) 5\n", "c) > .05\n", "question 1.1: Canvas would show '<blockquote>"),
        ("c) 5\n", "c) 2. May\n", "question 1.1: Canvas would show '<ol"),
        ("c) 5\n", "c) _5_\n", "question 1.1: Canvas would show '<em>5</em>', the book '_5_'"),
        ("c) 5\n", "c) [5](6)\n", "question 1.1: Canvas would show '<a href"),
        ("c) 5\n", "c) &alpha;\n", "question 1.1: Canvas would show '&alpha;', the book '&amp;alpha;'"),
        ("- Wrong.\n", "- # Wrong.\n", "question 1.3: Canvas would show '<h1>Wrong.</h1>'"),
        ("It goes on here", "\n   It goes on here", "question 1.1: Canvas would show '<p>Is"),
        ("= 0 +- 0.5", "= 0 +- 0", "Invalid numerical response; all acceptable values must have a magnitude >= 0.0001"),
        ("   It goes on", " It goes on", "quizzes/01.txt, line 5 or above: Syntax error"),
        ("= 0 +- 0.5", "= nothing", "quizzes/01.txt, line 30 or above: Invalid numerical response"),
        ("*b)", "b)", "quizzes/01.txt, line 14 or above: Question must specify a correct choice"),
        ("Quiz title: 1 ·", "Quiz title: 2 ·", "quizzes/01.txt: the first line must be 'Quiz title: 1 · '"),
        ("Quiz title: 1 ·", "% 1 ·", "quizzes/01.txt: the first line must be 'Quiz title: 1 · '"),
    ],
)
def test_what_would_arrive_otherwise_is_refused_by_name(old, new, words, quiz):
    assert old in NASTY
    out = quiz(NASTY.replace(old, new, 1))
    with pytest.raises(ValueError, match=re.escape(words)):
        platforms.write_question_bank(out)
    assert not out.exists()


def test_a_book_without_questions_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(practice, "HERE", tmp_path)
    with pytest.raises(ValueError, match="There are no questions in"):
        platforms.write_question_bank(tmp_path / "out")


def test_the_same_questions_give_the_same_bytes_on_any_day(bank, tmp_path):
    again = platforms.write_question_bank(tmp_path)
    for first, second in zip(bank[1], again):
        assert first.name == second.name and first.read_bytes() == second.read_bytes()
        if first.suffix == ".zip":
            with zipfile.ZipFile(first) as archive:
                assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
                assert not re.search(r"\b20\d\d-\d\d-\d\d\b", archive.read("imsmanifest.xml").decode())


def test_identifiers_stay_when_a_question_is_reworded(quiz):
    """So that a second import can replace the first: Canvas goes by identifiers, Moodle's people by ID numbers."""
    out = quiz(NASTY)
    names = []
    for text in (NASTY, NASTY.replace("A negative one.", "A number below zero.")):
        (practice.HERE / "quizzes" / "01.txt").write_text(text, encoding="utf-8")
        platforms.write_question_bank(out)
        [[settings, assessment]] = package(out / "canvas" / f"{SLUG}-01.zip")
        names.append([settings.get("identifier")] + [node.get("ident") for node in assessment.iter(f"{QTI}item")])
    assert names[0] == names[1] and names[0][2] == f"text2qti_question_{platforms.IDENT}_1_2"


def test_the_readme_names_the_files_and_what_is_left_out(bank):
    out, made = bank
    assert sorted(made) == sorted(path for path in out.rglob("*") if path.is_file() and path.name != "README.txt")
    readme = (out / "README.txt").read_text(encoding="utf-8")
    named = re.findall(rf"(?:{'|'.join(platforms.FORMATS)})/\S+?\.\w+", readme)
    assert {name.split("/")[0] for name in named} == set(platforms.FORMATS)
    assert all((out / name.replace("NN", f"{CHAPTERS[0]:02d}")).is_file() for name in named)
    assert ", ".join(question.name for question in NUMBERS) in readme


@pytest.mark.parametrize("name", ["shuffle_answers_xml", "numerical_exact_html_xml"])
def test_another_text2qti_is_named(quiz, name, monkeypatch):
    """Whose objects have no such attribute: it would be set, and nobody would read it."""
    read_quiz = practice.read_quiz

    def newer(chapter):
        read = read_quiz(chapter)
        for thing in [read, *read.questions_and_delims]:
            thing.__dict__.pop(name, None)
        return read

    out = quiz(NASTY)
    monkeypatch.setattr(practice, "read_quiz", newer)
    with pytest.raises(ValueError, match=f"has no {name}: adapt _ext/classroom/platforms.py"):
        platforms.write_question_bank(out)
