"""How sentences and words of the domain are marked for `make messages`, beside `N_`."""

from __future__ import annotations


def NN_(one: str, more: str) -> tuple[str, str]:  # noqa: N802  # as N_
    """As N_, for what changes with "%(number)s": some languages have more than two forms."""
    return one, more


def P_(kind: str, word: str) -> str:  # noqa: N802  # as N_
    """As N_, for one word of a kind: "returns" is translated otherwise where it is a topic."""
    del kind
    return word
