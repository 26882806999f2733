"""The news door as a process."""

import subprocess
import sys

import pytest

SCRIPT = """
import resource, sys
from bot.watching import allow_files
soft, hard = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
allow_files()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "allowed"), [(256, 8_192, "4096 8192"), (256, 1_024, "1024 1024"), (6_000, 8_192, "6000 8192")]
)
def test_as_many_files_may_be_open_as_the_system_allows_and_a_thousand_sources_need(
    soft: int, hard: int, allowed: str
) -> None:
    command = [sys.executable, "-c", SCRIPT, str(soft), str(hard)]
    assert subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip() == allowed
