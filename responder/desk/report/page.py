"""The trends as one file: a page that holds its pictures, to be mailed or kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from markupsafe import Markup

from listener.trends.scope import Scope
from listener.trends.volume import Bucket
from responder.bot import Bot
from responder.desk.charts import Plotter
from responder.desk.pages import make_templates
from responder.desk.report.pictures import Picture, by_channel, by_mood
from responder.desk.rows import label_of
from responder.desk.tongue import spoken
from responder.desk.trends.steps import step_words
from responder.desk.words import date_and_time


@dataclass(frozen=True, kw_only=True)
class Drawn:
    picture: Picture
    svg: Markup | None  # None: there is nothing to draw, or it could not be drawn


def trends_page(bot: Bot, scope: Scope, buckets: Sequence[Bucket]) -> str:
    """How much was said by channel and by mood, as charts and as a table."""
    pictures = (
        by_channel(buckets, scope.by, lambda name: label_of(bot, name)),
        by_mood(buckets, scope.by),
    )
    with plotting() as plotter:
        drawn = [Drawn(picture=one, svg=_svg(plotter, one)) for one in pictures]
    return (
        make_templates()
        .get_template("trends_file.html")
        .render(
            language=spoken(),
            brand=bot.settings.brand.name,
            begins=date_and_time(scope.start, scope.zone),
            ends=date_and_time(scope.end, scope.zone),
            drawn=drawn,
            buckets=buckets,
            label=lambda name: label_of(bot, name),
            step=lambda start: step_words(start, scope.by),
        )
    )


@contextmanager
def plotting() -> Iterator[Plotter]:
    """Charts for a while: the process that draws them ends with it."""
    plotter = Plotter()
    try:
        yield plotter
    finally:
        plotter.close()


def _svg(plotter: Plotter, picture: Picture) -> Markup | None:
    return plotter.draw(picture.spec) if picture.spec else None
