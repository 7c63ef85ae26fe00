"""The command line. Each command loads its modules when it is called, so that `--help` is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

try:
    import typer

    from config.errors import ConfigError
    from config.lock import AlreadyRunning
except ModuleNotFoundError as missing:
    sys.exit(
        f"{missing.name} is not installed. Run:\n"
        "  python3 -m venv .venv && .venv/bin/pip install --require-hashes -r requirements.lock\n"
        "  .venv/bin/python run_bot.py demo"
    )

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
letters = typer.Typer(help="What a network sent that could not be read.", no_args_is_help=True)
app.add_typer(agents, name="agent")
app.add_typer(tokens, name="token")
app.add_typer(letters, name="letters")

Channel = Annotated[
    str | None, typer.Option("--channel", help="Only the channel of this name.", metavar="NAME")
]
Once = Annotated[bool, typer.Option("--once", help="One round, then exit.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on stdout.")]
LetterIds = Annotated[
    list[str] | None, typer.Argument(help="As `letters list` shows them.", metavar="[ID]...")
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
) -> None:
    """The whole product against networks at home: no keys, no accounts, nothing leaves the machine.

    Example: python run_bot.py demo --port 8080 --rate 30
    """
    from responder.demo import run_demo

    run_demo(port=port, folder=data, seed=seed, rate=rate)


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
def evaluate(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="TSV, CSV or Parquet with text and label.")],
    as_json: AsJson = False,
) -> None:
    """How often our sentiment agrees with labels: macro-F1, accuracy, confusion per language.

    Example: python run_bot.py evaluate labelled.tsv --json
    """
    from responder.commands.evaluate import evaluate_file
    from responder.commands.understanding import weights_of

    weights = weights_of(context.obj)
    raise typer.Exit(evaluate_file(file, weights, sys.stdout, as_json=as_json))


@app.command()
def train(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(help="TSV, CSV or Parquet.")] = None,
) -> None:
    """Learn from labelled texts, beside our own. Exit 1 if that made it worse: then all stays.

    Example: python run_bot.py train labelled.tsv more.parquet
    """
    from responder.commands.train import train_now
    from responder.commands.understanding import weights_file, weights_of

    old, path = weights_of(context.obj), weights_file(context.obj)
    raise typer.Exit(train_now(files or (), old, path, sys.stdout))


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


def start() -> int:
    """Run the command line; whatever goes wrong is one line on stderr, never a traceback."""
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
