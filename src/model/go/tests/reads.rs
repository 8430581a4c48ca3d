//! Which variables programs read.

use super::Project;
use crate::model::{Detail, World};

/// Each variable with what is known of it, and why there may be others.
fn reads(project: &Project) -> String {
    let facts = project.facts();
    let world = World::new(&facts, Detail::Origin, &Default::default());
    let reads = &world.programs[0].reads;
    let mut known: Vec<_> = reads
        .known
        .iter()
        .map(|it| match (it.exit.is_some(), it.default.is_some()) {
            (true, _) => format!("{}!", it.name),
            (_, true) => format!("{}?", it.name),
            _ => it.name.clone(),
        })
        .collect();
    known.sort();
    known.extend(reads.incomplete.as_ref().map(|it| format!("({})", it.value)));
    known.join(" ")
}

const HELPERS: &str = "package main
import (\"log\"; \"os\")
func get(key, fallback string) string { if v, ok := os.LookupEnv(key); ok { return v }; return fallback }
func must(key string) string { v := os.Getenv(key); if v == \"\" { log.Fatalf(\"%s is missing\", key) }; return v }
func inner(key string) string { return get(\"APP_\"+key, \"x\") }
";

#[test]
fn helpers_are_followed_to_the_names() {
    let body =
        "func main() { get(\"A\", \"1\"); get(\"B\", \"\"); must(\"C\"); inner(\"D\"); os.Getenv(\"E\") }";
    assert_eq!(reads(&Project::file("main.go", &format!("{HELPERS}{body}"))), "A? APP_D? B C! E");
}

#[test]
fn only_what_certainly_runs_ends_the_program() {
    for (body, expected) in [
        ("func main() { must(\"A\") }", "A!"),
        ("func main() { load() }\nfunc load() { must(\"A\") }", "A!"),
        ("func main() { if len(os.Args) > 1 { must(\"A\") } }", "A"),
        ("func main() { go must(\"A\") }", "A"),
        ("func main() { if len(os.Args) > 1 { load() } }\nfunc load() { must(\"A\") }", "A"),
        ("func main() { if os.Getenv(\"A\") == \"\" || os.Getenv(\"B\") == \"\" { os.Exit(1) } }", "A! B!"),
        ("func main() { if os.Getenv(\"A\") == \"\" && os.Getenv(\"B\") == \"\" { os.Exit(1) } }", "A B"),
        ("func main() { if os.Getenv(\"A\") == \"\" { return } }", "A"),
        ("func main() { if v, ok := os.LookupEnv(\"A\"); !ok { panic(v) } }", "A!"),
        ("func main() { if v := os.Getenv(\"A\"); v != \"\" { print(v) } else { log.Fatal() } }", "A!"),
    ] {
        assert_eq!(reads(&Project::file("main.go", &format!("{HELPERS}{body}"))), expected, "{body}");
    }
}

#[test]
fn what_may_read_more_is_said() {
    for (body, expected) in [
        ("func main() { os.Environ() }", "(the environment is taken whole)"),
        ("func main() { os.ExpandEnv(\"$A\") }", "(variables in a text are replaced)"),
        ("func main() { os.Getenv(os.Args[1]) }", "(a variable is read by a name that is not known)"),
        (
            "func main() { run(os.Getenv) }\nfunc run(f func(string) string) { f(\"A\") }",
            "(a function that reads variables is handed on)",
        ),
        (
            "func main() { run(must) ; must(\"A\") }\nfunc run(f func(string) string) { f(\"B\") }",
            "A! (a function that reads variables is handed on)",
        ),
        ("var again = must\nfunc main() { again(\"A\") }", "A!"),
    ] {
        assert_eq!(reads(&Project::file("main.go", &format!("{HELPERS}{body}"))), expected, "{body}");
    }
}

#[test]
fn a_library_makes_names_of_fields_and_keys() {
    let of = |import: &str, text: &str| {
        let facts = Project::file("main.go", &format!("package main\nimport \"{import}\"\n{text}")).facts();
        let world = World::new(&facts, Detail::Origin, &Default::default());
        let may_read = |name: &str| world.programs[0].reads.may_read(name);
        ["PORT", "WEB_PORT", "WEB_LISTEN", "OTEL_X", "OTHER"]
            .into_iter()
            .filter(|it| may_read(it))
            .collect::<Vec<_>>()
    };
    let settings = "type settings struct { Port string; Address string `envconfig:\"LISTEN\"` }\n";
    let envconfig = "github.com/kelseyhightower/envconfig";
    let text = format!("{settings}func main() {{ var s settings; envconfig.Process(\"web\", &s) }}");
    assert_eq!(of(envconfig, &text), ["PORT", "WEB_PORT", "WEB_LISTEN", "OTEL_X"]);
    let viper = "func main() { viper.AutomaticEnv(); viper.GetString(\"web.listen\") }";
    assert_eq!(of("github.com/spf13/viper", viper), ["WEB_LISTEN", "OTEL_X"]);
    assert_eq!(of("github.com/namsral/flag", "func main() { flag.Parse() }").len(), 5);
    assert_eq!(of("os", "func main() { os.Getenv(\"PORT\") }"), ["PORT", "OTEL_X"]);
}
