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
    "config": {"errors", "files"},
    "files": set(),
    "log": set(),
    "models": set(),
    "migrations": {"models"},
    "database": {"config", "errors"},
    "speech": {"errors", "files", "models", "config"},
    "text": {"errors", "models"},
    "llm": {"errors", "models", "config", "database"},
    "exports": {"errors", "models", "text"},
    "lessons": {"errors", "files", "models", "config", "database", "speech"},
    "tasks": {"errors", "models", "config", "database", "log", "speech", "text", "llm"},
    "jobs": {
        "errors",
        "files",
        "models",
        "config",
        "database",
        "log",
        "speech",
        "text",
        "llm",
        "tasks",
        "lessons",
    },
}
ALLOWED["worker"] = ALLOWED["jobs"] | {"jobs"}
ALLOWED["cli"] = ALLOWED["worker"] | {"worker", "exports"}
VALUE_TYPES_ONLY = {"speech", "text", "exports"}  # no tables: no database
MODULES = sorted(BACKEND.rglob("*.py"))


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imported_modules(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module)
            if node.module == "backend":
                found.update(f"backend.{alias.name}" for alias in node.names)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(BACKEND)))
def test_a_room_imports_only_what_lies_below_it(path: Path) -> None:
    room = path.relative_to(BACKEND).parts[0].removesuffix(".py")
    own = {module for module in imported_modules(path) if module.startswith("backend.")}

    rooms = {room_of(module) for module in own} - {room, "__version__"}

    assert rooms <= ALLOWED.get(room, set()), f"{room} imports {rooms - ALLOWED.get(room, set())}"


@pytest.mark.parametrize("room", sorted(VALUE_TYPES_ONLY))
def test_rooms_without_a_database_know_only_value_types(room: str) -> None:
    for path in (BACKEND / room).rglob("*.py"):
        modules = imported_modules(path)
        assert not {m for m in modules if m.split(".")[0] in ("sqlmodel", "sqlalchemy")}, path
        assert not {m for m in modules if m.startswith("backend.models")} - {
            "backend.models.transcript"
        }, path


def test_only_the_configuration_reads_the_environment() -> None:
    readers = {
        path.relative_to(BACKEND).as_posix()
        for path in MODULES
        if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))
    }

    assert readers == {"config.py"}
