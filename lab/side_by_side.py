"""The same for several machines at once; who is interrupted waits for what has begun."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

Given = TypeVar("Given")


def side_by_side(act: Callable[[Given], object], things: Iterable[Given]) -> None:
    """Do it for each; raises the first error after all have ended.

    The futures are our own: a pool forgets a thread that is being started when the interrupt comes.
    """
    ends: list[tuple[Given, Future[None]]] = [(thing, Future()) for thing in things]
    with ThreadPoolExecutor(max_workers=len(ends)) as pool:
        try:
            for thing, end in ends:
                pool.submit(_act, act, thing, end)
            wait([end for _, end in ends])
        finally:
            wait([end for _, end in ends if not end.cancel()])
    for _, end in ends:
        end.result()


def _act(act: Callable[[Given], object], thing: Given, end: "Future[None]") -> None:
    if end.set_running_or_notify_cancel():
        try:
            act(thing)
            end.set_result(None)
        except BaseException as error:  # it is told to who waits
            end.set_exception(error)
