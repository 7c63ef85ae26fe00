"""The one error that stops a start: a mistake in how the bot is set up."""

from __future__ import annotations


class ConfigError(Exception):
    """Something in the configuration is wrong, told as one line a person can act on.

    `where` is the file or environment variable, `key` the dotted key (may be empty),
    `problem` what is wrong and `fix` how to mend it.
    """

    def __init__(self, *, where: str, key: str = "", problem: str, fix: str) -> None:
        self.where, self.key, self.problem, self.fix = where, key, problem, fix
        place = f"{where}: {key}" if key else where
        super().__init__(" ".join(f"{place}: {problem}; {fix}".split()))
