"""Topics as the settings want them."""

import pytest
from tests.kafka.broker import free_port
from typer.testing import CliRunner

from tidegauge.cli import app
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.kafka.settings import KafkaSettings, brokers_of
from tidegauge.runtime.kafka.topics import check_topics, create_topics, require_topics


def faults(states):
    return {state.name: state.faults for state in states if state.faults}


async def test_missing_topics_are_made_once(settings):
    assert all("missing" in why[0] for why in faults(await check_topics(settings)).values())
    assert all(state.made for state in await create_topics(settings))
    again = await create_topics(settings)
    assert not any(state.made for state in again)
    assert not faults(again)
    await require_topics(settings)


async def test_the_shape_of_each_topic(made):
    found = {state.name.removeprefix(made.prefix): state.partitions for state in await check_topics(made)}
    assert found == {
        "customs.declarations": 2, "trade.flows": 1, "prices.imports": 1, "industry.indicators": 1,
        "remedies.measures": 1, "subsidies.programmes": 1, "records": 3, "alerts": 1, "figures": 1,
        "rates.exchange": 1, "products.scopes": 1, "customs.tariffs": 1, "remedies.triggers": 1,
        "records.quarantine": 1, "records.progress": 1,
    }  # fmt: skip


async def test_a_wrong_topic_is_told_with_its_fault(made):
    other = made.model_copy(update={"partitions": 4, "replication": 2, "max_message_bytes": 2**20})
    found = faults(await check_topics(other))
    assert "has 3 partitions, not 4" in found[f"{made.prefix}records"][0]
    assert "has 1 copies, fewer than 2" in found[f"{made.prefix}records"][1]
    assert "max.message.bytes" in found[f"{made.prefix}records"][2]
    with pytest.raises(UserError, match="topic"):
        await require_topics(other)


async def test_too_few_brokers_are_told(settings):
    with pytest.raises(UserError, match="cannot be made"):
        await create_topics(settings.model_copy(update={"replication": 3}))


async def test_no_broker_is_told():
    with pytest.raises(UserError, match=r"no Kafka broker answers at 127\.0\.0\.1"):
        await check_topics(KafkaSettings(brokers=f"127.0.0.1:{free_port()}"))


def test_the_command_makes_and_checks(settings, monkeypatch):
    for name in ("prefix", "partitions", "raw_partitions", "replication", "min_insync"):
        monkeypatch.setenv(f"TIDEGAUGE_KAFKA_{name.upper()}", str(getattr(settings, name)))
    log = f"--log=kafka://{settings.brokers}"
    missing = CliRunner().invoke(app, ["topics", "check", log])
    assert "records: is missing; `tidegauge topics create` makes it" in missing.output
    assert str(missing.exception) == "15 of 15 topics are not as they must be"
    assert "records: 3 partitions, made" in CliRunner().invoke(app, ["topics", "create", log]).output
    assert "records: 3 partitions, as it must be" in CliRunner().invoke(app, ["topics", "check", log]).output


@pytest.mark.parametrize("log", ["kafka://", "http://host:1", "kafka://h/x", "kafka://a,,b"])
def test_an_address_that_is_none_is_told(log):
    with pytest.raises(UserError, match="an address such as"):
        brokers_of(log)


def test_a_password_in_an_address_is_refused_and_not_shown():
    with pytest.raises(
        UserError, match="--log takes no user name and password; see TIDEGAUGE_KAFKA_"
    ) as told:
        brokers_of("kafka://user:hunter2@host")
    assert "hunter2" not in str(told.value)


def test_several_brokers_in_one_address():
    assert brokers_of("kafka://a,b:9093") == "a:9092,b:9093"
