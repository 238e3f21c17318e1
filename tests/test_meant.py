"""A member name that nobody knows is told what it was meant to be: after any slip, in other tools' words, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aiblint import meant, schema

TYPES = schema.types(schema.versions()[-1])


def members(name: str) -> list[str]:
    """What an object of a type may have, as the checker asks for it: a variant with its base, its discriminator too."""
    described = TYPES[name]
    base = next((one for one in TYPES.values() if name in one.variants.values()), None)
    known = [*described.members, *(base.members if base is not None else ())]
    return known + [by for by in (described.by, base.by if base is not None else None) if by]


def slips(name: str) -> Iterator[str]:
    """What fingers make of a name."""
    middle = len(name) // 2
    yield name + ":"
    yield " " + name
    yield name[: middle - 1] + name[middle] + name[middle - 1] + name[middle + 1 :]
    yield name[:middle] + name[middle + 1 :]
    yield name[:middle] + name[middle] + name[middle:]
    yield name.capitalize()
    yield "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)
    yield "".join("-" + letter.lower() if letter.isupper() else letter for letter in name)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_slip_of_every_member_is_understood(name: str) -> None:
    known = members(name)
    for member in known:
        if len(member) < 3:
            continue
        for slip in slips(member):
            if slip not in known and slip != member and not is_short_slip(slip, member):
                assert meant.member(slip, name, known) == member, slip


def is_short_slip(slip: str, member: str) -> bool:
    """Of three letters none may be wrong: too many words are one letter away."""
    return len(member) == 3 and slip.strip(" :").lower() != member


@pytest.mark.parametrize(
    ("type_name", "written", "expected"),
    [
        ("ShellCustomizer", "scriptUrl", "scriptUri"),
        ("ShellCustomizer", "script", "scriptUri"),
        ("ShellCustomizer", "commands", "inline"),
        ("ShellCustomizer", "sha256", "sha256Checksum"),
        ("FileCustomizer", "uri", "sourceUri"),
        ("FileCustomizer", "fileUri", "sourceUri"),
        ("RestartCustomizer", "timeout", "restartTimeout"),
        ("Distributor", "aritfactTags", "artifactTags"),
        ("Distributor", "tags", "artifactTags"),
        ("Distributor", "runOutpurName", "runOutputName"),
        ("SharedImageDistributor", "galleryImage", "galleryImageId"),
        ("TargetRegion", "region", "name"),
        ("TargetRegion", "replica", "replicaCount"),
        ("VirtualNetworkConfig", "vnetName", "subnetId"),
        ("VirtualNetworkConfig", "subnet", "subnetId"),
        ("PlatformImagePurchasePlan", "product", "planProduct"),
        ("Properties", "build", "source"),
        ("Properties", "buildTimeout", "buildTimeoutInMinutes"),
        ("Properties", "validation", "validate"),
        ("Source", "plan", None),  # a gallery image has none
        ("PlatformImageSource", "plan", None),
        ("DistributeVersionerLatest", "minor", None),
        ("ShellCustomizer", "description", None),
        ("ShellCustomizer", "env", None),
        ("ShellCustomizer", "", None),
        ("ShellCustomizer", "::", None),
        ("ShellCustomizer", "scriptUri" * 100, None),
        ("Properties", "vm", None),
        ("VmProfile", "vmSizeAndMuchMore", None),
    ],
)
def test_what_people_mean(type_name: str, written: str, expected: str | None) -> None:
    assert meant.member(written, type_name, members(type_name)) == expected


def test_every_word_leads_to_a_member_that_there_is() -> None:
    for type_name, words in meant._WORDS.items():
        described = TYPES.get(type_name)
        owners = [type_name, *described.variants.values()] if described is not None else list(TYPES)
        there = {member for owner in owners for member in members(owner)}
        for word, targets in words.items():
            assert word == word.lower()
            assert set(targets) <= there, word


def test_a_half_name_that_fits_two_is_no_help() -> None:
    assert meant.member("restart", "RestartCustomizer", members("RestartCustomizer")) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("abc", "ab", 1),
        ("abc", "abcd", 1),
        ("abc", "xyz", 3),
        ("ca", "abc", 3),
    ],
)
def test_the_distance_between_two_names(one: str, other: str, expected: int) -> None:
    assert meant.distance(one, other) == meant.distance(other, one) == expected
