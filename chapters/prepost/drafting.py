"""A description drafted from the exports alone: what is seen is proposed, and what would change a result is asked."""

import difflib
import re
from collections import Counter

import numpy as np
import pandas as pd

from .codes import canonical
from .files import WAVES
from .reading import number_in, plain, shown

ADDED = {  # what platforms add to an export: none of it is an answer
    "startdate", "start date", "enddate", "end date", "status", "response type", "ipaddress", "ip address", "progress", "finished",
    "duration (in seconds)", "recordeddate", "recorded date", "responseid", "response id", "recipientlastname", "recipientfirstname",
    "recipientemail", "externalreference", "external data reference", "locationlatitude", "locationlongitude", "distributionchannel",
    "userlanguage", "user language", "id", "start time", "completion time", "email", "name", "last modified time", "language",
    "timestamp", "email address", "username", "respondent id", "collector id", "first name", "last name", "custom data 1",
    "submitdate", "lastpage", "startlanguage", "seed", "datestamp", "ipaddr", "refurl", "quiz feedback", "date created",
    "date modified", "redcap_event_name", "redcap_survey_identifier", "redcap_repeat_instrument", "redcap_repeat_instance",
    "redcap_data_access_group",
}  # fmt: skip
SCALES = [  # usual answers from lowest to highest; what stands together means the same
    ["strongly disagree|completely disagree|totally disagree", "moderately disagree|mostly disagree", "disagree", "somewhat disagree|slightly disagree|rather disagree|disagree a little",
     "neither agree nor disagree|neutral|undecided|neither|unsure", "somewhat agree|slightly agree|rather agree|agree a little", "agree", "moderately agree|mostly agree", "strongly agree|completely agree|totally agree"],
    ["never", "almost never|very rarely", "rarely|seldom", "occasionally", "sometimes", "often|frequently", "usually|very often", "almost always", "always"],
    ["not at all|not at all true|none", "a little|a little bit|slightly|hardly", "somewhat|moderately|to some extent", "quite a bit|mostly|quite", "very much|very|a lot|completely", "extremely"],
    ["not at all confident|not confident at all|not confident", "slightly confident|a little confident", "somewhat confident", "moderately confident|fairly confident", "quite confident|confident", "very confident", "extremely confident|completely confident"],
    ["very unlikely|extremely unlikely", "unlikely", "somewhat unlikely", "neither likely nor unlikely|neutral|undecided", "somewhat likely", "likely", "very likely|extremely likely"],
    ["very dissatisfied", "dissatisfied", "somewhat dissatisfied", "neither satisfied nor dissatisfied|neutral", "somewhat satisfied", "satisfied", "very satisfied"],
    ["very poor", "poor", "below average", "fair|average|acceptable", "above average", "good", "very good", "excellent"],
    ["very low", "low", "medium|moderate", "high", "very high"],
    ["trifft gar nicht zu|trifft überhaupt nicht zu", "trifft nicht zu", "trifft eher nicht zu", "weder noch|teils teils|teils/teils", "trifft eher zu", "trifft zu", "trifft voll zu|trifft völlig zu|trifft voll und ganz zu"],
    ["stimme gar nicht zu|stimme überhaupt nicht zu", "stimme nicht zu", "stimme eher nicht zu", "weder noch|teils teils|neutral", "stimme eher zu", "stimme zu", "stimme voll zu|stimme völlig zu|stimme voll und ganz zu"],
]  # fmt: skip
BOTH_ENDS = {0, 4, 5, 8, 9}  # scales whose answers mirror each other: what nobody chose can be told from its mirror
RANGES = [(1, 4), (1, 5), (1, 6), (1, 7), (0, 5), (0, 10), (1, 10), (0, 20), (0, 50), (0, 100)]


def draft(study):
    """Describe a study by asking its owner; set the study's instruments, items, kinds and code, or leave questions open."""
    before, after = (study.surveys[wave] for wave in WAVES)
    names = {plain(name): name for name in after.header}
    shared = {name: names[plain(name)] for name in before.header if plain(name) in names}
    if not _code(study, before, after, shared):
        return
    shared |= _reworded(study, before, after, shared)
    if study.open:
        return
    columns = {}  # what could be an item: its answers in both surveys
    for name, second in shared.items():
        cells = [shown(cell) for cell in before.column(name) + after.column(second) if shown(cell)]
        kind = _kind(cells)
        if (
            kind
            and name != study.code["before"]
            and plain(name) not in ADDED
            and not plain(name).endswith(("_complete", "_timestamp"))
        ):
            columns[name] = kind, cells
    texts = {name: before.texts.get(name) or name for name in columns}
    numbers = {str(place): name for place, name in enumerate(columns, 1)}
    if not numbers:
        study.ask("columns: none", "No column is in both surveys and holds answers that can be counted.", weight=2,
                  advice="Are the two files from the same questions? Columns are matched by their names.")  # fmt: skip
        return
    likely = [place for place, name in numbers.items() if _likely(name, columns, texts)]
    words = {place: f"{texts[name]} ({_such_as(columns[name][1])})" for place, name in numbers.items()}
    chosen = study.ask("columns", "Which of these columns are questions whose answers you want to compare? All others are ignored.",
                       choices=words, form="several", proposal="; ".join(likely) or "none", weight=2.1)  # fmt: skip
    if not chosen or chosen == "none":
        if chosen:
            study.ask("columns: no", "No column was chosen, so there is nothing to compare.", weight=2.1)
        return
    chosen = [numbers[place] for place in chosen.split("; ")]
    instruments, items, kinds = {}, [], {}
    for number, group in enumerate(_alike(chosen, columns, texts), 1):
        scale = _scale(study, number, group, columns, texts)
        parts = _parts(study, number, group, texts)
        if not scale or not parts:
            continue
        for part, own in enumerate(parts, 1):
            key = f"{number}.{part}" if len(parts) > 1 else f"{number}"
            turned = _turned(study, key, own, scale, columns, texts, shared)
            name = _name(own, texts)
            called = study.ask(f"name: {key}", f"What do {'these questions' if len(own) > 1 else 'the answers to this question'} measure? It is printed in the results.",
                               [texts[item] for item in own], form="text", proposal=name, weight=2.5, offer=True) or name or f"Score {key}"  # fmt: skip
            low, high, labels = scale
            short = re.sub(r"\W+", "_", plain(called)).strip("_")[:30] or f"measure_{number}"
            short = short if short not in instruments else f"{short}_{key.replace('.', '_')}"
            instruments[short] = {
                "name": called,
                "lowest": low,
                "highest": high,
                "labels": "; ".join(labels),
                "higher_means": "",
                "max_skipped": None,
            }
            kinds[short] = {plain(label): low + place for place, label in enumerate(labels)} or None
            for name in own:
                items.append({"item": name, "instrument": short, "wording": texts[name], "reversed": "yes" if name in (turned or ()) else "no",
                              "after": shared[name] if shared[name] != name else ""})  # fmt: skip
    if study.open:
        return
    study.instruments = pd.DataFrame.from_dict(instruments, orient="index").rename_axis("instrument")
    study.items, study.kinds = pd.DataFrame(items, dtype=object).set_index("item"), kinds


def _code(study, before, after, shared):
    """Ask which column links people."""
    known = []
    for name, second in shared.items():
        one, other = (
            {canonical(cell) for cell in export.column(column) if shown(cell)}
            for export, column in ((before, name), (after, second))
        )
        filled = sum(bool(shown(cell)) for cell in before.column(name))
        unique = len(one) / max(1, filled)
        counted = not study.long and one >= {
            str(number) for number in range(1, filled + 1)
        }  # the platform's own running number
        if (
            one
            and other
            and unique > 0.7
            and not counted
            and not _usual(filter(shown, before.column(name)))
            and plain(name) not in ADDED - {"id", "email", "email address", "name", "username"}
        ):
            links = len(one & other)
            told = bool({"code", "pseudonym", "identifier"} & set(re.split(r"\W+", plain(name))))
            known.append((told, links * unique, name, links))
    known.sort(key=lambda row: (-row[0], -row[1]))
    choices = {
        name: f"such as {', '.join(shown(cell) for cell in before.column(name)[:3])}; {links} are in both surveys"
        for _, _, name, links in known[:6]
        if links
    }
    if not choices:
        likely = {name: "" for name in before.header if plain(name) not in ADDED}
        study.ask("code", "No column of the first survey has entries that are in the second too, so nobody can be linked.", list(likely)[:8], weight=2,
                  advice="Both surveys must ask for the same code. If the columns have different names, give them the same name in both files.")  # fmt: skip
        return False
    chosen = study.ask(
        "code", "Which column links a person's two surveys?", choices=choices, proposal=next(iter(choices)), weight=2
    )
    if chosen:
        study.code = {"before": chosen, "after": shared[chosen]}
    return bool(chosen)


def _reworded(study, before, after, shared):
    """Ask about questions of the first survey whose like, but not themselves, are in the second."""
    found, free = {}, [name for name in after.header if name not in shared.values() and plain(name) not in ADDED]
    texts = {plain(after.texts.get(name) or name): name for name in free}
    for name in before.header:
        if name in shared or plain(name) in ADDED or not _kind([shown(cell) for cell in before.column(name) if shown(cell)]):
            continue
        text = before.texts.get(name) or name
        same = texts.get(plain(text))
        close = [same] if same else [texts[like] for like in difflib.get_close_matches(plain(text), texts, 2, 0.6)]
        close = [second for second in close if _kind([shown(cell) for cell in after.column(second) if shown(cell)])]
        if not close:
            continue
        choices = {second: "the same question" for second in close} | {"none": "it has no partner, and is left out"}
        chosen = study.ask(f"same: {name}", f"The second survey has no question “{shown(text)}”. Is it one of these?", choices=choices, proposal=close[0], weight=2,
                           advice="A changed question may be answered differently: say so when you report.")  # fmt: skip
        if chosen and chosen != "none":
            found[name] = chosen
    return found


def _kind(cells):
    """Say whether cells are numbers, answers out of a few ("labels"), or nothing that can be counted."""
    distinct = {plain(cell) for cell in cells}
    if len(distinct) < 2:
        return None
    numeric = [number_in(cell) is not None for cell in cells]
    if np.mean(numeric) > 0.8:
        return "numbers"
    few = len(distinct) <= 12 and len(cells) >= 2 * len(distinct) and np.mean([len(cell.split()) for cell in distinct]) <= 8
    return "labels" if few else None


def _likely(name, columns, texts):
    """Whether a column looks like an item: its answers are a usual scale, or several columns have the same ones."""
    kind, cells = columns[name]
    if kind == "labels":
        return _usual(cells) is not None or any(_leading(cell) is not None for cell in cells)
    return (
        bool(_stem(name, texts))
        and sum(_stem(other, texts) == _stem(name, texts) for other in columns) > 1
        or bool(
            re.search(
                r"\bscore\b|\bpoints\b|\btotal\b|0 ?(to|-|–) ?10|rate\b|rating|how (confident|likely|sure)", plain(texts[name])
            )
        )
    )


def _usual(cells):
    """Return the place of each answer on a usual scale, and which scale, if all are on one."""
    distinct = {plain(cell) for cell in cells}
    for number, scale in enumerate(SCALES):
        places = {word: place for place, words in enumerate(scale) for word in words.split("|")}
        known = distinct & set(places)
        if known and len(known) >= len(distinct) - 1 and len(known) >= 2:  # one other answer, such as "not applicable"
            return number, {word: places[word] for word in known}
    return None


def _leading(cell):
    both = re.match(r"(\d+)\s*[-–.:=)]\s*\S", shown(cell))
    return int(both[1]) if both else None


def _stem(name, texts):
    """Return what columns of one block of questions have in common."""
    match = re.match(r"(.+?)(?:_\d+|\[[^\]]+\])$", name.strip()) or re.match(r"(.+?)\s+-\s+.+$", texts[name])
    return plain(match[1]) if match else ""


def _such_as(cells):
    counts = Counter(cells)
    return ", ".join(f"{cell}" for cell, _ in counts.most_common(3)) + (", …" if len(counts) > 3 else "")


def _alike(chosen, columns, texts):
    """Return the columns in groups that have the same kind of answers and stand in one block."""
    groups = []
    for name in chosen:
        kind, cells = columns[name]
        usual = _usual(cells) if kind == "labels" else None
        answers = {plain(cell) for cell in cells}
        for group in groups:
            other_kind, other = columns[group[0]]
            if kind != other_kind or _stem(name, texts) != _stem(group[0], texts):
                continue
            if kind == "labels" and (
                usual and _usual(other) and usual[0] == _usual(other)[0] or len(answers & set(map(plain, other))) >= 2
            ):
                group.append(name)
                break
            if kind == "numbers" and _stem(name, texts) and _range(cells) == _range(other):
                group.append(name)
                break
        else:
            groups.append([name])
    return groups


def _range(cells):

    values = [value for value in map(number_in, cells) if value is not None]
    fits = [(low, high) for low, high in RANGES if low <= min(values) and max(values) <= high]
    return min(fits, key=lambda both: both[1] - both[0]) if fits else (int(np.floor(min(values))), int(np.ceil(max(values))))


def _scale(study, number, group, columns, texts):
    """Ask for the answers from lowest to highest; return (lowest, highest, labels)."""
    cells = [cell for name in group for cell in columns[name][1]]
    called = f"“{shown(texts[group[0]])}”" + (f" and {len(group) - 1} more" if len(group) > 1 else "")
    if columns[group[0]][0] == "numbers":
        low, high = _range(cells)
        values = [value for value in map(number_in, cells) if value is not None]
        told = re.search(r"\b(\d+)\s*(?:to|-|–|bis)\s*(\d+)\b", texts[group[0]]) or re.search(
            r"\bout of ()(\d+)\b", texts[group[0]]
        )
        told = (
            f"{told[1] or 0} to {told[2]}"
            if told and float(told[1] or 0) <= min(values) and max(values) <= float(told[2])
            else ""
        )
        answer = study.ask(f"range: {number}", f"{called}: which is the lowest and which the highest number that a person could give?",
                           [f"seen: {min(values):g} to {max(values):g}"], form="text", proposal=told or f"{low} to {high}", weight=2.2)  # fmt: skip
        ends = re.fullmatch(r"\s*(-?[\d.,]+)\s*(?:-|–|to|bis|\.\.)\s*(-?[\d.,]+)\s*", answer)
        ends = [number_in(end) for end in ends.groups()] if ends else []
        if answer and (len(ends) < 2 or None in ends or not ends[0] < ends[1]):
            study.asked[f"range: {number}"].settled = ""
            study.asked[f"range: {number}"].seen.append(f"“{answer}” is not understood: write it like 0 to 100.")
        return (*ends, []) if len(ends) == 2 and None not in ends and ends[0] < ends[1] else None
    labels = {}
    for cell in cells:
        labels.setdefault(plain(cell), Counter())[cell] += 1
    labels = {text: spelt.most_common(1)[0][0] for text, spelt in labels.items()}
    usual = _usual(cells)
    if usual:
        ranked = sorted(usual[1], key=usual[1].get)
        order = [labels[text] for text in ranked]
        if usual[0] in BOTH_ENDS:
            order = _mirrored(order, ranked, usual)
    elif all(_leading(cell) is not None for cell in labels.values()):
        order = sorted(labels.values(), key=_leading)
    else:
        order = sorted(labels.values())
    seen = [
        f"{labels[text]}: {sum(plain(cell) == text for cell in cells)} answer{'s' * (sum(plain(cell) == text for cell in cells) > 1)}"
        for text in labels
    ]
    nobody = [label for label in order if plain(label) not in labels]
    seen += [f"{label}: nobody chose it" for label in nobody]
    answer = study.ask(f"order: {number}", f"{called}: which answers could people choose, from the lowest to the highest?", seen, form="text",
                       proposal="; ".join(order), weight=2.2, full=True,
                       advice="Write all of them with semicolons between them, also those that nobody chose." + ("" if usual else " Their order is not known here: put them in order."))  # fmt: skip
    chosen = [shown(label) for label in answer.split(";") if shown(label)]
    if answer and (len(chosen) < 2 or len(set(map(plain, chosen))) < len(chosen)):
        study.asked[f"order: {number}"].settled = ""
        study.asked[f"order: {number}"].seen.append("At least two answers are needed, and each once.")
        return None
    first = _leading(chosen[0]) if chosen and all(_leading(label) is not None for label in chosen) else 1
    return (first, first + len(chosen) - 1, chosen) if chosen else None


def _mirrored(order, ranked, usual):
    """Add the answers that nobody chose but whose mirror somebody did."""
    scale = SCALES[usual[0]]
    full = {usual[1][text]: label for text, label in zip(ranked, order)}
    middle = next(place for place, words in enumerate(scale) if re.search(r"neither|neutral|weder", words))
    for place in list(full):
        mirror = 2 * middle - place
        if 0 <= mirror < len(scale) and mirror not in full:
            words = scale[mirror].split("|")[0]
            full[mirror] = words.capitalize() if full[place][:1].isupper() else words
    return [full[place] for place in sorted(full)]


def _parts(study, number, group, texts):
    """Ask which questions of a group are added up to one score; return them in parts."""
    if len(group) == 1:
        return [group]
    numbered = [f"{place}. {texts[name]}" for place, name in enumerate(group, 1)]
    half = len(group) // 2
    two = f"1-{half}; {half + 1}-{len(group)} would be two scores; " if half > 1 else ""
    answer = study.ask(f"groups: {number}", "These questions have the same answers. Which of them are added up to one score?", numbered, form="text",
                       proposal=f"1-{len(group)}", weight=2.3, full=True,
                       advice=f"1-{len(group)} is one score from all; {two}single numbers stand on their own.")  # fmt: skip
    if not answer:
        return None
    parts, wrong = [], False
    for part in filter(None, map(str.strip, answer.split(";"))):
        own = []
        for piece in filter(None, re.split(r"[,\s]+(?![-–])", part)):
            ends = re.fullmatch(r"(\d+)(?:\s*[-–]\s*(\d+))?", piece)
            places = range(int(ends[1]), int(ends[2] or ends[1]) + 1) if ends else []
            wrong |= not places or places[0] < 1 or places[-1] > len(group)
            own += [group[place - 1] for place in places if 1 <= place <= len(group)]
        parts.append(list(dict.fromkeys(own)))
    if wrong or not all(parts) or not parts:
        study.asked[f"groups: {number}"].settled = ""
        study.asked[f"groups: {number}"].seen.append(f"“{answer}” is not understood: write it like 1-3; 4, 5.")
        return None
    return parts


def _turned(study, key, own, scale, columns, texts, shared):
    """Ask which items are reverse-scored, with what the answers suggest."""
    if len(own) < 2:
        return []
    low, _, labels = scale
    codes = {plain(label): low + place for place, label in enumerate(labels)}
    frame = pd.DataFrame(
        {
            name: [
                codes.get(plain(cell), number_in(cell) if not labels else np.nan)
                for wave, column in zip(WAVES, (name, shared[name]))
                for cell in study.surveys[wave].column(column)
            ]
            for name in own
        },
        dtype=float,
    )
    related = frame.corr()
    against, choices = [], {}
    for place, name in enumerate(own, 1):
        with_others = related[name].drop(name).mean()
        if with_others < -0.05:
            against.append(str(place))
        choices[str(place)] = texts[name] + (
            f" (goes against the others: correlation {with_others:.2f})" if with_others < -0.05 else ""
        )
    if len(against) > len(own) / 2:
        against = []
    answer = study.ask(f"reversed: {key}", "Which of these are reverse-scored, so that agreeing means less of what is measured?", choices=choices,
                       form="several", proposal="; ".join(against) or "none", weight=2.4)  # fmt: skip
    return [own[int(place) - 1] for place in answer.split("; ")] if answer and answer != "none" else []


def _name(own, texts):
    """Name a score by what its questions have in common; nothing if that is nothing."""
    stem = re.match(r"(.+?)\s*(?:-|\[|:)\s*\S", texts[own[0]]) if len(own) > 1 else None
    text = stem[1] if stem else texts[own[0]] if len(own) == 1 else ""
    return shown(text).rstrip(".:?[ ")[:60]
