"""Pure: what is said to a customer, and where in the brand book it stands.

Self-help first: a question is answered by what the book knows (product, store, promotion, article)
before anybody is asked to wait. A complaint is met by the reply that names its very trouble. What
the book does not know is left to a human, never invented.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from config.book import Article, Chapter, Occasion, SavedReply
from responder.asked import UNREADABLE, Asked, Candidate, Wording
from responder.facts import of_product, of_promotion, of_store
from responder.kind import speaking_for
from responder.retrieve import About, best
from sentiment.orders import without_orders
from sentiment.signals import Signal

_GENERAL: Final = 1.0
"""What the first article on a topic counts, of which no words fit."""
_DOUBT: Final = 0.5
"""What speaks against taking a question for a trouble."""

_PRIVACY: Final = frozenset({Signal.DATA, Signal.LEGAL})
_OPEN: Final = Signal.QUESTION.value
"""The topic of the reply to a question that nobody can answer from the book."""
_SENTENCE_END: Final = re.compile(r"(?<=[.!?;…])\s+(?=[^\s])")


def word(asked: Asked, chapter: Chapter) -> Wording:
    """The words that answer, without greeting and signature."""
    asked = replace(asked, text=without_orders(asked.text))
    if asked.statement:
        return Wording(body=asked.statement, made_from="statement on an open incident")
    lost = asked.confused and asked.occasion is not Occasion.SERIOUS
    if lost and (plain := _plain(asked, chapter)):
        return plain
    if asked.occasion is Occasion.OTHER:
        known = _known(asked, chapter) if asked.question else _by_words(asked, chapter)
        if known:
            return known
    if _wishes_privacy(asked, chapter) and (known := _by_words(asked, chapter)):
        return known
    reply = _saved_reply(asked, chapter.saved_replies)
    if asked.occasion is not Occasion.COMPLAINT:
        return reply
    if asked.calm and reply.general and asked.question:
        return _by_words(asked, chapter) or reply
    return _helped(asked, chapter, reply)


def _wishes_privacy(asked: Asked, chapter: Chapter) -> bool:
    """ "Delete my account and my data" is a wish, and no leak; where the law is named as well, if
    the examples say so."""
    if Signal.DATA not in asked.signals or not _PRIVACY.issuperset(asked.signals):
        return False
    speaks = speaking_for(asked.likely, chapter)
    wished = speaks.get(Occasion.OTHER, 0.0) > speaks.get(Occasion.SERIOUS, 0.0)
    return wished if speaks else Signal.LEGAL not in asked.signals


def unread(asked: Asked, chapter: Chapter) -> Wording | None:
    """The reply to what has no words to read, where it is such a text and the book has one."""
    made = [reply for reply in chapter.saved_replies if UNREADABLE in reply.topics]
    return _of_reply(asked, made[0]) if made and UNREADABLE in asked.signals else None


def only_there(asked: Asked, chapter: Chapter, other: Chapter) -> Article | None:
    """The help `other` has on the topic that leads what is asked, and `chapter` does not have.
    It is told by topics alone: the words of `other` are not the customer's."""
    lead = next(iter(_asked_topics(asked)), "")
    own = {article.key for article in chapter.articles}
    fitting = [
        article
        for article in other.articles
        if article.topics and article.topics[0] == lead and article.key not in own
    ]
    found = best(About(text="", topics=[lead], phase=asked.phase), fitting)
    return found[0] if found else None


def _known(asked: Asked, chapter: Chapter) -> Wording | None:
    """What the book knows of a question: the best of a promotion, a store, a product, an article
    and a reply made for it."""
    found = [
        *of_promotion(asked, chapter),
        *of_store(asked, chapter.stores),
        *of_product(asked, chapter),
        *_article(asked, chapter.articles),
        *_made_for_it(asked, chapter.saved_replies),
        *_in_trouble(asked, chapter.saved_replies),
    ]
    best_found = max(found, key=lambda pair: pair[0])[1] if found else None
    if best_found is None or not best_found.sure:
        return _open_question(asked, chapter.saved_replies) or best_found
    return best_found


def _open_question(asked: Asked, replies: Sequence[SavedReply]) -> Wording | None:
    """What is said to a question nobody can answer from the book: that somebody finds out."""
    made = [reply for reply in replies if _OPEN in reply.topics]
    return replace(_of_reply(asked, made[0]), general=True) if made else None


def _by_words(asked: Asked, chapter: Chapter) -> Wording | None:
    """What the customer's own words call for, whatever we took the text for."""
    found = [*_made_for_it(asked, chapter.saved_replies), *_asked_for(asked, chapter.articles)]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _asked_for(asked: Asked, articles: Sequence[Article]) -> list[Candidate]:
    found = best(_about(asked), articles)
    if found is None or not found[1].by_words:
        return []
    wording = replace(_of_article(found[0]), by_words=True, sure=found[1].surely)
    return [(found[1].points, wording)]


def _article(asked: Asked, articles: Sequence[Article]) -> list[Candidate]:
    """The article the customer's words ask for; else, of who is calm, the first one on the topic
    that leads: the book has the general one before the others."""
    if found := _asked_for(asked, articles):
        return found
    lead = next(iter(_asked_topics(asked)), "")
    general = [article for article in articles if article.topics[0] == lead]
    if not general or not asked.calm:
        return []
    return [(_GENERAL, replace(_of_article(general[0]), sure=not asked.likely))]


def _of_article(article: Article) -> Wording:
    return Wording(
        body=article.answer,
        made_from=f"article: {article.key}",
        url=article.url,
        steps=article.steps,
        factual=True,
    )


def _made_for_it(asked: Asked, replies: Sequence[SavedReply]) -> list[Candidate]:
    """A reply whose own words the customer used: "where is my order?", "is it back in stock?"."""
    others = [reply for reply in replies if reply.occasion is Occasion.OTHER and reply.words]
    found = best(_about(asked), others)
    if found is None or not found[1].by_words:
        return []
    return [(found[1].points, replace(_of_reply(asked, found[0]), sure=found[1].surely))]


def _in_trouble(asked: Asked, replies: Sequence[SavedReply]) -> list[Candidate]:
    """A question in the very words of a trouble is more likely that trouble: "you charged me twice,
    who do I ask?". But an article on just that is better help."""
    troubles = [reply for reply in replies if reply.occasion is Occasion.COMPLAINT and reply.words]
    found = best(_about(asked), troubles)
    if found is None or not found[1].by_words:
        return []
    wording = replace(_of_reply(asked, found[0]), sure=found[1].surely)
    return [(found[1].points - _DOUBT, wording)]


def _saved_reply(asked: Asked, replies: Sequence[SavedReply]) -> Wording:
    """The reply whose words the customer used; else one for the topic that names no trouble of its
    own, because a reply with words claims that the customer said just this; else a general one."""
    fitting = [reply for reply in replies if reply.occasion is asked.occasion]
    found = best(_about(asked), fitting)
    claims = asked.occasion in (Occasion.COMPLAINT, Occasion.OTHER)
    sure = found and (found[1].by_words or not set(found[0].topics).isdisjoint(asked.signals))
    if claims and found and found[0].words and not sure:
        found = best(_about(asked), [reply for reply in fitting if not reply.words])
    if found:
        return _of_reply(asked, found[0])
    plain = [reply for reply in fitting if not reply.topics and not reply.words]
    others = [r for r in replies if r.occasion is Occasion.OTHER and not (r.topics or r.words)]
    return replace(_of_reply(asked, [*plain, *others, *replies][0]), general=True)


def _of_reply(asked: Asked, reply: SavedReply) -> Wording:
    return Wording(body=variant(reply.texts, asked), made_from=f"saved reply: {reply.key}")


def _helped(asked: Asked, chapter: Chapter, reply: Wording) -> Wording:
    """A complaint's reply, with the person who was asked for; or, where no reply was made for this
    trouble, with the help the customer asked for."""
    opening = _first_sentence(reply.body)
    if asked.wants_person:
        persons = [r for r in chapter.saved_replies if "human" in r.topics]
        if persons:
            body = f"{opening} {variant(persons[0].texts, asked)}"
            return Wording(body=body, made_from=f"{reply.made_from}, {persons[0].key}")
    if asked.question and reply.general and (known := _by_words(asked, chapter)):
        body, made_from = f"{opening} {known.body}", f"{reply.made_from}, {known.made_from}"
        return Wording(body=body, made_from=made_from, url=known.url)
    return reply


def _plain(asked: Asked, chapter: Chapter) -> Wording | None:
    """One step at a time, for who is lost: the steps of an article, or a reply in plain words. In a
    complaint, after its regret: "no worries" is no first word to who has one."""
    complaint = asked.occasion is Occasion.COMPLAINT
    articles = [article for article in chapter.articles if article.steps]
    found = best(_about(asked), articles)
    if found and found[1].by_words:
        reply = _saved_reply(asked, chapter.saved_replies) if complaint else None
        return replace(
            _of_article(found[0]),
            made_from=f"article, step by step: {found[0].key}",
            opening=_first_sentence(reply.body) if reply else "",
            factual=False,
            offer=True,
        )
    replies = [r for r in chapter.saved_replies if r.plain and r.occasion is asked.occasion]
    if plain := best(_about(asked), replies):
        body = variant(plain[0].plain, asked)
        opening = _first_sentence(body) if complaint else ""
        rest = body.removeprefix(opening).strip()
        made_from = f"saved reply, plain: {plain[0].key}"
        return Wording(body=rest, made_from=made_from, opening=opening, offer=True)
    return None


def _about(asked: Asked) -> About:
    return About(
        text=asked.text, topics=_asked_topics(asked), phase=asked.phase, likely=asked.likely
    )


def _asked_topics(asked: Asked) -> Sequence[str]:
    # Hardly a question about an order does without its parcel: what else it names is what it asks.
    topics = [*asked.topics, *asked.signals]
    if asked.question:
        return sorted(topics, key=lambda topic: topic == "delivery")
    return topics


def _first_sentence(text: str) -> str:
    return _SENTENCE_END.split(text, maxsplit=1)[0]


def variant(texts: Sequence[str], asked: Asked) -> str:
    """The variant we used least lately; of equals always the same one for the same mention."""
    start = int.from_bytes(hashlib.sha256(asked.seed.encode()).digest()[:4]) % len(texts)
    turned = [*texts[start:], *texts[:start]]
    return min(turned, key=lambda text: sum(text in said for said in asked.recent))
