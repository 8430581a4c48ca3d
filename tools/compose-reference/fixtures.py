#!/usr/bin/env python3
"""Writes what Docker Compose says of each project in tests/fixtures/compose.

    python3 tools/compose-reference/fixtures.py DOCKER_COMPOSE

Each project gets `config.json`, or `refused.txt` when Compose refuses it; tests/compose.rs holds reachlint to them.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

FIXTURES = pathlib.Path(__file__).parents[2] / "tests" / "fixtures" / "compose"


def main():
    compose = pathlib.Path(sys.argv[1]).absolute()
    for project in sorted(it for it in FIXTURES.iterdir() if it.is_dir()):
        write_answer(compose, project)


def write_answer(compose, project):
    for name in ("config.json", "refused.txt"):
        (project / name).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / project.name
        shutil.copytree(project, root)
        environment = {"HOME": "/home/reference", "PATH": "/usr/bin:/bin"}
        command = [str(compose), "config", "--format", "json"]
        answer = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, check=False
        )
        lines = [it for it in answer.stderr.splitlines() if "level=warning" not in it]
        name, text = "config.json", answer.stdout
        if answer.returncode != 0:
            name, text = "refused.txt", "\n".join(lines) + "\n"
        (project / name).write_text(text.replace(folder, "/projects"))


if __name__ == "__main__":
    main()
