"""Sandbox Mastodon: who has posted what, told in words a test can read like a story."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Unpack

from config.clock import Clock
from listener.sandbox.exchange import Answer, Request
from listener.sandbox.journal import Event
from listener.sandbox.mastodon import api, pages
from listener.sandbox.mastodon.faults import FAULTS
from listener.sandbox.mastodon.making import Making, Saying
from listener.sandbox.mastodon.manners import Manners
from listener.sandbox.mastodon.objects import BRAND, DOMAIN, Account, Kind, Status
from listener.sandbox.network import token

BRAND_NAME: Final = "Larix Outdoor"
__all__ = ["BRAND", "BRAND_NAME", "DOMAIN", "MastodonNetwork"]  # two stand in objects.py


class MastodonNetwork(Making):
    """Accounts are named by their acct, `anna` on the brand's own server and `anna@other.example`
    on any other; an unknown one is opened when it first posts."""

    FAULTS = FAULTS

    def __init__(
        self,
        *,
        seed: int = 1,
        clock: Clock,
        path: Path | None = None,
        manners: Manners = Manners.MASTODON,
    ) -> None:
        super().__init__(seed=seed, clock=clock, path=path, manners=manners)
        self.scopes = frozenset({"read", "write"})
        """What our token was granted."""
        self.revoked = False
        """True: somebody has taken our token back."""
        self.full_text_search = True
        """False: a server without Elasticsearch, as most small ones are. It finds no words."""
        self.calls_in_5_minutes = 300
        """Calls our token may make, https://docs.joinmastodon.org/api/rate-limits/ (4.5)."""
        self.pages_in_15_minutes = 300
        """Calls of ours with `max_id`, `since_id` or `min_id`, which count here as well
        (config/initializers/rack_attack.rb, 4.5)."""
        self.posts_in_3_hours = 300
        """Statuses our account may make."""
        self.deletions_in_30_minutes = 30
        """Statuses our account may delete."""
        self.api = api.Api(self)
        self._replay()
        if BRAND not in self.accounts:
            self.customer(BRAND, name=BRAND_NAME, followers=1_930)

    def lift_limits(self) -> None:
        self.calls_in_5_minutes = self.pages_in_15_minutes = self.posts_in_3_hours = 100_000

    # What accounts do

    def customer(
        self, acct: str, *, name: str = "", followers: int = 120, about: str = "", bot: bool = False
    ) -> Account:
        """Open an account, or return the one of that acct; `bot` makes one of an old one too."""
        with self.lock:
            acct = acct.removesuffix(f"@{DOMAIN}")
            known = self.find_account(acct)
            if known is not None and bot and not known.bot:
                self._do({"op": "bot", "id": known.acct})
            if known is None:
                self._do(
                    {
                        "op": "account",
                        "id": self._account_id(acct),
                        "acct": acct,
                        "name": name or acct.partition("@")[0].replace("_", " ").title(),
                        "followers": followers,
                        "about": about,
                        "bot": bot,
                        "at": (self.now() - timedelta(days=400)).isoformat(),
                    }
                )
            return self.accounts[acct.lower()]

    def post(self, author: str, text: str, **how: Unpack[Saying]) -> str:
        """Post, and return the id. The text is taken as it is: who does not write @larixoutdoor
        has not mentioned us, not even in a reply to us. Raises LookupError for a `reply_to` that
        is not there."""
        with self.lock:
            account = self.customer(author, bot=how.get("bot", False))
            replied = how.get("reply_to")
            if replied is not None and replied not in self.statuses:
                raise LookupError(f"no status {replied} to answer")
            event = self._written_event(account, text, how)
            self._do(event, scene=how.get("scene"))
            return str(event["id"])

    def boost(self, author: str, of: str, *, scene: str | None = None) -> str:
        """Pass a status on; returns the id of the passing on."""
        with self.lock:
            event = self._written_event(self.customer(author), "", {})
            passed = self.statuses[of]
            event |= {"boosts": of, "visibility": passed.visibility.value, "mentions": []}
            event["notice"] = self._notice(Kind.REBLOG, passed, event["visible_at"])
            self._do(event, scene=scene)
            return str(event["id"])

    def favourite(self, author: str, of: str) -> None:
        with self.lock:
            acct, at = self.customer(author).acct, self.now().isoformat()
            notice = self._notice(Kind.FAVOURITE, self.statuses[of], at)
            self._do({"op": "favourite", "id": of, "author": acct, "notice": notice})

    def follow(self, author: str) -> None:
        """Somebody follows the brand."""
        with self.lock:
            at = self.now()
            told = {
                "number": self._notice_number(at),
                "kind": Kind.FOLLOW.value,
                "at": at.isoformat(),
                "filtered": False,
            }
            self._do({"op": "follow", "id": self.customer(author).acct, "notice": told})

    def block(self, author: str, *, blocked: bool = True) -> None:
        """Somebody blocks the brand: we read nothing of theirs any more and cannot answer it,
        though the list of notifications still has what they wrote before."""
        with self.lock:
            acct = self.customer(author).acct
            self._do({"op": "block", "id": acct, "blocked": blocked})

    def edit(
        self,
        status_id: str,
        text: str,
        *,
        spoiler: str | None = None,
        language: str | None = None,
        scene: str | None = None,
    ) -> str:
        """New words under the same id, which is returned. None: as it was. Nobody is notified, but
        for those whom the old words did not mention."""
        with self.lock:
            old, at = self.statuses[status_id], self.now()
            words = text.strip() if old.author.is_local else text
            event: Event = {
                "op": "edit",
                "id": status_id,
                "text": words,
                "spoiler": old.spoiler if spoiler is None else spoiler,
                "language": language or old.language,
                "mentions": self._mentioned(old.author, words),
                "at": at.isoformat(),
            }
            if BRAND in event["mentions"] and BRAND not in old.mentions:
                event["notice"] = self._mention(
                    old.author, at, visibility=old.visibility, answers=old.answers
                )
            self._do(event, scene=scene)
            return status_id

    def delete(self, status_id: str, *, scene: str | None = None) -> None:
        """Replies stay, and forget what they answer."""
        with self.lock:
            self._do({"op": "delete", "id": status_id}, scene=scene)

    def reply_natively(self, under: str, text: str) -> str:
        """Mastodon's web app writes whom one answers before the text, and keeps the circle of
        readers of what it answers."""
        with self.lock:
            answered = self.statuses[under]
            begin = "" if answered.author.is_ours else f"@{answered.author.acct} "
            return self.post(
                BRAND,
                begin + text,
                reply_to=under,
                visibility=answered.visibility.value,
                spoiler=answered.spoiler,
                language=answered.language,
            )

    def set_policy(self, private_mentions: str) -> None:
        """The brand's notification policy for private mentions by strangers: accept, filter (the
        default) or drop."""
        with self.lock:
            self._do({"op": "policy", "id": "", "private_mentions": private_mentions})

    def permit(self, acct: str) -> None:
        """The brand lets somebody's private mentions through, from now on and those before."""
        with self.lock:
            self._do({"op": "permit", "id": self.customer(acct).acct})

    # What one can ask

    @property
    def app_name(self) -> str:
        """Of the program our token belongs to; people write with "Web"."""
        return "Antiphon sandbox"

    @property
    def web_url(self) -> str:
        """The address of the pages people open."""
        return self.url

    def page_of(self, account: Account) -> str:
        return f"{self.url}/@{account.acct}"

    def permalink(self, status: Status) -> str:
        """The page of a status, on this very server. A real one's `url` of a remote status leads
        to its home server; there is none here to lead to."""
        return f"{self.page_of(status.author)}/{status.id}"

    def secrets(self) -> dict[str, str]:
        """The token of the sandbox's one app, in the name of the brand's account."""
        return {"access_token": token(self.seed, "access_token") + "-sandbox"}

    def table(self) -> dict[str, Any]:
        return {
            "api_url": self.url,
            **self.secrets(),
            "queries": [f"#{BRAND}", "larix outdoor"],
        }

    # How it works

    def _answer(self, request: Request) -> Answer:
        with self.lock:
            if request.path.startswith(("/api/", "/nodeinfo/", "/.well-known/")):
                return self.api.answer(request)
            return pages.answer(self, request)
