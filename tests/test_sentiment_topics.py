"""What a text is about, in seven languages."""

from __future__ import annotations

import pytest

from sentiment.cues import LANGUAGES, cues_of
from sentiment.topics import TOPICS, topics

EXAMPLES: dict[str, list[tuple[str, str]]] = {
    "en": [
        ("delivery", "The courier left it in the rain"),
        ("refund", "How long does a refund take?"),
        ("payment", "You charged my card twice"),
        ("warranty", "Zip snapped. Is there a guarantee?"),
        ("size", "Do they run small? I'm between a 41 and 42"),
        ("care", "Can I wash them in the machine?"),
        ("promotion", "The discount code doesn't work"),
        ("store", "What are your opening hours in Bristol?"),
        ("service", "Been on hold with customer service for an hour"),
        ("product", "The leather is thin and the quality poor"),
    ],
    "it": [
        ("delivery", "Il corriere l'ha lasciato sotto la pioggia"),
        ("refund", "Quanto ci vuole per il rimborso?"),
        ("payment", "Mi avete addebitato due volte la carta"),
        ("warranty", "Si è rotta la cerniera, c'è la garanzia?"),
        ("size", "Vestono piccolo? Sono tra il 41 e il 42 di taglia"),
        ("care", "Posso lavarle in lavatrice?"),
        ("promotion", "Il codice sconto non funziona"),
        ("store", "Che orari fa il negozio di Bari domenica?"),
        ("service", "Un'ora al telefono con il servizio clienti"),
        ("product", "La pelle di questo modello è vegana?"),
    ],
    "fr": [
        ("delivery", "Le livreur a laissé le colis sous la pluie"),
        ("refund", "Combien de temps pour un remboursement ?"),
        ("payment", "Vous avez débité ma carte bancaire deux fois"),
        ("warranty", "La fermeture a lâché, il y a une garantie ?"),
        ("size", "Elles taillent petit ? Je suis entre deux pointures"),
        ("care", "On peut les laver en machine ?"),
        ("promotion", "Le code promo ne passe pas"),
        ("store", "Quels sont les horaires du magasin de Lyon ?"),
        ("service", "Une heure d'attente au service client"),
        ("product", "Le cuir de ces bottes est-il végan ?"),
    ],
    "de": [
        ("delivery", "Der Paketbote hat die Sendung in den Regen gestellt"),
        ("refund", "Wie lange dauert die Rückerstattung?"),
        ("payment", "Ihr habt zweimal von meinem Konto abgebucht"),
        ("warranty", "Reißverschluss gerissen, habe ich da Gewährleistung?"),
        ("size", "Fallen die klein aus? Meine Größe ist 41,5"),
        ("care", "Darf man die in der Waschmaschine waschen?"),
        ("promotion", "Der Rabattcode geht nicht"),
        ("store", "Wann hat die Filiale in Köln geöffnet?"),
        ("service", "Eine Stunde in der Warteschleife vom Kundenservice"),
        ("product", "Ist das Leder bei dem Modell vegan?"),
    ],
    "es": [
        ("delivery", "El repartidor dejó el paquete bajo la lluvia"),
        ("refund", "¿Cuánto tarda el reembolso?"),
        ("payment", "Me habéis cobrado dos veces en la tarjeta"),
        ("warranty", "Se rompió la cremallera, ¿hay garantía?"),
        ("size", "¿Tallan pequeño? Estoy entre un 41 y un 42"),
        ("care", "¿Se pueden lavar en la lavadora?"),
        ("promotion", "El código de descuento no va"),
        ("store", "¿Qué horario tiene la tienda de Sevilla?"),
        ("service", "Una hora esperando a atención al cliente"),
        ("product", "¿El cuero de este modelo es vegano?"),
    ],
    "pl": [
        ("delivery", "Kurier zostawił paczkę na deszczu"),
        ("refund", "Ile trwa zwrot pieniędzy?"),
        ("payment", "Pobraliście płatność z karty dwa razy"),
        ("warranty", "Zamek się popsuł, mam gwarancję?"),
        ("size", "Czy rozmiary są zaniżone? Jestem między 41 a 42"),
        ("care", "Czy można je prać w pralce?"),
        ("promotion", "Kod rabatowy nie działa"),
        ("store", "W jakich godzinach otwarty jest salon w Gdyni?"),
        ("service", "Godzina na infolinii i nikt nie odbiera"),
        ("product", "Czy skóra w tym modelu jest wegańska?"),
    ],
    "el": [
        ("delivery", "Ο κούριερ άφησε το δέμα στη βροχή"),
        ("refund", "Πόσο κάνει να γίνει η επιστροφή χρημάτων;"),
        ("payment", "Χρεώσατε την κάρτα μου δύο φορές"),
        ("warranty", "Χάλασε το φερμουάρ, έχει εγγύηση;"),
        ("size", "Έρχονται μικρά; Είμαι ανάμεσα σε δύο νούμερα"),
        ("care", "Πλένονται στο πλυντήριο;"),
        ("promotion", "Ο εκπτωτικός κωδικός δεν περνάει"),
        ("store", "Τι ωράριο έχει το κατάστημα στην Πάτρα;"),
        ("service", "Μία ώρα αναμονή στην εξυπηρέτηση πελατών"),
        ("product", "Το δέρμα σε αυτό το μοντέλο είναι vegan;"),
        ("returns", "pos kano epistrofi?"),
    ],
}

CASES = [(code, *example) for code, examples in EXAMPLES.items() for example in examples]


@pytest.mark.parametrize(("language", "expected", "text"), CASES)
def test_the_strongest_topic_is_what_a_text_is_about(
    language: str, expected: str, text: str
) -> None:
    assert topics(text, language)[:1] == (expected,)


def test_every_topic_is_cued_in_every_language() -> None:
    for language in LANGUAGES:
        assert {cue.name for cue in cues_of(language) if cue.group == "topics"} == set(TOPICS)


def test_topics_stand_in_the_order_of_their_strength() -> None:
    text = "I want to return it, send me a return label, returns desk says no. Courier was fine."
    assert topics(text, "en")[:1] == ("returns",)
    assert "delivery" in topics(text, "en")


def test_equally_strong_topics_stand_in_the_order_of_the_list() -> None:
    assert topics("courier, discount", "en") == ("promotion", "delivery")
    assert topics("discount, courier", "en") == ("promotion", "delivery")


def test_nothing_cued_is_no_topic() -> None:
    assert topics("Good morning everyone", "en") == ()
    assert topics("", "it") == ()


def test_a_language_without_cues_has_no_topics() -> None:
    assert topics("Where is my parcel?", "unknown") == ()
