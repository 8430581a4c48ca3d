//! What is read out of functions, in a short notation of values.

use super::*;
use crate::source::FileId;

/// A value in short: `"text"`, `$KEY|default` (`$KEY!default` when empty counts as unset), `#0` for a
/// parameter, `flag(name, default)`, `first(a, b)`, `choice(a, b)`, `?reason`.
fn short(value: &Value) -> String {
    let all = |values: &[Value]| values.iter().map(short).collect::<Vec<_>>().join(", ");
    match value {
        Value::Literal(it) => format!("{:?}", it.value),
        Value::Concat(parts) => parts.iter().map(short).collect::<Vec<_>>().join(" + "),
        Value::Format { format, arguments, .. } => format!("format({}, {})", short(format), all(arguments)),
        Value::JoinHostPort { host, port, .. } => format!("join({}, {})", short(host), short(port)),
        Value::Name { package, name } if package.is_empty() => name.value.clone(),
        Value::Name { package, name } => format!("{package}.{}", name.value),
        Value::Parameter { index, .. } => format!("#{index}"),
        Value::Receiver { .. } => "self".to_owned(),
        Value::Field { receiver, field, .. } => format!("{}.{}", short(receiver), field.value),
        Value::Struct { type_name, fields, .. } => {
            let fields = fields.iter().map(|(name, it)| format!("{}: {}", name.value, short(it)));
            let name = type_name.as_ref().map_or("", |it| it.name.as_str());
            format!("{name}{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::List(parts, _) => format!("[{}]", all(parts)),
        Value::Environment(it) => {
            let key = match &it.key {
                Value::Literal(key) => key.value.clone(),
                key => short(key),
            };
            let mark = if it.empty_is_unset { '!' } else { '|' };
            it.default.as_ref().map_or(format!("${key}"), |it| format!("${key}{mark}{}", short(it)))
        }
        Value::Flag(it) => {
            let short_of = |mark: &str, it: &Option<Value>| {
                it.as_ref().map(|it| format!("{mark}{}", short(it))).unwrap_or_default()
            };
            let (default, variable) = (short_of(", ", &it.default), short_of(", $", &it.variable));
            format!("flag({}{default}{variable})", all(&it.names))
        }
        Value::Argument { index, behind_flags: true, .. } => format!("arg({index})"),
        Value::Argument { index, .. } => format!("args[{index}]"),
        Value::Arguments { from, behind_flags: true, .. } => format!("arg({from}:)"),
        Value::Arguments { from, .. } => format!("args[{from}:]"),
        Value::Call { callee, arguments, .. } => format!("{}({})", short_callee(callee), all(arguments)),
        Value::Result { call, index, .. } => format!("{}#{index}", short(call)),
        Value::Element { of, key: Some(key), .. } => format!("{}[{}]", short(of), short(key)),
        Value::Element { of, key: None, .. } => format!("each of {}", short(of)),
        Value::Filled { call, argument, .. } => format!("&{argument} of {}", short(call)),
        Value::FirstNonEmpty(parts, _) => format!("first({})", all(parts)),
        Value::Sum(parts, _) => format!("sum({})", all(parts)),
        Value::Choice(arms, _) => {
            let arms = arms.iter().map(|arm| match &arm.condition {
                Some(condition) => format!("{} ? {}", short_condition(condition), short(&arm.value)),
                None => short(&arm.value),
            });
            format!("choice({})", arms.collect::<Vec<_>>().join(" : "))
        }
        Value::Truth(condition, _) => short_condition(condition),
        Value::Function(returns, _) => format!("func({})", all(returns)),
        Value::Unknown(it) => format!("?{}", it.reason),
    }
}

fn short_condition(condition: &Condition) -> String {
    let all = |parts: &[Condition], separator: &str| {
        let parts: Vec<_> = parts.iter().map(short_condition).collect();
        format!("({})", parts.join(separator))
    };
    match condition {
        Condition::Empty(it) => format!("empty {}", short(it)),
        Condition::Unset(it) => format!("unset {}", short(it)),
        Condition::Failed(it) => format!("failed {}", short(it)),
        Condition::Equal(left, right) => format!("{} == {}", short(left), short(right)),
        Condition::Holds(it) => short(it),
        Condition::Not(inner) => format!("not {}", short_condition(inner)),
        Condition::All(parts) => all(parts, " and "),
        Condition::Any(parts) => all(parts, " or "),
        Condition::Unknown(_) => "?".to_owned(),
    }
}

fn short_callee(callee: &Callee) -> String {
    match callee {
        Callee::Imported { package, name } => format!("{package}.{name}"),
        Callee::Own { name } => name.clone(),
        Callee::Method { receiver, name, .. } => format!("{}.{name}", short(receiver)),
    }
}

const HEAD: &str = "package main\n\nimport (\n\t\"cmp\"\n\t\"flag\"\n\t\"fmt\"\n\t\"net\"\n\t\"net/http\"\n\t\"os\"\n\t\"strconv\"\n\t\"github.com/gin-gonic/gin\"\n\t\"github.com/go-chi/chi/v5\"\n)\n\n";

fn file(text: &str) -> GoFile {
    let text = format!("{HEAD}{text}");
    let facts = read(FileId(0), &text);
    assert!(facts.errors.is_empty(), "{text}\n{:?}", facts.errors);
    facts
}

/// The argument of the call of `listen` in a function of these statements.
fn listened(statements: &str) -> String {
    let facts = file(&format!("func run(p string, cfg *Config) {{\n{statements}\n}}\n"));
    let function = facts.functions.iter().find(|it| it.name.value == "run").unwrap();
    let call = function.calls.iter().find(|it| it.callee.name() == "listen").unwrap();
    short(&call.arguments[0])
}

#[test]
fn a_local_variable_is_what_was_assigned_to_it() {
    for (statements, value) in [
        (r#"addr := ":8080"; listen(addr)"#, r#"":8080""#),
        (r#"const port = 8080; listen(":" + strconv.Itoa(port))"#, r#"":" + strconv.Itoa("8080")"#),
        (r#"var a, b = "x", "y"; a, b = b, a; listen(a + b)"#, r#""y" + "x""#),
        (r#"listen(fmt.Sprintf("%s:%d", p, 0x50))"#, r#"format("%s:%d", #0, "80")"#),
        (r#"listen(net.JoinHostPort("", p))"#, r#"join("", #0)"#),
        (r#"a := ":"; a += p; listen(a)"#, r#"":" + #0"#),
        (r#"for i := 0; i < 3; i++ { p = "x" }; listen(p)"#, "?it is assigned in a loop"),
        (r#"port := 8000 + 80; listen(port)"#, r#""8080""#),
        (r#"if p == "x" { p = "a" } else { p = "b" }; listen(p)"#, r##"choice(#0 == "x" ? "a" : "b")"##),
        (
            r#"switch p { case "a": p = "1"; default: p = "2" }; listen(p)"#,
            r##"choice(#0 == "a" ? "1" : "2")"##,
        ),
        (r#"srv := &http.Server{}; srv.Addr = p; listen(srv)"#, "Server{Addr: #0}"),
        (r#"cfg.Port = "1"; listen(cfg.Port)"#, r#""1""#),
        ("listen(cfg.Web.Port)", "#1.Web.Port"),
        (r#"a := flag.String("addr", ":80", ""); flag.Parse(); listen(*a)"#, r#"flag("addr", ":80")"#),
        (r#"var a string; flag.StringVar(&a, "addr", ":80", ""); listen(a)"#, r#"flag("addr", ":80")"#),
        (r#"hosts := []string{"a", p}; listen(hosts)"#, r#"["a", #0]"#),
        (r#"var c Config; json.Unmarshal(x, &c); listen(c.Port)"#, "&1 of json.Unmarshal(x, Config{}).Port"),
        (r#"s := "a\x41\u00e9\n"; listen(s)"#, "\"aAé\\n\""),
    ] {
        assert_eq!(listened(statements), value, "{statements}");
    }
}

#[test]
fn the_environment_is_read_in_every_usual_shape() {
    for (statements, value) in [
        (r#"p := os.Getenv("PORT"); if p == "" { p = "80" }; listen(":" + p)"#, r#"":" + $PORT!"80""#),
        (r#"p := os.Getenv("PORT"); if len(p) == 0 { p = "80" }; listen(p)"#, r#"$PORT!"80""#),
        (r#"p, ok := os.LookupEnv("PORT"); if !ok { p = "80" }; listen(p)"#, r#"$PORT|"80""#),
        (r#"p, ok := os.LookupEnv("P"); if !ok || p == "" { p = "80" }; listen(p)"#, r#"$P!"80""#),
        (r#"p := "80"; if v := os.Getenv("PORT"); v != "" { p = v }; listen(p)"#, r#"$PORT!"80""#),
        (r#"p := "80"; if v, ok := os.LookupEnv("P"); ok { p = v }; listen(p)"#, r#"$P|"80""#),
        (r#"a := ":80"; if v := os.Getenv("P"); v != "" { a = ":" + v }; listen(a)"#, r#"":" + $P!"80""#),
        (
            r#"p := 80; if v, err := strconv.Atoi(os.Getenv("P")); err == nil { p = v }; listen(p)"#,
            r#"$P!"80""#,
        ),
        (r#"v, err := strconv.Atoi(os.Getenv("P")); if err != nil { v = 80 }; listen(v)"#, r#"$P!"80""#),
        (r#"listen(cmp.Or(os.Getenv("PORT"), "80"))"#, r#"$PORT!"80""#),
        (r#"if os.Getenv("P") != "" { p = os.Getenv("P") } else { p = "80" }; listen(p)"#, r#"$P!"80""#),
        (r#"p := os.Getenv("P"); if p == "" { log.Fatal("no") }; listen(p)"#, "$P"),
        (r#"if p == "" { p = ":80" }; listen(p)"#, r#"first(#0, ":80")"#),
        (r#"if cfg.Port == "" { cfg.Port = "80" }; listen(cfg.Port)"#, r#"first(#1.Port, "80")"#),
        (
            r#"s := &http.Server{Addr: ":1"}; if v := os.Getenv("A"); v != "" { s.Addr = v }; listen(s.Addr)"#,
            r#"$A!":1""#,
        ),
    ] {
        assert_eq!(listened(statements), value, "{statements}");
    }
}

#[test]
fn a_helper_that_reads_the_environment_has_one_return() {
    for body in [
        r#"if v := os.Getenv(k); v != "" { return v }; return d"#,
        r#"v := os.Getenv(k); if v == "" { return d }; return v"#,
        r#"v := os.Getenv(k); if len(v) == 0 { v = d }; return v"#,
        r#"v := os.Getenv(k); if len(v) > 0 { return v } else { return d }"#,
        r#"if v, ok := os.LookupEnv(k); ok && v != "" { return v }; return d"#,
        r#"return cmp.Or(os.Getenv(k), d)"#,
        r#"if v := os.Getenv(k); v != "" { if n, err := strconv.Atoi(v); err == nil { return n } }; return d"#,
        r#"v, err := strconv.Atoi(os.Getenv(k)); if err != nil { return d }; return v"#,
        r#"s := os.Getenv(k); n, err := strconv.Atoi(s); if err == nil { return n }; return d"#,
    ] {
        let facts = file(&format!("func get(k string, d string) string {{ {body} }}\n"));
        let returns: Vec<String> = facts.functions[0].returns.iter().map(|it| short(&it[0])).collect();
        assert_eq!(returns, ["$#0!#1"], "{body}");
    }
    let facts = file(
        "func get[T any](k, d string) string { if v, ok := os.LookupEnv(k); ok { return v }; return d }\n",
    );
    assert_eq!(short(&facts.functions[0].returns[0][0]), "$#0|#1");
}

#[test]
fn returns_that_hand_on_an_error_are_left_out() {
    let facts = file(
        "func load() (*Config, error) { if err := env.Parse(); err != nil { return nil, err }; return &Config{Port: \"1\"}, nil }\n",
    );
    let returns: Vec<String> = facts.functions[0].returns.iter().map(|it| short(&it[0])).collect();
    assert_eq!(returns, [r#"Config{Port: "1"}"#]);
}

#[test]
fn what_becomes_of_a_result_is_exact() {
    for (statement, usage, in_literal, has_statement) in [
        ("http.ListenAndServe(p, nil)", Usage::Statement, false, true),
        ("go http.ListenAndServe(p, nil)", Usage::Go, false, true),
        ("defer http.ListenAndServe(p, nil)", Usage::Defer, false, true),
        ("_ = http.ListenAndServe(p, nil)", Usage::Blank, false, true),
        ("go func() { http.ListenAndServe(p, nil) }()", Usage::Statement, true, true),
        ("log.Fatal(http.ListenAndServe(p, nil))", Usage::Used, false, false),
        ("if err := http.ListenAndServe(p, nil); err != nil { panic(err) }", Usage::Used, false, false),
        ("errs <- http.ListenAndServe(p, nil)", Usage::Used, false, false),
        ("g.Go(func() error { return http.ListenAndServe(p, nil) })", Usage::Used, true, false),
        ("err := http.ListenAndServe(p, nil)", Usage::Used, false, false),
    ] {
        let facts = file(&format!("func run(p string) {{\n{statement}\n}}\n"));
        let calls = &facts.functions[0].calls;
        let call = calls.iter().find(|it| it.callee.name() == "ListenAndServe").unwrap();
        assert_eq!(
            (call.usage, call.in_literal, call.statement.is_some()),
            (usage, in_literal, has_statement),
            "{statement}"
        );
        assert_eq!(short(&call.arguments[0]), "#0");
    }
}

#[test]
fn types_show_through_constructors_groups_and_fields() {
    let facts = file(
        r#"
type Server struct {
	router *chi.Mux
	web struct { Port string }
}

func NewServer() *Server { return &Server{router: chi.NewRouter()} }

func (s *Server) routes() {
	s.router.Get("/", home)
	s.router.Route("/api", func(r chi.Router) { r.Get("/users", users) })
	r := gin.Default()
	api := r.Group("/v1")
	api.GET("/x", x)
	NewServer().router.Post("/p", p)
}
"#,
    );
    let routes = facts.functions.iter().find(|it| it.name.value == "routes").unwrap();
    let typed: Vec<String> = routes
        .calls
        .iter()
        .filter_map(|it| match &it.callee {
            Callee::Method { receiver_type: Some(owner), name, receiver } => {
                Some(format!("{} {}.{name} on {}", owner.package, owner.name, short(receiver)))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        typed,
        [
            "github.com/go-chi/chi/v5 Mux.Get on self.router",
            "github.com/go-chi/chi/v5 Mux.Route on self.router",
            r#"github.com/go-chi/chi/v5 Router.Get on self.router.Route("/api", ?it is a function)"#,
            "github.com/gin-gonic/gin Engine.Group on github.com/gin-gonic/gin.Default()",
            r#"github.com/gin-gonic/gin RouterGroup.GET on github.com/gin-gonic/gin.Default().Group("/v1")"#,
            "github.com/go-chi/chi/v5 Mux.Post on NewServer().router",
        ]
    );
    assert_eq!(facts.structs.len(), 2);
    assert_eq!(facts.structs[0].name.value, "Server.web");
}

#[test]
fn declarations_and_package_variables_are_kept() {
    let facts = file(
        r#"
const Port = 8080
const (
	A = iota
	B
)
var addr = flag.String("addr", ":80", "")
var port string
var command = &cobra.Command{Run: func(cmd *cobra.Command, args []string) { http.ListenAndServe(port, nil) }}

func init() { port = os.Getenv("PORT"); flag.StringVar(&port, "port", "1", "") }
func main() {}
"#,
    );
    let declared: Vec<String> =
        facts.declarations.iter().map(|it| format!("{}={}", it.name.value, short(&it.value))).collect();
    assert_eq!(declared[0], r#"Port="8080""#);
    assert_eq!(declared[1..3], [r#"A="0""#, r#"B="1""#]);
    assert_eq!(declared[3], r#"addr=flag("addr", ":80")"#);
    let calls: Vec<&str> = facts
        .functions
        .iter()
        .filter(|it| it.name.value == "init")
        .flat_map(|it| it.calls.iter().map(|it| it.callee.name()))
        .collect();
    assert_eq!(calls, ["String", "ListenAndServe", "Getenv", "StringVar"]);
    let writes = facts.functions.iter().flat_map(|it| &it.variable_writes);
    let writes: Vec<String> = writes.map(|(name, it)| format!("{}={}", name.value, short(it))).collect();
    assert_eq!(writes, ["port=$PORT", r#"port=flag("port", "1")"#]);
    assert!(facts.main.is_some());
}

#[test]
fn a_function_may_tell_signals_apart() {
    let asks = "c := make(chan os.Signal, 1); signal.Notify(c, os.Interrupt, syscall.SIGHUP)";
    for (rest, expected) in [
        ("<-c; stop()", false),
        ("signal.Stop(c); signal.Notify(c, syscall.SIGINT)", false),
        ("for s := range c { switch s { case os.Interrupt: stop(); case syscall.SIGHUP: load() } }", true),
        ("if s := <-c; s == syscall.SIGINT { stop() }", true),
    ] {
        let imports = "import (\n\"os\"\n\"os/signal\"\n\"syscall\"\n)\n";
        let text = format!("package main\n{imports}func run() {{ {asks}; {rest} }}");
        let facts = read(FileId(0), &text);
        assert_eq!(facts.functions[0].tells_signals_apart, expected, "{rest}");
    }
}

#[test]
fn hostile_input_neither_panics_nor_overflows() {
    let deep = |open: &str, close: &str| {
        format!("{HEAD}func f() {{ x := {}1{} }}", open.repeat(5000), close.repeat(5000))
    };
    for text in [
        deep("(", ")"),
        deep("f(", ")"),
        deep("T{", "}"),
        deep("-", ""),
        deep("1+", ""),
        deep("func() { x = ", "}"),
        format!("{HEAD}func f() {{ {} {} }}", "if x {".repeat(5000), "}".repeat(5000)),
        format!("{HEAD}func f() {{ x := \"a\"; {} }}", "x = x + x;".repeat(200)),
        format!("{HEAD}func f(x bool) {{ {} }}", "x = x && x;".repeat(200)),
        format!("{HEAD}func f(c chan int) {{ x := <-c > 1; {} }}", "x = x && x;".repeat(200)),
        format!("{HEAD}func f() {{ {} {} }}", "switch { case func() { ".repeat(30), "}(): }".repeat(30)),
        format!("{HEAD}func f() {{ x{} }}", ".a()".repeat(5000)),
        "package main\nfunc f() { x := \"".to_owned(),
        "package main\nfunc f() { \"\\".to_owned(),
        "\u{feff}package é\nfunc f() { x := '\\u00' + \"\\x\" }".to_owned(),
        String::new(),
    ] {
        let _ = read(FileId(0), &text);
    }
    for end in 0..HEAD.len() {
        let _ = read(FileId(0), &HEAD[..end]);
    }
}

#[test]
fn what_branches_in_branches_leave_alone_is_not_kept_once_for_each() {
    let field = "if all { switch v := any(m.A).(type) { case X: if v != nil { errs = append(errs, v) }
        case Y: if v != nil { errs = append(errs, v) } } } else if v, ok := any(m.A).(Y); ok { use(v) }\n";
    let read_of = |fields: usize| {
        let fields = field.repeat(fields);
        let last = format!("switch m.Of.(type) {{ case A: {fields}\ncase B: {fields}\n}}");
        let facts = file(&format!("func f(m *M, all bool) (errs []error) {{\n{fields}{last}\nreturn\n}}\n"));
        format!("{:?}", facts.functions[0].returns).len()
    };
    assert!(read_of(1) > read_of(0), "something of it is kept");
    let largest = (1..6).map(read_of).max();
    assert!(largest < Some(200_000), "{largest:?}");
}

#[test]
fn what_configuration_is_read_by_is_kept() {
    let text = "package a\n\nimport (\n\t\"github.com/caarlos0/env/v11\"\n\t\"github.com/spf13/viper\"\n\t\"x/conf\"\n)\n\n// file\n//\n//go:embed config.yaml other.yaml\nvar file []byte\n\nvar (\n\t//go:embed \"data\"\n\tfiles FS\n\tnone []byte\n)\n\nfunc f(name string, handlers []func(x int)) {\n\tc, err := env.ParseAs[conf.Config]()\n\tLoad[Own](c.Port)\n\thandlers[i](c)\n\tif name != \"\" {\n\t\tviper.SetConfigFile(name)\n\t\tother(name)\n\t}\n\tviper.ReadInConfig()\n}\n";
    let facts = read(FileId(0), text);
    let embedded = facts.declarations.iter().map(|it| it.embedded.as_ref().map(|it| it.value.as_str()));
    assert_eq!(embedded.collect::<Vec<_>>(), [Some("config.yaml"), Some("data"), None]);
    let pattern = facts.declarations[0].embedded.as_ref().map(|it| &text[it.span.range()]);
    assert_eq!(pattern, Some("config.yaml"));
    let calls = facts.functions[0].calls.iter().map(|it| {
        let of = it.type_argument.as_ref().map(|it| format!("[{}.{}]", it.package, it.name));
        let when = it.condition.as_ref().map(|it| format!(" if {}", short_condition(it)));
        format!("{}{}{}", it.callee.name(), of.unwrap_or_default(), when.unwrap_or_default())
    });
    let expected =
        ["ParseAs[x/conf.Config]", "Load[.Own]", "SetConfigFile if not empty #0", "other", "ReadInConfig"];
    assert_eq!(calls.collect::<Vec<_>>(), expected);
}
