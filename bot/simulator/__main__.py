"""`python -m bot.simulator --port 8081 --token 1:local`: a simulator that outlives the bot it is tested with."""

import argparse
import asyncio
import contextlib
import signal

from bot.simulator.faults import Limits
from bot.simulator.server import Simulator


async def serve(port: int, token: str, limits: Limits | None) -> None:
    """Serve until SIGINT or SIGTERM; the first line printed is the page's address."""
    simulator = Simulator(token, limits=limits)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in its loop
            loop.add_signal_handler(number, stop.set)
    await simulator.start(port)
    print(simulator.page_url, flush=True)
    await stop.wait()
    await simulator.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--token", default="1:local")
    parser.add_argument("--limits", action="store_true", help="hold the bot to Telegram's rate limits")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.token, Limits() if arguments.limits else None))


if __name__ == "__main__":
    main()
