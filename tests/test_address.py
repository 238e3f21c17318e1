"""An address comes apart where RFC 3986 says, and hosts of repositories are known by the addresses they really serve."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiblint import address, engine, registry
from aiblint.checkout import Checkout
from aiblint.syntax.json import read

URL_TEXT = st.text(alphabet="ab/:.?#&=@%[]1 ", max_size=30)


@given(URL_TEXT)
def test_parts_equal_the_standard_library(rest: str) -> None:
    text = "HTTPS://" + rest
    parts = address.split(text)
    assert parts is not None
    try:
        expected = urlsplit(text)
    except ValueError:  # brackets that hold no IPv6 address
        return
    assert (parts.scheme, parts.path, parts.query) == (expected.scheme, expected.path, expected.query)


@given(URL_TEXT)
def test_places_of_query_parts_slice_back(rest: str) -> None:
    text = "https://host/path?" + rest
    parts = address.split(text)
    assert parts is not None
    for name, value, start, end in parts.parameters():
        assert text[start:end] in (name, f"{name}={value}")


@pytest.mark.parametrize(
    ("text", "host", "port", "user_info"),
    [
        ("https://Files.Contoso.com/a", "files.contoso.com", "", ""),
        ("https://me:secret@files.contoso.com:8443/a", "files.contoso.com", "8443", "me:secret"),
        ("https://[fd00::1]:443/a", "[fd00::1]", "443", ""),
        ("https://[fd00::1]/a", "[fd00::1]", "", ""),
    ],
)
def test_authority(text: str, host: str, port: str, user_info: str) -> None:
    parts = address.split(text)
    assert parts is not None
    assert (parts.host, parts.port, parts.user_info) == (host, port, user_info)


@pytest.mark.parametrize(
    "text", ["", "a.sh", "./a.sh", "C:\\a.ps1", "https:/host/a", "git@github.com:o/r.git", "//host/a", "1http://h/"]
)
def test_no_address(text: str) -> None:
    assert address.split(text) is None


@pytest.mark.parametrize(
    ("expression", "start"),
    [
        ("[concat('http://host/', parameters('x'))]", "http://host/"),
        ("[ format( 'https://{0}/a', parameters('x'))]", "https://"),
        ("[toLower(concat('it''s', 'x'))]", "it's"),
        ("[uri('https://host/', 'a.sh')]", "https://host/"),
        ("[concat(parameters('x'), 'http://')]", ""),
        ("[if(true(), 'http://', '')]", ""),
        ("[parameters('x')]", ""),
    ],
)
def test_literal_start(expression: str, start: str) -> None:
    assert address.literal_start(expression) == start


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://h/a/install%20agent.sh?x=/y", "install agent.sh"),
        ("https://h/a/", ""),
        ("https://h", ""),
        ("install.sh", ""),
    ],
)
def test_file_name(text: str, name: str) -> None:
    assert address.file_name(text) == name


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("https://github.com/o/r/blob/main/a/b.sh", "https://raw.githubusercontent.com/o/r/main/a/b.sh"),
        ("https://github.com/o/r/blob/main/b.sh?raw=false", "https://raw.githubusercontent.com/o/r/main/b.sh"),
        ("https://www.github.com/o/r/edit/main/b.sh", "https://raw.githubusercontent.com/o/r/main/b.sh"),
        ("https://raw.githubusercontent.com/o/r/blob/main/b.sh", "https://raw.githubusercontent.com/o/r/main/b.sh"),
        ("https://gist.github.com/o/0123/", "https://gist.github.com/o/0123/raw"),
        ("https://gitlab.com/g/s/r/-/blob/main/b.sh", "https://gitlab.com/g/s/r/-/raw/main/b.sh"),
        ("https://gitlab.com/o/r/blob/main/b.sh", "https://gitlab.com/o/r/-/raw/main/b.sh"),
        ("https://git.contoso.com:8443/o/r/-/blob/main/b.sh", "https://git.contoso.com:8443/o/r/-/raw/main/b.sh"),
        ("https://bitbucket.org/o/r/src/main/b.sh", "https://bitbucket.org/o/r/raw/main/b.sh"),
        ("https://github.contoso.com/o/r/blob/main/b.sh", "https://github.contoso.com/o/r/raw/main/b.sh"),
        ("https://github.com/o/r", ""),
        ("https://github.com/o/r/releases/latest", ""),
        ("https://github.com/o/r/releases/tag/v1", ""),
    ],
)
def test_pages(page: str, file: str) -> None:
    parts = address.split(page)
    assert parts is not None
    assert address.file_of_page(parts) == file


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/o/r/raw/main/b.sh",
        "https://github.com/o/r/blob/main/b.sh?raw=true",
        "https://github.com/o/r/releases/download/v1/b.sh",
        "https://github.com/o/r/releases/latest/download/b.sh",
        "https://github.com/o/r/archive/refs/tags/v1.zip",
        "https://raw.githubusercontent.com/o/r/main/blob/b.sh",
        "https://gist.githubusercontent.com/o/0123/raw/b.sh",
        "https://gist.github.com/o/0123/raw/b.sh",
        "https://gist.github.com",
        "https://gitlab.com/g/s/r/-/raw/main/b.sh",
        "https://bitbucket.org/o/r/raw/main/b.sh",
        "https://contoso.blob.core.windows.net/scripts/blob/main/b.sh",
        "https://files.contoso.com/o/r/blob/main/b.sh",
    ],
)
def test_files(text: str) -> None:
    parts = address.split(text)
    assert parts is not None
    assert address.file_of_page(parts) is None


@pytest.mark.parametrize(
    "uri",
    [
        "https://contoso.blob.core.windows.net/c/a b.sh?sv=1&sig=HIDDEN",
        "contoso.blob.core.windows.net/c/a.sh?sv=1&sig=HIDDEN",
        "https:/contoso.blob.core.windows.net/c/a.sh?sig=HIDDEN",
        "https://https://contoso.blob.core.windows.net/c/a.sh?sig=HIDDEN",
        "http://me:HIDDEN@files.contoso.com/a.sh",
        "https://me:HIDDEN@files.contoso.com:port/a.sh",
        "https://me:HIDDEN@files.contoso.com/scripts/",
        "https://github.com/o/r/blob/main/a.sh?token=HIDDEN",
        "ftp://me:HIDDEN@files.contoso.com/a.sh",
        "ssh://me:HIDDEN@github.com/o/r.git",
        "./a.sh?sig=HIDDEN",
        "a.sh?sig=HIDDEN",
    ],
)
def test_no_message_repeats_a_secret(uri: str) -> None:
    step = {"type": "Shell", "name": "install", "scriptUri": uri}
    template = {"type": "Microsoft.VirtualMachineImages/imageTemplates", "properties": {"customize": [step]}}
    rules = registry.read_folder(registry.folder())
    result = engine.lint(read(json.dumps(template).encode(), "x.json"), rules, Checkout("x.json"), "2026-11-23")
    messages = [finding.message for finding in result.findings if finding.at.endswith(".scriptUri")]
    assert messages
    assert not any("HIDDEN" in message for message in messages), messages


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://files.contoso.com/a/install%20it.sh?x=1", "install it.sh"),
        ("https://files.contoso.com/a/", ""),
        ("https://files.contoso.com/r?path=/scripts/install.sh", "r"),
        ("https://dev.azure.com/contoso/images/_git/r?path=/scripts/install.sh", "install.sh"),
        (
            "https://dev.azure.com/contoso/i/_apis/git/repositories/r/items?versionType=branch&path=%2Fscripts%2Frun.ps1",
            "run.ps1",
        ),
        ("https://contoso.visualstudio.com/i/_apis/git/repositories/r/items?scopePath=/install.sh", "install.sh"),
        ("https://dev.azure.com/contoso/images/_git/r", "r"),
    ],
)
def test_a_file_is_called(text: str, name: str) -> None:
    assert address.file_name(text) == name
