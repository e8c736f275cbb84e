"""Transcripts for the tests of texts: made by hand, and by hypothesis."""

from collections.abc import Sequence

from hypothesis import strategies as st

from backend.models.transcript import Segment, Word

HARD_WORDS = """
    the the a a an of and i i'm it we is was very no no that that had had 3.5 9:30 42
    la le les nous nous vous de de l'école c'est ; : ! ? « » il e e piano piano che
    el y y ¿Qué niño der die die und und Kraft Straße . , ... … The I I'm end.The a,b
    one,two www.example.com x@y.org ( ) (see mass! force. don't iPhone i.e. 今日は。 שלום
    <b> & --> {\\an8} \\N https://example.com/a/very/long/address/that/fits/no/line?of=captions
"""
SPOKEN = st.sampled_from([*HARD_WORDS.split(), "\u00a0", "\u202f"])
STORED = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
ANY_TEXT = st.text(STORED | st.sampled_from("\n\t"), max_size=40)
SPOKEN_TEXT = st.lists(SPOKEN, max_size=25).map(" ".join) | ANY_TEXT
LANGUAGES = st.sampled_from(["en", "fr", "it", "es", "de", "pt", "he", None])
TIMES = st.floats(0, 400_000).map(lambda seconds: round(seconds, 3))


@st.composite
def transcripts(draw: st.DrawFn) -> list[Segment]:
    """Segments in time order, some with word times, some that overlap or have no length."""
    starts = sorted(draw(st.lists(TIMES, max_size=6)))
    return [draw(segments_at(start)) for start in starts]


@st.composite
def segments_at(draw: st.DrawFn, start: float) -> Segment:
    text = draw(SPOKEN_TEXT)
    end = start + draw(st.sampled_from([0.0, 0.2, 1.0, 4.0, 30.0]))
    words = draw(timed_words(text, start, end)) if draw(st.booleans()) else None
    return Segment(start=start, end=end, text=text, words=words)


@st.composite
def timed_words(draw: st.DrawFn, text: str, start: float, end: float) -> tuple[Word, ...]:
    tokens = text.split()
    times = sorted(
        draw(st.lists(st.floats(start, end), min_size=2 * len(tokens), max_size=2 * len(tokens)))
    )
    return tuple(
        Word(text=token, start=times[2 * index], end=times[2 * index + 1], probability=0.5)
        for index, token in enumerate(tokens)
    )


def make_transcript(*texts: str, gap: float = 1.0, seconds: float = 2.0) -> list[Segment]:
    """Segments of `seconds` each, with a silence of `gap` seconds after each."""
    starts = [index * (seconds + gap) for index in range(len(texts))]
    return [
        Segment(start=start, end=start + seconds, text=text)
        for start, text in zip(starts, texts, strict=True)
    ]


def texts_of(segments: Sequence[Segment]) -> list[str]:
    return [segment.text for segment in segments]
