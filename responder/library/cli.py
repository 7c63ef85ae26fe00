"""The `library` commands as the command line knows them. Like `run_bot.py`, to which it belongs, it
loads what a command needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="What the brand may say, kept in the database.", no_args_is_help=True)

_AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on stdout.")]
_Kind = Annotated[
    str | None,
    typer.Option("--kind", help="voice, saved_reply, article, product, store or promotion."),
]
_Language = Annotated[str | None, typer.Option("--language", help="Only this one, as pl.")]
_Entry = Annotated[str, typer.Argument(help="As `library list` shows it.", metavar="ENTRY")]
_Entries = Annotated[
    list[str], typer.Argument(help="As `library list` shows them.", metavar="ENTRY...")
]
_Confirm = Annotated[
    list[str] | None,
    typer.Option("--confirm", help="A rule whose findings you have looked at, as R30."),
]
_Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Also if a colleague's proposal waits: it gives way.")
]


@app.command("list")
def library_list(
    context: typer.Context,
    *,
    kind: _Kind = None,
    language: _Language = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="What an approver decides.")] = False,
    as_json: _AsJson = False,
) -> None:
    """What is in force, or what waits for an approver.

    Example: python run_bot.py library list --kind article --language pl
    """
    from responder.commands.library import list_entries

    raise typer.Exit(list_entries(context.obj, kind, language, waiting=waiting, as_json=as_json))


@app.command("show")
def library_show(context: typer.Context, entry: _Entry, *, as_json: _AsJson = False) -> None:
    """One entry with all its versions.

    Example: python run_bot.py library show article/returns/pl
    """
    from responder.commands.library import show_entry

    raise typer.Exit(show_entry(context.obj, entry, as_json=as_json))


@app.command("complete")
def library_complete(context: typer.Context, *, as_json: _AsJson = False) -> None:
    """What each language lacks, what is overdue for review, what waits, what cannot be read.

    Example: python run_bot.py library complete --json
    """
    from responder.commands.library import tell_completeness

    raise typer.Exit(tell_completeness(context.obj, as_json=as_json))


@app.command("export")
def library_export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where the table goes.", metavar="FILE.csv")],
    *,
    kind: _Kind = None,
    language: _Language = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file of that name.")] = False,
) -> None:
    """Write what is in force as a table for spreadsheets.

    Example: python run_bot.py library export polish.csv --kind saved_reply --language pl
    """
    from responder.commands.library import export_entries

    raise typer.Exit(export_entries(context.obj, file, kind, language, force=force))


@app.command("import")
def library_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="As `library export` writes it.")],
    *,
    confirm: _Confirm = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also what somebody changed or proposed since.")
    ] = False,
    as_json: _AsJson = False,
) -> None:
    """Save what is new in a table. Exit 1 if a row is refused; the others are saved.

    Example: python run_bot.py library import polish.csv --confirm R30
    """
    from responder.commands.library import import_entries

    raise typer.Exit(
        import_entries(context.obj, file, confirm or (), overwrite=overwrite, as_json=as_json)
    )


@app.command("approve")
def library_approve(context: typer.Context, entries: _Entries, *, confirm: _Confirm = None) -> None:
    """Put what waits in force. Exit 1 if one of them cannot be.

    Example: python run_bot.py library approve saved_reply/late_parcel/pl
    """
    from responder.commands.library import approve_entries

    raise typer.Exit(approve_entries(context.obj, entries, confirm or ()))


@app.command("decline")
def library_decline(context: typer.Context, entries: _Entries) -> None:
    """Say no to what waits: what is in force stays.

    Example: python run_bot.py library decline saved_reply/late_parcel/pl
    """
    from responder.commands.library import decline_entries

    raise typer.Exit(decline_entries(context.obj, entries))


@app.command("remove")
def library_remove(context: typer.Context, entry: _Entry, *, overwrite: _Overwrite = False) -> None:
    """Take an entry out. Its versions stay, and can be restored.

    Example: python run_bot.py library remove promotion/summer/en
    """
    from responder.commands.library import remove_entry

    raise typer.Exit(remove_entry(context.obj, entry, overwrite=overwrite))


@app.command("restore")
def library_restore(
    context: typer.Context,
    entry: _Entry,
    *,
    version: Annotated[int, typer.Option("--version", help="As `library show` names it.")],
    confirm: _Confirm = None,
    overwrite: _Overwrite = False,
) -> None:
    """Say again what an earlier version said, as a new one.

    Example: python run_bot.py library restore article/returns/pl --version 1
    """
    from responder.commands.library import restore_entry

    raise typer.Exit(restore_entry(context.obj, entry, version, confirm or (), overwrite=overwrite))
