"""Words of advice about the resource, the build VM and the source: nothing is wrong, and there is a better way."""

from __future__ import annotations

import re

from aiblint import inline, machines, schema
from aiblint.check import Problem, check, check_unknown, quote
from aiblint.checks.installers import installing_word
from aiblint.checks.required import damaged, missing
from aiblint.document import OBJECT
from aiblint.pattern import lazy
from aiblint.platforms import WINDOWS, marketplace_image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_VARIABLE = lazy(r"\bvariables\s*\(\s*'([^']*)'", re.IGNORECASE)
_PARAMETERS = lazy(r"\bparameters\s*\(", re.IGNORECASE)


@check
def name_constant(value: Value, context: Context) -> Iterator[Problem]:
    """The name of a template in a deployment that no parameter and no function can change."""
    written = value.use or value.node
    if not value.text or "/parameters/" in value.node.pointer or _is_variable(str(written.value), context, set()):
        return
    yield Problem(
        value,
        f"the template is always called {quote(value.text)}, and a template that exists cannot be changed ('Update/Upgrade of image "
        "templates is currently not supported'): the second deployment is refused; put a hash of the inputs into the name, such as "
        "[concat('ubuntu-', uniqueString(string(parameters('…'))))]",
    )


def _is_variable(expression: str, context: Context, seen: set[str]) -> bool:
    """Whether an expression has to do with a parameter, by itself or through variables of the deployment."""
    if _PARAMETERS.search(expression):
        return True
    deployment = context.template.node.parent.parent if context.template.node.parent is not None else None
    variables = deployment.find("variables") if deployment is not None and deployment.kind == OBJECT else None
    for name in _VARIABLE.findall(expression):
        definition = variables.find(name) if variables is not None and name not in seen else None
        seen.add(name)
        if definition is not None and any(_is_variable(str(node.value), context, seen) for node in definition.walk()):
            return True
    return False


@check
def api_version_old(value: Value, context: Context) -> Iterator[Problem]:
    """A published API version that is not the newest stable one."""
    stable = [version for version in schema.served() if not version.endswith("preview")]
    if value.text in schema.served() and value.text != stable[-1]:
        yield Problem(
            value, f"{value.text} is not the newest API version; {stable[-1]} knows more and names mistakes more exactly"
        )


@check_unknown
def api_version_from_parameter(value: Value, context: Context) -> Iterator[Problem]:
    """An API version that comes from a parameter without a default."""
    written = (value.use or value.node).value
    if not value.known and isinstance(written, str) and _PARAMETERS.search(written):
        yield Problem(
            value,
            "the API version is known to the deployment only, so neither a reader nor a tool can tell what the template may hold; write "
            "the version itself: the members fit one version, not any",
        )


@check
def identity_shared(value: Value, context: Context) -> Iterator[Problem]:
    """An identity of the build VM that is the template's own; takes the list of the build VM's identities."""
    identities = context.template.root.get("identity", "userAssignedIdentities")
    own = {_plain(name): entry for name, entry in identities.members.items()} if identities is not None else {}
    for item in value.items:
        written = item.text if item.text is not None else str((item.use or item.node).value)
        entry = own.get(_plain(written))
        if entry is not None:
            yield Problem(
                item,
                "the build VM gets the template's own identity, so every script of the build may do what the service may: write to the "
                "gallery, change the group; give the VM an identity of its own with the rights that its scripts need",
                related=((entry, "the template's identity"),),
            )


def _plain(text: str) -> str:
    return "".join(text.split()).lower()


@check
def vnet_without_container_subnet(value: Value, context: Context) -> Iterator[Problem]:
    """A build in a network of one's own without a subnet for the container instance; takes `vnetConfig`."""
    if value.text_of("subnetId") and missing(value, context, "containerInstanceSubnetId"):
        yield Problem(
            value,
            "with 'subnetId' alone the service puts a proxy VM, a load balancer and a private link into the network, which costs more "
            "and fails more often; add a 'containerInstanceSubnetId' of the same network, delegated to "
            "Microsoft.ContainerInstance/containerGroups",
            on_key=True,
        )


@check
def boot_not_optimized(value: Value, context: Context) -> Iterator[Problem]:
    """A template without boot optimization; takes `properties`. Not for images with a disk beyond 2 TB."""
    size = value.get("vmProfile", "osDiskSizeGB")
    if size is not None and (not isinstance(size.value, int) or size.value > 2048):
        return
    optimize = value.get("optimize")
    if optimize is not None and optimize.kind != OBJECT:
        return
    boot = optimize.get("vmBoot") if optimize is not None else None
    state = boot.get("state") if boot is not None else None
    off = state is not None and state.text == "Disabled"
    absent = optimize is None if boot is None else boot.kind == OBJECT and missing(boot, context, "state")
    if off or (absent and not damaged(context) and not value.open):
        yield Problem(
            state if state is not None and off else optimize or value,
            "VMs from this image start more slowly than they could: the service optimizes the order of blocks on the disk where "
            '"optimize": {"vmBoot": {"state": "Enabled"}} stands',
            on_key=not off,
        )


@check
def version_against_policy(value: Value, context: Context) -> Iterator[Problem]:
    """A marketplace version that is not as the table of policies demands: latest, or pinned; takes the source."""
    image, version = marketplace_image(value), value.get("version")
    policy = context.tables.fact("version-policies", image) if image is not None else None
    if version is None or not version.text or policy is None:
        return
    latest = version.text.lower() == "latest"
    if policy == "pinned" and latest:
        yield Problem(
            version,
            "'latest' is looked up by each build anew: two runs of this template may start from different images; write a version "
            "(az vm image list --all), and raise it on purpose",
        )
    elif policy == "latest" and not latest:
        yield Problem(
            version, f"the source stays at version {quote(version.text)} and misses the updates of newer ones; write latest"
        )


@check
def source_generation_1(value: Value, context: Context) -> Iterator[Problem]:
    """A marketplace image of generation 1 whose offer has generation 2 as well; takes the source."""
    image = marketplace_image(value)
    if image is not None and machines.image_generation(image, context.tables) == "1":
        yield Problem(
            value,
            "generation 1 VMs know neither Trusted Launch nor disks beyond 2 TB, and newer sizes do not start them; take the SKU of "
            "generation 2 (most end in g2, gen2 or gensecond) and an image definition of generation 2",
            mark=value.get("sku"),
        )


@check
def sysprep_ahead(value: Value, context: Context, *, cores: int) -> Iterator[Problem]:
    """A Windows build on a small VM, of 2 to `cores`, that has next to nothing to do; takes `properties`. One core is worse."""
    size, steps = value.text_of("vmProfile", "vmSize"), value.get("customize")
    count = machines.cores(size) if size else None
    if (
        context.os != WINDOWS
        or count is None
        or not 1 < count <= cores
        or (steps is not None and not _are_trivial(steps, context))
    ):
        return
    yield Problem(
        steps or value,
        f"with so little to do on a VM of {count} cores Sysprep may run before the guest agent is up ('Cannot find any service with "
        "service name WindowsAzureGuestAgent', IMAGE_STATE_UNDEPLOYABLE); add a PowerShell step with Start-Sleep -Seconds 60",
        on_key=True,
    )


_MOST_TRIVIAL_COMMANDS = 3


def _are_trivial(steps: Value, context: Context) -> bool:
    """Whether all steps stand in the template and take no time: none waits, installs or restarts."""
    if steps.open or not (steps.items or steps.known):
        return False
    for step in steps.items:
        script = inline.of(step, context)
        if script is None or script.opaque or len(script.commands) > _MOST_TRIVIAL_COMMANDS or inline.waits(step, context):
            return False
        if installing_word(script.commands) is not None:
            return False
    return True
