"""How clients are told to connect, and what is said of wrong settings."""

import ssl

import pytest

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.kafka.connection import client_options, producer_options
from tidegauge.runtime.kafka.faust_app import make_app
from tidegauge.runtime.kafka.settings import KafkaSettings, load_kafka_settings


def settings(**given):
    return KafkaSettings(brokers="a:1,b:2", **given)


@pytest.mark.parametrize(
    ("given", "protocol"),
    [
        ({}, "PLAINTEXT"),
        ({"tls": True}, "SSL"),
        ({"sasl": "PLAIN"}, "SASL_PLAINTEXT"),
        ({"tls": True, "sasl": "SCRAM-SHA-512"}, "SASL_SSL"),
    ],
)
def test_the_protocol_follows_from_tls_and_sasl(given, protocol, tmp_path):
    chosen = settings(username="u", password="p", **given)
    options = client_options(chosen)
    assert options["security_protocol"] == protocol
    assert options.get("sasl_plain_password") == ("p" if "sasl" in given else None)
    app = make_app(chosen, tmp_path)
    credentials = app.conf.broker_credentials
    assert (credentials.protocol.value if credentials else "PLAINTEXT") == protocol


def test_tls_verifies_the_broker_and_its_name():
    context = client_options(settings(tls=True))["ssl_context"]
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_certificate_that_cannot_be_read_is_told(tmp_path):
    empty = tmp_path / "empty.pem"
    empty.touch()
    with pytest.raises(
        UserError, match=r"TIDEGAUGE_KAFKA_CA_FILE: .*none\.pem cannot be used \(No such file"
    ):
        client_options(settings(tls=True, ca_file=tmp_path / "none.pem"))
    with pytest.raises(UserError, match=r"TIDEGAUGE_KAFKA_CA_FILE: .*empty\.pem cannot be used"):
        client_options(settings(tls=True, ca_file=empty))
    with pytest.raises(UserError, match=r"TIDEGAUGE_KAFKA_CERT_FILE: .*empty\.pem cannot be used"):
        client_options(settings(tls=True, cert_file=empty))


def test_a_password_is_never_shown():
    assert "hunter2" not in repr(settings(password="hunter2"))


def test_what_is_sent_twice_is_written_once():
    options = producer_options(settings())
    assert (options["enable_idempotence"], options["acks"]) == (True, "all")


def test_faust_neither_commits_past_a_failure_nor_opens_a_port(tmp_path):
    conf = make_app(settings(instance="m-1"), tmp_path).conf
    assert not conf.web_enabled
    assert conf.topic_disable_leader
    assert not conf.stream_wait_empty
    assert conf.consumer_group_instance_id == "m-1"
    assert conf.id == "records-monitor"


def test_a_wrong_setting_is_told_by_its_name(monkeypatch):
    monkeypatch.setenv("TIDEGAUGE_KAFKA_PARTITIONS", "none")
    with pytest.raises(UserError, match=r"TIDEGAUGE_KAFKA_PARTITIONS: .*not 'none'"):
        load_kafka_settings()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"sasl": "PLAIN", "username": "u"}, "SASL needs TIDEGAUGE_KAFKA_USERNAME and"),
        ({"brokers": "kafka"}, "BROKERS: host:port is expected"),
        ({"username": "u", "password": "hunter2"}, "USERNAME needs TIDEGAUGE_KAFKA_SASL"),
        ({"ca_file": "ca.pem"}, "TLS must be true where a certificate is named"),
        ({"tls": True, "key_file": "key.pem"}, "KEY_FILE needs TIDEGAUGE_KAFKA_CERT_FILE"),
    ],
)
def test_a_setting_that_lacks_another_is_told(given, told):
    with pytest.raises(UserError, match=f"^TIDEGAUGE_KAFKA_{told}") as error:
        load_kafka_settings(**given)
    assert "hunter2" not in str(error.value)
