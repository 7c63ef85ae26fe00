"""How many texts a second are understood on one core, and what that holds in memory.

The reference of the same run is plain vaderSentiment on the same texts. Processor seconds, so that
what else runs on the machine counts little; the texts are our own corpus. Linux only (reads /proc).
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from config.settings import LANGUAGES
from responder.commands.score import scored
from sentiment.corpus import rows
from sentiment.score import compound
from sentiment.weights import shipped

ROUNDS = 3
LINES = 100_000
MEMORY = """
import re, sys
sys.path.insert(0, {root!r})
def held(): return int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
from config.settings import LANGUAGES
from sentiment.corpus import rows
texts = [row["text"] for language in LANGUAGES for row in rows(language)]
before = held()
from sentiment.judge import judge
for text in texts: judge(text, languages=LANGUAGES)
print(held() - before)
"""


def per_second(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """The best of some rounds, after one that warms up."""
    took = []
    for _ in range(1 + ROUNDS):
        began = time.process_time()
        for text in texts:
            work(text)
        took.append(time.process_time() - began)
    return len(texts) / min(took[1:])


def memory() -> float:
    """MB that understanding adds to a process, all seven languages having been read."""
    root = str(Path(__file__).resolve().parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", MEMORY.format(root=root)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def growth() -> float:
    """MB that `score` grows by between the first and the last tenth of 100,000 lines."""
    command = [sys.executable, "run_bot.py", "score", "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
        assert child.stdin is not None
        texts = [row["text"].replace("\n", " ") for code in LANGUAGES for row in rows(code)]
        held = []
        for number in range(LINES):
            child.stdin.write(f"{texts[number % len(texts)]} {number}\n".encode())
            if number in (LINES // 10, LINES - 1):
                child.stdin.flush()
                held.append(_held(child.pid))
        child.stdin.close()
    return held[1] - held[0]


def _held(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def main() -> None:
    english = [row["text"] for row in rows("en")]
    every = [row["text"] for language in LANGUAGES for row in rows(language)]
    plain = per_second(SentimentIntensityAnalyzer().polarity_scores, english)
    ours = per_second(partial(compound, language="en"), english)
    whole = per_second(partial(scored, weights=shipped()), every)
    print(f"vaderSentiment alone, English     {plain:8,.0f} texts/s   reference")
    print(
        f"our step that uses it             {ours:8,.0f} texts/s   target 0.9 x: {ours / plain:.2f}"
    )
    print(f"all of it, seven languages        {whole:8,.0f} texts/s   target 1,000")
    print(f"memory it adds                    {memory():8.0f} MB        target 150")
    print(f"score, growth over {LINES:,} lines {growth():7.1f} MB        target 10")


if __name__ == "__main__":
    main()
