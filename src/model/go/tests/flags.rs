//! Flags and other words of the command line.

use super::Project;

/// A `main.go` with these imports, this code before `main` and this body of `main`.
fn program(imports: &[&str], before: &str, body: &str) -> Project {
    let imports: String = imports.iter().map(|it| format!("import \"{it}\"\n")).collect();
    Project::file("main.go", &format!("package main\n{imports}\n{before}\nfunc main() {{\n{body}\n}}\n"))
}

const SERVE: &str = "func serve(port string) { http.ListenAndServe(\":\"+port, nil) }";

#[test]
fn flags_have_short_names_and_values_of_their_own() {
    let pflag = &["net/http", "github.com/spf13/pflag"];
    let body = r#"p := pflag.StringP("port", "p", "80", ""); t := pflag.BoolP("tls", "t", false, ""); pflag.Parse(); if *t { *p = "443" }; serve(*p)"#;
    let given = |arguments| program(pflag, SERVE, body).arguments(arguments).listeners();
    assert_eq!(given(&[]), ":80 Http tcp `80`");
    assert_eq!(given(&["-p", "81"]), ":81 Http tcp `elsewhere`");
    assert_eq!(given(&["serve", "-p81"]), ":81 Http tcp `elsewhere`");
    assert_eq!(given(&["--tls=false", "--port=81", "x"]), ":81 Http tcp `elsewhere`");
    assert_eq!(given(&["--port=81", "--port", "82"]), ":82 Http tcp `elsewhere`");
    assert_eq!(given(&["--", "--port=81"]), ":80 Http tcp `80`");

    let std = &["net/http", "flag"];
    let body = r#"var p string; flag.StringVar(&p, "port", "80", ""); flag.Bool("tls", false, ""); flag.Parse(); serve(p)"#;
    let given = |arguments| program(std, SERVE, body).arguments(arguments).listeners();
    assert_eq!(given(&["-tls", "-port", "81"]), ":81 Http tcp `elsewhere`");
    assert_eq!(given(&["-tls", "false", "-port", "81"]), ":80 Http tcp `80`");
    assert_eq!(given(&["serve", "-port", "81"]), ":80 Http tcp `80`");
    let body = r#"f := flag.NewFlagSet("serve", flag.ExitOnError); p := f.String("port", "80", ""); f.Parse(nil); serve(*p)"#;
    let project = program(std, SERVE, body).arguments(&["serve", "-port", "81"]);
    assert_eq!(project.listeners(), ":81 Http tcp `elsewhere`");
}

#[test]
fn flags_are_read_by_name() {
    let imports = &["net/http", "github.com/spf13/cobra"];
    let before = format!(
        "{SERVE}\n{}",
        r#"func init() { root.AddCommand(run); run.Flags().StringP("port", "p", "80", "") }
var run = &cobra.Command{Use: "serve", RunE: func(cmd *cobra.Command, args []string) error {
	port, err := cmd.Flags().GetString("port")
	if err != nil { return err }
	serve(port)
	return nil
}}"#
    );
    let root = "package main\nimport \"github.com/spf13/cobra\"\nvar root = &cobra.Command{Use: \"app\"}\n";
    let body = "root.Execute()";
    let given =
        |arguments| program(imports, &before, body).and("root.go", root).arguments(arguments).listeners();
    assert_eq!(given(&["serve"]), ":80 Http tcp `80`");
    assert_eq!(given(&["serve", "-p", "81"]), ":81 Http tcp `elsewhere`");
    let looked_up = before.replace("GetString(\"port\")", "Lookup(\"port\").Value.String(), error(nil)");
    let project = program(imports, &looked_up, body).and("root.go", root).arguments(&["serve", "--port=81"]);
    assert_eq!(project.listeners(), ":81 Http tcp `elsewhere`");
}

#[test]
fn flags_of_commands_in_other_files_fill_variables() {
    let imports = &["net/http", "github.com/spf13/cobra"];
    let before = format!(
        "{SERVE}\n{}",
        r#"var port string
func init() { root.PersistentFlags().StringVarP(&port, "port", "p", "80", "") }
func run(cmd *cobra.Command, args []string) { serve(port) }"#
    );
    let root = "package main\nimport \"github.com/spf13/cobra\"\nvar root = &cobra.Command{Use: \"app\", Run: run}\n";
    let given = |arguments| {
        program(imports, &before, "root.Execute()").and("root.go", root).arguments(arguments).listeners()
    };
    assert_eq!(given(&[]), ":80 Http tcp `80`");
    assert_eq!(given(&["-p81"]), ":81 Http tcp `elsewhere`");
}

#[test]
fn flags_of_urfave_cli() {
    let source = |version: &str, flag: &str, action: &str| {
        let imports = format!("github.com/urfave/cli{version}");
        let app = if version == "/v3" { "cli.Command" } else { "cli.App" };
        let body = format!("app := &{app}{{Flags: []cli.Flag{{{flag}}}, {action}}}; app.Run(os.Args)");
        program(&["net/http", "os", "context", &imports], &format!("{SERVE}\nvar port string"), &body)
    };
    for (version, flag, action) in [
        (
            "/v2",
            r#"&cli.StringFlag{Name: "port", Aliases: []string{"p"}, Value: "80", EnvVars: []string{"APP_PORT", "PORT"}}"#,
            r#"Action: func(c *cli.Context) error { serve(c.String("port")); return nil }"#,
        ),
        (
            "/v2",
            r#"&cli.StringFlag{Name: "port", Aliases: []string{"p"}, Value: "80", EnvVars: []string{"APP_PORT", "PORT"}, Destination: &port}"#,
            "Action: func(c *cli.Context) error { serve(port); return nil }",
        ),
        (
            "",
            r#"cli.StringFlag{Name: "port, p", Value: "80", EnvVar: "APP_PORT,PORT"}"#,
            r#"Action: func(c *cli.Context) { serve(c.String("p")) }"#,
        ),
        (
            "/v3",
            r#"&cli.StringFlag{Name: "port", Aliases: []string{"p"}, Value: "80", Sources: cli.EnvVars("APP_PORT", "PORT")}"#,
            r#"Action: func(ctx context.Context, cmd *cli.Command) error { serve(cmd.String("port")); return nil }"#,
        ),
    ] {
        let project = || source(version, flag, action);
        assert_eq!(project().listeners(), ":80 Http tcp `80`", "{flag}");
        assert_eq!(project().env("PORT", "81").listeners(), ":81 Http tcp `elsewhere`", "{flag}");
        let project = project().env("PORT", "81").env("APP_PORT", "82");
        assert_eq!(project.listeners(), ":82 Http tcp `elsewhere`", "{flag}");
        let project = project.arguments(&["serve", "-p", "83"]);
        assert_eq!(project.listeners(), ":83 Http tcp `elsewhere`", "{flag}");
    }
}

#[test]
fn flags_of_kingpin() {
    for (path, body) in [
        (
            "github.com/alecthomas/kingpin/v2",
            r#"p := kingpin.Flag("port", "").Default("80").Envar("PORT").Short('p').String(); kingpin.Parse(); serve(*p)"#,
        ),
        (
            "gopkg.in/alecthomas/kingpin.v2",
            r#"var p string; app := kingpin.New("app", ""); run := app.Command("run", ""); run.Flag("port", "").Envar("PORT").Short('p').Default("80").StringVar(&p); app.Parse(os.Args[1:]); serve(p)"#,
        ),
    ] {
        let project = || program(&["net/http", "os", path], SERVE, body);
        assert_eq!(project().listeners(), ":80 Http tcp `80`", "{body}");
        let set = || project().env("PORT", "81");
        assert_eq!(set().listeners(), ":81 Http tcp `elsewhere`", "{body}");
        assert_eq!(set().arguments(&["run", "-p82"]).listeners(), ":82 Http tcp `elsewhere`", "{body}");
    }
    let before =
        "var (\napp = kingpin.New(\"app\", \"\")\naddress = app.Flag(\"listen\", \"\").Required().TCP()\n)";
    let body = "app.Parse(nil); http.ListenAndServe((*address).String(), nil)";
    let project = || program(&["net/http", "github.com/alecthomas/kingpin/v2"], before, body);
    assert_eq!(project().listeners(), "? a flag that is required is not given");
    let given = project().arguments(&["--listen=:81"]);
    assert_eq!(given.listeners(), ":81 Http tcp `elsewhere`");
}

#[test]
fn words_of_the_command_line_count_where_they_are_known() {
    let imports = &["net/http", "os", "flag"];
    for (body, arguments, expected) in [
        ("serve(os.Args[1])", &["81"][..], ":81 Http tcp `elsewhere`"),
        ("serve(os.Args[2])", &["81"], "? it is an argument that is not given"),
        ("args := os.Args[1:]; serve(args[0])", &["81"], ":81 Http tcp `elsewhere`"),
        (
            "flag.Bool(\"v\", false, \"\"); flag.Parse(); serve(flag.Arg(0))",
            &["-v", "81"],
            ":81 Http tcp `elsewhere`",
        ),
        (
            "flag.String(\"v\", \"\", \"\"); flag.Parse(); serve(flag.Args()[0])",
            &["-v", "81", "82"],
            ":82 Http tcp `elsewhere`",
        ),
    ] {
        let project = program(imports, SERVE, body).arguments(arguments);
        assert_eq!(project.listeners(), expected, "{body}");
        let unknown = Project { arguments_unknown: true, ..program(imports, SERVE, body) };
        assert_eq!(unknown.listeners(), "? the command line is not known", "{body}");
    }
}

#[test]
fn what_a_condition_leaves_out_does_not_count() {
    let imports = &["net/http", "os", "flag"];
    let before = &format!("{SERVE}\nfunc work() {{ http.Get(\"http://queue:90/\"); serve(\"91\") }}");
    let switch = r#"switch os.Args[1] {
case "serve", "web": serve("80")
case "work": work()
default: serve("82")
}"#;
    let leaves = r#"if len(os.Args) > 1 && os.Args[1] == "work" { work(); return }
serve("80")"#;
    let cases = r#"switch os.Args[1] {
case "work":
	work()
	return
}
serve("80")"#;
    let by_flag = r#"w := flag.Bool("work", false, ""); flag.Parse()
if *w { work() } else { serve("80") }"#;
    let by_variable = r#"if mode := os.Getenv("MODE"); mode != "" && mode != "web" { work(); return }
run := func() { serve("80") }
run()"#;
    let falls = r#"switch os.Args[1] {
case "serve":
	println()
	fallthrough
case "web":
	serve("80")
}"#;
    let (eighty, ninety_one) = (":80 Http tcp `80`", ":91 Http tcp `91`");
    for (body, arguments, listeners, dials) in [
        (switch, &["serve"][..], eighty, ""),
        (switch, &["web"], eighty, ""),
        (switch, &["work"], ninety_one, "http queue:90/ `queue`"),
        (switch, &["help"], ":82 Http tcp `82`", ""),
        (leaves, &[], eighty, ""),
        (leaves, &["serve"], eighty, ""),
        (leaves, &["work"], ninety_one, "http queue:90/ `queue`"),
        (cases, &["serve"], eighty, ""),
        (cases, &["work"], ninety_one, "http queue:90/ `queue`"),
        (by_flag, &[], eighty, ""),
        (by_flag, &["-work"], ninety_one, "http queue:90/ `queue`"),
        (by_variable, &[], eighty, ""),
        (falls, &["serve"], eighty, ""),
        // What falls through into a case is not followed.
        (falls, &["other"], eighty, ""),
    ] {
        let project = program(imports, before, body).arguments(arguments);
        assert_eq!(project.listeners(), listeners, "{arguments:?} {body}");
        assert_eq!(project.dials(), dials, "{arguments:?} {body}");
    }
    let works = program(imports, before, by_variable).env("MODE", "worker");
    assert_eq!(works.listeners(), ninety_one);
    for body in [switch, leaves, cases, by_flag] {
        let unknown = Project { arguments_unknown: true, ..program(imports, before, body) };
        assert!(unknown.listeners().contains(":80") && unknown.listeners().contains(":91"), "{body}");
    }
}

#[test]
fn what_is_handed_on_runs_although_a_call_of_it_does_not() {
    let imports = &["net/http", "os"];
    let before = "type server struct{}\nfunc (s *server) next(w http.ResponseWriter, r *http.Request) { http.Get(\"http://queue:90/\") }";
    let wrapped = "wrap := func(h http.HandlerFunc) http.HandlerFunc { return h }\ns := &server{}\nif len(os.Args) > 1 { s.next(nil, nil) }\nhttp.HandleFunc(\"/\", wrap(s.next))";
    let mapped = "s := &server{}\nif len(os.Args) > 1 { s.next(nil, nil) }\nall := map[string]http.HandlerFunc{\"/\": s.next}\nfor path, it := range all { http.HandleFunc(path, it) }";
    for body in [wrapped, mapped] {
        assert_eq!(program(imports, before, body).dials(), "http queue:90/ `queue`", "{body}");
    }
}

#[test]
fn a_condition_that_may_change_leaves_nothing_out() {
    let imports = &["net/http", "os", "flag", "fmt"];
    for (before, body) in [
        (
            "var mode string",
            r#"run := func() { if mode == "web" { serve("80") } }; fmt.Sscan("web", &mode); run()"#,
        ),
        (
            "",
            r#"mode := ""; run := func() { if mode == "web" { serve("80") } }; mode = os.Getenv("MODE"); run()"#,
        ),
        ("", r#"for i := 0; i < 2; i++ { if i == 1 { serve("80") } }"#),
        (
            "",
            r#"again := false
retry:
	if again { serve("80"); return }
	again = true
	goto retry"#,
        ),
        (
            "",
            r#"if len(os.Args) < 2 { goto start }
	return
start:
	serve("80")"#,
        ),
        ("const debug = false", r#"if debug { serve("80") }"#),
    ] {
        let before = format!("{SERVE}\n{before}");
        let project = program(imports, &before, body).env("MODE", "web");
        assert!(project.listeners().contains(":80 Http"), "{body}: {}", project.listeners());
    }
}
