"""The command line. Each command loads its modules when it is called, so that `--help` is quick."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Annotated

try:
    import typer

    from config.errors import ConfigError
    from config.lock import AlreadyRunning
    from responder.library import cli as library
except ModuleNotFoundError as missing:
    sys.exit(
        f"{missing.name} is not installed. Run:\n"
        "  python3 -m venv .venv && .venv/bin/pip install --require-hashes -r requirements.lock\n"
        "  .venv/bin/python run_bot.py demo"
    )

# Before any command loads numpy: a second thread makes none of our small sums quicker, and takes
# half a processor from everybody else.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ALREADY_RUNNING = 73  # EX_CANTCREAT of sysexits.h, as a second daemon traditionally answers

app = typer.Typer(
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Antiphon hears what customers say about a brand, and answers where they said it.",
)
agents = typer.Typer(help="The people who work at the desk.", no_args_is_help=True)
tokens = typer.Typer(help="Keys for programs that use the API.", no_args_is_help=True)
auto = typer.Typer(help="Rules for answers that leave without a human.", no_args_is_help=True)
letters = typer.Typer(help="What a network sent that could not be read.", no_args_is_help=True)
incidents = typer.Typer(help="What goes wrong for many customers at once.", no_args_is_help=True)
reports = typer.Typer(help="What was said, and what became of our words.", no_args_is_help=True)
app.add_typer(agents, name="agent")
app.add_typer(tokens, name="token")
app.add_typer(letters, name="letters")
app.add_typer(auto, name="auto")
app.add_typer(library.app, name="library")
app.add_typer(incidents, name="incident")
app.add_typer(reports, name="report")

Channel = Annotated[
    str | None, typer.Option("--channel", help="Only the channel of this name.", metavar="NAME")
]
Once = Annotated[bool, typer.Option("--once", help="One round, then exit.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on stdout.")]
LetterIds = Annotated[
    list[str] | None, typer.Argument(help="As `letters list` shows them.", metavar="[ID]...")
]
Occasions = Annotated[str, typer.Option(help="praise, question, or both with a comma.")]
Topics = Annotated[str, typer.Option(help="With commas; for praise, praise among them.")]
Languages = Annotated[str, typer.Option(help="With commas. Empty: all.")]
Confidence = Annotated[
    float | None, typer.Option(help="Of the sentiment, up to 1; sentiment.send_from at least.")
]
PerThread = Annotated[int, typer.Option(help="At most so many in one conversation.")]
PerAuthor = Annotated[int, typer.Option(help="At most so many to one person in 24 hours.")]
PerHour = Annotated[int, typer.Option(help="At most so many in an hour.")]
Sample = Annotated[int, typer.Option(help="Percent that people look at afterwards.")]
Ended = Annotated[bool, typer.Option("--ended", help="Those that were ended too.")]
ReportLanguage = Annotated[str, typer.Option("--language", help="it, en, fr, de, es, pl or el.")]
PdfFile = Annotated[
    Path | None, typer.Option("--pdf", help="Write it there as PDF. Takes typst.", metavar="FILE")
]
HtmlFile = Annotated[
    Path | None, typer.Option("--html", help="Write it there as a page.", metavar="FILE")
]
RoleName = Annotated[str, typer.Option("--role", help="viewer, editor, approver or admin.")]


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    config: Annotated[Path, typer.Option("--config", help="The settings.")] = Path("bot.toml"),
) -> None:
    context.obj = config
    if context.invoked_subcommand is None:
        run(context)


@app.command()
def run(context: typer.Context) -> None:
    """Poll, draft, post and serve the desk in one process, until SIGTERM.

    Example: python run_bot.py --config bot.toml run
    """
    from responder.daemon import run_daemon

    run_daemon(context.obj)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="The desk's port; a busy one moves on.")] = 8000,
    data: Annotated[Path, typer.Option(help="Everything the demo keeps.")] = Path("data/demo"),
    seed: Annotated[int, typer.Option(help="The same seed tells the same story.")] = 1,
    rate: Annotated[float, typer.Option(help="How many customers arrive a minute.")] = 6,
    crisis: Annotated[
        bool, typer.Option("--crisis", help="A sole comes off, and people are hurt.")
    ] = False,
) -> None:
    """The whole product against networks at home: no keys, no accounts, nothing leaves the machine.

    Example: python run_bot.py demo --port 8080 --rate 30
    """
    from responder.demo import run_demo

    run_demo(port=port, folder=data, seed=seed, rate=rate, crisis=crisis)


@app.command()
def check(context: typer.Context, channel: Channel = None, as_json: AsJson = False) -> None:
    """Ask every channel who we are there and what is missing. Exit 1 if anything is red.

    Example: python run_bot.py check --channel x --json
    """
    from responder.commands import with_bot
    from responder.commands.check import check_channels

    with with_bot(context.obj) as bot:
        raise typer.Exit(check_channels(bot, channel, as_json=as_json))


@app.command()
def poll(context: typer.Context, channel: Channel = None, once: Once = False) -> None:
    """Fetch and ingest; without --once until Ctrl+C.

    Example: python run_bot.py poll --once --channel facebook
    """
    from responder.commands import with_bot
    from responder.commands.rounds import poll_channels

    with with_bot(context.obj) as bot:
        raise typer.Exit(poll_channels(bot, channel, once=once))


@app.command()
def draft(context: typer.Context, once: Once = False) -> None:
    """One round of drafting answers to new mentions.

    Example: python run_bot.py draft --once
    """
    from responder.commands import with_bot
    from responder.commands.rounds import draft_once

    with with_bot(context.obj) as bot:
        raise typer.Exit(draft_once(bot, once=once))


@app.command()
def post(context: typer.Context, once: Once = False) -> None:
    """One round of posting approved replies. Not while `run` is running: it posts by itself.

    Example: python run_bot.py post --once
    """
    from responder.commands import with_bot
    from responder.commands.rounds import post_once

    with with_bot(context.obj) as bot:
        raise typer.Exit(post_once(bot, once=once))


@app.command()
def score(context: typer.Context, as_json: AsJson = False) -> None:
    """Judge one text a line from stdin, in order: language, sentiment, topics, phase, priority.

    Example: echo "My parcel never came" | python run_bot.py score --json
    """
    from responder.commands.score import score_lines
    from responder.commands.understanding import weights_of

    weights = weights_of(context.obj)
    score_lines(sys.stdin.buffer, sys.stdout, weights=weights, as_json=as_json)


@app.command()
def lint(
    context: typer.Context,
    channel: Annotated[str, typer.Option("--channel", help="Where it is to stand.")],
    language: Annotated[str, typer.Option("--language", help="The customer's: it, en, fr, …")],
    mention: Annotated[str, typer.Option("--mention", help="What the customer wrote.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check a reply from stdin against the rules of etiquette. Exit code 1 if one blocks it.

    Example: echo "Done." | python run_bot.py lint --channel x --language en --mention "Where?"
    """
    from responder.commands.lint import lint_reply
    from responder.trying import Asked

    reply = sys.stdin.buffer.read().decode("utf-8", "replace").strip()
    asked = Asked(reply=reply, channel=channel, language=language, mention=mention)
    raise typer.Exit(lint_reply(context.obj, asked, sys.stdout, as_json=as_json))


@incidents.command("open")
def open_incident(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="What happened, for the team.")],
    topic: Annotated[
        list[str] | None, typer.Option(help="What complaints about it are of.")
    ] = None,
    word: Annotated[list[str] | None, typer.Option(help="What customers write of it.")] = None,
    say: Annotated[
        list[str] | None, typer.Option(help="What they are told, as LANGUAGE=TEXT.")
    ] = None,
    channel: Channel = None,
) -> None:
    """Complaints about it get the statement; nothing about it leaves without a human.

    Example: python run_bot.py incident open "Courier strike" --topic delivery
    --say "en=Our courier is on strike until 3 December: your parcel leaves on the 4th."
    """
    from responder.commands.incident import open_one, statements
    from responder.incidents import Opening

    opening = Opening(
        title=title,
        channel=channel or "",
        topics=topic or [],
        words=word or [],
        statements=statements(say or []),
    )
    raise typer.Exit(open_one(context.obj, opening))


@incidents.command("close")
def close_incident(
    context: typer.Context,
    incident_id: Annotated[str, typer.Argument(help="As `incident list` shows it.")],
) -> None:
    """It is over.

    Example: python run_bot.py incident close 01a2053a4d99ce364225b856aa2f
    """
    from responder.commands.incident import close_one

    raise typer.Exit(close_one(context.obj, incident_id))


@incidents.command("list")
def list_incidents(context: typer.Context, as_json: AsJson = False) -> None:
    """Those that are open.

    Example: python run_bot.py incident list
    """
    from responder.commands.incident import list_open

    raise typer.Exit(list_open(context.obj, as_json=as_json))


@app.command()
def evaluate(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="TSV, CSV or Parquet with text and label.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How often our sentiment agrees with labels: macro-F1, accuracy, confusion per language.
    Without a file: how often we were, and are, right about mentions set right at the desk.

    Example: python run_bot.py evaluate labelled.tsv --json
    """
    from responder.commands.evaluate import evaluate_file
    from responder.commands.understanding import weights_of

    if file is None:
        from responder.commands import with_bot
        from responder.commands.evaluate_corrections import evaluate_corrections

        with with_bot(context.obj) as bot:
            raise typer.Exit(evaluate_corrections(bot, sys.stdout, as_json=as_json))
    weights = weights_of(context.obj)
    raise typer.Exit(evaluate_file(file, weights, sys.stdout, as_json=as_json))


@app.command()
def train(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(help="TSV, CSV or Parquet.")] = None,
    by: Annotated[str, typer.Option(hidden=True, help="Who is noted.")] = "command line",
) -> None:
    """Learn from what was set right at the desk, and from labelled texts, beside our own. Exit 1 if
    that made it worse: then all stays.

    Example: python run_bot.py train labelled.tsv more.parquet
    """
    from responder.commands.train import train_here

    raise typer.Exit(train_here(context.obj, files or (), sys.stdout, by=by))


@app.command()
def explain(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What somebody wrote.")],
    language: Annotated[str | None, typer.Option(help="Its language, if you know it.")] = None,
) -> None:
    """Which words pulled the judgement of a text where.

    Example: python run_bot.py explain "The zip broke after two days, great job"
    """
    from responder.commands.understanding import explain_text, weights_of

    raise typer.Exit(explain_text(text, language, weights_of(context.obj), sys.stdout))


@app.command("import")
def import_(  # one an option
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV, JSON or JSON Lines; .gz too.")],
    channel: Annotated[
        str | None, typer.Option("--channel", help="Where it was said.", metavar="NAME")
    ] = None,
    columns: Annotated[str, typer.Option(help="FIELD=COLUMN, with commas.")] = "",
    dates: Annotated[str, typer.Option(help="day or month: what 03/04/2015 begins with.")] = "",
    as_json: AsJson = False,
) -> None:
    """History from an export, judged as live mentions are. Killed, it goes on when run again.

    Example: python run_bot.py import Tweets.csv --channel x
    """
    from responder.commands import with_bot
    from responder.commands.history import asked_of, import_file

    asked = asked_of(file, columns, channel, dates)
    with with_bot(context.obj) as bot:
        raise typer.Exit(import_file(bot, asked, as_json=as_json))


@app.command()
def forecast(
    context: typer.Context,
    days: Annotated[int, typer.Option(help="How far ahead, 1 to 28.")] = 7,
    channel: Channel = None,
    as_json: AsJson = False,
) -> None:
    """How many mentions the next days bring, with bands. --json has every hour.

    Example: python run_bot.py forecast --days 7 --channel x
    """
    from responder.commands.forecast import tell_forecast

    raise typer.Exit(tell_forecast(context.obj, channel, days=days, as_json=as_json))


@app.command()
def pause(
    context: typer.Context,
    channel: Channel = None,
    level: Annotated[str, typer.Option(help="auto, send or all.")] = "send",
) -> None:
    """The kill switch: no send starts after this returns. Works while `run` is running.

    Example: python run_bot.py pause --level all
    """
    from responder.commands.switch import pause_now

    raise typer.Exit(pause_now(context.obj, channel, level))


@app.command()
def resume(context: typer.Context, channel: Channel = None) -> None:
    """End a pause: of one channel, or of all.

    Example: python run_bot.py resume --channel x
    """
    from responder.commands.switch import resume_now

    raise typer.Exit(resume_now(context.obj, channel))


@app.command()
def alert(
    context: typer.Context,
    test: Annotated[bool, typer.Option("--test", help="Send a message through each.")] = False,
) -> None:
    """Prove that alerts arrive. Exit 1 if any service of alerts.urls did not take the message.

    Example: python run_bot.py alert --test
    """
    from responder.commands import with_bot
    from responder.commands.alert import send_test

    if not test:
        raise typer.BadParameter("alerts are sent by `run`; to try them, add --test")
    with with_bot(context.obj) as bot:
        raise typer.Exit(send_test(bot, source=str(context.obj)))


@app.command()
def trends(  # one an option
    context: typer.Context,
    since: Annotated[str, typer.Option("--from", help="2026-03-01; empty: 14 days ago.")] = "",
    until: Annotated[str, typer.Option("--to", help="2026-03-31, included; empty: now.")] = "",
    by: Annotated[str, typer.Option(help="hour, day or week.")] = "day",
    channel: Channel = None,
    as_: Annotated[str, typer.Option("--format", help="table, csv, json or html.")] = "table",
) -> None:
    """How much was said and how it felt, by channel: what the dashboard shows, for scripts.

    Example: python run_bot.py trends --from 2026-03-01 --by week --format csv
    """
    from responder.commands.trends import Asked, tell_trends

    asked = Asked(since=since, until=until, by=by, channel=channel or "", format=as_)
    raise typer.Exit(tell_trends(context.obj, asked, sys.stdout))


@app.command()
def recount(context: typer.Context, as_json: AsJson = False) -> None:
    """Count for the trends anew, from the mentions. Also while `run` is running.

    Example: python run_bot.py recount
    """
    from responder.commands.trends import recount_all

    raise typer.Exit(recount_all(context.obj, as_json=as_json))


@app.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where the copy goes.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file of that name.")] = False,
) -> None:
    """A sound copy of the database in one file, also while `run` is running.

    Example: python run_bot.py backup /var/backups/antiphon.db
    """
    from responder.commands.backup import back_up_now

    raise typer.Exit(back_up_now(context.obj, file, force=force))


@app.command()
def restore(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="What `backup` wrote.")]
) -> None:
    """Put a backup in the place of the database, which is kept beside. Not while `run` is running.

    Nothing that may stand on a network already is sent again: it is looked for first.

    Example: python run_bot.py restore /var/backups/antiphon.db
    """
    from responder.commands.backup import restore_now

    raise typer.Exit(restore_now(context.obj, file))


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the database to the shape this version expects. `run` does it by itself.

    Example: python run_bot.py --config bot.toml migrate
    """
    from responder.commands.migrate import migrate_now

    raise typer.Exit(migrate_now(context.obj))


@agents.command("add")
def agent_add(context: typer.Context, name: str, role: RoleName = "approver") -> None:
    """Invite somebody: prints a one-time link to choose a password.

    Example: python run_bot.py agent add anna --role approver
    """
    from responder.commands.people import add_agent

    raise typer.Exit(add_agent(context.obj, name, role))


@agents.command("list")
def agent_list(context: typer.Context, as_json: AsJson = False) -> None:
    """Who works here, with their roles.

    Example: python run_bot.py agent list --json
    """
    from responder.commands.people import list_agents

    raise typer.Exit(list_agents(context.obj, as_json=as_json))


@agents.command("disable")
def agent_disable(context: typer.Context, name: str) -> None:
    """Close an agent's account and end their sessions.

    Example: python run_bot.py agent disable anna
    """
    from responder.commands.people import disable_agent

    raise typer.Exit(disable_agent(context.obj, name))


@agents.command("enable")
def agent_enable(context: typer.Context, name: str) -> None:
    """Open a disabled account again; its password counts as before.

    Example: python run_bot.py agent enable anna
    """
    from responder.commands.people import enable_agent

    raise typer.Exit(enable_agent(context.obj, name))


@agents.command("role")
def agent_role(context: typer.Context, name: str, role: str) -> None:
    """Give an agent another role: viewer, editor, approver or admin. Their sessions end.

    Example: python run_bot.py agent role anna admin
    """
    from responder.commands.people import change_role

    raise typer.Exit(change_role(context.obj, name, role))


@agents.command("reset")
def agent_reset(context: typer.Context, name: str) -> None:
    """A new one-time link, for a forgotten password.

    Example: python run_bot.py agent reset anna
    """
    from responder.commands.people import reset_agent

    raise typer.Exit(reset_agent(context.obj, name))


@tokens.command("create")
def token_create(context: typer.Context, name: str, role: RoleName = "viewer") -> None:
    """A key for a program. It is printed once and cannot be shown again.

    Example: python run_bot.py token create reporting --role viewer
    """
    from responder.commands.people import create_token

    raise typer.Exit(create_token(context.obj, name, role))


@letters.command("list")
def letters_list(context: typer.Context, channel: Channel = None, as_json: AsJson = False) -> None:
    """The open ones, oldest first.

    Example: python run_bot.py letters list --channel x
    """
    from responder.commands.letters import list_letters

    raise typer.Exit(list_letters(context.obj, channel, as_json=as_json))


@letters.command("retry")
def letters_retry(context: typer.Context, ids: LetterIds = None, as_json: AsJson = False) -> None:
    """Ask the network for these texts once more, or for all. Exit 1 if one stays unread.

    Example: python run_bot.py letters retry
    """
    from responder.commands.letters import retry_letters

    raise typer.Exit(retry_letters(context.obj, ids or (), as_json=as_json))


@letters.command("dismiss")
def letters_dismiss(context: typer.Context, ids: LetterIds = None, as_json: AsJson = False) -> None:
    """Close these: nobody needs to see them any more.

    Example: python run_bot.py letters dismiss 01JN4T0V5S3A9QK2
    """
    from responder.commands.letters import dismiss_letters

    raise typer.Exit(dismiss_letters(context.obj, ids or (), as_json=as_json))


@auto.command("list")
def auto_list(context: typer.Context, ended: Ended = False, as_json: AsJson = False) -> None:
    """The rules there are, with their state: shadow or live.

    Example: python run_bot.py auto list
    """
    from responder.commands.auto import list_rules

    raise typer.Exit(list_rules(context.obj, ended=ended, as_json=as_json))


@auto.command("preview")
def auto_preview(  # noqa: PLR0913, PLR0917  # one an option
    context: typer.Context,
    channel: Channel = None,
    occasions: Occasions = "praise",
    topics: Topics = "",
    languages: Languages = "",
    confidence: Confidence = None,
    per_thread: PerThread = 1,
    per_author: PerAuthor = 1,
    per_hour: PerHour = 10,
    days: Annotated[int, typer.Option(help="How far back, 1 to 90.")] = 14,
    as_json: AsJson = False,
) -> None:
    """What such a rule would have answered lately, and why not the rest. Changes nothing.

    Example: python run_bot.py auto preview --channel x --topics praise,product --days 30
    """
    from responder.commands.auto import Typed, preview_rule

    typed = Typed(
        name="preview", channel=channel, occasions=occasions, topics=topics, languages=languages,
        confidence=confidence, per_thread=per_thread, per_author=per_author, per_hour=per_hour,
        sample_percent=100,
    )  # fmt: skip
    raise typer.Exit(preview_rule(context.obj, typed, days=days, as_json=as_json))


@auto.command("add")
def auto_add(  # noqa: PLR0913, PLR0917  # one an option
    context: typer.Context,
    name: str,
    channel: Channel = None,
    occasions: Occasions = "praise",
    topics: Topics = "",
    languages: Languages = "",
    confidence: Confidence = None,
    per_thread: PerThread = 1,
    per_author: PerAuthor = 1,
    per_hour: PerHour = 10,
    sample_percent: Sample = 20,
) -> None:
    """Make a rule. For a week it only shows what it would have sent.

    Example: python run_bot.py auto add thanks --channel x --topics praise,product
    """
    from responder.commands.auto import Typed, add

    typed = Typed(
        name=name, channel=channel, occasions=occasions, topics=topics, languages=languages,
        confidence=confidence, per_thread=per_thread, per_author=per_author, per_hour=per_hour,
        sample_percent=sample_percent,
    )  # fmt: skip
    raise typer.Exit(add(context.obj, typed))


@auto.command("end")
def auto_end(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(help="As `auto list` shows it.", metavar="ID")],
) -> None:
    """End a rule at once: nothing leaves by it any more, not even what is queued.

    Example: python run_bot.py auto end 01JN4T0V5S3A9QK2
    """
    from responder.commands.auto import end

    raise typer.Exit(end(context.obj, rule))


@auto.command("report")
def auto_report(context: typer.Context, ended: Ended = False, as_json: AsJson = False) -> None:
    """What each rule sent, or would have sent, and what people made of it.

    Example: python run_bot.py auto report --json
    """
    from responder.commands.auto import tell_report

    raise typer.Exit(tell_report(context.obj, ended=ended, as_json=as_json))


@reports.command("edits")
def report_edits(
    context: typer.Context,
    days: Annotated[int, typer.Option(help="How far back, 1 to 365.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Which saved replies and articles the team edits most before they are sent.

    Example: python run_bot.py report edits --days 30
    """
    from responder.commands.report import report_edits as tell

    raise typer.Exit(tell(context.obj, days=days, as_json=as_json))


@reports.command("etiquette")
def report_etiquette(
    context: typer.Context,
    days: Annotated[int, typer.Option(help="How far back, 1 to 365.")] = 90,
    as_json: AsJson = False,
) -> None:
    """How right each rule of etiquette is: how often the team ignored it, or changed the words.

    Example: python run_bot.py report etiquette --days 30
    """
    from responder.commands.report import report_etiquette as tell

    raise typer.Exit(tell(context.obj, days=days, as_json=as_json))


@reports.command("daily")
def report_daily(
    context: typer.Context,
    language: ReportLanguage = "en",
    pdf: PdfFile = None,
    html: HtmlFile = None,
) -> None:
    """What was said yesterday, how it felt, and how we answered: as the daily digest tells it.

    Example: python run_bot.py report daily --language it
    """
    from responder.commands.digest import Asked, make_report

    asked = Asked(weekly=False, language=language, pdf=pdf, html=html)
    raise typer.Exit(make_report(context.obj, asked))


@reports.command("weekly")
def report_weekly(
    context: typer.Context,
    language: ReportLanguage = "en",
    pdf: PdfFile = None,
    html: HtmlFile = None,
) -> None:
    """The same of the last whole week, from Monday on.

    Example: python run_bot.py report weekly --language it --pdf week.pdf
    """
    from responder.commands.digest import Asked, make_report

    asked = Asked(weekly=True, language=language, pdf=pdf, html=html)
    raise typer.Exit(make_report(context.obj, asked))


def start() -> int:
    """Run the command line; whatever goes wrong is one line on stderr, never a traceback."""
    # Loading modules makes hundreds of thousands of objects that stay: to look for garbage among
    # them at every seven hundredth takes a tenth of a start.
    gc.set_threshold(20_000)
    try:
        app(standalone_mode=True)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except AlreadyRunning as error:
        print(error, file=sys.stderr)
        return ALREADY_RUNNING
    except BrokenPipeError:
        # The reader of our output went away (`| head`); there is nobody left to tell.
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # the last resort: a user never sees a traceback
        from config.logs import unexpected

        return unexpected(error)
    return 0


if __name__ == "__main__":
    sys.exit(start())
