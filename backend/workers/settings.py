"""The settings of a worker: the file may be edited, and broken, while it runs."""

import logging

from backend.config.environment import log_dir
from backend.config.file import known_secrets, load_config
from backend.config.settings import Settings
from backend.errors.settings import ConfigError
from backend.log import set_up_logging

logger = logging.getLogger("lectern.workers")


class CurrentSettings:
    """config.yaml as it is now, or as it was when it could last be read."""

    def __init__(self) -> None:
        self._last = load_config()
        self._complaint = ""

    def read(self) -> Settings:
        try:
            settings = load_config()
        except ConfigError as error:
            if error.message != self._complaint:
                self._complaint = error.message
                logger.error(
                    "%s The worker goes on with the settings that it read before.", error.message
                )
            return self._last
        self._complaint = ""
        secret, known = ((each.api_key, each.base_url) for each in (settings, self._last))
        if secret != known:
            set_up_logging(log_dir(), known_secrets(), logging.INFO)
        self._last = settings
        return settings
