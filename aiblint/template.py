"""One image template as the service will receive it, each value tied to the place it was written."""

from __future__ import annotations

import functools

from aiblint import placeholders, schema
from aiblint.arm.scope import Scope, is_expression, looks_like_call
from aiblint.document import ARRAY, OBJECT, STRING, UNREADABLE, Document, Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN = "unknown"
"""Kind of a value that only the deployment can know, or that is not filled in yet. Rules are silent about it."""

TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
TRIGGER = TYPE + "/triggers"
_SHORT_TYPE = "Microsoft.VirtualMachineImages"
_DEPLOYMENT = "microsoft.resources/deployments"

# More values than any real template holds; variables that refer to variables can multiply without end.
_MOST_VALUES = 200_000
_DEEPEST = 100

# Members whose names are the user's own: their spelling is kept.
_MAPS = frozenset({"tags", "artifactTags", "managedResourceTags", "userAssignedIdentities", "metadata"})

# Text in which `<`, `{` and `$(` mean something else than "fill me in".
_FREE_TEXT = frozenset(
    {"inline", "filters", "searchCriteria", "restartCommand", "restartCheckCommand", "metadata", "comments", "description"}
)


class Value:
    """One value of the effective template. Its kind is a node kind, or UNKNOWN.

    `node` is where the value is written. `use` is the expression through which it got here (a `[parameters('x')]`
    whose default is `node`), None where the value stands in the template itself. Member names are in the documented
    spelling, whatever the file's case; `written` is the name as it stands in the file. `open` tells that an object may
    have members nobody can see (a `copy` loop, names that are expressions). `shift` is 1 where ARM's escape `[[` makes the
    text one character shorter than written.
    """

    __slots__ = ("items", "key", "kind", "members", "node", "open", "parent", "placeholder", "shift", "use", "value", "written")

    def __init__(self, kind: str, node: Node, use: Node | None, parent: Value | None, key: str | int | None) -> None:
        self.kind = kind
        self.node = node
        self.use = use
        self.parent = parent
        self.key = key
        self.value: str | int | float | bool | None = None
        self.members: dict[str, Value] = {}
        self.items: list[Value] = []
        self.open = False
        self.shift = 0
        self.written: str | None = None
        self.placeholder: placeholders.Placeholder | None = None

    @property
    def known(self) -> bool:
        return self.kind != UNKNOWN

    @property
    def text(self) -> str | None:
        """The string, or None where this is no string or nobody knows it."""
        return self.value if isinstance(self.value, str) else None

    def get(self, *path: str) -> Value | None:
        """The member at a path of names; None as soon as one is missing."""
        value: Value | None = self
        for name in path:
            if value is None:
                return None
            value = value.members.get(name)
        return value

    def text_of(self, *path: str) -> str | None:
        """The string at a path of names, or None."""
        value = self.get(*path)
        return value.text if value is not None else None

    def absent(self, name: str) -> bool:
        """Whether the object certainly lacks the member. An empty string, an empty array and null count as absent."""
        if self.kind != OBJECT:
            return False
        member = self.members.get(name)
        if member is None:
            return not self.open
        return member.kind == "null" or member.value == "" or (member.kind == ARRAY and not member.items)

    @property
    def path(self) -> str:
        """JSONPath from the image template, in the documented spelling: `$.properties.customize[0].name`."""
        parts: list[str] = []
        value = self
        while value.parent is not None:
            key = value.key
            if isinstance(key, int):
                parts.append(f"[{key}]")
            elif key is not None and key.isidentifier():
                parts.append("." + key)
            else:
                parts.append("['" + str(key).replace("\\", "\\\\").replace("'", "\\'") + "']")
            value = value.parent
        return "$" + "".join(reversed(parts))

    def walk(self) -> Iterator[Value]:
        """This value and all below it, in order."""
        stack = [self]
        while stack:
            value = stack.pop()
            yield value
            stack.extend(reversed(value.items or list(value.members.values())))

    def __repr__(self) -> str:
        return f"<Value {self.path} {self.kind} {self.value!r}>"


class Unfilled:
    """A placeholder found while reading a template: in a value, or (`on_key`) in a member's name."""

    __slots__ = ("on_key", "placeholder", "value")

    def __init__(self, value: Value, placeholder: placeholders.Placeholder, on_key: bool) -> None:
        self.value = value
        self.placeholder = placeholder
        self.on_key = on_key


class Template:
    """One image template. `kind` is "body" (the file is the resource) or "arm" (it stands in a deployment template).

    `triggers` are its `imageTemplates/triggers`, whether they stand inside it or beside it.
    """

    __slots__ = ("kind", "node", "root", "triggers", "unfilled")

    def __init__(self, node: Node, root: Value, kind: str, unfilled: list[Unfilled]) -> None:
        self.node = node
        self.root = root
        self.kind = kind
        self.unfilled = unfilled
        self.triggers: list[Value] = []

    @property
    def api_version(self) -> str | None:
        """The version the file states; None where it is missing or only the deployment knows it."""
        return self.root.text_of("apiVersion")

    @property
    def properties(self) -> Value | None:
        return self.root.get("properties")

    def list_of(self, *path: str) -> list[Value]:
        """The items of an array below `properties`; empty where it is missing or unknown."""
        value = self.root.get("properties", *path)
        return value.items if value is not None else []

    @property
    def steps(self) -> list[Value]:
        """Customizers, then validators, in the order in which they run."""
        return self.list_of("customize") + self.list_of("validate", "inVMValidations")


def find(document: Document) -> list[Template]:
    """Every image template of a document, in file order. A mention of the type elsewhere is no template."""
    root = document.root
    if root is None or root.kind != OBJECT:
        return []
    if _is_deployment(root):
        found = [(_template(node, scope, "arm"), scope) for node, scope in _resources(root, Scope(root), 0)]
        for template, scope in found:
            _attach_triggers(template, scope, len(found) == 1)
        return [template for template, _ in found]
    if _is_image_template(root, None):
        return [_template(root, None, "body")]
    return []


def _attach_triggers(template: Template, scope: Scope, only: bool) -> None:
    """Finds the triggers of a template: child resources, and resources beside it that bear its name.

    Where the file has one template only, a trigger whose name only the deployment knows is taken for its own.
    """
    own = template.root.get("resources")
    for child in (own.items or list(own.members.values())) if own is not None else []:
        if (child.text_of("type") or "").lower() in ("triggers", TRIGGER.lower()):
            template.triggers.append(child)
    name = template.root.text_of("name")
    for node in template.node.parent.children if template.node.parent is not None else []:
        if node.kind != OBJECT or (scope.text(node.find("type")) or "").lower() != TRIGGER.lower() or _is_existing(node):
            continue
        parent = (scope.text(node.find("name")) or "").partition("/")[0] or None
        if (parent is None and only) or (parent is not None and name is not None and parent.lower() == name.lower()):
            builder = _Builder(True)
            trigger = builder.value(node, scope, None, template.root, "triggers", 0)
            template.triggers.append(trigger)
            template.unfilled += builder.unfilled


def _is_deployment(root: Node) -> bool:
    named = root.find("$schema")
    if named is not None and named.kind == STRING and "deploymenttemplate.json" in str(named.value).lower():
        return True
    resources = root.find("resources")
    return resources is not None and resources.kind in (ARRAY, OBJECT) and not _is_image_template(root, None)


def _resources(deployment: Node, scope: Scope, depth: int) -> Iterator[tuple[Node, Scope]]:
    """The image templates among a deployment's resources, nested deployments and child resources included."""
    listed = deployment.find("resources")
    if listed is None or listed.kind not in (ARRAY, OBJECT) or depth > _DEEPEST:
        return
    for resource in listed.children:
        if resource.kind != OBJECT or _is_existing(resource):
            continue
        if _is_image_template(resource, scope):
            yield resource, scope
            continue
        if (scope.text(resource.find("type")) or "").lower() == _DEPLOYMENT:
            inner = _at(resource, "properties", "template")
            if inner is not None and inner.kind == OBJECT:
                yield from _resources(inner, _inner_scope(resource, inner, scope), depth + 1)
        yield from _resources(resource, scope, depth + 1)


def _inner_scope(deployment: Node, inner: Node, outer: Scope) -> Scope:
    """Nested expressions are read in the outer template unless the deployment asks for the inner one."""
    option = _at(deployment, "properties", "expressionEvaluationOptions", "scope")
    if (outer.text(option) or "outer").lower() != "inner":
        return outer
    return Scope(inner, _at(deployment, "properties", "parameters"), outer)


def _at(node: Node, *names: str) -> Node | None:
    found: Node | None = node
    for name in names:
        found = found.find(name) if found is not None else None
    return found


def _is_existing(resource: Node) -> bool:
    existing = resource.find("existing")
    return existing is not None and existing.value is True


def _is_image_template(resource: Node, scope: Scope | None) -> bool:
    """Whether an object is an image template: by its type, or by having both a source and targets."""
    named = resource.find("type")
    text = (
        scope.text(named) if scope is not None else (str(named.value) if named is not None and named.kind == STRING else None)
    )
    if text is not None:
        folded = text.lower()
        if folded in (TYPE.lower(), _SHORT_TYPE.lower()):
            return True
        if "virtualmachineimages" not in folded and "imagetemplate" not in folded and placeholders.find(text) is None:
            return False
    source, distribute = _at(resource, "properties", "source"), _at(resource, "properties", "distribute")
    if source is None or distribute is None or resource.find("properties") is resource.find("$defs"):
        return False
    # In a JSON schema `source` describes a source; in a template it is one.
    return source.kind in (OBJECT, STRING, UNREADABLE) and distribute.kind in (ARRAY, STRING, UNREADABLE)


def _template(node: Node, scope: Scope | None, kind: str) -> Template:
    builder = _Builder(kind == "arm")
    root = builder.value(node, scope, None, None, None, 0)
    return Template(node, root, kind, builder.unfilled)


@functools.cache
def _documented() -> dict[str, str]:
    # Names that no published schema lists but that rules speak of: the deployment's own, and those of old versions.
    extra = ("dependsOn", "condition", "copy", "subnetName", "resourceGroupName", "comments", "metadata")
    return {**schema.names(), **{name.lower(): name for name in extra}}


class _Builder:
    """Builds the effective values of one template."""

    def __init__(self, arm: bool) -> None:
        self.arm = arm
        self.left = _MOST_VALUES
        self.unfilled: list[Unfilled] = []

    def value(
        self, node: Node, scope: Scope | None, use: Node | None, parent: Value | None, key: str | int | None, depth: int
    ) -> Value:
        self.left -= 1
        if self.left < 0 or depth > _DEEPEST:
            return Value(UNKNOWN, node, use, parent, key)
        if node.kind == STRING:
            return self._string(node, scope, use, parent, key, depth)
        made = Value(UNKNOWN if node.kind == UNREADABLE else node.kind, node, use, parent, key)
        made.value = node.value
        if node.kind == OBJECT:
            self._members(made, scope, depth)
        elif node.kind == ARRAY:
            made.items = [self.value(child, scope, use, made, i, depth + 1) for i, child in enumerate(node.children)]
        return made

    def _string(
        self, node: Node, scope: Scope | None, use: Node | None, parent: Value | None, key: str | int | None, depth: int
    ) -> Value:
        text = str(node.value)
        if (self.arm and is_expression(text)) or (not self.arm and looks_like_call(text)):
            target = scope.resolve(text) if scope is not None else None
            if target is not None:
                return self.value(target[0], target[1], use or node, parent, key, depth + 1)
            return Value(UNKNOWN, node, use, parent, key)
        made = Value(STRING, node, use, parent, key)
        if self.arm and text.startswith("[["):
            made.shift = 1
            text = text[1:]
        made.value = text
        if not self._free(made):
            found = placeholders.find_all(text)
            if found:
                made.kind, made.value, made.placeholder = UNKNOWN, None, found[0]
                self.unfilled += [Unfilled(made, placeholder, False) for placeholder in found]
        return made

    def _members(self, made: Value, scope: Scope | None, depth: int) -> None:
        own_names = made.key in _MAPS
        for child in made.node.children:
            written = child.key or ""
            name = written if own_names else _documented().get(written.lower(), written)
            member = self.value(child, scope, made.use, made, name, depth + 1)
            member.written = written
            if self.arm and ((name == "copy" and made.key is not None and member.kind == ARRAY) or is_expression(written)):
                made.open = True
            if own_names:
                self.unfilled += [Unfilled(member, placeholder, True) for placeholder in placeholders.find_all(written)]
            made.members[name] = member

    def _free(self, made: Value) -> bool:
        value: Value | None = made
        for _ in range(2):
            if value is None:
                return False
            if value.key in _FREE_TEXT:
                return True
            value = value.parent
        return False
