"""The commands `report daily` and `report weekly`, and the PDF they write."""

from __future__ import annotations

import re
import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from config.clock import utcnow
from listener.models import MentionStatus
from responder.bot import Bot
from responder.desk.report.letters import drawn
from responder.desk.report.pdf import pdf_of
from responder.desk.report.words import report_of
from responder.desk.tongue import speaking
from responder.reports.figures import figures_of, scope_of
from tests.daemon import command, write_config
from tests.factories import FakeChannel, Watch, make_bot, make_database, make_mention


def _say(folder: Path, **changes: object) -> None:
    """Something of every hour of the last 16 days, so that yesterday and last week have some."""
    database, now = make_database(folder), utcnow()
    with database.write() as session:
        for hour in range(0, 16 * 24, 6):
            at = now - timedelta(hours=hour)
            make_mention(session, created_at=at, status=MentionStatus.LISTEN_ONLY, **changes)
    database.close()


@pytest.mark.parametrize("period", ["daily", "weekly"])
def test_a_report_is_printed_or_written_as_a_page_of_its_own(tmp_path: Path, period: str) -> None:
    _say(tmp_path)
    config, page = str(write_config(tmp_path, {})), tmp_path / "report.html"
    printed = command("--config", config, "report", period, "--language", "it")
    assert printed.returncode == 0
    assert printed.stdout.startswith("Larix Outdoor: ")
    assert "consegna" in printed.stdout
    written = command("--config", config, "report", period, "--html", str(page))
    assert (written.returncode, written.stdout) == (0, "")
    html = page.read_text("utf-8")
    assert html.count('src="data:image/png;base64,') == 2
    assert "cid:" not in html


def test_bad_input_is_one_line_and_exit_2(tmp_path: Path) -> None:
    config = str(write_config(tmp_path, {}))
    done = command("--config", config, "report", "weekly", "--language", "xx")
    assert done.returncode == 2
    assert (
        done.stderr
        == "--language: xx: is not spoken here; choose from it, en, fr, de, es, pl, el\n"
    )
    done = command("--config", config, "report", "weekly", "--html", str(tmp_path / "no/such.html"))
    assert done.returncode == 2
    assert "cannot be written (No such file or directory); choose another place" in done.stderr


def _made(bot: Bot, language: str) -> bytes:
    now = bot.clock()
    with speaking(language):
        scope = scope_of(bot, now - timedelta(days=7), now, ())
        report = report_of(bot, figures_of(bot, scope, now, examples=True))
        return pdf_of(report, drawn(report))


@pytest.mark.parametrize(
    ("language", "quote"), [("el", "Χρεώθηκα δύο φορές"), ("pl", "Zażółć gęślą")]
)
def test_the_pdf_says_its_language_its_title_and_what_its_pictures_show(
    tmp_path: Path, language: str, quote: str
) -> None:
    watch = Watch(utcnow())
    bot = make_bot(tmp_path, channels=[FakeChannel(clock=watch)], clock=watch)
    with bot.database.write() as session:
        for hour in range(8):
            make_mention(session, created_at=watch.now - timedelta(days=8, hours=hour))
            make_mention(
                session, created_at=watch.now - timedelta(hours=hour + 1), language=language,
                topics=["payment"], text=quote,
            )  # fmt: skip
    pdf = _made(bot, language)
    bot.database.close()
    assert pdf.startswith(b"%PDF-1.")
    content = b"".join(
        [pdf, *map(_inflated, re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S))]
    )
    assert re.search(rb"/Lang ?\(%s" % language.encode(), content)
    assert b"pdfuaid" in content, "it says that it is PDF/UA"
    assert len(re.findall(rb"/Alt ?[(<]", content)) >= 2, "both pictures say what they show"
    assert b"/StructTreeRoot" in content
    assert b"/TH" in content
    fonts = set(re.findall(rb"/BaseFont ?/[A-Z]+\+(\w+)", content))
    assert fonts, "fonts are inside"
    assert all(font.startswith(b"Libertinus") for font in fonts), "which have all these letters"


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def test_without_typst_it_says_how_to_get_the_pdf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from config.errors import ConfigError
    from responder.commands import digest

    monkeypatch.setattr(digest, "available", lambda: False)
    asked = digest.Asked(weekly=True, language="en", pdf=tmp_path / "week.pdf", html=None)
    with pytest.raises(ConfigError) as error:
        digest.make_report(write_config(tmp_path, {}), asked)
    assert str(error.value) == (
        "--pdf: Typst is not installed; run: .venv/bin/pip install 'typst>=0.15,<0.16'"
    )
