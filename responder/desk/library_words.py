"""The library in words for people: what kinds, fields, topics and standings are called, and what is
said after a deed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from config.book import Form, Kind, Occasion
from responder.desk.toast import Toast
from responder.desk.tongue import N_, say
from responder.library.checks import MADE_FOR
from responder.library.models import EntryKind, Standing
from responder.library.works import Order
from sentiment.phase import Phase

_KINDS: Final[Mapping[EntryKind, tuple[str, str]]] = {
    EntryKind.SAVED_REPLY: (N_("Saved reply"), N_("Saved replies")),
    EntryKind.ARTICLE: (N_("Article"), N_("Articles")),
    EntryKind.PRODUCT: (N_("Product"), N_("Products")),
    EntryKind.STORE: (N_("Store"), N_("Stores")),
    EntryKind.PROMOTION: (N_("Promotion"), N_("Promotions")),
    EntryKind.VOICE: (N_("Voice"), N_("Voice")),
}
_TOPICS: Final = {
    "order": N_("Order"),
    "delivery": N_("Delivery"),
    "damaged": N_("Damaged"),
    "returns": N_("Returns"),
    "refund": N_("Refund"),
    "payment": N_("Payment"),
    "cancellation": N_("Cancellation"),
    "size": N_("Size"),
    "purchase": N_("Before buying"),
    "page": N_("Product page"),
    "site": N_("Website and app"),
    "promotion": N_("Discounts"),
    "product": N_("The product"),
    "technical": N_("Using it"),
    "care": N_("Care and spare parts"),
    "warranty": N_("Warranty"),
    "service": N_("Service"),
    "store": N_("Shops"),
    "praise": N_("Praise"),
    "press": N_("Press and jobs"),
    "safety": N_("Safety"),
    "spam": N_("Spam"),
    "other": N_("Other"),
    "human": N_("Asks for a person"),
    "unreadable": N_("Hardly any words"),
    "question": N_("A question without an answer in the book"),
    "legal": N_("Law"),
    "data": N_("Personal data"),
    "threat": N_("Threat"),
    "self_harm": N_("Self-harm"),
    "alarming": N_("Alarming"),
    "delicate": N_("Delicate"),
}
_PHASES: Final = {
    Phase.REQUIREMENTS.value: N_("Choosing"),
    Phase.ACQUISITION.value: N_("Buying and receiving"),
    Phase.OWNERSHIP.value: N_("Owning"),
    Phase.RETIREMENT.value: N_("Leaving"),
}
_OCCASIONS: Final = {
    Occasion.PRAISE.value: N_("Praise"),
    Occasion.COMPLAINT.value: N_("Complaint"),
    Occasion.SERIOUS.value: N_("Serious matter"),
    Occasion.OTHER.value: N_("Anything else"),
}
_FORMATS: Final = {
    Kind.TEXT.value: N_("Text"),
    Kind.VIDEO.value: N_("Video"),
    Kind.WEBINAR.value: N_("Webinar"),
}
_FORMS: Final = {
    Form.FAMILIAR.value: N_("Familiar"),
    Form.FORMAL.value: N_("Formal"),
    Form.IMPERSONAL.value: N_("Impersonal"),
    Form.NONE.value: N_("The language has one form"),
}
_STANDINGS: Final = {
    Standing.WAITING: N_("waits for an approver"),
    Standing.IN_FORCE: N_("in force"),
    Standing.FORMER: N_("former"),
    Standing.DECLINED: N_("declined"),
    Standing.SUPERSEDED: N_("gave way to a later one"),
}
_ORDERS: Final = {
    Order.NAME: N_("By name"),
    Order.EDITED: N_("Edited most"),
    Order.USED: N_("Used most"),
    Order.RECENT: N_("Changed last"),
}
FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "title": N_("Title"),
        "name": N_("Name"),
        "occasion": N_("Occasion"),
        "texts": N_("Variant"),
        "plain": N_("In plain words"),
        "topics": N_("Topics"),
        "phases": N_("Phases"),
        "words": N_("What customers write"),
        "examples": N_("Examples of customers’ texts"),
        "kind": N_("Format"),
        "answer": N_("Answer"),
        "steps": N_("Step"),
        "url": N_("Link"),
        "names": N_("Names customers use"),
        "what_for": N_("What it is for"),
        "sizes": N_("Sizes"),
        "care": N_("How to care for it"),
        "honest_difference": N_("What it is not made for"),
        "city": N_("City"),
        "address": N_("Address"),
        "hours": N_("Opening hours"),
        "map_url": N_("Link to the map"),
        "starts": N_("First day"),
        "ends": N_("Last day"),
        "text": N_("Text"),
        "form_of_address": N_("How we speak to people"),
        "form": N_("Form of address"),
        "greeting": N_("Greeting with a name"),
        "greeting_without_name": N_("Greeting without a name"),
        "signature": N_("Signature"),
        "automatic": N_("Under replies no person approved"),
        "again_in_trouble": N_("To who writes again about a trouble"),
        "welcome_back": N_("To who is known to us"),
        "person": N_("Offers a person"),
        "plain_start": N_("Opens help step by step"),
        "plain_next": N_("After one step"),
        "other_language": N_("To who writes in a language nobody here speaks"),
        "only_in": N_("Beside a page in another language"),
        "seconded": N_("Another customer answered rightly"),
        "corrected": N_("Another customer answered wrongly"),
        "forbidden": N_("Never said"),
        "required": N_("Always said"),
        "jargon": N_("In customers’ words"),
    }
)
_SEVERAL: Final = {"texts": N_("Variants"), "steps": N_("Steps")}
_DONE: Final = {
    "kept": N_("Saved. It is in force from now on."),
    "proposed": N_("Saved. It waits for an approver; what was said before goes on."),
    "retired": N_("Retired. Nobody is answered with it any more."),
    "to retire": N_("Noted. An approver decides whether it is retired."),
    "brought back": N_("Brought back as a new version."),
    "approved": N_("Approved. It is in force from now on."),
    "declined": N_("Declined. What was in force stays."),
    "opened": N_("Incident opened. Nothing about it leaves without a person."),
    "closed": N_("Incident closed."),
    "rule made": N_("Rule made. For its first week it only shows what it would send."),
    "rule ended": N_("Rule ended. Nothing leaves by it any more."),
    "judged": N_("Noted."),
    "judged to shadow": N_("Noted. The rule sends nothing for a week: it was wrong too often."),
}


def toast(done: str) -> Toast | None:
    """The word after a deed here; None for words we do not know."""
    return Toast(text=say(_DONE[done])) if done in _DONE else None


def kind_name(kind: EntryKind) -> str:
    return say(_KINDS[kind][0])


def kinds_name(kind: EntryKind) -> str:
    """Of all of that kind together."""
    return say(_KINDS[kind][1])


def topic_name(topic: str) -> str:
    return say(_TOPICS[topic]) if topic in _TOPICS else topic


def phase_name(phase: str) -> str:
    return say(_PHASES[phase]) if phase in _PHASES else phase


def standing_name(standing: Standing) -> str:
    return say(_STANDINGS[standing])


def order_name(order: Order) -> str:
    return say(_ORDERS[order])


def field_name(field: str) -> str:
    return say(FIELDS[field]) if field in FIELDS else field


def several_name(field: str) -> str:
    """Of all the texts of a field together."""
    return say(_SEVERAL[field]) if field in _SEVERAL else field_name(field)


def named(values: Iterable[str]) -> dict[str, str]:
    """Topics by value, in the order of their names."""
    return dict(sorted(((one, topic_name(one)) for one in values), key=lambda pair: pair[1]))


def topics() -> dict[str, str]:
    """What entries may be made for, by value, in the order of their names."""
    return named(MADE_FOR)


def choices(field: str) -> dict[str, str]:
    """What a field can be chosen from, by value."""
    if field == "topics":
        return topics()
    table = {"phases": _PHASES, "occasion": _OCCASIONS, "kind": _FORMATS, "form": _FORMS}[field]
    return {value: say(name) for value, name in table.items()}


def chosen_name(field: str, value: str) -> str:
    """What a chosen value is called."""
    return choices(field).get(value, value)
