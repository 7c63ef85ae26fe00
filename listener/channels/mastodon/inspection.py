"""What `check` asks the server: who are we, may we, and what would keep us from hearing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from listener.channels import outbound, wire
from listener.channels.base import Report
from listener.channels.errors import AuthFailed, ChannelError, Gone, Refused, Unavailable
from listener.channels.mastodon.client import Ask, MastodonClient
from listener.channels.mastodon.options import MastodonOptions
from listener.channels.mastodon.parse import Account, read_account
from listener.channels.metering import Use
from listener.channels.wire import Item, MalformedError

NO_SERVER: Final = "set api_url to the address of your Mastodon server: none answers there"
_BOT: Final = (
    "auto_reply is on, but the account is not marked as automated:"
    " tick it in the account's settings, under Public profile, or readers take it for a person"
)
_READS: Final = ("read:accounts", "read:statuses", "read:notifications")
_WRITES: Final = ("write:statuses",)
_POLICY: Final = {
    "for_not_following": "people you do not follow",
    "for_not_followers": "people who do not follow you",
    "for_new_accounts": "new accounts",
    "for_private_mentions": "private mentions",
    "for_limited_accounts": "moderated accounts",
    "for_bots": "automated accounts",
}


def who_are_we(client: MastodonClient, *, use: Use = Use.MENTIONS) -> Account:
    """Raises AuthFailed if the server does not know our token, Unavailable if it is no Mastodon."""
    try:
        body = client.item(lambda api: api.account_verify_credentials(), use=use)
        return read_account(body, api_url=client.api_url)
    except Refused as error:
        # 422 is what a server says of a token that is nobody's: snac, Mastodon of an app's own.
        raise AuthFailed(action=f"make a new access_token ({error})") from None
    except (Gone, MalformedError) as error:
        raise Unavailable(f"{NO_SERVER} ({error})") from None


@dataclass(frozen=True, kw_only=True)
class Inspection:
    client: MastodonClient
    options: MastodonOptions

    def report(self) -> Report:
        """Raises nothing: what is wrong is told in `problems`."""
        try:
            me = who_are_we(self.client, use=Use.CHECK)
        except Unavailable as error:
            return Report(problems=(self._nobody(error),))
        except ChannelError as error:
            return Report(problems=(str(error),))
        scopes = self._scopes()
        problems = [_BOT] if self.options.auto_reply and not me.bot else []
        problems += self._lacking(scopes) if scopes else []
        problems += self._dropped()
        problems += outbound.clock_problems(self.client.apart)
        return Report(
            account=f"{me.name or me.handle} (@{me.handle}@{me.host})",
            permissions=scopes,
            problems=tuple(problems),
        )

    def _nobody(self, error: Unavailable) -> str:
        """Web pages and redirects come from where no Mastodon is."""
        known = NO_SERVER in str(error) or "redirect" in str(error)
        return f"{NO_SERVER} ({error})" if "no JSON" in str(error) and not known else str(error)

    def _scopes(self) -> tuple[str, ...]:
        """What the app may ask for: the token may do no more. Since 4.3, and not on all servers
        (https://docs.joinmastodon.org/methods/apps/#verify_credentials, 2026-11)."""
        app = self._asked(lambda api: api.app_verify_credentials())
        return tuple(filter(None, map(wire.words, wire.listing(app.get("scopes")))))

    def _lacking(self, scopes: tuple[str, ...]) -> Iterator[str]:
        searching = ("read:search",) if self.options.words else ()
        for scope in (*_READS, *searching, *_WRITES):
            if scope not in scopes and scope.partition(":")[0] not in scopes:
                yield f"the app lacks {scope}: tick it there, and make a new access_token"

    def _dropped(self) -> Iterator[str]:
        """What the account throws away unheard. What it only holds back for review, we hear."""
        policy = self._asked(lambda api: api.notifications_policy())
        for key, whom in _POLICY.items():
            if policy.get(key) == "drop":
                yield (
                    f"the account ignores {whom}:"
                    " set it to Filter or Accept in its settings, under Notifications"
                )

    def _asked(self, ask: Ask) -> Item:
        """What the server says of it; nothing where it does not know the question."""
        try:
            return self.client.item(ask, use=Use.CHECK)
        except ChannelError:
            return {}
