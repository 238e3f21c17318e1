"""Repairs of values in another JSON type than the service takes, where they have one reading only."""

from __future__ import annotations

from aiblint import change, schema
from aiblint.change import Quote, Repair, Wrap
from aiblint.document import ARRAY, NUMBER, OBJECT
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.conform import Deviation
    from aiblint.value import Value

_WHOLE = lazy(r"-?(?:0|[1-9][0-9]{0,17})")


def repair(deviation: Deviation) -> Repair | None:
    """The value in the type that belongs there. The service refuses it as it is, so any reading is safe that is the only one."""
    value, wanted = deviation.value, deviation.expected
    text = (value.text or "").strip()
    if wanted == "boolean" and text.lower() in ("true", "false"):
        return change.write(value, text.lower() == "true", safe=True)
    if wanted == "integer" and _WHOLE.fullmatch(text):
        return change.write(value, int(text), safe=True)
    if wanted == "string" and value.kind == NUMBER:
        return Repair("put it in quotes", Quote(value), safe=True)
    if wanted in ("object", "map") and value.kind == ARRAY and not value.items and not value.open:
        return change.write(value, {}, safe=True)
    return _listed(deviation, value, text) if wanted == "array" else None


def _listed(deviation: Deviation, value: Value, text: str) -> Repair | None:
    of = deviation.detail
    if value.kind == OBJECT and not value.members and not value.open:
        return change.write(value, [], safe=True)
    if of == "integer" and _WHOLE.fullmatch(text):
        return change.write(value, [int(text)], safe=True)
    fits = {"integer": value.kind == NUMBER, "string": bool(text) and "," not in text}
    if fits.get(of, value.kind == OBJECT and of in schema.types(deviation.version)):
        return Repair("put it in [ ]", Wrap(value), safe=True)
    return None
