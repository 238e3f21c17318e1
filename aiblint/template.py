"""Image templates: which objects of a document are one, and what belongs to it."""

from __future__ import annotations

from aiblint import placeholders
from aiblint.arm.scope import Scope
from aiblint.document import ARRAY, OBJECT, STRING, UNREADABLE, Document, Node
from aiblint.effective import Builder
from aiblint.value import UNKNOWN, Unfilled, Value

__all__ = ["TRIGGER", "TYPE", "UNKNOWN", "Template", "Unfilled", "Value", "find"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
TRIGGER = TYPE + "/triggers"
_SHORT_TYPE = "Microsoft.VirtualMachineImages"
_DEPLOYMENT = "microsoft.resources/deployments"

_DEEPEST = 100


class Template:
    """One image template. `kind` is "body" (the file is the resource) or "arm" (it stands in a deployment template).

    `scope` is what its expressions see, None for a body. `triggers` are its `imageTemplates/triggers`, whether they stand
    inside it or beside it. `unfilled` and `slips` are what reading it came upon.
    """

    __slots__ = ("kind", "node", "root", "scope", "slips", "triggers", "unfilled")

    def __init__(self, node: Node, root: Value, kind: str, scope: Scope | None, read: Builder) -> None:
        self.scope = scope
        self.node = node
        self.root = root
        self.kind = kind
        self.unfilled = read.unfilled
        self.slips = read.slips
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


def find(document: Document, given: Node | None = None) -> list[Template]:
    """Every image template of a document, in file order. A mention of the type elsewhere is no template.

    `given` is the object below `parameters` of the parameter file that the deployment goes with.
    """
    root = document.root
    if root is None or root.kind != OBJECT:
        return []
    if _is_deployment(root):
        found = [
            (_template(document, node, scope, "arm"), scope) for node, scope in _resources(root, Scope(root, given=given), 0)
        ]
        lists: dict[Node | None, list[Node]] = {}
        for template, scope in found:
            owner = template.node.parent
            if owner not in lists:
                lists[owner] = _trigger_nodes(owner, scope)
            _attach_triggers(template, scope, lists[owner], len(found) == 1)
        return [template for template, _ in found]
    if _is_image_template(root, None):
        return [_template(document, root, None, "body")]
    return []


def _trigger_nodes(resources: Node | None, scope: Scope) -> list[Node]:
    """The triggers among the resources of one list."""
    return [
        node
        for node in (resources.children if resources is not None else [])
        if node.kind == OBJECT and (scope.text(node.find("type")) or "").lower() == TRIGGER.lower() and not _is_existing(node)
    ]


def _attach_triggers(template: Template, scope: Scope, beside: list[Node], only: bool) -> None:
    """Finds the triggers of a template: child resources, and resources beside it that bear its name.

    Where the file has one template only, a trigger whose name only the deployment knows is taken for its own.
    """
    own = template.root.get("resources")
    for child in (own.items or list(own.members.values())) if own is not None else []:
        if (child.text_of("type") or "").lower() in ("triggers", TRIGGER.lower()):
            template.triggers.append(child)
    name = template.root.text_of("name")
    for node in beside:
        parent = (scope.text(node.find("name")) or "").partition("/")[0] or None
        if (parent is None and only) or (parent is not None and name is not None and parent.lower() == name.lower()):
            builder = Builder()
            trigger = builder.value(node, scope, None, template.root, "triggers")
            template.triggers.append(trigger)
            template.unfilled += builder.unfilled
            template.slips += builder.slips


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
    if source is None or distribute is None:
        return False
    # In a JSON schema `source` describes a source; in a template it is one.
    return source.kind in (OBJECT, STRING, UNREADABLE) and distribute.kind in (ARRAY, STRING, UNREADABLE)


# Mistakes of writing after which a string or a number is not what was meant.
_DAMAGE = frozenset({"control-character", "lone-surrogate", "not-a-number", "unclosed", "unclosed-string"})


def _template(document: Document, node: Node, scope: Scope | None, kind: str) -> Template:
    builder = Builder([mistake.start for mistake in document.mistakes if mistake.kind in _DAMAGE])
    root = builder.value(node, scope)
    return Template(node, root, kind, scope, builder)
