"""A digest as a PDF that screen readers can read (PDF/UA-1), set by Typst.

Typst is 81 MB and no part of the usual installation: `available` says whether it is there.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from responder.desk.report.letters import Drawn, file_name
from responder.desk.report.words import Report
from responder.desk.tongue import _

HOW: Final = ".venv/bin/pip install 'typst>=0.15,<0.16'"
"""How it comes here."""
MEDIA_TYPE: Final = "application/pdf"
_TEMPLATE: Final = Path(__file__).with_name("report.typ")


def available() -> bool:
    return find_spec("typst") is not None


def pdf_of(report: Report, pictures: Drawn) -> bytes:
    """The report on paper, in the language that is spoken. Only where `available`."""
    import typst

    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "report.json").write_text(_data(report, pictures), encoding="utf-8")
        for one in report.pictures:
            if one.key in pictures:
                (folder / file_name(one)).write_bytes(pictures[one.key])
        main = folder / _TEMPLATE.name
        main.write_bytes(_TEMPLATE.read_bytes())
        # Fonts of its own: the same on every machine, with Greek and Polish.
        pdf: bytes = typst.compile(
            str(main), format="pdf", pdf_standards=["ua-1"], ignore_system_fonts=True
        )
    return pdf


def _data(report: Report, pictures: Drawn) -> str:
    shown: dict[str, Any] = asdict(report)
    shown["columns"] = (_("Figure"), _("Value"))
    shown["pictures"] = [
        {"title": one.title, "finding": one.finding, "file": file_name(one)}
        for one in report.pictures
        if one.key in pictures
    ]
    for section in shown["sections"]:
        for line in section["lines"]:
            code = line["language"]
            line["language"] = code if code.isalpha() and len(code) == 2 else report.language
    return json.dumps(shown, ensure_ascii=False)
