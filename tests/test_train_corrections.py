"""What agents set right teaches the weights: which texts, how much, and what is checked by them."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from config.database import Database
from config.errors import ConfigError
from config.migrate import migrate
from listener.models import Mention
from responder.bot import Bot
from responder.commands.evaluate_corrections import HELD_BACK, by_language, evaluate_corrections
from responder.commands.former_weights import forget_old
from responder.commands.lessons import WEIGHT, alike, examples, fit, hits, is_held_back
from responder.commands.train import Given, learned_no_less, read_given, train_now
from responder.correct import Right, correct
from responder.corrections import Lesson, read_lessons
from responder.models import Audit, Question
from responder.origins import made_of
from responder.training import SUBJECT, TAKEN
from sentiment.corpus import Part
from sentiment.examples import of_corpus
from sentiment.learned import DANGER
from sentiment.lessons import QUESTIONS, Example
from sentiment.lessons import Question as Asked
from sentiment.linear import Weights
from sentiment.score import Sentiment
from sentiment.weights import SHIPPED, load, shipped
from tests.daemon import command, write_config
from tests.factories import make_bot, make_mention

STOOD: Mapping[Question, tuple[str, ...]] = {
    Question.SENTIMENT: ("neutral",),
    Question.TOPICS: ("delivery",),
    Question.PHASE: ("acquisition",),
    Question.DANGER: ("no",),
}
SLANG = "Larix is the absolute bee's pyjamas, my boots slap"


def lesson(number: int = 1, *, said: str = "positive", **changes: object) -> Lesson:
    answers = {Question.SENTIMENT: (said,)}
    values = {
        "mention_id": f"mention-{number}",
        "text": SLANG,
        "language": "en",
        "may_teach": True,
        "stands": {**STOOD, **answers},
        "answers": answers,
        "before": {Question.SENTIMENT: ("neutral",)},
    }
    return Lesson(**values | changes)  # type: ignore[arg-type]


def split(count: int) -> tuple[list[Lesson], list[Lesson]]:
    """So many lessons to learn from, and so many held back."""
    every = [lesson(number) for number in range(40 * count)]
    learned = [one for one in every if not is_held_back(one)]
    held = [one for one in every if is_held_back(one)]
    return learned[:count], held[:count]


def test_only_what_somebody_said_is_learned_and_it_counts_three_times() -> None:
    said = {
        Question.TOPICS: ("refund", "delivery"),
        Question.PHASE: ("retirement",),
        Question.DANGER: ("yes",),
    }
    calm = lesson(answers={Question.DANGER: ("no",)})
    found = list(examples([lesson(), lesson(answers=said), calm]))
    assert [one.answers for one in found] == [
        {"sentiment": ("positive",)},
        {"topics": ("refund", "delivery"), "phase": ("retirement",), DANGER: (DANGER,)},
        {DANGER: ()},
    ]
    assert {one.weight for one in found} == {WEIGHT} == {3}


def test_a_tenth_is_held_back_the_same_every_time() -> None:
    every = [lesson(number) for number in range(1000)]
    held = [one.mention_id for one in every if is_held_back(one)]
    assert 60 < len(held) < 140
    assert held == [one.mention_id for one in every if is_held_back(replace(one, text="other"))]


def test_what_is_held_back_is_checked_by_and_not_learned_from() -> None:
    learned, held = split(3)
    given = Given(lessons=[*learned, *held])
    assert (len(given.learning), given.held_back) == (3, held)
    assert [one.weight for one in given.checking] == [1, 1, 1]


def test_a_channel_that_may_not_teach_and_an_unknown_language_teach_nothing() -> None:
    mute = [lesson(may_teach=False), lesson(language="unknown"), lesson(language="")]
    assert fit([*mute, lesson()]) == [lesson()]


@pytest.mark.parametrize(
    ("lessons", "told"),
    [
        ([], "nothing to learn from; name a labelled file"),
        ([lesson(may_teach=False)], "of 1 corrected mentions, 1 are of channels whose texts may"),
        (split(1)[1], "the others are held back"),
    ],
)
def test_with_nothing_to_learn_from_it_says_so_in_one_line(
    tmp_path: Path, lessons: list[Lesson], told: str
) -> None:
    with pytest.raises(ConfigError, match=told) as refused:
        train_now(Given(lessons=lessons), shipped(), tmp_path / "w.npz", io.StringIO())
    assert "\n" not in str(refused.value)


def a_few(part: Part) -> list[Example]:
    """Enough of our own texts to train on in a moment, and far too few to judge well by."""
    return list(of_corpus("en", Part.DEV))[part is Part.DEV :: 2]


def little(_texts: int) -> list[Asked]:
    """The questions, with small tables."""
    return [replace(question, rows=1 << 10) for question in QUESTIONS]


def test_files_and_corrections_are_learned_together_and_what_judges_worse_changes_nothing(
    tmp_path: Path,
) -> None:
    labelled, path, out = tmp_path / "mine.csv", tmp_path / "weights.npz", io.StringIO()
    labelled.write_text("text,label,language\nWhat a lovely shop,1,en\nfine,0,en\n", "utf-8")
    learned, held = split(2)
    mute = lesson(may_teach=False)
    given = Given(
        files=[read_given(labelled, out)], names=["mine.csv"], lessons=[*learned, *held, mute]
    )
    assert train_now(given, shipped(), path, out, own=a_few, ask=little) == 1
    assert not path.exists()
    told = out.getvalue()
    assert "4 texts beside our own corpus; 1 corrected mentions are of channels" in told
    assert "right about what agents set right, 2 answers: " in told
    assert told.endswith("the old weights judge better and stay\n")


def test_what_files_taught_is_not_thrown_away_by_leaving_them_out(tmp_path: Path) -> None:
    old = replace(shipped(), made_of=made_of(["a.csv", "b.csv"], 2))
    given = Given(names=["b.csv"], lessons=split(1)[0])
    with pytest.raises(ConfigError, match=r"learned from a\.csv too") as refused:
        train_now(given, old, tmp_path / "w.npz", io.StringIO(), own=a_few, ask=little)
    assert "\n" not in str(refused.value)
    assert "name these files as well, or remove" in str(refused.value)


def test_of_former_weights_the_newest_five_stay(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    for hour in range(10, 18):
        (tmp_path / f"weights-until-20260302T{hour}0000Z.npz").touch()
    (tmp_path / "weights-mine.npz").touch()
    forget_old(path)
    left = sorted(file.name for file in tmp_path.iterdir())
    assert left == ["weights-mine.npz"] + [
        f"weights-until-20260302T{hour}0000Z.npz" for hour in range(13, 18)
    ]


def test_an_alarm_that_was_set_right_was_not_right_before() -> None:
    calm = {**STOOD, Question.DANGER: ("no",)}
    alarm = lesson(
        text="fine", stands=calm, answers={Question.DANGER: ("no",)},
        before={Question.DANGER: ("alarming",)},
    )  # fmt: skip
    assert by_language([alarm], shipped())["en"][1]["danger"] == (0, 1)
    assert hits([alarm], shipped()) == 1


def on_its_head(weights: Weights) -> Weights:
    head = weights.heads["sentiment"]
    return replace(
        weights, heads={**weights.heads, "sentiment": replace(head, names=head.names[::-1])}
    )


def test_weights_that_unlearned_what_agents_said_are_not_taken() -> None:
    plain = "I hate this shop, worst service ever, never again"
    known = [lesson(number, said="negative", text=plain) for number in range(3)]
    lost, out = on_its_head(shipped()), io.StringIO()
    assert (hits(known, shipped()), hits(known, lost)) == (3, 0)
    assert learned_no_less(shipped(), lost, known, out)
    assert not learned_no_less(lost, shipped(), known, out)
    assert learned_no_less(lost, shipped(), known[:1], out), "one of few may be chance"
    assert learned_no_less(lost, shipped(), [], out)
    assert "3 answers: 3 -> 0" in out.getvalue()


def test_topics_are_alike_in_any_order_and_none_is_other() -> None:
    assert alike(("a", "b"), ("b", "a"))
    assert alike((), ("other",))
    assert not alike(("a",), ("a", "b"))


def test_shares_are_told_for_each_language_and_for_what_was_held_back() -> None:
    plain = lesson(1, said="negative", text="I hate this shop, worst service ever")
    greek = lesson(
        2, language="el", text="Πού είναι το δέμα μου;", answers={}, stands=STOOD, before={}
    )
    held = split(1)[1][0]
    found = by_language([plain, greek, held], shipped())
    assert {name: texts for name, (texts, _) in found.items()} == {
        "en": 2, "el": 1, "all": 3, HELD_BACK: 1,
    }  # fmt: skip
    assert found["en"][1]["sentiment"][0] == 0
    assert found["en"][1]["topics"][0] == 1, "nobody found fault with them"
    assert found["el"][1]["sentiment"][0] == 1
    assert found["all"][1]["sentiment"][0] == pytest.approx(1 / 3)
    assert found["en"][1]["sentiment"][1] >= 0.5


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    """With tables as a command finds them."""
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    migrate(database, url="test")
    database.close()
    found = make_bot(tmp_path)
    yield found
    found.database.close()


def corrected(bot: Bot, text: str, right: Sentiment) -> Mention:
    with bot.database.write() as session:
        mention = make_mention(session, text=text, channel="facebook")
    correct(bot, mention.id, version=1, right=Right(sentiment=right), by="anna")
    return mention


def test_what_somebody_wrote_in_private_teaches_no_weights_whoever_set_it_right(bot: Bot) -> None:
    told = corrected(bot, "I hate this shop, worst service ever", Sentiment.NEGATIVE)
    assert len(read_lessons(bot)) == 1
    with bot.database.write() as session:
        session.get_one(Mention, told.id).private = True
    assert read_lessons(bot) == ()


def config_of(folder: Path) -> str:
    facebook = {"page_id": "1", "page_access_token": "t"}
    return str(write_config(folder, {"facebook": facebook}))


def test_evaluate_without_a_file_measures_by_what_was_set_right(bot: Bot) -> None:
    with pytest.raises(ConfigError, match="nobody has set a mention right yet"):
        evaluate_corrections(bot, io.StringIO(), as_json=False)
    corrected(bot, "I hate this shop, worst service ever", Sentiment.NEGATIVE)
    table, told = io.StringIO(), io.StringIO()
    evaluate_corrections(bot, table, as_json=False)
    evaluate_corrections(bot, told, as_json=True)
    assert "before they looked -> now" in table.getvalue()
    assert "0 -> 100" in table.getvalue()
    english = json.loads(told.getvalue())["en"]
    assert (english["mentions"], english["sentiment"]) == (1, {"before": 0, "now": 1})


def test_both_commands_read_the_desk_of_their_settings(tmp_path: Path, bot: Bot) -> None:
    config = config_of(tmp_path)
    done = command("--config", config, "train")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "train: nothing to learn from;" in done.stderr
    corrected(bot, "I hate this shop, worst service ever", Sentiment.NEGATIVE)
    done = command("--config", config, "evaluate", "--json")
    assert json.loads(done.stdout)["all"]["sentiment"] == {"before": 0, "now": 1}, done.stderr


@pytest.mark.real  # it learns from the whole corpus
def test_train_learns_from_the_desk_and_a_file_keeps_the_old_weights_and_notes_it(
    tmp_path: Path, bot: Bot
) -> None:
    for number in range(60):
        corrected(bot, f"{SLANG}, number {number}", Sentiment.POSITIVE)
    (tmp_path / "own.tsv").write_text("text\tlabel\tlanguage\nI love my boots\tpositive\ten\n")
    shutil.copy(SHIPPED, tmp_path / "weights.npz")
    arguments = ("train", str(tmp_path / "own.tsv"), "--by", "bo")
    done = command("--config", config_of(tmp_path), *arguments, seconds=1200)
    assert done.returncode == 0, done.stdout + done.stderr
    made = load(tmp_path / "weights.npz")
    assert "corrections" in made.made_of
    assert "own.tsv" in made.made_of
    assert hits(read_lessons(bot), made) == 60
    (kept,) = tmp_path.glob("weights-until-*.npz")
    assert kept.read_bytes() == SHIPPED.read_bytes()
    with bot.database.read() as session:
        (entry,) = session.scalars(select(Audit).where(Audit.subject == SUBJECT))
    assert (entry.who, entry.action) == ("bo", TAKEN)
