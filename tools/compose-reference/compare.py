#!/usr/bin/env python3
"""Compares `reachlint compose-config` with `docker compose config` on real Compose files.

See README.md beside this file.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

HOME = "/home/reference"
BASE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
COMPOSE_NAME = re.compile(r"^(compose([._-].*)?|.*docker[-_]compose.*)\.ya?ml$", re.IGNORECASE)
SKIPPED_FOLDERS = {".git", "node_modules", "vendor"}

# What is compared. Everything else that Compose prints has nothing to do with what reachlint judges.
SERVICE_KEYS = (
    "image", "command", "entrypoint", "environment", "ports", "expose", "networks", "network_mode",
    "depends_on", "volumes", "configs", "secrets", "links", "external_links", "extra_hosts", "hostname",
    "container_name", "profiles", "stop_signal", "stop_grace_period", "restart", "scale", "user",
    "privileged", "cap_add", "security_opt", "read_only", "init", "working_dir", "labels", "pid", "ipc",
    "dns", "tmpfs",
)
BUILD_KEYS = ("context", "dockerfile", "dockerfile_inline", "target", "args", "additional_contexts")
HEALTH_KEYS = ("test", "interval", "timeout", "start_period", "start_interval", "retries", "disable")
RESOURCES = {
    "networks": ("name", "driver", "external", "internal", "attachable", "enable_ipv6", "ipam"),
    "volumes": ("name", "driver", "external"),
    "configs": ("name", "file", "content", "environment", "external"),
    "secrets": ("name", "file", "environment", "external"),
}


def main():
    arguments = read_arguments()
    jobs = list(find_jobs(arguments.checkouts, arguments.repo))
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(lambda job: compare(job, arguments), jobs))
    counts = {}
    for job, (verdict, details) in zip(jobs, results):
        counts[verdict] = counts.get(verdict, 0) + 1
        if verdict not in ("equal", "refused"):
            print(f"{verdict}\t{job.name}")
            for line in details[: arguments.details]:
                print(f"\t{line}")
        elif arguments.refused and verdict == "refused":
            print(f"{verdict}\t{job.name}")
            for line in details:
                print(f"\t{line}")
    print("\n" + ", ".join(f"{counts[it]} {it}" for it in sorted(counts)) + f" of {len(jobs)}")
    return 0 if set(counts) <= {"equal", "refused"} else 1


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reachlint", type=pathlib.Path, help="the binary to judge")
    parser.add_argument("compose", type=pathlib.Path, help="the docker-compose binary that is right")
    parser.add_argument("checkouts", type=pathlib.Path, nargs="+", help="folders of repositories")
    parser.add_argument("--repo", help="only repositories whose name holds this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--details", type=int, default=12, metavar="N", help="differences shown a file")
    parser.add_argument("--refused", action="store_true", help="also show what both refuse, and why")
    arguments = parser.parse_args()
    arguments.reachlint = arguments.reachlint.absolute()
    arguments.compose = arguments.compose.absolute()
    arguments.checkouts = [it.absolute() for it in arguments.checkouts]
    return arguments


class Job:
    """One call of both programs: some files, or the folder in which Compose finds its own."""

    def __init__(self, root, folder, files):
        self.root, self.folder, self.files = root, folder, files
        what = ", ".join(str(it.relative_to(root)) for it in files) or f"{folder.relative_to(root)}/"
        self.name = f"{root.name}: {what}"


def find_jobs(checkouts, wanted):
    roots = sorted(it for folder in checkouts for it in folder.iterdir() if it.is_dir())
    for root in roots:
        if wanted and wanted not in root.name:
            continue
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(it for it in folders if it not in SKIPPED_FOLDERS)
            folder = pathlib.Path(folder)
            if any(it in BASE_NAMES for it in files):
                yield Job(root, folder, [])
            for name in sorted(files):
                if COMPOSE_NAME.match(name):
                    yield Job(root, folder, [folder / name])


def compare(job, arguments):
    flags = [flag for file in job.files for flag in ("-f", str(file))]
    environment = {"HOME": HOME, "PATH": "/usr/bin:/bin"}
    theirs = run([str(arguments.compose), *flags, "config", "--format", "json"], job.folder, environment)
    variables = {**environment, "PWD": str(job.folder)}
    variables = [flag for item in variables.items() for flag in ("-e", "=".join(item))]
    ours = run([str(arguments.reachlint), "compose-config", *flags, *variables], job.folder, os.environ)
    if theirs.returncode != 0:
        reason = last_line(theirs.stderr)
        if ours.returncode == 0:
            return "only Compose refuses", [reason]
        if ours.returncode != 1:
            return "failed", [last_line(ours.stderr)]
        return "refused", [f"Compose:   {reason}", *(f"reachlint: {it}" for it in ours.stderr.splitlines()[:3])]
    if ours.returncode != 0:
        return "only reachlint refuses", ours.stderr.splitlines()
    # What Docker allows in a file it prints with a second dollar sign.
    differences = list(differ("", kept(json.loads(theirs.stdout)), kept(json.loads(ours.stdout))))
    return ("different", differences) if differences else ("equal", [])


def run(command, folder, environment):
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def last_line(text):
    lines = [it for it in text.splitlines() if it.strip() and "level=warning" not in it]
    return " / ".join(lines[-3:]) if lines else text.strip()


def kept(config):
    """The part of a project that is compared."""
    out = {"name": config.get("name"), "services": {}}
    for name, service in (config.get("services") or {}).items():
        it = {key: service[key] for key in SERVICE_KEYS if key in service}
        if service.get("build"):
            it["build"] = {key: service["build"].get(key) for key in BUILD_KEYS}
        if service.get("healthcheck"):
            it["healthcheck"] = {key: service["healthcheck"].get(key) for key in HEALTH_KEYS}
        it["replicas"] = (service.get("deploy") or {}).get("replicas")
        it["deploy_mode"] = (service.get("deploy") or {}).get("mode")
        environment = it.pop("environment", None) or {}
        it = without_nothing(it) or {}
        # An empty variable and one that is not set are two things.
        it["environment"] = environment
        # A network without settings is null, and is there all the same.
        it["networks"] = {key: without_nothing(value) for key, value in (service.get("networks") or {}).items()}
        out["services"][name] = it
    for section, keys in RESOURCES.items():
        resources = config.get(section) or {}
        out[section] = {
            name: without_nothing({key: it.get(key) for key in keys}) for name, it in resources.items()
        }
    return out


def without_nothing(value):
    """Leaves out what is null, empty or false, which Compose prints or not as it likes."""
    if isinstance(value, dict):
        value = {key: without_nothing(it) for key, it in value.items()}
        return {key: it for key, it in value.items() if it not in (None, "", [], {}, False)}
    if isinstance(value, list):
        return [without_nothing(it) if isinstance(it, (dict, list)) else it for it in value]
    return value


def differ(path, theirs, ours):
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted(theirs.keys() | ours.keys()):
            yield from differ(f"{path}.{key}" if path else key, theirs.get(key), ours.get(key))
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for at, (a, b) in enumerate(zip(theirs, ours)):
            yield from differ(f"{path}[{at}]", a, b)
    elif theirs != ours:
        yield f"{path}: Compose says {json.dumps(theirs)[:160]}, reachlint {json.dumps(ours)[:160]}"


if __name__ == "__main__":
    sys.exit(main())
