"""Words about tests of the built image that do not happen, or whose failure does not count, and about machines left behind."""

from __future__ import annotations

from aiblint.check import Problem, check, listed, quote
from aiblint.checks.conformance import misplaced, misspelt
from aiblint.checks.required import damaged, missing
from aiblint.document import OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value


def _has_no_validator(validate: Value, context: Context) -> bool:
    """Whether a `validate` certainly tests nothing. An empty parameter default waits for a value."""
    if not validate.absent("inVMValidations") or misspelt(validate, context, "inVMValidations"):
        return False
    validators = validate.get("inVMValidations")
    return validators is None or validators.use is None


def _has_no_validate(context: Context) -> bool:
    """Whether a template certainly has no `validate`."""
    properties = context.template.properties
    return (
        properties is not None
        and missing(properties, context, "validate")
        and not misplaced(context, "inVMValidations")
        and not damaged(context)
    )


@check
def validator_refused(value: Value, context: Context, *, types: list[str], instead: list[str]) -> Iterator[Problem]:
    """A type of step, one of `types`, that is no validator in any API version; `instead` are those that are."""
    if value.text in types:
        yield Problem(
            value,
            f"a {value.text} step cannot validate, and the service refuses the template (UnsupportedValidatorType); "
            f"move it to 'customize', or write {listed(instead)}",
        )


@check
def validator_too_early(value: Value, context: Context, *, type_: str, since: str) -> Iterator[Problem]:
    """A type of validator that came with the API version `since`; the rule's `api-versions` says when to look."""
    if value.text == type_:
        yield Problem(
            value,
            f"{type_} became a validator with apiVersion {since}; {context.version} refuses the template (UnsupportedValidatorType): "
            f"write {since} or later",
        )


@check
def published_untested(value: Value, context: Context) -> Iterator[Problem]:
    """An image that is published although its validators failed; takes `validate`. Without validators nothing can fail."""
    goes_on = value.get("continueDistributeOnFailure")
    if goes_on is not None and goes_on.value is True and not _has_no_validator(value, context):
        yield Problem(
            goes_on,
            "an image that fails its validators is distributed all the same, and whoever takes the latest version gets it; "
            "write false, or remove the member",
        )


@check
def steps_not_run(value: Value, context: Context) -> Iterator[Problem]:
    """Steps beside `sourceValidationOnly`, which builds nothing; takes `properties`."""
    only, steps = value.get("validate", "sourceValidationOnly"), value.get("customize")
    if only is not None and only.value is True and steps is not None and steps.items:
        count = f"{len(steps.items)} steps" if len(steps.items) > 1 else "step"
        yield Problem(
            only,
            f"with 'sourceValidationOnly' nothing is built: the validators run on the source as it is, the {count} of 'customize' never; "
            "write false, or remove 'customize'",
            related=((steps, "never runs"),),
        )


@check
def tests_nothing(value: Value, context: Context) -> Iterator[Problem]:
    """A `validate` without validators, whatever else it says."""
    if value.kind != OBJECT or not _has_no_validator(value, context) or damaged(context):
        return
    options = [
        name
        for name in ("continueDistributeOnFailure", "sourceValidationOnly")
        if (member := value.get(name)) is not None and member.value is True
    ]
    effect = (
        f" and {quote(options[0])} has no effect" if len(options) == 1 else " and its options have no effect" if options else ""
    )
    yield Problem(
        value,
        f"'validate' has no validators: nothing is tested{effect}; list them in 'inVMValidations', or remove 'validate'",
        on_key=True,
    )


@check
def reaction_without_tests(value: Value, context: Context, *, reactions: list[str]) -> Iterator[Problem]:
    """What to do when a validator fails, one of `reactions`, in a template without validators."""
    if value.text in reactions and _has_no_validate(context):
        yield Problem(
            value,
            f"the template validates nothing, so 'onValidationError': {quote(value.text)} never comes into play; "
            "add 'validate' with its validators, or remove the member",
            on_key=True,
        )


@check
def machine_kept(value: Value, context: Context) -> Iterator[Problem]:
    """A reaction to errors that leaves the build VM behind. One that never comes into play has a rule of its own."""
    if value.text != "abort" or (value.key == "onValidationError" and _has_no_validate(context)):
        return
    yield Problem(
        value,
        "after a failure the build VM stays, with its disks and identities, and costs money until somebody deletes it; "
        "write cleanup once the fault is found",
    )
