"""Make the concordance table of the package: `build.py HS_REFERENCE_FOLDER [OUT_FILE]`.

The folder holds Eurostat's yearly CN8 changes and the HS concordances that README.md names. The
same inputs give the same bytes.
"""

import csv
import gzip
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

_OUT = Path(__file__).parents[2] / "services" / "tidegauge" / "runtime" / "data" / "concordances.csv.gz"
CN8 = "eurostat_cn8_changes_1988_2025.csv"
HS6_DIGITS = 6
Change = tuple[str, int, str, str]  # family, year, code before, code after


def cn_changes(folder: Path) -> Iterable[Change]:
    """Eurostat's relations: one row for each code before and after that share goods."""
    for row in rows(folder / CN8):
        yield "CN", int(row["Period"][4:]), bare(row["Origin code"]), bare(row["Destination code"])


def hs_changes(folder: Path) -> Iterable[Change]:
    """Relations of the editions 2012 to 2017 to 2022, and codes whose successor the tables do not name."""
    newest = [(row["HS6_6d"], row["HS5_6d"]) for row in rows(folder / "hs6_hs5.csv")]
    oldest = {row["HS6_6d"]: row["HS4_6d"] for row in rows(folder / "hs6_hs4.csv")}
    middle = {(oldest[new], old) for new, old in newest}
    held = {row["code"] for row in rows(folder / "hs5_desc.csv") if len(row["code"]) == HS6_DIGITS}
    yield from changed(2022, {(old, new) for new, old in newest}, held)
    yield from changed(2017, middle, set(oldest.values()))


def changed(year: int, pairs: set[tuple[str, str]], former: set[str]) -> Iterable[Change]:
    """Relations (older code, newer code), and the former codes without a successor."""
    yield from (("HS", year, old, new) for old, new in pairs)
    yield from (("HS", year, code, "") for code in former - {old for old, _ in pairs})


def without_those_that_stay(changes: Iterable[Change]) -> list[Change]:
    """Relations without those of a code to itself that shares goods with no other."""
    known = sorted(set(changes))
    before, after = (Counter((one[0], one[1], one[at]) for one in known) for at in (2, 3))
    return [
        one
        for one in known
        if one[2] != one[3] or before[one[0], one[1], one[2]] + after[one[0], one[1], one[3]] > 2  # noqa: PLR2004
    ]


def rows(path: Path) -> Iterable[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def bare(code: str) -> str:
    """A code without the blanks that some years are printed with."""
    return code.replace(" ", "")


def main() -> None:
    """Write the table."""
    folder = Path(sys.argv[1])
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else _OUT  # noqa: PLR2004 - the second argument
    table = without_those_that_stay([*cn_changes(folder), *hs_changes(folder)])
    lines = ["family,year,before,after", *(",".join(map(str, one)) for one in table)]
    out.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))
    sys.stdout.write(f"{len(table)} relations, {out.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
