"""Courses and their themes over HTTP."""

from fastapi import APIRouter, Response

from backend.courses import service as service
from backend.courses.schemas import (
    CourseChange,
    CourseListed,
    CourseNew,
    CoursePublic,
    Courses,
    ThemeListed,
    ThemePublic,
    Themes,
    ThemeTitle,
)
from backend.dependencies import SessionDep
from backend.models import Course, Theme
from backend.web.conditional import Seen, name_version
from backend.web.inputs import PathId
from backend.web.problems import problems

router = APIRouter(tags=["courses"])

MAY_FAIL = problems(404, 409, 412, 413, 415, 422, 428)


@router.get("/courses")
def list_courses(session: SessionDep) -> Courses:
    """List all courses by their titles."""
    return Courses(
        items=[
            CourseListed(
                **service.course_json(listed.course),
                n_lessons=listed.n_lessons,
                n_themes=listed.n_themes,
            )
            for listed in service.list_courses(session)
        ]
    )


@router.post("/courses", status_code=201, responses=problems(409, 413, 415, 422))
def add_course(new: CourseNew, session: SessionDep, response: Response) -> CoursePublic:
    """Make a course."""
    course = service.create_course(session, new.title, new.description)
    response.headers["Location"] = f"/api/v1/courses/{course.id}"
    return _course(course, response)


@router.get("/courses/{course_id}", responses=problems(404, 422))
def get_course(course_id: PathId, session: SessionDep, response: Response) -> CoursePublic:
    """Look at a course."""
    return _course(service.get_course(session, course_id), response)


@router.patch("/courses/{course_id}", responses=MAY_FAIL)
def change_course(
    course_id: PathId, change: CourseChange, seen: Seen, session: SessionDep, response: Response
) -> CoursePublic:
    """Change a course's title or description."""
    course = service.edit_course(session, course_id, change.title, change.description, seen)
    return _course(course, response)


@router.delete("/courses/{course_id}", status_code=204, responses=problems(404, 412, 422, 428))
def remove_course(course_id: PathId, seen: Seen, session: SessionDep) -> None:
    """Remove a course and its themes; its lessons stay."""
    service.remove_course(session, course_id, seen)


def _course(course: Course, response: Response) -> CoursePublic:
    name_version(response, service.course_version(course))
    return CoursePublic.model_validate(service.course_json(course))


# --- themes ----------------------------------------------------------------------------------


@router.get("/courses/{course_id}/themes", responses=problems(404, 422))
def list_themes(course_id: PathId, session: SessionDep) -> Themes:
    """List a course's themes by their titles."""
    return Themes(
        items=[
            ThemeListed(**service.theme_json(listed.theme), n_lessons=listed.n_lessons)
            for listed in service.list_themes(session, course_id)
        ]
    )


@router.post(
    "/courses/{course_id}/themes", status_code=201, responses=problems(404, 409, 413, 415, 422)
)
def add_theme(
    course_id: PathId, new: ThemeTitle, session: SessionDep, response: Response
) -> ThemePublic:
    """Make a theme within a course."""
    theme = service.create_theme(session, course_id, new.title)
    response.headers["Location"] = f"/api/v1/themes/{theme.id}"
    return _theme(theme, response)


@router.get("/themes/{theme_id}", responses=problems(404, 422))
def get_theme(theme_id: PathId, session: SessionDep, response: Response) -> ThemePublic:
    """Look at a theme."""
    return _theme(service.get_theme(session, theme_id), response)


@router.patch("/themes/{theme_id}", responses=MAY_FAIL)
def rename_theme(
    theme_id: PathId, change: ThemeTitle, seen: Seen, session: SessionDep, response: Response
) -> ThemePublic:
    """Rename a theme."""
    return _theme(service.edit_theme(session, theme_id, change.title, seen), response)


@router.delete("/themes/{theme_id}", status_code=204, responses=problems(404, 412, 422, 428))
def remove_theme(theme_id: PathId, seen: Seen, session: SessionDep) -> None:
    """Remove a theme; its lessons stay in their course."""
    service.remove_theme(session, theme_id, seen)


def _theme(theme: Theme, response: Response) -> ThemePublic:
    name_version(response, service.theme_version(theme))
    return ThemePublic.model_validate(service.theme_json(theme))
