"""Words about who may fetch what: the identity of the service for files in Azure Storage, that of the build VM for tokens."""

from __future__ import annotations

from aiblint import address, inline
from aiblint.check import Problem, check, quote
from aiblint.checks.required import damaged, missing
from aiblint.document import OBJECT
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word
    from aiblint.template import Value

# The blob endpoints of the public cloud, US Government and China, and of accounts with their own DNS zone.
_BLOB_HOST = lazy(
    r"[a-z0-9]{3,24}(?:\.z\d+)?\.blob\.(?:core\.windows\.net|core\.usgovcloudapi\.net|core\.chinacloudapi\.cn|storage\.azure\.net)",
    holds=(".blob.",),
)
_TOKEN_ADDRESS = "169.254.169.254/metadata/identity"
_SIGN_INS = frozenset(("connect-azaccount", "add-azaccount", "login-azaccount"))


@check
def blob_needs_role(value: Value, context: Context, *, without_identity: bool) -> Iterator[Problem]:
    """A script or file in Azure Storage without a SAS; takes `properties`, reports the first one.

    `without_identity`: for templates that name no identity, or for all others.
    """
    if _has_no_identity(context) != without_identity:
        return
    found = [uri for step in _takers(value) if (uri := address.used_by(step)) is not None and _is_blob(uri)]
    if not found:
        return
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    if without_identity:
        message = (
            "is read without an identity, which works for blobs that anybody may read only; give the template an identity with the role "
            "Storage Blob Data Reader"
        )
    else:
        message = (
            "is read by the template's identity, also if anybody may read it: it needs the role Storage Blob Data Reader there, and a "
            "firewall of the account has to let the container subnet in"
        )
    yield Problem(found[0], f"{quote(address.file_name(found[0].text or ''))}{more} in Azure Storage {message}")


def _takers(properties: Value) -> Iterator[Value]:
    """Everything that takes a file from an address."""
    for path in (("customize",), ("validate", "inVMValidations")):
        steps = properties.get(*path)
        yield from steps.items if steps is not None else ()
    workload = properties.get("optimize", "workload")
    if workload is not None:
        yield workload


def _is_blob(uri: Value) -> bool:
    parts = address.split(uri.text or "")
    if parts is None or _BLOB_HOST.fullmatch(parts.host) is None:
        return False
    return not any(name.lower() == "sig" for name, _, _, _ in parts.parameters())


def _has_no_identity(context: Context) -> bool:
    return missing(context.template.root, context, "identity") and not damaged(context)


@check
def token_without_identity(value: Value, context: Context) -> Iterator[Problem]:
    """A step that asks for a token of a managed identity on a build VM that has none; takes `properties`."""
    if not _vm_has_no_identity(value, context):
        return
    for step in context.template.steps:
        script = inline.of(step, context)
        if script is not None:
            word = _asking(script.commands)
            if word is not None:
                yield script.problem(word.start, word.end, _message(word.text))
        elif (text := inline.text_of(step, context)) is not None and (uri := step.get("scriptUri")) is not None:
            word = _asking(_commands(step, text))
            if word is not None:
                yield Problem(uri, f"{quote(address.file_name(uri.text or ''))}: {_message(word.text)}")


def _message(word: str) -> str:
    return (
        f"{quote(word)} asks for a token of a managed identity, and the build VM has none (the template's own is not given to it), so the "
        "step fails; name one in 'vmProfile.userAssignedIdentities'"
    )


def _vm_has_no_identity(properties: Value, context: Context) -> bool:
    profile = properties.get("vmProfile")
    if profile is None or profile.kind != OBJECT:
        return missing(properties, context, "vmProfile") and not damaged(context)
    identities = profile.get("userAssignedIdentities")
    empty = identities is not None and identities.use is None and profile.absent("userAssignedIdentities")
    return empty or missing(profile, context, "userAssignedIdentities")


def _commands(step: Value, text: str) -> Iterable[Command]:
    if step.text_of("type") == "PowerShell":
        from aiblint.shell import powershell

        return powershell.commands(text)
    from aiblint.shell import posix

    return posix.commands(text)


def _asking(commands: Iterable[Command]) -> Word | None:
    """The word that shows that a script signs in with a managed identity."""
    for command in commands:
        if command.program is None or command.head or command.calls_function:
            continue
        texts = [word.text.lower() for word in command.arguments]
        if command.name == "az" and texts[:1] == ["login"] and {"--identity", "-i"}.intersection(texts):
            return command.program
        if command.name == "azcopy" and texts[:1] == ["login"] and ("--identity" in texts or "--login-type=msi" in texts):
            return command.program
        if command.name in _SIGN_INS and command.parameter("Identity"):
            return command.program
        if command.name in ("curl", "wget", "invoke-restmethod", "invoke-webrequest", "irm", "iwr"):
            word = next((word for word in command.arguments if _TOKEN_ADDRESS in word.text), None)
            if word is not None:
                return word
    return None
