"""The Helm chart: its values are held to their schema, and what it renders is hardened."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from tidegauge.runtime.settings import Settings


@pytest.fixture
def chart(repository) -> Path:
    return repository / "helm" / "tidegauge"


@pytest.fixture
def validator(chart) -> Draft7Validator:
    schema = json.loads((chart / "values.schema.json").read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


@pytest.fixture
def values(chart) -> dict[str, Any]:
    return YAML(typ="safe").load(chart / "values.yaml")


def render(chart: Path, *options: str) -> list[dict[str, Any]]:
    helm = shutil.which("helm")
    if helm is None:
        pytest.skip("helm is not installed: https://helm.sh/docs/intro/install/")
    done = subprocess.run(
        [helm, "template", "gauge", chart, "--kube-version=1.30.0", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [document for document in YAML(typ="safe").load_all(done.stdout) if document]


def test_the_default_values_pass_their_schema(validator, values):
    validator.validate(values)
    assert set(values) == set(validator.schema["properties"]) - {"global"}


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("replicas", 2),
        ("image", {"repository": "", "tag": "", "pullPolicy": "Always"}),
        ("settings", {"TIDEGAUGE_HOST": "127.0.0.1"}),
        ("settings", {"OTHER": "x"}),
        ("settings", {"TIDEGAUGE_BATCH_ROWS": 10}),
        ("persistence", {"size": "lots", "storageClass": ""}),
        ("service", {"port": 0}),
    ],
)
def test_wrong_values_are_refused(validator, values, part, wrong):
    assert not validator.is_valid({**values, part: wrong})


def test_the_default_settings_exist(values):
    assert set(values["settings"]) <= {f"TIDEGAUGE_{name.upper()}" for name in Settings.model_fields}


def test_the_chart_and_the_distribution_are_one_version(chart, repository):
    described = YAML(typ="safe").load(chart / "Chart.yaml")
    project = (repository / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{described["appVersion"]}"' in project


def test_what_is_rendered_is_one_hardened_pod(chart):
    documents = {document["kind"]: document for document in render(chart)}
    assert set(documents) == {"StatefulSet", "Service", "NetworkPolicy"}
    assert documents["StatefulSet"]["spec"]["replicas"] == 1
    pod = documents["StatefulSet"]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    [container] = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["image"] == "tidegauge:0.1.0"
    assert documents["NetworkPolicy"]["spec"]["ingress"] == []


def test_options_show_in_what_is_rendered(chart):
    documents = {
        document["kind"]: document
        for document in render(
            chart,
            "--set=serviceMonitor.enabled=true,settings.TIDEGAUGE_LOG_FORMAT=console",
            '--set-json=networkPolicy.from=[{"podSelector":{}}]',
        )
    }
    assert documents["ServiceMonitor"]["spec"]["endpoints"][0]["path"] == "/metrics"
    assert documents["NetworkPolicy"]["spec"]["ingress"][0]["from"] == [{"podSelector": {}}]
    [container] = documents["StatefulSet"]["spec"]["template"]["spec"]["containers"]
    formats = [each["value"] for each in container["env"] if each["name"] == "TIDEGAUGE_LOG_FORMAT"]
    assert formats == ["console"]
