"""Functions on ranges of IP addresses: parseCidr, cidrSubnet, cidrHost.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-cidr
"""

from __future__ import annotations

from aiblint.arm.functions.signature import Function, Refused, Unclear, integer, text
from aiblint.arm.term import Known, Obj, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network


def _network(term: Term) -> IPv4Network | IPv6Network:
    import ipaddress

    value = text(term)
    if "/" not in value:
        raise Refused("takes a range in CIDR notation: 10.0.0.0/16", 0)
    try:
        ipaddress.ip_interface(value)
    except ValueError:
        raise Refused("takes a range in CIDR notation: 10.0.0.0/16", 0) from None
    try:
        return ipaddress.ip_network(value)
    except ValueError:
        raise Unclear("the address is no beginning of a range") from None


def _parse_cidr(arguments: list[Term]) -> Term:
    network = _network(arguments[0])
    first, last = network.network_address, network.broadcast_address
    members = [("network", str(first)), ("netmask", str(network.netmask))]
    if network.version == 4:
        if network.prefixlen > 30:
            raise Unclear("ranges this small are not documented")
        members += [("broadcast", str(last))]
        first, last = first + 1, last - 1
    members += [("firstUsable", str(first)), ("lastUsable", str(last))]
    return Obj([*((name, Known(value)) for name, value in members), ("cidr", Known(network.prefixlen))])


def _cidr_subnet(arguments: list[Term]) -> Term:
    network, length, index = _network(arguments[0]), integer(arguments[1]), integer(arguments[2])
    if not network.prefixlen <= length <= network.max_prefixlen:
        raise Refused(f"takes a prefix length from {network.prefixlen} to {network.max_prefixlen}", 1)
    if not 0 <= index < 2 ** (length - network.prefixlen):
        raise Refused("counts the subnets from 0 and stays within the range", 2)
    return Known(f"{network.network_address + (index << (network.max_prefixlen - length))}/{length}")


def _cidr_host(arguments: list[Term]) -> Term:
    network, index = _network(arguments[0]), integer(arguments[1])
    if index < 0:
        raise Refused("counts the hosts from 0", 1)
    if index + 2 >= network.num_addresses:
        raise Unclear("the host lies outside of the range, or the range is very small")
    return Known(str(network.network_address + index + 1))


FUNCTIONS = (
    Function("parseCidr", 1, 1, ("string",), "object", run=_parse_cidr),
    Function("cidrSubnet", 3, 3, ("string", "int"), "string", run=_cidr_subnet),
    Function("cidrHost", 2, 2, ("string", "int"), "string", run=_cidr_host),
)
