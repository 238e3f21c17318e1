"""Functions that turn a value into another type: string, int, float, bool, json, array.

Sources: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-string, …-numeric, …-logical,
…-object and …-array
"""

from __future__ import annotations

import re

from aiblint.arm.functions.signature import MOST_TEXT, Function, Refused, TooLarge, Unclear, known_text, shape, text, why
from aiblint.arm.plain import from_python
from aiblint.arm.term import DEEPEST, Arr, Hole, Known, Obj, Term, Unknown, Work, secretly
from aiblint.arm.text import text_term
from aiblint.pattern import lazy

_INTEGER = lazy(r"\s*[-+]?\d{1,19}\s*", re.ASCII)
_REAL = lazy(r"[-+]?\d{1,15}(\.\d{1,15})?", re.ASCII)
_TOKEN = lazy(r'"(?:[^"\\]|\\.)*+"|\'(?:[^\'\\]|\\.)*+\'|[^"\']++|.', re.DOTALL)


def _string(arguments: list[Term]) -> Term:
    term = arguments[0]
    if term.type == "string":
        return text_term(shape(term), reason=why(term))
    if isinstance(term, (Arr, Obj)):
        written: list[str] = []
        secret = _write(term, written, 0, Work())
        result = known_text("".join(written))
        return secretly(result) if secret else result
    if isinstance(term, Known) and isinstance(term.value, (bool, int)):
        return Known(str(term.value))
    if term.type in ("int", "bool"):
        return Unknown("string", reason=why(term), parts=(Hole("", 1),))
    raise Unclear(why(term))


def _write(term: Term, out: list[str], depth: int, work: Work) -> bool:
    """Writes compact JSON as the service does; True if a secret is in it. Raises Unclear."""
    if depth > DEEPEST or not work.go_on():
        raise TooLarge("the value is too large to be worked out")
    secret = term.secret
    if isinstance(term, Arr) and not term.open:
        out.append("[")
        for index, item in enumerate(term):
            out.append("," if index else "")
            secret = _write(item, out, depth + 1, work) or secret
        out.append("]")
    elif isinstance(term, Obj) and not term.open:
        out.append("{")
        for index, (name, member) in enumerate(term.members()):
            out.append(("," if index else "") + _quoted(name) + ":")
            secret = _write(member, out, depth + 1, work) or secret
        out.append("}")
    elif isinstance(term, Known) and not isinstance(term.value, float):
        out.append(_quoted(term.value) if isinstance(term.value, str) else _word(term.value))
    else:
        raise Unclear(why(term))
    return secret


def _word(value: int | bool | None) -> str:
    return "null" if value is None else str(value).lower()


def _quoted(value: str) -> str:
    import json

    if any(character in value for character in "\x7f\x85\u2028\u2029"):
        raise Unclear("the service may write this text in another way")
    return json.dumps(value, ensure_ascii=False)


def _int(arguments: list[Term]) -> Term:
    term = arguments[0]
    if term.type == "int":
        return term
    value = text(term)
    if _INTEGER.fullmatch(value):
        number = int(value)
        if -(2**63) <= number < 2**63:
            return Known(number)
    elif not any(character.isdigit() for character in value):
        raise Refused("takes a number or text that is one", 0)
    raise Unclear("the service may read this number in another way")


def _float(arguments: list[Term]) -> Term:
    term = arguments[0]
    if isinstance(term, Known) and isinstance(term.value, (int, float)) and not isinstance(term.value, bool):
        return Known(float(term.value))
    value = text(term)
    if _REAL.fullmatch(value):
        return Known(float(value))
    raise Unclear("the service may read this number in another way")


def _bool(arguments: list[Term]) -> Term:
    term = arguments[0]
    if isinstance(term, Known) and isinstance(term.value, int):
        if term.value in (0, 1):
            return Known(bool(term.value))
        raise Unclear("only 0 and 1 are documented")
    value = text(term).lower()
    if value in ("true", "false"):
        return Known(value == "true")
    raise Unclear("only 'true' and 'false' are documented")


def _json(arguments: list[Term]) -> Term:
    return from_python(read_json(text(arguments[0])))


def read_json(value: str) -> object:
    """The value of a JSON text, which the service also takes with single quotes. Raises Unclear for what it may read or not."""
    import json

    if len(value) > MOST_TEXT or _deeper(value):
        raise TooLarge("the value is too large to be worked out")
    for candidate in (value, _double_quoted(value)):
        try:
            found: object = json.loads(candidate, parse_constant=_no_constant, parse_int=_small_integer, parse_float=_no_float)
        except ValueError:
            continue
        return found
    raise Unclear("the text is no plain JSON")


def _deeper(value: str) -> bool:
    """Whether JSON could be nested deeper than is read (strings are counted as if they were not: only roughly)."""
    depth = 0
    for character in value:
        if character in "[{":
            depth += 1
            if depth > DEEPEST:
                return True
        elif character in "]}":
            depth -= 1
    return False


def _double_quoted(value: str) -> str:
    return "".join(_requoted(match[0]) for match in _TOKEN.finditer(value))


def _requoted(token: str) -> str:
    if len(token) < 2 or token[0] != "'":
        return token
    return '"' + token[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _no_float(written: str) -> object:
    raise Unclear(f"the service may write {written[:20]} in another way")


def _small_integer(written: str) -> int:
    if len(written) > 18:
        raise Unclear("the number has more than 64 bits")
    return int(written)


def _array(arguments: list[Term]) -> Term:
    term = arguments[0]
    if isinstance(term, Arr):
        return term
    if term.type is None or term.type in ("null", "array"):
        raise Unclear(why(term))
    return Arr([term])


FUNCTIONS = (
    Function("string", 1, 1, result="string", run=_string),
    Function("int", 1, 1, ("string|int",), "int", run=_int),
    Function("float", 1, 1, ("string|int|float",), "float", run=_float),
    Function("bool", 1, 1, ("string|int|bool",), "bool", run=_bool),
    Function("json", 1, 1, ("string",), run=_json),
    Function("array", 1, 1, result="array", run=_array),
)
