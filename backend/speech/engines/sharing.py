"""A loaded model is one for the whole process, and one thread at a time uses it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, ParamSpec, TypeVar

ASK_SECONDS = 0.5
"""Whoever waits for a model looks so often whether to go on waiting."""

Arguments = ParamSpec("Arguments")
Model = TypeVar("Model")


def _ask_nobody() -> None:
    """Wait as long as it takes."""


class Shared(Generic[Model]):
    """A loaded model, and whose turn it is to use it.

    `model` is for what never changes, such as its name; whoever works with it takes it.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._turn = threading.Lock()
        self._next = threading.Lock()
        self._user: int | None = None
        """The thread whose turn it is."""

    @contextmanager
    def taken(self, ask: Callable[[], None] = _ask_nobody) -> Iterator[Model]:
        """The model, once no other thread uses it.

        While somebody does, `ask` is called again and again; what it raises ends the waiting.
        A thread that has it, and hears another recording when it is told of progress, goes on.
        """
        if self._user == threading.get_ident():
            yield self.model
            return
        # Whoever waits holds the second lock: a thread that gives the model back and wants it
        # again at once would else always be the first.
        _acquire(self._next, ask)
        try:
            _acquire(self._turn, ask)
        finally:
            self._next.release()
        self._user = threading.get_ident()
        try:
            yield self.model
        finally:
            self._user = None
            self._turn.release()


def _acquire(lock: threading.Lock, ask: Callable[[], None]) -> None:
    while not lock.acquire(timeout=ASK_SECONDS):
        ask()


class loaded_once(Generic[Arguments, Model]):  # noqa: N801
    """Keeps what a function loaded last: whoever asks for the same, even meanwhile, gets it.

    One stays loaded, because a worker uses the same for a term's lessons.
    """

    def __init__(self, load: Callable[Arguments, Model]) -> None:
        self._load = load
        self._loading = threading.Lock()
        self._kept: tuple[object, Shared[Model]] | None = None

    def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Shared[Model]:
        asked = (args, kwargs)
        with self._loading:
            if self._kept is None or self._kept[0] != asked:
                self._kept = None  # before the other is loaded: the memory may not hold both
                self._kept = asked, Shared(self._load(*args, **kwargs))
            return self._kept[1]
