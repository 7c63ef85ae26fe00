"""What a model is asked about one draft, read from the rows: the thread without what identifies a
person, the brand's voice, and what it may cite."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from config.book import Article, Chapter
from listener.models import Author, Mention, MentionStatus
from responder.asked import Asked, Wording
from responder.bot import Bot
from responder.facts import of_product, of_promotion, of_store
from responder.house import texts_of
from responder.learning.fit import without_welcome
from responder.learning.similar import body_of, stems
from responder.model.masking import masked, nameless
from responder.model.prompt import TURNS, Brief, Fact, Turn
from responder.models import Draft, Reply, ReplyStatus
from responder.propose import Proposal, asked_of, words_for
from responder.retrieve import About, fitting_articles

ARTICLES: Final = 4
"""So many articles are offered, the most fitting ones."""
_MOST_LETTERS: Final = 600  # of a body, where a channel has room for more
_MOST_NAMES: Final = 200
"""Of those who wrote in a thread: with all of a crowd's hardly a word would be left."""
CUSTOMER, SOMEBODY, TEAM = "customer", "somebody else", "our team"


def question_of(
    session: Session, bot: Bot, draft: Draft, proposal: Proposal, now: datetime
) -> Brief:
    """The question about a draft whose mention's language the book speaks."""
    mention, language = draft.mention, draft.mention.language
    chapter, house = bot.book.chapters[language], bot.house(language)
    asked = asked_of(session, bot, mention, proposal, now)
    thread = _read(session, mention)
    turns = tuple(
        Turn(who=who, text=masked(text, language=language, names=thread.names, house=house))
        for who, text in thread.turns
    )
    # Our own words may thank another customer by name.
    standing = Fact(
        id=id_of(draft.made_from), text=nameless(_body(bot, draft, chapter), thread.names)
    )
    return Brief(
        brand=bot.book.cover.name,
        language=language,
        address=chapter.voice.form_of_address,
        facts=_facts(asked, chapter, standing),
        standing=standing.id,
        thread=turns,
        asked=turns[-1].text,
        mark=secrets.token_hex(16),
        letters=_room(session, bot, mention, proposal, now),
        links=bot.channels[mention.channel].declaration.links_welcome,
        site=bot.book.cover.site,
        house=house,
        vocabulary=vocabulary(chapter, language),
    )


def id_of(made_from: str) -> str:
    """A source as a model cites it: "article: times" is "article:times"."""
    return made_from.replace(": ", ":").replace(" ", "_")


def vocabulary(chapter: Chapter, language: str) -> frozenset[str]:
    """The stems of all words a chapter uses: 20 ms for a large one, which beside a question to a
    model is nothing."""
    names = (name for product in chapter.products for name in (product.name, *product.names))
    titles = (entry.title for entry in (*chapter.articles, *chapter.saved_replies))
    return stems(" ".join((*texts_of(chapter), *names, *titles)), language)


def _body(bot: Bot, draft: Draft, chapter: Chapter) -> str:
    body = body_of(draft.text, draft.language, bot.house(draft.language))
    return without_welcome(body, chapter)


def _facts(asked: Asked, chapter: Chapter, standing: Fact) -> tuple[Fact, ...]:
    """The words that stand, and what else the book knows of it; each once."""
    articles = [_of_article(article) for article in _fitting(asked, chapter)]
    found = [*of_product(asked, chapter), *of_store(asked, chapter.stores)]
    found += of_promotion(asked, chapter)
    others = [_of_wording(words) for _, words in found]
    facts = {fact.id: fact for fact in reversed((standing, *articles, *others))}
    return tuple(reversed(facts.values()))


def _fitting(asked: Asked, chapter: Chapter) -> list[Article]:
    about = About(text=asked.text, topics=asked.topics, phase=asked.phase, likely=asked.likely)
    return fitting_articles(about, chapter.articles, ARTICLES)


def _of_article(article: Article) -> Fact:
    text = " ".join((f"{article.title}:", article.answer, *article.steps))
    return Fact(id=f"article:{article.key}", text=text, url=article.url)


def _of_wording(words: Wording) -> Fact:
    return Fact(id=id_of(words.made_from), text=words.body, url=words.url)


def _room(session: Session, bot: Bot, mention: Mention, proposal: Proposal, now: datetime) -> int:
    """Letters left beside greeting and signature."""
    bare = words_for(
        session, bot, mention, proposal, now, taught=Wording(body="", made_from="")
    ).text
    length = bot.channels[mention.channel].length(bare)
    return max(min(length.limit - length.used - 1, _MOST_LETTERS), 0)


# -- the thread


@dataclass(frozen=True, kw_only=True)
class _Thread:
    """`turns` in the order in which they were said, the mention last; `names`: of who spoke, and of
    who else wrote there, since ours and others' words may call them by name."""

    turns: tuple[tuple[str, str], ...]
    names: frozenset[str]


def _read(session: Session, mention: Mention) -> _Thread:
    """What was said in public in this thread up to the mention: nothing of any other thread."""
    others, ours = _mentions(session, mention), _ours(session, mention)
    public = (one for one in others if not one.private)
    said = [(one.created_at, _who(one, mention), one.text) for one in public]
    said += [(one.posted_at, TEAM, one.text) for one in ours if one.posted_at is not None]
    latest = sorted(said, key=lambda one: one[0])[-(TURNS - 2) :]
    context = _context(session, mention)
    return _Thread(
        turns=(
            *([(TEAM, context)] if context else []),
            *((who, text) for _, who, text in latest),
            (CUSTOMER, mention.text),
        ),
        names=_names(session, mention)
        | {
            one.author.name
            for one in (*others, *(reply.mention for reply in ours), mention)
            if one.author
        },
    )


def names_in(session: Session, mention: Mention) -> frozenset[str]:
    """Names of people that may stand in this thread: nobody elsewhere is to read them."""
    return _read(session, mention).names


def _names(session: Session, mention: Mention) -> frozenset[str]:
    """Of who wrote in this thread, in private too, also where their words are gone."""
    return frozenset(
        session.scalars(
            select(Author.name)
            .join(Mention, Mention.author_id == Author.id)
            .where(Mention.conversation_id == mention.conversation_id)
            .group_by(Author.id, Author.name)
            .order_by(func.max(Mention.created_at).desc())
            .limit(_MOST_NAMES)
        )
    )


def _context(session: Session, mention: Mention) -> str:
    """What of ours the thread stands under; nothing where somebody wrote in private there: it may
    be what we answered them."""
    private = select(Mention.id).where(
        Mention.conversation_id == mention.conversation_id, Mention.private
    )
    hidden = session.scalar(private.limit(1)) is not None
    return "" if hidden else mention.conversation.context


def _who(one: Mention, mention: Mention) -> str:
    same = one.author_id is not None and one.author_id == mention.author_id
    return CUSTOMER if same else SOMEBODY


def _mentions(session: Session, mention: Mention) -> Sequence[Mention]:
    return session.scalars(
        select(Mention)
        .where(
            Mention.channel == mention.channel,
            Mention.conversation_id == mention.conversation_id,
            Mention.id != mention.id,
            Mention.created_at <= mention.created_at,
            Mention.status != MentionStatus.GONE,
            Mention.purged_at.is_(None),
        )
        .options(joinedload(Mention.author))
        .order_by(Mention.created_at.desc())
        .limit(TURNS)
    ).all()


def _ours(session: Session, mention: Mention) -> Sequence[Reply]:
    return session.scalars(
        select(Reply)
        .join(Reply.mention)
        .where(
            Mention.conversation_id == mention.conversation_id,
            Mention.private.is_(False),
            # What was said to somebody who took their words back went with them.
            Mention.status != MentionStatus.GONE,
            Mention.purged_at.is_(None),
            Reply.status == ReplyStatus.SENT,
            Reply.posted_at <= mention.created_at,
            Reply.vanished_at.is_(None),
        )
        .options(contains_eager(Reply.mention).joinedload(Mention.author))
        .order_by(Reply.posted_at.desc())
        .limit(TURNS)
    ).all()
