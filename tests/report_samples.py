"""Runs that the tests of the reports print: a small one, and ones that hold hostile text wherever text can get."""

from __future__ import annotations

import random
from pathlib import Path

from aiblint.document import Document
from aiblint.finding import Edit, Finding, Fix, Related

ROOT = Path(__file__).resolve().parent.parent


class FakeRule:
    """What reports read of a rule."""

    def __init__(self, id: str, name: str, severity: str, **parts: object) -> None:
        self.id = id
        self.name = name
        self.severity = severity
        self.category = parts.get("category", "security")
        self.summary = parts.get("summary", f"The service refuses {name}.")
        self.why = parts.get("why", "It fails after the upload.\n\nNothing is built.")
        self.references = parts.get("references", (f"https://learn.microsoft.com/azure/{name}",))
        self.aliases = parts.get("aliases", ())
        self.security_severity = parts.get("security_severity")
        self.precision = parts.get("precision", "very-high")
        self.enabled = True


class FakeRun:
    """What reports read of a run."""

    def __init__(self, findings: list[Finding], **parts: object) -> None:
        self.findings = findings
        self.files = parts.get("files", 3)
        self.linted = parts.get("linted", ["images/ubuntu.json", "images/a b#1.json"])
        self.templates = parts.get("templates", 2)
        self.kept = parts.get("kept", [])
        self.rules = parts.get("rules", [])
        self.suppressed = parts.get("suppressed", 0)
        self.known = parts.get("known", {})
        self.gone = parts.get("gone")
        self.told = parts.get("told", [])
        self.show_suppressed = bool(self.told)
        self.repaired = parts.get("repaired", ())
        self.rehearsal = parts.get("rehearsal", False)
        self.fixed = parts.get("fixed", len(self.repaired))
        self.notes = parts.get("notes", [])
        self.quiet = parts.get("quiet", False)
        self.root = parts.get("root", str(ROOT))
        self.version = "0.1.0"


def finding(document: Document, start: int, end: int, rule: FakeRule, message: str, **parts: object) -> Finding:
    return Finding(
        document,
        start,
        end,
        rule=rule.id,
        name=rule.name,
        severity=str(parts.pop("severity", rule.severity)),
        summary=str(parts.pop("summary", rule.summary)),
        message=message,
        help=rule.references[0],
        **parts,  # type: ignore[arg-type]
    )


CHECKSUM = FakeRule("AIB501", "checksum-missing", "warning", security_severity="7.0", precision="high")
NAME = FakeRule("AIB402", "customizer-name-duplicate", "error", category="customize")
ADVICE = FakeRule("AIB803", "build-vm-idle", "note", category="time", summary="Time is paid.", aliases=("idle",))

UBUNTU = '{\n\t"name": "install",\n  "twin": "install",\n  "customize": [\n    1\n  ]\n}\n'
EMOJI = '{"🚀": "é🚀", "minutes": 5}'


def sample_run() -> FakeRun:
    ubuntu = Document("images/ubuntu.json", UBUNTU, None, [])
    emoji = Document("images/a b#1.json", EMOJI, None, [], bom=True)
    twin, name = UBUNTU.rindex('"install"'), UBUNTU.index('"install"')
    items, minutes = UBUNTU.index("["), EMOJI.index("5")
    return FakeRun(
        [
            finding(
                emoji,
                minutes,
                minutes + 1,
                ADVICE,
                "5 minutes are few.",
                pointer="/minutes",
                at="$.properties.buildTimeoutInMinutes",
            ),
            finding(
                ubuntu,
                twin,
                twin + 9,
                NAME,
                "The name 'install' is already taken on line 2.",
                pointer="/twin",
                related=(Related(name, name + 9, "the first 'install'"),),
            ),
            finding(
                ubuntu, items, UBUNTU.index("]") + 1, CHECKSUM, "No checksum, see [parameters('x')].", pointer="/customize"
            ),
        ],
        rules=[NAME, CHECKSUM, ADVICE],
        notes=["1 file was skipped."],
        suppressed=1,
    )


PIECES = [
    "##vso[task.setvariable variable=PATH]/tmp", "##[add-path]/tmp", "::set-env name=PATH::/tmp", "::error::", "::", ":",
    "##[", "##vso[", "##\u200bvso[a.b]", "#\ufe0f#[x]", "##VSO[a.b]", "#", "##", "###[group]", "vso[", "[", "]", "](", "(1)",
    "\\", "\\\\", '"', "'", " ", "\t", "\n", "\r", "\r\n", "\x00", "\x1b[31m", "\x1b]0;t\x07", "\x7f", "\x85", "\x9b",
    "\u00a0", "\u00ad", "\u202e", "\u2066", "\u2028", "\u2029", "\ufeff", "\ud800", "é", "🚀", "a", "text", "{0}", "%0A", "%",
]  # fmt: skip


def hostile_strings(count: int = 2000, seed: int = 501) -> list[str]:
    pick = random.Random(seed)
    return ["".join(pick.choices(PIECES, k=pick.randint(1, 8))) + pick.choice(["", "]", "::x"]) for _ in range(count)]


def hostile_run(*texts: str) -> FakeRun:
    """Each text wherever text from outside can get."""
    found = [_hostile(text) for text in texts]
    return FakeRun(found, rules=[NAME], notes=list(texts), repaired=found)


def _hostile(text: str) -> Finding:
    path = text.replace("\x00", "").replace("\ud800", "").replace("/", "") or "a.json"
    document = Document(path, f"{text} {text}\n{text}", None, [])
    middle = len(text) + 1
    related = (Related(0, 1, text),)
    fix = Fix(text, (Edit(0, 1, text),), safe=False)
    return finding(
        document, middle, middle + 1, NAME, text, pointer=text, at=text, template=text, related=related, summary=text, fix=fix
    )


def strings(value: object) -> list[str]:
    """All strings in a JSON value, names included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in strings(item)]
    return [text for item in value for text in strings(item)] if isinstance(value, list) else []
