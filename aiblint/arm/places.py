"""Where in a template a function may be called.

Sources: https://learn.microsoft.com/azure/azure-resource-manager/templates/parameters, …/variables, …/user-defined-functions,
…/template-functions-date#utcnow, …/template-functions-string#newguid, …/template-functions-numeric#copyindex,
…/template-functions-scope
"""

from __future__ import annotations

from aiblint.arm.functions import is_list

_SECTIONS = {"default": "a default value", "variable": "a variable", "function": "a function of the template"}
_LEVELS = {"subscription": "a subscription", "managementGroup": "a management group", "tenant": "a tenant"}
_REFUSED = "the deployment is refused"


def refusal(name: str, section: str, level: str | None, looped: bool) -> str | None:
    """Why a function is refused where it stands; None where it is allowed.

    `section` is default, variable, function, resource or output; `level` is where the template is deployed to, None where
    nobody knows; `looped` tells that a `copy` loop stands around the place.
    """
    folded = name.lower()
    where = _SECTIONS.get(section)
    if folded in ("utcnow", "newguid") and section != "default":
        return (
            f"{name}() gives another value each time, so it is allowed in default values of parameters only, and {_REFUSED}; declare "
            f"a parameter with the defaultValue [{name}()] and use that here"
        )
    if folded == "variables" and section in ("default", "function"):
        cure = "use other parameters" if section == "default" else "hand the value in as a parameter of the function"
        return f"{where} cannot use variables, and {_REFUSED}; {cure}"
    if (folded in ("reference", "references") or is_list(folded)) and where is not None:
        return (
            f"{name}() asks for what only a running deployment knows, so {where} cannot use it, and {_REFUSED}; use it in the resource "
            "or the output that needs it"
        )
    if folded == "copyindex" and not looped:
        return f"{name}() counts the rounds of a loop, no 'copy' stands around it, and {_REFUSED}"
    if folded in ("resourcegroup", "subscription") and level in _LEVELS and (folded, level) != ("subscription", "subscription"):
        return f"{name}() is unknown in a deployment to {_LEVELS[level]}, and {_REFUSED}"
    return None
