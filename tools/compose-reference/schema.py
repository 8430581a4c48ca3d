#!/usr/bin/env python3
"""Prints the JSON Schema of Compose files that the pinned release checks, without its descriptions."""

import json
import pathlib
import subprocess

DROPPED = {"$schema", "$id", "title", "description", "deprecated", "default"}
NAMES = {"properties", "patternProperties", "definitions"}


def main():
    here = pathlib.Path(__file__).parent
    command = ["go", "list", "-m", "-f", "{{.Dir}}", "github.com/compose-spec/compose-go/v2"]
    folder = subprocess.run(command, cwd=here, capture_output=True, text=True, check=True).stdout.strip()
    schema = json.loads((pathlib.Path(folder) / "schema" / "compose-spec.json").read_text())
    print(json.dumps(without_words(schema), indent=1))


def without_words(node, holds_names=False):
    """Below `properties` and its like the keys are names of Compose, not words of JSON Schema."""
    if isinstance(node, list):
        return [without_words(it) for it in node]
    if not isinstance(node, dict):
        return node
    return {
        key: without_words(value, not holds_names and key in NAMES)
        for key, value in node.items()
        if holds_names or key not in DROPPED
    }


if __name__ == "__main__":
    main()
