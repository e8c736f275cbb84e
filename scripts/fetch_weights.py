"""`make weights`: the Whisper models that the tests want, from whichever source answers.

They lie in `weights/`, which git ignores, and a model that is there is not fetched again.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from backend.cli.models import told  # noqa: E402
from backend.errors.recognisers import DownloadFailed  # noqa: E402
from backend.speech.model_download import Arrival, download_model  # noqa: E402

WEIGHTS_DIR = ROOT / "weights"
WANTED = ("base", "tiny.en")


def fetch(name: str) -> Arrival:
    """A model in `weights/`, with its progress on stderr.

    Raises
    ------
    DownloadFailed
        No source serves, with the reason of each.
    """
    with told() as listener:
        return download_model(name, WEIGHTS_DIR, listener=listener)


def main() -> int:
    try:
        arrivals = [fetch(name) for name in WANTED]
    except DownloadFailed as error:
        print(error.message, file=sys.stderr)
        return 1
    for arrival in arrivals:
        where = f"from {arrival.source}" if arrival.source else "there already"
        print(f"weights/{arrival.name}: {where}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
