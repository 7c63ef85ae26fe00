"""How the common emoji and emoticons feel: they read the same in every language.

Left out on purpose: what is used both ways (😂 🙏 😭 🔥 in some circles, 🙃), and 👏, which praises
and mocks alike. Weights are ours: 1 plain, 0.5 mild.
"""

from __future__ import annotations

import re
from typing import Final

_GLAD: Final = "😀😃😄😁😊😍🥰😘😻🤩🥳❤🧡💛💚💙💜🤍🖤💖💗💕💞💓💘♥😇🤗👍👌💪🎉🎊✨⭐🌟💯🏆🙌💐😋"
_MILD: Final = "🙂☺😉😌😎🤝✅👏"
_ANGRY: Final = "😡😠🤬👎💩🤮🤢😤💔🖕😾😖😫😩"
_SAD: Final = "😞😔😟🙁☹😕😒🙄😣😢😥😓😐😑🤦😰😨"

_EMOJI: Final = (
    dict.fromkeys(_GLAD, 1.0)
    | dict.fromkeys(_MILD, 0.5)
    | dict.fromkeys(_ANGRY, -1.0)
    | dict.fromkeys(_SAD, -0.5)
)
_TYPED: Final = {
    ":)": 0.5, ":-)": 0.5, ";)": 0.5, ";-)": 0.5, ":d": 1.0, ":-d": 1.0, "<3": 1.0, "xd": 0.5,
    ":(": -0.5, ":-(": -0.5, ":'(": -0.5, ">:(": -1.0, ":/": -0.5, ":-/": -0.5, "</3": -1.0,
}  # fmt: skip
FACES: Final = _EMOJI | _TYPED
"""How each of them feels, -1 to 1."""

_FOUND: Final = re.compile(f"[{''.join(_EMOJI)}]")
# At a word's edge only: "http://" holds ":/".
_FACE: Final = re.compile(
    r"(?<!\S)(?:" + "|".join(map(re.escape, sorted(_TYPED, key=len, reverse=True))) + r")(?!\S)",
    re.IGNORECASE,
)


def feeling(text: str) -> float | None:
    """The mean of what stands in `text`, -1 (all angry) to 1 (all glad); None if nothing does."""
    values = [_EMOJI[found] for found in _FOUND.findall(text)] if not text.isascii() else []
    values += [_TYPED[found.lower()] for found in _FACE.findall(text)]
    return sum(values) / len(values) if values else None


def spaced(text: str) -> str:
    """`text` with each emoji as a word of its own, however it was glued to others."""
    return text if text.isascii() else _FOUND.sub(r" \g<0> ", text)
