"""Functions that encode text: base64, data URIs, URI components; and `uri`, which resolves one address against another.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-string
"""

from __future__ import annotations

import re

from aiblint.arm.functions.signature import Function, Refused, Unclear, bounded, known_text, shape, text, why
from aiblint.arm.plain import from_python
from aiblint.arm.term import Hole, Known, Term, Unknown
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_DATA_URI = lazy(r"data:[^,]*?(;base64)?,(.*)", re.DOTALL | re.IGNORECASE)
_PLAIN_ADDRESS = lazy(r"https?://[a-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~/-]*)?(\?[A-Za-z0-9._~=&%-]*)?")
_PLAIN_PATH = lazy(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
_HEAD = "data:text/plain;charset=utf8;base64,"


def _encode(value: str) -> str:
    import base64

    try:
        return base64.b64encode(value.encode("utf-8")).decode("ascii")
    except UnicodeEncodeError:
        raise Unclear("the text has half a character") from None


def _decode(value: str, argument: int = 0) -> str:
    import base64
    import binascii

    compact = re.sub(r"[ \t\r\n]", "", value)
    try:
        raw = base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("takes base64 text", argument) from None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Unclear("the decoded bytes are no text") from None


def _base64(arguments: list[Term]) -> Term:
    return known_text(_encode(text(arguments[0])))


def _base64_to_string(arguments: list[Term]) -> Term:
    return known_text(_decode(text(arguments[0])))


def _base64_to_json(arguments: list[Term]) -> Term:
    from aiblint.arm.functions.conversion import read_json

    return from_python(read_json(_decode(text(arguments[0]))))


def _data_uri(arguments: list[Term]) -> Term:
    term = arguments[0]
    if isinstance(term, Known):
        return known_text(_HEAD + _encode(text(term)))
    return Unknown("string", reason=why(term), parts=(_HEAD, Hole()))


def _data_uri_to_string(arguments: list[Term]) -> Term:
    match = _DATA_URI.fullmatch(text(arguments[0]))
    if match is None:
        raise Refused("takes a data URI", 0)
    if match[1] is None:
        raise Unclear("only base64 data is decoded")
    return known_text(_decode(match[2]))


def _uri_component(arguments: list[Term]) -> Term:
    from urllib.parse import quote

    try:
        parts = [
            quote(part, safe="") if isinstance(part, str) else Hole(part.label, part.least) for part in shape(arguments[0])
        ]
    except UnicodeEncodeError:
        raise Unclear("the text has half a character") from None
    return bounded(parts, why(arguments[0]))


def _uri_component_to_string(arguments: list[Term]) -> Term:
    from urllib.parse import unquote_to_bytes

    value = text(arguments[0])
    try:
        return known_text(unquote_to_bytes(value).decode("utf-8"))
    except UnicodeDecodeError:
        raise Unclear("the decoded bytes are no text") from None


def _uri(arguments: list[Term]) -> Term:
    """RFC 3986, section 5, for addresses that .NET does not rewrite; of an unknown base the path that follows is known."""
    base, relative = arguments
    path = text(relative)
    if isinstance(base, Unknown):
        if _PLAIN_PATH.fullmatch(path.removeprefix("/")) is None:
            raise Unclear(why(base))
        return Unknown("string", reason=why(base), parts=(Hole(base.label), "/" + path.removeprefix("/")))
    address = text(base)
    if "://" not in address:
        raise Refused("takes an absolute address", 0)
    absolute = _PLAIN_ADDRESS.fullmatch(path) is not None
    if _PLAIN_ADDRESS.fullmatch(address) is None or not (absolute or _PLAIN_PATH.fullmatch(path.removeprefix("/"))):
        raise Unclear("the service may write this address in another way")
    from urllib.parse import urljoin

    return known_text(urljoin(address, path))


def _undocumented(kind: str) -> Callable[[list[Term]], Term]:
    """A function of recent Bicep whose results no page documents."""

    def run(arguments: list[Term]) -> Term:
        return Unknown(kind, reason=why(arguments[0]))

    return run


FUNCTIONS = (
    Function("base64", 1, 1, ("string",), "string", run=_base64),
    Function("base64ToString", 1, 1, ("string",), "string", run=_base64_to_string),
    Function("base64ToJson", 1, 1, ("string",), run=_base64_to_json),
    Function("dataUri", 1, 1, ("string",), "string", run=_data_uri),
    Function("dataUriToString", 1, 1, ("string",), "string", run=_data_uri_to_string),
    Function("uriComponent", 1, 1, ("string",), "string", run=_uri_component),
    Function("uriComponentToString", 1, 1, ("string",), "string", run=_uri_component_to_string),
    Function("uri", 2, 2, ("string",), "string", run=_uri),
    Function("buildUri", 1, 1, ("object",), "string", run=_undocumented("string")),
    Function("parseUri", 1, 1, ("string",), "object", run=_undocumented("object")),
)
