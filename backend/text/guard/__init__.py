"""The guard: nothing that a model says becomes text of a lesson without passing it."""

from backend.text.guard.judge import Surroundings, judge
from backend.text.guard.sifting import Refused, Sifted, sift
from backend.text.guard.verdicts import Judgement, Reason, Verdict

__all__ = ["Judgement", "Reason", "Refused", "Sifted", "Surroundings", "Verdict", "judge", "sift"]
