"""Ingest workers: the same standing alerts from raw topics as from files, and what is refused."""

import asyncio
import csv
import shutil

import httpx
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from tests.kafka.raw import judged, log_of, messages, produce, progress, rows, settled_as
from tests.kafka.world import LONGEST_S, embedded, ends, events_of, everything, ingested, until
from typer.testing import CliRunner

from tidegauge.cli import app
from tidegauge.domain.records import RECORDS
from tidegauge.runtime.kafka.connection import client_options
from tidegauge.runtime.kafka.names import RAW_TOPICS, Names
from tidegauge.runtime.metrics import FEED_PAUSED
from tidegauge.runtime.wire import decode_alert

DECLARATION_KEY = ("reporter", "declaration_id")
CELL_KEY = ("reporter", "period", "product", "origin", "flow", "source")
LIVE = {"TIDEGAUGE_LIVE_FROM": "1997-01", "TIDEGAUGE_BATCH_ROWS": "1024"}


async def test_declarations_from_two_raw_partitions_and_two_workers(workers, made, declarations, history):
    sent = list(messages(made, "customs.declarations", rows(declarations), DECLARATION_KEY, 2))
    bad = [sent[0]._replace(key=None), sent[1]._replace(value=b"{no json")]
    await produce(made, [*sent, *bad])
    for number in range(2):  # a raw partition may go from one to the other, and its ledger with it
        workers.start("ingest", f"i{number}", "--data-dir", str(workers.folder / "ingest"), **LIVE)
    workers.start("monitor", "m")
    await until(lambda: judged(made, len(sent) + len(bad)))
    await settled_as(made, history)
    aside = await everything(made, Names(made).quarantine)
    told = [dict(record.headers) for record in aside]
    assert {one["reason"] for one in told} == {b"message_without_key", b"not_json"}
    assert {one["topic"].decode() for one in told} == {made.prefix + "customs.declarations"}
    for process in workers.running:
        assert await workers.stop(process) == 0


async def test_statistics_with_a_later_vintage(workers, made, repository, tmp_path):
    """Months of a published history, then a revision that moves one month."""
    example = repository / "examples" / "brazil-fertilizers" / "flows.csv"
    rates = list(rows([example.with_name("fx.csv")]))
    await produce(made, messages(made, "rates.exchange", rates, ("currency", "period")))
    chosen = [
        row
        for row in rows([example])
        if row["product"] in {"31022100", "31054000"} and "2017-01" <= row["period"] <= "2020-12"
    ]
    revised = [
        {**row, "net_mass_kg": str(float(row["net_mass_kg"]) * 3), "vintage": "2021-03-01"}
        for row in chosen
        if row["period"] == "2020-09"
    ]
    await produce(made, messages(made, "trade.flows", [*chosen, *revised], CELL_KEY))
    workers.start("ingest", "i", **LIVE)
    workers.start("monitor", "m")
    await until(lambda: judged(made, len(rates) + len(chosen) + len(revised)))

    path = tmp_path / "flows.csv"
    final = {tuple(row[name] for name in CELL_KEY): row for row in [*chosen, *revised]}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(revised[0]))
        writer.writeheader()
        writer.writerows(final.values())
    await settled_as(made, ingested([path, example.with_name("fx.csv")]))
    marks = [one.header["reason"] for one in (await log_of(made))[0] if one.kind == "mark"]
    assert marks.count("file_period") == 48
    assert marks[-1] == "batch"
    assert set(marks) == {"file_period", "batch"}


def standing(events):
    """Where each alert stands after its last event."""
    return {one.alert_id: (one.rule, one.period, one.status) for one in map(decode_alert, events)}


async def test_scopes_tariffs_and_triggers_come_by_topic_as_by_file(workers, made, repository, tmp_path):
    """A trigger counts the imports of its scope, although it comes before both."""
    example = repository / "examples" / "brazil-fertilizers" / "flows.csv"
    chosen = [
        row
        for row in rows([example])
        if row["product"] == "31022100" and "2018" <= row["period"][:4] <= "2020"
    ]
    records = {
        "remedies.triggers": [{
            "instrument": "WTO SSG", "reporter": "BR", "scope_id": "as", "period": "2020", "level": "500000",
            "unit": "t", "valid_from": "2020-01-01", "valid_to": "2020-12-31", "source": "gazette",
        }],
        "products.scopes": [{
            "scope_id": "as", "name": "Ammonium sulphate", "products": "310221", "quantity_basis": "kg",
        }],
        "customs.tariffs": [{
            "reporter": "BR", "product": "31022100", "regime": "MFN", "duty_rate": "3.6",
            "valid_from": "2018-01-01", "source": "tariff",
        }],
        "trade.flows": chosen,
    }  # fmt: skip
    paths = []
    for topic, sent in records.items():
        kind = RAW_TOPICS[topic]
        await produce(made, messages(made, topic, sent, RECORDS[kind].key))
        paths.append(tmp_path / f"{topic}.csv")
        with paths[-1].open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(sent[0]))
            writer.writeheader()
            writer.writerows(sent)
    workers.start("ingest", "i", **LIVE)
    workers.start("monitor", "m")
    await until(lambda: judged(made, sum(map(len, records.values()))))
    found = standing(await events_of(made))
    assert found == standing(embedded(ingested(paths)))
    assert [rule for rule, _, _ in found.values()] == ["quantity-trigger"]
    blocks = [block for partition in (await log_of(made)).values() for block in partition]
    assert {"scope", "tariff", "trigger"} <= {block.header.get("record") for block in blocks}
    assert not await everything(made, Names(made).quarantine)


async def test_a_ledger_that_does_not_belong_there_is_refused_and_nothing_moves(workers, made, repository):
    """Lost, and older than the log; rebuilt, the worker goes on from where the log is."""
    example = repository / "examples" / "brazil-fertilizers" / "flows.csv"
    chosen = [row for row in rows([example]) if row["period"] in {"2020-01", "2020-02"}]
    half, place = len(chosen) // 2, "trade.flows-0"
    sent = list(messages(made, "trade.flows", chosen, CELL_KEY))
    await produce(made, sent[:half])
    first = workers.start("ingest", "i", **LIVE)
    await until(lambda: taken(made, half))
    assert await workers.stop(first) == 0
    shutil.copytree(workers.folder / "i", workers.folder / "older")
    await produce(made, sent[half:])
    second = workers.start("ingest", "i", **LIVE)
    await until(lambda: taken(made, len(chosen)))
    assert await workers.stop(second) == 0

    before = await ends(made, Names(made).records)
    for name, stands in (("lost", 0), ("older", half)):
        why = await refused(workers, name)
        assert f"{made.prefix}{place}: the ledger" in why
        assert f"before message {stands}, and records holds what came up to message {len(chosen)}" in why
    assert await ends(made, Names(made).records) == before

    assert await workers.rebuild("lost", TIDEGAUGE_REPORTING_CURRENCY="EUR") == 1  # a feed of no rates
    assert "its messages come to something else now than what records holds" in workers.said("lost")
    for name in ("lost", "older"):
        assert await workers.rebuild(name) == 0
        assert f"trade.flows-0: rebuilt up to message {len(chosen)}" in workers.said(name)
        again = workers.start("ingest", name, **LIVE)
        assert await workers.stop(again) == 0
        assert await ends(made, Names(made).records) == before
    assert await workers.rebuild("i") == 0
    assert "is behind what records holds" in workers.said("i")


async def test_messages_removed_before_they_were_taken_are_told(workers, made, repository):
    example = repository / "examples" / "brazil-fertilizers" / "flows.csv"
    chosen = [row for row in rows([example]) if row["period"] == "2020-01"]
    sent = list(messages(made, "trade.flows", chosen, CELL_KEY))
    half, topic = len(sent) // 2, TopicPartition(f"{made.prefix}trade.flows", 0)
    await produce(made, sent[:half])
    first = workers.start("ingest", "i", **LIVE)
    await until(lambda: taken(made, half))
    assert await workers.stop(first) == 0
    await produce(made, sent[half:])
    await removed(made, topic, len(sent) - 1)
    why = await refused(workers, "i")
    assert f"trade.flows-0: messages {half} to {len(sent) - 2} are no longer in the topic" in why
    assert await workers.rebuild("lost") == 1
    assert f"holds messages {len(sent) - 1} to {len(sent) - 1}, and the ledger lacks 0 to {half - 1}" in (
        workers.said("lost")
    )


async def test_a_topic_of_faulty_messages_is_paused_until_somebody_resumes_it(workers, made):
    """The other topics go on, the quarantine stays empty, a restart changes nothing."""
    cells = [{"reporter": "BR", "period": "2020-01", "product": "31022100", "origin": "?", "flow": "import",
              "net_mass_kg": str(number), "value": "1", "currency": "USD", "source": "s"}
             for number in range(200)]  # fmt: skip
    await produce(made, messages(made, "trade.flows", cells, CELL_KEY))
    name, folder = f"{made.prefix}trade.flows-0", str(workers.folder / "i")
    first = workers.start("ingest", "i", **LIVE)
    await until(lambda: paused(workers, first, name, 1))
    rate = {"currency": "USD", "base": "EUR", "period": "2020-01", "rate": "1.1", "source": "ECB"}
    await produce(made, messages(made, "rates.exchange", [rate], ("currency", "period")))
    await until(lambda: taken(made, 1))
    assert await workers.stop(first) == 0
    second = workers.start("ingest", "i", **LIVE)
    await until(lambda: paused(workers, second, name, 1))
    assert not await everything(made, Names(made).quarantine)

    told = CliRunner().invoke(app, ["ledgers", "status", "--data-dir", folder]).output
    assert f"{name} is paused since" in told
    assert "200 of the 200 rows read so far cannot be taken" in told
    resumed = CliRunner().invoke(app, ["ledgers", "resume", name, "--data-dir", folder])
    assert f"{name} goes on" in resumed.output
    await until(lambda: taken(made, 1 + len(cells)))
    await until(lambda: paused(workers, second, name, 0))
    assert len(await everything(made, Names(made).quarantine)) == len(cells)
    again = CliRunner().invoke(app, ["ledgers", "resume", name, "--data-dir", folder])
    assert str(again.exception) == f"{name} is not paused in {folder}"


async def paused(workers, process, feed, wanted):
    """Whether a worker's metric says so of a feed."""
    async with httpx.AsyncClient() as client:
        page = (await client.get(f"{await workers.address(process)}metrics")).text
    return f'{FEED_PAUSED.name}{{feed="{feed}"}} {float(wanted)}' in page


async def taken(settings, count):
    """Whether so many messages are in the log, by what the workers say."""
    return sum(one.following for one in (await progress(settings))[0].values()) == count


async def refused(workers, name):
    """Start a worker that must end by itself with status 1; the sentence that it said."""
    process = workers.start("ingest", name, **LIVE)
    assert await asyncio.to_thread(process.wait, LONGEST_S) == 1
    workers.running.remove(process)
    return workers.said(name)


async def removed(settings, place, before):
    """Remove the messages of a partition below an offset, as retention does."""
    admin = AIOKafkaAdminClient(**client_options(settings))
    await admin.start()
    try:
        await admin.delete_records({place: RecordsToDelete(before)})
    finally:
        await admin.close()
