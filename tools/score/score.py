#!/usr/bin/env python3
"""Score reachlint against labelled public repositories.

The evidence says, for real repositories at fixed commits, which places are
faults and which only look like faults. This tool runs a reachlint binary on
the checkouts and counts what it finds, what it misses and what it reports
wrongly. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TextIO

FAULT_VERDICTS = ("TP", "TP-latent", "legit-warning")
NOT_WRONG = "not-wrong"
SHOWN = ("error", "warning")

FINDING_COLUMNS = ("repo", "rule", "file", "line", "verdict", "note", "severity", "confidence", "message")


class UsageError(Exception):
    """The input is not what the tool needs; the message says what is missing."""


# --- what is read -------------------------------------------------------------


@dataclass(frozen=True)
class Label:
    """One judged place of a repository."""

    repo: str
    file: str
    line: int
    kind: str
    verdict: str
    note: str


@dataclass(frozen=True)
class Pair:
    """A fix commit: the fault is there before it and gone after it."""

    id: str
    repo: str
    kind: str
    file: str
    lines: tuple[int, ...]
    after_lines: tuple[int, ...]
    expect_before: str
    note: str


@dataclass(frozen=True)
class KindRow:
    """Which rules count for a kind of label, for files that match a glob."""

    kind: str
    files: str
    rules: frozenset[str]


@dataclass(frozen=True)
class Judgement:
    """What a reader said of a finding."""

    true: bool
    note: str


FindingKey = tuple[str, str, str, int]


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """Read one JSON object a line."""
    with path.open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream if line.strip()]


def read_table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read a TSV file with a header; complain when a needed column is missing."""
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = [name for name in columns if name not in (reader.fieldnames or [])]
        if missing:
            raise UsageError(f"{path}: no column {', '.join(missing)}")
        return [{key: value or "" for key, value in row.items() if key} for row in reader]


def read_labels(path: Path) -> list[Label]:
    """Read labels.jsonl."""
    return [
        Label(row["repo"], row["file"], int(row["line"]), row["kind"], row["verdict"], row["note"])
        for row in read_json_lines(path)
    ]


def read_pairs(path: Path) -> list[Pair]:
    """Read pairs.jsonl."""
    return [
        Pair(
            id=str(row["id"]),
            repo=row["repo"],
            kind=row["kind"],
            file=row["file"],
            lines=tuple(row["lines"]),
            after_lines=tuple(row["after_lines"]),
            expect_before=row["expect"]["before"],
            note=row["why"],
        )
        for row in read_json_lines(path)
    ]


def read_repositories(path: Path) -> list[str]:
    """Read the names of repositories.tsv."""
    return [row["repository"] for row in read_table(path, ["repository"])]


def read_kinds(path: Path) -> list[KindRow]:
    """Read kinds.tsv. A rule list of `-` means that no rule of the catalogue fits."""
    rows = []
    for row in read_table(path, ["kind", "files", "rules"]):
        names = [name.strip() for name in row["rules"].split(",")]
        rows.append(KindRow(row["kind"], row["files"], frozenset(name for name in names if name not in ("", "-"))))
    return rows


def read_judged(path: Path) -> dict[FindingKey, Judgement]:
    """Read earlier judgements. A row without a verdict is a finding still to be read."""
    judged: dict[FindingKey, Judgement] = {}
    for number, row in enumerate(read_table(path, FINDING_COLUMNS[:6]), start=2):
        if not row["verdict"]:
            continue
        if row["verdict"] not in ("true", "false"):
            raise UsageError(f"{path}:{number}: the verdict is true or false, not {row['verdict']!r}")
        key = (row["repo"], row["rule"], row["file"], int(row["line"]))
        judged[key] = Judgement(row["verdict"] == "true", row["note"])
    return judged


def rules_for(kinds: Iterable[KindRow], kind: str, file: str) -> frozenset[str]:
    """Return the rules that count for a kind at a file; the first matching row decides."""
    for row in kinds:
        if row.kind == kind and fnmatchcase(file, row.files):
            return row.rules
    raise UsageError(f"kinds.tsv has no row for kind {kind} and file {file}")


# --- what reachlint says ------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A label of a diagnostic."""

    file: str
    line: int
    primary: bool


@dataclass(frozen=True)
class Finding:
    """One diagnostic of a repository (or of one side of a pair)."""

    repo: str
    rule: str
    severity: str
    confidence: str
    message: str
    places: tuple[Place, ...]

    @property
    def is_shown(self) -> bool:
        """Whether a run without --hints prints it."""
        return self.severity in SHOWN and self.confidence != "possible"

    @property
    def primary(self) -> Place:
        """The place the diagnostic points at."""
        return next((place for place in self.places if place.primary), self.places[0])

    @property
    def key(self) -> FindingKey:
        """What identifies the finding in a file of judgements."""
        return (self.repo, self.rule, self.primary.file, self.primary.line)


@dataclass
class Run:
    """The outcome of reachlint on one folder."""

    name: str
    findings: list[Finding] = field(default_factory=list)
    failure: str = ""
    seconds: float = 0.0


def parse_findings(repo: str, text: str) -> list[Finding]:
    """Turn the JSON of `reachlint check` into findings."""
    findings = []
    for item in json.loads(text)["diagnostics"]:
        # The diagnostic's own span is a primary place even if no label repeats it.
        places = [Place(item["file"], item["span"]["start"]["line"], True)]
        for label in item.get("labels", []):
            place = Place(label["file"], label["span"]["start"]["line"], bool(label.get("primary")))
            if place not in places:
                places.append(place)
        findings.append(
            Finding(repo, item["rule"], item["severity"], item.get("confidence", ""), item["message"], tuple(places))
        )
    return findings


def check(binary: Path, repo: str, folder: Path, timeout: float) -> Run:
    """Run reachlint on one folder. Anything but exit 0 or 1 with good JSON is a failure."""
    run = Run(repo)
    if not folder.is_dir():
        run.failure = "no checkout"
        return run
    start = time.monotonic()
    try:
        process = subprocess.run(
            [str(binary), "check", "--format", "json", "--hints", str(folder)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        run.failure = f"no answer after {timeout:.0f} s"
        return run
    finally:
        run.seconds = time.monotonic() - start
    # A panic on a worker thread can leave the exit status good, so look for it too.
    if process.returncode not in (0, 1) or "panicked at" in process.stderr:
        run.failure = f"exit {process.returncode}: {last_line(process.stderr)}"
        return run
    try:
        run.findings = parse_findings(repo, process.stdout)
    except (ValueError, KeyError, TypeError) as error:
        run.failure = f"bad JSON: {error!r}"
    return run


def last_line(text: str) -> str:
    """Return the panic message if there is one, else the last line that is not empty."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    panics = [line for line in lines if "panicked at" in line]
    return (panics or lines or ["(nothing on standard error)"])[-1]


def check_all(binary: Path, folders: Mapping[str, Path], timeout: float, jobs: int) -> dict[str, Run]:
    """Run reachlint on every folder, several at a time."""
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        runs = pool.map(lambda item: check(binary, item[0], item[1], timeout), folders.items())
        return {run.name: run for run in runs}


def known_rules(binary: Path) -> frozenset[str]:
    """Ask the binary which rules it has."""
    command = [str(binary), "rules", "--format", "json"]
    try:
        process = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
        return frozenset(item["id"] for item in json.loads(process.stdout)["rules"])
    except (OSError, subprocess.CalledProcessError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{' '.join(command)}: {error}") from error


# --- matching -----------------------------------------------------------------


def distance(finding: Finding, file: str, line: int, primary_only: bool = False) -> int | None:
    """Return how many lines lie between a place and the finding's nearest place in that file."""
    places = [finding.primary] if primary_only else finding.places
    return min((abs(place.line - line) for place in places if place.file == file), default=None)


@dataclass(frozen=True)
class Matcher:
    """Joins labels and findings."""

    kinds: Sequence[KindRow]
    known: frozenset[str]
    tolerance: int

    def rules(self, kind: str, file: str) -> frozenset[str]:
        """Return the rules for a kind that the binary has."""
        return rules_for(self.kinds, kind, file) & self.known

    def nearest(self, label: Label, findings: Iterable[Finding]) -> int | None:
        """Return the distance of the best finding for a fault, None when none is near enough."""
        rules = self.rules(label.kind, label.file)
        near = [
            gap
            for finding in findings
            if finding.rule in rules
            and (gap := distance(finding, label.file, label.line)) is not None
            and gap <= self.tolerance
        ]
        return min(near, default=None)

    def violations(self, label: Label, labels: Iterable[Label], findings: Iterable[Finding]) -> list[Finding]:
        """Return the errors and warnings that contradict a not-wrong label.

        Faults and their look-alikes stand on neighbouring lines (a listen
        address and a dialled one in the same file), so a finding speaks only
        for the label nearest to it.
        """
        rules = self.rules(label.kind, label.file)
        found = []
        for finding in findings:
            if finding.rule not in rules or not finding.is_shown:
                continue
            gap = distance(finding, label.file, label.line, primary_only=True)
            if gap is not None and gap <= self.tolerance and not self.has_nearer(finding, gap, labels):
                found.append(finding)
        return found

    def has_nearer(self, finding: Finding, gap: int, labels: Iterable[Label]) -> bool:
        """Say whether a finding's rule has a label nearer to it than `gap` lines."""
        place = finding.primary
        return any(
            label.file == place.file
            and abs(label.line - place.line) < gap
            and finding.rule in self.rules(label.kind, label.file)
            for label in labels
        )


# --- scoring ------------------------------------------------------------------


@dataclass
class Tally:
    """What was found of one verdict of one kind."""

    labels: int = 0
    found: int = 0
    exact: int = 0

    def add(self, gap: int | None) -> None:
        """Count one label with the distance of its finding."""
        self.labels += 1
        self.found += gap is not None
        self.exact += gap == 0


@dataclass
class Score:
    """The result over all labels."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    missed: list[Label] = field(default_factory=list)
    violated: list[tuple[Label, Finding]] = field(default_factory=list)
    look_at: list[tuple[Label, Finding]] = field(default_factory=list)
    without_rule: Counter[tuple[str, str]] = field(default_factory=Counter)
    other_verdicts: int = 0


def by_repository(labels: Iterable[Label]) -> dict[str, list[Label]]:
    """Group labels by repository."""
    groups: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        groups[label.repo].append(label)
    return groups


def score_labels(labels: Sequence[Label], runs: Mapping[str, Run], matcher: Matcher) -> Score:
    """Score every label. The labels of a repository that failed count as missed."""
    score = Score()
    groups = by_repository(labels)
    for label in labels:
        findings = runs[label.repo].findings if label.repo in runs else []
        score_label(score, label, groups[label.repo], findings, matcher)
    return score


def score_label(
    score: Score, label: Label, neighbours: Sequence[Label], findings: Sequence[Finding], matcher: Matcher
) -> None:
    """Score one label; `neighbours` are the labels of the same repository."""
    violations: list[Finding] = []
    has_rule = bool(matcher.rules(label.kind, label.file))
    if not has_rule:
        wanted = ", ".join(sorted(rules_for(matcher.kinds, label.kind, label.file))) or "-"
        score.without_rule[label.kind, wanted] += 1
    elif label.verdict in FAULT_VERDICTS:
        gap = matcher.nearest(label, findings)
        score.tallies[label.kind, label.verdict].add(gap)
        if gap is None:
            score.missed.append(label)
    elif label.verdict == NOT_WRONG:
        violations = matcher.violations(label, neighbours, findings)
        tally = score.tallies[label.kind, NOT_WRONG]
        tally.labels += 1
        tally.found += bool(violations)
        score.violated += [(label, finding) for finding in violations]
    else:
        score.other_verdicts += 1
    if label.verdict == NOT_WRONG:
        score.look_at += [
            (label, finding)
            for finding in findings
            if finding.is_shown
            and finding not in violations
            and distance(finding, label.file, label.line) == 0
        ]


# --- pairs --------------------------------------------------------------------


@dataclass(frozen=True)
class PairResult:
    """What reachlint says of the two sides of a pair."""

    pair: Pair
    before: str
    after: str
    good: bool


def has_finding(
    findings: Iterable[Finding], file: str, lines: Iterable[int], accept: Callable[[Finding], bool], tolerance: int
) -> bool:
    """Say whether an accepted finding has a label near one of the lines."""
    wanted = list(lines)
    for finding in findings:
        gaps = [distance(finding, file, line) for line in wanted] if accept(finding) else []
        if any(gap is not None and gap <= tolerance for gap in gaps):
            return True
    return False


def score_pair(pair: Pair, before: Run, after: Run, matcher: Matcher) -> PairResult:
    """Score one pair: the fault must be reported before and not after.

    A pair expected to be `neg` before has no fault: no error or warning there.
    """
    rules = matcher.rules(pair.kind, pair.file)
    if not rules:
        return PairResult(pair, "no rule yet", "no rule yet", False)
    if before.failure or after.failure:
        return PairResult(pair, before.failure or "ran", after.failure or "ran", False)
    negative = pair.expect_before == "neg"

    def accept(finding: Finding) -> bool:
        return finding.rule in rules and (finding.is_shown or not negative)

    reported = has_finding(before.findings, pair.file, pair.lines, accept, matcher.tolerance)
    remains = has_finding(after.findings, pair.file, pair.after_lines, accept, matcher.tolerance)
    return PairResult(
        pair,
        before="reported" if reported else "silent",
        after="reported" if remains else "silent",
        good=reported != negative and not remains,
    )


def score_pairs(pairs: Sequence[Pair], folder: Path, options: argparse.Namespace, matcher: Matcher) -> list[PairResult]:
    """Run and score every pair whose two sides are in the folder `<id>/before` and `<id>/after`."""
    sides = {f"{pair.id}/{side}": folder / pair.id / side for pair in pairs for side in ("before", "after")}
    runs = check_all(options.reachlint, sides, options.timeout, options.jobs)
    return [score_pair(pair, runs[f"{pair.id}/before"], runs[f"{pair.id}/after"], matcher) for pair in pairs]


# --- judging findings ---------------------------------------------------------


def verdict_of(
    finding: Finding, judged: Mapping[FindingKey, Judgement], labels: Sequence[Label], matcher: Matcher
) -> str:
    """Return `true`, `false` or, for a finding nobody has read, the empty string.

    A reader's judgement wins over the labels of the evidence.
    """
    if finding.key in judged:
        return "true" if judged[finding.key].true else "false"
    for label in labels:
        if label.verdict in FAULT_VERDICTS and matcher.nearest(label, [finding]) is not None:
            return "true"
    for label in labels:
        if label.verdict == NOT_WRONG and matcher.violations(label, labels, [finding]):
            return "false"
    return ""


def judge(
    findings: Iterable[Finding], judged: Mapping[FindingKey, Judgement], labels: Iterable[Label], matcher: Matcher
) -> list[tuple[Finding, str]]:
    """Give every error and warning its verdict."""
    groups = by_repository(labels)
    shown = [finding for finding in findings if finding.is_shown]
    return [(item, verdict_of(item, judged, groups.get(item.repo, []), matcher)) for item in shown]


def write_findings(stream: TextIO, verdicts: Iterable[tuple[Finding, str]], only_new: bool) -> None:
    """Write findings as TSV. The columns begin like a file of judgements, ready to be filled in."""
    print("\t".join(FINDING_COLUMNS), file=stream)
    for finding, verdict in verdicts:
        if only_new and verdict:
            continue
        place = finding.primary
        message = " ".join(finding.message.split())
        row = (finding.repo, finding.rule, place.file, str(place.line), verdict, "")
        print("\t".join((*row, finding.severity, finding.confidence, message)), file=stream)


# --- printing -----------------------------------------------------------------


def print_table(rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns: text to the left, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    numeric = [all(not isinstance(row[column], str) for row in rows[1:]) for column in range(len(widths))]
    for row in cells:
        parts = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        print("  ".join(parts).rstrip())


def heading(text: str) -> None:
    """Print the heading of a section."""
    print(f"\n{text}\n{'-' * len(text)}")


def print_runs(runs: Mapping[str, Run]) -> None:
    """Print how many folders were read and how many findings there are."""
    findings = [finding for run in runs.values() for finding in run.findings]
    severities = Counter(finding.severity if finding.is_shown else "info" for finding in findings)
    slowest = max(runs.values(), key=lambda run: run.seconds, default=Run("-"))
    print(
        f"{len(runs)} repositories: {severities['error']} errors, {severities['warning']} warnings, "
        f"{severities['info']} hints; slowest {slowest.name}, {slowest.seconds:.1f} s"
    )


def kind_row(kind: str, tallies: Mapping[tuple[str, str], Tally]) -> list[object]:
    """Return the table row of one kind."""
    row: list[object] = [kind]
    for verdict in FAULT_VERDICTS:
        tally = tallies.get((kind, verdict), Tally())
        row += [tally.labels, tally.found, tally.exact]
    not_wrong = tallies.get((kind, NOT_WRONG), Tally())
    return [*row, not_wrong.labels, not_wrong.found]


def print_score(score: Score, tolerance: int) -> None:
    """Print the table of kinds and what contradicts the labels."""
    heading(f"Labels by kind (found: within {tolerance} lines; exact: on the line)")
    header = [
        "kind",
        "TP",
        "found",
        "exact",
        "latent",
        "found",
        "exact",
        "legit",
        "found",
        "exact",
        "not-wrong",
        "violated",
    ]
    kinds = sorted({kind for kind, _ in score.tallies})
    rows = [kind_row(kind, score.tallies) for kind in kinds]
    totals: list[object] = ["total", *(sum(row[column] for row in rows) for column in range(1, len(header)))]  # type: ignore[misc]
    print_table([header, *rows, totals])
    if score.other_verdicts:
        print(f"{score.other_verdicts} labels of other verdicts were not scored")
    print_contradictions("Not wrong, but reported", score.violated)
    print_contradictions("Not wrong, and another finding on that line: look at", score.look_at)
    if score.without_rule:
        heading("No rule yet")
        print_table(
            [
                ["kind", "labels", "rules"],
                *([kind, n, rules] for (kind, rules), n in sorted(score.without_rule.items())),
            ]
        )


def print_contradictions(title: str, items: Sequence[tuple[Label, Finding]]) -> None:
    """Print not-wrong labels with the findings that stand there."""
    if not items:
        return
    heading(f"{title}: {len(items)}")
    for label, finding in items:
        print(f"{label.repo} {label.file}:{label.line} {label.kind} ({label.note})")
        print(
            f"    {finding.severity} {finding.rule} at {finding.primary.file}:{finding.primary.line}: {finding.message}"
        )


def print_missed(missed: Sequence[Label]) -> None:
    """Print the labels without a finding."""
    heading(f"Missed: {len(missed)}")
    for label in sorted(missed, key=lambda item: (item.kind, item.verdict, item.repo, item.file, item.line)):
        print(f"{label.kind} {label.verdict} {label.repo} {label.file}:{label.line} ({label.note})")


def print_pairs(results: Sequence[PairResult]) -> None:
    """Print the pairs and, for each kind of expectation, how many are as they should be."""
    heading("Pairs (reported before the fix, silent after it)")
    header = ["id", "kind", "repository", "expected", "before", "after", "result"]
    rows = [
        [
            item.pair.id,
            item.pair.kind,
            item.pair.repo,
            item.pair.expect_before,
            item.before,
            item.after,
            "good" if item.good else "-",
        ]
        for item in results
    ]
    print_table([header, *rows])
    scored = [item for item in results if item.before != "no rule yet"]
    for expected in sorted({item.pair.expect_before for item in scored}):
        group = [item for item in scored if item.pair.expect_before == expected]
        print(f"{expected}: {sum(item.good for item in group)} of {len(group)} good")


def print_verdicts(group: str, verdicts: Sequence[tuple[Finding, str]], name: Callable[[Finding], str]) -> None:
    """Print how many findings are true, false and unread, for each name of a group."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for finding, verdict in verdicts:
        counts[name(finding)][verdict] += 1
    if not counts:
        return
    heading(f"Errors and warnings by {group}")
    rows: list[list[object]] = [
        [key, sum(count.values()), count["true"], count["false"], count[""]] for key, count in sorted(counts.items())
    ]
    totals = sum(counts.values(), Counter())
    rows.append(["total", sum(totals.values()), totals["true"], totals["false"], totals[""]])
    print_table([[group, "findings", "true", "false", "unread"], *rows])


def print_failures(failures: Sequence[str]) -> None:
    """Say loudly which runs failed, on standard error so that no pipe hides it."""
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)


# --- the command --------------------------------------------------------------


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Score reachlint against labelled public repositories.")
    parser.add_argument("reachlint", type=Path, help="the binary to score")
    parser.add_argument(
        "--evidence",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of labels.jsonl, pairs.jsonl and repositories.tsv",
    )
    parser.add_argument(
        "--checkouts", type=Path, required=True, metavar="DIR", help="folder of checkouts, <owner>__<name> each"
    )
    parser.add_argument("--pairs", type=Path, metavar="DIR", help="folder of pairs, <id>/before and <id>/after each")
    parser.add_argument("--repo", action="append", metavar="NAME", help="only this repository (may be repeated)")
    parser.add_argument("--tolerance", type=int, default=2, metavar="N", help="lines a finding may be off (default 2)")
    parser.add_argument("--missed", action="store_true", help="list the labels without a finding")
    parser.add_argument("--findings", metavar="FILE", help="write errors and warnings as TSV (- for standard output)")
    parser.add_argument(
        "--judged",
        type=Path,
        metavar="FILE",
        help="earlier judgements: count true and false; --findings then writes only unread ones",
    )
    parser.add_argument(
        "--kinds",
        type=Path,
        default=Path(__file__).with_name("kinds.tsv"),
        metavar="FILE",
        help="which rules count for a kind (default: kinds.tsv beside this script)",
    )
    parser.add_argument("--timeout", type=float, default=120, metavar="S", help="seconds a run may take (default 120)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="runs at a time")
    options = parser.parse_args(arguments)
    # A bare relative path would be looked up on PATH instead of here.
    options.reachlint = options.reachlint.resolve()
    return options


def selected(names: Sequence[str], wanted: Sequence[str] | None) -> list[str]:
    """Return the repositories to run."""
    if wanted is None:
        return list(names)
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        raise UsageError(f"no such repository in the evidence: {', '.join(unknown)}")
    return [name for name in names if name in wanted]


def report_findings(
    options: argparse.Namespace, runs: Mapping[str, Run], labels: Sequence[Label], matcher: Matcher
) -> None:
    """Print the tables of judged findings and write the findings to be read."""
    if options.findings is None and options.judged is None:
        return
    judged = read_judged(options.judged) if options.judged else {}
    verdicts = judge((finding for run in runs.values() for finding in run.findings), judged, labels, matcher)
    if options.judged:
        print_verdicts("repository", verdicts, lambda finding: finding.repo)
        print_verdicts("rule", verdicts, lambda finding: finding.rule)
    if options.findings == "-":
        heading("Findings")
        write_findings(sys.stdout, verdicts, only_new=options.judged is not None)
    elif options.findings:
        with open(options.findings, "w", encoding="utf-8") as stream:
            write_findings(stream, verdicts, only_new=options.judged is not None)


def execute(options: argparse.Namespace) -> int:
    """Do what the command line asks; return the exit status."""
    names = selected(read_repositories(options.evidence / "repositories.tsv"), options.repo)
    labels = [label for label in read_labels(options.evidence / "labels.jsonl") if label.repo in set(names)]
    matcher = Matcher(read_kinds(options.kinds), known_rules(options.reachlint), options.tolerance)
    folders = {name: options.checkouts / name.replace("/", "__") for name in names}
    runs = check_all(options.reachlint, folders, options.timeout, options.jobs)
    failures = [f"{run.name}: {run.failure}" for run in runs.values() if run.failure]

    print_runs(runs)
    score = score_labels(labels, runs, matcher)
    print_score(score, options.tolerance)
    if options.missed:
        print_missed(score.missed)
    if options.pairs:
        pairs = [
            pair
            for pair in read_pairs(options.evidence / "pairs.jsonl")
            if not options.repo or pair.repo in options.repo
        ]
        results = score_pairs(pairs, options.pairs, options, matcher)
        print_pairs(results)
        states = {"reported", "silent", "ran", "no rule yet"}
        failures += [
            f"pair {item.pair.id} {side}: {state}"
            for item in results
            for side, state in (("before", item.before), ("after", item.after))
            if state not in states
        ]
    report_findings(options, runs, labels, matcher)
    print_failures(failures)
    return 1 if failures else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 when every run went well, 1 when one failed, 2 when the input is wrong."""
    options = parse_arguments(arguments)
    try:
        return execute(options)
    except (UsageError, OSError) as error:
        print(f"score: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
