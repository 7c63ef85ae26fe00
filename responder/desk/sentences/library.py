"""What the library has to say of an entry or a table: responder/library/, config/book.py,
cue_words.py."""

from __future__ import annotations

from typing import Final

from responder.desk.sentences.marks import NN_
from responder.desk.tongue import N_

MESSAGES: Final = (
    # responder/library/checks.py; in front stands the field it is about
    NN_("at most %(number)s letter", "at most %(number)s letters"),
    N_("a language has one voice, and its key is %(key)s"),
    N_("it is named beside the body, not in it"),
    N_("it ends before it starts"),
    # shelving.py, unread.py, importing.py
    N_("There is no version %(version)s of %(entry)s that says anything"),
    N_("%(language)s is not one of brand.languages (%(codes)s)"),
    N_("There is no %(entry)s to remove"),
    N_("a language keeps its voice: change it instead"),
    N_("it is the last saved reply of its language: change it instead"),
    N_("There is no version %(version)s of %(entry)s"),
    N_("Version %(version)s does not wait: it is in force"),
    N_("Version %(version)s does not wait: it is a former one"),
    N_("Version %(version)s does not wait: it is declined"),
    N_("Version %(version)s does not wait: it is superseded by a later one"),
    N_("There is no such entry yet: name version 0 to begin it"),
    N_("%(name)s wrote version %(version)s: read it again"),
    N_("%(name)s proposed version %(version)s: read it again"),
    N_("%(name)s proposed version %(version)s: decide that first"),
    N_("the same entry stands in row %(row)s"),
    N_("somebody saved it at the same moment: take the table in once more"),
    N_("%(name)s's proposal, version %(version)s, gave way"),
    N_("%(name)s removed it as version %(version)s"),
    # store.py
    N_("no %(kind)s of %(language)s can be read: that of before speaks"),
    N_("no %(kind)s of %(language)s can be read: that of the files speaks"),
    N_("%(entry)s is left out"),
    N_("nobody can read it"),
    # gaps.py
    N_("%(language)s has all %(all)s"),
    N_("%(language)s lacks %(lacking)s of %(all)s: %(entries)s"),
    # table.py
    N_("row %(row)s: %(sentence)s"),
    N_("the first row names the columns; there is no %(names)s"),
    N_("a column stands twice: %(names)s"),
    N_("nobody reads these columns: %(names)s"),
    N_("it has more cells than there are columns"),
    N_("%(word)s is none of %(names)s"),
    N_("it is no number of a version; leave it as it was"),
    N_("write the day as 2027-01-31"),
    N_("it is no JSON"),
    N_("it is no JSON object"),
    # config/book.py
    N_("no {{…}} may stand in it"),
    N_("only %(fields)s may stand in it"),
    N_("at least 10 letters: whoever reads it has to learn something from it"),
    N_("%(words)s cannot be looked for"),
    N_("%(words)s has no letter that could be looked for"),
    N_("the key %(key)s stands twice"),
    N_("the competitor %(name)s stands twice"),
    # config/cue_words.py: why words cannot be looked for
    NN_("“…” at most %(number)s time", "“…” at most %(number)s times"),
    N_("it names no letter to look for"),
    N_("it is too long"),
    N_("“…” stands between two words"),
    N_("“…” stands between two spaces"),
    N_("a ) without its ("),
    N_("it can fit in too many ways: write several, simpler ones"),
    N_("it is no pattern: %(error)s"),
    N_("it fits where there is nothing"),
    N_("a word can have one open end (~, * or +)"),
    N_("a ( ) can be left out with ?, and not be repeated"),
    N_("* and + stand behind a letter, not %(sign)s"),
    NN_("repeated more than %(number)s time", "repeated more than %(number)s times"),
    N_("(?…) other than (?:…)"),
    N_("a ( without its )"),
    N_("%(sign)s says nothing here: \\w \\d \\s \\b do"),
    N_("[ ] may hold letters, digits and plain signs"),
    N_("%(sign)s has nothing before it"),
)
