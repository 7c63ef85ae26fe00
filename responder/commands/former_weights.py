"""New weights into their place; those they replace stay beside them for a while."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sentiment.linear import Weights
from sentiment.weights import save

KEPT: Final = 5
"""So many former weights stay beside the new ones."""


def put(weights: Weights, path: Path) -> None:
    """Keep what stood at `path` under the time until which it served, and write `weights` there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        shutil.copy2(path, path.with_name(f"{path.stem}-until-{stamp}{path.suffix}"))
    save(weights, path)
    forget_old(path)


def forget_old(path: Path) -> None:
    """Of the files that once stood at `path`, the newest `KEPT` stay: whoever trains by night must
    not fill the disk."""
    former = sorted(path.parent.glob(f"{path.stem}-until-*{path.suffix}"))  # by their time
    for file in former[:-KEPT]:
        file.unlink(missing_ok=True)
