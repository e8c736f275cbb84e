"""Errors of tasks, and why they ended."""

from backend.errors import LecternError, NotFound


class TaskNotFound(NotFound):
    """There is no such task."""

    def __init__(self, task_id: object) -> None:
        super().__init__(f"There is no task {task_id}.")


class TaskEnded(LecternError):
    """The task has ended already, so there is nothing to cancel."""

    status_code = 409


class TaskNotRetryable(LecternError):
    """Only a task that failed or was cancelled can be retried."""

    status_code = 409


class TaskStopped(LecternError):
    """Why a task ended, where nobody was at work on it who could have raised an error."""

    status_code = 409


class TaskCancelled(TaskStopped):
    """Cancelled while it ran; what was stored is kept."""


class LessonRemoved(TaskStopped):
    """The lesson was removed, so its task was cancelled."""

    def __init__(self, lesson_id: int) -> None:
        super().__init__(f"Lesson {lesson_id} was removed, so its task was cancelled.")


class DependencyMissing(TaskStopped):
    """It waits for a task that is not there: insert it again without `depends_on`."""


class CircularDependency(TaskStopped):
    """It waits for itself: insert it again without `depends_on`."""


class DependencyNotCompleted(TaskStopped):
    """The task that it waited for was not completed."""


class WorkerDied(TaskStopped):
    """The worker died too often while it worked on this task."""
