"""Results of a study from the command line: ``python -m prepost STUDY [OUT]``, which is what ``make results`` does."""

import sys
from pathlib import Path

from .exports import files_of
from .page import ahead, counted_instruments, downloads, pictures, results_paragraph, results_table, workbook
from .survey import Study

REPORT = ["results.csv", "scores.csv", "flow.csv", "report.docx", "repeat.ipynb", "figure.png", "flow.png"]


def main(place, out):
    """Write the report of a study into a folder, or say what has to be settled first; return the exit status."""
    place, out = Path(place), Path(out)
    if not place.exists():
        print(f"There is no {place}. STUDY is a folder with the exports, or a workbook.", file=sys.stderr)
        return 1
    files, answers = files_of(place), {}
    out.mkdir(parents=True, exist_ok=True)
    begun = out / "study.xlsx"  # may hold answers that somebody has typed since
    if begun.exists() and begun.resolve() != place.resolve():
        answers = {key: answer for key, answer in Study({begun.name: begun.read_bytes()}).given.items() if answer}
        if answers:
            print(f"{len(answers)} answer{'s' * (len(answers) > 1)} taken from {begun}. Remove it to start anew.\n")
    study = Study(files, answers)
    if study.scores is None:
        for name in REPORT:  # of an earlier run: it would be taken for this one's
            (out / name).unlink(missing_ok=True)
        study = ahead(files, study.given)
        print(f"{len(study.open)} question{'s' * (len(study.open) > 1)} before there is a result:\n")
        for number, question in enumerate(study.open, 1):
            print(f"{number}. {question}\n")
        if any(question.form != "mend" for question in study.open):
            begun.write_bytes(workbook(study))
            print(f"Answer in {begun}, sheet “answers”, column “answer”, and save it. Then: make results STUDY={begun}")
        return 1
    drawn = pictures(study)
    for name, content in {**downloads(files, study.given, drawn), **drawn}.items():
        (out / name).write_bytes(content)
    counted, few = counted_instruments(study)
    print(*study.notes, *few, sep="\n")
    if not len(counted):
        (out / "results.csv").unlink(missing_ok=True)  # of an earlier run
        return 1
    table = results_table(study.scores, counted)
    print(study.flow.to_string(), *(results_paragraph(table, name) for name in table.index), sep="\n\n")
    offers = [question for question in study.questions if question.offer and not question.settled]
    if offers:
        print("\nYou may also want to say:", *offers, sep="\n")
    print(f"\nWritten into {out}: " + ", ".join(sorted(path.name for path in out.iterdir())))
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or not sys.argv[1]:
        sys.exit("make results STUDY=folder or workbook [OUT=folder]")
    sys.exit(main(sys.argv[1], (sys.argv[2:] or ["_build/results"])[0] or "_build/results"))
