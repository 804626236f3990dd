"""Make the topics, and hold those that exist against how they must be."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.kafka.connection import client_options, start
from tidegauge.runtime.kafka.names import TopicPlan, plans
from tidegauge.runtime.kafka.settings import KafkaSettings

_SEEN_S, _LOOK_AGAIN_S = 30.0, 0.05


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as it was found; `faults` are sentences, empty where it is as it must be."""

    name: str
    partitions: int
    made: bool
    faults: tuple[str, ...] = ()


async def create_topics(settings: KafkaSettings) -> list[TopicState]:
    """Make the topics that are missing, then check all; raises UserError where a broker refuses."""
    async with _Admin(settings) as admin:
        wanted = plans(settings)
        missing = [plan for plan in wanted if plan.name not in await admin.names()]
        await admin.create(missing, settings.replication)
        made = {plan.name for plan in missing}
        return [await admin.compare(plan, settings.replication, made=plan.name in made) for plan in wanted]


async def check_topics(settings: KafkaSettings) -> list[TopicState]:
    """Hold every topic against its plan; nothing is changed."""
    async with _Admin(settings) as admin:
        there = await admin.names()
        found = []
        for plan in plans(settings):
            if plan.name in there:
                found.append(await admin.compare(plan, settings.replication, made=False))
            else:
                hidden = ", or hidden from this user" if settings.sasl or settings.cert_file else ""
                fault = f"is missing{hidden}; `tidegauge topics create` makes it"
                found.append(TopicState(plan.name, 0, made=False, faults=(fault,)))
        return found


async def require_topics(settings: KafkaSettings) -> None:
    """Raise UserError with the first fault of any topic: a worker must not run on wrong ones."""
    for state in await check_topics(settings):
        if state.faults:
            raise UserError(f"topic {state.name} {state.faults[0]}")


class _Admin:
    """The few questions and orders, with failures as sentences."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._client: Any = AIOKafkaAdminClient(**client_options(settings))  # untyped

    async def __aenter__(self) -> Self:
        try:
            await start(self._client, self._settings)
        except BaseException:
            await self._client.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def names(self) -> set[str]:
        return set(await self._client.list_topics())

    async def create(self, wanted: Sequence[TopicPlan], replication: int) -> None:
        if not wanted:
            return
        asked = [
            NewTopic(plan.name, plan.partitions, replication, topic_configs=plan.config) for plan in wanted
        ]
        try:
            answer = await self._client.create_topics(asked)
        except KafkaError as error:
            raise UserError(f"the topics cannot be made: {error}") from error
        for name, code, *rest in answer.topic_errors:
            if code not in (0, TopicAlreadyExistsError.errno):
                reason = rest[0] if rest and rest[0] else for_code(code).__name__
                raise UserError(f"topic {name} cannot be made: {reason}")
        await self._seen({plan.name for plan in wanted})

    async def _seen(self, wanted: set[str]) -> None:
        """Wait until the broker that we ask knows what the controller has made."""
        try:
            async with asyncio.timeout(_SEEN_S):
                while not wanted <= await self.names():  # noqa: ASYNC110 - the broker is elsewhere
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError:
            raise UserError(f"the topics were made, but are not to be seen after {_SEEN_S:.0f} s") from None

    async def compare(self, plan: TopicPlan, replication: int, *, made: bool) -> TopicState:
        (described,) = await self._client.describe_topics([plan.name])
        partitions = described["partitions"]
        faults = []
        if len(partitions) != plan.partitions:
            faults.append(
                f"has {len(partitions)} partitions, not {plan.partitions}: "
                "keys would move, so begin a new generation of the records log (docs/kafka.md)"
            )
        copies = min((len(one["replicas"]) for one in partitions), default=0)
        if copies < replication:
            faults.append(f"has {copies} copies, fewer than {replication}")
        config = await self._config(plan.name)
        faults += [
            f"has {name} = {config.get(name)}, not {value}"
            for name, value in plan.config.items()
            if config.get(name) != value
        ]
        return TopicState(plan.name, len(partitions), made, tuple(faults))

    async def _config(self, name: str) -> dict[str, str]:
        answers = await self._client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
        resources = [resource for answer in answers for resource in answer.resources]
        return {entry[0]: entry[1] for resource in resources for entry in resource[4]}
