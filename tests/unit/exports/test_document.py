import pytest

from backend.errors.lessons import NoTranscript
from backend.exports.document import Layer, Moment, read_lesson
from backend.models import Lesson, Segment

HEARD, CORRECTED = Segment(start=0, end=1, text="sell"), Segment(start=0, end=1, text="cell")


def test_the_corrected_transcript_is_read_where_there_is_one() -> None:
    lesson = Lesson(title="Cells", transcript=[HEARD], corrected_transcript=[CORRECTED])

    assert read_lesson(lesson).segments == (CORRECTED,)
    assert read_lesson(lesson, layer=Layer.TRANSCRIPT).segments == (HEARD,)
    assert read_lesson(Lesson(transcript=[HEARD])).layer is Layer.TRANSCRIPT


def test_a_layer_that_is_not_there_is_said() -> None:
    lesson = Lesson(id=7, transcript=[HEARD])

    with pytest.raises(NoTranscript, match="Lesson 7 has no corrected transcript yet"):
        read_lesson(lesson, layer=Layer.CORRECTED)


def test_course_language_and_the_moments_with_a_time_come_along() -> None:
    moments = [
        {"text": "Said.", "start": 1.5, "end": 2, "segments": [0]},
        {"text": "Not found.", "start": None, "end": None},
    ]
    lesson = Lesson(
        transcript=[], transcript_metadata={"language": "fr"}, summary_metadata={"moments": moments}
    )

    document = read_lesson(lesson, course="Biology")

    assert document.moments == (Moment("Said.", 1.5, 2, (0,)),)
    assert (document.course, document.language) == ("Biology", "fr")
