"""Examples of rule files: what a bad or a good one looks like as a whole file, and whether it is flagged as it says."""

from __future__ import annotations

import json
import os
import re

from aiblint.syntax.json import read
from aiblint.template import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from aiblint.finding import Finding

BASES = {"linux": "linux.json", "windows": "windows.json", "arm": "deployment.json"}
"""`on` of an example → the clean template that it changes."""

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
# In a wheel the clean templates lie in the package, in a clone beside it.
_FOLDER = next(
    folder
    for folder in (os.path.join(_PACKAGE, "examples"), os.path.join(os.path.dirname(_PACKAGE), "examples"))
    if os.path.exists(os.path.join(folder, BASES["linux"])) or not folder.startswith(_PACKAGE)
)


def content(example: Mapping[str, Any]) -> bytes:
    """The file an example stands for.

    A mapping is merged over the image template of the clean example that `on` names (RFC 7396; with `of: file` over the
    whole file); parameters that a good example uses are declared for it. A list [old, new] replaces text that stands in the
    clean example once; a text is the whole file. `with` is the encoding.
    """
    return _text(example["bad"] if "bad" in example else example["good"], example).encode(example.get("with", "utf-8"))


def fixed(example: Mapping[str, Any]) -> str:
    """The text that the fixes of its rule make of a bad example; `{}` where that is the clean template to the letter."""
    change = example["fixed"]
    if change == {} and not isinstance(example["bad"], dict):
        return clean(example)
    return _text(change, example)


def _text(change: Any, example: Mapping[str, Any]) -> str:
    return change if isinstance(change, str) else _changed(change, example)


def _changed(change: Any, example: Mapping[str, Any]) -> str:
    before = clean(example)
    if isinstance(change, list):
        old, new = change
        if before.count(old) != 1:
            raise ValueError(f"the text {old!r} does not stand exactly once in the clean template")
        return before.replace(old, new)
    document = read(before.encode(), "example")
    [template] = find(document)
    assert document.root is not None
    whole = document.root.to_python()
    if example.get("of") == "file":
        whole = merge(whole, change)
    else:
        whole = _merge_at(whole, template.node.pointer.split("/")[1:], change)
    if "good" in example and isinstance(whole, dict) and "parameters" in whole:
        _declare_parameters(whole)
    return json.dumps(whole, indent=2) + "\n"


def clean(example: Mapping[str, Any]) -> str:
    """The clean template that an example changes, as it is written."""
    with open(os.path.join(_FOLDER, BASES[example.get("on", "linux")]), encoding="utf-8") as file:
        return file.read()


def _declare_parameters(deployment: dict[str, Any]) -> None:
    """Declares the parameters that a good example uses, of a type that says nothing and without a default: it is about something else."""
    for name in re.findall(r"parameters\('(\w+)'\)", json.dumps(deployment)):
        if name not in deployment["parameters"]:
            deployment["parameters"][name] = {"$ref": "#/definitions/anything"}
            deployment.setdefault("definitions", {})["anything"] = {}


def _merge_at(target: Any, pointer: list[str], patch: Any) -> Any:
    if not pointer:
        return merge(target, patch)
    if isinstance(target, list):
        index = int(pointer[0])
        return [*target[:index], _merge_at(target[index], pointer[1:], patch), *target[index + 1 :]]
    return {**target, pointer[0]: _merge_at(target[pointer[0]], pointer[1:], patch)}


def merge(target: Any, patch: Any) -> Any:
    """RFC 7396: objects are merged, null removes a member, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def places(example: Mapping[str, Any], findings: list[Finding]) -> list[str]:
    """Where findings are, in the way in which the example's `at` says it.

    `$…` is the effective path, `12:5` line and column, anything else the RFC 6901 pointer.
    """
    wanted = expected(example)
    return [_place(finding, wanted[0] if wanted else "$") for finding in findings]


def expected(example: Mapping[str, Any]) -> list[str]:
    """The places at which a bad example is flagged, in file order; none for a good one."""
    at = example.get("at", [])
    return [str(place) for place in at] if isinstance(at, list) else [str(at)]


def _place(finding: Finding, like: str) -> str:
    if like.startswith("$"):
        return finding.at
    if like[:1].isdigit():
        line, column = finding.document.position(finding.start)
        return f"{line}:{column}"
    return finding.pointer
