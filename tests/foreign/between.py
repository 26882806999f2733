"""Stands between the bot and telemelya, as an add-on of mitmproxy: `mitmdump --mode reverse:… -s between.py`.

Runs in the environment of `requirements-foreign.txt`. It adds what telemelya lacks: faults, one for each call of a
chat, as they are ordered with POST /_faults; and getUpdates, out of what telemelya delivers to its webhook, /_hook.
"""

import asyncio
import json
from collections import defaultdict, deque

from mitmproxy import http

LONGEST_POLL_SECONDS = 1.0
DESCRIPTIONS = {
    "forbidden": (403, "Forbidden: bot was blocked by the user", {}),
    "too_many": (429, "Too Many Requests: retry after 1", {"retry_after": 1}),
    "migrated": (400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": -100777}),
    "unauthorized": (401, "Unauthorized", {}),
    "broken_entities": (400, "Bad Request: can't parse entities: Unclosed start tag at byte offset 0", {}),
    "topic_closed": (400, "Bad Request: TOPIC_CLOSED", {}),
}
ACCEPTED = ("setmy", "deletemy")  # telemelya knows no commands and no descriptions


class Between:
    def __init__(self) -> None:
        self.faults: dict[str, deque[str]] = defaultdict(deque)  # by chat id
        self.updates: deque[dict[str, object]] = deque()
        self.arrived = asyncio.Event()

    async def request(self, flow: http.HTTPFlow) -> None:
        path = flow.request.path.partition("?")[0]
        method = path.rpartition("/")[2].lower()
        if path == "/_faults":
            fault = json.loads(flow.request.content or b"{}")
            self.faults[str(fault["chat_id"])].append(fault["kind"])
            flow.response = answer(True)
        elif path == "/_hook":
            self.updates.append(json.loads(flow.request.content or b"{}"))
            self.arrived.set()
            flow.response = answer(True)
        elif method == "getupdates":
            flow.response = answer(await self.poll(parameters_of(flow)))
        elif method.startswith(ACCEPTED):
            flow.response = answer(True)
        elif faults := self.faults.get(str(parameters_of(flow).get("chat_id"))):
            flow.metadata["fault"] = kind = faults.popleft()
            if kind in DESCRIPTIONS:
                code, description, parameters = DESCRIPTIONS[kind]
                flow.response = refusal(code, description, parameters)
            elif kind == "bad_gateway":
                flow.response = http.Response.make(502, b"<html>502</html>", {"Content-Type": "text/html"})
            elif kind == "cut_call":
                flow.kill()

    def response(self, flow: http.HTTPFlow) -> None:
        if flow.metadata.get("fault") == "lost_answer":  # telemelya has carried it out
            flow.kill()

    async def poll(self, asked: dict[str, object]) -> list[dict[str, object]]:
        offset = int(str(asked.get("offset") or 0))
        while self.updates and self.updates[0]["update_id"] < offset:
            self.updates.popleft()
        if not self.updates:
            self.arrived.clear()
            try:
                await asyncio.wait_for(self.arrived.wait(), LONGEST_POLL_SECONDS)
            except TimeoutError:
                return []
        return list(self.updates)


def parameters_of(flow: http.HTTPFlow) -> dict[str, object]:
    return dict(json.loads(flow.request.content or b"{}"))


def answer(result: object) -> http.Response:
    body = json.dumps({"ok": True, "result": result}).encode()
    return http.Response.make(200, body, {"Content-Type": "application/json"})


def refusal(code: int, description: str, parameters: dict[str, int]) -> http.Response:
    body = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return http.Response.make(code, json.dumps(body).encode(), {"Content-Type": "application/json"})


addons = [Between()]
