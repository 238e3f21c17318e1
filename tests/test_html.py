"""The page for people holds all that was found, nothing from elsewhere, and its filters work in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import ROOT, Aiblint
from report_samples import hostile_run, hostile_strings, sample_run

from aiblint import report
from aiblint.finding import SEVERITIES
from aiblint.report import safe

MISTAKES = ROOT / "examples" / "mistakes.json"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium to show the page in")


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text in each finding and each box of a pipeline."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.in_box = False
        self.findings: dict[str, str] = {}
        self.boxes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = dict(attributes)
        self.tags.append((tag, known))
        if (known.get("class") or "").startswith("finding"):
            self.findings[known["id"] or ""] = ""
        if tag == "li":
            self.boxes.append((known["class"] or "", ""))
            self.in_box = True

    def handle_endtag(self, tag: str) -> None:
        self.in_box = self.in_box and tag != "li"

    def handle_data(self, data: str) -> None:
        if self.in_box:
            kind, text = self.boxes[-1]
            self.boxes[-1] = (kind, f"{text} {data}".strip())
        if self.findings:
            last = next(reversed(self.findings))
            self.findings[last] += data


def page_of(path: Path, aiblint: Aiblint, tmp_path: Path) -> str:
    out = tmp_path / "report.html"
    aiblint("--no-config", "--quiet", "--output", f"html={out}", path)
    return out.read_text(encoding="utf-8")


def test_every_finding_stands_on_the_page_once(aiblint: Aiblint, tmp_path: Path) -> None:
    page = Page(page_of(MISTAKES, aiblint, tmp_path))
    _, out, _ = aiblint("--no-config", "--format", "json", MISTAKES)
    found = json.loads(out)["findings"]
    assert len(page.findings) == len(found) > 5
    for finding, shown in zip(found, page.findings.values(), strict=True):
        assert shown.startswith(f"{finding['severity']} {finding['rule']} {finding['name']}{finding['message']}")


def test_the_pipeline_shows_the_stages_in_order_with_their_findings(aiblint: Aiblint, tmp_path: Path) -> None:
    page = Page(page_of(MISTAKES, aiblint, tmp_path))
    counts = found_below(aiblint, "customize", "distribute")
    assert sum(counts.values()) > 5

    def marks(place: str) -> str:
        """The numbers that a box shows: how many errors, warnings and notes, those that there are."""
        return " ".join(str(counts[place, severity]) for severity in SEVERITIES if counts[place, severity])

    assert page.boxes == [
        ("source", "source PlatformImage MicrosoftWindowsServer WindowsServer 2022-datacenter latest"),
        ("step marked error", f"step 1 PowerShell {marks('customize/0')} install-tools"),
        ("step marked error", f"step 2 File {marks('customize/1')} upload-config"),
        ("step marked warning", f"step 3 WindowsUpdate {marks('customize/2')} updates"),
        ("step marked error", f"step 4 WindowsRestart {marks('customize/3')} restart"),
        ("target marked error", f"target sharedImage {marks('distribute/0')} gallery"),
    ]


def found_below(aiblint: Aiblint, *sections: str) -> Counter[tuple[str, str]]:
    """How many findings of each severity there are in each item of some sections, as the JSON report has them."""
    _, out, _ = aiblint("--no-config", "--format", "json", MISTAKES)
    places = (
        (re.search(rf"/((?:{'|'.join(sections)})/\d+)", each["pointer"]), each["severity"])
        for each in json.loads(out)["findings"]
    )
    return Counter((place[1], severity) for place, severity in places if place is not None)


def test_the_page_needs_nothing_from_elsewhere(aiblint: Aiblint, tmp_path: Path) -> None:
    text = page_of(MISTAKES, aiblint, tmp_path)
    page = Page(text)
    [policy] = [known["content"] for tag, known in page.tags if known.get("http-equiv") == "Content-Security-Policy"]
    for tag in ("style", "script"):
        [content] = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in (policy or "")
    assert (policy or "").startswith("default-src 'none';")
    assert [tag for tag, known in page.tags if "src" in known or tag in ("link", "img", "iframe")] == []
    links = {known["href"] or "" for tag, known in page.tags if tag == "a"}
    assert [link for link in links if not re.match(r"#|https://learn\.microsoft\.com/|https://", link)] == []
    ids = [known["id"] for _, known in page.tags if "id" in known]
    assert len(ids) == len(set(ids))
    assert [link for link in links if link.startswith("#") and link[1:] not in ids] == []


def test_hostile_text_is_shown_and_nothing_more() -> None:
    expected = {tag for tag, _ in Page(report.render("html", sample_run())).tags}
    for text in hostile_strings():
        page = Page(report.render("html", hostile_run(text)))
        assert {tag for tag, _ in page.tags} <= expected
        assert safe.hidden(text) in page.findings["f1"]


@pytest.mark.parametrize("text", ["<script>x()</script>", "</style><b>", '" onload="x()', "<!-- ", "&lt;", "]]>"])
def test_markup_in_a_template_is_text(text: str) -> None:
    page = Page(report.render("html", hostile_run(text)))
    assert text in page.findings["f1"]
    assert [known for _, known in page.tags if "onload" in known] == []
    assert sum(tag == "script" for tag, _ in page.tags) == 1


def test_a_long_file_is_shown_around_its_findings(aiblint: Aiblint, tmp_path: Path) -> None:
    long = tmp_path / "long.json"
    long.write_text(MISTAKES.read_text(encoding="utf-8") + "\n" * 2000, encoding="utf-8")
    rows = [known for tag, known in Page(page_of(long, aiblint, tmp_path)).tags if known.get("class") == "row"]
    assert 20 < len(rows) < 80


def in_browser(page: Path, fragment: str = "") -> str:
    """The page's elements after its script has run."""
    assert BROWSER is not None
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={page.parent / 'profile'}"]
    done = subprocess.run(
        [*command, "--virtual-time-budget=5000", "--dump-dom", f"{page.as_uri()}{fragment}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def visible(dom: str) -> list[str]:
    """The rules of the findings that are shown."""
    return [
        known["data-rule"] or ""
        for _, known in Page(dom).tags
        if (known.get("class") or "").startswith("finding") and "hidden" not in known
    ]


def of_severity(severity: str, aiblint: Aiblint) -> list[str]:
    _, out, _ = aiblint("--no-config", "--format", "json", MISTAKES)
    return [finding["rule"] for finding in json.loads(out)["findings"] if finding["severity"] == severity]


@needs_browser
@pytest.mark.slow
def test_filters_work_in_a_browser(aiblint: Aiblint, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(page_of(MISTAKES, aiblint, tmp_path), encoding="utf-8")
    everything = in_browser(page)
    count = len(visible(everything))
    assert count > 5
    assert f"{count} of {count} shown" in everything
    assert visible(in_browser(page, "#severity=warning")) == of_severity("warning", aiblint)
    only = in_browser(page, "#severity=error,warning,note&rule=AIB513")
    assert visible(only) == ["AIB513"]
    assert [box for box, _ in Page(only).boxes if "marked" in box] == ["step marked error"]


@needs_browser
@pytest.mark.slow
def test_a_click_changes_what_is_shown_and_the_address(aiblint: Aiblint, tmp_path: Path) -> None:
    """The page's own policy lets no other script in; here it is lifted to press a key for the user."""
    press = """<script>
      const box = document.querySelector("input[value=error]"); box.focus(); box.click();
      document.title = location.hash + " " + document.querySelector("output").textContent;
    </script></body>"""
    text = re.sub(r"<meta http-equiv[^>]*>", "", page_of(MISTAKES, aiblint, tmp_path)).replace("</body>", press)
    page = tmp_path / "page.html"
    page.write_text(text, encoding="utf-8")
    dom = in_browser(page)
    left = of_severity("warning", aiblint) + of_severity("note", aiblint)
    assert sorted(visible(dom)) == sorted(left)
    assert f"<title>#severity=warning%2Cnote&amp;rule= {len(left)} of " in dom
