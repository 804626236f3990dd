"""TLS and passwords, against a broker that asks for them: the whole way through, and each refusal told."""

import csv
import json
import subprocess

import pytest
from tests.kafka.broker import PASSWORD, STRANGER, USER, free_port
from tests.kafka.conftest import settings_for
from tests.kafka.raw import judged, messages, produce, rows, settled_as
from tests.kafka.world import COMMAND, Workers, environment_of, events_of, ingested, until

from tidegauge.runtime.errors import EXIT_REFUSED, UserError
from tidegauge.runtime.events import Topic
from tidegauge.runtime.kafka.events import KafkaEvents
from tidegauge.runtime.kafka.topics import check_topics, create_topics

CELL_KEY = ("reporter", "period", "product", "origin", "flow", "source")
LIVE = {"TIDEGAUGE_LIVE_FROM": "1997-01"}
WRONG = "not-the-" + PASSWORD


@pytest.fixture
def by_password(broker, certificates):
    """Settings for the listener that wants a password."""
    return settings_for(
        broker.password, tls=True, ca_file=certificates.ca, sasl="SCRAM-SHA-512", username=USER,
        password=PASSWORD,
    )  # fmt: skip


@pytest.fixture
def by_certificate(broker, certificates):
    """Settings for the listener that wants the client's certificate."""
    return settings_for(
        broker.mutual, tls=True, ca_file=certificates.ca, cert_file=certificates.client,
        key_file=certificates.client_key,
    )  # fmt: skip


@pytest.fixture
def small(repository, tmp_path):
    """Four years of two products with a planted surge, their rates, and the log of both as files."""
    example = repository / "examples" / "brazil-fertilizers" / "flows.csv"
    chosen = [
        {**row, "net_mass_kg": str(float(row["net_mass_kg"]) * 3)} if row["period"] == "2020-09" else row
        for row in rows([example])
        if row["product"] in {"31022100", "31054000"} and "2017-01" <= row["period"] <= "2020-12"
    ]
    path = tmp_path / "flows.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(chosen[0]))
        writer.writeheader()
        writer.writerows(chosen)
    rates = example.with_name("fx.csv")
    return chosen, list(rows([rates])), ingested([path, rates])


@pytest.mark.parametrize("by", ["by_password", "by_certificate"])
async def test_records_become_alerts(by, request, small, tmp_path):
    records, rates, wanted = small
    settings = request.getfixturevalue(by)
    assert all(state.made for state in await create_topics(settings))
    await produce(settings, messages(settings, "rates.exchange", rates, ("currency", "period")))
    await produce(settings, messages(settings, "trade.flows", records, CELL_KEY))
    workers = Workers(settings, tmp_path)
    try:
        workers.start("ingest", "i", **LIVE)
        workers.start("monitor", "m")
        await until(lambda: judged(settings, len(records) + len(rates)))
        await settled_as(settings, wanted)
        with KafkaEvents(settings) as reader:  # as intake and notify read
            read = [event.payload for event in reader.read(Topic.ALERTS, -1, 10_000)]
        assert set(read) == set(await events_of(settings))
        assert [await workers.stop(process) for process in workers.running] == [0, 0]
        assert PASSWORD not in workers.said("i") + workers.said("m")
    finally:
        workers.close()


async def test_plain_over_tls(by_password):
    plain = by_password.model_copy(update={"sasl": "PLAIN"})
    assert all(state.made for state in await create_topics(plain))


async def refused(settings, **given):
    """The sentence that a client with other settings gets."""
    changed = type(settings)(**{**settings.model_dump(), **given})
    with pytest.raises(UserError) as told:
        await check_topics(changed)
    assert told.value.status == EXIT_REFUSED
    assert PASSWORD not in str(told.value)
    assert "\n" not in str(told.value)
    return str(told.value).replace(changed.brokers, "BROKER")


@pytest.mark.parametrize("sasl", ["SCRAM-SHA-512", "PLAIN"])
async def test_a_wrong_password(sasl, by_password):
    assert await refused(by_password, sasl=sasl, password=WRONG) == (
        "Kafka at BROKER refused the user name or the password; "
        "see TIDEGAUGE_KAFKA_USERNAME and TIDEGAUGE_KAFKA_PASSWORD"
    )


async def test_another_way_of_login_than_the_broker_knows(by_password):
    wanted = "Kafka at BROKER does not know SCRAM-SHA-256; see TIDEGAUGE_KAFKA_SASL"
    assert await refused(by_password, sasl="SCRAM-SHA-256") == wanted


async def test_an_authority_that_did_not_sign_the_broker(by_password, certificates):
    for other in (certificates.other_ca, None):
        assert await refused(by_password, ca_file=other) == (
            "Kafka at BROKER shows a certificate that is not accepted (unable to get local issuer "
            "certificate); see TIDEGAUGE_KAFKA_CA_FILE"
        )


async def test_a_name_that_is_not_the_brokers(by_password):
    told = await refused(by_password, brokers=by_password.brokers.replace("127.0.0.1", "localhost"))
    assert "shows a certificate that is not accepted (Hostname mismatch" in told


@pytest.mark.parametrize("given", [{"tls": False}, {"sasl": ""}, {"tls": False, "sasl": ""}])
async def test_less_than_the_broker_wants(given, by_password):
    assert await refused(by_password, **given) == (
        "Kafka at BROKER closed the connection: it may want TLS or a password; "
        "see TIDEGAUGE_KAFKA_TLS and TIDEGAUGE_KAFKA_SASL"
    )


async def test_no_certificate_where_one_is_wanted(by_certificate):
    told = await refused(by_certificate, cert_file=None, key_file=None)
    assert "ended the TLS handshake (" in told
    assert "TIDEGAUGE_KAFKA_CERT_FILE" in told


async def test_more_than_the_broker_wants(by_password, by_certificate, broker):
    plain = broker.address
    assert "does not speak TLS there" in await refused(by_password, brokers=plain)
    assert "takes no user name" in await refused(by_password, brokers=plain, tls=False)
    assert "takes no user name" in await refused(
        by_certificate, sasl="PLAIN", username=USER, password=PASSWORD
    )


async def test_a_user_without_rights(by_password):
    await create_topics(by_password)
    stranger = by_password.model_copy(update={"sasl": "PLAIN", "username": STRANGER})
    faults = {state.faults for state in await check_topics(stranger)}
    assert faults == {("is missing, or hidden from this user; `tidegauge topics create` makes it",)}
    with pytest.raises(UserError, match="cannot be made: Authorization failed"):
        await create_topics(stranger)


async def test_the_first_broker_that_says_why_is_heard(by_password):
    silent = f"127.0.0.1:{free_port()}"
    told = await refused(by_password, brokers=f"{silent},{by_password.brokers}", password=WRONG)
    assert f"Kafka at {by_password.brokers} refused the user name" in told.replace("BROKER", "")


@pytest.mark.parametrize("service", ["topics", "ingest", "monitor", "intake", "notify"])
def test_every_command_ends_with_the_sentence_alone(service, by_password, tmp_path):
    kafka = {**environment_of(by_password), "TIDEGAUGE_KAFKA_PASSWORD": WRONG}
    command = ["topics", "check"] if service == "topics" else [service, "--data-dir", tmp_path, "--port", "0"]
    done = subprocess.run(
        [*COMMAND, *command, "--log", f"kafka://{by_password.brokers}"],
        env=kafka, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == EXIT_REFUSED
    (sentence,) = [line for line in done.stderr.splitlines() if not _is_log(line)]
    assert sentence.startswith(
        f"tidegauge: Kafka at {by_password.brokers} refused the user name or the password; see TIDEGAUGE_"
    )
    for secret in (PASSWORD, "Traceback"):
        assert secret not in done.stdout + done.stderr


def _is_log(line):
    try:
        return json.loads(line)["level"] == "info"
    except ValueError:
        return False
