//! The command as a user runs it: exit codes, formats, filters, bad input, and every command that the
//! documents show.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::process::Stdio;
use std::process::{Command, Output};

use serde_json::Value;

/// The faulty project: the rule document's own example.
const GO: &str = "package main\n\nimport (\n\t\"log\"\n\t\"net/http\"\n)\n\nfunc main() {\n\tlog.Fatal(http.ListenAndServe(\"127.0.0.1:8080\", nil))\n}\n";
const FAULTY: &[(&str, &str)] = &[
    ("web/main.go", GO),
    ("go.mod", "module example.com/shop\n\ngo 1.22\n"),
    (
        "web/Dockerfile",
        "FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN go build -o /web ./web\nEXPOSE 8080\nCMD [\"/web\"]\n",
    ),
    (
        "compose.yaml",
        "services:\n  web:\n    build:\n      context: .\n      dockerfile: web/Dockerfile\n    ports:\n      - \"8080:8080\"\n",
    ),
];
const RULE: &str = "loopback-listener";

/// A project on disk that no other test uses.
struct Project {
    root: PathBuf,
}

impl Project {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&root);
        // The folder of a repository, so that the project ends here.
        fs::create_dir_all(root.join(".git")).unwrap();
        let project = Self { root };
        for (path, text) in files {
            project.add(path, text);
        }
        project
    }

    fn faulty(name: &str) -> Self {
        Self::new(name, FAULTY)
    }

    fn add(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Run {
        run_in(&self.root, arguments)
    }

    /// The findings as JSON, of every severity.
    fn findings(&self, arguments: &[&str]) -> Vec<Value> {
        let run = self.run(&[&["check", "--format", "json", "--hints"], arguments].concat());
        let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
        report["diagnostics"].as_array().unwrap().clone()
    }
}

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

fn command_in(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reachlint"));
    command.args(arguments).current_dir(directory);
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "TERM"] {
        command.env_remove(name);
    }
    command
}

fn run_in(directory: &Path, arguments: &[&str]) -> Run {
    command_in(directory, arguments).output().unwrap().into()
}

#[test]
fn the_exit_code_says_whether_there_are_findings() {
    let clean = Project::new("exit-clean", &[("go.mod", "module example.com/x\n\ngo 1.22\n")]);
    assert_eq!(clean.run(&["check"]).code, Some(0));
    let faulty = Project::faulty("exit-faulty");
    for (arguments, code) in [
        (&["check", "."][..], 1),
        (&[], 1),
        (&["."], 1),
        (&["--fail-on", "error"], 1),
        (&["--fail-on", "never"], 0),
        (&["--ignore", RULE, "--fail-on", "error"], 0),
        (&["--format", "concise"], 1),
        (&["--format", "json"], 1),
        (&["--format", "sarif"], 1),
        (&["no-such-place"], 2),
        (&["--no-such-option"], 2),
        (&["explain", RULE], 0),
        (&["explain", "no-such-rule"], 2),
        (&["rules"], 0),
        (&["--version"], 0),
        (&["--help"], 0),
    ] {
        let run = faulty.run(arguments);
        assert_eq!(run.code, Some(code), "{arguments:?}: {}{}", run.stdout, run.stderr);
    }
}

#[test]
fn a_rule_name_with_a_slip_is_answered_with_the_right_one() {
    let project = Project::new("rule-names", &[]);
    for arguments in [&["--select", "lopback-listener"][..], &["explain", "lopback-listener"]] {
        let run = project.run(arguments);
        assert_eq!(run.code, Some(2));
        assert!(run.stderr.contains("did you mean `loopback-listener`?"), "{}", run.stderr);
    }
}

#[test]
fn select_and_ignore_choose_rules() {
    let project = Project::faulty("choose-rules");
    let rules = |arguments: &[&str]| -> Vec<String> {
        let mut names: Vec<_> =
            project.findings(arguments).iter().map(|it| it["rule"].as_str().unwrap().to_owned()).collect();
        names.dedup();
        names
    };
    assert_eq!(rules(&["--select", RULE]), [RULE]);
    assert_eq!(rules(&["--select", &format!("{RULE},{RULE}")]), [RULE]);
    assert!(!rules(&["--ignore", RULE]).contains(&RULE.to_owned()));
    assert!(rules(&["--select", RULE, "--ignore", RULE]).is_empty());
}

#[test]
fn settings_choose_rules_and_severities_and_the_command_line_comes_first() {
    let project = Project::faulty("settings");
    let severities = |arguments: &[&str]| -> Vec<String> {
        let findings = project.findings(arguments);
        let loopback = findings.iter().filter(|it| it["rule"] == RULE);
        loopback.map(|it| it["severity"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(severities(&[]), ["error"]);
    for (settings, arguments, expected) in [
        (format!("ignore = [\"{RULE}\"]\n"), &[][..], &[][..]),
        (format!("ignore = [\"{RULE}\"]\n"), &["--isolated"], &["error"]),
        (format!("ignore = [\"{RULE}\"]\n"), &["--select", RULE], &["error"]),
        ("select = [\"missing-expose\"]\n".to_owned(), &[], &[]),
        (format!("select = [\"{RULE}\"]\n"), &["--ignore", RULE], &[]),
        (format!("[severity]\n{RULE} = \"warning\"\n"), &[], &["warning"]),
        (format!("[severity]\n{RULE} = \"off\"\n"), &[], &[]),
        (format!("[severity]\n{RULE} = \"off\"\n"), &["--select", RULE], &["error"]),
        ("exclude = [\"web/*.go\"]\n".to_owned(), &[], &[]),
        ("exclude = [\"/main.go\"]\n".to_owned(), &[], &["error"]),
    ] {
        project.add("reachlint.toml", &settings);
        assert_eq!(severities(arguments), expected, "{settings}{arguments:?}");
    }
    // Of one folder the hidden file counts, and another one can be named.
    project.add(".reachlint.toml", format!("[severity]\n{RULE} = \"info\"\n"));
    assert_eq!(severities(&[]), ["info"]);
    assert_eq!(severities(&["--config", "reachlint.toml"]), ["error"]);
    let run = project.run(&["--config", "no-such.toml"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("no-such.toml: it does not exist"), "{}", run.stderr);
    assert_eq!(project.run(&["--config", "reachlint.toml", "--isolated"]).code, Some(2));
}

#[test]
fn a_rule_that_is_off_by_default_runs_when_it_is_asked_for() {
    const OFF: &str = "hard-coded-port";
    let project = Project::faulty("off-by-default");
    let severities = |arguments: &[&str]| -> Vec<String> {
        let findings = project.findings(arguments);
        let found = findings.iter().filter(|it| it["rule"] == OFF);
        found.map(|it| it["severity"].as_str().unwrap().to_owned()).collect()
    };
    assert!(severities(&[]).is_empty());
    assert_eq!(severities(&["--select", OFF]), ["warning"]);
    for (settings, arguments, expected) in [
        (format!("select = [\"{OFF}\"]\n"), &[][..], &["warning"][..]),
        (format!("[severity]\n{OFF} = \"info\"\n"), &[], &["info"]),
        (format!("[severity]\n{OFF} = \"off\"\n"), &[], &[]),
        (format!("[severity]\n{OFF} = \"error\"\n"), &["--ignore", OFF], &[]),
        (format!("select = [\"{RULE}\"]\n[severity]\n{OFF} = \"error\"\n"), &[], &[]),
    ] {
        project.add("reachlint.toml", &settings);
        assert_eq!(severities(arguments), expected, "{settings}{arguments:?}");
    }
    assert!(project.run(&["explain", OFF]).stdout.contains("off by default"));
    assert!(project.run(&["rules"]).stdout.lines().any(|it| it.starts_with("off ") && it.contains(OFF)));
}

#[test]
fn settings_say_how_a_run_ends_and_whether_hints_are_shown() {
    let project = Project::faulty("settings-exit");
    project
        .add("reachlint.toml", format!("fail-on = \"never\"\nhints = true\n[severity]\n{RULE} = \"info\"\n"));
    let run = |arguments: &[&str]| {
        let run = project.run(&[&["--format", "concise"], arguments].concat());
        (run.code, run.stdout.contains(&format!("info[{RULE}]")))
    };
    assert_eq!(run(&[]), (Some(0), true));
    assert_eq!(run(&["--hints=false"]), (Some(0), false));
    assert_eq!(run(&["--fail-on", "info", "--hints=false"]), (Some(1), true));
    assert_eq!(run(&["--isolated"]), (Some(1), false));
}

#[test]
fn a_slip_in_the_settings_is_a_finding_and_nothing_else_is_lost() {
    let project = Project::faulty("settings-slip");
    project.add("reachlint.toml", "exlude = []\nignore = [\"loopback-listner\"]\nexclude = [\"a{b\"]\n");
    let findings = project.findings(&["web"]);
    let slips = findings.iter().filter(|it| it["rule"] == "unknown-setting");
    let slips: Vec<_> = slips.map(|it| (it["file"].as_str().unwrap(), it["help"].as_str())).collect();
    let expected = [
        ("reachlint.toml", Some("did you mean `exclude`?")),
        ("reachlint.toml", Some("did you mean `loopback-listener`?")),
        ("reachlint.toml", None),
    ];
    assert_eq!(slips, expected, "{findings:#?}");
    assert!(findings.iter().any(|it| it["rule"] == RULE));
    // A file that is no TOML: what could be read of it counts.
    project.add("reachlint.toml", format!("[severity]\n{RULE} = \"info\"\n[[[\n"));
    let findings = project.findings(&[]);
    let severity =
        |rule: &str| findings.iter().find(|it| it["rule"] == rule).map(|it| it["severity"].clone());
    assert_eq!(severity("syntax-error"), Some("warning".into()));
    assert_eq!(severity(RULE), Some("info".into()));
}

#[test]
fn settings_above_a_project_count_and_are_named_from_where_one_stands() {
    let parent =
        Project::new("settings-above", &[("reachlint.toml", "selct = []\nexclude = [\"shop/web/\"]\n")]);
    fs::create_dir_all(parent.root.join("shop/.git")).unwrap();
    for (path, text) in FAULTY {
        parent.add(&format!("shop/{path}"), text);
    }
    let place = |folder: &str, arguments: &[&str]| {
        let run = run_in(&parent.root.join(folder), &[&["--format", "concise"], arguments].concat());
        assert!(!run.stdout.contains(RULE), "{}", run.stdout);
        run.stdout.split(": ").next().unwrap().to_owned()
    };
    assert_eq!(place("shop", &[]), "../reachlint.toml:1:1");
    assert_eq!(place("", &["shop"]), "reachlint.toml:1:1");
}

#[test]
fn a_wrapper_of_the_settings_is_followed() {
    let project = Project::faulty("settings-wrapper");
    let go =
        "package main\n\nimport \"example.net/web\"\n\nfunc main() {\n\tweb.Wait(\"127.0.0.1:8080\")\n}\n";
    project.add("web/main.go", go);
    assert!(project.findings(&["--select", RULE]).is_empty());
    project.add("reachlint.toml", "[[wrapper]]\nfunction = \"example.net/web.Wait\"\nrole = \"listen\"\n");
    let findings = project.findings(&["--select", RULE]);
    assert_eq!(findings[0]["span"]["start"]["line"], 6, "{findings:#?}");
    assert!(project.run(&["model"]).stdout.contains("listens 127.0.0.1:8080/tcp"));
    assert!(!project.run(&["model", "--isolated"]).stdout.contains("listens 127.0.0.1"));
}

#[test]
fn a_file_or_folder_of_a_project_filters_the_report_of_the_whole() {
    let project = Project::faulty("filter");
    let loopback = |path: &str| {
        project.findings(&["--select", RULE, path]).iter().map(|it| it["file"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(loopback("web/main.go"), ["web/main.go"]);
    assert_eq!(loopback("web"), ["web/main.go"]);
    assert_eq!(loopback("."), ["web/main.go"]);
    assert!(loopback("compose.yaml").is_empty());
    // From inside, paths for people lead from there and paths for programs from the root.
    let run = run_in(&project.root.join("web"), &["main.go", "--select", RULE, "--format", "concise"]);
    assert!(run.stdout.starts_with("../web/main.go:9:"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn several_paths_are_several_projects() {
    let parent = Project::new("several", &[]);
    for folder in ["one", "two"] {
        fs::create_dir_all(parent.root.join(folder).join(".git")).unwrap();
        for (path, text) in FAULTY {
            parent.add(&format!("{folder}/{path}"), text);
        }
    }
    let findings = parent.findings(&["--select", RULE, "one", "two", "one/web/main.go"]);
    let places: Vec<_> = findings.iter().map(|it| (it["project"].clone(), it["file"].clone())).collect();
    assert_eq!(places, [("one".into(), "web/main.go".into()), ("two".into(), "web/main.go".into())]);
}

#[test]
fn a_report_goes_to_a_file_and_its_summary_to_standard_error() {
    let project = Project::faulty("output");
    let run = project.run(&["--format", "sarif", "--output", "out/../report.sarif"]);
    assert_eq!(run.code, Some(2), "a folder that is not there: {}", run.stdout);
    let run = project.run(&["--format", "sarif", "--output", "report.sarif"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(run.stderr.contains("1 error"), "{}", run.stderr);
    let log: Value =
        serde_json::from_str(&fs::read_to_string(project.root.join("report.sarif")).unwrap()).unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert!(!log.to_string().contains(project.root.to_str().unwrap()), "an absolute path");
    let run = project.run(&["--format", "json", "--quiet"]);
    assert!(run.stderr.is_empty(), "{}", run.stderr);
}

#[test]
fn hints_are_counted_and_shown_on_request() {
    let project = Project::faulty("hints");
    let severities = |arguments: &[&str]| -> Vec<String> {
        let run = project.run(&[&["--format", "json"], arguments].concat());
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let list = report["diagnostics"].as_array().unwrap().clone();
        list.iter().map(|it| it["severity"].as_str().unwrap().to_owned()).collect()
    };
    assert!(!severities(&[]).contains(&"info".to_owned()));
    let hints = severities(&["--hints"]).iter().filter(|it| *it == "info").count();
    let summary = project.run(&["--format", "concise"]).stderr;
    assert_eq!(hints > 0, summary.contains("see --hints"), "{summary}");
}

#[test]
fn colour_follows_the_option_and_the_environment() {
    let project = Project::faulty("colour");
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let output = command_in(&project.root, arguments).envs(variables.iter().copied()).output().unwrap();
        Run::from(output).stdout.contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["--color", "always", "--format", "json"], &[]));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let project = Project::faulty("broken-pipe");
    let mut child = command_in(&project.root, &["explain", RULE])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What Notepad writes is read: a mark in front of UTF-8 and carriage returns, or UTF-16 behind its mark.
#[test]
fn files_of_windows_are_read_as_those_of_linux() {
    let findings = |project: &Project| {
        let found = project.findings(&[]);
        let place = |it: &Value| format!("{} {} {}", it["rule"], it["file"], it["span"]);
        found.iter().map(place).collect::<Vec<_>>()
    };
    let wsl = ("home/.wslconfig", "# ä\n[wsl2]\nmemory=8 GB\nswapFile=D:\\ärger\n");
    let files: Vec<_> = FAULTY.iter().copied().chain([wsl]).collect();
    let plain = findings(&Project::new("line-feeds", &files));
    assert!(plain.len() > 2, "{plain:#?}");
    let marked = Project::new("marked", &[]);
    for (path, text) in &files {
        marked.add(path, format!("\u{feff}{}", text.replace('\n', "\r\n")));
    }
    assert_eq!(findings(&marked), plain);
    for (name, to_bytes) in [("little", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("big", u16::to_be_bytes)] {
        let project = Project::new(&format!("utf-16-{name}"), &[]);
        for (path, text) in &files {
            let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
            project.add(path, text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>());
        }
        assert_eq!(findings(&project), plain, "{name}");
    }
}

#[test]
fn what_git_ignores_and_what_others_wrote_is_not_read() {
    let project = Project::faulty("ignored");
    project.add(".gitignore", "/local/\n.env\n");
    project.add(".env", "SECRET=1\n");
    for folder in ["local", "vendor/example.com/x", "node_modules/x", "web/testdata", ".cache", "third_party"]
    {
        for (path, text) in FAULTY {
            project.add(&format!("{folder}/{path}"), text);
        }
    }
    project.add(".devcontainer/compose.yaml", "services: {}\n");
    let findings = project.findings(&["--select", RULE]);
    assert!(findings.iter().all(|it| it["file"] == "web/main.go"), "{findings:#?}");
    let run = project.run(&["--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["summary"]["files"], 6, "four files, .gitignore, and the one in .devcontainer");
}

#[test]
fn what_git_tracks_is_read_whatever_a_pattern_says() {
    let project = Project::new("tracked", &[(".env", "A=1\n"), ("cmd/server/main.go", GO)]);
    project.add(".gitignore", ".env\nserver\n");
    let files = || {
        let report: Value = serde_json::from_str(&project.run(&["--format", "json"]).stdout).unwrap();
        report["summary"]["files"].as_u64().unwrap()
    };
    // `.gitignore` itself is read.
    assert_eq!(files(), 1);
    let git = |arguments: &[&str]| {
        Command::new("git")
            .args(arguments)
            .current_dir(&project.root)
            .output()
            .is_ok_and(|it| it.status.success())
    };
    fs::remove_dir(project.root.join(".git")).unwrap();
    if !git(&["init", "--quiet"]) {
        eprintln!("skipped: no git");
        return;
    }
    assert!(git(&["add", "--force", ".env", "cmd"]));
    assert_eq!(files(), 3);
    assert!(git(&["update-index", "--index-version", "4"]));
    assert_eq!(files(), 3);
}

#[test]
fn a_bad_file_costs_no_other_file_anything() {
    let project = Project::faulty("bad-input");
    let before = project.findings(&["--select", RULE]);
    let deep = 20_000;
    let large = "x: y # a line of a large file that nobody wrote by hand\n".repeat(1_000_000);
    assert!(large.len() > 50_000_000);
    for (path, text) in [
        ("a/Dockerfile", String::new()),
        ("a/compose.yaml", String::new()),
        ("a/main.go", String::new()),
        ("a/go.mod", String::new()),
        ("a/.env", String::new()),
        ("b/compose.yaml", large),
        ("c/compose.yaml", "{a: ".repeat(deep)),
        ("d/compose.yaml", format!("services:\n  x: {}", "[".repeat(deep))),
        ("e/compose.yaml", (0..2000).map(|it| format!("{}a:\n", " ".repeat(it))).collect()),
        (
            "f/main.go",
            format!("package main\nfunc main() {{ x := {}1{} }}\n", "(".repeat(deep), ")".repeat(deep)),
        ),
        ("g/main.go", format!("package main\nfunc main() {}", "{ if true ".repeat(deep))),
        ("h/main.go", format!("package main\nvar s = \"a\"{}\n", " + \"a\"".repeat(deep))),
        ("i/Dockerfile", format!("FROM a\nENV A={}\n", "${A:-".repeat(deep))),
        ("j/Dockerfile", format!("FROM a\nRUN {}\n", "$(".repeat(deep))),
        ("k/Dockerfile", format!("FROM a\n{}", "RUN a \\\n".repeat(deep))),
        ("l/Dockerfile", "FROM golang:1.22\nRUN <<EOF\nnever ends".to_owned()),
        ("m/main.go", GO[..GO.len() / 2].to_owned()),
        ("n/compose.yaml", "services:\n  web:\n    ports:\n      - \"80".to_owned()),
        ("o/compose.yaml", "a: &a [*a, *a]\nb: &b {<<: *b}\n<<: *b\n".to_owned()),
        ("p/.env", format!("A={}", "${A:-".repeat(deep))),
        ("q/entrypoint.sh", format!("#!/bin/sh\n{}", "if true; then ".repeat(deep))),
    ] {
        project.add(path, text);
    }
    project.add("r/main.go", [0xFF; 4096]);
    project.add("s/Dockerfile", b"FROM a\x00b");
    project.add("t/compose.yaml", b"\xFF\xFEs\x00x");
    project.add("u/Dockerfile", b"# M\xFCller\nFROM scratch\n");
    fs::create_dir_all(project.root.join("v/compose.yaml")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt, symlink};
        symlink("..", project.root.join("a/loop")).unwrap();
        symlink("Dockerfile", project.root.join("v/Dockerfile")).unwrap();
        symlink("/etc/passwd", project.root.join("v/.env")).unwrap();
        project.add("w/Dockerfile", "FROM scratch\n");
        fs::set_permissions(project.root.join("w/Dockerfile"), fs::Permissions::from_mode(0o000)).unwrap();
        let fifo = Command::new("mkfifo").arg(project.root.join("w/main.go")).status();
        assert!(fifo.is_ok_and(|it| it.success()), "mkfifo");
    }
    let after = project.findings(&["--select", RULE]);
    assert_eq!(before, after);
    let run = project.run(&["check", "--verbose"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(!run.stderr.contains("panicked") && !run.stderr.contains("internal error"), "{}", run.stderr);
    for note in [
        "b/compose.yaml: not read: larger than 8 MB",
        "r/main.go: not read: it is not UTF-8",
        "s/Dockerfile: not read: it is binary",
        "t/compose.yaml: not read: it is cut off",
        "u/Dockerfile: it is not UTF-8 throughout",
    ] {
        assert!(run.stderr.contains(note), "{note}\n{}", run.stderr);
    }
    #[cfg(unix)]
    for note in [
        "v/.env: not read: a link out of the project",
        "v/Dockerfile: not read: a link that leads nowhere",
        "w/main.go: not read: not a regular file",
    ] {
        assert!(run.stderr.contains(note), "{note}\n{}", run.stderr);
    }
}

#[test]
fn facts_and_model_print_what_was_understood() {
    let project = Project::faulty("understood");
    let run = project.run(&["facts", "web/main.go"]);
    assert!(run.stdout.contains("calls net/http.ListenAndServe(\"127.0.0.1:8080\""), "{}", run.stdout);
    for file in ["web/main.go", "go.mod", "web/Dockerfile", "compose.yaml"] {
        let run = project.run(&["facts", file, "--format", "json"]);
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        assert!(!document["entries"].as_array().unwrap().is_empty(), "{file}");
    }
    let run = project.run(&["model"]);
    assert!(run.stdout.contains("listens 127.0.0.1:8080/tcp"), "{}", run.stdout);
    let run = project.run(&["model", "--format", "json"]);
    assert!(serde_json::from_str::<Value>(&run.stdout).is_ok());
    assert_eq!(project.run(&["facts", "no-such-file.go"]).code, Some(2));
}

#[test]
fn facts_and_model_name_everything_that_was_not_understood() {
    let project = Project::faulty("not-understood");
    let go = "package main\n\nimport \"net/http\"\n\nfunc main() {\n\tone, two := <-addresses, <-addresses\n\tgo http.ListenAndServe(one, nil)\n\tgo http.ListenAndServe(two, nil)\n\thttp.Get(\"http://\" + two + \"/\")\n}\n\nvar addresses = make(chan string)\n";
    project.add("web/main.go", go);
    let reason = "it comes out of a channel";
    let model = project.run(&["model"]).stdout;
    for (what, call, hidden) in
        [("listener", "7:5", "6:14"), ("listener", "8:5", "6:27"), ("dial", "9:2", "6:27")]
    {
        let lines = format!(
            "  not resolved: {what}: {reason}  (web/main.go:{call})\n    hidden at  (web/main.go:{hidden})\n"
        );
        assert_eq!(model.matches(&lines).count(), 1, "{lines}\n{model}");
    }
    let facts = project.run(&["facts", "web/main.go"]).stdout;
    assert_eq!(facts.matches(reason).count(), 3, "{facts}");
}

#[test]
fn the_finding_that_the_readme_shows_is_real() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let shown = readme.split("```text\n").nth(1).and_then(|it| it.split("```").next()).unwrap();
    let report = run_in(root, &["check", "examples/shop"]).stdout;
    assert!(report.contains(shown), "README.md shows\n{shown}\nand the report is\n{report}");
}

#[test]
fn every_command_in_the_documents_works() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    documents.extend(fs::read_dir(root.join("docs")).unwrap().map(|it| it.unwrap().path()));
    let mut commands = 0;
    for document in documents.iter().filter(|it| it.extension().is_some_and(|it| it == "md")) {
        for line in shell_lines(&fs::read_to_string(document).unwrap()) {
            let Some(arguments) = own_arguments(&line) else { continue };
            commands += 1;
            let words: Vec<&str> = arguments.split_whitespace().collect();
            let run = run_in(root, &words);
            let ran = matches!(run.code, Some(0 | 1));
            assert!(ran, "{}: {line}\n{}", document.display(), run.stderr);
        }
    }
    assert!(commands >= 5, "only {commands} commands were found");
}

/// The lines of ```` ```sh ```` fences, comments cut off.
fn shell_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        match line.strip_prefix("```") {
            Some(language) => inside = !inside && language == "sh",
            None if inside => lines.push(line.split(" #").next().unwrap_or(line).trim().to_owned()),
            None => {}
        }
    }
    lines.retain(|it| !it.is_empty());
    lines
}

/// The arguments of a command line that runs reachlint; every other program must be one that the
/// documents are known to show.
fn own_arguments(line: &str) -> Option<&str> {
    let line = line.split(" > ").next().unwrap_or(line);
    if let Some(arguments) = line.strip_prefix("reachlint") {
        return Some(arguments);
    }
    if line.starts_with("cargo run")
        && let Some((_, arguments)) = line.split_once(" -- ")
    {
        return Some(arguments);
    }
    let others = ["cargo ", "git ", "python3 tools/", ".ci/run", "pre-commit ", "INSTA_UPDATE="];
    assert!(others.iter().any(|it| line.starts_with(it)), "nobody tests `{line}`");
    None
}

#[test]
fn a_profile_raises_groups_of_rules() {
    const OFF: &str = "hard-coded-port";
    let project = Project::faulty("profiles");
    let run = |arguments: &[&str]| {
        let run = project.run(&[&["check", "--format", "json"], arguments].concat());
        let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
        let found = report["diagnostics"].as_array().unwrap().clone();
        let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
        found.iter().map(|it| (text(it, "rule"), text(it, "severity"))).collect::<Vec<_>>()
    };
    let has = |found: &[(String, String)], rule: &str| found.iter().any(|it| it.0 == rule);
    let hint = |found: &[(String, String)]| found.iter().any(|it| it.1 == "info");
    let default = run(&["--profile", "default"]);
    assert_eq!(default, run(&[]));
    assert!(has(&default, RULE) && !has(&default, OFF) && !hint(&default));
    let strict = run(&["--profile", "strict"]);
    assert!(has(&strict, OFF) && hint(&strict), "{strict:?}");
    assert!(!hint(&run(&["--profile", "strict", "--hints=false"])));
    assert!(!has(&run(&["--profile", "strict", "--ignore", OFF]), OFF));

    project.add("reachlint.toml", "profile = \"strict\"\n[severity]\nhard-coded-port = \"off\"\n");
    let settings = run(&[]);
    assert!(hint(&settings) && !has(&settings, OFF), "{settings:?}");
    assert!(!hint(&run(&["--profile", "default"])), "the command line comes first");

    project.add("reachlint.toml", "profile = \"strickt\"\n");
    assert!(has(&run(&[]), "unknown-setting"));
    assert_eq!(project.run(&["--profile", "strickt"]).code, Some(2));
}

#[test]
fn docker_desktop_knows_the_name_of_its_host() {
    let project = Project::faulty("profile-windows");
    let dial = "\thttp.Get(\"http://host.docker.internal:9000/\")\n\tlog.Fatal(";
    project.add("web/main.go", GO.replace("\tlog.Fatal(", dial));
    project
        .add("docs/compose.yaml", "services:\n  db:\n    image: redis:7\n    volumes: ['C:\\data:/data']\n");
    let rules = |arguments: &[&str]| {
        project
            .findings(arguments)
            .iter()
            .map(|it| it["rule"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for rule in ["unmapped-host-gateway", "windows-path"] {
        assert!(rules(&[]).contains(&rule.to_owned()), "{rule}");
        assert!(!rules(&["--profile", "windows"]).contains(&rule.to_owned()), "{rule}");
    }
}

#[test]
fn a_comment_silences_a_finding_and_a_slip_in_it_is_told() {
    let project = Project::faulty("suppressed");
    let rules = |arguments: &[&str]| {
        project
            .findings(arguments)
            .iter()
            .map(|it| it["rule"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let line = "\tlog.Fatal(";
    for (comment, silenced, other) in [
        ("\t// reachlint: ignore[loopback-listener] a sidecar asks\n", true, None),
        ("\t//reachlint:ignore[hard-coded-port, loopback-listener]\n", true, None),
        ("\t// reachlint: ignore-file[loopback-listener]\n", true, None),
        ("\t// reachlint: ignore[loopback-listner]\n", false, Some("unknown-setting")),
        ("\t// reachlint: ignore\n", false, Some("unknown-setting")),
        ("\t// reachlint: ignore[host-port-conflict]\n", false, Some("unused-suppression")),
        (
            "\t// reachlint: ignore-file[unused-suppression]\n\t// reachlint: ignore[host-port-conflict]\n",
            false,
            None,
        ),
    ] {
        project.add("web/main.go", GO.replace(line, &format!("{comment}{line}")));
        let found = rules(&[]);
        assert_eq!(!found.contains(&RULE.to_owned()), silenced, "{comment}: {found:?}");
        for rule in ["unknown-setting", "unused-suppression"] {
            assert_eq!(found.iter().any(|it| it == rule), other == Some(rule), "{comment}: {found:?}");
        }
    }
    assert!(!rules(&["--ignore", "host-port-conflict"]).contains(&"unused-suppression".to_owned()));
}
