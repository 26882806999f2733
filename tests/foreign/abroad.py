"""The servers abroad, as processes: Redis and moto for telemelya's stores, telemelya, and mitmproxy in front of it."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.house import TOKEN

HERE = Path(__file__).parent
PATIENCE_SECONDS = 60
SESSION = "default"


@dataclass(frozen=True)
class Abroad:
    """`api_base` is what the bot talks to: mitmproxy; telemelya answers behind it."""

    python: Path
    telemelya: str
    proxy: str

    @property
    def api_base(self) -> str:
        return f"{self.proxy}/bot"

    def order(self, chat_id: int, *faults: str) -> None:
        """The next calls about this chat meet these faults, one each."""
        for kind in faults:
            _ask(f"{self.proxy}/_faults", {"chat_id": chat_id, "kind": kind})

    def calls(self, chat_id: int, method: str = "sendMessage") -> list[dict[str, Any]]:
        """What telemelya carried out for a chat: the parameters, as they came."""
        told = _ask(f"{self.telemelya}/api/v1/test/responses?session_id={SESSION}")["responses"]
        return [call["raw"] for call in told if call["method"] == method and call["chat_id"] == chat_id]

    def deliver_to(self, url: str) -> None:
        """Updates go to this webhook; `/_hook` of the proxy turns them into answers to getUpdates."""
        _ask(f"{self.telemelya}/bot{TOKEN}/setWebhook", {"url": url})

    def say(self, chat_id: int, text: str) -> None:
        said = {"chat_id": chat_id, "command" if text.startswith("/") else "text": text}
        _ask(f"{self.telemelya}/api/v1/test/send_update?bot_token={TOKEN}&session_id={SESSION}", said)

    def complaints(self, *seen: tuple[str, Any]) -> list[str]:
        """What aiogram and teremok have against these (see `verdicts.py`)."""
        made = subprocess.run(
            [self.python, HERE / "verdicts.py"], input=json.dumps(seen), capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stderr
        found: list[str] = json.loads(made.stdout)
        return found


@contextmanager
def abroad(environment: Path, folder: Path) -> Iterator[Abroad]:
    """Start everything, wait until it answers, and end it."""
    python = environment / "bin" / "python"
    redis, moto, telemelya, proxy = (_free_port() for _ in range(4))
    settings = {
        "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
        "MINIO_ENDPOINT": f"127.0.0.1:{moto}",
        "STRICT_EDIT": "true",
        "MOCK_SERVER_HOST": "127.0.0.1",
        "MOCK_SERVER_PORT": str(telemelya),
    }
    redis_server = shutil.which("redis-server") or "redis-server"
    with ExitStack() as stack:

        def start(name: str, port: int, *command: str | Path) -> None:
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            environ = {"PATH": os.environ["PATH"], "HOME": str(folder), **settings}
            process = subprocess.Popen(command, cwd=folder, env=environ, stdout=log, stderr=subprocess.STDOUT)
            stack.callback(_end, process)
            _wait(port, process, folder / f"{name}.log")

        start("redis", redis, redis_server, "--port", str(redis), "--bind", "127.0.0.1", "--save", "")
        start("moto", moto, environment / "bin" / "moto_server", "-H", "127.0.0.1", "-p", str(moto))
        start("telemelya", telemelya, python, "-m", "telemelya.server.app")
        mode = f"reverse:http://127.0.0.1:{telemelya}"
        mitmdump = [environment / "bin" / "mitmdump", "-q", "--mode", mode, "--set", f"confdir={folder}"]
        start("proxy", proxy, *mitmdump, "--listen-host", "127.0.0.1", "-p", str(proxy), "-s", HERE / "between.py")
        yield Abroad(python, f"http://127.0.0.1:{telemelya}", f"http://127.0.0.1:{proxy}")


def _ask(url: str, body: object = None) -> Any:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer anybody"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=15) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{url.partition('?')[0]}: {error.code} {error.read()!r}") from None


def _free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until somebody listens there."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 1)):
            return
        time.sleep(0.05)
    raise AssertionError(f"{log.stem} does not answer: {log.read_text(errors='replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
