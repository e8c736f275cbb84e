"""What the API says of courses and themes, and what it is told."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from backend.web.inputs import Text, Title


class CoursePublic(BaseModel):
    id: int
    title: str
    description: str
    version: str


class CourseListed(CoursePublic):
    n_lessons: int
    n_themes: int


class Courses(BaseModel):
    items: list[CourseListed]


class CourseNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title
    description: Annotated[Text, Field(max_length=20_000)] = ""


class CourseChange(BaseModel):
    """What is to be changed of a course; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    description: Annotated[Text, Field(max_length=20_000)] | None = None


class ThemePublic(BaseModel):
    id: int
    title: str
    course_id: int | None
    version: str


class ThemeListed(ThemePublic):
    n_lessons: int


class Themes(BaseModel):
    items: list[ThemeListed]


class ThemeTitle(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title
