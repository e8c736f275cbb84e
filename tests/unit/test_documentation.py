"""What the documentation says, held against the program: names, options, settings, links, code."""

import ast
import inspect
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click
import numpy as np
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import BaseModel
from ruamel.yaml import YAML
from sqlmodel import Session

from backend import __version__, database
from backend.cli import COMMANDS, main
from backend.config.file import load_config
from backend.config.settings import Settings
from backend.lessons.queries import list_lessons
from backend.lessons.service import to_json
from backend.models import Lesson
from backend.task_queue.reading import TaskView
from tests.audio_files import SAMPLE_RATE_HZ, decode_blocks, write_wav

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DOCS = ROOT / "docs"

MADE_WHILE_RUNNING = ("backend/data", "demo-data", "bench-data", "weights")
"""Paths that git ignores: a fresh copy of the repository does not have them."""
SHELLS = {"sh", "console"}
COMMON_OPTIONS = {"-h", "--help"}
SNIPPET_DEADLINE_SECONDS = 300
"""Nobody waits for this long; it is there so that a snippet that hangs fails."""


# --- reading Markdown ------------------------------------------------------------------------

MARKDOWN = MarkdownIt("commonmark").enable("table")


def read(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def tokens(text: str, kind: str) -> Iterator[Token]:
    """All tokens of a kind, those within paragraphs, headings and cells included."""
    for token in MARKDOWN.parse(text):
        yield from (each for each in (token, *(token.children or ())) if each.type == kind)


def inline_code(text: str) -> list[str]:
    return [token.content for token in tokens(text, "code_inline")]


def fenced_blocks(text: str, languages: Iterable[str] | None = None) -> list[str]:
    """The content of the fenced blocks of these languages; None: of all."""
    fences = tokens(text, "fence")
    return [each.content for each in fences if languages is None or each.info in set(languages)]


def links(text: str) -> list[str]:
    addresses = (
        *(token.attrGet("href") for token in tokens(text, "link_open")),
        *(token.attrGet("src") for token in tokens(text, "image")),
    )
    return [str(address) for address in addresses]


def shell_lines(text: str) -> list[str]:
    bodies = (body.replace("\\\n", " ") for body in fenced_blocks(text, SHELLS))
    lines = [line for body in bodies for line in body.splitlines()]
    return [line.removeprefix("$ ").strip() for line in lines if line.strip()]


def table_rows(text: str) -> Iterator[list[str]]:
    """The cells of each row, as they are written; headings are not among them."""
    row: list[str] = []
    for token, content in pairwise(MARKDOWN.parse(text)):
        if token.type == "td_open":
            row.append(content.content)
        elif token.type == "tr_close" and row:
            yield row
            row = []


def headings(text: str, level: int | None = None) -> list[tuple[Token, str]]:
    """Where each heading stands, and what it says as it is written."""
    pairs = pairwise(MARKDOWN.parse(text))
    of_level = ("h1", "h2", "h3", "h4", "h5", "h6") if level is None else (f"h{level}",)
    return [
        (token, content.content)
        for token, content in pairs
        if token.type == "heading_open" and token.tag in of_level
    ]


def sections(text: str, level: int) -> dict[str, str]:
    """Each heading of a level with what stands under it."""
    lines = text.splitlines(keepends=True)
    found = [(heading, token.map or [0, 0]) for token, heading in headings(text, level)]
    ends = [*(place[0] for _, place in found[1:]), len(lines)]
    return {
        heading: "".join(lines[place[1] : end])
        for (heading, place), end in zip(found, ends, strict=True)
    }


def anchors(text: str) -> set[str]:
    """The names that GitHub gives to the headings."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for _, heading in headings(text))
    return {heading.strip().replace(" ", "-") for heading in plain}


def named(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=named)


# --- the program's commands ------------------------------------------------------------------


@dataclass(frozen=True)
class CommandLine:
    """A command as it is typed, without `lectern`."""

    path: tuple[str, ...]
    command: click.Command

    @property
    def heading(self) -> str:
        """As it is called: its name and what it must be given."""
        pieces = self.command.collect_usage_pieces(click.Context(self.command))
        return " ".join(["lectern", *self.path, *pieces[1:]])

    @property
    def options(self) -> set[str]:
        parameters = self.command.get_params(click.Context(self.command))
        return {
            name
            for parameter in parameters
            if isinstance(parameter, click.Option)
            for name in (*parameter.opts, *parameter.secondary_opts)
        }


def all_commands(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[CommandLine]:
    """The commands that do something, those of groups included, and the groups themselves."""
    yield CommandLine(path, group)
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from all_commands(command, (*path, name))
        else:
            yield CommandLine((*path, name), command)


ALL_COMMANDS = list(all_commands())
LEAVES = [line for line in ALL_COMMANDS if not isinstance(line.command, click.Group)]


def lectern_words(line: str) -> list[str] | None:
    """The words after `lectern` of a typed line, or None if it calls something else."""
    words = shlex.split(line, comments=True)
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words.pop(0)
    is_lectern = bool(words) and Path(words[0]).name == "lectern"
    return words[1:] if is_lectern else None


def find_command(words: list[str]) -> tuple[CommandLine, list[str]]:
    """The command that the words call, and what is left of them; raises `click.UsageError`."""
    path: tuple[str, ...] = ()
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        context = click.Context(command)
        found = command.get_command(context, words[0])
        if found is None:
            raise click.UsageError(f"no command {words[0]!r}")
        path, words, command = (*path, words[0]), words[1:], found
    return CommandLine(path, command), words


def check_names(words: list[str]) -> str | None:
    """What is wrong with a command that is only named, not spelled out."""
    if words and (words[0].isupper() or words[0] == "…"):  # a placeholder
        return None
    try:
        line, rest = find_command(words)
    except click.UsageError as error:
        return error.message
    options = {word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
    unknown = options - line.options
    return f"no option {', '.join(sorted(unknown))}" if unknown else None


def check_whole_command(words: list[str]) -> str | None:
    """What click says to a command that a reader will type as it stands."""
    line, rest = find_command(words)
    if COMMON_OPTIONS & set(rest):
        return None
    # Whoever reads puts a number there.
    typed = ["1" if word in ("LESSON", "TASK") else word for word in rest]
    line.command.make_context("lectern", typed).close()
    return None


@every_document
def test_every_command_that_is_to_be_typed_is_one_that_click_accepts(document: Path) -> None:
    refused = []
    for line in shell_lines(read(document)):
        words = lectern_words(line)
        if words is None:
            continue
        try:
            check_whole_command(words)
        except click.UsageError as error:
            refused.append(f"{line}: {error.format_message()}")

    assert refused == []


@every_document
def test_every_command_and_option_that_is_named_exists(document: Path) -> None:
    wrong = []
    for code in inline_code(read(document)):
        words = lectern_words(code) if code.startswith("lectern") else None
        if words is not None and (problem := check_names(words)):
            wrong.append(f"{code}: {problem}")

    assert wrong == []


@every_document
def test_every_option_that_is_named_alone_is_an_option_of_some_command(document: Path) -> None:
    known = COMMON_OPTIONS.union(*(line.options for line in ALL_COMMANDS))
    options = {
        code.split()[0] for code in inline_code(read(document)) if re.match("--?[a-z]", code)
    }

    assert options <= known


def test_every_command_has_a_section_and_every_section_is_a_command() -> None:
    described = {heading for heading in sections(command_line_page(), 2) if "lectern" in heading}

    assert described == {line.heading for line in LEAVES}


def command_line_page() -> str:
    return read(DOCS / "command-line.md")


@pytest.mark.parametrize("line", LEAVES, ids=lambda line: " ".join(line.path))
def test_the_section_of_a_command_names_its_options_and_no_others(line: CommandLine) -> None:
    section = sections(command_line_page(), 2)[line.heading]

    described = {
        option for row in table_rows(section) for option in inline_code(row[0]) if option[0] == "-"
    }

    assert described == line.options - COMMON_OPTIONS


def test_the_choices_and_defaults_of_an_option_stand_in_its_row() -> None:
    missing = []
    for line in LEAVES:
        section = sections(command_line_page(), 2)[line.heading]
        rows = {row[0]: row[1] for row in table_rows(section)}
        for option in line.command.params:
            wanted = expected_words(option)
            row = next((text for cell, text in rows.items() if option.opts[-1] in cell), "")
            if isinstance(option, click.Argument):  # which have no row
                row = section
            missing += [f"{line.heading} {option.opts[-1]}: {w}" for w in wanted if w not in row]

    assert missing == []


def expected_words(option: click.Parameter) -> list[str]:
    if isinstance(option.type, click.Choice):
        return [f"`{choice}`" for choice in option.type.choices]
    is_number = isinstance(option.default, int) and not isinstance(option.default, bool)
    return [f"({option.default})"] if is_number else []


def test_the_short_help_in_the_table_of_commands_is_the_command_s_own() -> None:
    own = {line.path[0]: line.command for line in ALL_COMMANDS if len(line.path) == 1}

    for name, (_, _, about) in COMMANDS.items():
        assert (own[name].help or "").startswith(about)


def test_the_table_of_a_task_s_fields_is_what_is_printed() -> None:
    table = sections(command_line_page(), 3)["Fields of a task"].partition("\n## ")[0]

    described = {name for row in table_rows(table) for name in inline_code(row[0])}

    assert described == {field.name for field in fields(TaskView)}


def test_the_table_of_a_lesson_s_fields_is_what_is_printed(data_dir: Path) -> None:
    lesson = Lesson(title="Optics", date=datetime(2026, 11, 22, tzinfo=UTC))
    with Session(database.engine) as session:
        session.add(lesson)
        session.commit()
        whole = to_json(lesson, None, with_texts=True)
        listed = list_lessons(session)[0].to_json()
    table = sections(command_line_page(), 3)["Fields of a lesson"].partition("\n## ")[0]

    by_place: dict[str, set[str]] = {}
    for cell, _, place in table_rows(table):
        by_place.setdefault(place, set()).update(inline_code(cell))

    everywhere = whole.keys() & listed.keys()
    assert by_place == {
        "everywhere": everywhere,
        "`lectern list`": listed.keys() - everywhere,
        "one lesson in full": whole.keys() - everywhere,
    }


# --- settings and environment ----------------------------------------------------------------


def all_settings() -> dict[str, tuple[Any, Any]]:
    """Each setting by its dotted name, with its type and its default as config.yaml has it."""
    return dict(settings_in(Settings, Settings().model_dump(mode="json")))


def settings_in(
    section: type[BaseModel], defaults: dict[str, Any], prefix: str = ""
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for key, field in section.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings_in(inner, defaults[key], f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", (inner, defaults[key])


def documented_settings() -> dict[str, list[str]]:
    rows = table_rows(sections(read(DOCS / "configuration.md"), 2)["Settings"])
    return {row[0].strip("`"): row for row in rows}


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    assert documented_settings().keys() == all_settings().keys()


@pytest.mark.parametrize("name", all_settings())
def test_a_setting_s_documented_default_is_its_own(name: str) -> None:
    cell = documented_settings()[name][2]

    assert YAML(typ="safe").load(cell.strip("`")) == all_settings()[name][1]


@pytest.mark.parametrize("name", all_settings())
def test_all_that_a_setting_allows_is_documented(name: str) -> None:
    annotation, _ = all_settings()[name]
    allowed: list[str] = []
    if get_origin(annotation) is Literal:
        allowed = list(get_args(annotation))
    elif isinstance(annotation, type) and issubclass(annotation, StrEnum):
        allowed = [str(choice) for choice in annotation]
    elif type(None) in get_args(annotation):
        allowed = ["null"]

    assert set(allowed) <= set(inline_code(documented_settings()[name][1]))


@every_document
def test_every_yaml_block_is_a_config_that_is_accepted(document: Path, tmp_path: Path) -> None:
    for block in fenced_blocks(read(document), ["yaml"]):
        config = tmp_path / "config.yaml"
        config.write_text(block, encoding="utf-8")

        assert load_config(config) != Settings()


@every_document
def test_every_dotted_setting_that_is_named_exists(document: Path) -> None:
    sections_of_settings = tuple(
        f"{name.partition('.')[0]}." for name in all_settings() if "." in name
    )
    names = {
        code for code in inline_code(read(document)) if re.fullmatch(r"[a-z]+(\.[a-z_]+)+", code)
    }

    assert {
        name for name in names if name.startswith(sections_of_settings)
    } <= all_settings().keys()


def test_the_environment_variables_are_those_that_are_read() -> None:
    source = ast.parse(read(ROOT / "backend" / "config" / "environment.py"))
    strings = {node.value for node in ast.walk(source) if isinstance(node, ast.Constant)}
    variables = {text for text in strings if isinstance(text, str) and is_variable(text)}
    table = sections(read(DOCS / "configuration.md"), 2)["Environment variables"]

    assert {row[0].strip("`") for row in table_rows(table)} == variables


def is_variable(text: str) -> bool:
    return re.fullmatch(r"[A-Z]+(?:_[A-Z]+)+", text) is not None


# --- links, paths, targets, names ------------------------------------------------------------


@every_document
def test_every_relative_link_leads_to_a_file_and_a_heading_that_are_there(document: Path) -> None:
    broken = []
    for link in links(read(document)):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(read(target))):
            broken.append(link)

    assert broken == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        targets = (link.partition("#")[0] for link in links(read(page)))
        waiting += [(page.parent / link).resolve() for link in targets if link and ":" not in link]

    assert set(DOCUMENTS) <= reached


@every_document
def test_every_path_of_the_repository_that_is_named_exists(document: Path) -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."}
    fenced = " ".join(fenced_blocks(read(document)))
    written = [*inline_code(read(document)), *re.findall(r"[\w./-]+", fenced)]
    paths = {word for word in written if "/" in word and word.split("/")[0] in folders}

    missing = {
        path
        for path in paths
        if not path.startswith(MADE_WHILE_RUNNING) and not (ROOT / path).exists()
    }

    assert missing == set()


@every_document
def test_every_name_of_the_package_that_is_named_can_be_imported(document: Path) -> None:
    names = {code for code in inline_code(read(document)) if re.fullmatch(r"backend(\.\w+)+", code)}

    assert {name for name in names if not is_importable(name)} == set()


def is_importable(name: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    module, _, attribute = name.rpartition(".")
    try:
        return hasattr(import_module(module), attribute) or bool(import_module(name))
    except ImportError:
        return False


def test_every_room_of_the_package_is_described() -> None:
    rooms = {
        f"{folder.relative_to(ROOT).as_posix()}/"
        for folder in (ROOT / "backend").rglob("*")
        if folder.is_dir() and (any(folder.glob("*.py")) or folder.name == "sample")
    }
    described = {
        row[0].strip("`")
        for row in table_rows(sections(read(DOCS / "architecture.md"), 2)["Rooms"])
    }

    assert rooms - described == {"backend/migrations/versions/"}


def make_targets() -> set[str]:
    phony = re.search(r"^\.PHONY:(.*)$", read(ROOT / "Makefile"), re.MULTILINE)
    assert phony is not None
    return set(phony[1].split())


@every_document
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    text = read(document)
    commands = [line.split() for line in (*inline_code(text), *shell_lines(text))]
    targets = {words[1] for words in commands if words[0] == "make" and len(words) > 1}

    assert targets <= make_targets()


def test_every_make_target_is_explained_to_contributors() -> None:
    rows = table_rows(read(ROOT / "CONTRIBUTING.md"))

    assert {row[0].strip("`").removeprefix("make ") for row in rows} == make_targets()


def test_the_newest_version_in_the_changelog_is_the_program_s_own() -> None:
    versions = re.findall(r"^## \[([^\]]+)\]", read(ROOT / "CHANGELOG.md"), re.MULTILINE)

    assert versions[0] == __version__


def test_every_decision_has_its_number_and_its_three_parts() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))

    assert [page.name[:5] for page in pages] == [f"{n:04d}-" for n in range(1, len(pages) + 1)]
    for page in pages:
        assert list(sections(read(page), 2)) == ["Context", "Decision", "Consequences"], page.name
        assert read(page).startswith(f"# {page.name[:4]}: ")


# --- Python ----------------------------------------------------------------------------------

SNIPPETS = fenced_blocks(read(DOCS / "tasks.md"), ["python"])


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.splitlines()[0])
def test_every_name_that_a_snippet_imports_is_there(snippet: str) -> None:
    missing = []
    for node in ast.walk(ast.parse(snippet)):
        if isinstance(node, ast.Import):
            missing += [alias.name for alias in node.names if not import_module(alias.name)]
        elif isinstance(node, ast.ImportFrom):
            module = import_module(node.module or "")
            missing += [alias.name for alias in node.names if not hasattr(module, alias.name)]

    assert missing == []


def test_the_snippets_run_one_after_the_other_on_a_fresh_data_directory(tmp_path: Path) -> None:
    write_short_lesson(tmp_path / "lesson.wav")
    for number, snippet in enumerate(SNIPPETS):
        (tmp_path / f"snippet_{number:02d}.py").write_text(snippet, encoding="utf-8")
    run_all = (
        "import pathlib, runpy\n"
        "for path in sorted(pathlib.Path().glob('snippet_*.py')):\n"
        "    runpy.run_path(str(path))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", run_all],
        cwd=tmp_path,
        env=clean_environment(tmp_path / "data"),
        capture_output=True,
        text=True,
        timeout=SNIPPET_DEADLINE_SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "It failed" not in done.stdout
    assert "lectern:" not in done.stderr


def write_short_lesson(path: Path) -> None:
    """The first ten seconds of the sample lesson."""
    sample = ROOT / "backend" / "sample" / "lesson.opus"
    write_wav(path, np.concatenate(list(decode_blocks(sample)))[: 10 * SAMPLE_RATE_HZ])


def clean_environment(data_dir: Path) -> dict[str, str]:
    """This process's environment with a data directory of the test's own, and no provider."""
    others = ("LECTERN_DATABASE_URL", "OPENAI_API_KEY", "ANTHROPIC_API_KEY")
    kept = {name: value for name, value in os.environ.items() if name not in others}
    return kept | {"LECTERN_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT)}


def test_every_function_of_the_module_is_described_with_its_own_signature() -> None:
    tasks = import_module("backend.tasks")
    titles = (title for _, title in headings(read(DOCS / "tasks.md")))
    codes = [code for title in titles for code in inline_code(title)]
    described = {code.partition("(")[0]: code for code in codes}

    functions = {name for name in tasks.__all__ if inspect.isfunction(getattr(tasks, name))}
    assert described.keys() == functions
    for name, heading in described.items():
        parameters = inspect.signature(getattr(tasks, name)).parameters.values()
        plain = ", ".join(str(p.replace(annotation=p.empty)) for p in parameters)
        assert heading in (f"{name}({plain})", f"{name}(...)")
