"""Courses and themes: lessons stay whatever becomes of them."""

import threading
from collections.abc import Callable, Iterator

import pytest
from sqlmodel import Session

from backend import database
from backend.courses.service import (
    course_version,
    create_course,
    create_theme,
    edit_course,
    edit_theme,
    get_course,
    list_courses,
    list_themes,
    remove_course,
    remove_theme,
    theme_version,
)
from backend.errors import AlreadyThere, Conflict, InvalidValue, NotFound
from backend.lessons.removal import trash_lesson
from backend.lessons.service import LessonDetails, edit_lesson, lesson_version
from backend.models import Lesson
from tests.unit.lessons.people import read

MakeLesson = Callable[..., int]


@pytest.fixture
def session(each_database: str) -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session


def new_course(session: Session, title: str) -> int:
    course = create_course(session, title)
    assert course.id is not None
    return course.id


def new_theme(session: Session, course_id: int, title: str) -> int:
    theme = create_theme(session, course_id, title)
    assert theme.id is not None
    return theme.id


def counts(session: Session) -> list[tuple[str, int, int]]:
    return [(each.course.title, each.n_lessons, each.n_themes) for each in list_courses(session)]


def put(session: Session, lesson_id: int, **details: str | int) -> Lesson:
    return edit_lesson(session, lesson_id, LessonDetails(**details))  # type: ignore[arg-type]


def test_courses_are_listed_by_title_with_what_they_hold(
    session: Session, lesson_of: MakeLesson
) -> None:
    zoology, biology = new_course(session, " Zoology\n"), new_course(session, "biology")
    new_theme(session, biology, "Cells")
    lessons = [lesson_of(course_id=biology) for _ in range(3)]
    trash_lesson(session, lessons[0], undo_days=7)

    assert counts(session) == [("biology", 2, 1), ("Zoology", 0, 0)]
    assert zoology != biology


@pytest.mark.parametrize("title", ["", " ", "\x00"])
def test_a_title_must_have_something_in_it(session: Session, title: str) -> None:
    course_id = new_course(session, "Biology")
    theme_id = new_theme(session, course_id, "Cells")

    for call in (
        lambda: create_course(session, title),
        lambda: edit_course(session, course_id, title),
        lambda: create_theme(session, course_id, title),
        lambda: edit_theme(session, theme_id, title),
    ):
        with pytest.raises(InvalidValue):
            call()


def test_two_courses_never_have_one_title(session: Session) -> None:
    new_course(session, "Biology")
    other = new_course(session, "Physics")

    with pytest.raises(AlreadyThere, match="Biology"):
        create_course(session, "Biology ")
    with pytest.raises(AlreadyThere, match="Biology"):
        edit_course(session, other, "Biology")

    assert [title for title, *_ in counts(session)] == ["Biology", "Physics"]


def test_themes_of_a_course_have_different_titles(session: Session) -> None:
    biology, physics = new_course(session, "Biology"), new_course(session, "Physics")
    new_theme(session, biology, "Energy")
    new_theme(session, physics, "Energy")
    cells = new_theme(session, biology, "Cells")

    with pytest.raises(AlreadyThere):
        create_theme(session, biology, "Energy")
    with pytest.raises(AlreadyThere):
        edit_theme(session, cells, "Energy")
    edit_theme(session, cells, "Cells")

    assert [each.theme.title for each in list_themes(session, biology)] == ["Cells", "Energy"]


def test_what_was_changed_meanwhile_is_not_changed_again(session: Session) -> None:
    course_id = new_course(session, "Biology")
    theme = create_theme(session, course_id, "Cells")
    assert theme.id is not None
    seen, theme_seen = course_version(get_course(session, course_id)), theme_version(theme)
    edit_course(session, course_id, description="Of living things.", seen=seen)
    edit_theme(session, theme.id, "Cell biology", seen=theme_seen)

    with pytest.raises(Conflict) as caught:
        edit_course(session, course_id, "Life", seen=seen)
    assert caught.value.present["description"] == "Of living things."
    with pytest.raises(Conflict):
        remove_course(session, course_id, seen=seen)
    with pytest.raises(Conflict):
        remove_theme(session, theme.id, seen=theme_seen)

    assert counts(session) == [("Biology", 0, 1)]


def test_lessons_stay_when_their_theme_or_course_is_removed(
    session: Session, lesson_of: MakeLesson
) -> None:
    course_id = new_course(session, "Biology")
    theme_id = new_theme(session, course_id, "Cells")
    lesson_id = lesson_of(course_id=course_id, theme_id=theme_id)

    remove_theme(session, theme_id)
    assert (read(lesson_id).course_id, read(lesson_id).theme_id) == (course_id, None)
    new_theme(session, course_id, "Cells")
    remove_course(session, course_id)

    assert read(lesson_id).course_id is None
    assert counts(session) == []
    with pytest.raises(NotFound):
        list_themes(session, course_id)


@pytest.mark.parametrize("missing", [77, 0, -1, 2**31, 10**30])
def test_what_is_not_there_is_said(session: Session, missing: int) -> None:
    for call in (
        lambda: get_course(session, missing),
        lambda: edit_course(session, missing, "x"),
        lambda: remove_course(session, missing),
        lambda: list_themes(session, missing),
        lambda: create_theme(session, missing, "x"),
        lambda: edit_theme(session, missing, "x"),
        lambda: remove_theme(session, missing),
    ):
        with pytest.raises(NotFound):
            call()


def test_a_lesson_is_put_into_a_course_and_a_theme_of_it(
    session: Session, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of()

    put(session, lesson_id, course="Biology", theme="Cells")
    (biology,) = list_courses(session)
    lesson = put(session, lesson_id, course="Biology", theme="Cells")
    assert lesson.course_id == biology.course.id
    assert [(t.theme.title, t.n_lessons) for t in list_themes(session, lesson.course_id or 0)] == [
        ("Cells", 1)
    ]

    assert put(session, lesson_id, course="Biology").theme_id is not None
    assert put(session, lesson_id, theme="").theme_id is None
    put(session, lesson_id, theme="Cells")
    other = put(session, lesson_id, course="Physics")
    assert other.theme_id is None
    assert put(session, lesson_id, course="").course_id is None


def test_a_lesson_cannot_have_the_theme_of_another_course(
    session: Session, lesson_of: MakeLesson
) -> None:
    biology, physics = new_course(session, "Biology"), new_course(session, "Physics")
    theme_id = new_theme(session, biology, "Cells")
    lesson_id = lesson_of(title="As it was")

    for details in (
        {"title": "New", "course": physics, "theme": theme_id},
        {"title": "New", "theme": "Cells"},
        {"title": "New", "theme": theme_id},
    ):
        with pytest.raises(InvalidValue):
            put(session, lesson_id, **details)
    with pytest.raises(NotFound):
        put(session, lesson_id, course=77)
    put(session, lesson_id, course=biology, theme=theme_id)

    assert read(lesson_id).theme_id == theme_id
    assert read(lesson_id).title == "As it was"


def test_a_lesson_that_was_changed_meanwhile_is_not_changed_again(
    session: Session, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of(title="One")
    seen = lesson_version(read(lesson_id))
    put(session, lesson_id, title="Two")

    with pytest.raises(Conflict) as caught:
        edit_lesson(session, lesson_id, LessonDetails(title="Three"), seen)

    assert caught.value.present["title"] == "Two"
    assert caught.value.present["version"] == lesson_version(read(lesson_id))
    assert read(lesson_id).title == "Two"


@pytest.mark.usefixtures("each_database")
def test_many_who_name_the_same_new_course_and_theme_at_once_make_one(
    lesson_of: MakeLesson,
) -> None:
    lessons = [lesson_of() for _ in range(6)]
    start = threading.Barrier(len(lessons))

    def file_lesson(lesson_id: int) -> None:
        start.wait(60)
        with Session(database.engine) as own:
            put(own, lesson_id, course="Biology", theme="Cells")

    threads = [threading.Thread(target=file_lesson, args=(each,)) for each in lessons]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    with Session(database.engine) as session:
        assert counts(session) == [("Biology", 6, 1)]
