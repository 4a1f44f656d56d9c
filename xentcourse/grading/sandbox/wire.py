"""Messages of plain data over a socket: JSON for the structure, raw bytes for the arrays.

No pickle: decoding a message can't run anything. Both sides use this module; the trusted side
checks every length and type before it believes it.
"""

import json
import math
import re
import socket
import struct
import time
from typing import Any

import numpy as np

from xentcourse.checks.plain import Plain

_HEADER = struct.Struct("!QQ")  # bytes of JSON, bytes of array data
_DTYPE = re.compile(r"[<>|=]?[biufU][0-9]{1,4}")
_MAX_AXES = 32
_MAX_DEPTH = 40  # what is nested deeper can't be compared or shown without deep recursion
_MAX_ITEMS = 2_000_000  # of lists: JSON takes two bytes for what takes a hundred in memory
_MAX_ODD_KEYS = 1000  # numbers can be chosen so that a dictionary of them takes for ever to build


class WireError(Exception):
    """The other side sent something that is no message, or too much of it."""


class Closed(WireError):  # noqa: N818  (an event more than an error)
    """The other side is gone."""


def send(channel: socket.socket, message: Plain) -> None:
    """Send one message."""
    arrays: list[bytes] = []
    text = json.dumps(_pack(message, arrays)).encode()
    body = b"".join(arrays)
    try:
        channel.sendall(_HEADER.pack(len(text), len(body)) + text + body)
    except OSError as error:
        raise Closed(str(error)) from None


def receive(channel: socket.socket, *, limit: int, deadline: float | None = None) -> Plain:
    """Receive one message of at most `limit` bytes.

    deadline : a time.monotonic() after which TimeoutError is raised.
    Raises WireError for anything that is no message, Closed where the other side is gone.
    """
    text_size, body_size = _HEADER.unpack(_exactly(channel, _HEADER.size, deadline))
    if text_size + body_size > limit:
        raise WireError(f"a message of {text_size + body_size:,} bytes; {limit:,} are allowed")
    text, body = _exactly(channel, text_size, deadline), _exactly(channel, body_size, deadline)
    if text.count(b",") > _MAX_ITEMS:
        raise WireError(f"a message of more than {_MAX_ITEMS:,} items")
    try:
        return _unpack(json.loads(text), body)
    except Exception as error:  # whatever a hostile message makes of the decoders
        raise WireError(f"a malformed message ({type(error).__name__})") from None


def _exactly(channel: socket.socket, size: int, deadline: float | None) -> bytes:
    received = bytearray()
    while len(received) < size:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            channel.settimeout(left)
        try:
            part = channel.recv(min(size - len(received), 1 << 20))
        except TimeoutError:
            raise
        except OSError as error:
            raise Closed(str(error)) from None
        if not part:
            raise Closed("the connection was closed")
        received += part
    return bytes(received)


def _pack(value: Plain, arrays: list[bytes]) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        arrays.append(np.ascontiguousarray(value).tobytes())
        contiguous = bool(value.flags.c_contiguous or value.flags.f_contiguous)
        return {"array": [value.dtype.str, list(value.shape), contiguous]}
    if isinstance(value, list):
        return [_pack(item, arrays) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [_pack(item, arrays) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[_pack(key, arrays), _pack(item, arrays)] for key, item in value.items()]}
    raise TypeError(f"{type(value).__name__} is no plain data")


def _unpack(packed: Any, body: bytes) -> Plain:
    """The value; every byte of `body` must be used, once and in order."""
    value, used = _unpack_from(packed, body, 0, 0)
    if used != len(body):
        raise ValueError("unused bytes")
    return value


def _unpack_from(packed: Any, body: bytes, at: int, depth: int) -> tuple[Plain, int]:
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deeply")
    if packed is None or isinstance(packed, bool | int | float | str):
        return packed, at
    if isinstance(packed, list):
        items = []
        for item in packed:
            value, at = _unpack_from(item, body, at, depth + 1)
            items.append(value)
        return items, at
    ((kind, content),) = packed.items()
    if kind == "array":
        return _unpack_array(content, body, at)
    values, at = _unpack_from(list(content), body, at, depth + 1)
    if kind == "tuple":
        return tuple(values), at
    if kind == "dict":
        if sum(not isinstance(key, str) for key, _ in values) > _MAX_ODD_KEYS:
            raise ValueError("too many keys that are no text")
        return dict(values), at
    raise ValueError(f"unknown kind {kind!r}")


def _unpack_array(content: list[Any], body: bytes, at: int) -> tuple[np.ndarray, int]:
    name, shape, contiguous = content
    if (
        not _DTYPE.fullmatch(name)
        or len(shape) > _MAX_AXES
        or not all(type(n) is int and n >= 0 for n in shape)
    ):
        raise ValueError("an impossible array")
    dtype = np.dtype(name)
    size = math.prod(shape) * dtype.itemsize
    if at + size > len(body):
        raise ValueError("missing bytes")
    array = np.frombuffer(body, dtype, math.prod(shape), at).reshape(shape).copy()
    if dtype.kind == "U":
        "".join(array.ravel().tolist())  # raises where four bytes are no character
    if not contiguous and array.ndim:
        gapped = np.empty((*array.shape[:-1], 2 * array.shape[-1]), dtype)[..., ::2]
        gapped[...] = array
        array = gapped
    return array, at + size
