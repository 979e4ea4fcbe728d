"""Where observations and actions lie as bytes: the same layout is computed by the learner and by its workers.

A space is cut into leaves of a fixed shape and type (Box, Discrete, MultiDiscrete, MultiBinary), in the order of its
entries. One leaf alone lies dense, so that N rows are one array (N, ...); several begin at multiples of 64 bytes. What
has no fixed size (Text, Sequence, Graph, OneOf, spaces of other packages) is "loose": it is pickled beside the row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Union

import numpy as np
from gymnasium import spaces

_ALIGN = 64


class _Leaf(NamedTuple):
    name: str  # for a person: "observation['position']"
    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    space: spaces.Space[Any]


class _Loose(NamedTuple):
    number: int  # in the list of loose values


_Node = Union[_Leaf, _Loose, "dict[str, _Node]", "tuple[_Node, ...]"]


class Layout:
    """The layout of one element of a space.

    Args:
        space: an observation or action space of a single environment.
        name: what the element is called in errors.
    """

    def __init__(self, space: spaces.Space[Any], name: str = "observation") -> None:
        self.space = space
        self.loose_count = 0
        self._used = 0
        self._root = self._place(space, name)
        self.single = self._root if isinstance(self._root, _Leaf) else None
        self.row_bytes = max(self._used if self.single else -(-self._used // _ALIGN) * _ALIGN, 1)

    def _place(self, space: spaces.Space[Any], name: str) -> _Node:
        if isinstance(space, spaces.Dict):
            return {key: self._place(sub, f"{name}[{key!r}]") for key, sub in space.spaces.items()}
        if isinstance(space, spaces.Tuple):
            return tuple(self._place(sub, f"{name}[{index}]") for index, sub in enumerate(space.spaces))
        if isinstance(space, (spaces.Box, spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary)):
            dtype, shape = np.dtype(space.dtype), tuple(space.shape or ())
            if not dtype.hasobject:
                offset = -(-self._used // _ALIGN) * _ALIGN
                self._used = offset + dtype.itemsize * int(np.prod(shape, dtype=np.int64))
                return _Leaf(name, offset, shape, dtype, space)
        self.loose_count += 1
        return _Loose(self.loose_count - 1)

    def rows(self, memory: Any, count: int) -> Rows:
        """`count` rows that lie one after another in `memory`, a writable buffer."""
        return Rows(self, memory, count)

    def pack(self, element: Any) -> tuple[bytes, list[Any]]:
        """The bytes of one element, and its loose values.

        Raises:
            ValueError: it does not fit the space.
        """
        memory = bytearray(self.row_bytes)
        loose = self.rows(memory, 1).put(0, element)
        return bytes(memory), loose

    def unpack(self, data: bytes, loose: Sequence[Any] = ()) -> Any:
        """One element; its arrays are its own."""
        return self.rows(bytearray(data), 1).one(0, loose)


class Rows:
    """Elements of a space in a memory that somebody else may write to."""

    def __init__(self, layout: Layout, memory: Any, count: int) -> None:
        self.layout = layout
        self.count = count
        self._bound = self._bind(layout._root, memory)

    def _bind(self, node: _Node, memory: Any) -> Any:
        if isinstance(node, _Leaf):
            strides = [node.dtype.itemsize]
            for length in reversed(node.shape[1:]):
                strides.insert(0, strides[0] * length)
            return np.ndarray(
                (self.count, *node.shape),
                node.dtype,
                memory,
                node.offset,
                (self.layout.row_bytes, *(strides if node.shape else ())),
            )
        if isinstance(node, _Loose):
            return None
        if isinstance(node, dict):
            return {key: self._bind(sub, memory) for key, sub in node.items()}
        return tuple(self._bind(sub, memory) for sub in node)

    def leaf(self, row: int, key: str | None = None) -> Any:
        """The array of the only leaf of a row, or of an entry of a Dict: a view."""
        return self._bound[row, ...] if key is None else self._bound[key][row, ...]

    def put(self, row: int, element: Any) -> list[Any]:
        """Write an element into a row. Returns its loose values.

        Raises:
            ValueError: it does not fit the space: another shape, a type that would lose values, an entry missing.
        """
        loose: list[Any] = [None] * self.layout.loose_count
        self._put(self.layout._root, self._bound, row, element, loose)
        return loose

    def _put(self, node: _Node, bound: Any, row: int, element: Any, loose: list[Any]) -> None:
        if isinstance(node, _Leaf):
            _write(node, bound[row, ...], element)
        elif isinstance(node, _Loose):
            loose[node.number] = element
        elif isinstance(node, dict):
            for key, sub in node.items():
                try:
                    value = element[key]
                except (KeyError, TypeError, IndexError):
                    raise ValueError(f"an element of {self.layout.space} lacks {key!r}: {element!r:.200}") from None
                self._put(sub, bound[key], row, value, loose)
        else:
            if len(element) != len(node):
                raise ValueError(f"an element of {self.layout.space} has {len(element)} entries")
            for sub, array, value in zip(node, bound, element):
                self._put(sub, array, row, value, loose)

    def one(self, row: int, loose: Sequence[Any] = ()) -> Any:
        """A row as one element; a copy."""
        return self._map(lambda array: array[row].copy(), lambda index: loose[index])

    def batch(self, rows: slice | Sequence[int], loose: Sequence[Sequence[Any]] = (), copy: bool = True) -> Any:
        """Rows as a batch, as Gymnasium's `concatenate` makes it: arrays (count, ...), loose values as a tuple.

        Args:
            rows: a slice, or the numbers of the rows.
            loose: the loose values of each of them.
            copy: a copy; False gives views, for slices only.
        """

        def of(array: Any) -> Any:
            found = array[rows]
            return found.copy() if copy and isinstance(rows, slice) else found

        return self._map(of, lambda index: tuple(values[index] for values in loose))

    def move(self, source: int, target: int) -> None:
        """Copy a row to another."""

        def of(array: Any) -> None:
            array[target] = array[source]

        self._map(of, lambda index: None)

    def _map(self, of: Callable[[Any], Any], of_loose: Callable[[int], Any]) -> Any:
        single = self.layout.single
        return of(self._bound) if single else self._map_node(self.layout._root, self._bound, of, of_loose)

    def _map_node(self, node: _Node, bound: Any, of: Callable[[Any], Any], of_loose: Callable[[int], Any]) -> Any:
        if isinstance(node, _Leaf):
            return of(bound)
        if isinstance(node, _Loose):
            return of_loose(node.number)
        if isinstance(node, dict):
            return {key: self._map_node(sub, bound[key], of, of_loose) for key, sub in node.items()}
        return tuple(self._map_node(sub, array, of, of_loose) for sub, array in zip(node, bound))


class DeviceRows:
    """What Rows is for an offstage.DeviceArray: one Box each, in memory of a GPU."""

    def __init__(self, memory: Any) -> None:
        self._memory = memory
        self.count = len(memory)

    def leaf(self, row: int, key: str | None = None) -> Any:
        """A row: a view."""
        return self._memory[row]

    def one(self, row: int, loose: Sequence[Any] = ()) -> Any:
        """A row as one element; a copy on the GPU."""
        return self._memory[row].copy()

    def batch(self, rows: slice | Sequence[int], loose: Sequence[Sequence[Any]] = (), copy: bool = True) -> Any:
        """Rows as a batch: a view for a slice without `copy`, and otherwise a copy on the GPU."""
        if not isinstance(rows, slice):
            return self._memory.take(rows)
        return self._memory[rows].copy() if copy else self._memory[rows]

    def move(self, source: int, target: int) -> None:
        """Copy a row to another."""
        self._memory.move(source, target)


def _write(leaf: _Leaf, place: Any, element: Any) -> None:
    value = np.asarray(element)
    if value.shape != leaf.shape:
        raise ValueError(f"{leaf.name} has the shape {value.shape}, and its space {leaf.space} has {leaf.shape}")
    try:
        np.copyto(place, value, casting="same_kind")
    except TypeError:
        raise ValueError(f"{leaf.name} is {value.dtype}, which does not fit {leaf.space}") from None
