"""How long the etiquette checker takes, and what it holds in memory.

Processor seconds, so that what else runs on the machine counts little; the replies are our
own fixtures, each with what it must fit. Linux only (reads /proc).
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from config.settings import LANGUAGES
from responder.voice.check import check
from responder.voice.target import Target
from tests.voice_cases import cases, target_of, written

ROUNDS = 3
LONG = 10_000  # letters
DAY, OF_A_DAY = 200, 1_000  # replies of the last day, and letters of each
MEMORY = """
import re, sys
sys.path.insert(0, {root!r})
def held(): return int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
from config.settings import LANGUAGES
from sentiment.language import identify
from tests.voice_cases import cases, target_of, written
known = [(case.reply, target_of(case)) for name in written() for case in cases(name)]
identify("the weather is fine today", languages=LANGUAGES)
before = held()
from responder.voice.check import check
for reply, target in known: check(reply, target)
print(held() - before)
"""


def seconds_each(replies: list[tuple[str, Target]]) -> float:
    """The best of some rounds, after one that warms up."""
    took = []
    for _ in range(1 + ROUNDS):
        began = time.process_time()
        for text, target in replies:
            check(text, target)
        took.append(time.process_time() - began)
    return min(took[1:]) / len(replies)


def among_a_day() -> float:
    """What it takes more to check a reply where many of the same length were sent that day."""
    chance = random.Random(1)
    known = " ".join(case.reply for case in cases("it")).split()

    def reply() -> str:
        return ("Ciao Anna. " + " ".join(chance.choices(known, k=OF_A_DAY)))[:OF_A_DAY]

    alone = replace(target_of(next(cases("it"))), mention="", recent=())
    day = replace(alone, recent=tuple(reply() for _ in range(DAY)))
    text = reply()
    return seconds_each([(text, day)]) - seconds_each([(text, alone)])


def memory() -> float:
    """MB that checking adds to a process that identifies languages anyway."""
    root = str(Path(__file__).resolve().parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", MEMORY.format(root=root)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def main() -> None:
    every = [(case.reply, target_of(case)) for name in written() for case in cases(name)]
    print(f"a reply, {len(every):,} of them        {seconds_each(every) * 1000:8.2f} ms   target 1")
    longest = 0.0
    for language in LANGUAGES:
        known = [(reply, target) for reply, target in every if target.language == language]
        text = " ".join(reply for reply, _ in known) * (1 + LONG // 1000)
        longest = max(longest, seconds_each([(text[:LONG], known[0][1])]))
    print(f"{LONG:,} letters, slowest language {longest * 1000:5.0f} ms   target 200")
    print(f"among {DAY} replies of {OF_A_DAY:,} letters {among_a_day() * 1000:5.1f} ms   target 20")
    print(f"memory it adds               {memory():8.0f} MB   target 30")


if __name__ == "__main__":
    main()
