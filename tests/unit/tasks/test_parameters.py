"""What a task may be asked for, and the sentences that a wrong one gets."""

import pytest

from backend.errors import InvalidValue
from backend.tasks.parameters import read_parameters


@pytest.mark.parametrize(
    ("task_type", "text", "expected"),
    [
        ("transcription", '{"lesson_id": 1}', {}),
        (
            "correction",
            '{"lesson_id": 1, "segments_per_group": 15, "max_concurrency": 5}',
            {"segments_per_group": 15, "max_concurrency": 5},
        ),
        ("summary", '{"lesson_id": 1, "use_corrected": false}', {"use_corrected": False}),
        # What is left out is as in the functions.
        (
            "correction",
            '{"lesson_id": 1}',
            {"segments_per_group": 10, "max_concurrency": 10},
        ),
        ("summary", '{"lesson_id": 1}', {"use_corrected": True}),
        ("process", '{"lesson_id": 1}', {"again": False}),
    ],
)
def test_right_parameters_are_read(task_type: str, text: str, expected: dict[str, object]) -> None:
    always = {"lesson_id": 1, "accept_lower_quality": False}

    assert read_parameters(task_type, text).model_dump() == always | expected


@pytest.mark.parametrize(
    ("task_type", "text", "parts"),
    [
        ("translation", '{"lesson_id": 1}', ["`translation` is no type of task", "`summary`"]),
        ("Summary", '{"lesson_id": 1}', ["`Summary` is no type of task"]),
        ("summary", '{"lesson_id": 1', ["are not JSON"]),
        ("summary", None, ["are not a JSON object"]),
        ("summary", "", ["are not a JSON object"]),
        ("summary", "[1]", ["are not a JSON object"]),
        ("summary", "{}", ["`lesson_id` is missing"]),
        ("summary", '{"lesson_id": "1"}', ["`lesson_id` must be", 'not "1"']),
        ("summary", '{"lesson_id": true}', ["`lesson_id` must be", "not true"]),
        ("summary", '{"lesson_id": 1.0}', ["`lesson_id` must be", "not 1.0"]),
        ("summary", '{"lesson_id": null}', ["`lesson_id` must be", "not null"]),
        ("summary", '{"lesson_id": 0}', ["`lesson_id` must be", "not 0"]),
        ("summary", '{"lesson_id": 99999999999}', ["`lesson_id` must be", "99999999999"]),
        ("summary", '{"lesson_id": NaN}', ["`lesson_id` must be"]),
        ("summary", '{"lesson_id": 1, "use_correct": true}', ["`use_correct` is not one of"]),
        ("transcription", '{"lesson_id": 1, "beam": 3}', ["`beam` is not one of `lesson_id`"]),
        ("correction", '{"lesson_id": 1, "max_concurrency": 0}', ["`max_concurrency` must be"]),
    ],
)
def test_wrong_parameters_get_a_sentence(
    task_type: str, text: str | None, parts: list[str]
) -> None:
    with pytest.raises(InvalidValue) as raised:
        read_parameters(task_type, text)

    message = raised.value.message
    assert message.endswith(".")
    assert "\n" not in message
    for part in parts:
        assert part in message
