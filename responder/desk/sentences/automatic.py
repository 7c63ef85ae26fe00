"""What leaves without a human, and what keeps it from leaving: responder/automatic/; and what a
language model words: responder/model/."""

from __future__ import annotations

from typing import Final

from responder.desk.sentences.marks import NN_
from responder.desk.tongue import N_

MESSAGES: Final = (
    # responder/automatic/rule.py, answers.py, counts.py, preview.py
    N_("no rule allows it"),
    N_("the brand book was changed since, and may not say it any more"),
    N_("the rule %(rule)s would have sent this (shadow until %(date)s)"),
    NN_(
        "the rule %(rule)s sends %(number)s in an hour at most",
        "the rule %(rule)s sends %(number)s in an hour at most",
    ),
    NN_(
        "the rule %(rule)s sends %(number)s in one conversation at most",
        "the rule %(rule)s sends %(number)s in one conversation at most",
    ),
    NN_(
        "the rule %(rule)s sends %(number)s to one person in 24 hours at most",
        "the rule %(rule)s sends %(number)s to one person in 24 hours at most",
    ),
    N_("its words were erased"),
    N_("its channel is not configured any more"),
    N_("the rule %(rule)s is in shadow"),
    N_("the rule %(rule)s allows it"),
    N_("the rule was ended"),
    N_("it is on another channel"),
    N_("a human answers this"),
    N_("the rule names other occasions"),
    N_("it is in a language the rule does not name"),
    N_("the feeling is less sure than the rule wants"),
    N_("it is about something no rule may answer"),
    N_("nobody can tell what it is about"),
    N_("the praise stands beside a trouble"),
    N_("it is about a topic the rule does not name"),
    N_("automatic replies are switched off there"),
    N_("a pause holds back what no human approved"),
    N_("an incident is open: %(title)s"),
    # For translators: a priority, such as "it is a P1: a human answers"
    N_("it is a %(priority)s: a human answers"),
    N_("it was written in private: a human answers"),
    N_("the brand book does not speak the language"),
    N_("a picture or a recording belongs to it, which only a human can judge"),
    N_("it may be more than it seems, so a human looks"),
    N_("the brand book has no facts that the customer's own words called for"),
    N_("the network does not say who wrote it, so nobody can count what they get"),
    N_("the words want a human: %(rules)s"),
    # responder/automatic/reviews.py
    NN_(
        "%(bad)s of its last %(number)s judged reply should not have left",
        "%(bad)s of its last %(number)s judged replies should not have left",
    ),
    N_("There is no such review"),
    # For translators: the verdict is good or bad
    N_("%(name)s judged it already: %(verdict)s"),
    N_("That reply was not sent, or not yet"),
    # responder/automatic/rules.py
    N_("There is no such rule"),
    N_("An open rule has the name %(rule)s already"),
    N_("%(name)s ended it already"),
    N_("a rule needs a name of 1 to 80 letters"),
    N_("name at least one occasion: praise, question"),
    N_("there is no such channel; configured: %(names)s"),
    N_("the brand does not speak %(languages)s"),
    N_("no such topic: %(names)s"),
    N_("no rule may answer %(topics)s"),
    N_("a rule has to name its topics; one for praise at least praise"),
    N_("a rule for praise has to name the topic %(topic)s"),
    N_("the confidence is between %(least)s (sentiment.send_from) and 1"),
    N_("%(field)s is between %(least)s and %(most)s"),
    # why a model was not asked, or not heard: responder/model/
    N_("no question could be made"),
    N_("the channel has no room for it"),
    N_("the draft is gone"),
    N_("the time was over"),
    N_("somebody was faster"),
    N_("a pause began"),
    N_("it was written in private, and its words stay in the house"),
    N_("the words are the team's, or there are none"),
    N_("a person answers this"),
    N_("the endpoint did not answer"),
    N_("the answer cannot be read"),
    N_("the endpoint did not take the question (%(code)s); asked more plainly next"),
    N_("the endpoint answered %(code)s"),
    N_("it wants to use tools, and has none"),
    N_("its answer was cut off"),
    N_("it said nothing"),
    N_("it is far too long"),
    N_("it is empty"),
    N_("it is broken JSON"),
    N_("it is not the JSON object that was asked for"),
    N_("it hardly says a word"),
    N_("it speaks of other things than the brand does"),
    # For translators: the names of rules follow, with their numbers
    N_("etiquette: %(rules)s"),
    N_("it cites a source that was not offered"),
    # For translators: a number, a figure or a subject (in English) that only the model's words have
    N_("it speaks of %(what)s, and no source it cites does"),
    N_("it says other things of prices, refunds or terms than the source it cites"),
    N_("it speaks of danger, law or data, which is for a person"),
    N_("it holds the mark of its question"),
    N_("it repeats its rules"),
    N_("it holds markup"),
    N_("it holds an address that is not one of the sources'"),
    N_("it calls somebody in"),
    N_("it names a code that no source has"),
    N_("it holds letters that our languages do not have"),
    N_("a number"),
    N_("a figure (%(unit)s)"),
)
