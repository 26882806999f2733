"""getUpdates: the one method that waits. https://core.telegram.org/bots/api#getupdates"""

import asyncio

from bot.simulator.calls import Call, Json, Refusal, bad_request
from bot.simulator.world import Change, World

MAX_UPDATES = 100
MAX_WAIT_SECONDS = 50  # longer waits are cut to this by Telegram as well

_OTHER_READER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Poll:
    """The reader of updates; a second one throws out the first, as on Telegram."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: asyncio.Future[None] | None = None
        world.listen(self._wake)

    async def get_updates(self, call: Call) -> list[Json]:
        """Forget what `offset` confirms, then wait up to `timeout` seconds for the first update after it.

        Raises:
            Refusal: 409, another reader came or a webhook is set.
        """
        self._remember_kinds(call)
        self._world.confirm(call.integer("offset"))
        if self._world.webhook_url:
            raise Refusal(_WEBHOOK, 409)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Refusal(_OTHER_READER, 409))
        if not self._world.updates and (timeout := call.integer("timeout")) > 0:
            await self._wait(min(timeout, MAX_WAIT_SECONDS))
        limit = min(max(call.integer("limit", MAX_UPDATES), 1), MAX_UPDATES)
        return list(self._world.updates)[:limit]

    async def _wait(self, seconds: float) -> None:
        waiting = self._waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await waiting
        except TimeoutError:
            pass

    def _remember_kinds(self, call: Call) -> None:
        """`allowed_updates` stays as it was last given, and applies to updates that are made from now on."""
        kinds = call.nested("allowed_updates")
        if kinds is None:
            return
        if not isinstance(kinds, list):
            raise bad_request("can't parse allowed_updates: expected an Array of String")
        self._world.allowed_updates = frozenset(map(str, kinds))

    def _wake(self, change: Change) -> None:
        if change.kind == "update" and self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
