"""From the files that people have to scores: what is in them, what stands between them and a result, and the result.

A `Study` takes the files as they came and the answers that its owner has given so far. What is certain it reads; what
would change a result and is not certain becomes a `Question`, in plain words and with what was seen. Nothing is linked,
dropped or counted on a guess.
"""

import difflib
import itertools
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from .codes import FORMS, canonical, no_code, one_apart, spaced
from .drafting import ADDED, ROW, draft
from .exports import DATES, dated, days, files_of, halves, like_a_code, time_column, wave_of
from .files import ANSWERS, TABLES, WAVES
from .reading import Survey, Unreadable, is_range, number_in, plain, records, sheets, shown, survey

OPTIONAL = {"labels", "higher_means", "max_skipped", "wording", "name"}  # a table without these columns is read
TRUE = set("true; 1; yes; y; complete; completed; finished; wahr; vrai; verdadero; vero; ja; oui; sí; si".split("; "))
FALSE = set("false; 0; no; n; incomplete; partial; unfinished; falsch; faux; falso; nein; non; in progress".split("; "))
NOT_PEOPLE = set(
    "survey preview; survey test; offline survey preview; survey preview spam; 1; 2; 9; 17".split("; ")
)  # Qualtrics
PREVIEW = re.compile("vorschau|aperçu|vista previa|anteprima|voorbeeld|visualização")  # as Qualtrics says it in other languages
SPAM = set("spam; imported spam; possible spam; 8; 12; 40".split("; "))


@dataclass
class Question:
    """What stands between the files and a result.

    ``choices`` are the answers that settle it, each with its words. ``form`` says how many are taken: ``"one"``;
    ``"several"``, as a text with semicolons between them, or "none"; or ``"text"``: any text, and no choices. With
    ``"mend"`` there is no answer: something has to be mended in the files. ``proposal`` is what was made of the files,
    which counts only if the answer says it, or "yes". ``settled`` is the answer given. With ``offer`` the result
    stands without an answer.
    """

    key: str
    title: str
    seen: list = field(default_factory=list)
    advice: str = ""
    choices: dict = field(default_factory=dict)
    weight: int = 5  # the order of work: files first, then the description, the columns, the answers, the people
    form: str = "mend"
    proposal: str = ""
    settled: str = ""
    offer: bool = False

    def __str__(self):
        lines = [self.title, *(f"    {line}" for line in self.seen)]
        lines += [f"  → {self.advice}"] * bool(self.advice)
        lines += [f"      {value}{f': {words}' if words else ''}" for value, words in self.choices.items()]
        lines += [f"      proposed: {self.proposal}"] * bool(self.proposal)
        return "\n".join(lines)


class Study:
    """A study, from its files.

    Parameters
    ----------
    files : path-like or dict
        A folder, a workbook, or ``{name: bytes}``: survey exports as they came, and if there are any the tables
        ``instruments`` and ``items`` that describe them (as CSV files or as sheets of a workbook).
    answers : dict, optional
        What the study's owner has answered: ``{key of a question: one of its choices}``. A table ``answers`` among the
        files, with the columns ``question`` and ``answer``, says the same.

    Attributes
    ----------
    questions : list of Question
        What has to be settled, in the order of work; offers last.
    notes : list of str
        What was read, left out or taken as equal, for the record.
    instruments, items : pandas.DataFrame
        The description.
    surveys : dict of Survey
        ``before`` and ``after``, once it is known which is which.
    grids : dict
        The exports as `sheets` reads them.
    responses, flow, scores : pandas.DataFrame
        As `link` and `score` return them, once no question is open; before that None.

    Examples
    --------
    >>> study = Study(DATA / "template")
    >>> study.open
    []
    >>> int(study.flow.loc["pairs", "after"])
    18
    """

    def __init__(self, files, answers=None):
        self.given = dict(answers or {})
        self.asked, self.notes, self.grids, self._known = {}, [], {}, {}
        self.instruments = self.items = self.responses = self.flow = self.scores = None
        self.surveys, self.described, self.once = {}, False, set()  # once: columns of one wide file that have no partner
        self.long = False  # one table with a row for each person and survey, in which even a running number links people
        tables, exports = self._read(files_of(files))
        if self.open:
            return
        self.surveys = self._waves(exports)
        if not self.open:
            self._again()
        if self.open:
            return
        self.code, self.place = {}, {}
        self.described = bool(set(tables) & set(TABLES))
        if self.described:
            self._describe(tables)
        else:
            draft(self)
        if self.open:
            return
        self._columns()
        if self.open:
            return
        numbers = self._numbers()
        people = self._people(numbers)
        if not self.open:
            self._link(people)

    @property
    def open(self):
        """What must be answered or mended before there is a result."""
        return [question for question in self.questions if not question.settled and not question.offer]

    @property
    def questions(self):
        return sorted(self.asked.values(), key=lambda question: (question.offer, question.weight))

    @property
    def problems(self):
        """The open questions as a table, under the key of each: what was found, where, and what settles it."""
        lines = {}
        for question in self.open:
            settles = filter(None, [" or ".join(question.choices), question.advice])
            lines[question.key] = [question.title, "; ".join(question.seen), ". ".join(settles)]
        columns = ["what", "where", "what to do"]
        return pd.DataFrame.from_dict(lines, orient="index", columns=columns)

    def ask(self, key, title, seen=(), advice="", choices=None, weight=5, form="one", proposal="", offer=False, full=False):
        """Ask, unless it is answered; return the answer, or nothing."""
        if key not in self.asked:
            seen, choices = list(seen), {str(value): words for value, words in (choices or {}).items()}
            form = form if choices or form == "text" else "mend"
            question = Question(key, title, seen if full else seen[:8], advice, choices, weight, form, proposal, offer=offer)
            if len(seen) > 8 and not full:
                question.seen.append(f"… and {len(seen) - 8} more")
            given = shown(self.given.get(key, ""))
            if plain(given) == "yes" and proposal and "yes" not in choices:
                given = proposal
            parts = [given] if form != "several" else [] if plain(given) == "none" else list(map(shown, given.split(";")))
            known = {plain(value): value for value in choices}
            if given and form == "text":
                question.settled = given
            elif given and form != "mend" and all(plain(part) in known for part in parts):
                question.settled = "; ".join(known[plain(part)] for part in parts) or "none"
            elif given:
                question.seen.append(f"The answer “{given}” is none of the choices.")
            self.asked[key] = question
        return self.asked[key].settled

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    # Files: which tables there are, and which survey is which

    def _read(self, files):
        tables, exports = {}, {}
        for name, content in files.items():
            place = PurePosixPath(name)
            try:
                found = sheets(content, name)
            except Unreadable as error:
                self.ask(f"file: {name}", str(error), weight=1)
                continue
            for sheet, (notes, rows) in found.items():
                called = f"{name}, sheet {sheet}" if sheet and len(found) > 1 else name
                stem = plain(sheet) if len(found) > 1 else plain(place.stem)
                head = {plain(cell) for cell in rows[0][1]}
                if stem == ANSWERS and not {"question", "answer"} <= head:
                    stem = ""  # an export may be called answers
                if stem in TABLES or stem == ANSWERS or stem in ("codebook", "read me"):
                    if stem in TABLES or stem == ANSWERS:
                        tables[stem] = called, rows
                    continue
                if (
                    place.suffix.lower() == ".csv"
                    and plain(place.stem) in ("scores", "responses", "published")
                    and "/" not in name
                    and any("/" in other for other in files)
                ):
                    continue  # what the book's own folder holds besides
                try:
                    export = survey(rows, called, notes)
                except Unreadable as error:
                    if len(found) > 2 and len(rows) == 1:
                        self.note(f"{called}: only one row, not read.")
                    else:
                        self.ask(f"file: {called}", str(error), weight=1)
                    continue
                exports[called], self.grids[called] = export, rows
                for text in export.notes:
                    self.note(f"{called}: {text}.")
        if ANSWERS in tables:
            for _, row in records(tables.pop(ANSWERS)[1]):
                if row.get("answer"):
                    self.given.setdefault(row.get("question", ""), row["answer"])
        if not exports and not self.asked:
            self.ask(
                "file: none",
                "There is no survey export among the files.",
                advice="Give the files that the survey platform exported.",
                weight=1,
            )
        return tables, exports

    def _waves(self, exports):
        """Return the surveys by wave."""
        exports = self._stack(exports)
        names = list(exports)
        alike = [(one, other) for one, other in itertools.combinations(names, 2) if _bag(exports[one]) == _bag(exports[other])]
        if alike:
            one, other = alike[0]
            if len(names) > 2 or not (time_column(exports[one]) or halves(exports[one].header)):
                self.ask(
                    "file: same", f"{one} and {other} are the same: they hold the same rows.", weight=1,
                    advice="Give the export of the first survey and that of the second.",
                )  # fmt: skip
                return {}
            self.note(f"{one} and {other} are the same file: read as one that holds both surveys.")
            names = [one]
        if len(names) == 1:
            return self._one_file(exports[names[0]])
        named = {wave: [name for name in names if plain(PurePosixPath(name).stem) == wave] for wave in WAVES}
        if len(names) > 2 and all(len(found) == 1 for found in named.values()):  # a study folder with something beside them
            for name in names:
                if name not in named["before"] + named["after"]:
                    self.note(f"{name} not read: the two surveys are {named['before'][0]} and {named['after'][0]}.")
            names = [*named["before"], *named["after"]]
        told = {name: wave_of(PurePosixPath(name.replace(", sheet ", "/")).stem) for name in names}
        first, second = ([name for name in names if told[name] == wave] for wave in WAVES)
        if len(names) == 2 and len(first) == len(second) == 1:
            when = [days(exports[name]) for name in (*first, *second)]
            if all(when) and all(
                one[0] > other[1] for one, other in itertools.product(*when)
            ):  # all of the first after all of the second
                both = [*second, *first]
                seen = [f"{name}: {len(exports[name].rows)} rows{dated(exports[name])}" for name in both]
                choices = {f"{one} → {other}": f"{one} is the first survey" for one, other in (both, both[::-1])}
                chosen = self.ask(
                    "surveys", f"By its dates, {both[0]} is the first survey. Which is it?", seen, choices=choices, weight=1
                )
                return dict(zip(WAVES, [exports[name] for name in chosen.split(" → ")])) if chosen else {}
            return {"before": exports[first[0]], "after": exports[second[0]]}
        pairs = {
            f"{one} → {other}": f"{one} is the first survey, {other} the second"
            for one, other in itertools.permutations(names, 2)
        }
        seen = [f"{name}: {len(exports[name].rows)} rows{dated(exports[name])}" for name in names]
        which = "Which is the first survey?" if len(names) == 2 else "Which two surveys shall be compared, and in which order?"
        when = {name: days(exports[name]) for name in names} if len(names) == 2 else {}
        early = [
            name for name in names if when and all(when.values()) and when[name][1] < max(when[other][0] for other in names)
        ]
        if len(names) == 2 and len(first) + len(second) == 1:  # one of the two names tells, and is believed before the dates
            early = first or [name for name in names if not told[name]]
        proposal = f"{early[0]} → {next(name for name in names if name != early[0])}" if len(early) == 1 else ""
        chosen = self.ask("surveys", which, seen, choices=pairs, weight=1, proposal=proposal)
        return dict(zip(WAVES, [exports[name] for name in chosen.split(" → ")])) if chosen else {}

    def _stack(self, exports):
        """Take files with the same columns as one table, if a column says the survey of each row: a file for each person."""
        alike = defaultdict(dict)
        for called, export in exports.items():
            alike[tuple(map(plain, export.header))][called] = export
        exports, whole = max(alike.values(), key=len, default={}), exports
        if len(exports) < 3:  # two are a study's two exports
            return whole
        first = next(iter(exports.values()))
        rows, sent = [], Counter()
        for export in exports.values():
            own = [dict(zip(first.header, row.values())) for _, row in export.rows]
            cells = [tuple(map(shown, row.values())) for row in own]
            here = Counter(cells)
            for row, cell in zip(own, cells):
                if sent[cell] < here[cell]:  # else it is of a file that was given twice, or in an earlier one of that person
                    rows.append((len(rows) + 2, row))
                    sent[cell] += 1
        name = f"{len(exports)} files"
        table = Survey(name, first.header, rows, first.texts, [], first.platform)
        column = time_column(table)
        if not column or {wave_of(row[column]) for _, row in rows} != set(WAVES):
            return whole
        for called in [called for called in whole if called not in exports]:
            self.ask(
                f"file: {called}", f"{called} has other columns than the {name} that together are one table.", weight=1,
                advice="Remove it, or these files: a study is one table or two exports.",
            )  # fmt: skip
        read = sum(len(export.rows) for export in exports.values())
        self.note(f"{name} with the same columns taken as one table, whose column “{column}” says the survey.")
        if again := read - len(rows):
            self.note(f"{name}: {again} row{'s' * (again > 1)} that an earlier file holds word for word, counted once.")
        self.grids = {name: [(1, first.header), *((number, list(row.values())) for number, row in rows)]}
        return {name: table}

    def _again(self):
        """Ask about rows of the first survey that stand in the second too, as in an export of a form that was used twice."""
        before, after = (self.surveys[wave] for wave in WAVES)
        if before.name not in self.grids or after.name not in self.grids:
            return  # one file, in which each row was given to its survey
        names = {plain(name) for name in before.header} & {plain(name) for name in after.header}
        rows, same = _bag(before, names), []
        people = self._status(after, dict(after.rows))
        for number, row in people.items():
            content = next(iter(_bag(Survey("", [], [(number, row)]), names)))
            if rows[content]:
                rows[content] -= 1
                same.append(number)
        stamped = any(plain(name) in DATES for name in before.header if plain(name) in names)
        whole, half = len(same) == len(before.rows), len(same) >= max(3, len(before.rows) / 2)
        if not same or not stamped and not (whole or half and len(names) > 4):  # few columns may agree because nothing changed
            return
        chosen = self.ask("again", f"{len(same)} row{'s' * (len(same) > 1)} of {after.name} stand{'s' * (len(same) == 1)} in {before.name} too, word for word.", [f"row {number}" for number in same], weight=1,
                          choices={"leave out": "they are from the first survey: a form was used twice, and exported with all its answers",
                                   "keep": "people answered the second survey just as the first"})  # fmt: skip
        if chosen == "leave out":
            after.rows = [(number, row) for number, row in after.rows if number not in same]
            if not after.rows:
                self.ask("file: same", f"{before.name} and {after.name} hold the same rows.", weight=1, advice="Give the export of the first survey and that of the second.")  # fmt: skip

    def _one_file(self, export):
        column = time_column(export)
        if column:
            written = {}
            for cell in filter(shown, export.column(column)):
                written.setdefault(plain(cell), shown(cell))
            cells = Counter(written.get(plain(cell), "") for cell in export.column(column))
            nowhere = cells.pop("", 0)
            if nowhere:
                self.note(f"{export.name}: {nowhere} row{'s' * (nowhere > 1)} with an empty cell in “{column}” left out.")
            values = list(cells)
            waves = {wave: [value for value in values if wave_of(value) == wave] for wave in WAVES}
            if len(values) == 2 and len(waves["before"]) == len(waves["after"]) == 1:
                chosen = [waves["before"][0], waves["after"][0]]
                self.note(
                    f"{export.name}: column “{column}” says the survey: “{chosen[0]}” is the first, “{chosen[1]}” the second."
                )
            else:
                pairs = {
                    f"{one} → {other}": f"“{one}” is the first survey, “{other}” the second"
                    for one, other in itertools.permutations(values, 2)
                }
                seen = [f"{value}: {count} rows" for value, count in cells.items()]
                chosen = self.ask(
                    "surveys",
                    f"Column “{column}” says which survey a row belongs to. Which two are to be compared?",
                    seen,
                    choices=pairs,
                    weight=1,
                )
                chosen = chosen.split(" → ") if chosen else []
            self.long = True
            return {
                wave: Survey(
                    f"{export.name}, {value}", [name for name in export.header if name != column],
                    [(number, row) for number, row in export.rows if plain(row[column]) == plain(value)], export.texts, [], export.platform,
                )
                for wave, value in zip(WAVES, chosen)
            }  # fmt: skip
        doubled = halves(export.header)
        if doubled:
            own = {name for pair in doubled.values() for name in pair}
            rest = [name for name in export.header if name not in own]
            self.once = {plain(name) for name in rest}
            self.note(
                f"{export.name}: {len(doubled)} questions stand in two columns each, such as “{'” and “'.join(next(iter(doubled.values())))}”."
            )
            return {
                wave: Survey(
                    f"{export.name}, {wave}", [ROW, *rest, *doubled],
                    [
                        (number, {ROW: str(number), **{name: row[name] for name in rest}, **{stem: row[pair[place]] for stem, pair in doubled.items()}})
                        for number, row in export.rows
                    ],
                    {}, [], export.platform,
                )
                for place, wave in enumerate(WAVES)
            }  # fmt: skip
        self.ask(
            "file: one", f"{export.name} is the only export, and it does not say which rows or columns belong to the second survey.", weight=1,
            advice="Give both exports; or one file with a column such as “time”, or with two columns a question, such as “pre_q1” and “post_q1”.",
        )  # fmt: skip
        return {}

    # The description

    def _describe(self, tables):
        for table in TABLES:
            if table not in tables:
                self.ask(f"description: no {table}", f"The table “{table}” is missing: nothing says yet what the columns are.", weight=2,
                         advice="Fill in the draft.")  # fmt: skip
        if self.open:
            return
        rows = {}
        for table, columns in TABLES.items():
            where, cells = tables[table]
            rows[table] = records(cells)
            header = set(rows[table][0][1]) if rows[table] else set()
            for column in columns:
                if column not in header and column not in OPTIONAL:
                    close = difflib.get_close_matches(column, header, 1)
                    self._mend(
                        where,
                        1,
                        f"there is no column “{column}”" + (f", but “{close[0]}”" if close else ""),
                        f"Call it “{column}”.",
                    )
        if self.open:
            return
        where = tables["instruments"][0]
        instruments, kinds = {}, {}
        for number, row in rows["instruments"]:
            name = row["instrument"]
            if not name:
                self._mend(where, number, "an instrument without a name", "Give each instrument a short name.")
            elif name in instruments:
                self._mend(where, number, f"“{name}” again", "Give each instrument a name of its own.")
            else:
                instruments[name], kinds[name] = self._instrument(where, number, row)
        where = tables["items"][0]
        items, seen = [], set()
        for number, row in rows["items"]:
            item, instrument, turned = row["item"], row["instrument"], plain(row["reversed"])
            if not item:
                self._mend(where, number, "an item without a column", "Write the name of its column in the exports.")
            if instrument not in instruments:
                self._mend(where, number, f"“{instrument}” is no instrument", f"One of: {', '.join(instruments)}.")
            if turned not in TRUE | FALSE:
                self._mend(
                    where, number, f"“{row['reversed']}” in column reversed", "Write yes or no: is the item reverse-scored?"
                )
            if (item, instrument) in seen:
                self._mend(where, number, f"“{item}” again", "Each item once in an instrument.")
            seen.add((item, instrument))
            other = next((there["instrument"] for there in items if there["item"] == item), instrument)
            if {other, instrument} <= set(instruments) and any(
                instruments[other][end] != instruments[instrument][end] for end in ("lowest", "highest", "labels")
            ):
                self._mend(
                    where,
                    number,
                    f"“{item}” belongs to “{other}” and “{instrument}”, whose answers differ",
                    "An item has one scale.",
                )
            second = next((row[column] for column in ("after", "column after", "item after") if row.get(column)), "")
            items.append({"item": item, "instrument": instrument, "wording": row.get("wording", ""),
                          "reversed": "yes" if turned in TRUE else "no", "after": second})  # fmt: skip
        where = tables["instruments"][0]
        for number, row in rows["instruments"]:
            own = [item for item in items if item["instrument"] == row["instrument"]]
            if row["instrument"] in instruments and not own:
                self._mend(
                    where,
                    number,
                    f"no item belongs to “{row['instrument']}”",
                    "Give it one in the table items, or remove the row.",
                )
            skipped = instruments.get(row["instrument"], {}).get("max_skipped")
            if own and skipped is not None and skipped >= len(own) and skipped > 0:
                self._mend(where, number, f"max_skipped is {skipped:g}, but “{row['instrument']}” has {len(own)} item{'s' * (len(own) > 1)}",
                           "How many items may a person skip and still have a score? Fewer than there are.")  # fmt: skip
        names = Counter(plain(instrument["name"]) for instrument in instruments.values())
        for number, row in rows["instruments"]:
            name = instruments.get(row["instrument"], {}).get("name", "")
            if names[plain(name)] > 1:
                self._mend(
                    where,
                    number,
                    f"two instruments are called “{name}”",
                    "Give each a name of its own: it heads a row of the results.",
                )
        self.instruments = pd.DataFrame.from_dict(instruments, orient="index", columns=TABLES["instruments"][1:]).rename_axis(
            "instrument"
        )
        self.items = pd.DataFrame(items, columns=[*TABLES["items"], "after"], dtype=object).set_index("item")
        self.kinds = kinds

    def _mend(self, where, number, found, advice):
        self.ask(f"description: {where}, row {number}: {found}", f"{where}, row {number}: {found}.", advice=advice, weight=2)

    def _instrument(self, where, number, row):
        """Return the row with numbers, and {answer as compared: number}, or None if any number in the range is an answer."""
        name = row["instrument"]
        ends = {}
        for end in ("lowest", "highest"):
            value = number_in(row.get(end, ""))
            if value is None:
                self._mend(
                    where, number, f"“{row.get(end, '')}” in column {end}", "Write a number: the end of the scale of one item."
                )
                value = np.nan
            ends[end] = value
        skipped = number_in(row.get("max_skipped", "")) if row.get("max_skipped") else None
        if row.get("max_skipped") and (skipped is None or skipped < 0 or skipped % 1):
            self._mend(where, number, f"“{row['max_skipped']}” in column max_skipped", "Write a whole number, 0 or more.")
        low, high = ends["lowest"], ends["highest"]
        if not low < high and not np.isnan(low + high):
            self._mend(where, number, f"highest is {high:g}, lowest {low:g}", "The highest is more than the lowest.")
        labels = [shown(label) for label in row.get("labels", "").rstrip("; ").split(";")]
        kind = None
        if any(labels) and not is_range(row["labels"], low, high) and not np.isnan(low + high) and low < high:
            steps = np.arange(low, high + 1)
            compared = [plain(label) for label in labels]
            if low % 1 or high % 1 or len(labels) != len(steps):
                self._mend(where, number, f"{len(labels)} labels for the answers {low:g} to {high:g}",
                           "Write one label for each number, with semicolons between them; or none, if people give a number. A semicolon within a label is written as a comma.")  # fmt: skip
            elif len(set(compared) - {""}) < len(labels):
                self._mend(
                    where, number, "two labels that are the same, or an empty one", "Each answer has a label of its own."
                )
            elif any(number_in(label) not in (None, step) for label, step in zip(labels, steps)):
                wrong = next((label, step) for label, step in zip(labels, steps) if number_in(label) not in (None, step))
                self._mend(where, number, f"the label “{wrong[0]}” stands for the number {wrong[1]:g}",
                           f"Labels that are numbers stand for themselves: is “{name}” from {labels[0]} to {labels[-1]}?")  # fmt: skip
            elif any(number_in(label) is None for label in labels):
                kind = dict(zip(compared, steps.tolist()))
        whole = int if all(float(value).is_integer() for value in ends.values() if not np.isnan(value)) else float
        return {
            "name": row.get("name") or name, "lowest": whole(low) if not np.isnan(low) else low,
            "highest": whole(high) if not np.isnan(high) else high, "labels": row.get("labels", ""),
            "higher_means": row.get("higher_means", ""), "max_skipped": None if skipped is None else int(skipped),
        }, kind  # fmt: skip

    # Columns: the code, and the items

    def _columns(self):
        exact = {wave: [name for name in export.header if plain(name) == "code"] for wave, export in self.surveys.items()}
        empty = any(not any(map(shown, self.surveys[wave].column(name))) for wave in WAVES for name in exact[wave])
        for wave, export in self.surveys.items():
            if wave in self.code:
                pass  # drafted
            elif len(exact[wave]) == 1 and not empty:
                self.code[wave] = exact[wave][0]
            else:
                likely = sorted(export.header, key=lambda name: -like_a_code(export, name))[:8]
                choices = {
                    name: f"such as {', '.join(shown(cell) for cell in export.column(name)[:3])}"
                    for name in likely
                    if any(map(shown, export.column(name))) and name != ROW
                }
                choices |= {ROW: "each row is one person, whose two answers stand in it"} if ROW in export.header else {}
                chosen = self.ask(
                    f"code: {wave}",
                    f"Which column of {export.name} holds the code that links a person's two surveys?",
                    choices=choices,
                    weight=3,
                )
                self.code[wave] = chosen or None
            by_name = defaultdict(list)
            for name in export.header:
                by_name[plain(name)].append(name)
            by_text = defaultdict(list)
            for name, text in export.texts.items():
                by_text[plain(text)].append(name)
            for item in dict.fromkeys(self.items.index):
                row = self.items.loc[[item]].iloc[0]
                wanted = row["after"] if wave == "after" and row["after"] else item
                found = [wanted] if wanted in export.header else by_name[plain(wanted)] or by_text[plain(wanted)]
                if len(found) == 1 and plain(found[0]) not in self.once:
                    self.place[wave, item] = found[0]
        for wave, export in self.surveys.items():
            lacking = [shown(item) for item in dict.fromkeys(self.items.index) if (wave, item) not in self.place]
            if len(lacking) > max(2, self.items.index.nunique() / 2):
                self.ask(f"columns: {wave}", f"{export.name} lacks {len(lacking)} of the {self.items.index.nunique()} items.", lacking, weight=3,
                         advice=f"Its columns are: {', '.join([name for name in export.header if name != ROW][:12])}{', …' * (len(export.header) > 12)}. Write these names in the column “item” of the table items.")  # fmt: skip
        if any(key.startswith("columns: ") for key in self.asked):
            return
        for (wave, export), item in itertools.product(self.surveys.items(), dict.fromkeys(self.items.index)):
            if (wave, item) not in self.place and item in self.items.index:
                taken = {name for (w, _), name in self.place.items() if w == wave} | {self.code[wave]}
                free = [name for name in export.header if name not in taken and plain(name) not in ADDED | self.once]
                close = difflib.get_close_matches(plain(item), [plain(name) for name in free], 6, 0.4)
                near = [name for name in free if plain(name) in close]
                near += [
                    name
                    for name in free
                    if _share(export, name, self.kinds, self.items.loc[[item]].iloc[0]["instrument"], self.instruments)
                    and name not in near
                ]
                choices = {name: "this column is the item" for name in near[:8]} | {
                    "leave out": "the item counts in neither survey"
                }
                chosen = self.ask(f"column: {item}, {wave}", f"{export.name} has no column “{shown(item)}”.", choices=choices, weight=3,
                                  advice="If the question was reworded, say so when you report: a changed question may be answered differently.")  # fmt: skip
                if chosen and chosen != "leave out":
                    self.place[wave, item] = chosen
                elif chosen and item in self.items.index:
                    self.items = self.items.drop(index=item)
                    self.note(f"Item “{shown(item)}” left out of both surveys: {export.name} does not have it.")
        if self.open:
            return
        before, after = (self.surveys[wave] for wave in WAVES)
        differ = {"moved": {}, "reworded": {}}
        for item in dict.fromkeys(self.items.index):
            first, second = (shown(export.texts.get(self.place[wave, item], "")) for wave, export in self.surveys.items())
            if first and second and plain(first) != plain(second):
                elsewhere = [name for name, text in after.texts.items() if plain(text) == plain(first)]
                differ["moved" if len(elsewhere) == 1 else "reworded"][item] = first, second, elsewhere
        for how, items in differ.items():
            if not items:
                continue
            choices = (
                {"other columns": "take the columns of the second survey that have these questions"} if how == "moved" else {}
            )
            choices |= {"same questions": "they were only reworded", "leave out": "these items count in neither survey"}
            columns = (
                f"{len(items)} columns are other questions"
                if len(items) > 1
                else f"Column {next(iter(items))} is another question"
            )
            seen = [
                f"{item}: “{first}”, then “{second}”" + (f"; that question is {there[0]} there" if how == "moved" else "")
                for item, (first, second, there) in items.items()
            ]
            chosen = self.ask(f"wording: {how}", f"{columns} in the second survey.", seen, choices=choices, weight=3,
                              advice="A changed question may be answered differently: say so when you report.")  # fmt: skip
            if chosen == "other columns":
                self.place.update({("after", item): there[0] for item, (_, _, there) in items.items()})
            elif chosen == "leave out":
                self.items = self.items.drop(index=list(items))
        for wave, export in self.surveys.items():
            used = {name for (w, _), name in self.place.items() if w == wave} | {self.code[wave]}
            unused = [name for name in export.header if name not in used and plain(name) not in ADDED]
            if unused:
                self.note(
                    f"{export.name}: {len(unused)} column{'s' * (len(unused) > 1)} not used: {', '.join(map(shown, unused[:6]))}{', …' * (len(unused) > 6)}."
                )
        for name in list(self.instruments.index):
            if not (self.items["instrument"] == name).any():
                self.ask(
                    f"instrument: {name}",
                    f"No item of “{name}” is left.",
                    advice="Remove it from the table instruments.",
                    weight=3,
                )

    # Answers: cells to numbers

    def _numbers(self):
        """Return, for each wave, a frame of numbers by row; ask about what cannot be read."""
        unread, numbered, frames = defaultdict(list), defaultdict(Counter), {}  # numbered also by item
        belongs = {item: list(self.items.loc[[item], "instrument"]) for item in dict.fromkeys(self.items.index)}
        for wave, export in self.surveys.items():
            frame = {}
            for item in dict.fromkeys(self.items.index):
                values = []
                for number, row in export.rows:
                    cell, value = row[self.place[wave, item]], np.nan
                    for name in belongs[item]:
                        value, how = self._cell(cell, name)
                        if how == "thousands":
                            value, how = self._thousands(export, item, belongs[item][0], cell), "number"
                        numbered[name, wave][how] += 1
                        numbered[name, wave, item][how] += 1
                        if how == "unread" and name == belongs[item][0]:  # a shared item is asked about once
                            unread[name, plain(cell)].append((wave, number, item, shown(cell)))
                    values.append(value)
                frame[item] = values
            frames[wave] = pd.DataFrame(frame, index=[number for number, _ in export.rows], dtype=float)
        self._shift(frames, unread, belongs)
        order = sorted(unread.items(), key=lambda both: -len(both[1]))
        for (name, cell), places in order:
            instrument, text = self.instruments.loc[name], places[0][3]
            outside = number_in(cell)
            labels = [shown(label) for label in instrument["labels"].split(";")] if self.kinds[name] else []
            close = difflib.get_close_matches(cell, list(map(plain, labels)), 1)
            near = next((label for label in labels if close and plain(label) == close[0]), None)
            choices = {**({near: f"it means “{near}”"} if near else {}), "missing": "the item was not answered",
                       **{label: f"it means “{label}”" for label in labels if label != near}}  # fmt: skip
            counts = (
                f"{len(places)} cell{'s' * (len(places) > 1)} of “{instrument['name']}” say{'s' * (len(places) == 1)} “{text}”"
            )
            if outside is not None:
                counts += f", outside {instrument['lowest']:g} to {instrument['highest']:g}"
            elif near:
                counts += f"; the label is “{near}”"
            seen = [f"{self.surveys[wave].name}, row {number}, {shown(item)}" for wave, number, item, _ in places]
            chosen = self.ask(f"cell: {name}: {cell}", f"{counts}.", seen, choices=choices, weight=4,
                              advice="If it is a slip in single cells, mend the export." if outside is not None else "")  # fmt: skip
            if chosen and chosen != "missing":
                for wave, number, item, _ in places:
                    frames[wave].loc[number, item] = self.kinds[name][plain(chosen)]
        self._check_numbers(numbered, frames)
        return frames

    def _shift(self, frames, unread, belongs):
        """Ask about numbers that lie one beside the scale, such as 0 to 4 for a scale that is described as 1 to 5."""
        for name, instrument in self.instruments.iterrows():
            low, high = instrument["lowest"], instrument["highest"]
            items = [item for item in belongs if belongs[item][0] == name]
            steps = {}
            for wave, export in self.surveys.items():
                seen = {number_in(row[self.place[wave, item]]) for _, row in export.rows for item in items} - {None}
                for step, beyond, absent in ((1, low - 1, high), (-1, high + 1, low)):
                    if (
                        beyond in seen
                        and absent not in seen
                        and min(seen) >= low - 1
                        and max(seen) <= high + 1
                        and high - low <= 20
                    ):
                        steps[wave] = step, beyond
            leading = [re.match(r"\d+", plain(label)) for label in self.kinds[name] or [""]]
            offsets = (
                {low + place - int(number[0]) for place, number in enumerate(leading) if number} if all(leading) else set()
            )
            if offsets in ({1}, {-1}) and not steps:  # 0 times, 1 time, ... for the numbers 1, 2, ...
                way = offsets.pop()
                steps = {wave: (way, low - 1 if way > 0 else high + 1) for wave in WAVES if any(
                    not np.isnan(self._cell(row[self.place[wave, item]], name)[0]) and number_in(row[self.place[wave, item]]) is not None
                    for _, row in self.surveys[wave].rows for item in items)}  # fmt: skip
            if not steps:
                continue
            step, beyond = next(iter(steps.values()))
            first = shown(instrument["labels"].split(";")[0]) if self.kinds[name] else f"{low:g}"
            chosen = self.ask(f"shift: {name}", f"“{instrument['name']}” is described as {low:g} to {high:g}, but the numbers seem to go from {low - step:g} to {high - step:g}.",
                              [f"{self.surveys[wave].name}: {there:g} is there, {there + (high - low + 1) * way:g} is not" for wave, (way, there) in steps.items()], weight=4,
                              choices={"next to it": f"{low - step:g} is “{first}”, and so on", "as described": f"{low:g} is “{first}”, and {beyond:g} is no answer of this scale"})  # fmt: skip
            if chosen == "as described":
                continue
            for wave, (way, there) in steps.items():
                places = [place for place in unread.get((name, f"{there:g}"), []) if place[0] == wave]
                for place in places:
                    unread[name, f"{there:g}"].remove(place)
                    frames[wave].loc[place[1], place[2]] = there
                if chosen:
                    frames[wave][items] += way
            for key in [key for key, places in unread.items() if not places]:
                del unread[key]

    def _cell(self, cell, name):
        """Return the number of an answer, and how it was read."""
        if (name, cell) not in self._known:
            self._known[name, cell] = self._first_cell(cell, name)
        return self._known[name, cell]

    def _thousands(self, export, item, name, cell):
        """Ask once whether a point or comma before three digits marks thousands or decimals."""
        chosen = self.ask(f"thousands: {name}", f"“{self.instruments.at[name, 'name']}”: is “{shown(cell)}” more than a thousand, or a number with decimals?",
                          [f"{export.name}, {shown(item)}: {shown(cell)}"], choices={"thousands": "the sign stands between thousands", "decimals": "the sign stands before decimals"}, weight=4)  # fmt: skip
        return number_in(cell) * (1000 if chosen == "thousands" else 1)

    def _first_cell(self, cell, name):
        text, kind, instrument = plain(cell), self.kinds[name], self.instruments.loc[name]
        if not text:
            return np.nan, "empty"
        if kind and text not in kind:
            text = text.replace(";", ",")  # as the description has to write it
        if kind and text in kind:
            return kind[text], "label"
        low, high = instrument["lowest"], instrument["highest"]
        points = re.fullmatch(r"(\S+) ?/ ?(\S+)", text)  # as Google Forms writes the points of a quiz
        text = points[1] if points and number_in(points[2]) == high else text
        value = number_in(text)
        if value is not None and text.endswith("%") and high <= 1:
            value /= 100
        if (
            value is not None
            and re.fullmatch(r"-?[1-9]\d{0,2}[.,]\d{3}", text)
            and abs(value) * 1000 <= max(abs(low), abs(high))
        ):
            return np.nan, "thousands"  # 1,200 may be twelve hundred or one and a fifth
        if value is not None and low <= value <= high and (not kind or value % 1 == 0):
            return value, "number"
        both = re.fullmatch(r"(\d+)\s*[-.:=)]\s*(.+)", text) or re.fullmatch(r"(?P<words>.+?)\s*\((?P<number>\d+)\)", text)
        if both and kind:
            groups = both.groupdict() or dict(zip(("number", "words"), both.groups()))
            if kind.get(groups["words"]) == int(groups["number"]):
                self.note(f"“{shown(cell)}” read as “{groups['words']}”: number and label agree.")
                return kind[groups["words"]], "label"
        return np.nan, "unread"

    def _check_numbers(self, numbered, frames):
        """Ask whether numbers are what the description takes them for."""
        settled = set()
        for name, instrument in self.instruments.iterrows():
            kind, low, high = self.kinds[name], instrument["lowest"], instrument["highest"]
            items = [item for item in dict.fromkeys(self.items.index[self.items["instrument"] == name]) if item not in settled]
            settled.update(items)  # an item of two instruments is recoded once
            if not items:
                continue
            only = {wave: numbered[name, wave]["number"] and not numbered[name, wave]["label"] for wave in WAVES}
            worded = {wave: any(numbered[other, wave]["label"] for other in self.instruments.index) for wave in WAVES}
            recoded = {
                wave: any(numbered[other, wave]["number"] for other, kind in self.kinds.items() if kind) for wave in WAVES
            }
            qualtrics = any(export.platform == "Qualtrics" for export in self.surveys.values())
            mixed = worded["before"] != worded["after"] and (recoded["before"] or recoded["after"])
            apart = {
                wave: [
                    item for item in items if numbered[name, wave, item]["number"] and not numbered[name, wave, item]["label"]
                ]
                for wave in WAVES
                if kind and numbered[name, wave]["label"]
            }  # items that hold numbers where others of the same instrument hold labels
            self._apart(name, instrument, apart, frames)
            if kind and any(only.values()) and (qualtrics or mixed) or not kind and mixed and qualtrics:
                first = [shown(label) for label in instrument["labels"].split(";")] if kind else [f"{low:g}", f"{high:g}"]
                where = " and ".join(
                    self.surveys[wave].name for wave in WAVES if only[wave] and (not mixed or not worded[wave])
                )
                choices = {"as described": f"{low:g} is “{first[0]}” and {high:g} is “{first[-1]}”"}
                choices["turned"] = f"{low:g} is “{first[-1]}” and {high:g} is “{first[0]}”"
                if not kind and low == 0:
                    choices["from 1"] = f"the platform numbers the choices from 1: 1 is “{first[0]}”"
                chosen = self.ask(f"numbers: {name}", f"“{instrument['name']}”: {where} holds numbers, not the answers as people saw them. What do they mean?",
                                  ["Qualtrics numbers the choices in the order in which they were made, not in which they are shown."] * qualtrics,
                                  choices=choices, weight=4, advice="Look it up under Recode Values; or export again, with “Use choice text”.")  # fmt: skip
                for wave in WAVES:
                    if only[wave] and (not mixed or not worded[wave]):
                        if chosen == "turned":
                            frames[wave][items] = low + high - frames[wave][items]
                        elif chosen == "from 1":
                            frames[wave][items] = frames[wave][items] - 1
            elif kind and any(numbered[name, wave]["number"] for wave in WAVES):
                self.note(
                    f"“{instrument['name']}”: numbers read as {', '.join(f'{number:g} = {label}' for label, number in kind.items())}."
                )
            cells = {wave: frames[wave][items].to_numpy().ravel() for wave in WAVES}
            cells = {wave: values[~np.isnan(values)] for wave, values in cells.items()}
            if kind and low == 0 and all(only.values()) and min(values.min(initial=9) for values in cells.values()) >= 1:
                chosen = self.ask(f"zero: {name}", f"“{instrument['name']}” is described as {low:g} to {high:g}, but nobody chose 0 in either survey.", weight=4,
                                  choices={"as described": "nobody chose the lowest answer", "from 1": f"the numbers go from 1 to {high + 1:g}"})  # fmt: skip
                if chosen == "from 1":
                    for wave in WAVES:
                        frames[wave][items] = frames[wave][items] - 1
            if high - low <= 20 and all(only.values()) and min(map(len, cells.values())) >= 10:
                for (wave, few), (other, many) in itertools.permutations(cells.items()):
                    share = (many > few.max()).mean()
                    if many.max() == high and (1 - share) ** len(few) < (0.001 if high - few.max() >= 2 else 1e-9):
                        chosen = self.ask(
                            f"range: {name}", f"“{instrument['name']}”: nobody chose more than {few.max():g} in {self.surveys[wave].name}, "
                            f"but {share:.0%} of the answers in {self.surveys[other].name} are above it.", weight=4,
                            choices={"same scale": f"both surveys offered {low:g} to {high:g}"},
                            advice="If the two surveys offered different scales, their scores cannot be compared: describe two instruments.",
                        )  # fmt: skip

    def _apart(self, name, instrument, apart, frames):
        """Ask about items that hold numbers where the other items of their instrument hold labels."""
        low, high, labels = instrument["lowest"], instrument["highest"], instrument["labels"].split(";")
        seen = [f"{self.surveys[wave].name}: {shown(item)}" for wave, items in apart.items() for item in items]
        if not seen:
            return
        chosen = self.ask(f"numbers: {name}, some", f"“{instrument['name']}”: some of its questions hold numbers, the others the answers as people saw them. What do the numbers mean?",
                          seen, weight=4, advice="Look it up in the survey; or export again, with the answers as text.",
                          choices={"as described": f"{low:g} is “{shown(labels[0])}” and {high:g} is “{shown(labels[-1])}”",
                                   "turned": f"{low:g} is “{shown(labels[-1])}” and {high:g} is “{shown(labels[0])}”"})  # fmt: skip
        for wave, items in apart.items() if chosen == "turned" else ():
            frames[wave][items] = low + high - frames[wave][items]

    # People: submissions, codes, links

    def _people(self, numbers):
        people = {}
        for wave, export in self.surveys.items():
            frame = numbers[wave]
            rows = dict(export.rows)
            left = self._status(export, rows)
            codes = {number: row[self.code[wave]] for number, row in rows.items()}
            finished = {number for number in self._finished(wave, export, rows, frame) if number in left}
            keys, placeholders = {}, Counter()
            whole = all(re.fullmatch(r"\d+(\.0+)?", shown(code)) for code in codes.values() if not no_code(code))
            for number, code in codes.items():
                keys[number] = canonical(re.sub(r"\.0+$", "", shown(code)) if whole else code)
                if no_code(code):
                    placeholders[shown(code)] += bool(shown(code))
                    keys[number] = ""
            cut = [number for number in keys if re.fullmatch(r"\d([.,]\d+)?E\+\d+", keys[number])]
            dates = [number for number, code in codes.items() if re.fullmatch(r"\d{4}-\d\d-\d\d 00:00:00", shown(code))]
            cut += dates if len(dates) < len([key for key in keys.values() if key]) else []
            if cut:
                self.ask(f"code: shortened, {wave}", f"{export.name}: a spreadsheet made {'another number or a date' if dates else 'a shortened number'} of {len(cut)} code{'s' * (len(cut) > 1)}.", [f"row {number}: {shown(codes[number])}" for number in cut],
                         advice="Export the file again, and do not open it in a spreadsheet before it is read here.", weight=5)  # fmt: skip
            named = ", ".join(f"“{code}”" for code in placeholders if code)
            if named:
                self.note(
                    f"{export.name}: {named} in the column of codes counts as no code ({sum(placeholders.values())} rows)."
                )
            people[wave] = pd.DataFrame({"key": keys, "typed": {number: shown(code) for number, code in codes.items()}})
            people[wave] = people[wave].join(frame).loc[[number for number in rows if number in left]]
            people[wave]["finished"] = people[wave].index.isin(finished)
        both = [Counter(people[wave].loc[people[wave]["finished"] & (people[wave]["key"] != ""), "key"]) for wave in WAVES]
        for key in [key for key in both[0] if both[0][key] > 1 and both[1][key] > 1]:
            typed = {wave: people[wave].loc[people[wave]["key"] == key, "typed"] for wave in WAVES}
            seen = [
                f"{self.surveys[wave].name}, rows {', '.join(map(str, cells.index))}: {', '.join(cells)}"
                for wave, cells in typed.items()
            ]
            blanks = {wave: cells.map(spaced) for wave, cells in typed.items()}
            choices = {"two people": "leave them out: nobody can say whose surveys belong together",
                       "one person": "the first finished submission of each survey counts"}  # fmt: skip
            if all(cells.is_unique for cells in blanks.values()):
                choices["with blanks"] = "they are different codes: compare these with their blanks"
            chosen = self.ask(
                f"twice: {key}", f"The code {key} stands in both surveys more than once.", seen, choices=choices, weight=6
            )
            for wave in WAVES:
                if chosen == "two people":
                    people[wave].loc[typed[wave].index, "key"] = ""
                elif chosen == "with blanks":
                    people[wave].loc[typed[wave].index, "key"] = blanks[wave]
            if chosen == "two people":
                self.note(f"Code {key} left out: more than one person used it.")
        for wave, export in self.surveys.items():
            frame = people[wave]
            doubled = frame.loc[frame["finished"] & (frame["key"] != ""), "key"]
            doubled = set(doubled[doubled.duplicated()])
            order = self._order(wave, export, frame, doubled)
            people[wave] = frame.loc[order]
            for key in sorted(doubled):
                rows = [number for number in frame.index[frame["finished"] & (frame["key"] == key)]]
                first = next(number for number in order if number in rows)
                self.note(
                    f"{export.name}: code {key} was sent {len(rows)} times (rows {', '.join(map(str, rows))}); row {first} counts, the first."
                )
        return people

    def _status(self, export, rows):
        column = next((name for name in export.header if plain(name) in ("status", "response type")), None)
        channel = next((name for name in export.header if plain(name) == "distributionchannel"), None)
        left = dict(rows)
        if (column or channel) and (export.platform == "Qualtrics" or channel):
            said = {number: [plain(row[name]) for name in (column, channel) if name] for number, row in rows.items()}
            previews = [
                number
                for number, cells in said.items()
                if column and (cells[0] in NOT_PEOPLE or PREVIEW.search(cells[0])) or channel and cells[-1] == "preview"
            ]
            spam = [number for number, cells in said.items() if column and cells[0] in SPAM]
            if previews:
                self.note(
                    f"{export.name}: {len(previews)} test or preview (row {', '.join(map(str, previews))}) left out: nobody's answers."
                )
            if spam:
                chosen = self.ask(f"spam: {next(wave for wave in WAVES if self.surveys[wave] is export)}", f"{export.name}: the platform marks {len(spam)} rows as spam.", [f"row {number}" for number in spam],
                                  choices={"leave out": "they are no people", "keep": "they are people"}, weight=6)  # fmt: skip
                previews += spam if chosen != "keep" else []
            left = {number: row for number, row in rows.items() if number not in previews}
        return left

    def _finished(self, wave, export, rows, frame):
        answered = set(frame.index[frame.notna().any(axis=1)])
        column = next((name for name in export.header if plain(name) == "finished"), None)
        if column:
            strange = {shown(row[column]) for row in rows.values() if plain(row[column]) not in TRUE | FALSE}
            meant = {}
            for cell in sorted(strange):
                meant[plain(cell)] = self.ask(f"finished: {wave}: {plain(cell)}", f"{export.name}: the column Finished says “{cell}”. Was the survey finished?",
                                              choices={"yes": "it was", "no": "it was not"}, weight=6)  # fmt: skip
            return {
                number for number, row in rows.items() if plain(row[column]) in TRUE or meant.get(plain(row[column])) == "yes"
            }
        forms = [
            place for place, name in enumerate(export.header) if re.search(r"_complete( \(\d+\))?$|^complete\?", plain(name))
        ]
        places = [export.header.index(self.place[wave, item]) for item in dict.fromkeys(self.items.index)]
        own = {next((form for form in forms if form > place), None) for place in places} - {None}  # a form's state stands last
        status = [export.header[place] for place in own or forms * (len(forms) == 1)]
        if status and all(
            plain(row[name]) in {"", "0", "1", "2", "incomplete", "unverified", "complete"}
            for row in rows.values()
            for name in status
        ):
            return {
                number
                for number, row in rows.items()
                if all(plain(row[name]) not in ("0", "1", "incomplete", "unverified") for name in status)
                and (number in answered or any(shown(row[name]) for name in status))
            }
        column = next((name for name in export.header if plain(name) in ("submitdate", "date submitted")), None)
        if column:
            return {number for number, row in rows.items() if shown(row[column]) not in ("", "N/A")}
        return answered

    def _order(self, wave, export, frame, doubled):
        """Return the rows in the order in which they were sent, as far as that matters."""
        rows = dict(export.rows)
        column = next((name for wanted in DATES for name in export.header if plain(name) == wanted), None)
        column = column or next((name for name in export.header if plain(name).endswith("_timestamp")), None)
        if not column or not doubled:
            return list(frame.index)
        orders = []
        cells = pd.Series({number: shown(rows[number][column]) for number in frame.index})
        twice = frame.index[frame["key"].isin(doubled) & frame["finished"]]
        for how in ({"format": "ISO8601"}, {"format": "mixed", "dayfirst": False}, {"format": "mixed", "dayfirst": True}):
            dates = pd.to_datetime(
                cells.str.replace(r"\s*(GMT|UTC)([+-]\d+)?$", "", regex=True), errors="coerce", utc=True, **how
            )
            if dates[twice].notna().all():
                orders.append(list(dates.sort_values(kind="stable").index))
                if how["format"] == "ISO8601":
                    break
        first = [
            {
                key: next(number for number in order if frame.at[number, "key"] == key and frame.at[number, "finished"])
                for key in doubled
            }
            for order in orders
        ]
        if first and all(one == first[0] for one in first):
            return orders[0]
        chosen = self.ask(f"dates: {wave}", f"{export.name}: which submission came first cannot be told from “{column}”.",
                          [f"row {number}: {cells[number] or '(empty)'}" for number in twice], weight=6,
                          choices={"by row": "the rows are in the order in which they were sent", **({"by date": "the month stands first"} if first else {}),
                                   **({"day first": "the day stands first"} if len(first) > 1 else {})})  # fmt: skip
        return orders[0] if chosen == "by date" else orders[-1] if chosen == "day first" else list(frame.index)

    def _link(self, people):
        known = {
            wave: people[wave][people[wave]["finished"] & (people[wave]["key"] != "")].drop_duplicates("key").set_index("key")
            for wave in WAVES
        }
        alone = {
            wave: [key for key in known[wave].index if key not in known[other].index] for wave, other in zip(WAVES, WAVES[::-1])
        }
        pairs = self._near(alone)
        renamed = dict(pairs)
        known["after"] = known["after"].rename(index={after: before for before, after in renamed.items()})
        numbers = {key: f"P{number:02d}" for number, key in enumerate(sorted(known["before"].index), 1)}
        linked = [key for key in numbers if key in known["after"].index]
        if not linked:
            if not self.open:
                self.ask("people: none", "No code is in both surveys.", [f"first: {', '.join(list(known['before']['typed'])[:4])}", f"second: {', '.join(list(known['after']['typed'])[:4])}"],
                         advice="Are they from the same people, and is it the column with the code?", weight=6)  # fmt: skip
            return
        if self.open:
            return
        flow = {}
        for wave in WAVES:
            frame = people[wave]
            finished, named = frame[frame["finished"]], frame[frame["finished"] & (frame["key"] != "")]
            flow[wave] = {
                "submissions": len(frame), "not finished": len(frame) - len(finished), "without a code": len(finished) - len(named),
                "sent again": len(named) - len(known[wave]), "people": len(known[wave]),
                "without a partner": len(known[wave]) - len(linked), "pairs": len(linked),
            }  # fmt: skip
        self.flow = pd.DataFrame(flow)
        answers = pd.concat({wave: known[wave].loc[linked, list(dict.fromkeys(self.items.index))] for wave in WAVES})
        answers.index = pd.MultiIndex.from_tuples(
            [(numbers[key], wave) for wave, key in answers.index], names=["person", "wave"]
        )
        answers = answers.loc[[(numbers[key], wave) for key in linked for wave in WAVES]]
        whole = (answers.isna() | (answers % 1 == 0)).all(axis=None)
        self.responses = answers.astype("Int64" if whole else "Float64")
        self._score(linked, numbers)

    def _near(self, alone):
        """Ask about codes that only their writing keeps apart; return those to be linked, as (before, after)."""
        pairs = []
        for kind, (words, form) in FORMS.items():
            forms = {wave: defaultdict(list) for wave in WAVES}
            for wave in WAVES:
                for key in alone[wave]:
                    forms[wave][form(key)].append(key)
            found = [
                (forms["before"][same][0], forms["after"][same][0])
                for same in forms["before"] if same and len(forms["before"][same]) == len(forms["after"].get(same, [])) == 1
            ]  # fmt: skip
            if found:
                chosen = self.ask(f"near: {kind}", f"{len(found)} code{'s' * (len(found) > 1)} would link if {words} did not count.",
                                  [f"{before} and {after}" for before, after in found], weight=6,
                                  choices={"link": "they are the same people", "do not link": "they are different people"})  # fmt: skip
                if chosen == "link":
                    pairs += found
                    self.note(
                        f"Linked although {words} differ: {', '.join(f'{before} and {after}' for before, after in found)}."
                    )
                alone = {
                    wave: [key for key in alone[wave] if key not in {pair[place] for pair in found}]
                    for place, wave in enumerate(WAVES)
                }
        for before in alone["before"]:
            close = [after for after in alone["after"] if one_apart(before, after)]
            if len(close) == 1 and len(before) > 3 and sum(one_apart(other, close[0]) for other in alone["before"]) == 1:
                chosen = self.ask(f"near: {before} and {close[0]}", f"The codes {before} and {close[0]} differ in one sign.", weight=7, offer=True,
                                  choices={"link": "they are the same person", "do not link": "they are different people"})  # fmt: skip
                if chosen == "link":
                    pairs.append((before, close[0]))
        return pairs

    def _score(self, linked, numbers):
        from .study import score

        skipped = self.instruments["max_skipped"]
        for name in self.instruments.index[skipped.isna()]:
            own = dict.fromkeys(self.items.index[self.items["instrument"] == name])
            gaps = self.responses[list(own)].isna()
            if len(own) > 1 and (gaps.any(axis=1) & ~gaps.all(axis=1)).any():
                self.ask(f"skipped: {name}", f"“{name}”: {int((gaps.any(axis=1) & ~gaps.all(axis=1)).sum())} forms have some of its items unanswered, and the column max_skipped is empty.",
                         advice=f"How many of its {len(own)} items may a person skip and still have a score?", weight=6,
                         choices={str(number): "" for number in range(len(own))})  # fmt: skip
            chosen = self.asked[f"skipped: {name}"].settled if f"skipped: {name}" in self.asked else "0"
            self.instruments.loc[name, "max_skipped"] = int(chosen or 0)
        if self.open:
            self.responses = self.flow = None
            return
        self.scores = score(self.responses, self.instruments, self.items).unstack("wave")
        self.scores.columns = self.scores.columns.map("_".join)


def _bag(export, names=None):
    """Count the rows of an export, in whatever order its rows and columns stand."""
    return Counter(
        frozenset((plain(name), shown(cell)) for name, cell in row.items() if not names or plain(name) in names)
        for _, row in export.rows
    )


def _share(export, name, kinds, instrument, instruments):
    """Whether most cells of a column are answers of an instrument."""
    cells = [plain(cell) for cell in export.column(name) if shown(cell)]
    row, kind = instruments.loc[instrument], kinds.get(instrument)
    fits = [
        kind and cell in kind or number_in(cell) is not None and row["lowest"] <= number_in(cell) <= row["highest"]
        for cell in cells
    ]
    return bool(cells) and np.mean(fits) > 0.8
