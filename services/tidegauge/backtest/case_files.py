"""Files of labelled cases: reading them with errors that name the line, and writing them."""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tidegauge.domain.backtest.cases import Case
from tidegauge.domain.countries import COUNTRIES
from tidegauge.runtime.errors import UserError

COLUMNS = ("case_id", "reporter", "product", "origin", "initiated", "ordered", "name", "source")
_REQUIRED = ("case_id", "product", "origin", "initiated")


def read_cases(path: Path) -> list[Case]:
    """The cases of a CSV file in their order; raises UserError with the line at fault."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _REQUIRED if name not in (reader.fieldnames or ())]
            if missing:
                raise UserError(f"{path}: a file of cases needs the column {missing[0]}")
            cases = [_case(path, reader.line_num, row) for row in reader]
    except OSError as error:
        raise UserError(f"cannot read the cases {path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"cannot read the cases {path}: {error}") from error
    ids = [case.case_id for case in cases]
    for case_id in ids:
        if ids.count(case_id) > 1:
            raise UserError(f"{path}: the case {case_id} stands in it twice")
    return cases


def write_cases(path: Path, cases: Iterable[Case]) -> None:
    """Write cases as `read_cases` reads them; raises UserError."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(
                (case.case_id, case.reporter, case.product, case.origin, case.initiated.isoformat(),
                 "" if case.ordered is None else case.ordered.isoformat(), case.name, case.source)
                for case in cases
            )  # fmt: skip
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from error


def _case(path: Path, line: int, row: dict[str, str | None]) -> Case:
    said = {name: (value or "").strip() for name, value in row.items() if name in COLUMNS}
    for name in _REQUIRED:
        if not said[name]:
            raise UserError(f"{path}, line {line}: {name} is empty")
    if not said["product"].isdecimal():
        raise UserError(f"{path}, line {line}: product {said['product']} is not a code of digits")
    for name in ("origin", "reporter"):
        if said.get(name) and said[name] not in COUNTRIES:
            raise UserError(f"{path}, line {line}: {name} {said[name]} is no known country code")
    initiated, ordered = (_day(path, line, name, said.get(name, "")) for name in ("initiated", "ordered"))
    if initiated is None or (ordered is not None and ordered < initiated):
        raise UserError(f"{path}, line {line}: the order lies before the initiation")
    return Case(
        said["case_id"],
        said["product"],
        said["origin"],
        initiated,
        ordered,
        said.get("name", ""),
        said.get("source", ""),
        said.get("reporter", ""),
    )


def _day(path: Path, line: int, name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{path}, line {line}: {name} {text} is no date written YYYY-MM-DD") from None
