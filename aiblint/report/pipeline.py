"""What an image is made of, in the order in which it happens: source, steps, validators, targets."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiblint.template import Template
    from aiblint.value import Value


class Stage:
    """One box of the drawing: `role` is source, step, test or target, `at` its effective path, `kind` its type.

    `name` is what tells it from others of the type.
    """

    __slots__ = ("at", "kind", "name", "role")

    def __init__(self, role: str, at: str, kind: str, name: str) -> None:
        self.role = role
        self.at = at
        self.kind = kind
        self.name = name


def stages(template: Template, conceal: Callable[[str], str]) -> Iterator[Stage]:
    """The stages of an image; what only the deployment knows is one stage without a name. `conceal` takes out secrets."""
    for role, path in (
        ("source", ("source",)),
        ("step", ("customize",)),
        ("test", ("validate", "inVMValidations")),
        ("target", ("distribute",)),
    ):
        value = template.root.get("properties", *path)
        if value is None:
            continue
        for item in value.items if value.kind == "array" else [value]:
            kind = item.text_of("type") or "known at deployment"
            yield Stage(role, item.path, conceal(kind), conceal(_name(item, role)))


def _name(value: Value, role: str) -> str:
    """What people call it: the image, the step's name or script, the run output."""
    if role == "source":
        parts = [value.text_of(name) for name in ("publisher", "offer", "sku", "version")]
        return " ".join(part for part in parts if part) or _last(value.text_of("imageVersionId") or value.text_of("imageId"))
    for name in ("name", "runOutputName", "scriptUri", "sourceUri", "searchCriteria"):
        text = value.text_of(name)
        if text:
            return _last(text) if name.endswith("Uri") else text
    inline = value.get("inline")
    return (inline.items[0].text or "") if inline is not None and inline.items else ""


def _last(address: str | None) -> str:
    """The end of an address or id: what a person would say."""
    return (address or "").split("?")[0].rstrip("/").rpartition("/")[2]


def stage_of(at: str, drawn: list[Stage]) -> Stage | None:
    """The stage that a finding's effective path lies in; None for what concerns the image as a whole."""
    inside = [stage for stage in drawn if at == stage.at or at.startswith((stage.at + ".", stage.at + "["))]
    return max(inside, key=lambda stage: len(stage.at), default=None)
