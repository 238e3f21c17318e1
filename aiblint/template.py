"""Image templates: which objects of a document are one, and what belongs to it."""

from __future__ import annotations

from aiblint import placeholders, resources
from aiblint.document import ARRAY, OBJECT, STRING, UNREADABLE, Document, Node
from aiblint.effective import Builder
from aiblint.value import UNKNOWN, Unfilled, Value

__all__ = ["TRIGGER", "TYPE", "UNKNOWN", "Template", "Unfilled", "Value", "find"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.arm.scope import Scope
    from aiblint.resources import Resource

TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
TRIGGER = TYPE + "/triggers"
_SHORT_TYPE = "Microsoft.VirtualMachineImages"


class Template:
    """One image template. `kind` is "body" (the file is the resource) or "arm" (it stands in a deployment template).

    `resource` tells of its place in the deployment, `scope` is what its expressions see; both are None for a body. `triggers`
    are its `imageTemplates/triggers`, whether they stand inside it or beside it. `unfilled` and `slips` are what reading it
    came upon, `cut` is where there was too much to read on.
    """

    __slots__ = ("cut", "kind", "node", "resource", "root", "scope", "slips", "triggers", "unfilled")

    def __init__(self, node: Node, root: Value, resource: Resource | None, builder: Builder) -> None:
        self.resource = resource
        self.scope = resource.scope if resource is not None else None
        self.node = node
        self.root = root
        self.kind = "body" if resource is None else "arm"
        self.unfilled = builder.unfilled
        self.slips = builder.slips
        self.cut = builder.cut
        self.triggers: list[Value] = []

    @property
    def api_version(self) -> str | None:
        """The version the file states; None where it is missing or only the deployment knows it."""
        return self.root.text_of("apiVersion")

    @property
    def properties(self) -> Value | None:
        return self.root.get("properties")

    def list_of(self, *path: str) -> list[Value]:
        """The items of an array below `properties`; empty where it is missing, unknown, or one of several."""
        value = self.root.get("properties", *path)
        if value is not None and len(value.alternatives) == 1:
            value = value.alternatives[0]  # what a loop makes, if it runs at all
        return value.items if value is not None else []

    @property
    def steps(self) -> list[Value]:
        """Customizers, then validators, in the order in which they run."""
        return self.list_of("customize") + self.list_of("validate", "inVMValidations")

    @property
    def possible_steps(self) -> list[Value]:
        """All steps that may run, in whatever case."""
        found: list[Value] = []
        for path in (("customize",), ("validate", "inVMValidations")):
            value = self.root.get("properties", *path)
            for each in (value, *value.alternatives) if value is not None else ():
                found += each.items
        return found


def find(document: Document, given: Node | None = None) -> list[Template]:
    """Every image template of a document that is or may be deployed, in file order. A mention of the type elsewhere is none.

    `given` is the object below `parameters` of the parameter file that the deployment goes with.
    """
    return read(document, given).deployed


class Found:
    """The image templates of a document: those that are deployed, or may be, and those that certainly are not."""

    __slots__ = ("deployed", "left_out")

    def __init__(self, deployed: list[Template], left_out: list[Node]) -> None:
        self.deployed = deployed
        self.left_out = left_out


def resource_of(template: Template) -> str:
    """The name of an image template as it is written; `$` where it has none."""
    member = template.root.get("name")
    node = (member.use or member.node) if member is not None else None
    return str(node.value) if node is not None and node.value else "$"


def read(document: Document, given: Node | None = None) -> Found:
    """Like `find`, with the image templates that a condition which is false keeps from being deployed."""
    root = document.root
    if root is None or root.kind != OBJECT:
        return Found([], [])
    if not _is_deployment(root):
        return Found([_template(document, root, None)] if _is_image_template(root, None) else [], [])
    everything = list(resources.read(root, given).walk())
    wanted = [resource for resource in everything if _is_wanted(resource)]
    found = [_template(document, resource.node, resource) for resource in wanted if resource.deployed is not False]
    for template in found:
        _add_own_triggers(template)
    _attach_triggers(found, [resource for resource in everything if _is_trigger_beside(resource)])
    return Found(found, [resource.node for resource in wanted if resource.deployed is False and not resource.existing])


def _is_wanted(resource: Resource) -> bool:
    above = resource.parent
    return (
        not resource.existing
        and _is_image_template(resource.node, resource.scope)
        and (above is None or not _is_image_template(above.node, above.scope))
    )


def _is_trigger_beside(resource: Resource) -> bool:
    return resource.type == TRIGGER.lower() and resource.parent is None and resource.deployed is not False


def _add_own_triggers(template: Template) -> None:
    """Finds the triggers among the child resources of a template."""
    own = template.root.get("resources")
    for child in (own.items or list(own.members.values())) if own is not None else []:
        condition = child.get("condition")
        if condition is not None and condition.value is False:
            continue
        if (child.text_of("type") or "").lower() in ("triggers", TRIGGER.lower()):
            template.triggers.append(child)


def _attach_triggers(templates: list[Template], triggers: list[Resource]) -> None:
    """Gives the triggers that stand elsewhere in the file to the template whose name they bear, the nearest of several.

    Where the file has one template only, a trigger is its own unless it bears another name.
    """
    named: dict[str, list[Template]] = {}
    for template in templates:
        named.setdefault((template.root.text_of("name") or "").lower(), []).append(template)
    for trigger in triggers:
        parent, slash, _ = (trigger.scope.text(trigger.node.find("name")) or "").lower().partition("/")
        same = named.get(parent, []) if parent else []
        beside = [one for one in same if one.resource is not None and one.resource.container is trigger.container]
        for template in beside or same or (templates if len(templates) == 1 and not slash else []):
            builder = Builder()
            template.triggers.append(builder.value(trigger.node, trigger.scope, None, template.root, "triggers"))
            template.unfilled += builder.unfilled
            template.slips += builder.slips


def listed(document: Document) -> list[Node]:
    """The image templates in a list that is the whole file, where nobody takes them."""
    root = document.root
    items = root.children if root is not None and root.kind == ARRAY else []
    return [node for node in items if node.kind == OBJECT and _is_image_template(node, None)]


def _is_deployment(root: Node) -> bool:
    named = root.find("$schema")
    if named is not None and named.kind == STRING and "deploymenttemplate.json" in str(named.value).lower():
        return True
    listed = root.find("resources")
    return listed is not None and listed.kind in (ARRAY, OBJECT) and not _is_image_template(root, None)


def _is_image_template(resource: Node, scope: Scope | None) -> bool:
    """Whether an object is an image template: by its type, or by having both a source and targets."""
    named = resource.find("type")
    text = (
        scope.text(named) if scope is not None else (str(named.value) if named is not None and named.kind == STRING else None)
    )
    if text:
        folded = text.lower()
        if folded in (TYPE.lower(), _SHORT_TYPE.lower()):
            return True
        if "virtualmachineimages" not in folded and "imagetemplate" not in folded and placeholders.find(text) is None:
            return False
    source, distribute = resources.at(resource, "properties", "source"), resources.at(resource, "properties", "distribute")
    if source is None or distribute is None:
        return False
    # In a JSON schema `source` describes a source; in a template it is one.
    return source.kind in (OBJECT, STRING, UNREADABLE) and distribute.kind in (ARRAY, STRING, UNREADABLE)


# Mistakes of writing after which a string or a number is not what was meant.
_DAMAGE = frozenset({"control-character", "lone-surrogate", "not-a-number", "unclosed", "unclosed-string"})


def _template(document: Document, node: Node, resource: Resource | None) -> Template:
    builder = Builder([mistake.start for mistake in document.mistakes if mistake.kind in _DAMAGE])
    root = builder.value(node, resource.scope if resource is not None else None)
    return Template(node, root, resource, builder)
