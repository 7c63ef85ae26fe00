"""A digest as mail, as text for chats, and as a page to keep."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping

from responder.desk.pages import make_templates
from responder.desk.report.page import plotting
from responder.desk.report.pictures import Picture
from responder.desk.report.words import Report
from responder.reports.letter import Enclosed, Letter

Drawn = Mapping[str, bytes]
"""Pictures as PNG, by their key. One that could not be drawn is not in it: its finding says it."""


def drawn(report: Report) -> Drawn:
    """Draw them, on white: mail programs and paper have a ground of their own."""
    wanted = [one for one in report.pictures if one.spec is not None]
    if not wanted:
        return {}
    with plotting() as plotter:
        found = {
            one.key: plotter.png({**(one.spec or {}), "background": "white"}) for one in wanted
        }
    return {key: png for key, png in found.items() if png is not None}


def letter_of(report: Report, pictures: Drawn, *files: Enclosed) -> Letter:
    images = (
        Enclosed(name=file_name(one), mimetype="image/png", content=pictures[one.key])
        for one in report.pictures
        if one.key in pictures
    )
    sources = {one.key: f"cid:{file_name(one)}" for one in report.pictures if one.key in pictures}
    return Letter(
        title=report.title,
        text="\n".join(_text(report)),
        html=_html(report, sources),
        enclosed=(*images, *files),
    )


def page_of(report: Report, pictures: Drawn) -> str:
    """The mail as one file, its pictures inside."""
    sources = {
        key: f"data:image/png;base64,{b64encode(png).decode()}" for key, png in pictures.items()
    }
    return _html(report, sources)


def file_name(picture: Picture) -> str:
    return f"{picture.key}.png"


def _html(report: Report, sources: Mapping[str, str]) -> str:
    template = make_templates().get_template("digest_mail.html")
    return template.render(report=report, sources=sources)


def _text(report: Report) -> Iterator[str]:
    """For services whose title stands above it."""
    yield report.lead
    yield ""
    for fact in report.facts:
        yield f"{fact.name}: {fact.value}" + (f" ({fact.note})" if fact.note else "")
    for section in report.sections:
        yield ""
        yield section.title
        for line in section.lines:
            yield f"• {line.text}"
            if line.quote:
                yield f"  “{line.quote}” ({line.where})"
    yield ""
    yield report.desk
