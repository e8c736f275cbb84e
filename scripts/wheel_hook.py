"""Warns whoever builds a wheel that the pages are missing from it."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or Path(self.root, "backend/pages/dist/index.html").exists():
            return
        self.app.display_warning(
            "The pages are not built, so this wheel has only the API and the command line. "
            "`make wheel` builds both."
        )
