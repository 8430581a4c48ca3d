"""Tests of score.py on made-up data."""

from __future__ import annotations

import contextlib
import io
import json
import stat
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path
from typing import Any

import score
from score import Finding, Judgement, KindRow, Label, Matcher, Pair, Place, Run

KINDS = [
    KindRow("dial", "k8s/*", frozenset({"dial-in-cluster"})),
    KindRow("dial", "*", frozenset({"dial-rule"})),
    KindRow("listen", "*", frozenset({"listen-rule", "dial-rule"})),
    KindRow("other", "*", frozenset({"not-written"})),
]
MATCHER = Matcher(KINDS, frozenset({"dial-rule", "listen-rule"}), tolerance=2)


def finding(
    line: int, rule: str = "dial-rule", severity: str = "error", file: str = "a.go", others: tuple[Place, ...] = ()
) -> Finding:
    """Make a finding with its primary label at a line."""
    return Finding("o/r", rule, severity, "proven", "message", (Place(file, line, True), *others))


def label(line: int, verdict: str = "TP", kind: str = "dial", file: str = "a.go") -> Label:
    """Make a label."""
    return Label("o/r", file, line, kind, verdict, "note")


def pair(expect: str = "TP", kind: str = "dial") -> Pair:
    """Make a pair with the fault at line 10 before and its repair at line 20."""
    return Pair("1", "o/r", kind, "a.go", (10,), (20,), expect, "why")


class Faults(unittest.TestCase):
    """A fault is found near its line."""

    def test_distance_is_that_of_the_nearest_finding(self) -> None:
        self.assertEqual(MATCHER.nearest(label(10), [finding(12), finding(11)]), 1)

    def test_beyond_the_tolerance_is_missed(self) -> None:
        self.assertIsNone(MATCHER.nearest(label(10), [finding(13)]))

    def test_any_label_and_any_severity_count(self) -> None:
        item = finding(90, severity="info", file="b.go", others=(Place("a.go", 10, False),))
        self.assertEqual(MATCHER.nearest(label(10), [item]), 0)

    def test_another_rule_or_file_does_not_count(self) -> None:
        self.assertIsNone(MATCHER.nearest(label(10), [finding(10, rule="listen-rule"), finding(10, file="b.go")]))

    def test_the_first_row_that_fits_the_file_decides(self) -> None:
        self.assertEqual(score.rules_for(KINDS, "dial", "k8s/a.yaml"), {"dial-in-cluster"})
        self.assertEqual(score.rules_for(KINDS, "dial", "a.go"), {"dial-rule"})

    def test_a_kind_without_a_row_is_an_error(self) -> None:
        with self.assertRaises(score.UsageError):
            score.rules_for(KINDS, "unheard-of", "a.go")


class NotWrong(unittest.TestCase):
    """A place that is not wrong is violated by an error or warning that points there."""

    def test_error_near_by_violates(self) -> None:
        place = label(10, score.NOT_WRONG)
        self.assertEqual(len(MATCHER.violations(place, [place], [finding(11)])), 1)

    def test_hint_and_secondary_label_do_not(self) -> None:
        place = label(10, score.NOT_WRONG)
        secondary = finding(90, others=(Place("a.go", 10, False),))
        self.assertEqual(MATCHER.violations(place, [place], [finding(10, severity="info"), secondary]), [])

    def test_a_finding_speaks_for_the_nearest_label(self) -> None:
        place, fault = label(10, score.NOT_WRONG, kind="listen"), label(11)
        self.assertEqual(MATCHER.violations(place, [place, fault], [finding(11)]), [])
        self.assertEqual(len(MATCHER.violations(place, [place, fault], [finding(10)])), 1)


class Scores(unittest.TestCase):
    """The sums over all labels."""

    def test_score(self) -> None:
        labels = [label(10), label(30), label(50, score.NOT_WRONG), label(70, score.NOT_WRONG, kind="other")]
        runs = {"o/r": Run("o/r", [finding(11), finding(50), finding(70)])}
        result = score.score_labels(labels, runs, MATCHER)
        faults = result.tallies["dial", "TP"]
        self.assertEqual((faults.labels, faults.found, faults.exact), (2, 1, 0))
        self.assertEqual(result.missed, [label(30)])
        self.assertEqual([place.line for place, _ in result.violated], [50])
        self.assertEqual([place.line for place, _ in result.look_at], [70])
        self.assertEqual(result.without_rule, {("other", "not-written"): 1})

    def test_a_failed_repository_misses_its_labels(self) -> None:
        result = score.score_labels([label(10)], {"o/r": Run("o/r", failure="exit 101")}, MATCHER)
        self.assertEqual(result.missed, [label(10)])


class Pairs(unittest.TestCase):
    """A pair is good when its fault goes away."""

    def result(self, before: list[Finding], after: list[Finding], item: Pair | None = None) -> score.PairResult:
        """Score a pair."""
        return score.score_pair(item or pair(), Run("b", before), Run("a", after), MATCHER)

    def test_reported_then_silent_is_good(self) -> None:
        self.assertTrue(self.result([finding(10)], []).good)

    def test_never_reported_or_still_reported_is_not(self) -> None:
        self.assertFalse(self.result([], []).good)
        self.assertFalse(self.result([finding(10)], [finding(20)]).good)

    def test_a_negative_pair_must_be_silent(self) -> None:
        self.assertTrue(self.result([finding(10, severity="info")], [], pair("neg")).good)
        self.assertFalse(self.result([finding(10)], [], pair("neg")).good)

    def test_no_rule_yet(self) -> None:
        self.assertEqual(self.result([], [], pair(kind="other")).before, "no rule yet")


class Judgements(unittest.TestCase):
    """Findings get their verdict from a reader, else from the labels."""

    def test_verdicts(self) -> None:
        labels = [label(10), label(30, score.NOT_WRONG)]
        findings = [finding(10), finding(30), finding(50), finding(70, severity="info")]
        verdicts = [verdict for _, verdict in score.judge(findings, {}, labels, MATCHER)]
        self.assertEqual(verdicts, ["true", "false", ""])

    def test_a_reader_wins_over_a_label(self) -> None:
        judged = {finding(10).key: Judgement(False, "label is wrong")}
        self.assertEqual(score.judge([finding(10)], judged, [label(10)], MATCHER)[0][1], "false")

    def test_written_findings_can_be_judged_and_read_again(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "judged.tsv"
            with path.open("w", encoding="utf-8") as stream:
                score.write_findings(stream, [(finding(10), "true"), (finding(20), "")], only_new=False)
            judged = score.read_judged(path)
        self.assertEqual(list(judged), [finding(10).key])
        self.assertTrue(judged[finding(10).key].true)

    def test_only_unread_findings_are_written(self) -> None:
        stream = io.StringIO()
        score.write_findings(stream, [(finding(10), "true"), (finding(20), "")], only_new=True)
        lines = stream.getvalue().splitlines()
        self.assertEqual(len(lines), 2)
        self.assertIn("\t20\t", lines[1])


class KindTable(unittest.TestCase):
    """The table that belongs to the tool."""

    def test_every_kind_has_a_row_for_every_file(self) -> None:
        rows = score.read_kinds(Path(__file__).with_name("kinds.tsv"))
        self.assertTrue(rows)
        for row in rows:
            score.rules_for(rows, row.kind, "any/file")


class Command(unittest.TestCase):
    """The whole command against a stand-in for reachlint."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in ("evidence", "checkouts/o__r", "checkouts/o__broken"):
            (self.folder / name).mkdir(parents=True)
        self.write("evidence/repositories.tsv", "repository\tcommit\no/r\t1\n")
        self.write(
            "evidence/labels.jsonl",
            json.dumps(
                {"repo": "o/r", "file": "a.go", "line": 10, "kind": "go-version", "verdict": "TP", "note": "old image"}
            ),
        )
        self.stand_in(
            {
                "rule": "go-version-mismatch",
                "severity": "error",
                "confidence": "proven",
                "message": "too old",
                "file": "a.go",
                "span": {"start": {"line": 10, "column": 1}, "end": {"line": 10, "column": 2}},
                "labels": [],
            }
        )

    def write(self, name: str, text: str) -> None:
        """Write a file below the temporary folder."""
        (self.folder / name).write_text(text, encoding="utf-8")

    def stand_in(self, diagnostic: dict[str, Any]) -> None:
        """Write a program that answers like reachlint, and panics on a folder named o__broken."""
        self.write(
            "reachlint",
            f"#!{sys.executable}\n"
            + textwrap.dedent(f"""\
            import json, sys
            if sys.argv[1] == "rules":
                print(json.dumps({{"rules": [{{"id": "go-version-mismatch"}}]}}))
            elif sys.argv[-1].endswith("broken"):
                sys.exit("thread 'main' panicked at src/main.rs")
            else:
                print(json.dumps({{"diagnostics": [{diagnostic!r}]}}))
                sys.exit(1)
            """),
        )
        path = self.folder / "reachlint"
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def run_score(self, *extra: str) -> tuple[int, str, str]:
        """Run the command; return its status and what it printed."""
        out, err = io.StringIO(), io.StringIO()
        arguments = [
            str(self.folder / "reachlint"),
            "--evidence",
            str(self.folder / "evidence"),
            "--checkouts",
            str(self.folder / "checkouts"),
            *extra,
        ]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = score.main(arguments)
        return status, out.getvalue(), err.getvalue()

    def test_found(self) -> None:
        status, out, err = self.run_score("--missed", "--findings", "-")
        self.assertEqual((status, err), (0, ""))
        self.assertRegex(out, r"go-version +1 +1 +1")
        self.assertIn("Missed: 0", out)
        self.assertIn("o/r\tgo-version-mismatch\ta.go\t10\ttrue\t\terror\tproven\ttoo old", out)

    def test_a_panic_is_reported(self) -> None:
        self.write("evidence/repositories.tsv", "repository\tcommit\no/r\t1\no/broken\t1\n")
        status, _, err = self.run_score()
        self.assertEqual(status, 1)
        self.assertIn("FAILED: o/broken: exit 1: thread 'main' panicked", err)

    def test_a_missing_checkout_is_reported(self) -> None:
        self.write("evidence/repositories.tsv", "repository\tcommit\no/absent\t1\n")
        self.write("evidence/labels.jsonl", "")
        status, _, err = self.run_score()
        self.assertEqual(status, 1)
        self.assertIn("FAILED: o/absent: no checkout", err)

    def test_wrong_input_is_an_error(self) -> None:
        status, _, err = self.run_score("--repo", "no/such")
        self.assertEqual(status, 2)
        self.assertIn("no/such", err)


if __name__ == "__main__":
    unittest.main()
