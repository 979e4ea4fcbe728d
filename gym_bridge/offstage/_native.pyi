from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, Final, Literal, NamedTuple, SupportsFloat, SupportsIndex, final

import numpy as np
import numpy.typing as npt

_Dtype = Literal["uint8", "float16", "bfloat16", "float32"]

def info() -> dict[str, Any]: ...
def windows() -> list[tuple[int, int, int, int]]: ...

@final
class Frame:
    @property
    def shape(self) -> tuple[int, int, int]: ...
    @property
    def strides(self) -> tuple[int, int, int]: ...
    @property
    def dtype(self) -> _Dtype: ...
    @property
    def device(self) -> str: ...
    @property
    def nbytes(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def skipped(self) -> int: ...
    @property
    def time_ns(self) -> int: ...
    @property
    def window(self) -> int: ...
    @property
    def source_size(self) -> tuple[int, int]: ...
    @property
    def released(self) -> bool: ...
    @property
    def __cuda_array_interface__(self) -> dict[str, Any]: ...
    def copy(self) -> npt.NDArray[Any]: ...
    def release(self, stream: int | None = None) -> None: ...
    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]: ...
    def __dlpack__(
        self,
        *,
        stream: int | None = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> object: ...  # a PyCapsule
    def __dlpack_device__(self) -> tuple[int, int]: ...
    def __enter__(self) -> Frame: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

@final
class Capture:
    def __new__(
        cls,
        *,
        size: Sequence[SupportsIndex] | None = (84, 84),
        gray: bool = True,
        stack: SupportsIndex = 4,
        layout: Literal["CHW", "HWC"] = "CHW",
        dtype: _Dtype | np.dtype[Any] | type[np.generic] = "uint8",
        device: str = "cpu",
        window: SupportsIndex | Literal["first"] | None = None,
        crop: Sequence[SupportsIndex] | None = None,
        filter: Literal["area", "bilinear", "nearest"] = "area",
        max_frames: Literal[1, 2] = 1,
        flip: Literal["vertical", "horizontal", "both"] | None = None,
        scale: float | None = None,
        offset: float | None = None,
        slots: SupportsIndex = 8,
        timeout: float | None = 10.0,
    ) -> Capture: ...
    @property
    def shape(self) -> tuple[int, int, int]: ...
    @property
    def strides(self) -> tuple[int, int, int]: ...
    @property
    def nbytes(self) -> int: ...
    @property
    def dtype(self) -> _Dtype: ...
    @property
    def device(self) -> str: ...
    @property
    def closed(self) -> bool: ...
    def next(self, timeout: float | None = None) -> Frame: ...
    def latest(self) -> Frame: ...
    def read(self, out: Any, timeout: float | None = None, stream: int | None = None) -> int: ...
    def discard(self) -> None: ...
    def reset(self) -> None: ...
    def close(self) -> None: ...
    def __iter__(self) -> Iterator[Frame]: ...
    def __next__(self) -> Frame: ...
    def __enter__(self) -> Capture: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

COMMAND_STEP: Final[int]
COMMAND_OBSERVE: Final[int]
COMMAND_RESET: Final[int]
COMMAND_PICTURE: Final[int]
COMMAND_CLOSE: Final[int]
COMMAND_CALL: Final[int]
COMMAND_FIRST: Final[int]
COMMAND_BLIND: Final[int]
SEAT_EMPTY: Final[int]
SEAT_ATTACHED: Final[int]
SEAT_READY: Final[int]
SEAT_GONE: Final[int]
SEAT_BUSY: Final[int]
SEAT_ANSWERED: Final[int]
SEAT_LOST: Final[int]
ANSWER_REWARD: Final[int]
ANSWER_TERMINATED: Final[int]
ANSWER_TRUNCATED: Final[int]
ANSWER_INFO: Final[int]
ANSWER_CLOSED: Final[int]
ANSWER_FAILED: Final[int]
EVENT_KEY: Final[int]
EVENT_BUTTON: Final[int]
EVENT_POINTER: Final[int]
EVENT_MOTION: Final[int]
EVENT_RESIZE: Final[int]
EVENT_TEXT: Final[int]
EVENTS_MAX: Final[int]
TURN_OBSERVE: Final[int]
TURN_RESET: Final[int]

def report(reward: SupportsFloat | None, terminated: bool, truncated: bool, info: str | None, /) -> None: ...
def on_turn(callback: Callable[[int, int, int], str | None] | None, /) -> None: ...  # kind, seed, frames
def played() -> bool: ...
def keysyms() -> dict[str, int]: ...

# Both are struct sequences: tuples whose places have these names.
class Answer(NamedTuple):
    number: int
    state: int
    flags: int
    reward: float
    frames_shown: int
    virtual_ns: int
    busy_ns: int
    observe_ns: int
    width: int
    height: int
    process: int
    error: str
    info_kind: int
    info: bytes

class Command(NamedTuple):
    kind: int
    flags: int
    frames: int
    row: int
    seed: int
    payload: bytes

@final
class Channel:
    def __new__(
        cls,
        *,
        seats: int,
        rows: int,
        row_bytes: int = 0,
        payload_bytes: int = 0,
        info_bytes: int = 16384,
        picture_bytes: int = 0,
        observation: dict[str, Any] | None = None,
    ) -> Channel: ...
    @property
    def descriptor(self) -> int: ...
    @property
    def seats(self) -> int: ...
    @property
    def row_count(self) -> int: ...
    @property
    def row_bytes(self) -> int: ...
    @property
    def rows(self) -> memoryview: ...
    @property
    def shape(self) -> tuple[int, int, int] | None: ...
    @property
    def dtype(self) -> _Dtype | None: ...
    @property
    def closed(self) -> bool: ...
    def open_seat(self, seat: int, /) -> int: ...
    def watch(self, seat: int, gone_fd: int, /) -> None: ...
    def command(
        self,
        seat: int,
        kind: int,
        frames: int = 1,
        flags: int = 0,
        row: int = 0,
        seed: int = 0,
        events: bytes | bytearray | memoryview = b"",
        payload: bytes | bytearray | memoryview = b"",
    ) -> None: ...
    def wait(self, seats: Sequence[SupportsIndex], wanted: int, timeout: float | None, /) -> list[int]: ...
    def answer(self, seat: int, /) -> Answer: ...
    def picture(self, seat: int, /) -> memoryview: ...
    def close(self) -> None: ...
    def __enter__(self) -> Channel: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

@final
class Seat:
    def __new__(cls, place: str) -> Seat: ...
    @property
    def row_bytes(self) -> int: ...
    @property
    def row_count(self) -> int: ...
    @property
    def payload_bytes(self) -> int: ...
    @property
    def info_bytes(self) -> int: ...
    def ready(self) -> None: ...
    def wait(self, timeout: float | None, /) -> Command | None: ...
    def row(self, row: int, /) -> memoryview: ...
    def answer(
        self, *, reward: float = 0.0, flags: int = 0, info: bytes = b"", info_kind: int = 0, error: str = ""
    ) -> None: ...
    def leave(self, sentence: str | None = None, /) -> None: ...
