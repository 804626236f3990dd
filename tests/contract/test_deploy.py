"""The deployment files say what they should, to the tools that will read them."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tidegauge.runtime.settings import Settings

Tool = Callable[[str, str], str]
PROMTOOL = "on Debian it comes with the package prometheus"


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def passes(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_dockerfile_is_lint_free(repository, tool: Tool):
    passes(tool("hadolint", "make setup"), repository / "deploy/Dockerfile")


def test_the_image_runs_as_a_plain_user_and_its_files_are_let_in(repository):
    lines = (repository / "deploy/Dockerfile").read_text(encoding="utf-8").splitlines()
    last_stage = lines[max(n for n, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER 10001:10001" in last_stage
    let_in = (repository / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [
        source
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    assert copied
    for source in copied:
        assert (repository / source).exists(), source
        assert f"!{source}" in let_in


def test_prometheus_takes_its_configuration_and_the_alert_rules_pass_their_tests(repository, tool: Tool):
    promtool = tool("promtool", PROMTOOL)
    folder = repository / "deploy/prometheus"
    for name in ("prometheus.yml", "prometheus-embedded.yml"):
        passes(promtool, "check", "config", folder / name)
    passes(promtool, "test", "rules", folder / "alerts_test.yml")


def test_every_alert_has_a_test_that_fires_it_and_an_advice(repository):
    folder = repository / "deploy/prometheus"
    alerts = {rule["alert"] for group in read(folder / "alerts.yml")["groups"] for rule in group["rules"]}
    fired = {
        case["alertname"]
        for test in read(folder / "alerts_test.yml")["tests"]
        for case in test["alert_rule_test"]
        if case.get("exp_alerts")
    }
    assert fired == alerts
    advice = (repository / "docs/operate.md").read_text(encoding="utf-8")
    assert {name for name in alerts if f"| {name} |" in advice} == alerts


@pytest.mark.parametrize("file", ["deploy/Dockerfile", "helm/tidegauge/templates/statefulset.yaml"])
def test_containers_set_only_settings_that_exist(repository, file):
    text = (repository / file).read_text(encoding="utf-8")
    named = set(re.findall(r"TIDEGAUGE_[A-Z_]*[A-Z]", text))
    assert "TIDEGAUGE_HOST" in named
    assert named <= {f"TIDEGAUGE_{name.upper()}" for name in Settings.model_fields}
