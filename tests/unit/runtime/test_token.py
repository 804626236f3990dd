"""The operator token."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.token import load_or_create, matches


def test_the_first_start_makes_a_token_that_only_its_owner_can_read(tmp_path):
    made = load_or_create(tmp_path / "new" / "data")
    assert made.created
    assert made.path == tmp_path / "new" / "data" / "operator-token"
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert len(made.token) == 43  # 32 bytes in base64
    assert [each.name for each in made.path.parent.iterdir()] == ["operator-token"]


def test_the_next_start_finds_it_again(tmp_path):
    first = load_or_create(tmp_path)
    again = load_or_create(tmp_path)
    assert (again.token, again.created) == (first.token, False)


def test_starts_at_the_same_moment_agree_on_one_token(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: load_or_create(tmp_path), range(32)))
    assert len({each.token for each in found}) == 1
    assert sum(each.created for each in found) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_refused(tmp_path, mode):
    path = load_or_create(tmp_path).path
    path.chmod(mode)
    with pytest.raises(UserError, match=rf"can be read by others \(mode 0{mode:o}\): say `chmod 600"):
        load_or_create(tmp_path)


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 43])
def test_a_file_without_a_token_is_refused(tmp_path, content):
    path = tmp_path / "operator-token"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(UserError, match="does not hold an operator token"):
        load_or_create(tmp_path)


def test_only_the_same_token_matches(tmp_path):
    token = load_or_create(tmp_path).token
    assert matches(token, token)
    for given in ("", token[:-1], token + "x", token.swapcase(), "é", "\ud800"):
        assert not matches(token, given)


def test_an_empty_token_matches_nothing():
    assert not matches("", "")
