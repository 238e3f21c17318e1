"""What of a file must not be printed, and its findings without it. Asked only where something is to be printed.

Rules see the values as they are. Which of them run decides nothing here: a secret is one by its form (`masking`), by the name
of the member or the type of the parameter that holds it, by the command that it is handed to, or because a rule says so.
"""

from __future__ import annotations

from aiblint import masking
from aiblint.arm.scope import Computed, is_expression
from aiblint.checks import secrets
from aiblint.document import OBJECT, STRING
from aiblint.finding import Fix, Related
from aiblint.syntax.json import key_offsets, string_offsets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.document import Document, Node
    from aiblint.finding import Finding
    from aiblint.value import Value


def hide(document: Document, contexts: list[Context], parameters: Document | None) -> masking.Hidden:
    """Marks what reports must not show of a document and of its parameter file; says what messages must not repeat.

    What was marked before, with other parameters, stays so.
    """
    texts: set[str] = set()
    secure = _secure_parameters(document)
    for file in (document, parameters):
        if file is not None:
            file.hide(masking.spans(file.text))
            file.hide(masking.guessed(file.text))
            for node in _confidential_nodes(file, secure):
                file.hide([_inside(node)])
                texts.add(str(node.value))
            for node in _strings_with_escapes(file):
                offsets = string_offsets(file.text, node)
                file.hide((offsets[start], offsets[end]) for start, end in masking.spans(str(node.value)))
            texts.update(_in_escaped_names(file))
    for context in contexts:
        texts.update(_in_strings(context, document, parameters))
    for file in (document, parameters):
        if file is not None:
            texts.update(file.text[start:end] for start, end in file.secrets)
    texts |= {written for text in texts for written in _spellings(text)}
    document.secret_texts.update(text for text in texts if not masking.is_stand_in(text))
    document.hidden = masking.Hidden(document.secret_texts)
    for file in (document, parameters):
        if file is not None and document.secret_texts:
            file.hide(document.hidden.places(file.text))
            file.hide(_repeated_with_escapes(file, document.hidden))
    return document.hidden


def without_secrets(finding: Finding, hidden: masking.Hidden) -> Finding:
    """The finding in words that repeat no secret."""
    message = hidden.without(finding.message)
    related = tuple(Related(place.start, place.end, hidden.without(place.message), place.document) for place in finding.related)
    fix = finding.fix
    if fix is not None:
        secret = any(hidden.without(edit.text) != edit.text for edit in fix.edits)
        fix = Fix(hidden.without(fix.title), fix.edits, fix.safe, fix.encoding, secret=secret)
    document = finding.document
    # `at`, `pointer` and `template` stay: exceptions are found by them. Reports print them as `told` has them.
    finding = finding.changed(message=message, related=related, fix=fix)
    finding.place, finding.resource = told(finding.place, document), told(finding.resource, document)
    return finding


def told(text: str, document: Document) -> str:
    """A place in a document, or the name of something in it, as it may be printed: names too can hold secrets.

    Where the document has none at all, nothing is searched: there are many places.
    """
    hidden = document.hidden
    if not text or hidden is None or not (document.secrets or document.secret_texts):
        return text
    return hidden.without(text)


def without_secrets_of(document: Document, text: str) -> str:
    """Words that people wrote about a document, perhaps elsewhere, where nobody has looked for secrets."""
    return told(masking.mask(text), document)


def _spellings(text: str) -> Iterator[str]:
    """How else a text is written: escaped in a message or in JSON, quoted in an expression or a path, in an RFC 6901 pointer."""
    import json  # here, because most files hold no secret

    yield text.encode("unicode_escape").decode()
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield text.replace("'", "''")
    yield text.replace("\\", "\\\\").replace("'", "\\'")
    yield text.replace("~", "~0").replace("/", "~1")


def _secure_parameters(document: Document) -> frozenset[str]:
    """The names, folded, of all parameters of a secure type, those of nested deployments too."""
    found = set()
    for owner in _parameter_lists(document):
        for declared in owner.children:
            kind = declared.find("type") if declared.kind == OBJECT else None
            if kind is not None and str(kind.value).lower().startswith("secure"):
                found.add((declared.key or "").lower())
    return frozenset(found)


def _parameter_lists(document: Document) -> list[Node]:
    root = document.root
    if root is None:
        return []
    return [node for node in root.walk() if node.kind == OBJECT and node.key is not None and node.key.lower() == "parameters"]


def _confidential_nodes(document: Document, secure: frozenset[str]) -> Iterator[Node]:
    """Strings that a secure parameter is given, by default, by a parameter file or by an outer deployment, and those whose
    name says what they are.
    """
    for owner in _parameter_lists(document):
        for member in owner.children:
            if (member.key or "").lower() in secure:
                for name in ("defaultValue", "value"):
                    given = member.find(name)
                    yield from _literals(given) if given is not None else ()
    for node in document.root.walk() if document.root is not None else ():
        if node.kind == STRING and node.key is not None and _is_named_secret(node):
            yield node


def _literals(node: Node) -> Iterator[Node]:
    for below in node.walk():
        if below.kind == STRING and below.value and not is_expression(str(below.value)):
            yield below


def _is_named_secret(node: Node) -> bool:
    """Whether a member, or the parameter whose value it is, is called like a password and holds one."""
    owner = node.parent
    key = node.key or ""
    name = owner.key or "" if key in ("defaultValue", "value") and owner is not None else key
    kind = masking.kind_of(name)
    text = str(node.value)
    if kind == masking.PASSWORD:
        return not is_expression(text) and not masking.is_stand_in(text)
    return bool(kind) and masking.is_secret(text, kind)


def _strings_with_escapes(document: Document) -> Iterator[Node]:
    """Strings that say something else than what is written: a form may show in them only when they are decoded."""
    if document.root is not None and "\\" in document.text:
        for node in document.root.walk():
            if node.kind == STRING and node.end - node.start != len(str(node.value)) + 2:
                yield node


def _repeated_with_escapes(document: Document, hidden: masking.Hidden) -> Iterator[tuple[int, int]]:
    """Where strings and names repeat a secret that shows only when they are decoded."""
    for node in _strings_with_escapes(document):
        offsets = string_offsets(document.text, node)
        yield from ((offsets[start], offsets[end]) for start, end in hidden.places(str(node.value)))
    for node in _names_with_escapes(document):
        offsets = key_offsets(document.text, node)
        yield from ((offsets[start], offsets[end]) for start, end in hidden.places(node.key or ""))


def _names_with_escapes(document: Document) -> Iterator[Node]:
    """Members whose name says something else than what is written."""
    if document.root is not None and "\\" in document.text:
        for node in document.root.walk():
            if node.key and node.key_end - node.key_start != len(node.key) + 2:
                yield node


def _in_escaped_names(document: Document) -> Iterator[str]:
    """Secrets that show in the names of members only when these are decoded."""
    for node in _names_with_escapes(document):
        name = node.key or ""
        yield from (name[start:end] for start, end in masking.spans(name))


def _in_strings(context: Context, document: Document, parameters: Document | None) -> Iterator[str]:
    for value, start, end in (*secrets.in_template(context), *_in_expressions(context), *context.secrets):
        text = (value.text or "")[start:end]
        yield text
        file = document if value.node.root is document.root else parameters
        if file is not None and value.node.root is file.root:
            file.hide(_written(value, start, end, file.text))


def _written(value: Value, start: int, end: int, written: str) -> list[tuple[int, int]]:
    """Where a part of a string is written: in the string itself, or in the expression that makes it."""
    node = value.node
    if node.kind == STRING and not isinstance(node, Computed) and (node.value == value.value or value.shift):
        offsets = string_offsets(written, node)
        return [(offsets[start + value.shift], offsets[end + value.shift])]
    text = (value.text or "")[start:end]
    at = written.find(text, node.start, node.end)
    if at >= 0:
        return [(at, at + len(text))]
    # Of what a secure parameter brings along nothing stands here; otherwise the expression puts the secret together.
    return [] if value.secret else [_inside(node)]


def _in_expressions(context: Context) -> Iterator[tuple[Value, int, int]]:
    """Secrets that only show in what an expression makes: it puts them together, or brings them from a secure parameter."""
    for value in context.template.root.walk():
        if value.use is not None and value.text:
            if value.secret:
                yield value, 0, len(value.text)
            for start, end in masking.spans(value.text):
                yield value, start, end


def _inside(node: Node) -> tuple[int, int]:
    """A string without its quotes."""
    return (node.start + 1, node.end - 1) if node.kind == STRING else (node.start, node.end)
