"""The reasons that a rule says it can give are those that its code can give."""

import ast
from functools import cache
from pathlib import Path

import pytest

import tidegauge.domain.rules as package
from tidegauge.domain.rules.base import Reason
from tidegauge.domain.rules.reasons import COMMON, meanings
from tidegauge.domain.rules.registry import RULES

FOLDER = Path(package.__path__[0])
SHARED = {"base", "reasons", "remedies"}  # what Reason is, and the words about it


@cache
def code(module):
    """({name: definition}, {name: (module, name) where it is imported from}) of a module of rules."""
    defined, imported = {}, {}
    for node in ast.parse((FOLDER / f"{module}.py").read_text()).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                defined[name] = node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                defined[name] = node
            case ast.ImportFrom(module=str(path), names=names) if path.startswith(package.__name__ + "."):
                imported |= {one.asname or one.name: (path.rsplit(".", 1)[-1], one.name) for one in names}
            case _:
                pass
    return defined, imported


def mentioned(module, name, seen):
    """Reasons that a definition mentions, or anything that it uses, however far."""
    defined, imported = code(module)
    if (module, name) in seen or name not in defined:
        return set()
    seen.add((module, name))
    found = set()
    for node in ast.walk(defined[name]):
        match node:
            case ast.Attribute(value=ast.Name(id="Reason"), attr=reason):
                found.add(Reason[reason])
            case ast.Name(id=used) if used in defined:
                found |= mentioned(module, used, seen)
            case ast.Name(id=used) if used in imported and imported[used][0] not in SHARED:
                found |= mentioned(*imported[used], seen)
            case _:
                pass
    return found


def module_of(rule):
    return next(path.stem for path in FOLDER.glob("*.py") if f'id="{rule}"' in path.read_text())


def without_declaration(module):
    """What the code of a rule mentions outside its own list of reasons."""
    defined, _ = code(module)
    call = defined["RULE"].value
    call.keywords = [each for each in call.keywords if each.arg != "reasons"]
    return mentioned(module, "RULE", set())


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_lists_the_reasons_of_its_code(rule):
    declared = set(rule.reasons) | {why for figure in rule.figures for why in figure.unknown}
    assert declared | COMMON == without_declaration(module_of(rule.id)) | COMMON


def test_each_reason_is_given_by_some_rule():
    assert set.union(*(set(meanings(rule)) for rule in RULES.values())) == set(Reason)
