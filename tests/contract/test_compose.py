"""The Compose files: one command, nothing beyond this machine, no password that everybody knows."""

import json
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.compose import Compose, MissingVariableError, image_environment, variables_of

from tidegauge.runtime.kafka.settings import KafkaSettings
from tidegauge.runtime.metrics import METRICS
from tidegauge.runtime.settings import Settings

WHOLE, EMBEDDED = "docker-compose.yml", "docker-compose.embedded.yml"
SECRETS = {"TIDEGAUGE_DB_PASSWORD": "of-a-test", "TIDEGAUGE_GRAFANA_PASSWORD": "of-a-test-too"}
OURS = {"ingest", "monitor", "intake", "notify"}
PORT = "8480"


@pytest.fixture
def whole(repository: Path) -> Compose:
    return Compose.read(repository / WHOLE, SECRETS)


def yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def make(folder: Path, repository: Path, target: str) -> None:
    subprocess.run(["make", "-f", repository / "Makefile", target], cwd=folder, check=True)  # noqa: S607


@pytest.mark.parametrize(("name", "count"), [(WHOLE, 5), (EMBEDDED, 2)])
def test_compose_is_valid_and_publishes_nothing_beyond_this_machine(
    repository: Path, tool: Callable[[str, str], str], name: str, count: int
) -> None:
    path = repository / name
    command = [tool("check-jsonschema", "make setup"), "--builtin-schema", "vendor.compose-spec", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    file = Compose.read(path, SECRETS)
    ports = [port for service in file.services.values() for port in service.get("ports", [])]
    assert len(ports) == count
    assert all(port.startswith("127.0.0.1:") for port in ports)
    mounted = [what for service in file.services for what in file.mounts(service).values()]
    binds = [what for what in mounted if what.startswith("./")]
    assert binds
    assert all((repository / bind).is_file() for bind in binds)
    assert {what for what in mounted if what not in binds} == set(file.volumes)


@pytest.mark.parametrize("name", [WHOLE, EMBEDDED])
def test_every_service_is_held_small(repository: Path, name: str) -> None:
    for service, said in Compose.read(repository / name, SECRETS).services.items():
        assert said["cap_drop"] == ["ALL"], service
        assert said["security_opt"] == ["no-new-privileges:true"], service
        assert said.get("read_only") or service == "kafka", service
        assert "build" in said or re.fullmatch(r"\S+:v?\d+\.?\d*\S*", said["image"]), service


def test_without_its_passwords_it_says_how_to_make_them(repository: Path) -> None:
    for name in SECRETS:
        with pytest.raises(MissingVariableError, match=f"{name} is missing.*make compose-secrets"):
            Compose.read(repository / WHOLE, {**SECRETS, name: ""})


def test_the_passwords_are_made_once_and_for_their_owner_alone(repository: Path, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("TIDEGAUGE_DB_PASSWORD=mine\n", encoding="utf-8")
    make(tmp_path, repository, "compose-secrets")
    made = variables_of(path)
    assert set(made) == set(SECRETS)
    assert made["TIDEGAUGE_DB_PASSWORD"] == "mine"
    assert re.fullmatch("[0-9a-f]{48}", made["TIDEGAUGE_GRAFANA_PASSWORD"])
    make(tmp_path, repository, "compose-secrets")
    assert variables_of(path) == made
    path.unlink()
    make(tmp_path, repository, "compose-secrets")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len({*variables_of(path).values(), *made.values()}) == 4


def test_the_desk_and_the_database_know_one_password(whole: Compose) -> None:
    said = {name: service.get("environment", {}) for name, service in whole.services.items()}
    password = said["postgres"]["POSTGRES_PASSWORD"]
    assert password == SECRETS["TIDEGAUGE_DB_PASSWORD"]
    assert said["intake"]["PGPASSWORD"] == said["notify"]["PGPASSWORD"] == password
    assert said["grafana"]["GF_SECURITY_ADMIN_PASSWORD"] == SECRETS["TIDEGAUGE_GRAFANA_PASSWORD"]


def test_whoever_waits_waits_for_what_can_be_seen(whole: Compose) -> None:
    assert set(whole.in_order()) == set(whole.services)
    for service, said in whole.services.items():
        for needed, how in said.get("depends_on", {}).items():
            other = whole.services[needed]
            if how["condition"] == "service_completed_successfully":
                assert other["restart"] == "no", service
            else:
                assert how["condition"] == "service_healthy", service
                assert "test" in other["healthcheck"], service
    for service in OURS:  # what is not told here holds for them: the image's own check
        assert "healthcheck" not in whole.services[service]
        assert "topics" in whole.services[service]["depends_on"]


def test_the_services_are_given_settings_that_exist(repository: Path, whole: Compose) -> None:
    known = {f"TIDEGAUGE_{name.upper()}" for name in Settings.model_fields}
    known |= {f"TIDEGAUGE_KAFKA_{name.upper()}" for name in KafkaSettings.model_fields}
    given = {name for service in OURS | {"topics"} for name in whole.services[service]["environment"]}
    assert given - {"PGPASSWORD"} <= known
    image = image_environment(repository / "deploy/Dockerfile")
    assert image["TIDEGAUGE_DATA_DIR"] == "/data"
    assert all("/data" in whole.mounts(service) for service in OURS)


def test_the_broker_is_the_one_that_the_tests_run(repository: Path, whole: Compose) -> None:
    pom = (repository / "deploy/kafka/pom.xml").read_text(encoding="utf-8")
    assert f">{whole.services['kafka']['image'].partition(':')[2]}<" in pom


@pytest.mark.parametrize(
    ("name", "config", "targets"),
    [(WHOLE, "prometheus.yml", OURS), (EMBEDDED, "prometheus-embedded.yml", {"tidegauge"})],
)
def test_prometheus_asks_every_service_of_ours(
    repository: Path, name: str, config: str, targets: set[str]
) -> None:
    file = Compose.read(repository / name, SECRETS)
    assert file.mounts("prometheus")["/etc/prometheus/prometheus.yml"].endswith(f"/{config}")
    assert targets <= set(file.services)
    (job,) = yaml(repository / "deploy/prometheus" / config)["scrape_configs"]
    assert set(job["static_configs"][0]["targets"]) == {f"{one}:{PORT}" for one in targets}


def test_what_is_asked_about_metrics_is_about_metrics_that_exist(repository: Path) -> None:
    exposed = {metric.name for metric in METRICS}
    board = json.loads((repository / "deploy/grafana/tidegauge.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    groups = yaml(repository / "deploy/prometheus/alerts.yml")["groups"]
    asked += [rule["expr"] for group in groups for rule in group["rules"]]
    named = {name for text in asked for name in re.findall(r"\btidegauge_\w+", text)}
    assert len(named) > len(METRICS) / 2
    assert {name for name in named if name.removesuffix("_bucket") not in exposed} == set()


def test_grafana_finds_its_data_and_its_dashboard(repository: Path, whole: Compose) -> None:
    (source,) = yaml(repository / "deploy/grafana/datasource.yml")["datasources"]
    assert source["url"] == "http://prometheus:9090"
    (provider,) = yaml(repository / "deploy/grafana/dashboards.yml")["providers"]
    shown = [path for path, what in whole.mounts("grafana").items() if what.endswith("/tidegauge.json")]
    assert [str(Path(path).parent) for path in shown] == [provider["options"]["path"]]
    board = json.loads((repository / "deploy/grafana/tidegauge.json").read_text(encoding="utf-8"))
    assert source["uid"] in json.dumps(board["panels"][0])
