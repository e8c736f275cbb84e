"""Courses, and the themes within them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from backend.database.sessions import refuse_uncommitted_writes, writing
from backend.errors import AlreadyThere, InvalidValue, NotFound
from backend.models import Course, Lesson, Theme
from backend.models.columns import LARGEST_ID
from backend.text.wording import clean_note, clean_title, require_title
from backend.versions import require_version, version_of


@dataclass(frozen=True)
class ListedCourse:
    """A course, and how many lessons and themes it has."""

    course: Course
    n_lessons: int
    n_themes: int


@dataclass(frozen=True)
class ListedTheme:
    """A theme, and how many lessons it has."""

    theme: Theme
    n_lessons: int


# --- courses ---------------------------------------------------------------------------------


def list_courses(session: Session) -> list[ListedCourse]:
    """All courses by their titles."""
    n_lessons = (
        select(func.count()).where(col(Lesson.course_id) == col(Course.id))
    ).scalar_subquery()
    n_themes = select(func.count()).where(col(Theme.course_id) == col(Course.id)).scalar_subquery()
    order = (func.lower(Course.title), col(Course.id))
    statement = select(Course, n_lessons, n_themes).order_by(*order)
    return [ListedCourse(*row) for row in session.exec(statement)]


def get_course(session: Session, course_id: int) -> Course:
    """Raises `NotFound`."""
    course = session.get(Course, course_id) if 0 < course_id <= LARGEST_ID else None
    if course is None:
        raise NotFound(f"There is no course {course_id}.")
    return course


def course_version(course: Course) -> str:
    return version_of(course.title, course.description)


def create_course(session: Session, title: str, description: str = "") -> Course:
    """Raises `InvalidValue`, and `AlreadyThere` where a course has that title."""
    title, description = require_title(title), clean_note(description)
    refuse_uncommitted_writes(session)
    course = Course(title=title, description=description)
    with _naming_taken(title), writing(session):
        session.add(course)
    return course


def edit_course(
    session: Session,
    course_id: int,
    title: str | None = None,
    description: str | None = None,
    seen: str | None = None,
) -> Course:
    """Change what was given, and nothing else.

    Raises
    ------
    NotFound, InvalidValue, AlreadyThere, UncommittedWrites
    Conflict
        The course is not of the version that was `seen`; `present` is what it is now.
    """
    refuse_uncommitted_writes(session)
    with _naming_taken(title), writing(session):
        course = _lock_course(session, course_id)
        require_version(f"Course {course_id}", seen, course_json(course))
        if title is not None:
            course.title = require_title(title)
        if description is not None:
            course.description = clean_note(description)
    return course


def remove_course(session: Session, course_id: int, seen: str | None = None) -> None:
    """Remove a course and its themes; its lessons stay, without a course.

    Raises
    ------
    NotFound, Conflict, UncommittedWrites
    """
    refuse_uncommitted_writes(session)
    with writing(session):
        course = _lock_course(session, course_id)
        require_version(f"Course {course_id}", seen, course_json(course))
        session.delete(course)


def course_json(course: Course) -> dict[str, Any]:
    """A course as plain JSON values."""
    return {
        "id": course.id,
        "title": course.title,
        "description": course.description,
        "version": course_version(course),
    }


def find_course(session: Session, course: str | int) -> int | None:
    """The id of a course by its title, which is made if there is none, or by its id; "": None.

    Called within a transaction that holds the write lock.

    Raises
    ------
    NotFound
    """
    if isinstance(course, int):
        return _lock_course(session, course).id
    title = clean_title(course)
    if not title:
        return None
    # Whoever makes the same course at this moment is waited for.
    made = text("INSERT INTO course (title) VALUES (:title) ON CONFLICT (title) DO NOTHING")
    session.connection().execute(made, {"title": title})
    # Locked before a lesson refers to it: two who held it so, and then wanted the lock for one of
    # its themes, would wait for each other.
    by_title = select(Course.id).where(Course.title == title)
    return session.exec(by_title.with_for_update(key_share=True)).one()


def _lock_course(session: Session, course_id: int) -> Course:
    """The course as it is now, locked until the end of the transaction."""
    course = None
    if 0 < course_id <= LARGEST_ID:
        lock = {"key_share": True}  # lessons that refer to it are no reason to wait
        course = session.get(Course, course_id, populate_existing=True, with_for_update=lock)
    if course is None:
        raise NotFound(f"There is no course {course_id}.")
    return course


@contextmanager
def _naming_taken(title: str | None) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise AlreadyThere(
            f"There is a course of the title `{title}` already: choose another title."
        ) from error


# --- themes ----------------------------------------------------------------------------------


def list_themes(session: Session, course_id: int) -> list[ListedTheme]:
    """The themes of a course by their titles.

    Raises
    ------
    NotFound
    """
    get_course(session, course_id)
    n_lessons = (
        select(func.count()).where(col(Lesson.theme_id) == col(Theme.id))
    ).scalar_subquery()
    statement = (
        select(Theme, n_lessons)
        .where(Theme.course_id == course_id)
        .order_by(func.lower(Theme.title), col(Theme.id))
    )
    return [ListedTheme(*row) for row in session.exec(statement)]


def get_theme(session: Session, theme_id: int) -> Theme:
    """Raises `NotFound`."""
    theme = session.get(Theme, theme_id) if 0 < theme_id <= LARGEST_ID else None
    if theme is None:
        raise NotFound(f"There is no theme {theme_id}.")
    return theme


def theme_version(theme: Theme) -> str:
    return version_of(theme.title, theme.course_id)


def create_theme(session: Session, course_id: int, title: str) -> Theme:
    """Raises `NotFound`, `InvalidValue`, and `AlreadyThere` where the course has such a theme."""
    title = require_title(title)
    refuse_uncommitted_writes(session)
    with writing(session):
        # The lock holds off whoever makes or renames another of its themes.
        _lock_course(session, course_id)
        _require_new_theme(session, course_id, title)
        theme = Theme(title=title, course_id=course_id)
        session.add(theme)
    return theme


def edit_theme(session: Session, theme_id: int, title: str, seen: str | None = None) -> Theme:
    """Rename a theme.

    Raises
    ------
    NotFound, InvalidValue, AlreadyThere, UncommittedWrites
    Conflict
        The theme is not of the version that was `seen`; `present` is what it is now.
    """
    title = require_title(title)
    refuse_uncommitted_writes(session)
    with writing(session):
        theme = _lock_theme(session, theme_id)
        require_version(f"Theme {theme_id}", seen, theme_json(theme))
        if title != theme.title:
            _require_new_theme(session, theme.course_id, title)
            theme.title = title
    return theme


def remove_theme(session: Session, theme_id: int, seen: str | None = None) -> None:
    """Remove a theme; its lessons stay in their course.

    Raises
    ------
    NotFound, Conflict, UncommittedWrites
    """
    refuse_uncommitted_writes(session)
    with writing(session):
        theme = _lock_theme(session, theme_id)
        require_version(f"Theme {theme_id}", seen, theme_json(theme))
        session.delete(theme)


def theme_json(theme: Theme) -> dict[str, Any]:
    """A theme as plain JSON values."""
    return {
        "id": theme.id,
        "title": theme.title,
        "course_id": theme.course_id,
        "version": theme_version(theme),
    }


def find_theme(session: Session, theme: str | int, course_id: int | None) -> int | None:
    """The id of a theme of a course by its title, which is made if there is none, or by its id;
    "": None. Called within a transaction that holds the write lock.

    Raises
    ------
    NotFound, InvalidValue
    """
    title = "" if isinstance(theme, int) else clean_title(theme)
    if not title and not isinstance(theme, int):
        return None
    if course_id is None:
        raise InvalidValue("A theme belongs to a course: put the lesson into a course first.")
    _lock_course(session, course_id)
    if isinstance(theme, int):
        found = get_theme(session, theme)
        if found.course_id != course_id:
            raise InvalidValue(
                f"Theme {theme} (`{found.title}`) belongs to another course: choose one of the "
                "lesson's own course."
            )
        return found.id
    return _theme_of_title(session, course_id, title)


def _theme_of_title(session: Session, course_id: int, title: str) -> int | None:
    found = session.exec(_themes_of_title(course_id, title)).first()
    if found is None:
        found = Theme(title=title, course_id=course_id)
        session.add(found)
        session.flush()
    return found.id


def _themes_of_title(course_id: int | None, title: str) -> SelectOfScalar[Theme]:
    return select(Theme).where(Theme.course_id == course_id, Theme.title == title)


def _require_new_theme(session: Session, course_id: int | None, title: str) -> None:
    if session.exec(_themes_of_title(course_id, title)).first() is not None:
        raise AlreadyThere(
            f"The course has a theme of the title `{title}` already: choose another title."
        )


def _lock_theme(session: Session, theme_id: int) -> Theme:
    """A theme as it is now; its course is locked, where it has one, and so are all its themes."""
    course_id = get_theme(session, theme_id).course_id
    if course_id is not None:
        _lock_course(session, course_id)
    theme = session.get(Theme, theme_id, populate_existing=True, with_for_update=True)
    if theme is None:
        raise NotFound(f"There is no theme {theme_id}.")
    return theme
