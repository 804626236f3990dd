"""The services of docker-compose.yml as plain processes: what it says is all that they are told.

Host names, ports and folders are put in the place of a container's; images are the programs of this machine.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
import psycopg
import pytest
from aiokafka import AIOKafkaProducer
from tests.compose import Compose, image_environment, variables_of
from tests.conftest import need_tool
from tests.kafka.broker import Broker, free_port
from tests.kafka.raw import judged, messages, rows
from tests.kafka.world import COMMAND, LONGEST_S, until
from tests.postgres import REMEDY, binaries, own_server

from tidegauge.runtime.kafka.connection import client_options, connected
from tidegauge.runtime.kafka.settings import load_kafka_settings
from tidegauge.runtime.metrics import METRICS

OURS = ("ingest", "monitor", "intake", "notify")
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")
PLACE = re.compile(r"(?:\bkafka|127\.0\.0\.1)?:(9092|9093|19092)\b")
DECLARATION_KEY = ("reporter", "declaration_id")
LOGIN, DATABASE = "POSTGRES_USER", "POSTGRES_DB"


class ComposeBroker(Broker):
    """A broker with the properties that its image makes of the environment."""

    FORMATTED = ()  # the environment names who votes

    def __init__(self, folder, environment):
        self._environment = environment
        self.ports = {port: free_port() for port in ("9092", "9093", "19092")}
        super().__init__(folder)
        self.port = self.ports["9092"]

    def _settings(self, _certificates):
        made = {
            name.removeprefix("KAFKA_").replace("_", ".").lower(): value
            for name, value in self._environment.items()
            if name.startswith("KAFKA_")
        }
        made["log.dirs"] = str(self._folder / "logs")
        return "".join(f"{name}={self.here(value)}\n" for name, value in made.items())

    def here(self, text):
        """A text with this machine's ports."""
        return PLACE.sub(lambda found: f"127.0.0.1:{self.ports[found[1]]}", text)


class System:
    """The services of a Compose file; `start` them in the file's order."""

    def __init__(self, repository, folder, running):
        self._repository, self._folder, self._running = repository, folder, running
        make = ["make", "-f", repository / "Makefile", "compose-secrets"]
        subprocess.run(make, cwd=folder, check=True)
        self.file = Compose.read(repository / "docker-compose.yml", variables_of(folder / ".env"))
        self.addresses, self._processes = {}, {}

    async def start(self):
        """Bring up what the file says, each when what it waits for is there."""
        for name in self.file.in_order():
            if name == "kafka":
                self.kafka = ComposeBroker(
                    self._made("kafka"), self.file.services[name]["environment"]
                ).start()
                self._running.callback(self.kafka.stop)
            elif name == "postgres":
                self._start_postgres(self.file.services[name]["environment"])
            elif name == "topics":
                assert await asyncio.to_thread(self._run(name).wait, LONGEST_S) == 0, self._said(name)
            elif name in OURS:
                self._run(name)
                await self._healthy(name)
        self._start_prometheus()  # a container's name stays; here addresses are known once all are up
        return self

    def volume(self, name):
        """The folder of a volume."""
        return self._made(f"volume-{name}")

    def _start_postgres(self, said):
        server = self._running.enter_context(own_server(said[LOGIN], said["POSTGRES_PASSWORD"]))
        self._postgres = f"127.0.0.1:{server.port}"
        where = f"postgresql://{said[LOGIN]}@{self._postgres}"
        with psycopg.connect(
            where, dbname="postgres", password=said["POSTGRES_PASSWORD"], autocommit=True
        ) as one:
            one.execute(f'CREATE DATABASE "{said[DATABASE]}"')

    def _start_prometheus(self):
        program, port = shutil.which("prometheus"), free_port()
        if program is None:
            return
        for path, source in self.file.mounts("prometheus").items():
            if source.startswith("./"):
                text = (self._repository / source).read_text(encoding="utf-8")
                for name, address in self.addresses.items():
                    text = text.replace(f"{name}:8480", address.removeprefix("http://").strip("/"))
                (self._made("prometheus") / Path(path).name).write_text(text, encoding="utf-8")
        self.addresses["prometheus"] = f"http://127.0.0.1:{port}/"
        self._process("prometheus", [
            program, f"--config.file={self._folder}/prometheus/prometheus.yml",
            f"--storage.tsdb.path={self.volume('prometheus')}", f"--web.listen-address=127.0.0.1:{port}",
        ], {})  # fmt: skip

    def _run(self, name):
        said = self.file.services[name]
        dockerfile = self._repository / said["build"]["dockerfile"]
        told = {**image_environment(dockerfile), **said["environment"]}
        environment = {key: self._here(name, value) for key, value in told.items()}
        environment["TIDEGAUGE_PORT"] = "0"
        return self._process(
            name, [*COMMAND, *(self._here(name, word) for word in said["command"])], environment
        )

    def _here(self, name, text):
        volume = self.file.mounts(name).get("/data", name)
        text = text.replace("@postgres/", f"@{self._postgres}/")
        text = re.sub(r"^/data$", str(self.volume(volume)), text)
        return self.kafka.here(re.sub(r"^0\.0\.0\.0$", "127.0.0.1", text))

    def _process(self, name, command, environment):
        ours = {key: value for key, value in os.environ.items() if not key.startswith("TIDEGAUGE_")}
        with (self._folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(command, env={**ours, **environment}, stdout=log, stderr=log)
        self._running.callback(process.wait, LONGEST_S)
        self._running.callback(process.kill)
        self._processes[name] = process
        return process

    async def _healthy(self, name):
        """Wait until the image's own check says so."""
        text = (self._repository / "deploy/Dockerfile").read_text(encoding="utf-8")
        (code,) = re.findall(r'HEALTHCHECK .*\\\n\s+CMD \["python", "-c", "(.*)"\]', text)

        async def answered():
            assert self._processes[name].poll() is None, self._said(name)
            found = ADDRESS.search(self._said(name))
            if found is None:
                return False
            self.addresses[name] = found[0]
            checked = code.replace("http://127.0.0.1:8480/", found[0])
            return (
                await asyncio.to_thread(
                    subprocess.call, [sys.executable, "-c", checked], stderr=subprocess.DEVNULL
                )
                == 0
            )

        await until(answered)

    def _said(self, name):
        return (self._folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def _made(self, name):
        (self._folder / name).mkdir(exist_ok=True)
        return self._folder / name

    def settings(self):
        """How a producer on the host reaches the broker: the port that the file publishes."""
        published = self.file.services["kafka"]["ports"][0].rpartition(":")[0]
        return load_kafka_settings(f"kafka://{self.kafka.here(published)}")


@pytest.fixture
async def system(repository, tmp_path):
    if binaries() is None:
        need_tool(REMEDY)
    with ExitStack() as running:
        yield await System(repository, tmp_path, running).start()


async def asked(system, service, path, **query):
    token = (system.volume("desk") / "operator-token").read_text(encoding="ascii").strip()
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=system.addresses[service], headers=headers) as client:
        answer = await client.get(path, params=query)
    return answer.raise_for_status()


async def test_declarations_come_out_of_the_desk_as_alerts(system, declarations, repository):
    settings = system.settings()
    assert (await asked(system, "intake", "api/v1/alerts")).json()["alerts"] == []
    sent = list(messages(settings, "customs.declarations", rows(declarations), DECLARATION_KEY, 4))
    await send(settings, sent)
    await until(lambda: judged(settings, len(sent)))

    async def there():
        return (await asked(system, "intake", "api/v1/alerts")).json()["alerts"]

    await until(there)
    await asked(system, "notify", "api/v1/subscriptions")
    pages = [(await asked(system, service, "metrics")).text for service in OURS]
    exposed = {name for page in pages for name in re.findall(r"^# TYPE (\w+) ", page, re.MULTILINE)}
    assert {metric.name for metric in METRICS} <= exposed
    if "prometheus" in system.addresses:
        await until(lambda: scraped(system))
        board = json.loads((repository / "deploy/grafana/tidegauge.json").read_text(encoding="utf-8"))
        for query in [target["expr"] for panel in board["panels"] for target in panel["targets"]]:
            answer = await asked(system, "prometheus", "api/v1/query", query=query)
            assert answer.json()["status"] == "success", query


async def send(settings, wanted):
    """As any producer would: a broker of the image's size takes no batches of ours."""
    async with connected(AIOKafkaProducer(**client_options(settings)), settings) as producer:
        for one in wanted:
            await producer.send(one.topic, one.value, key=one.key, partition=one.partition)
        await producer.flush()


async def scraped(system):
    """Whether Prometheus has the figures of all four services."""
    targets = (await asked(system, "prometheus", "api/v1/targets")).json()["data"]["activeTargets"]
    assert len(targets) == len(OURS)
    return all(target["health"] == "up" for target in targets)
