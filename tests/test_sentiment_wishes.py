"""What is wished for without a question mark, and a person who is asked for, in seven languages."""

from __future__ import annotations

import pytest

from config.book import Occasion
from config.settings import LANGUAGES
from listener.channels.base import Answerable
from responder.decide import decide
from responder.decision import Decision, Heard
from sentiment.judge import judge
from sentiment.signals import ASKING, Signal, signals

WISHES: dict[str, list[str]] = {
    "en": [
        "Thank you so much, the best team! Please close my account",
        "Please send me the invoice",
        "Please tell me how to wash the merino shirt",
        "Looking for a good jacket, would love your advice",
    ],
    "it": [
        "Potreste mandarmi la fattura dell'ordine, grazie mille",
        "Mi serve una taglia più grande, siete fantastici",
        "Buongiorno, per favore annullate il mio ordine",
        "Vorrei cambiare indirizzo di consegna",
        "Ho bisogno di un consiglio per degli scarponi da neve",
        "Mandatemi il catalogo grazie!!",
        "Gradirei ricevere il listino prezzi",
    ],
    "fr": [
        "Merci de m'envoyer la facture",
        "Je voudrais changer l'adresse de livraison, merci",
        "Bonjour, pourriez-vous me renvoyer le lien de suivi svp",
        "J'aimerais un conseil pour choisir une veste",
        "Veuillez annuler ma commande",
        "Merci d'annuler ma commande 4512",
        "Il me faudrait un duplicata de facture",
    ],
    "de": [
        "Bitte schickt mir die Rechnung",
        "Ich möchte mein Konto löschen, danke",
        "Bitte meine Bestellung stornieren",
        "Könntet ihr mir den Retourenschein nochmal schicken",
        "Ich hätte gerne eine Beratung zu Wanderschuhen",
        "Suche eine warme Jacke für Norwegen, Tipps willkommen",
    ],
    "es": [
        "Quiero cancelar mi cuenta, gracias",
        "Por favor enviadme la factura",
        "Quisiera cambiar la talla del pedido",
        "Necesito la factura del pedido 3321",
        "Me podéis mandar la etiqueta de devolución",
        "Busco una chaqueta para la lluvia, agradecería consejo",
    ],
    "pl": [
        "Proszę o fakturę do zamówienia",
        "Poproszę o zmianę adresu dostawy",
        "Chciałabym zwrócić buty, dziękuję",
        "Proszę usunąć moje konto",
        "Szukam ciepłej kurtki w góry",
        "Czy możecie wysłać mi etykietę zwrotną",
    ],
    "el": [
        "Θα ήθελα να ακυρώσω την παραγγελία μου, ευχαριστώ",
        "Παρακαλώ στείλτε μου το τιμολόγιο",
        "Μπορείτε να μου αλλάξετε τη διεύθυνση",
        "Χρειάζομαι βοήθεια με το νούμερο",
        "Ψάχνω για ένα μπουφάν για τη βροχή",
        "Διαγράψτε τον λογαριασμό μου παρακαλώ",
    ],
}

THANKS: dict[str, list[str]] = {
    "en": [
        "I would like to thank the whole team, brilliant service!",
        "Please keep making these boots, they are wonderful!",
        "I'd love to give a shout out to Marco in the Trento shop, so kind",
        "Best jacket ever, please never change!",
        "Thank you for sending them so fast, love the boots",
    ],
    "it": [
        "Vorrei ringraziare tutto lo staff, bravissimi!",
        "Per favore continuate così, prodotti stupendi",
        "Volevo fare i complimenti a Giulia per la gentilezza",
    ],
    "fr": [
        "Je voulais vous remercier, vos chaussures sont géniales",
        "Merci de m'avoir si bien conseillé, équipe au top",
        "Merci d'exister, la meilleure veste du monde",
    ],
    "de": [
        "Ich möchte mich herzlich bedanken, tolle Beratung!",
        "Bitte macht weiter so, super Schuhe!",
        "Danke für die schnelle Hilfe, die Jacke ist spitze",
    ],
    "es": [
        "Quisiera agradecer al equipo, un trato maravilloso",
        "Os quiero mucho, las mejores botas del mundo",
    ],
    "pl": [
        "Chciałbym podziękować za wspaniałą obsługę",
        "Proszę, róbcie tak dalej, cudowne buty!",
    ],
    "el": [
        "Θα ήθελα να σας ευχαριστήσω, υπέροχα παπούτσια!",
        "Ευχαριστώ για την βοήθεια, το καλύτερο μπουφάν",
    ],
}

PERSONS: dict[str, list[str]] = {
    "en": [
        "Can I speak to a human?",
        "Let me speak to an agent",
        "I'd like to talk to one of your advisors",
        "Is there a real person there?",
        "Put me through to an operator",
        "Could a human answer me for once",
        "agent please",
        "I need a human, not a chatbot",
        "Is anyone real reading this",
        "get me a representative",
        "I'm tired of your bot",
    ],
    "it": [
        "C'è un operatore?",
        "Posso parlare con qualcuno?",
        "Vorrei parlare con un operatore",
        "Mi passate una persona vera?",
        "Esiste un essere umano lì dentro?",
        "Passami un operatore",
        "Voglio parlare con un vostro responsabile",
        "Mi può rispondere una persona?",
        "Non voglio parlare con un bot",
        "Siete persone vere o un robot?",
    ],
    "fr": [
        "Y a-t-il un humain ?",
        "Puis-je parler à un conseiller ?",
        "Passez-moi quelqu'un",
        "Je veux une vraie personne",
        "Il y a quelqu'un de réel ?",
        "Mettez-moi en relation avec un agent",
        "Êtes-vous un robot ?",
        "Laissez-moi parler à quelqu'un",
        "Un conseiller s'il vous plaît",
        "Je ne veux pas parler à une machine",
    ],
    "de": [
        "Gibt es hier einen Menschen?",
        "Kann ich mit einem Mitarbeiter sprechen?",
        "Verbindet mich bitte mit jemandem",
        "Ist da ein echter Mensch?",
        "Ich will einen Menschen",
        "Mitarbeiter bitte",
        "Antwortet hier auch mal ein Mensch?",
        "Lasst mich mit einem Berater reden",
        "Keine Maschine, bitte",
        "Wo erreiche ich einen Ansprechpartner?",
    ],
    "es": [
        "¿Hay alguien real?",
        "¿Puedo hablar con una persona?",
        "Ponedme con un operador",
        "Quiero un agente",
        "¿Hay algún humano ahí?",
        "Dejadme hablar con alguien",
        "No quiero hablar con una máquina",
        "Operador por favor",
        "¿Sois personas o un robot?",
        "Necesito comunicarme con un asesor",
    ],
    "pl": [
        "Czy jest tu jakiś człowiek?",
        "Czy mogę porozmawiać z konsultantem?",
        "Połączcie mnie z człowiekiem",
        "Konsultanta poproszę",
        "Chcę rozmawiać z kimś z obsługi",
        "Nie chcę gadać z botem",
        "Odpowiada mi bot?",
        "Potrzebuję kontaktu z pracownikiem",
        "Proszę o rozmowę z człowiekiem",
        "Czy to człowiek czy bot?",
    ],
    "el": [
        "Υπάρχει άνθρωπος εδώ;",
        "Μπορώ να μιλήσω με έναν υπάλληλο;",
        "Θέλω εκπρόσωπο",
        "Συνδέστε με με έναν άνθρωπο",
        "Μιλάω με ρομπότ;",
        "Υπάρχει κανείς να μιλήσω;",
        "Να μου απαντήσει ένας άνθρωπος",
        "Όχι με μηχανή παρακαλώ",
        "Αφήστε με να μιλήσω με κάποιον",
        "Δώστε μου έναν υπεύθυνο",
    ],
}

NO_PERSONS: dict[str, list[str]] = {
    "en": [
        "Human rights matter, do your suppliers care?",
        "Lovely person at the till, thank you!",
        "Can I speak at your event?",
    ],
    "it": [
        "La persona che mi ha servito era gentilissima",
        "Il vostro operatore è stato gentilissimo, grazie",
    ],
    "fr": [
        "Le conseiller a été adorable, merci",
        "Y a-t-il une taille 42 ?",
        "Une opératrice très gentille, bravo",
    ],
    "de": [
        "Der Mitarbeiter war super nett, danke",
        "Tolle Beratung durch eure Mitarbeiter",
    ],
    "es": [
        "La persona que me atendió fue encantadora",
        "¿Hay alguna talla 42?",
        "¿Hay algún descuento?",
    ],
    "pl": [
        "Pracownik był bardzo miły",
        "Czy jest rozmiar 42?",
    ],
    "el": [
        "Ο υπάλληλος ήταν ευγενέστατος",
        "Υπάρχει νούμερο 42;",
    ],
}


def _each(texts: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(language, text) for language, listed in texts.items() for text in listed]


def _decided(text: str, language: str) -> Decision:
    judged = judge(text, languages=LANGUAGES, hint=language)
    return decide(
        Heard(
            signals=judged.signals,
            topics=frozenset(judged.topics),
            sentiment=judged.score.label,
            answerable=Answerable.YES,
            addressed=True,
            opted_out=False,
            phase=judged.phase.value,
        )
    )


@pytest.mark.parametrize(("language", "text"), _each(WISHES))
def test_a_wish_without_a_question_mark_is_neither_thanked_for_nor_regretted(
    language: str, text: str
) -> None:
    assert signals(text, language) & ASKING
    decision = _decided(text, language)
    assert (decision.occasion, decision.question) == (Occasion.OTHER, True)
    assert not decision.safe


@pytest.mark.parametrize(("language", "text"), _each(THANKS))
def test_thanks_in_the_words_of_a_wish_are_thanks(language: str, text: str) -> None:
    assert not signals(text, language) & ASKING
    assert _decided(text, language).occasion is Occasion.PRAISE


@pytest.mark.parametrize(("language", "text"), _each(PERSONS))
def test_who_asks_for_a_person_in_any_words_is_heard(language: str, text: str) -> None:
    assert Signal.HUMAN in signals(text, language)


@pytest.mark.parametrize(("language", "text"), _each(NO_PERSONS))
def test_a_person_who_is_only_spoken_of_is_not_asked_for(language: str, text: str) -> None:
    assert Signal.HUMAN not in signals(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Do you ship to Malta? Please tell me."),
        ("it", "Spedite a Malta? Fatemi sapere"),
        ("fr", "Livrez-vous à Malte ? Dites-moi"),
        ("de", "Liefert ihr nach Malta? Sagt mir bitte Bescheid"),
    ],
)
def test_a_question_that_begs_for_its_answer_is_still_only_a_question(
    language: str, text: str
) -> None:
    assert signals(text, language) == {Signal.QUESTION}
