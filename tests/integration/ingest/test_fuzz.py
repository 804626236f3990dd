"""A part of `make fuzz`: mutated files and records are accepted, quarantined or refused."""

import pytest
from tests.fuzz.run import run
from tests.fuzz.samples import COUNTED, formats

FILES, RECORDS = 100, 600
FORMATS = {one.name: one for one in formats()}


@pytest.mark.parametrize("name", FORMATS)
def test_mutated_files_and_records(name):
    found, failures = run(FORMATS[name], 0, FILES, RECORDS if name in COUNTED else 0)
    assert not failures
    assert found["read"] + found["refused"] == FILES
    assert found["read"] > 0
    if name in COUNTED:
        assert found["records read"] >= RECORDS
        assert found["records quarantined"] > 0
