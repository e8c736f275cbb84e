"""What the guard lets through and what it holds, kind by kind and in each language."""

import pytest

from backend.text.guard import Judgement, Reason, Surroundings, Verdict, judge


def judged(
    language: str | None, original: str, proposed: str, before: str = "", after: str = ""
) -> Judgement:
    return judge(original, proposed, Surroundings(language=language, before=before, after=after))


# --- what passes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "original", "proposed"),
    [
        # punctuation and case
        ("en", "so newton was right wasn't he", "So Newton was right, wasn't he?"),
        ("fr", "vraiment oui dit il", "Vraiment ? « Oui », dit-il."),
        ("pt", "a célula divide-se", "A célula divide-se."),
        (None, "клетка делится", "Клетка делится."),
        # spelling, accents, agreement, articles
        ("en", "the goverment seperate them", "The government separates them."),
        ("fr", "les eleve mange", "Les élèves mangent."),
        ("it", "perche la cellula e viva", "Perché la cellula è viva."),
        ("es", "el rio mas largo de europa", "El río más largo de Europa."),
        ("de", "die strasse ist grösser", "Die Straße ist größer."),
        ("en", "it has a effect on an planet", "It has an effect on the planet."),
        ("de", "mit den auto", "Mit dem Auto."),
        # joined, parted, misheard
        ("en", "sun light threw a prison", "Sunlight through a prism."),
        ("en", "adenosine try phosphate", "Adenosine triphosphate."),
        ("fr", "ils on fini peut être", "Ils ont fini peut-être."),
        ("it", "loro anno in somma finito", "Loro hanno insomma finito."),
        ("es", "haber si valla por que", "A ver si vaya porque."),
        ("de", "ich weis das seid gestern", "Ich weiß, dass seit gestern."),
        # fillers and stutters
        ("en", "um so the the the cell you know divides", "The cell divides."),
        ("fr", "euh donc le le verbe", "Le verbe."),
        ("it", "ehm allora il il verbo", "Il verbo."),
        ("es", "eh bueno el el verbo", "El verbo."),
        ("de", "äh also der der satz", "Der Satz."),
        ("en", "pho photosynthesis in the in the leaf", "Photosynthesis in the leaf."),
        # numbers, symbols, letters
        ("en", "in nineteen forty five and nineteen oh five", "In 1945 and 1905."),
        ("en", "louis the fourteenth and world war two", "Louis XIV and World War II."),
        ("fr", "mille neuf cent quarante cinq", "1945."),
        ("fr", "au dix neuvième siècle", "Au XIXe siècle."),
        ("it", "nel millenovecentoquarantacinque", "Nel 1945."),
        ("es", "mil novecientos cuarenta y cinco", "1945."),
        ("de", "neunzehnhundertfünfundvierzig", "1945."),
        ("de", "um acht uhr fünfzehn", "Um 8:15 Uhr."),
        ("en", "seven point four percent of five kilograms", "7.4% of 5 kg."),
        ("fr", "sept virgule quatre pour cent", "7,4 %."),
        ("en", "minus three and a half degrees", "-3.5°."),
        ("en", "h two o and d n a and c o two", "H2O and DNA and CO2."),
        ("fr", "soixante huit millions d'habitants", "68 millions d'habitants."),
        ("en", "fifty dollars", "$50."),
        # contractions, and negations made formal
        ("en", "i'm sure we cannot and they don't", "I am sure we can't and they do not."),
        ("fr", "on peut pas et j'ai rien vu", "On ne peut pas et je n'ai rien vu."),
        ("de", "ich hab nix gesehen", "Ich habe nichts gesehen."),
    ],
)
def test_what_says_the_same_is_accepted(language: str | None, original: str, proposed: str) -> None:
    assert judged(language, original, proposed) == Judgement(Verdict.ACCEPT)


def test_a_term_of_the_course_may_sound_less_alike() -> None:
    heard, right = "the crebbles cycle", "the Krebs cycle"

    assert judged("en", heard, right).verdict is Verdict.REVIEW
    known = Surroundings(language="en", terms=frozenset({"Krebs"}))
    assert judge(heard, right, known).verdict is Verdict.ACCEPT


# --- what is held ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "original", "proposed", "reason"),
    [
        ("en", "about forty degrees", "About forty-two degrees.", Reason.NUMBER),
        ("en", "it is three point three metres", "It is 33 metres.", Reason.NUMBER),
        ("fr", "il y a deux mille personnes", "Il y a deux cents personnes.", Reason.NUMBER),
        ("it", "nel millenovecento", "Nel 1990.", Reason.NUMBER),
        ("es", "cuarenta y dos alumnos", "Veinticuatro alumnos.", Reason.NUMBER),
        ("de", "zweiundvierzig schüler", "Vierundzwanzig Schüler.", Reason.NUMBER),
        ("en", "five grams", "Five kilograms.", Reason.UNIT),
        ("de", "fünf prozent", "Fünf Grad.", Reason.UNIT),
        ("en", "on monday in june", "On Tuesday in June.", Reason.CALENDAR),
        ("en", "it does not divide", "It does divide.", Reason.NEGATION),
        ("fr", "elle n'a pas divisé", "Elle a divisé.", Reason.NEGATION),
        ("it", "la cellula non si divide", "La cellula si divide.", Reason.NEGATION),
        ("es", "la célula no se divide", "La célula se divide.", Reason.NEGATION),
        ("de", "sie teilt sich nicht", "Sie teilt sich.", Reason.NEGATION),
        ("en", "the process is reversible", "The process is irreversible.", Reason.NEGATION),
        ("de", "er ist schuldig", "Er ist unschuldig.", Reason.NEGATION),
        ("en", "they can do it", "They can't do it.", Reason.NEGATION),
        ("fr", "il en veut plus", "Il n'en veut plus.", Reason.NEGATION),
        ("en", "prices increase", "Prices decrease.", Reason.OPPOSITE),
        ("en", "cells go through mitosis", "Cells go through meiosis.", Reason.OPPOSITE),
        ("it", "le stalattiti crescono", "Le stalagmiti crescono.", Reason.OPPOSITE),
        ("de", "der wurde gewählt", "Der würde gewählt.", Reason.OPPOSITE),
        ("en", "some planets have rings", "All planets have rings.", Reason.QUANTIFIER),
        ("it", "quasi tutti lo sanno", "Tutti lo sanno.", Reason.QUANTIFIER),
        ("en", "it may rain", "It will rain.", Reason.HEDGE),
        ("es", "quizás llueva hoy", "Llueva hoy.", Reason.HEDGE),
        ("en", "she gave him the book", "He gave him the book.", Reason.PRONOUN),
        ("es", "escribe la respuesta", "Escríbeme la respuesta.", Reason.PRONOUN),
        ("en", "then Newton said so", "Then Hooke said so.", Reason.NAME),
        ("en", "the muscle needs energy", "The cell needs energy.", Reason.REPLACED),
        ("en", "the large house", "The larger house.", Reason.REPLACED),
        ("en", "newton found it", "He found it.", Reason.PRONOUN),
        ("en", "the salt and the water", "The salt.", Reason.LOST),
        ("en", "the salt dissolves", "The blue salt dissolves.", Reason.ADDED),
        ("en", "it stood there.", "It stood there", Reason.SENTENCE_END),
        ("en", "the cell divides", "**The cell** divides", Reason.MARKUP),
        ("en", "the cell divides", 'The cell divides"}]', Reason.MARKUP),
        ("en", "the cell divides", '"The cell divides."', Reason.MARKUP),
        ("en", "the cell divides", "- The cell divides", Reason.MARKUP),
        ("en", "the cell divides", "The cell divides &amp; grows", Reason.MARKUP),
        ("en", "the cell divides", "   ", Reason.EMPTY),
        ("en", "the cell divides", "The cell divides divides divides", Reason.REPEATED),
        ("en", "the cell divides", "I'm sorry, I cannot help with that.", Reason.ANSWERED),
        ("de", "die zelle teilt sich", "Hier ist der Text: Die Zelle teilt sich.", Reason.ANSWERED),
        ("en", "what is the sum of the two", "¿Cuál es la suma de los dos?", Reason.OTHER_LANGUAGE),
        ("en", "the cell divides", "Клетка делится", Reason.OTHER_LANGUAGE),
        (
            "en",
            "most of the energy is lost as heat",
            "The majority of power dissipates thermally",
            Reason.PARAPHRASED,
        ),
        ("pt", "a célula não se divide", "a célula se divide", Reason.LOST),
        ("pt", "foram 12 alunos", "foram 13 alunos", Reason.NUMBER),
    ],
)
def test_what_says_something_else_is_held(
    language: str, original: str, proposed: str, reason: Reason
) -> None:
    judgement = judged(language, original, proposed)

    assert judgement.verdict is not Verdict.ACCEPT
    assert reason in judgement.reasons


@pytest.mark.parametrize(
    ("original", "proposed"),
    [
        ("isaac newton was twenty two", "in the following years he studied light"),
        ("isaac newton was twenty two", "Isaac Newton was 22 in the following years he studied"),
    ],
)
def test_the_words_of_a_neighbour_are_told(original: str, proposed: str) -> None:
    judgement = judged("en", original, proposed, after="in the following years he studied light")

    assert judgement.verdict is Verdict.REJECT
    assert Reason.MOVED in judgement.reasons


def test_an_echo_of_the_prompt_is_told() -> None:
    prompt = "Correct spelling, punctuation, capitals and words that were misheard."
    around = Surroundings(language="en", prompt=prompt)

    judgement = judge("the cell divides", prompt, around)

    assert judgement.verdict is Verdict.REJECT
    assert Reason.PROMPT_ECHOED in judgement.reasons


def test_a_sentence_that_goes_on_in_the_next_segment_may_lose_its_full_stop() -> None:
    assert judged("en", "It stood.", "It stood", after="by the river").verdict is Verdict.ACCEPT
    assert judged("en", "It stood.", "It stood", after="Then it fell").verdict is Verdict.REVIEW


def test_a_segment_in_another_language_is_judged_by_that() -> None:
    original = "und das ist nicht der satz den wir haben"

    assert judged("en", original, "Und das ist nicht der Satz, den wir haben.") == Judgement(
        Verdict.ACCEPT
    )
    held = judged("en", original, "Und das ist der Satz, den wir haben.")
    assert Reason.NEGATION in held.reasons
