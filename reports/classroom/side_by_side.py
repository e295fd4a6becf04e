"""The runs of a class, so many at a time; one that is down holds up nobody, and Ctrl-C ends all in good order."""

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import FrameType

from reports.classroom.class_file import Options
from reports.classroom.student_run import SUITE, StudentRun, start, words

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK = 2.0
"""Seconds between two looks at how far the runs are."""
TOO_LONG = "took longer than the class's minutes, and was ended"
ENDED = "the class was ended before its turn"

Heard = StudentRun | None
Tell = Callable[[StudentRun], None]


@dataclass
class SideBySide:
    """A class while it runs."""

    runs: Sequence[StudentRun]
    options: Options
    here: Path
    """The directory in which the runs are started."""
    tell: Tell
    """Is told of each run whose state has changed, or that has come further."""
    after: Callable[[StudentRun], None] = lambda run: None
    """What is done with a run that has ended, before the next one takes its place."""
    suite: Sequence[str] = SUITE
    look: float = LOOK
    is_ending: bool = False
    _heard: SimpleQueue[Heard] = field(default_factory=SimpleQueue)
    _told: set[int] = field(default_factory=set)
    """Processes that were told to end; a second time would be of no use."""

    def run(self) -> None:
        """Run all, in the order of the file; comes back when the last has ended."""
        heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]  # nohup's is not ours
        usual = {number: signal.signal(number, self._end) for number in heard}
        try:
            while self._start_some() or self._going():
                self._look_at_all(self._wait())
        finally:
            for number, handler in usual.items():
                signal.signal(number, handler)
        for run in self._in("waiting"):
            run.state, run.problem = "not started", ENDED
            self.tell(run)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        """Told by a signal: no run is started any more, and those that go on delete what they made."""
        self.is_ending = True
        self._heard.put(None)  # SimpleQueue.put() may interrupt itself, unlike Queue.put()

    def _in(self, state: str) -> list[StudentRun]:
        return [run for run in self.runs if run.state == state]

    def _going(self) -> list[StudentRun]:
        return self._in("running")

    def _start_some(self) -> bool:
        """Start as many as there is room for; is one waiting that may be started?"""
        while not self.is_ending and len(self._going()) < self.options.width and (waiting := self._in("waiting")):
            self._start(waiting[0])
        return bool(self._in("waiting")) and not self.is_ending

    def _start(self, run: StudentRun) -> None:
        run.began, run.percent = time.monotonic(), 0
        try:
            command = words(run.student, self.options.options, run.folder, self.suite)
            run.process = start(run, command, self.here)
        except OSError as error:
            run.state, run.problem = "not started", f"{error.filename or run.folder}: {error.strerror}"
        else:
            run.state = "running"
            Thread(target=self._watch, args=(run, run.process), daemon=True).start()
        self.tell(run)

    def _watch(self, run: StudentRun, process: subprocess.Popen[bytes]) -> None:
        run.code = process.wait()
        run.seconds = time.monotonic() - run.began
        with suppress(Exception):  # what cannot be drawn is told there, and changes nothing
            self.after(run)
        self._heard.put(run)

    def _wait(self) -> Heard:
        """Until one has ended, or it is time to look."""
        with suppress(Empty):
            return self._heard.get(timeout=self.look)
        return None

    def _look_at_all(self, ended: Heard) -> None:
        if ended:
            ended.state, ended.percent, ended.process = "done", 100, None
            self.tell(ended)
        for run in self._going():
            self._end_where_due(run)
            before = run.percent
            if run.look() > before:
                self.tell(run)

    def _end_where_due(self, run: StudentRun) -> None:
        most = self.options.minutes
        is_late = most is not None and time.monotonic() - run.began > most * 60
        if run.process and run.process.pid not in self._told and (self.is_ending or is_late):
            run.problem = TOO_LONG if is_late else run.problem
            self._told.add(run.process.pid)
            run.process.terminate()
