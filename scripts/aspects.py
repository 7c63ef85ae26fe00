"""How well aspects are read, as figures for docs/wants.md: `make aspects`, or with `show` each text
that was read otherwise than by hand."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from config.brand import BrandBook, load
from config.settings import LANGUAGES
from responder.market import market_of
from sentiment.judge import judge
from sentiment.market import Judged, aspects_told

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Read:
    """A text, what a person found in it, and what we do."""

    text: str
    meant: frozenset[str]
    told: frozenset[str]


def texts(language: str, folder: Path) -> Iterator[tuple[str, frozenset[str]]]:
    for line in (folder / f"{language}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row["text"], frozenset(row["aspects"])


def read_all(book: BrandBook, language: str, folder: Path) -> list[Read]:
    market = market_of(book)
    found = []
    for text, meant in texts(language, folder):
        found_in = judge(text, languages=LANGUAGES, hint=language)
        judged = Judged(
            language=found_in.language,
            score=found_in.score,
            topics=found_in.topics,
            signals=found_in.signals,
        )
        told = aspects_told(text, judged, market)
        found.append(Read(text=text, meant=meant, told=frozenset(told)))
    return found


def counted(reads: list[Read]) -> Mapping[str, int]:
    """`right` of `told`, which were to be `meant`."""
    return Counter(
        right=sum(len(one.meant & one.told) for one in reads),
        told=sum(len(one.told) for one in reads),
        meant=sum(len(one.meant) for one in reads),
    )


def main() -> None:
    book = load(ROOT / "config/brand/demo", LANGUAGES)
    total: Counter[str] = Counter()
    show, folder = "show" in sys.argv, Path("tests/corpus/aspects")
    for argument in sys.argv[1:]:
        folder = Path(argument) if argument != "show" else folder
    print("| language | texts | aspects | precision | recall |\n|---|---|---|---|---|")
    for language in LANGUAGES:
        if not (folder / f"{language}.jsonl").exists():
            continue
        reads = read_all(book, language, folder)
        figures = counted(reads)
        total.update(figures)
        total["texts"] += len(reads)
        print(_row(language, len(reads), figures))
        for one in reads if show else ():
            if one.meant != one.told:
                more, less = sorted(one.told - one.meant), sorted(one.meant - one.told)
                print(f"  {one.text}\n      wrongly {more}, missed {less}")
    print(_row("all", total["texts"], total))


def _row(name: str, number: int, figures: Mapping[str, int]) -> str:
    right, told, meant = (figures[key] for key in ("right", "told", "meant"))
    return f"| {name} | {number} | {meant} | {_share(right, told)} | {_share(right, meant)} |"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} % ({part} of {whole})" if whole else "–"


if __name__ == "__main__":
    main()
