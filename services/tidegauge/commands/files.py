"""What several commands share: opening files and rules, with errors a person can act on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from tidegauge.domain.records import RecordKind
from tidegauge.domain.ruleset import Ruleset, RulesFileError, parse_rules_toml
from tidegauge.ingest.feeds.sdmx_csv import load_column_map
from tidegauge.ingest.reading import AUTO, FeedError, FeedOptions
from tidegauge.ingest.source import Given, SourceFile, open_source
from tidegauge.runtime.concordances import code_breaks
from tidegauge.runtime.errors import UserError


def opened(
    paths: Iterable[Path],
    format_name: str = AUTO,
    options: FeedOptions | None = None,
    given_as: Given | None = None,
) -> list[SourceFile]:
    """Recognise files; raises UserError for the first that cannot be read."""
    try:
        return [open_source(path, format_name, options, given_as) for path in paths]
    except FeedError as error:
        raise UserError(str(error)) from error


def feed_options(kind: str | None, vintage: str | None, column_map: Path | None = None) -> FeedOptions:
    """Options of reading, checked; raises UserError."""
    try:
        known = RecordKind(kind) if kind else None
    except ValueError as error:
        raise UserError(f"--kind {kind}: the kinds are {', '.join(RecordKind)}") from error
    try:
        mapped = load_column_map(column_map) if column_map else None
    except FeedError as error:
        raise UserError(f"--map {error}") from error
    published = str(day("--vintage", vintage)) if vintage else ""
    return FeedOptions(kind=known, vintage=published, column_map=mapped)


def day(option: str, text: str) -> date:
    """A date given on the command line; raises UserError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"{option} {text}: a date is written YYYY-MM-DD") from error


def without_rate(currency: str) -> str:
    """What to do about money thresholds that cannot be held against a feed."""
    return (
        f"No exchange rate for {currency}: rules with a threshold in EUR cannot speak. Give a file of rates "
        "(`--format ecb-fx`, or canonical `fx` rows where the ECB has none), or set the threshold's currency "
        'to "feed".'
    )


def rules_in_force(path: Path | None, only: str | None = None) -> Ruleset:
    """The default rules with a file's changes, or only some of them; raises UserError."""
    try:
        ruleset = Ruleset.default() if path is None else parse_rules_toml(path.read_text(encoding="utf-8"))
        ruleset = replace(ruleset, concordance=code_breaks().identity)
        return ruleset if only is None else ruleset.only(tuple(part.strip() for part in only.split(",")))
    except RulesFileError as error:
        raise UserError(f"{path}: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read the rules file {path}: {error}") from error
    except ValueError as error:
        raise UserError(str(error)) from error
