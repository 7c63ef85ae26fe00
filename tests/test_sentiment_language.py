"""Which language a text is in."""

from __future__ import annotations

import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest

from config.settings import LANGUAGES, ROOT
from sentiment.language import UNKNOWN, identify

EXAMPLES: dict[str, list[str]] = {
    "it": [
        "Buongiorno, dov'è il mio pacco?",
        "Le scarpe sono bellissime, grazie mille!",
        "Quanto costa la spedizione in Sardegna?",
        "Ho ricevuto la taglia sbagliata e nessuno risponde",
        "Vorrei fare un reso",
        "Che vergogna, tre settimane di attesa",
        "Siete aperti domenica a Torino?",
        "La cerniera si è rotta dopo due giorni",
        "Non funziona il codice sconto",
        "Avete anche il 44?",
        "Bellissime!!! Le adoro",
        "@acme quando torna disponibile lo zaino blu? https://acme.example/zaino",
    ],
    "en": [
        "Where is my parcel?",
        "Love these shoes, thank you so much!",
        "How much is shipping to Scotland?",
        "You sent the wrong size and nobody answers",
        "I want a refund",
        "Shame on you, three weeks of waiting",
        "Are you open on Sunday in Leeds?",
        "The zip broke after two days",
        "The discount code doesn't work",
        "Do you have it in brown?",
        "Best boots ever",
        "@acme when will the blue backpack be back? https://acme.example/bag",
    ],
    "fr": [
        "Bonjour, où est mon colis ?",
        "Les chaussures sont magnifiques, merci beaucoup !",
        "Combien coûte la livraison en Corse ?",
        "J'ai reçu la mauvaise taille et personne ne répond",
        "Je veux un remboursement",
        "Quelle honte, trois semaines d'attente",
        "Vous êtes ouverts dimanche à Lille ?",
        "La fermeture s'est cassée au bout de deux jours",
        "Le code promo ne marche pas",
        "Vous l'avez en marron ?",
        "J'adore, bravo à toute l'équipe",
        "@acme quand est-ce que le sac bleu revient ? https://acme.example/sac",
    ],
    "de": [
        "Hallo, wo ist mein Paket?",
        "Die Schuhe sind wunderschön, vielen Dank!",
        "Was kostet der Versand nach Österreich?",
        "Ihr habt die falsche Größe geschickt und niemand antwortet",
        "Ich will mein Geld zurück",
        "Eine Frechheit, drei Wochen Wartezeit",
        "Habt ihr am Sonntag in Köln geöffnet?",
        "Der Reißverschluss ist nach zwei Tagen kaputt",
        "Der Rabattcode funktioniert nicht",
        "Gibt es die auch in Braun?",
        "Beste Stiefel überhaupt",
        "@acme wann kommt der blaue Rucksack wieder? https://acme.example/sack",
    ],
    "es": [
        "Hola, ¿dónde está mi paquete?",
        "Las zapatillas son preciosas, ¡muchas gracias!",
        "¿Cuánto cuesta el envío a Canarias?",
        "Me habéis mandado la talla equivocada y nadie contesta",
        "Quiero mi dinero",
        "Qué vergüenza, tres semanas esperando",
        "¿Abrís el domingo en Bilbao?",
        "La cremallera se rompió a los dos días",
        "El código de descuento no funciona",
        "¿Las tenéis en marrón?",
        "Las mejores botas que he tenido",
        "@acme ¿cuándo vuelve la mochila azul? https://acme.example/bolsa",
    ],
    "pl": [
        "Dzień dobry, gdzie jest moja paczka?",
        "Buty są przepiękne, dziękuję bardzo!",
        "Ile kosztuje wysyłka do Czech?",
        "Dostałam zły rozmiar i nikt nie odpowiada",
        "Chcę zwrot pieniędzy",
        "Wstyd, trzy tygodnie czekania",
        "Czy w niedzielę jest otwarte w Łodzi?",
        "Zamek zepsuł się po dwóch dniach",
        "Kod rabatowy nie działa",
        "Macie w brązie?",
        "gdzie jest moja przesylka, czekam juz tydzien",
        "dzien dobry, chce zwrocic buty",
        "@acme kiedy wróci niebieski plecak? https://acme.example/plecak",
    ],
    "el": [
        "Καλημέρα, πού είναι το δέμα μου;",
        "Τα παπούτσια είναι υπέροχα, ευχαριστώ πολύ!",
        "Πόσο κάνουν τα μεταφορικά για Κρήτη;",
        "Μου στείλατε λάθος νούμερο και κανείς δεν απαντά",
        "Θέλω τα λεφτά μου",
        "ΝΤΡΟΠΗ",
        "Ανοίγετε Κυριακή;",
        "Το φερμουάρ χάλασε σε δύο μέρες",
        "Ο κωδικός δεν περνάει στο checkout",
        "Ναι",
        "pou einai to dema mou? perimeno dyo evdomades",
        "kalimera, exete to mavro se 42?",
        "@acme πότε ξανάρχεται το μπλε σακίδιο; https://acme.example/sakidio",
    ],
}

CASES = [(code, text) for code, texts in EXAMPLES.items() for text in texts]


@pytest.mark.parametrize(("language", "text"), CASES)
def test_a_text_is_never_taken_for_another_language(language: str, text: str) -> None:
    assert identify(text, languages=LANGUAGES) in {language, UNKNOWN}


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_texts_of_a_language_are_recognised(language: str) -> None:
    texts = EXAMPLES[language]
    right = sum(identify(text, languages=LANGUAGES) == language for text in texts)
    assert right >= len(texts) - 1


@pytest.mark.parametrize(
    "text", ["", "   ", "ok", "😍😍😍", "https://a.example", "@acme", "42", "#"]
)
def test_a_text_that_says_too_little_is_unknown(text: str) -> None:
    assert identify(text, languages=LANGUAGES) == UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "Onde está a minha encomenda? Já paguei há duas semanas",
        "Waar is mijn pakketje? Ik wacht al twee weken",
        "Где моя посылка? Жду уже две недели",
        "我的包裹在哪里",
        "أين طردي؟",
        "Unde este coletul meu? Aștept de două săptămâni",
    ],
)
def test_a_language_we_do_not_speak_is_unknown(text: str) -> None:
    assert identify(text, languages=LANGUAGES) == UNKNOWN


@pytest.mark.parametrize(
    ("hint", "expected"),
    [("fr", "fr"), ("pt", "pt"), ("iw", "he"), ("in", "id"), ("en-GB", "en"), ("PT_br", "pt")],
)
def test_the_networks_word_wins(hint: str, expected: str) -> None:
    assert identify("Dov'è il mio pacco?", languages=LANGUAGES, hint=hint) == expected


@pytest.mark.parametrize(
    "hint", [None, "", "und", "zxx", "art", "qme", "qam", "qct", "qht", "qst", "?", "1"]
)
def test_a_hint_that_says_nothing_is_ignored(hint: str | None) -> None:
    assert identify("Buongiorno, dov'è il mio pacco?", languages=LANGUAGES, hint=hint) == "it"


def test_greek_letters_decide_alone_but_only_if_greek_is_spoken() -> None:
    assert identify("Ναι", languages=LANGUAGES) == "el"
    assert identify("Ναι", languages=("it", "en")) == UNKNOWN


def test_the_answer_is_one_of_the_languages_asked_for() -> None:
    text = "Wo ist mein Paket? Ich warte seit zwei Wochen"
    assert identify(text, languages=("it", "en", "de")) == "de"
    assert identify(text, languages=("it", "en", "fr")) in {"it", "en", "fr", UNKNOWN}


def test_no_language_to_choose_from_is_unknown() -> None:
    assert identify("Where is my parcel today?", languages=()) == UNKNOWN
    assert identify("Where is my parcel today?", languages=("tlh",)) == UNKNOWN


def test_names_addresses_and_signs_do_not_count() -> None:
    text = "@wirhabenhunger #zusammen https://deutsch.example/wo-ist Where is my parcel? 😍"
    assert identify(text, languages=LANGUAGES) == "en"


def test_threads_may_ask_at_once() -> None:
    languages = ("it", "en", "fr")  # a choice no other test has loaded
    answers: list[str] = []

    def ask() -> None:
        answers.append(identify("Where is my parcel?", languages=languages))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["en"] * 4


def test_no_frequent_word_is_claimed_by_two_languages() -> None:
    lists = tomllib.loads(Path(ROOT, "sentiment", "words.toml").read_text(encoding="utf-8"))
    words = [word for claimed in lists.values() for word in claimed.split()]
    assert len(words) == len(set(words))
    assert set(lists) == set(LANGUAGES)


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    probe = (
        "import sys; from sentiment.judge import judge; "
        "judge('👍', languages=('it',)); judge('ciao', languages=('it',), hint='it'); "
        "print([m for m in ('py3langid', 'sklearn', 'scipy', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "hint", "expected"),
    [
        ("Dov'è il mio pacco? Non è ancora arrivato, grazie", "en", "it"),
        ("Πού είναι το δέμα μου;", "en", "el"),
        ("Onde está o meu pacote, obrigado", "pt", "pt"),
        ("merci beaucoup", "de", "de"),
        ("che non sono los las por", "en", "en"),
    ],
)
def test_the_networks_word_holds_unless_the_text_plainly_says_otherwise(
    text: str, hint: str, expected: str
) -> None:
    assert identify(text, languages=LANGUAGES, hint=hint) == expected


@pytest.mark.parametrize(
    ("text", "usual", "expected"),
    [
        ("ok?", "it", "it"),
        ("ok 123", "pl", "pl"),
        ("ok?", None, "unknown"),
        ("ok?", "pt", "unknown"),
        ("где посылка", "it", "unknown"),
        ("你好", "it", "unknown"),
        ("?", "it", "unknown"),
        ("γεια σας", "it", "el"),
        ("xq zzk wvv qqj", "it", "unknown"),
    ],
)
def test_few_words_that_tell_nothing_are_in_the_language_their_author_wrote_before(
    text: str, usual: str | None, expected: str
) -> None:
    assert identify(text, languages=LANGUAGES, usual=usual) == expected
