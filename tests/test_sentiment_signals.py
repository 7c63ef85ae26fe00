"""What a text calls for, in seven languages."""

from __future__ import annotations

import pytest

from sentiment.cues import LANGUAGES
from sentiment.signals import Signal, signals

P, C, Q = Signal.PRAISE, Signal.COMPLAINT, Signal.QUESTION
SAFE, LAW, MAN = Signal.SAFETY, Signal.LEGAL, Signal.HUMAN
STOP, DOWN, SPAM = Signal.STOP, Signal.OUTAGE, Signal.SPAM

# Exactly these signals.
EXAMPLES: dict[str, list[tuple[set[Signal], str]]] = {
    "en": [
        ({P}, "These are the best boots I've ever owned, thank you!"),
        ({C}, "Three weeks and my parcel still hasn't arrived."),
        ({C, Q}, "Wrong size again. Is anybody reading this?"),
        ({Q}, "Do you ship to Norway"),
        ({Q}, "When does the new collection come out? Thanks"),
        ({SAFE}, "The heated insole burned my foot."),
        ({LAW}, "You'll hear from my lawyer."),
        ({LAW}, "Stop selling my data"),
        ({MAN}, "I want to talk to a real person."),
        ({STOP}, "Please leave me alone."),
        ({DOWN}, "Your website is down"),
        ({SPAM}, "Gorgeous! Promote it on @bigpage and DM us to collab"),
        (set(), "Wearing mine on the ferry to Dover today"),
    ],
    "it": [
        ({P}, "Scarpe bellissime e comodissime, bravi!"),
        ({C}, "Dopo tre settimane il pacco non è ancora arrivato."),
        ({C, Q}, "Taglia sbagliata di nuovo. Ma leggete?"),
        ({Q}, "Vorrei sapere se spedite in Norvegia"),
        ({Q}, "Quando esce la nuova collezione? Grazie"),
        ({SAFE}, "La soletta riscaldata mi ha bruciato il piede."),
        ({LAW}, "Vi scriverà il mio avvocato."),
        ({MAN}, "Vorrei parlare con una persona vera."),
        ({STOP}, "Non scrivetemi più, grazie"),
        ({DOWN, C}, "Il sito non funziona"),
        ({SPAM}, "Guadagna 500 euro da casa, scrivici per collaborare"),
        (set(), "Oggi le porto sul traghetto per Olbia"),
    ],
    "fr": [
        ({P}, "Des chaussures magnifiques et très confortables, merci !"),
        ({C}, "Trois semaines et toujours pas de colis."),
        ({C, Q}, "Encore la mauvaise taille. Quelqu'un lit ?"),
        ({Q}, "J'aimerais savoir si vous livrez en Norvège"),
        ({Q}, "Quand sort la nouvelle collection ? Merci"),
        ({SAFE}, "La semelle chauffante m'a brûlé le pied."),
        ({LAW}, "Je saisis la DGCCRF."),
        ({MAN}, "Je veux parler à un humain."),
        ({STOP}, "Ne me répondez plus"),
        ({DOWN, C}, "Votre site ne marche plus"),
        ({SPAM}, "Argent facile, travail à domicile, écrivez-moi"),
        (set(), "Je les porte aujourd'hui sur le ferry pour Ajaccio"),
    ],
    "de": [
        ({P}, "Wunderschöne und super bequeme Schuhe, danke!"),
        ({C}, "Drei Wochen und das Paket ist immer noch nicht da."),
        ({C, Q}, "Schon wieder die falsche Größe. Liest das jemand?"),
        ({Q}, "Ich wollte fragen, ob ihr nach Norwegen liefert"),
        ({Q}, "Wann kommt die neue Kollektion? Danke"),
        ({SAFE}, "Die Heizsohle hat mir den Fuß verbrannt."),
        ({LAW}, "Sie hören von meinem Anwalt."),
        ({MAN}, "Ich möchte mit einem echten Menschen sprechen."),
        ({STOP}, "Bitte nicht mehr antworten"),
        ({DOWN}, "Eure Website ist nicht erreichbar"),
        ({SPAM}, "Geld verdienen von zuhause, schreib mir"),
        (set(), "Heute trage ich sie auf der Fähre nach Sylt"),
    ],
    "es": [
        ({P}, "Unas botas preciosas y comodísimas, ¡gracias!"),
        ({C}, "Tres semanas y el paquete sigue sin llegar, sin respuesta."),
        ({C, Q}, "Otra vez la talla equivocada. ¿Lo lee alguien?"),
        ({Q}, "Me gustaría saber si enviáis a Noruega"),
        ({Q}, "¿Cuándo sale la nueva colección? Gracias"),
        ({SAFE}, "La plantilla térmica me ha causado quemaduras en el pie."),
        ({LAW}, "Voy a poner una denuncia en la OCU."),
        ({MAN}, "Quiero hablar con una persona real."),
        ({STOP}, "No me escribáis más, por favor"),
        ({DOWN, C}, "La web no funciona"),
        ({SPAM}, "Gana dinero desde casa, escríbeme al WhatsApp"),
        (set(), "Hoy las llevo en el ferry a Ibiza"),
    ],
    "pl": [
        ({P}, "Przepiękne i bardzo wygodne buty, dziękuję!"),
        ({C}, "Trzy tygodnie i paczka nadal nie dotarła."),
        ({C, Q}, "Znowu zły rozmiar. Czy ktoś to czyta?"),
        ({Q}, "Chciałam zapytać, czy wysyłacie do Norwegii"),
        ({Q}, "Kiedy będzie nowa kolekcja? Dziękuję"),
        ({SAFE}, "Grzejąca wkładka poparzyła mi stopę."),
        ({LAW}, "Odezwie się do was mój prawnik."),
        ({MAN}, "Chcę porozmawiać z żywym człowiekiem."),
        ({STOP}, "nie piszcie do mnie"),
        ({DOWN, C}, "Strona nie działa"),
        ({SPAM}, "Zarabiaj 500 dziennie w domu, szybka kasa"),
        (set(), "Dziś mam je na promie do Szwecji"),
    ],
    "el": [
        ({P}, "Υπέροχα και πολύ άνετα παπούτσια, ευχαριστώ!"),
        ({C}, "Τρεις εβδομάδες και το δέμα ακόμα δεν ήρθε."),
        ({C, Q}, "Πάλι λάθος νούμερο. Το διαβάζει κανείς;"),
        ({Q}, "Θα ήθελα να ρωτήσω αν στέλνετε Νορβηγία"),
        ({Q}, "Πότε βγαίνει η νέα συλλογή; Ευχαριστώ"),
        ({Q}, "pou einai to katastima;"),
        ({SAFE}, "Ο θερμαινόμενος πάτος μού έκανε έγκαυμα στο πόδι."),
        ({LAW}, "Θα μιλήσετε με τον δικηγόρο μου."),
        ({MAN}, "Θέλω να μιλήσω με κανονικό άνθρωπο."),
        ({STOP}, "Μη μου απαντάτε άλλο"),
        ({DOWN, C}, "Το site σας δεν λειτουργεί"),
        ({SPAM}, "Εύκολα λεφτά, εργασία από το σπίτι"),
        (set(), "Σήμερα τα φοράω στο καράβι για Νάξο"),
        ({C}, "xalia eksipiretisi, akoma perimeno to dema"),
    ],
}

SCORN: dict[str, list[str]] = {
    "en": ["Great, third week.", "Oh brilliant, another broken zip", "Thanks for nothing"],
    "it": ["Complimenti davvero.", "Ottimo, terza settimana e niente pacco", "Grazie per niente"],
    "fr": ["Bravo champion", "Super, troisième semaine d'attente", "Merci pour rien"],
    "de": ["Na toll.", "Super, die dritte Woche ohne Paket", "Danke für nichts"],
    "es": ["Vaya sorpresa", "Genial, tercera semana sin el pedido", "Gracias por nada"],
    "pl": ["No brawo", "Super, trzeci tydzień czekania", "Dzięki za nic"],
    "el": ["Μπράβο ρε", "Τέλεια, τρίτη εβδομάδα χωρίς δέμα", "Ευχαριστώ για το τίποτα"],
}

MIXED: dict[str, str] = {
    "en": "Love the shoes, but the delivery was two weeks late",
    "it": "Scarpe stupende ma la consegna è arrivata con due settimane di ritardo",
    "fr": "J'adore les chaussures mais la livraison a eu deux semaines de retard",
    "de": "Tolle Schuhe, aber die Lieferung kam zwei Wochen zu spät",
    "es": "Me encantan las zapatillas, pero la entrega llegó dos semanas tarde",
    "pl": "Buty super, ale dostawa spóźniła się dwa tygodnie",
    "el": "Τέλεια παπούτσια αλλά η παράδοση είχε δύο εβδομάδες καθυστέρηση",
}

HARMLESS: dict[str, str] = {
    "en": "Great service, no problems with the delivery",
    "it": "Ottimo servizio, nessun problema con la consegna",
    "fr": "Super service, aucun souci avec la livraison",
    "de": "Super Service, keine Probleme bei der Lieferung",
    "es": "Excelente servicio, sin problemas con la entrega",
    "pl": "Super obsługa, żadnych problemów z dostawą",
    "el": "Τέλεια εξυπηρέτηση, κανένα πρόβλημα με την παράδοση",
}

UNHURT: dict[str, str] = {
    "en": "Three days on the coast path and not a single blister, brilliant boots",
    "it": "Nemmeno una vescica dopo trenta chilometri, scarponi fantastici",
    "fr": "Aucune cloque après trente kilomètres, chaussures géniales",
    "de": "Ohne Blasen an den Füßen durchgekommen, super Schuhe",
    "es": "Sin ampollas en los pies tras veinte kilómetros, botas geniales",
    "pl": "Bez pęcherzy po trzydziestu kilometrach, polecam te buty",
    "el": "Οχτώ ώρες βράχος και ούτε μια φουσκάλα, τέλεια παπούτσια",
}

STOPS: dict[str, list[str]] = {
    "en": ["STOP", "stop please!", "Unsubscribe", "@acme STOP"],
    "it": ["Basta!", "Smettete, grazie", "lasciatemi in pace"],
    "fr": ["Stop", "Arrêtez svp", "Laissez-moi tranquille."],
    "de": ["Stopp", "Bitte aufhören", "Lasst mich in Ruhe!"],
    "es": ["¡Basta ya!", "BAJA", "Dejadme en paz"],
    "pl": ["Przestańcie", "stop, proszę", "Dajcie mi spokój!"],
    "el": ["Σταματήστε!", "στοπ", "Αφήστε με ήσυχη"],
}

NO_STOPS: dict[str, str] = {
    "en": "When will you stop making the blue ones?",
    "it": "Basta un po' di cera e tornano nuove",
    "fr": "Vous arrêtez quand la série bleue ?",
    "de": "Stopp mal, gibt es die auch in Blau?",
    "es": "¿Está de baja la dependienta de Soria?",
    "pl": "Kiedy przestaniecie robić niebieskie?",
    "el": "Πότε σταματάτε τα μπλε;",
}


@pytest.mark.parametrize(
    ("language", "expected", "text"),
    [(code, *example) for code, examples in EXAMPLES.items() for example in examples],
)
def test_a_text_gives_exactly_its_signals(language: str, expected: set[Signal], text: str) -> None:
    assert signals(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"), [(code, text) for code, texts in SCORN.items() for text in texts]
)
def test_praise_in_scorn_is_a_complaint(language: str, text: str) -> None:
    found = signals(text, language)
    assert C in found
    assert P not in found


@pytest.mark.parametrize(("language", "text"), MIXED.items())
def test_praise_beside_trouble_is_a_complaint(language: str, text: str) -> None:
    found = signals(text, language)
    assert C in found
    assert P not in found


@pytest.mark.parametrize(("language", "text"), HARMLESS.items())
def test_trouble_that_is_denied_is_no_complaint(language: str, text: str) -> None:
    assert signals(text, language) == {P}


@pytest.mark.parametrize(("language", "text"), UNHURT.items())
def test_whoever_was_spared_an_injury_praises(language: str, text: str) -> None:
    assert signals(text, language) == {P}


@pytest.mark.parametrize(
    "text", ["kolega mnie złapał, ale jest ranny w rękę", "Brat został ranny", "lekko ranna"]
)
def test_who_is_wounded_is_in_danger(text: str) -> None:
    assert SAFE in signals(text, "pl")


@pytest.mark.parametrize(
    ("language", "text"), [(code, text) for code, texts in STOPS.items() for text in texts]
)
def test_stop_is_heard_even_when_the_language_is_not(language: str, text: str) -> None:
    assert STOP in signals(text, language)
    assert STOP in signals(text, "unknown")


@pytest.mark.parametrize(("language", "text"), NO_STOPS.items())
def test_a_stop_word_in_a_sentence_is_no_stop(language: str, text: str) -> None:
    assert STOP not in signals(text, language)


def test_a_stop_word_in_a_long_message_is_no_stop() -> None:
    assert STOP not in signals("stop stop stop stop stop stop stop", "en")


@pytest.mark.parametrize("text", ["HUMAN", "@acme human please", "operatore", "άνθρωπο", "Mensch"])
def test_one_word_calls_a_human_in_any_language(text: str) -> None:
    assert MAN in signals(text, "unknown")


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_and_law_are_heard_in_a_language_nobody_recognised(language: str) -> None:
    for expected, text in EXAMPLES[language]:
        if expected in ({SAFE}, {LAW}):
            assert expected <= signals(text, "unknown")
            assert expected <= signals(text, "pt")


@pytest.mark.parametrize(
    "text",
    [
        "so sad :(",
        "love this brand",
        "le sue scarpe",
        "eine neue Marke aus dem Norden",
        "que bonita la rana",
        "Gute Wahl",
    ],
)
def test_words_of_one_language_alarm_nobody_in_another(text: str) -> None:
    assert not signals(text, "unknown") & {SAFE, LAW}


def test_other_signals_are_not_guessed_in_a_language_nobody_recognised() -> None:
    assert signals("terrible service", "unknown") == frozenset()


def test_a_question_mark_in_an_address_asks_nothing() -> None:
    assert Q not in signals("Mine https://shop.example/p?id=4", "en")


def test_a_semicolon_is_a_question_in_greek_only() -> None:
    assert Q in signals("Άνοιξε το μαγαζί;", "el")
    assert Q not in signals("I like it; it works", "en")


def test_bait_is_spam_only_with_a_link_and_in_numbers() -> None:
    assert SPAM in signals("You have won a gift card, claim it: https://x.example", "en")
    assert SPAM not in signals("You have won a gift card, claim it", "en")
    assert SPAM not in signals("Is this giveaway yours? https://x.example", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_english_spam_is_spam_under_posts_of_any_language(language: str) -> None:
    assert SPAM in signals("Buy real followers, DM us to promote", language)


@pytest.mark.parametrize(
    "text", ["Proszę pani, ja nie wiem, gdzie się to zamawia", "Kto mi teraz zapłaci za rozwód??"]
)
def test_who_does_not_know_where_or_who_pays_threatens_nobody(text: str) -> None:
    assert Signal.THREAT not in signals(text, "pl")
