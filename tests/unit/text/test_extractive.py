import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.models.transcript import Flag, Segment
from backend.text.extractive import MAX_BRIEF_CHARACTERS, SentenceVectors, summarise_offline
from backend.text.running_text import timed_sentences
from tests.unit.text.transcripts import LANGUAGES, make_transcript, transcripts

LESSON = {
    "en": """Good morning everyone, please sit down. Can you all hear me at the back of the room?
    Photosynthesis is the process by which plants turn light into chemical energy. It takes place
    in the chloroplasts, small organelles inside the cells of the leaf. Chloroplasts contain a
    green pigment called chlorophyll. Chlorophyll absorbs red and blue light, so leaves look green.
    The light reactions use light to split water into oxygen and protons. The Calvin cycle builds
    sugar from carbon dioxide. Carbon dioxide enters the leaf through pores called stomata.
    Desert plants close their stomata by day to save water. Thank you, and see you on Thursday.""",
    "fr": """Bonjour à tous, asseyez-vous. Vous m'entendez bien au fond de la salle ? La
    photosynthèse est le processus par lequel les plantes changent la lumière en énergie chimique.
    Elle a lieu dans les chloroplastes, de petits organites des cellules de la feuille. Les
    chloroplastes contiennent un pigment vert nommé chlorophylle. La chlorophylle absorbe la
    lumière rouge et bleue. Le cycle de Calvin construit le sucre à partir du dioxyde de carbone.
    Le dioxyde de carbone entre dans la feuille par les stomates. Merci, à jeudi.""",
    "it": """Buongiorno a tutti, sedetevi. Mi sentite bene in fondo all'aula? La fotosintesi è il
    processo con cui le piante trasformano la luce in energia chimica. Avviene nei cloroplasti,
    piccoli organelli delle cellule della foglia. I cloroplasti contengono un pigmento verde
    chiamato clorofilla. La clorofilla assorbe la luce rossa e blu. Il ciclo di Calvin costruisce
    lo zucchero dall'anidride carbonica. L'anidride carbonica entra nella foglia dagli stomi.""",
    "es": """Buenos días a todos, siéntense. ¿Me oyen bien al fondo del aula? La fotosíntesis es
    el proceso por el que las plantas convierten la luz en energía química. Ocurre en los
    cloroplastos, pequeños orgánulos de las células de la hoja. Los cloroplastos contienen un
    pigmento verde llamado clorofila. La clorofila absorbe la luz roja y azul. El ciclo de Calvin
    construye azúcar a partir del dióxido de carbono. El dióxido de carbono entra en la hoja.""",
    "de": """Guten Morgen zusammen, setzt euch bitte. Könnt ihr mich alle gut hören? Die
    Photosynthese ist der Vorgang, durch den Pflanzen Licht in chemische Energie verwandeln. Sie
    findet in den Chloroplasten statt, kleinen Organellen der Zellen des Blattes. Die Chloroplasten
    enthalten einen grünen Farbstoff namens Chlorophyll. Das Chlorophyll nimmt rotes und blaues
    Licht auf. Der Calvin-Zyklus baut Zucker aus Kohlendioxid. Das Kohlendioxid tritt durch die
    Spaltöffnungen in das Blatt ein. Danke, bis Donnerstag.""",
}


def spoken_in_pieces(text: str, words_per_segment: int = 9) -> list[Segment]:
    """The text cut into segments without regard to its sentences."""
    words = text.split()
    starts = range(0, len(words), words_per_segment)
    return make_transcript(*(" " + " ".join(words[s : s + words_per_segment]) for s in starts))


@pytest.mark.parametrize("language", sorted(LESSON))
def test_a_summary_is_made_of_what_the_lesson_is_about(language: str) -> None:
    lesson = " ".join(LESSON[language].split())

    summary = summarise_offline(spoken_in_pieces(lesson), language, max_words=300)

    assert summary.statements
    assert all(statement.text in lesson for statement in summary.statements)
    assert not any(statement.text.endswith("?") for statement in summary.statements)
    assert len(summary.text.split()) <= max(40, len(lesson.split()) / 3)
    assert "hloro" in summary.text or "loro" in summary.text
    assert summary.text == "\n".join(statement.text for statement in summary.statements)


def test_statements_are_in_the_order_of_the_lesson_and_name_their_segments() -> None:
    segments = spoken_in_pieces(LESSON["en"])

    summary = summarise_offline(segments, "en", max_words=60)

    ids = [statement.segment_ids for statement in summary.statements]
    assert ids == sorted(ids)
    for statement in summary.statements:
        said = " ".join(segments[index].text.strip() for index in statement.segment_ids)
        assert statement.text in said
        assert statement.start == segments[statement.segment_ids[0]].start
        assert statement.end == segments[statement.segment_ids[-1]].end


def test_all_parts_of_a_long_lesson_are_heard() -> None:
    subjects = ["volcano", "glacier", "river", "desert"]
    texts = [
        f"The {subject} number {index} shapes the land around with patient {subject} work."
        for subject in subjects
        for index in range(30)
    ]

    summary = summarise_offline(make_transcript(*texts), "en", max_words=120)

    assert all(subject in summary.text for subject in subjects)


def test_the_same_thing_is_not_said_twice() -> None:
    same = "Mitochondria produce the energy that every living cell needs."
    texts = [same, "Membranes keep dangerous substances outside the living cell.", same, same]

    summary = summarise_offline(make_transcript(*texts), "en", max_words=100)

    assert summary.text.count("Mitochondria") == 1


@pytest.mark.parametrize("max_words", [1, 3, 10])
def test_a_sentence_that_is_too_long_is_cut_at_a_word(max_words: int) -> None:
    sentence = " ".join(f"word{index}" for index in range(30)) + "."

    summary = summarise_offline(make_transcript(sentence), "en", max_words)

    assert summary.text == " ".join(f"word{index}" for index in range(max_words)) + "…"


def test_text_without_punctuation_is_told_in_pieces_of_readable_length() -> None:
    bare = "".join(c for c in LESSON["en"].lower() if c.isalpha() or c.isspace())
    segments = spoken_in_pieces(bare)

    summary = summarise_offline(segments, "en", max_words=80)

    assert summary.statements
    assert all(8 <= len(statement.text.split()) <= 40 for statement in summary.statements)
    assert all(statement.text in " ".join(bare.split()) for statement in summary.statements)


def test_a_single_endless_segment_is_told_in_pieces() -> None:
    words = " ".join(f"word{index % 700}" for index in range(3000))

    summary = summarise_offline(make_transcript(words), "en", max_words=50)

    assert 0 < len(summary.text.split()) <= 50


@pytest.mark.parametrize("texts", [[], [""], ["", "  "], ["...", "♪ ♪"]])
def test_of_nothing_no_summary_is_made(texts: list[str]) -> None:
    summary = summarise_offline(make_transcript(*texts), "en", max_words=100)

    assert (summary.statements, summary.brief, summary.text) == ((), "", "")


def test_what_nobody_said_is_not_quoted() -> None:
    real = make_transcript("The heart pumps blood through arteries into every organ.")
    invented = [
        Segment(
            start=10, end=12, text="Subscribe to our channel for more great videos.", flags=(flag,)
        )
        for flag in (Flag.NO_SPEECH, Flag.REPETITION)
    ]

    summary = summarise_offline([*real, *invented], "en", max_words=100)

    assert summary.text == real[0].text


def test_the_brief_is_short_whatever_the_sentences() -> None:
    sentence = "The " + "incomprehensibly " * 40 + "long sentence."

    summary = summarise_offline(make_transcript(sentence), "en", max_words=100)

    assert len(summary.brief) <= MAX_BRIEF_CHARACTERS
    assert summary.brief.endswith("incomprehensibly…")


def test_a_sentence_among_like_sentences_ranks_first() -> None:
    vectors = SentenceVectors([["red", "fox"], ["red", "fox", "den"], ["fox", "den"], ["moon"]])

    ranks = vectors.rank()

    assert ranks.argmax() == 1
    assert ranks.argmin() == 3
    assert ranks.sum() == pytest.approx(1)


def test_ten_hours_of_speech_are_summarised() -> None:
    chance = random.Random(7)
    vocabulary = [f"term{index}" for index in range(5000)]
    texts = [" ".join(chance.choices(vocabulary, k=10)) + "." for _ in range(10_000)]
    segments = make_transcript(*texts)

    summary = summarise_offline(segments, "en", max_words=300)

    assert 250 <= len(summary.text.split()) <= 300
    assert summary.statements[0].start < 3000
    assert summary.statements[-1].start > 27_000


@given(segments=transcripts(), language=LANGUAGES, max_words=st.integers(1, 50))
def test_a_summary_is_never_longer_than_asked_and_always_the_same(
    segments: list[Segment], language: str | None, max_words: int
) -> None:
    summary = summarise_offline(segments, language, max_words)

    assert summary == summarise_offline(segments, language, max_words)
    assert len(summary.text.split()) <= max_words
    assert len(summary.brief) <= MAX_BRIEF_CHARACTERS
    assert all(statement.start <= statement.end for statement in summary.statements)
    assert bool(summary.text) == bool(summary.brief) == bool(summary.statements)


def test_less_than_one_word_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        summarise_offline([], "en", 0)


@given(segments=transcripts(), language=LANGUAGES)
def test_timed_sentences_hold_every_word_once(
    segments: list[Segment], language: str | None
) -> None:
    sentences = timed_sentences(segments, language)

    spoken = "".join("".join(segment.text.split()) for segment in segments)
    assert "".join("".join(sentence.text.split()) for sentence in sentences) == spoken
    ids = [index for sentence in sentences for index in sentence.segment_ids]
    assert ids == sorted(ids)
    assert set(ids) == {index for index, segment in enumerate(segments) if segment.text.strip()}
