"""What a task may be asked for, and the sentences that a wrong one gets."""

import pytest

from backend.errors import InvalidValue
from backend.jobs.parameters import (
    CorrectionParameters,
    ProcessParameters,
    SummaryParameters,
    read_parameters,
)


def test_the_parameters_of_the_examples_are_right() -> None:
    correction = '{"lesson_id": 1, "segments_per_group": 15, "max_concurrency": 5}'
    summary = '{"lesson_id": 1, "use_corrected": false}'

    assert read_parameters("transcription", '{"lesson_id": 1}').lesson_id == 1
    assert read_parameters("correction", correction) == CorrectionParameters(
        lesson_id=1, segments_per_group=15, max_concurrency=5
    )
    assert read_parameters("summary", summary) == SummaryParameters(
        lesson_id=1, use_corrected=False
    )


def test_what_is_left_out_is_as_in_the_functions() -> None:
    assert read_parameters("correction", '{"lesson_id": 1}') == CorrectionParameters(
        lesson_id=1, segments_per_group=10, max_concurrency=10
    )
    assert read_parameters("summary", '{"lesson_id": 1}') == SummaryParameters(
        lesson_id=1, use_corrected=True
    )
    assert read_parameters("process", '{"lesson_id": 1}') == ProcessParameters(
        lesson_id=1, again=False
    )


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
