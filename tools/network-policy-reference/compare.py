#!/usr/bin/env python3
"""Compares what `reachlint trace` says of NetworkPolicies with what np-guard's netpol-analyzer says.

See README.md beside this file."""

import argparse
import ipaddress
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

CASES = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/policies"
PROTOCOLS = ["TCP", "UDP", "SCTP"]
PORTS = [53, 80, 443, 5432, 8080, 9000]
ADDRESSES = ["8.8.8.8", "10.1.2.3", "10.1.9.9", "172.20.0.7", "203.0.113.5"]
BLOCKS = [
    ("0.0.0.0/0", []),
    ("0.0.0.0/0", ["10.0.0.0/8"]),
    ("10.1.0.0/16", ["10.1.2.0/24"]),
    ("10.1.0.0/16", []),
    ("203.0.113.0/24", ["203.0.113.5/32"]),
    ("8.8.8.0/24", []),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reachlint", help="the program reachlint")
    parser.add_argument("analyzer", help="the program netpol-analyzer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200, help="how many cases are generated")
    parser.add_argument("--queries", type=int, default=12, help="how many connections of each are asked for")
    parser.add_argument("--write", action="store_true", help="write the analyzer's verdicts beside the own cases")
    options = parser.parse_args()

    generator = random.Random(options.seed)
    cases = [(f"own {path.name}", *read_case(path, options.write)) for path in sorted(CASES.iterdir())]
    for number in range(options.count):
        objects, pods = generate(generator)
        asked = sample(generator, pods, options.queries)
        cases.append((f"generated {number}", "---\n".join(json.dumps(it) + "\n" for it in objects), asked))

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        root = pathlib.Path(folder)
        verdicts = list(pool.map(lambda it: judge(it, root, options), enumerate(cases)))
    total = Counter()
    for (name, _, asked), answers in zip(cases, verdicts):
        for query, (ours, theirs) in zip(asked, answers):
            kind = classify(ours, theirs)
            total[name.split()[0], kind] += 1
            if kind == "different":
                print(f"{name}: {' '.join(query)}: reachlint {ours}, netpol-analyzer {theirs}")
        if options.write and name.startswith("own "):
            lines = [f"{' '.join(query)} {theirs}\n" for query, (_, theirs) in zip(asked, answers)]
            (CASES / name.removeprefix("own ") / "verdicts.txt").write_text("".join(lines))
    for origin in ["own", "generated"]:
        number = sum(1 for it in cases if it[0].startswith(origin))
        counts = {kind: total[origin, kind] for kind in ["equal", "left open", "different"]}
        print(f"{origin}: {number} cases, " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    sys.exit(any(kind == "different" for (_, kind), count in total.items() if count))


def classify(ours, theirs):
    """An `ipBlock` may take pods or not, which is for the network plugin: reachlint leaves it open, the analyzer takes it
    not to."""
    if ours == theirs:
        return "equal"
    return "left open" if ours == "unknown" and theirs == "no" else "different"


def read_case(path, whole):
    text = (path / "manifests.yaml").read_text()
    written = path / "verdicts.txt"
    if written.exists() and not whole:
        return text, [tuple(line.split()[:3]) for line in written.read_text().splitlines()]
    names = re.findall(r"^  name: (\S+) # pod$", text, re.M)
    ports = re.findall(r"^# ask (\S+)$", text, re.M)
    outside = re.findall(r"^# outside (\S+)$", text, re.M)
    ends = names + outside
    pairs = [(a, b) for a in ends for b in ends if a != b and (a in names or b in names)]
    return text, [(a, b, port) for a, b in pairs for port in ports]


def sample(generator, pods, number):
    """Connections between pods, and with addresses outside."""
    queries = []
    for _ in range(number):
        one, other = generator.sample(pods, 2)
        port = f"{generator.choice(PORTS)}/{generator.choice(PROTOCOLS[:2]).lower()}"
        way = generator.random()
        if way < 0.15:
            one = generator.choice(ADDRESSES)
        elif way < 0.3:
            other = generator.choice(ADDRESSES)
        queries.append((one, other, port))
    return queries


def generate(generator):
    """The objects of one case, and the names of its pods."""
    maybe = lambda share: generator.random() < share
    namespaces = ["front", "back", "ops"][: generator.randint(1, 3)]
    labels = lambda: {key: generator.choice(values) for key, values in LABELS.items() if maybe(0.7)}
    objects = [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": it, "labels": {"team": generator.choice(["a", "b"]), "kubernetes.io/metadata.name": it}},
        }
        for it in namespaces
    ]
    pods = [f"p{at}" for at in range(generator.randint(3, 5))]
    for pod in pods:
        ports = [{"name": "http", "containerPort": generator.choice([80, 8080])}] if maybe(0.6) else []
        ports += [{"name": "dns", "containerPort": 53, "protocol": "UDP"}] if maybe(0.4) else []
        own = {"app": pod, **labels()}
        container = {"name": pod, "image": f"registry.example.com/{pod}:1", "ports": ports}
        objects.append(
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": pod, "namespace": generator.choice(namespaces)},
                "spec": {
                    "selector": {"matchLabels": {"app": pod}},
                    "template": {"metadata": {"labels": own}, "spec": {"containers": [container]}},
                },
            }
        )
    for at in range(generator.randint(1, 4)):
        spec = {"podSelector": selector(generator, pods)}
        if maybe(0.7):
            spec["ingress"] = [rule(generator, pods, "from") for _ in range(generator.randint(0, 2))]
        if maybe(0.5):
            spec["egress"] = [rule(generator, pods, "to") for _ in range(generator.randint(0, 2))]
        if maybe(0.6):
            spec["policyTypes"] = generator.choice([["Ingress"], ["Egress"], ["Ingress", "Egress"]])
            # The API server refuses rules of a type that is not named.
            for key, kind in [("ingress", "Ingress"), ("egress", "Egress")]:
                if kind not in spec["policyTypes"]:
                    spec.pop(key, None)
        objects.append(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": f"policy{at}", "namespace": generator.choice(namespaces)},
                "spec": spec,
            }
        )
    return objects, pods


LABELS = {"tier": ["web", "api", "db"], "stage": ["dev", "prod"]}


def selector(generator, pods):
    kind = generator.random()
    if kind < 0.25:
        return {}
    if kind < 0.45:
        return {"matchLabels": {"app": generator.choice(pods)}}
    key = generator.choice(list(LABELS))
    if kind < 0.65:
        return {"matchLabels": {key: generator.choice(LABELS[key])}}
    operator = generator.choice(["In", "NotIn", "Exists", "DoesNotExist"])
    expression = {"key": key, "operator": operator}
    if operator in ("In", "NotIn"):
        expression["values"] = generator.sample(LABELS[key], generator.randint(1, 2))
    return {"matchExpressions": [expression]}


def rule(generator, pods, way):
    out = {}
    if generator.random() < 0.8:
        out[way] = [peer(generator, pods) for _ in range(generator.randint(1, 2))]
    if generator.random() < 0.7:
        # The analyzer refuses names of ports where an address outside may be wanted.
        may_name = way == "from" or all("ipBlock" not in it for it in out.get(way, [{"ipBlock": None}]))
        out["ports"] = [policy_port(generator, may_name) for _ in range(generator.randint(1, 2))]
    return out


def peer(generator, pods):
    kind = generator.random()
    if kind < 0.2:
        cidr, excluded = generator.choice(BLOCKS)
        return {"ipBlock": {"cidr": cidr, **({"except": excluded} if excluded else {})}}
    namespaces = generator.choice(
        [
            {},
            {"matchLabels": {"team": "a"}},
            {"matchLabels": {"kubernetes.io/metadata.name": "back"}},
            {"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["a"]}]},
        ]
    )
    if kind < 0.5:
        return {"podSelector": selector(generator, pods)}
    if kind < 0.7:
        return {"namespaceSelector": namespaces}
    return {"namespaceSelector": namespaces, "podSelector": selector(generator, pods)}


def policy_port(generator, may_name):
    kind = generator.random()
    protocol = {"protocol": generator.choice(PROTOCOLS)} if generator.random() < 0.6 else {}
    if kind < 0.15:
        return protocol or {"protocol": "TCP"}
    if kind < 0.3 and may_name:
        return {"port": generator.choice(["http", "dns"]), **protocol}
    first = generator.choice(PORTS)
    if kind < 0.45:
        return {"port": first, "endPort": first + generator.choice([0, 500, 5000]), **protocol}
    return {"port": first, **protocol}


def judge(numbered, root, options):
    """What both say of each connection of a case."""
    number, (_, text, asked) = numbered
    folder = root / str(number)
    folder.mkdir()
    (folder / "manifests.yaml").write_text(text)
    allowed = connections(options.analyzer, folder)
    return [(ask_reachlint(options.reachlint, folder, it), ask_analyzer(allowed, it)) for it in asked]


def ask_reachlint(program, folder, query):
    source, target, port = query
    command = [program, "trace", source, f"{target}:{port}", "--isolated", "--project", folder, "--format", "json"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode not in (0, 1, 3):
        sys.exit(f"{' '.join(map(str, command))}: {run.stderr}")
    steps = json.loads(run.stdout)["traces"][0]["steps"]
    return next(it["outcome"] for it in steps if it["stage"] == "policy")


def connections(program, folder):
    """What the analyzer allows: source, destination and the ports."""
    command = [program, "list", "--dirpath", folder, "--output", "json", "--quiet"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {run.stderr}")
    return json.loads(run.stdout or "[]") or []


def ask_analyzer(allowed, query):
    source, target, port = query
    fits = (
        is_end(it["src"], source) and is_end(it["dst"], target) and has_port(it["conn"], port)
        for it in allowed
    )
    return "yes" if any(fits) else "no"


def is_end(written, name):
    """`back/p1[Deployment]`, or `10.0.0.0-10.255.255.255,12.0.0.0/8[External]`."""
    text = written.split("[")[0]
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return text.split("/")[-1] == name
    if not written.endswith("[External]"):
        return False
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if "/" in first:
            block = ipaddress.ip_network(first)
            first, last = block[0], block[-1]
        if ipaddress.ip_address(first) <= address <= ipaddress.ip_address(last or first):
            return True
    return False


def has_port(written, port):
    """`All Connections`, or `TCP 80,443-500,UDP 53,SCTP 1-65535`."""
    if written == "All Connections":
        return True
    number, protocol = port.split("/")
    current = None
    for part in written.split(","):
        words = part.split()
        current, ports = (words[0], words[-1]) if len(words) > 1 or words[0] in PROTOCOLS else (current, words[0])
        first, _, last = ports.partition("-")
        if current.lower() == protocol and (ports == current or int(first) <= int(number) <= int(last or first)):
            return True
    return False


if __name__ == "__main__":
    main()
