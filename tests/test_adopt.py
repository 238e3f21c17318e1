"""The five commands of docs/adopt.md, run in the repository that they are about."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT


def test_the_demonstration_repository_is_adopted_in_five_commands(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "adopt", tmp_path / "repository")
    folder = tmp_path / "repository"
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    (tmp_path / "aiblint").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m aiblint "$@"\n')
    (tmp_path / "aiblint").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    block = re.search(r"```sh\n(.*?)```", (ROOT / "docs" / "adopt.md").read_text(), re.DOTALL)
    assert block is not None

    def sh(command: str) -> int:
        return subprocess.run(["sh", "-c", command], cwd=folder, env=environment, capture_output=True, check=False).returncode

    commands = block[1].splitlines()
    statuses = []
    sizes = []
    for number, command in enumerate(commands):
        statuses.append(sh(command))
        if number in (1, 4):
            sizes.append(len(json.loads((folder / ".aiblint-baseline.json").read_text())["findings"]))
        if number == 2:
            assert sh("aiblint .") == 0
    assert statuses == [1, 0, 0, 0, 0]
    assert sizes[0] > sizes[1] > 0
    assert sh("aiblint .") == 0
    template = folder / "images" / "ubuntu.json"
    template.write_text(template.read_text().replace('"buildTimeoutInMinutes": 120', '"buildTimeoutInMinutes": 5'))
    assert sh("aiblint .") == 1
