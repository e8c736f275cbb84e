"""What is known to be worse than what."""

import pytest

from backend.lesson_texts.makers import Maker, is_lower

BUILT_IN = Maker("pocketsphinx", "en-us")
CAPTIONS = Maker("imported")
RULES = Maker("Offline", "rules")
OPENAI = Maker("OpenAI", "gpt-4o")


def whisper(model: str) -> Maker:
    return Maker("faster-whisper", model)


WORSE = [
    (whisper("small"), BUILT_IN),
    (whisper("my-own"), BUILT_IN),
    (Maker("another-recogniser"), BUILT_IN),
    (whisper("small"), whisper("base")),
    (whisper("large-v3-turbo"), whisper("medium")),
    (whisper("Systran--faster-whisper-medium"), whisper("small.en")),
    (CAPTIONS, whisper("large-v3")),
    (CAPTIONS, BUILT_IN),
    (OPENAI, RULES),
]


@pytest.mark.parametrize(("present", "new"), WORSE)
def test_what_is_worse_is_known_as_such_and_the_other_way_round_is_not(
    present: Maker, new: Maker
) -> None:
    assert is_lower(present, new)
    assert not is_lower(new, present)


@pytest.mark.parametrize(
    ("present", "new"),
    [
        (None, BUILT_IN),
        (BUILT_IN, BUILT_IN),
        (RULES, RULES),
        (whisper("large-v3"), whisper("large-v3-turbo")),
        (whisper("my-own"), whisper("tiny")),
        (whisper("tiny"), whisper("my-own")),
        (OPENAI, Maker("Anthropic", "another")),
        (OPENAI, Maker("OpenAI", "smaller")),
    ],
)
def test_what_cannot_be_told_is_not_worse(present: Maker | None, new: Maker) -> None:
    assert not is_lower(present, new)


@pytest.mark.parametrize("model", ["small.en", "large.en", "distil-large-v3"])
def test_a_model_for_english_alone_is_worse_for_what_is_spoken_in_french(model: str) -> None:
    assert is_lower(whisper("tiny"), whisper(model), "fr")
    assert not is_lower(whisper("tiny"), whisper(model), "en")
    assert not is_lower(whisper("tiny"), whisper(model), None)


@pytest.mark.parametrize("metadata", [None, {}, {"by_hand": True}, {"engine": 7}])
def test_of_a_text_that_people_alone_wrote_nobody_knows_a_maker(
    metadata: dict[str, object] | None,
) -> None:
    assert Maker.of(metadata) is None


def test_a_maker_is_named_in_words() -> None:
    named = [str(maker) for maker in (whisper("small"), BUILT_IN, CAPTIONS, RULES, OPENAI)]

    assert named == [
        "Whisper (small)",
        "the built-in speech recognition",
        "captions that a person brought in",
        "the built-in rules",
        "OpenAI (gpt-4o)",
    ]
