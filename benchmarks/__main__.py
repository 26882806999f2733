"""`make bench`: the figures of this machine, the short version of each benchmark."""

import subprocess
import sys

for arguments in (
    ["benchmarks.understanding"],
    ["benchmarks.matching"],
    ["benchmarks.stories", "--articles", "5000"],
    ["benchmarks.poll_feeds"],
    ["benchmarks.housekeeping", "--articles", "5000", "--alerts", "25000"],
    ["benchmarks.commands", "--commands", "50", "--alerts", "10000"],
    ["benchmarks.first_alert", "--feeds", "20"],
    ["benchmarks.first_alert", "--feeds", "1000", "--rate", "500", "--interval", "3600", "--at-once"],
):
    subprocess.run([sys.executable, "-m", *arguments], check=True)
