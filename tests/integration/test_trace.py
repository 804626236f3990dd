"""`tidegauge trace` on a data folder: what it lists adds up to the figure, and is found in the files."""

import csv
import io
import json

import polars as pl
import pytest
from typer.testing import CliRunner

from tidegauge.cli import app


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def traced(folder, *words):
    """(rows of the table, what is told beside it)."""
    result = run("trace", *words, "--data-dir", folder)
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout))), result.stderr


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    """A folder that took a small scenario, and the scenario."""
    folder = tmp_path_factory.mktemp("trace")
    size = ["--lines", "4000", "--products", "12", "--origins", "6", "--months", "6", "--start", "2024-01"]
    assert run("scenario", folder / "made", *size).exit_code == 0
    files = sorted((folder / "made").glob("declarations-*.csv"))
    assert run("ingest", *files, "--data-dir", folder / "data").exit_code == 0
    return folder / "data", folder / "made", files


def _cell(row):
    words = "--reporter EU --source declarations --product {product} --origin {origin} --period {period}"
    return words.format(**row).split()


def _moved(line):
    return any(line[name].drop_nulls().n_unique() > 1 for name in ("product", "origin", "accepted_at"))


def test_the_lines_add_up_to_what_is_true_of_the_scenario(declared):
    """Among the cells are some whose lines were amended, cancelled, repeated or late."""
    data, made, _ = declared
    cells = pl.read_csv(made / "cells.csv", infer_schema=False).sort("lines", "product").rows(named=True)
    for cell in cells[:: max(1, len(cells) // 12)]:
        rows, told = traced(data, *_cell(cell))
        assert len(rows) == int(cell["lines"])
        for name in ("net_mass_kg", "value"):
            assert sum(float(row[name] or 0) for row in rows) == pytest.approx(float(cell[name]))
        assert f"lines that count: {len(rows)};" in told


def test_each_line_is_found_with_all_its_versions(declared):
    data, _, files = declared
    every = pl.concat([pl.read_csv(file, infer_schema=False) for file in files], how="diagonal")
    gone = every.filter(pl.col("action") == "cancel")["declaration_id"].to_list()
    lines = every.filter(~pl.col("declaration_id").is_in(gone)).partition_by("declaration_id", "item")
    line = next(one for one in lines if "amend" in one["action"] and not _moved(one)).sort("version")
    amended = line.row(0, named=True)
    cell = _cell({**amended, "period": amended["accepted_at"][:7]})
    named = [word for file in files for word in ("--in", file)]
    rows, told = traced(data, *cell, *named)
    records = [json.loads(row["record"]) for row in rows]
    mine = [one for one in records if one["declaration_id"] == amended["declaration_id"]]
    versions = {one["version"] for one in mine if one["item"] == amended["item"]}
    assert versions == set(line["version"].to_list())
    counted = len({row["line"] for row in rows})
    assert f"found in {len(files)} files: {counted}" in told
    for row in rows:
        place = next(file for file in files if str(file) == row["file"])
        text = place.read_text().splitlines()[int(row["file_line"]) - 1]
        assert json.loads(row["record"])["declaration_id"] in text


def test_a_statistic_is_traced_to_the_vintage_that_counts(tmp_path):
    columns = "reporter,source,period,product,nomenclature,flow,origin,net_mass_kg,value,currency,value_basis"
    cell = "BR,comexstat,2024-01,31022100,NCM,import,CN,{},{},USD,FOB,{}"
    for name, kg, value, day in (("first", 10, 20, "2024-02-10"), ("second", 11, 22, "2024-03-10")):
        (tmp_path / f"{name}.csv").write_text(f"{columns},vintage\n{cell.format(kg, value, day)}\n")
    files = [tmp_path / "first.csv", tmp_path / "second.csv"]
    assert run("ingest", *files, "--data-dir", tmp_path / "data").exit_code == 0
    cell = ["--reporter", "br", "--source", "comexstat", "--product", "31022100", "--period", "2024-01"]
    (row,), told = traced(tmp_path / "data", *cell)
    assert (row["published"], row["net_mass_kg"], row["value"]) == ("2024-03-10", "11", "22")
    assert "cells that count: 1; 11 kg, 22 USD" in told
    rows, _ = traced(tmp_path / "data", *cell, "--in", files[0], "--in", files[1])
    assert [json.loads(row["record"])["net_mass_kg"] for row in rows] == ["10", "11"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--reporter EU --product 31 --period 2024-13", "--period 2024-13: not_a_period"),
        ("--reporter EU --product 3x --period 2024-01", "--product 3x: not_a_product_code"),
        ("--reporter EU --product 31 --period 2024-01 --origin C", "--origin C: not_a_country"),
        ("--reporter EU --product 9999 --period 2024-01", "nothing counts in EU declarations 9999 2024-01"),
    ],
)
def test_what_cannot_be_traced_is_said_in_a_sentence(declared, words, sentence):
    data, _, _ = declared
    result = run("trace", *words.split(), "--source", "declarations", "--data-dir", data)
    assert result.exit_code != 0
    assert sentence in str(result.exception)


def test_an_empty_folder_is_said_so(tmp_path):
    words = ["--reporter", "EU", "--source", "declarations", "--product", "31", "--period", "2024-01"]
    result = run("trace", *words, "--data-dir", tmp_path)
    assert "nothing was ingested there" in str(result.exception)
