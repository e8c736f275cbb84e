"""The rooms of the backend import each other in one direction only."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BACKEND = ROOT / "backend"

# What each room may import from the others (and always from itself).
ALLOWED = {
    "errors": set(),
    "sections": set(),
    "config": {"errors", "files", "sections", "speech"},
    "files": set(),
    "readable": set(),
    "clock": set(),
    "log": {"errors", "files"},
    "owner": {"config", "files"},
    "versions": {"errors"},
    "models": {"readable"},
    "index": {"models"},
    "migrations": {"models", "index"},
    "damage": {"errors", "files"},
    "in_use": {"errors"},
    "database": {"config", "damage", "errors", "files", "in_use", "index", "models", "readable"},
    "text": {"errors", "models", "readable"},
    "exports": {"errors", "models", "text"},
}
STORE = {"errors", "files", "models", "config", "database", "index", "readable", "versions"}
ALLOWED["speech"] = {"clock", "errors", "files", "models", "sections"}
ALLOWED["llm"] = {"errors", "models", "config", "database", "readable"}
ALLOWED["lesson_texts"] = STORE | {"sections", "speech", "text"}
ALLOWED["task_queue"] = STORE | {"lesson_texts"}
ALLOWED["tasks"] = STORE | {
    "clock",
    "log",
    "speech",
    "text",
    "llm",
    "lesson_texts",
    "task_queue",
    "sections",
}
ALLOWED["courses"] = STORE | {"text"}
ALLOWED["notes"] = ALLOWED["editing"] = STORE | {"text", "lesson_texts"}
ALLOWED["captions"] = STORE | {"speech", "text", "lesson_texts"}
ALLOWED["lessons"] = STORE | {"speech", "text", "lesson_texts", "task_queue", "courses", "editing"}
ALLOWED["search"] = STORE
ALLOWED["uploads"] = ALLOWED["lessons"] | {"lessons", "tasks", "captions"}
ALLOWED["workers"] = ALLOWED["tasks"] | {"tasks"}
ALLOWED["doctor"] = ALLOWED["workers"] | {"workers", "lessons"}
ALLOWED["backup"] = ALLOWED["workers"] | {"workers", "lessons", "damage", "in_use"}
ALLOWED["worker"] = ALLOWED["workers"] | {"workers", "lessons", "notes", "owner", "uploads"}
ALLOWED["child_worker"] = {"worker"}
ALLOWED["dependencies"] = {"database"}
ALLOWED["web"] = {"errors", "models"}
ALLOWED["preferences"] = {"config", "errors", "sections", "versions"}
ALLOWED["downloads"] = {"errors", "config", "speech"}
ALLOWED["health"] = STORE
# The edge: `endpoints` and `schemas` of whatever room say how its matters look over HTTP.
OF_LESSONS = {"captions", "courses", "editing", "lessons", "notes"}
ROOMS = {"search", "uploads", "exports", "preferences", "downloads", "health", "tasks"}
ALLOWED["edge"] = ALLOWED["tasks"] | OF_LESSONS | ROOMS | {"sections", "web", "dependencies"}
ALLOWED["pages"] = {"web"}
ALLOWED["app"] = ALLOWED["edge"] | {"edge", "owner", "pages"}
ALLOWED["server"] = {"errors", "config", "files", "log", "owner", "web", "app", "child_worker"}
ALLOWED["cli"] = (
    ALLOWED["worker"] | OF_LESSONS | {"worker", "doctor", "backup", "exports", "search", "server"}
)
VALUE_TYPES_ONLY = {"speech", "text", "exports"}  # no tables: no database
MODULES = sorted(BACKEND.rglob("*.py"))


def room_of(module: str) -> str:
    parts = module.split(".")
    if len(parts) > 2 and parts[-1].endswith(("endpoints", "schemas")):
        return "edge"
    return parts[1] if len(parts) > 1 else ""


def imported_modules(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            # `from backend import log` and `from backend.notes import endpoints` name modules, too.
            found |= {name for name in names if node.module == "backend" or room_of(name) == "edge"}
            if any(name not in found for name in names):
                found.add(node.module)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(BACKEND)))
def test_a_room_imports_only_what_lies_below_it(path: Path) -> None:
    room = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    own = {module for module in imported_modules(path) if module.startswith("backend.")}

    rooms = {room_of(module) for module in own} - {room, "__version__"}

    assert rooms <= ALLOWED.get(room, set()), f"{room} imports {rooms - ALLOWED.get(room, set())}"


@pytest.mark.parametrize("room", sorted(VALUE_TYPES_ONLY))
def test_rooms_without_a_database_know_only_value_types(room: str) -> None:
    for path in (BACKEND / room).rglob("*.py"):
        modules = imported_modules(path)
        assert not {m for m in modules if m.split(".")[0] in ("sqlmodel", "sqlalchemy")}, path
        assert not {m for m in modules if m.startswith("backend.models")} - {
            "backend.models.notices",
            "backend.models.transcript",
        }, path


def test_only_the_configuration_reads_the_environment() -> None:
    readers = {
        path.relative_to(BACKEND).as_posix()
        for path in MODULES
        if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))
    }

    assert readers == {"config/environment.py"}
