"""What holds for the repository as a whole."""

import ast
import importlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "services" / "tidegauge"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_MODULE = 500  # lines
UNDONE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(work|home|root|Users)/\w")


def kept_files() -> list[Path]:
    """The text files that are or will be committed, as git tells them."""
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - git, wherever it is
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    names = [ROOT / name for name in told.splitlines()]
    return [each for each in names if each.is_file() and b"\0" not in each.read_bytes()[:8192]]


def test_the_licence_is_here_whole_and_the_distribution_names_it():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.lstrip().startswith("Apache License\n")
    assert "END OF TERMS AND CONDITIONS" in text
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_says_what_it_is_for_and_keeps_to_one_idea(path):
    source = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source)), "no docstring"
    assert source.count("\n") <= LONGEST_MODULE


def test_no_file_is_undone_or_tied_to_one_machine():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in kept_files()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if (path.suffix == ".py" and UNDONE.search(line)) or MACHINE_PATH.search(line)
    ]
    assert not found


@pytest.mark.parametrize("line", ["x = 1  # TODO", "# FIXME: later"])
def test_the_search_for_the_undone_finds_it(line):
    assert UNDONE.search(line)


@pytest.mark.parametrize("line", ["/work/main/x", '"/home/me"', "cd /root/x"])
def test_the_search_for_machine_paths_finds_them(line):
    assert MACHINE_PATH.search(line)


def test_the_schemas_are_schemas():
    read = {
        path.name: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "schemas").glob("*.json")
    }
    schemas = {name: each for name, each in read.items() if not {"openapi", "asyncapi"} & each.keys()}
    assert schemas
    for name, schema in schemas.items():
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema", name
        Draft202012Validator.check_schema(schema)


def test_every_unit_test_folder_mirrors_a_folder_of_the_package():
    folders = {p.parent.relative_to(ROOT / "tests/unit") for p in (ROOT / "tests/unit").rglob("test_*.py")}
    assert [str(folder) for folder in folders if not (PACKAGE / folder).is_dir()] == []


def test_the_ci_script_calls_the_test_command_of_the_readme():
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    script = ROOT / ".ci/run"
    assert "\nmake test" in script.read_text(encoding="utf-8")
    assert script.stat().st_mode & 0o111


def test_links_between_the_documents_lead_somewhere():
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    broken = [
        f"{path.name}: {target}"
        for path in documents
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert not broken


def readme_commands() -> list[list[str]]:
    """The `tidegauge ...` lines of the README's shell blocks, as words."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    lines = [line.split("#")[0].split() for block in blocks for line in block.splitlines()]
    return [words[1:] for words in lines if words[:1] == ["tidegauge"]]


@pytest.mark.parametrize("words", readme_commands(), ids=" ".join)
def test_a_command_of_the_readme_is_one_of_the_command_line(words):
    from typer.main import get_command  # noqa: PLC0415 - with the command line, which only this test needs

    command = get_command(importlib.import_module("tidegauge.cli").app)
    while (inner := getattr(command, "commands", None)) is not None and words:
        assert words[0] in inner, f"{words[0]} is none of {sorted(inner)}"
        command, words = inner[words[0]], words[1:]
    options = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options
