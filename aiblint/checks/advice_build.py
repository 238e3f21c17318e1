"""Words of advice about steps, tests, targets and time: nothing is wrong, and there is a better way."""

from __future__ import annotations

import re

from aiblint import inline
from aiblint.check import Problem, check, quote
from aiblint.checks.conformance import misplaced
from aiblint.checks.required import damaged, missing
from aiblint.document import NULL, OBJECT
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

# What shows that a script thought of errors.
_MINDFUL = lazy(
    r"\$ErrorActionPreference\s*=\s*['\"]?Stop|\$LASTEXITCODE|-ErrorAction\s+['\"]?Stop|-EA\s+['\"]?Stop|\bthrow\b|\btry\s*\{|\btrap\b|"
    r"\.ExitCode\b|\$PSDefaultParameterValues|\bexit\s+[$\d]",
    re.IGNORECASE,
)
_UNRESTRICTED = lazy(r"isinstalled\s*=\s*0", re.IGNORECASE)
_BROWSE = lazy(r"browseonly\s*=\s*0", re.IGNORECASE)


@check
def errors_ignored(value: Value, context: Context) -> Iterator[Problem]:
    """A PowerShell step that goes on after errors and succeeds in the end; of scripts those are read that lie in this repository."""
    text = inline.text_of(value, context)
    if text is None or not text.strip() or _MINDFUL.search(text):
        return
    where = value.get("inline") if inline.of(value, context) is not None else value.get("scriptUri")
    yield Problem(
        where or value,
        "an error of a cmdlet does not end this script: it goes on, ends with code 0, and the image lacks what was to be done; begin it "
        "with $ErrorActionPreference = 'Stop', and look at $LASTEXITCODE after programs",
        on_key=where is not None and where.key == "inline",
    )


@check
def previews_taken(value: Value, context: Context) -> Iterator[Problem]:
    """Updates whose criteria take in previews, with no filter that keeps them out; takes the step."""
    criteria, filters = value.get("searchCriteria"), value.get("filters")
    if criteria is None or criteria.text is None or not _UNRESTRICTED.search(criteria.text) or _BROWSE.search(criteria.text):
        return
    if filters is not None and (not filters.known or filters.open):
        return
    texts = [item.text for item in filters.items] if filters is not None else []
    if any(text is None or "preview" in text.lower() for text in texts):
        return
    yield Problem(
        criteria,
        'these criteria find previews of coming updates too, which nobody has tested yet; add the filter "exclude:$_.Title -like '
        "'*Preview*'\" in front of 'include:$true', or write BrowseOnly=0 and IsInstalled=0",
    )


@check
def build_timeout_above(value: Value, context: Context, *, minutes: int) -> Iterator[Problem]:
    """A build timeout above `minutes`."""
    given = value.value
    if isinstance(given, int) and not isinstance(given, bool) and given > minutes:
        yield Problem(
            value,
            f"a build that hangs shows it after {given} minutes only, and the VM is paid for until then; write what a build takes, and a "
            "margin",
        )


@check
def nothing_validated(value: Value, context: Context) -> Iterator[Problem]:
    """A template without validators; takes `properties`."""
    if missing(value, context, "validate") and not misplaced(context, "inVMValidations") and not damaged(context):
        yield Problem(
            value,
            "nothing is tested before the image is distributed: an image that was built is not yet one that works; list a few tests in "
            "'validate.inVMValidations'",
            on_key=True,
        )


@check
def managed_image_only(value: Value, context: Context) -> Iterator[Problem]:
    """Targets that are managed images only; takes the list of targets."""
    kinds = [target.text_of("type") for target in value.items]
    if kinds and set(kinds) == {"ManagedImage"} and not value.open:
        yield Problem(
            value.items[0],
            "managed images know no versions, no copies in other regions and no Trusted Launch; a gallery (SharedImage) has them and "
            "keeps old versions to go back to",
            mark=value.items[0].get("type"),
        )


@check
def not_for_production(value: Value, context: Context) -> Iterator[Problem]:
    """A gallery target that hides its versions or copies them in the shallow way; takes the target."""
    hidden, mode = value.get("excludeFromLatest"), value.get("replicationMode")
    if hidden is not None and hidden.value is True:
        yield Problem(
            hidden,
            "versions of this target are never the latest: VMs that ask for latest keep getting an older one; write false once the image "
            "is released",
            on_key=True,
        )
    if mode is not None and mode.text == "Shallow":
        yield Problem(
            mode,
            "shallow copies are for tests: they are made fast, from a source that has to stay, and cannot be replicated; write Full for "
            "images that are used",
        )


@check
def many_regions(value: Value, context: Context, *, most: int) -> Iterator[Problem]:
    """A target with more than `most` regions in a build that sets no timeout; takes the list of regions."""
    properties = context.template.properties
    if properties is None or len(value.items) <= most:
        return
    timeout = properties.get("buildTimeoutInMinutes")
    if not properties.open if timeout is None else timeout.kind == NULL or timeout.value == 0:
        yield Problem(
            value,
            f"the build ends when all {len(value.items)} regions have their copy, and its default timeout of 240 minutes runs on "
            "meanwhile ('Future#WaitForCompletion: context has been cancelled'); set 'buildTimeoutInMinutes', or copy to the "
            "other regions later",
            on_key=True,
        )


@check
def vhd_without_place(value: Value, context: Context) -> Iterator[Problem]:
    """A VHD target without an address; takes the target."""
    if missing(value, context, "uri"):
        yield Problem(
            value,
            "the VHD lies in the staging group and is deleted with the template; write a 'uri' in a storage account of yours, or copy it "
            "away after each build",
            mark=value.get("type"),
        )


@check
def builds_twice(value: Value, context: Context) -> Iterator[Problem]:
    """A template that builds by itself and has a trigger; takes `autoRun`."""
    state = value.get("state")
    if value.kind == OBJECT and state is not None and state.text == "Enabled" and context.template.triggers:
        trigger = context.template.triggers[0]
        yield Problem(
            state,
            "the template builds when it is deployed and when its source changes: after both there are two images where one was meant; "
            f"keep one of autoRun and the trigger {quote(trigger.text_of('name') or '')}".replace(" ''", ""),
            related=((trigger.get("type") or trigger, "the trigger"),),
        )
