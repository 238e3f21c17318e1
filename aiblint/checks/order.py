"""Words about what a deployment makes before it submits the image template."""

from __future__ import annotations

import re

from aiblint import neighbours
from aiblint.arm import ids
from aiblint.arm.scope import is_expression
from aiblint.arm.term import Known
from aiblint.arm.text import parts_of
from aiblint.change import Append, Insert, Repair
from aiblint.check import Problem, check, quote
from aiblint.document import STRING
from aiblint.pattern import lazy
from aiblint.resources import DEPLOYMENT
from aiblint.template import TRIGGER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.arm.term import Term
    from aiblint.check import Context
    from aiblint.neighbours import Neighbours
    from aiblint.resources import Resource
    from aiblint.template import Value

_STORAGE = lazy(r"https://([a-z0-9]{3,24})\.blob\.[a-z.]+/", re.IGNORECASE, holds=(".blob.",))
_ROLE_ASSIGNMENT = "microsoft.authorization/roleassignments"
_ROLE_ON_ANYTHING = "/roleassignments"
"""Role assignments on one resource have longer types: Microsoft.Network/virtualNetworks/providers/roleAssignments."""

_KINDS = {
    "microsoft.managedidentity/userassignedidentities": "the identity",
    _ROLE_ASSIGNMENT: "the role assignment",
    "microsoft.compute/galleries": "the gallery",
    "microsoft.compute/galleries/images": "the image definition",
    "microsoft.compute/galleries/images/versions": "the image version",
    "microsoft.compute/images": "the managed image",
    "microsoft.network/virtualnetworks": "the virtual network",
    "microsoft.network/virtualnetworks/subnets": "the subnet",
    "microsoft.storage/storageaccounts": "the storage account",
}


class _Use:
    """A place of the image template that speaks of another resource. `on_key`: by the name of a member.

    `exact` tells that the place holds the id of that very resource.
    """

    __slots__ = ("exact", "on_key", "resource", "value")

    def __init__(self, value: Value, resource: Resource, *, exact: bool, on_key: bool = False) -> None:
        self.value = value
        self.resource = resource
        self.exact = exact
        self.on_key = on_key

    @property
    def written(self) -> str:
        """The text that stands there in the file."""
        node = self.value.use or self.value.node
        return str(node.key if self.on_key else node.value)


@check
def order_missing(value: Value, context: Context) -> Iterator[Problem]:
    """A resource of the same deployment that the image template uses without waiting for it; takes the whole template."""
    own = context.template.resource
    if own is None:
        return
    around = neighbours.of(own)
    told: set[Resource] = set()
    for use in _uses(value, around):
        late = _late(use, own, around)
        if late is not None and late not in told:
            told.add(late)
            entry = _entry_for(late, own, use)
            yield Problem(
                use.value,
                _message(late, entry),
                on_key=use.on_key,
                related=((_shown(late), _KINDS[late.type or ""]),),
                fix=_waiting(value, entry[1:-1]) if entry.startswith('"') else None,
            )


@check
def identity_without_role(value: Value, context: Context) -> Iterator[Problem]:
    """An identity of the template that the same deployment makes, and gives no role; takes the whole template."""
    own = context.template.resource
    identities = value.get("identity", "userAssignedIdentities")
    if own is None or identities is None:
        return
    around = neighbours.of(own)
    made = [resource for resource in own.container.containers[-1].walk() if resource.deployed is not False]
    if any(_may_do_anything(resource) for resource in made):
        return
    principals = [around.principal(resource) for resource in made if (resource.type or "").endswith(_ROLE_ON_ANYTHING)]
    if None in principals:
        return  # it may be for this identity
    for name, member in identities.members.items():
        found = _declared(member.named or Known(name), around)
        if found is not None and found[0] not in principals:
            yield Problem(
                member,
                f"the deployment makes the identity {quote(_name(found[0]))} and gives it no role, so the service may do nothing with it "
                "('Not authorized to access the resource'); add a role assignment (Microsoft.Authorization/roleAssignments) for its "
                "principalId, and let the template wait for it",
                on_key=True,
                related=((_shown(found[0]), _KINDS[found[0].type or ""]),),
            )


@check
def trigger_order_missing(value: Value, context: Context) -> Iterator[Problem]:
    """A trigger beside its image template that does not wait for it; takes the whole template."""
    own = context.template.resource
    written_by = {trigger.node: trigger for trigger in context.template.triggers}
    if own is None or not written_by:
        return
    around = neighbours.of(own)
    for resource in around.of_type(TRIGGER.lower()):
        written = written_by.get(resource.node)
        if written is None or resource.container is not own.container or resource.parent not in (None, own):
            continue
        known, mine = getattr(resource.name, "value", None), getattr(own.name, "value", None)
        name, slash, _ = known.lower().partition("/") if isinstance(known, str) else ("", "", "")
        beside = bool(slash) and isinstance(mine, str) and name == mine.lower()
        if (beside or resource.parent is own) and around.before(own, resource) is False:
            yield Problem(
                written,
                "nothing makes the deployment wait for the image template of this trigger, which it makes too: the trigger may be "
                f"submitted before it, and is refused (ParentResourceNotFound); add {_entry(own, resource, None)} to its 'dependsOn'",
                mark=written.get("name") or written.get("type"),
                related=((value, "the image template"),),
            )


def _may_do_anything(resource: Resource) -> bool:
    """Whether the file does not tell what comes of a resource: a linked template, a type that is worked out, a script."""
    linked = resource.type == DEPLOYMENT and resource.inside is None
    return linked or resource.type in (None, "microsoft.resources/deploymentscripts")


def _waiting(template: Value, entry: str) -> Repair | None:
    """A suggestion: more than one form of the entry would do."""
    listed = template.get("dependsOn")
    change = Insert(template, "dependsOn", [entry], after="location") if listed is None else Append(listed, entry)
    return Repair("add it to 'dependsOn'", change, safe=False)


def _entry_for(late: Resource, own: Resource, use: _Use) -> str:
    return _entry(late, own, use.written if use.exact and late is use.resource and late.container is own.container else None)


def _uses(template: Value, around: Neighbours) -> Iterator[_Use]:
    """What the template uses, where the deployment makes it: identities first, for they need their roles."""
    identities = template.get("identity", "userAssignedIdentities")
    for name, member in identities.members.items() if identities is not None else ():
        found = _declared(member.named or Known(name), around)
        if found is not None:
            yield _Use(member, found[0], exact=found[1], on_key=True)
    for used in _ids(template):
        term = neighbours.term_of(used)
        found = _declared(term, around) if term is not None else None
        if found is not None:
            yield _Use(used, found[0], exact=found[1])
    for used in _addresses(template):
        account = _STORAGE.match(used.text or "")
        for resource in around.of_type("microsoft.storage/storageaccounts") if account is not None else ():
            if account is not None and ids.spelling((account[1],)) == ids.spelling(parts_of(resource.name)):
                yield _Use(used, resource, exact=False)


def _ids(template: Value) -> Iterator[Value]:
    listed = template.get("properties", "vmProfile", "userAssignedIdentities")
    yield from listed.items if listed is not None else ()
    single = [
        ("vmProfile", "vnetConfig", "subnetId"),
        ("vmProfile", "vnetConfig", "containerInstanceSubnetId"),
        ("source", "imageVersionId"),
        ("source", "imageId"),
    ]
    targets = template.get("properties", "distribute")
    found = [template.get("properties", *path) for path in single]
    found += [target.get("galleryImageId") for target in targets.items] if targets is not None else []
    yield from (value for value in found if value is not None)


def _addresses(template: Value) -> Iterator[Value]:
    for path, name in ((("customize",), "scriptUri"), (("customize",), "sourceUri"), (("distribute",), "uri")):
        listed = template.get("properties", *path)
        for item in listed.items if listed is not None else ():
            address = item.get(name)
            if address is not None:
                yield address


def _declared(term: Term, around: Neighbours) -> tuple[Resource, bool] | None:
    """The resource that an id names, or else the one around it that bears it (the network of a subnet), and which of the two."""
    identity, exact = ids.read(term), True
    while identity is not None:
        found = around.find(identity)
        if found is not None:
            return found, exact
        if identity.type == "microsoft.compute/galleries/images":
            return None  # a gallery may be there for long, and its definition too
        identity, exact = identity.parent, False
    return None


def _late(use: _Use, own: Resource, around: Neighbours) -> Resource | None:
    """What the template does not wait for: the roles of its identity, which wait for it, or what it uses itself.

    Where it waits for one of several roles the others may be for something else.
    """
    roles = around.of_type(_ROLE_ASSIGNMENT) if use.on_key else []
    granted = [role for role in roles if around.principal(role) is use.resource]
    if granted and all(around.before(role, own) is False for role in granted):
        return granted[0]
    return use.resource if around.before(use.resource, own) is False else None


def _message(late: Resource, entry: str) -> str:
    what = f"{_KINDS[late.type or '']} {quote(_name(late))}"
    waits = ", which waits for the identity" if late.type == _ROLE_ASSIGNMENT else ""
    return (
        f"nothing makes the deployment wait for {what}, which it makes too: the template may be submitted before it is there, and is "
        "refused as not authorized or not found, while a second deployment succeeds; "
        f"add {entry} to 'dependsOn'{waits}"
    )


def _name(resource: Resource) -> str:
    known = getattr(resource.name, "value", None)
    name = resource.node.find("name")
    return known if isinstance(known, str) else str(name.value) if name is not None and name.kind == STRING else "?"


def _shown(resource: Resource) -> Value:
    return resource.value.find("name") or resource.value


def _entry(late: Resource, own: Resource, written: str | None) -> str:
    """What to write into `dependsOn`: the symbolic name, or the id."""
    containers = own.container.containers
    while late.container not in containers and late.container.owner is not None:
        late = late.container.owner  # the nested deployment that makes it
    if late.container.symbolic and late.symbol:
        return f'"{late.symbol}"'
    if written is not None and written.startswith("["):
        return f'"{written}"'
    kind, name = late.node.find("type"), late.node.find("name")
    known = getattr(late.name, "value", None)
    if kind is None or kind.kind != STRING or late.parent is not None or name is None:
        return "its resourceId(…)"
    if isinstance(known, str):
        names = ", ".join(f"'{part}'" for part in known.split("/"))
    elif is_expression(str(name.value)) and str(kind.value).count("/") == 1:
        names = str(name.value)[1:-1].strip()
    else:
        return "its resourceId(…)"
    return f"\"[resourceId('{kind.value}', {names})]\""
