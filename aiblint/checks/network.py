"""Words about virtual networks that the same deployment makes: what the build needs of its subnets."""

from __future__ import annotations

from aiblint import neighbours
from aiblint.arm import ids
from aiblint.arm.text import parts_of
from aiblint.check import Problem, check, quote
from aiblint.checks.targets import normalized
from aiblint.document import ARRAY, OBJECT
from aiblint.platforms import LINUX, WINDOWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_NETWORK = "microsoft.network/virtualnetworks"
_SUBNET = "microsoft.network/virtualnetworks/subnets"
_GROUP = "microsoft.network/networksecuritygroups"
_CONTAINERS = "microsoft.containerinstance/containergroups"

_ANYWHERE = frozenset({"*", "any", "0.0.0.0/0"})
_SSH, _WINRM, _PROXY = 22, 5986, (60000, 60001)
_LAST_PRIORITY = 65000  # rules of the platform begin here, and they let in the network and the load balancer


def _network(id: Value | None, context: Context) -> Value | None:
    own = context.template.resource
    found = neighbours.of(own).named_by(id, _NETWORK) if own is not None else None
    return found.value if found is not None else None


def _subnet(id: Value | None, context: Context) -> Value | None:
    """The properties of a subnet that stands as a resource of its own, or in its network."""
    own, term = context.template.resource, neighbours.term_of(id)
    identity = ids.read(term) if term is not None else None
    if own is None or identity is None or identity.type != _SUBNET:
        return None
    found = neighbours.of(own).named_by(id, _SUBNET)
    if found is not None:
        return found.value.find("properties")
    network = _network(id, context)
    listed = network.find("properties", "subnets") if network is not None else None
    wanted = ids.spelling(identity.names[-1])
    for subnet in listed.items if listed is not None else ():
        name = neighbours.term_of(subnet.find("name"))
        if name is not None and wanted is not None and ids.spelling(parts_of(name)) == wanted:
            return subnet.find("properties")
    return None


def _lacks(properties: Value | None, name: str) -> bool:
    return properties is not None and properties.kind == OBJECT and properties.lacks(name)


def _about(owner: Value, member: str, message: str, *related: tuple[Value, str]) -> Problem:
    return Problem(owner, message, mark=owner.get(member), related=related)


@check
def private_link_policy_on(value: Value, context: Context) -> Iterator[Problem]:
    """A build subnet on which the service cannot make its private link; takes `vnetConfig`."""
    if not value.absent("containerInstanceSubnetId"):
        return
    properties = _subnet(value.get("subnetId"), context)
    policy = properties.find("privateLinkServiceNetworkPolicies") if properties is not None else None
    if properties is not None and (_lacks(properties, "privateLinkServiceNetworkPolicies") or _is(policy, "enabled")):
        yield _about(
            value,
            "subnetId",
            "the service reaches the build VM by a private link, which network policies of the subnet forbid, and the build fails "
            '("PrivateLinkService Network Policy is not disabled for the given subnet"); add "privateLinkServiceNetworkPolicies": '
            '"Disabled" to the subnet',
            (policy or properties, "the subnet"),
        )


def _is(value: Value | None, word: str) -> bool:
    return value is not None and (value.text or "").lower() == word


@check
def delegation_missing(value: Value, context: Context) -> Iterator[Problem]:
    """A subnet for the container that is not given over to containers; takes `vnetConfig`."""
    properties = _subnet(value.get("containerInstanceSubnetId"), context)
    listed = properties.find("delegations") if properties is not None else None
    if properties is None or not (_lacks(properties, "delegations") or (listed is not None and listed.kind == ARRAY)):
        return
    services = [item.find("properties", "serviceName") for item in listed.items] if listed is not None else []
    unclear = listed is not None and (listed.open or any(service is None or service.text is None for service in services))
    if not unclear and not any(_is(service, _CONTAINERS) for service in services):
        yield _about(
            value,
            "containerInstanceSubnetId",
            "the container that drives the build runs only in a subnet delegated to Microsoft.ContainerInstance/containerGroups, and the "
            "build fails; add the delegation to the subnet",
            (listed or properties, "the subnet"),
        )


@check
def network_elsewhere(value: Value, context: Context) -> Iterator[Problem]:
    """A network in another region than the template; takes `vnetConfig`."""
    network, own = _network(value.get("subnetId"), context), context.template.root.get("location")
    place = network.find("location") if network is not None else None
    if place is None or own is None or not place.text or not own.text or normalized(place.text) == normalized(own.text):
        return
    yield _about(
        value,
        "subnetId",
        f"the network is in {quote(place.text)} and the template in {quote(own.text)}: the build VM is made in the template's region and "
        "takes no subnet of another one; put both into one region",
        (place, "the region of the network"),
        (own, "the region of the template"),
    )


@check
def no_way_out(value: Value, context: Context) -> Iterator[Problem]:
    """A private subnet with neither a NAT gateway nor a route: nothing can be downloaded; takes `vnetConfig`."""
    properties = _subnet(value.get("subnetId"), context)
    outbound = properties.find("defaultOutboundAccess") if properties is not None else None
    if outbound is None or outbound.value is not False:
        return
    if _lacks(properties, "natGateway") and _lacks(properties, "routeTable"):
        yield _about(
            value,
            "subnetId",
            "the subnet has no default way to the internet (defaultOutboundAccess), no NAT gateway and no routes: steps that download time "
            "out; give it a NAT gateway, or a route to a firewall",
            (outbound, "the subnet"),
        )


@check
def group_keeps_out(value: Value, context: Context) -> Iterator[Problem]:
    """A security group of the build subnet that keeps the service out; takes `vnetConfig`."""
    own, properties = context.template.resource, _subnet(value.get("subnetId"), context)
    id = properties.find("networkSecurityGroup", "id") if properties is not None else None
    group = neighbours.of(own).named_by(id, _GROUP) if own is not None else None
    rules = group.value.find("properties", "securityRules") if group is not None else None
    if rules is None or rules.kind != ARRAY or rules.open:
        return
    denial = next((rule for rule in rules.items if _denies_all(rule)), None)
    if denial is None:
        return
    ahead = [rule for rule in rules.items if rule is not denial and _may_come_first(rule, denial)]
    ports = {LINUX: [_SSH], WINDOWS: [_WINRM]}.get(context.os or "", [_SSH, _WINRM])
    if not any(_may_let_in(rule, port, "virtualnetwork") for rule in ahead for port in ports):
        needed = " or ".join(str(port) for port in ports)
        yield _kept_out(value, denial, f"port {needed} of the build VM from VirtualNetwork")
    elif value.absent("containerInstanceSubnetId") and not all(
        any(_may_let_in(rule, port, "azureloadbalancer") for rule in ahead) for port in _PROXY
    ):
        yield _kept_out(value, denial, "ports 60000-60001 of the proxy VM from AzureLoadBalancer")


def _kept_out(value: Value, denial: Value, needed: str) -> Problem:
    return _about(
        value,
        "subnetId",
        f"the security group of the subnet lets nobody in and has no rule ahead of that for {needed}: the service does not reach the VM "
        "and the build times out; allow it with a smaller priority",
        (denial, "this rule keeps everybody out"),
    )


def _properties(rule: Value) -> Value:
    return rule.find("properties") or rule


def _denies_all(rule: Value) -> bool:
    """Whether a rule of inbound traffic certainly denies everything."""
    said = _properties(rule)
    words = {name: said.find(name) for name in ("access", "direction", "protocol", "sourceAddressPrefix")}
    return (
        _is(words["access"], "deny")
        and _is(words["direction"], "inbound")
        and _is(words["protocol"], "*")
        and any(_is(words["sourceAddressPrefix"], word) for word in _ANYWHERE)
        and _is(said.find("destinationPortRange"), "*")
        and _is(said.find("destinationAddressPrefix"), "*")
        and _is(said.find("sourcePortRange"), "*")
        and _priority(rule) is not None
    )


def _priority(rule: Value) -> int | None:
    member = _properties(rule).find("priority")
    number = member.value if member is not None else None
    return number if isinstance(number, int) and not isinstance(number, bool) and number < _LAST_PRIORITY else None


def _may_come_first(rule: Value, denial: Value) -> bool:
    mine, other = _priority(rule), _priority(denial)
    return mine is None or other is None or mine < other


def _may_let_in(rule: Value, port: int, source: str) -> bool:
    """Whether a rule may allow inbound traffic of a source to a port: what is not known may."""
    said = _properties(rule)
    access, direction = said.find("access"), said.find("direction")
    if any(word is not None and word.text is not None for word in (access,)) and not _is(access, "allow"):
        return False
    if direction is not None and direction.text is not None and not _is(direction, "inbound"):
        return False
    return _may_hold_port(said, port) and _may_hold_source(said, source)


def _may_hold_port(said: Value, port: int) -> bool:
    single, several = said.find("destinationPortRange"), said.find("destinationPortRanges")
    ranges = ([single] if single is not None else []) + (list(several.items) if several is not None else [])
    if several is not None and (several.kind != ARRAY or several.open):
        return True
    return any(one.text is None or _covers(one.text, port) for one in ranges)


def _covers(text: str, port: int) -> bool:
    first, _, last = text.partition("-")
    if not first.isdigit() or (last and not last.isdigit()):
        return True
    return int(first) <= port <= int(last or first)


def _may_hold_source(said: Value, source: str) -> bool:
    """Addresses may be those of the network; a service tag is only what it says."""
    single, several = said.find("sourceAddressPrefix"), said.find("sourceAddressPrefixes")
    if single is None or single.text is None or several is not None:
        return True
    text = single.text.lower()
    if text in _ANYWHERE or text == source:
        return True
    return source == "virtualnetwork" and (text[:1].isdigit() or ":" in text)
