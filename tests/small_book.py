"""A small brand book with one of everything, for tests that say what is chosen and why."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Any

from config.book import (
    Article,
    Chapter,
    Cover,
    Form,
    Occasion,
    Product,
    Promotion,
    SavedReply,
    Store,
    Voice,
)
from config.brand import BrandBook
from responder.asked import Asked

TODAY = date(2026, 11, 20)


def _reply(key: str, occasion: Occasion, *texts: str, **changes: Any) -> SavedReply:
    said = texts or (f"{key} one.", f"{key} two.")
    return SavedReply(key=key, title=key, occasion=occasion, texts=said, **changes)


def _article(key: str, topics: tuple[str, ...], words: tuple[str, ...], **changes: Any) -> Article:
    return Article(
        key=key,
        title=key,
        topics=topics,
        words=words,
        answer=changes.pop("answer", f"{key} answer."),
        url=f"https://shop.example/en/{key}",
        **changes,
    )


VOICE = Voice(
    form_of_address="you",
    form=Form.NONE,
    greeting="Hi {{name}}.",
    greeting_without_name="Hello.",
    signature="— the shop",
    automatic="Automated answer.",
    again_in_trouble="Sorry that you have to write again.",
    welcome_back="Good to hear from you again.",
    person="Would you like a person? Say so.",
    plain_start="One step at a time.",
    plain_next="Then tell us.",
    other_language="Thank you. We write in English: what do you need?",
    only_in="(in {{language}})",
    seconded="{{helper}} is right, thank you.",
    corrected="Thanks for helping, {{helper}}. One thing is different:",
)

CHAPTER = Chapter(
    voice=VOICE,
    saved_replies=(
        _reply("late", Occasion.COMPLAINT, "It is late. We look.", "Late it is. We look.",
               topics=("delivery", "order"), words=("still … not arrived", "where … parcel"),
               phases=("acquisition",)),
        _reply("twice", Occasion.COMPLAINT, topics=("payment",), words=("charged … twice",),
               plain=("Twice, in plain words.",)),
        _reply("delivery_trouble", Occasion.COMPLAINT, topics=("delivery",)),
        _reply("sorry", Occasion.COMPLAINT, "We are sorry. Tell us more.", "Sorry! Tell us more."),
        _reply("safety", Occasion.SERIOUS, topics=("safety",)),
        _reply("legal", Occasion.SERIOUS, topics=("legal",)),
        _reply("thanks", Occasion.PRAISE),
        _reply("thanks_people", Occasion.PRAISE, topics=("service", "store")),
        _reply("acknowledge", Occasion.OTHER),
        _reply("stock", Occasion.OTHER, topics=("purchase",), words=("back in stock",)),
        _reply("person", Occasion.OTHER, topics=("human",)),
        _reply("unreadable", Occasion.OTHER, topics=("unreadable",)),
    ),
    articles=(
        _article("times", ("delivery",), ("how long",), answer="It takes 3 days."),
        _article("abroad", ("delivery",), ("ship … abroad",)),
        _article("wash", ("care",), ("wash~",), steps=("Brush it.", "Wash it.", "Dry it.")),
    ),
    products=(
        Product(key="boot", name="Boot", names=("boot", "boots"), what_for="A boot for hills.",
                sizes="Boots come in 36 to 48.", care="Brush the boots.",
                honest_difference="It is stiff on easy paths.",
                url="https://shop.example/en/boot"),
    ),
    stores=(
        Store(key="trento", name="Trento", city="Trento", names=("trento",), address="Via Roma 1",
              hours="Mon to Sat.", map_url="https://shop.example/en/trento"),
    ),
    promotions=(
        Promotion(key="winter", title="Winter", starts=date(2026, 11, 15), ends=date(2026, 12, 20),
                  text="Winter offer.", url="https://shop.example/en/winter"),
    ),
)  # fmt: skip

BOOK = BrandBook(
    cover=Cover(name="Shop", site="https://shop.example", bridge="en"),
    chapters=MappingProxyType({"en": CHAPTER}),
)


def saying(book: BrandBook, *texts: str) -> BrandBook:
    """`book`, whose English chapter says this as well, where no mention finds it."""
    english = book.chapters["en"]
    steps = _article("more", ("other",), ("nothing of the kind",), steps=texts)
    english = english.model_copy(update={"articles": (*english.articles, steps)})
    return book.model_copy(update={"chapters": {**book.chapters, "en": english}})


def asked(text: str = "", **changes: Any) -> Asked:
    """A mention as composing sees it; a question without a mood unless said otherwise."""
    values: dict[str, Any] = {
        "text": text,
        "name": "Anna",
        "topics": (),
        "occasion": Occasion.OTHER,
        "question": False,
        "seed": "1",
        "today": TODAY,
        "calm": True,
    }
    return Asked(**{**values, **changes})
