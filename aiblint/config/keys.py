"""The table of all settings: what each is called, what it takes, what it is for. Readers and the JSON Schema go by it."""

from __future__ import annotations

from aiblint.config import kinds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.config.kinds import Kind


class Key:
    """One setting. `about` is a sentence for editors; `per_path` tells whether it may differ from file to file."""

    __slots__ = ("about", "attribute", "kind", "name", "per_path")

    def __init__(self, name: str, kind: Kind, about: str, *, per_path: bool = False) -> None:
        self.name = name
        self.kind = kind
        self.about = about
        self.per_path = per_path
        self.attribute = name.replace("-", "_")


def _api_versions() -> tuple[str, ...]:
    from aiblint import schema  # a table is read; only who states a version needs it

    return tuple(schema.versions())


def _for_paths() -> tuple[Key, ...]:
    return tuple(key for key in KEYS if key.per_path)


KEYS: tuple[Key, ...] = (
    Key(
        "extends",
        kinds.Files(),
        "Configurations that this one builds on, relative to it. What is said here is added to them, or overrules them.",
    ),
    Key("select", kinds.Rules(needed=True), "Check these rules only (ids, names, categories, patterns).", per_path=True),
    Key(
        "ignore",
        kinds.Ignored(),
        "Leave these rules out (ids, names, categories, patterns), or one rule at one place: {rule, path, at, reason, until}.",
        per_path=True,
    ),
    Key("severity", kinds.Levels(), "The level of rules, where it is another one than their own.", per_path=True),
    Key(
        "fail-on",
        kinds.Word(("error", "warning", "note", "never")),
        "The mildest level that makes the exit status 1 (default: warning).",
    ),
    Key(
        "placeholders",
        kinds.Word(("report", "allow")),
        "Whether placeholders that a script fills in, such as <region>, are mistakes (default: report).",
        per_path=True,
    ),
    Key("api-version", kinds.Word(_api_versions), "The API version of templates that state none.", per_path=True),
    Key(
        "os",
        kinds.Word(("linux", "windows")),
        "The operating system of images whose source does not tell it.",
        per_path=True,
    ),
    Key(
        "require-reason",
        kinds.Flag(),
        "Whether every exception, here and in templates, has to give a reason (default: false).",
    ),
    Key("rules", kinds.Patterns(), "Files with rules of your own, or patterns of such; their ids begin with XAIB."),
    Key("plugins", kinds.Modules(), "Installed Python modules (aiblint_…) with words for rules of your own."),
    Key("baseline", kinds.File(), "The file of findings that are known already; --write-baseline makes it."),
    Key(
        "parameters",
        kinds.Files(),
        "Parameter files to deploy with (default: x.parameters.json beside x.json).",
        per_path=True,
    ),
    Key(
        "sources",
        kinds.Served(),
        "Folders of this repository by the start of the addresses under which their files are served.",
    ),
    Key(
        "tables",
        kinds.Tables(),
        "Changes to the tables of facts that age (regions, images …): +name=fact for what they lack, -name for what they should not say.",
    ),
    Key("per-path", kinds.PerPath(_for_paths), "Settings for the files that a pattern matches, as in .gitignore."),
)
"""In the order in which they are told."""
