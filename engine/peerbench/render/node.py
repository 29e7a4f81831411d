"""What a template is given: a record that can be read and not changed."""

from __future__ import annotations

from typing import Any


class Node:
    """A record that a template may read and not change; a name it does not have is the template's mistake."""

    __slots__ = ("_fields",)
    _fields: dict[str, Any]

    def __init__(self, kind: str, /, **values: Any) -> None:
        object.__setattr__(self, "_fields", {"kind": kind, **values})

    def __getattr__(self, name: str) -> Any:
        try:
            return object.__getattribute__(self, "_fields")[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name} cannot be set: templates compute nothing")

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {name: value for name, value in self._fields.items() if name != "kind"}
        return _made, (self._fields["kind"], fields)

    def __repr__(self) -> str:
        return f"Node({self._fields})"


def _made(kind: str, fields: dict[str, Any]) -> Node:
    """A node again, after it was sent to another process."""
    return Node(kind, **fields)
