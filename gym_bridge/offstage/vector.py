"""Vectors of environments: ``make`` for ordinary Gymnasium environments that draw, ``FrameStack`` for any vector."""

from __future__ import annotations

import functools
import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import gymnasium

from ._batch_env import BatchEnv
from ._infos import AutoresetMode
from ._workers import Workers
from .frame_stack import FrameStack

__all__ = ["AutoresetMode", "FrameStack", "WorkerVectorEnv", "make"]


def make(
    fn: str | Callable[..., gymnasium.Env[Any, Any]] | Sequence[Callable[[], gymnasium.Env[Any, Any]]],
    n: int | None = None,
    *,
    observation: Mapping[str, Any] | Literal["own"] | None = None,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    copy: bool = True,
    hz: float | None = None,
    timeout: float = 120.0,
    max_crashes: int = 10,
    gpu: str | None = None,
    screen: tuple[int, int] | None = None,
    environment: Mapping[str, str] | None = None,
    **kwargs: Any,
) -> WorkerVectorEnv:
    """N Gymnasium environments that draw with OpenGL, each in a process of its own under the library.

    The learner itself needs no display and no ``offstage run``.

    Args:
        fn: a function that makes an environment (it is pickled, so it makes what it needs inside of it), or a name for
            ``gymnasium.make``; both get ``kwargs``. Or a list of functions, one for each environment.
        n: how many; None only with a list.
        observation: options of :class:`offstage.FrameObservation` without ``device`` and ``copy``: the frames of the
            environment's window are the observation, written into the batch by the process that draws them. None: its
            defaults, (4, 84, 84) uint8. "own": the environment's own observations.
        autoreset_mode: "NextStep": a step after the end of an episode resets, whatever the action. "SameStep": the step
            that ends an episode resets too; the end is in ``infos["final_obs"]`` and ``infos["final_info"]``.
            "Disabled": reset with ``options={"reset_mask": mask}``.
        copy: observations are copies. False: views of one of two batches that are used in turn, valid until the step
            after next begins.
        hz: virtual time for the environments, 1 / hz seconds a frame; None: real time.
        timeout: seconds that a reset, a step, or making an environment may take.
        max_crashes: how often in a row a process may crash without a step in between.
        gpu, screen: as the options of ``offstage run``.
        environment: variables of the processes, besides those of this one.

    Raises:
        Exception: what making an environment raised; the worker's traceback is its cause.
        ValueError: arguments that make no sense, a function that cannot be pickled, environments of different spaces.
        StartFailed, GameCrashed, FrameTimeout: no process could be started, or it made no environment.
    """
    if isinstance(fn, str):
        name = fn
        makers: list[Callable[[], Any]] = [functools.partial(gymnasium.make, name, **kwargs)]
    elif callable(fn):
        makers = [functools.partial(fn, **kwargs) if kwargs else fn]
    else:
        makers = list(fn)
        if kwargs:
            raise ValueError(f"{', '.join(kwargs)}: a list of functions takes no arguments")
        if n not in (None, len(makers)):
            raise ValueError(f"n: {n} environments of {len(makers)} functions")
        n = len(makers)
    if isinstance(n, bool) or not isinstance(n, numbers.Integral) or n < 1:
        raise ValueError(f"n: expected a number of environments from 1, not {n!r}")
    n = int(n)
    if len(makers) != n:
        makers = makers * n
    if isinstance(observation, str) and observation != "own":
        raise ValueError(f'observation: expected options of FrameObservation, "own" or None, not {observation!r}')
    frames = None if observation == "own" else dict(observation or {})
    start = functools.partial(_start, hz=hz, gpu=gpu, screen=screen, environment=dict(environment or {}), alone=n == 1)
    return WorkerVectorEnv(
        Workers(makers, frames, start, timeout),
        n,
        mode=autoreset_mode,
        copy=copy,
        timeout=timeout,
        max_crashes=max_crashes,
    )


def _start(command: Sequence[str], descriptors: Sequence[int], *, alone: bool, **options: Any) -> Any:
    from ._process import Process

    threads = None if alone else 0  # Mesa's only get in the way of the other environments
    return Process(command, place="", descriptors=descriptors, output="inherit", threads=threads, **options)


class WorkerVectorEnv(BatchEnv):
    """What :func:`make` makes. An environment that raises in a step raises in the learner.

    A process that dies is another thing: its episode is truncated, with reward 0 and its last observation, and the
    sentence in ``infos["crashed"]`` (with SameStep in ``infos["final_info"]["crashed"]``, too). It is started again,
    and the others do not notice. A seed that it was given is followed by others that depend on it alone.
    """

    def __init__(
        self, workers: Workers, num_envs: int, *, mode: Any, copy: bool, timeout: float, max_crashes: int
    ) -> None:
        made = workers.description
        self._workers = workers
        try:
            super().__init__(
                workers,
                num_envs,
                made.observation_space,
                made.action_space,
                mode=mode,
                copy=copy,
                timeout=timeout,
                max_crashes=max_crashes,
                metadata=made.metadata,
                render_mode=made.render_mode,
            )
        except BaseException:
            workers.close(0.0)
            raise

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Call a method of each environment, or read an attribute.

        Raises:
            Exception: what one of them raised.
            GameCrashed: a process is gone.
        """
        if name in ("reset", "step", "close"):
            raise ValueError(f"call({name!r}): use {name}() of the vector")
        self._check_free("call")
        return tuple(self._workers.call("get", [(name, args, kwargs)] * self.num_envs))

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """An attribute of each environment."""
        return self.call(name)

    def set_attr(self, name: str, values: Any) -> None:
        """Set an attribute: a list or tuple has one value for each environment, anything else goes to all."""
        if not isinstance(values, (list, tuple)):
            values = [values] * self.num_envs
        if len(values) != self.num_envs:
            raise ValueError(f"set_attr: {len(values)} values for {self.num_envs} environments")
        self._check_free("set_attr")
        self._workers.call("set", [(name, value, {}) for value in values])

    def render(self) -> tuple[Any, ...]:
        """What render() of each environment gives."""
        return self.call("render")

    @property
    def np_random_seed(self) -> Any:
        """The seeds of the environments, a tuple."""
        return self.call("np_random_seed")

    @property  # type: ignore[misc]
    def np_random(self) -> Any:
        """The generators of the environments, copies, a tuple."""
        return self.call("np_random")
