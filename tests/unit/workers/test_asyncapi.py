"""The AsyncAPI document is what the code makes, hangs together, and its examples are valid records."""

from pathlib import Path

import jsonschema
import msgspec
import pytest

from tidegauge.domain.records import RECORDS
from tidegauge.ingest.schemas import rendered
from tidegauge.runtime.kafka.names import RAW_TOPICS, plans
from tidegauge.runtime.kafka.settings import KafkaSettings
from tidegauge.workers.asyncapi import EXAMPLES, document

FOLDER = Path(__file__).parents[3] / "schemas"
MADE = msgspec.json.decode(rendered(document()))


def test_the_stored_document_is_the_one_the_code_makes():
    assert (FOLDER / "asyncapi.json").read_bytes() == rendered(document())


def test_every_topic_of_the_plans_has_its_channel_and_its_operation():
    topics = {plan.name for plan in plans(KafkaSettings())}
    assert {channel["address"] for channel in MADE["channels"].values()} == topics
    assert {one["channel"]["$ref"] for one in MADE["operations"].values()} == {
        f"#/channels/{name}" for name in topics
    }


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


@pytest.mark.parametrize("reference", sorted(set(references(MADE))))
def test_every_reference_leads_somewhere(reference):
    if reference.startswith("./"):
        assert (FOLDER / reference).is_file()
        return
    node = MADE
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]


@pytest.mark.parametrize("topic", RAW_TOPICS)
def test_the_example_of_a_raw_topic_is_a_valid_record(topic):
    message = MADE["components"]["messages"][topic]
    schema = msgspec.json.decode((FOLDER / message["payload"]["$ref"]).read_bytes())
    (example,) = message["examples"]
    jsonschema.Draft202012Validator(schema).validate(example["payload"])
    assert example["payload"].keys() <= RECORDS[RAW_TOPICS[topic]].by_name.keys()


def test_no_example_is_left_over():
    assert EXAMPLES.keys() == set(RAW_TOPICS.values())
