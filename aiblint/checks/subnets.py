"""Words about the subnets of the build VM and of the container that drives it."""

from __future__ import annotations

from aiblint import change
from aiblint.check import Problem, check, quote
from aiblint.checks.conformance import misspelt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value


@check
def container_subnet_refused(value: Value, context: Context) -> Iterator[Problem]:
    """A container subnet alone, in another virtual network, the same as the build subnet, or beside a proxy size."""
    container, build, proxy = (value.get(name) for name in ("containerInstanceSubnetId", "subnetId", "proxyVmSize"))
    if container is None or not (container.text or not container.known):
        return
    if value.absent("subnetId") and not misspelt(value, context, "subnetId"):
        yield Problem(
            value,
            "'containerInstanceSubnetId' goes with 'subnetId' only, and the service refuses it alone; add the subnet of the build VM",
            mark=container,
            on_key=True,
        )
    if proxy is not None and (proxy.text or not proxy.known):
        yield Problem(
            value,
            "with 'containerInstanceSubnetId' there is no proxy VM, and the service refuses a 'proxyVmSize' beside it; take it out",
            mark=proxy,
            on_key=True,
        )
    if build is None or not build.text or not container.text:
        return
    ours, theirs = build.text.lower().rstrip("/"), container.text.lower().rstrip("/")
    if ours == theirs:
        yield Problem(
            value,
            "the container and the build VM need subnets of their own: the container's is delegated to "
            "Microsoft.ContainerInstance/containerGroups and takes no VM; name another subnet of the same virtual network",
            mark=container,
            related=((build, "the same subnet"),),
        )
    elif ours.rpartition("/subnets/")[0] != theirs.rpartition("/subnets/")[0]:
        network = container.text.rpartition("/subnets/")[0].rpartition("/")[2]
        yield Problem(
            value,
            f"both subnets must lie in one virtual network, and this one is in {quote(network)}; the service refuses the template",
            mark=container,
            related=((build, "the other subnet"),),
        )


@check
def proxy_without_subnet(value: Value, context: Context) -> Iterator[Problem]:
    """A size for a proxy VM that is never made."""
    proxy = value.get("proxyVmSize")
    subnets = ("subnetId", "containerInstanceSubnetId")
    absent = all(value.absent(name) and not misspelt(value, context, name) for name in subnets)
    if proxy is not None and proxy.text and absent:
        yield Problem(
            value,
            "without 'subnetId' there is no proxy VM, so this size has no effect; take it out",
            mark=proxy,
            on_key=True,
            fix=change.remove(proxy, safe=True),
        )
