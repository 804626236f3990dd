"""The generated tables of the documents are those of the code."""

import shutil

import pytest

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.reference import GENERATED, with_generated_parts, write


@pytest.mark.parametrize("name", GENERATED)
def test_a_document_holds_the_tables_of_the_code(repository, name):
    text = (repository / name).read_text(encoding="utf-8")
    assert with_generated_parts(name, text) == text, "say `make docs`"


def test_writing_mends_what_is_out_of_date_and_then_nothing(repository, tmp_path):
    for name in GENERATED:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(repository / name, tmp_path / name)
    path = tmp_path / "docs/metrics.md"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace("tidegauge_monitor_series", "tidegauge_gone"), encoding="utf-8")
    assert write(tmp_path) == ["docs/metrics.md"]
    assert path.read_text(encoding="utf-8") == right
    assert write(tmp_path) == []


def test_a_document_without_a_place_for_its_table_is_refused():
    with pytest.raises(UserError, match=r"README\.md has no place for its table"):
        with_generated_parts("README.md", "# Nothing here\n")
