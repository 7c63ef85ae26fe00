"""How a setting is to be written, for whoever wrote it otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def example(location: tuple[str, ...], languages: Sequence[str]) -> str:
    """The way out of a mistake at this place of the settings."""
    examples: dict[tuple[str, ...], str] = {
        ("brand", "staffed_hours"): "write it as Mon-Fri 09:00-18:00, Sat 10:00-14:00",
        ("brand", "holidays"): "name a country, such as IT, or a part of one, such as DE-BY",
        ("brand", "languages"): f"choose from {', '.join(languages)}",
        ("brand", "timezone"): "use a name such as Europe/Rome",
        ("database", "url"): "use sqlite:///data/bot.db or postgresql+psycopg://user@host/name",
        ("model", "url"): "use a base such as https://api.openai.com/v1, and set model.name",
        ("desk", "port"): "use a number from 0 to 65535, such as 8000",
    }
    if location[0] == "digests":
        return _DIGESTS.get(location[-1], "see config/bot.example.toml")
    # What a channel says about its hours is written as the brand's are.
    key = ("brand", location[-1]) if location[0] == "channels" else tuple(location[:2])
    return examples.get(key, "see config/bot.example.toml")


_DIGESTS: Mapping[str, str] = {
    "when": "write it as 08:00, or as Mon 08:00",
    "language": "choose from it, en, fr, de, es, pl, el",
}
