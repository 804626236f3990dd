"""`tidegauge cases`: labelled cases for a backtest, out of registers of measures."""

import csv
from pathlib import Path
from typing import Annotated, Any

import typer

from tidegauge.backtest.build_cases import build
from tidegauge.backtest.case_files import write_cases
from tidegauge.commands.files import opened
from tidegauge.domain.records import RecordKind
from tidegauge.ingest.reading import AUTO
from tidegauge.runtime.errors import UserError


def cases(
    files: Annotated[list[Path], typer.Argument(help="files of measures: canonical, us-ad-measures ...")],
    *,
    out: Annotated[Path, typer.Option(help="the file of cases (CSV)")],
    products: Annotated[str | None, typer.Option(help="only these: beginnings of codes, 3102,3105")] = None,
    codes: Annotated[
        Path | None, typer.Option(help="codes of goods that state none (CSV: product_name,product)")
    ] = None,
    format_name: Annotated[str, typer.Option("--format", help="the connector; default: by content")] = AUTO,
) -> None:
    """Make a file of labelled cases: a proceeding somewhere, by six-digit code and origin."""
    rows: list[dict[str, Any]] = []
    for source in opened(files, format_name):
        if source.kind is not RecordKind.MEASURE:
            raise UserError(f"{source.name} holds {source.kind} records; cases are made of measures")
        rows += source.whole().frame.to_dicts()
    prefixes = [part.strip() for part in products.split(",")] if products else []
    if not all(prefix.isdecimal() for prefix in prefixes):
        raise UserError(f"--products {products}: give beginnings of codes, separated by commas")
    made = build(rows, _codes(codes) if codes else {}, prefixes)
    write_cases(out, made)
    typer.echo(f"{len(made):,} cases out of {len(rows):,} records: {out}", err=True)


def _codes(path: Path) -> dict[str, list[str]]:
    """Goods, in lower case -> the codes that stand for them."""
    found: dict[str, list[str]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {"product_name", "product"} <= set(reader.fieldnames or ()):
                raise UserError(f"{path}: the columns are product_name and product")
            for row in reader:
                found.setdefault((row["product_name"] or "").casefold(), []).append(row["product"] or "")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {path}: {error}") from error
    return found
