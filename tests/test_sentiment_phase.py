"""The life-cycle phase of a text, in seven languages."""

from __future__ import annotations

import pytest

from sentiment.phase import Phase, phase

R, A, U, X = Phase.REQUIREMENTS, Phase.ACQUISITION, Phase.OWNERSHIP, Phase.RETIREMENT

EXAMPLES: dict[str, list[tuple[Phase, str]]] = {
    "en": [
        (R, "Which model would you pick for wide feet?"),
        (R, "Do you have these in a size 46, or is that the end of the line?"),
        (R, "Torn between the black and the brown, any advice?"),
        (A, "Where's my parcel? Tracking hasn't moved since Monday."),
        (A, "Paid by card yesterday and still no order confirmation"),
        (U, "The zip broke after two weeks, is that covered by the warranty?"),
        (U, "How do I clean the white ones without ruining them?"),
        (U, "Sole is coming off my left boot, had them for a year"),
        (X, "I'd like to send these back, they're too narrow. Where's the returns label?"),
        (X, "Still waiting for my refund for order 4417"),
        (X, "Can I drop off my old shoes somewhere for recycling?"),
    ],
    "it": [
        (R, "Quale taglia mi consigliate se porto un 39 e mezzo?"),
        (R, "Avete anche il modello nero in vera pelle?"),
        (R, "Spedite anche in Svizzera?"),
        (A, "Dov'è il mio pacco? Il tracking è fermo da lunedì"),
        (A, "Ho pagato con PayPal ma non ho ricevuto la conferma dell'ordine"),
        (U, "Dopo due settimane si è rotta la cerniera, vale la garanzia?"),
        (U, "Come si puliscono quelle bianche senza rovinarle?"),
        (U, "La suola sinistra si è scollata, le ho da un anno. Fate riparazioni?"),
        (X, "Vorrei fare un reso, mi vanno strette"),
        (X, "Aspetto ancora il rimborso dell'ordine 4417"),
        (X, "Posso portarvi le scarpe vecchie da riciclare?"),
    ],
    "fr": [
        (R, "Quelle taille me conseillez-vous si je fais du 39,5 ?"),
        (R, "Avez-vous ce modèle en marron ?"),
        (R, "J'hésite entre les deux, vous livrez en Belgique ?"),
        (A, "Où est mon colis ? Le suivi n'a pas bougé depuis lundi"),
        (A, "J'ai payé hier et toujours pas de confirmation de commande"),
        (U, "La fermeture s'est cassée au bout de deux semaines, c'est sous garantie ?"),
        (U, "Comment nettoyer les blanches sans les abîmer ?"),
        (U, "La semelle se décolle, je les porte depuis un an"),
        (X, "Je voudrais les renvoyer, elles sont trop étroites"),
        (X, "J'attends toujours le remboursement de la 4417"),
        (X, "Vous reprenez les vieilles baskets pour les recycler ?"),
    ],
    "de": [
        (R, "Welche Größe würdet ihr bei breiten Füßen empfehlen?"),
        (R, "Habt ihr den Stiefel auch in Braun?"),
        (R, "Fallen die eher klein aus? Überlege, sie zu kaufen"),
        (A, "Wo bleibt mein Paket? Die Sendungsverfolgung steht seit Montag"),
        (A, "Gestern bezahlt und immer noch keine Bestellbestätigung"),
        (U, "Der Reißverschluss ist nach zwei Wochen kaputt, gilt da die Garantie?"),
        (U, "Wie reinige ich die weißen, ohne sie zu ruinieren?"),
        (U, "Die Sohle löst sich, ich trage sie seit einem Jahr"),
        (X, "Ich möchte die Schuhe zurückschicken, sie sind zu eng"),
        (X, "Warte noch auf die Erstattung für 4417"),
        (X, "Kann ich alte Schuhe bei euch abgeben, zum Recycling?"),
    ],
    "es": [
        (R, "¿Qué talla me recomendáis si uso un 39 y medio?"),
        (R, "¿Tenéis este modelo en marrón?"),
        (R, "Estoy pensando en comprarlas, ¿son impermeables?"),
        (A, "¿Dónde está mi paquete? El seguimiento no se mueve desde el lunes"),
        (A, "Pagué ayer y sigo sin la confirmación del pedido"),
        (U, "Se rompió la cremallera a las dos semanas, ¿lo cubre la garantía?"),
        (U, "¿Cómo limpio las blancas sin estropearlas?"),
        (U, "Se me ha despegado la suela y las llevo un año"),
        (X, "Quiero devolverlas, me quedan estrechas"),
        (X, "Sigo esperando el reembolso del 4417"),
        (X, "¿Recogéis zapatillas viejas para reciclar?"),
    ],
    "pl": [
        (R, "Jaki rozmiar polecacie przy szerokiej stopie?"),
        (R, "Czy macie ten model w brązie?"),
        (R, "Szukam czegoś na zimę, są nieprzemakalne?"),
        (A, "Gdzie jest moja paczka? Śledzenie stoi od poniedziałku"),
        (A, "Zapłaciłam wczoraj i dalej nie mam potwierdzenia zamówienia"),
        (U, "Zamek zepsuł się po dwóch tygodniach, czy obejmuje to gwarancja?"),
        (U, "Jak czyścić te białe, żeby ich nie zniszczyć?"),
        (U, "podeszwa sie odkleila, nosze je od roku"),
        (X, "Chcę je odesłać, są za ciasne"),
        (X, "Nadal czekam na zwrot pieniędzy za 4417"),
        (X, "Przyjmujecie stare buty do recyklingu?"),
    ],
    "el": [
        (R, "Τι μέγεθος να πάρω αν φοράω 39 και μισό; Τι προτείνετε;"),
        (R, "Έχετε αυτό το μοντέλο σε καφέ;"),
        (R, "Ψάχνω κάτι για τον χειμώνα, είναι αδιάβροχα;"),
        (A, "Πού είναι το δέμα μου; Το tracking έχει κολλήσει από Δευτέρα"),
        (A, "Πλήρωσα χθες και δεν έχω επιβεβαίωση παραγγελίας"),
        (A, "pou einai to dema mou? perimeno apo deftera"),
        (U, "Χάλασε το φερμουάρ σε δύο βδομάδες, το καλύπτει η εγγύηση;"),
        (U, "Πώς καθαρίζω τα λευκά χωρίς να τα καταστρέψω;"),
        (U, "Ξεκόλλησε η σόλα, τα φοράω έναν χρόνο"),
        (X, "Θέλω να τα επιστρέψω, είναι στενά"),
        (X, "Θέλω τα λεφτά μου πίσω για την 4417"),
        (X, "Παίρνετε παλιά παπούτσια για ανακύκλωση;"),
    ],
}

CASES = [(code, *example) for code, examples in EXAMPLES.items() for example in examples]


@pytest.mark.parametrize(("language", "expected", "text"), CASES)
def test_a_text_stands_in_its_phase(language: str, expected: Phase, text: str) -> None:
    assert phase(text, language) is expected


def test_a_text_without_cues_has_no_phase() -> None:
    assert phase("Good morning from Crete!", "en") is Phase.UNKNOWN


def test_a_language_without_cues_has_no_phase() -> None:
    assert phase("Where is my parcel?", "pt") is Phase.UNKNOWN
    assert phase("Where is my parcel?", "unknown") is Phase.UNKNOWN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("refund for the warranty", X),
        ("refund for the parcel", X),
        ("warranty for the parcel", U),
        ("voucher, do you have one", A),
    ],
)
def test_of_two_equal_phases_the_later_in_life_wins(text: str, expected: Phase) -> None:
    assert phase(text, "en") is expected


def test_more_cues_beat_a_later_phase() -> None:
    assert phase("Paid, order shipped, courier lost the parcel. Refund?", "en") is A
