"""What is not as it should be: responder/readiness.py, troubles.py, condition.py."""

from __future__ import annotations

from typing import Final

from responder.desk.sentences.marks import NN_
from responder.desk.tongue import N_

MESSAGES: Final = (
    # this machine, and the jobs. For translators: a round is one turn of a job that runs by itself
    N_("the database cannot be read"),
    N_("the database cannot be written"),
    N_("the round %(job)s hangs; a fresh one took its place"),
    N_("the round %(job)s gave no sign of life since %(moment)s"),
    N_("the round %(job)s has not run since %(moment)s"),
    N_("left out since: %(rounds)s"),
    NN_(
        "the round %(job)s failed %(number)s time in a row",
        "the round %(job)s failed %(number)s times in a row",
    ),
    N_("the scheduler lost %(lost)s of the rounds %(job)s"),
    N_("the disk is nearly full: %(megabytes)s MB are free"),
    N_("everything is paused (all) by the PAUSE file"),
    N_(
        "SQLite %(version)s can damage a database that two processes checkpoint at once"
        " (mended in 3.51.3): here only the one that holds the lock does"
    ),
    NN_(
        "the token of %(channel)s ends in %(number)s day",
        "the token of %(channel)s ends in %(number)s days",
    ),
    # what the store tells
    # For translators: the level says what is paused: auto, send or all
    N_("everything is paused (%(level)s) since %(moment)s"),
    N_("%(channel)s is paused (%(level)s) since %(moment)s"),
    N_("%(stream)s was never fetched"),
    N_("%(stream)s was last fetched at %(moment)s"),
    NN_(
        "%(stream)s failed %(number)s time in a row",
        "%(stream)s failed %(number)s times in a row",
    ),
    N_("%(channel)s does not accept our keys: python run_bot.py check"),
    N_("%(channel)s: reading is held back until %(moment)s"),
    N_("%(channel)s: writing is held back until %(moment)s"),
    N_("another installation sends on %(channel)s until %(moment)s"),
    NN_(
        "%(channel)s: %(number)s reply is in doubt since %(moment)s: does it stand or not?",
        "%(channel)s: %(number)s replies are in doubt since %(moment)s: does it stand or not?",
    ),
    NN_(
        "%(channel)s: %(number)s approved reply waits since %(moment)s:"
        " look at the queue for the reason",
        "%(channel)s: %(number)s approved replies wait since %(moment)s:"
        " look at the queue for the reason",
    ),
    N_("reply %(reply_id)s on %(channel)s did not leave: a human decides"),
    NN_(
        "%(number)s reply on %(channel)s did not leave: a human decides",
        "%(number)s replies on %(channel)s did not leave: a human decides",
    ),
    N_(
        "reply %(reply_id)s on %(channel)s stood there and does no more:"
        " the network hides or removed it"
    ),
    NN_(
        "%(number)s reply on %(channel)s stood there and does no more:"
        " the network hides or removed it",
        "%(number)s replies on %(channel)s stood there and does no more:"
        " the network hides or removed it",
    ),
    NN_(
        "%(channel)s: %(number)s unfilled gap, from %(moment)s on",
        "%(channel)s: %(number)s unfilled gaps, from %(moment)s on",
    ),
    NN_(
        "%(channel)s: %(number)s gap, from %(moment)s on,"
        " that the network refuses to fill: tried again for a week",
        "%(channel)s: %(number)s gaps, from %(moment)s on,"
        " that the network refuses to fill: tried again for a week",
    ),
    NN_(
        "%(channel)s: %(number)s gap, from %(moment)s on, that nothing can fill",
        "%(channel)s: %(number)s gaps, from %(moment)s on, that nothing can fill",
    ),
    NN_(
        "%(channel)s: %(number)s unreadable text waits for a human",
        "%(channel)s: %(number)s unreadable texts wait for a human",
    ),
    NN_(
        "%(channel)s: %(number)s mention of priority P1 waits, since %(moment)s",
        "%(channel)s: %(number)s mentions of priority P1 wait, since %(moment)s",
    ),
    # For translators: the pot is what the money is for: replies, reads or checks
    N_("%(channel)s: %(percent)s %% of this month's money for %(pot)s is used"),
    N_("the prices of %(network)s were last looked up on %(date)s"),
    # responder/staffing/alarms.py
    NN_(
        "%(number)s answer will be late by %(moment)s",
        "%(number)s answers will be late by %(moment)s",
    ),
    N_("more people needed: %(people)s"),
    N_("answers took %(percent)s %% or more of people's time in each of the last two weeks"),
    N_("close or narrow a channel, or have more people"),
    N_("%(channel)s only listens until an admin opens it under Trends"),
    N_("our clock is %(seconds)s s ahead of the one of %(channel)s"),
    N_("our clock is %(seconds)s s behind the one of %(channel)s"),
)
