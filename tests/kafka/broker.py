"""One Apache Kafka broker (KRaft) from Maven's jars, on loopback with free ports."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

from tests.conftest import ROOT, need_tool

JARS = ROOT / ".tools" / "kafka" / "libs"
HOW = (
    "Kafka is not here: install a Java 17 runtime and Maven, then `make broker`; "
    "or name a broker in TIDEGAUGE_TEST_KAFKA"
)
CLUSTER = "dGlkZWdhdWdlLXRlc3RzLQ"  # 22 characters of base64
START_S = 90
JAVA_OPTIONS = ("-Xmx512m", "-XX:TieredStopAtLevel=1")
CONFIG = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}{listeners}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}{listeners}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PASSWORD:SASL_SSL,MUTUAL:SSL
log.dirs={folder}/logs
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
message.max.bytes=16777216
replica.fetch.max.bytes=16777216
"""
USER, STRANGER, PASSWORD = "tidegauge", "stranger", "s3cret-of-a-test"
# Two listeners more: TLS with a password (SCRAM or PLAIN), and TLS with the client's certificate. Rights are
# needed on them: our user has all, the stranger none. The plain listener is for the broker and other tests.
SECURED = """\
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:{user};User:CN={user}
ssl.keystore.type=PEM
ssl.keystore.location={certificates.broker}
ssl.truststore.type=PEM
ssl.truststore.location={certificates.ca}
listener.name.mutual.ssl.client.auth=required
listener.name.password.sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
listener.name.password.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.password.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required \
user_{user}="{password}" user_{stranger}="{password}";
"""


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


class Broker:
    """A broker process; `start` again after `stop` or `kill` finds its data.

    With certificates it listens at `password` and at `mutual` too.
    """

    FORMATTED = ("--standalone",)  # a controller that is alone without being told who votes

    def __init__(self, folder: Path, certificates=None):
        self._program = shutil.which("java")
        if self._program is None or not any(JARS.glob("kafka_*.jar")):
            need_tool(HOW)
        self._folder, self.port = folder, free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._config = folder / "server.properties"
        self.password = self.mutual = None
        self._config.write_text(self._settings(certificates))
        formatting = ["format", "-t", CLUSTER, "-c", self._config, *self.FORMATTED]
        if certificates is not None:
            formatting += ["--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"]
        self._java("kafka.tools.StorageTool", *formatting).wait()
        self.process = None

    def start(self):
        log = self._folder / "broker.log"
        self.process = self._java("kafka.Kafka", self._config)
        end = time.monotonic() + START_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                self.kill()
                raise RuntimeError(f"the broker did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.1)
        return self

    def stop(self):
        self.process.terminate()
        self.process.wait(START_S)

    def kill(self):
        self.process.kill()
        self.process.wait(START_S)

    def _settings(self, certificates):
        listeners, secured = "", ""
        if certificates is not None:
            self.password, self.mutual = (f"127.0.0.1:{free_port()}" for _ in range(2))
            listeners = f",PASSWORD://{self.password},MUTUAL://{self.mutual}"
            secured = SECURED.format(
                certificates=certificates, user=USER, stranger=STRANGER, password=PASSWORD
            )
        plain = CONFIG.format(
            port=self.port, controller=free_port(), folder=self._folder, listeners=listeners
        )
        return plain + secured

    def _answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _java(self, main, *arguments):
        with (self._folder / "broker.log").open("ab") as log:
            return subprocess.Popen(
                [self._program, *JAVA_OPTIONS, "-cp", f"{JARS}/*", main, *map(str, arguments)],
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
