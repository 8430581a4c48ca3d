//! Whole programs as text, and what they are understood to do.

mod flags;
mod reads;

use super::{Detail, World};
use crate::facts::{Facts, Tree, configuration, dotenv, go, go_mod};
use crate::model::compose::Mount;
use crate::model::container::Scene;
use crate::model::resolve::Setting;
use crate::model::{ContainerFiles, Environment, GoNetwork, Images, Origin, ProgramId, Running, Variable};
use crate::source::{Confidence, FileId, Span, Text};

/// A project of Go files, the workload of its first program, and what comes out.
#[derive(Default)]
struct Project {
    files: Vec<(&'static str, String)>,
    environment: Environment,
    arguments: Vec<&'static str>,
    arguments_unknown: bool,
}

/// A file that is none: where tests say that variables and arguments are written.
const ELSEWHERE: FileId = FileId(99);

impl Project {
    /// One `main.go` with these imports and this body of `main`.
    fn main(imports: &[&str], body: &str) -> Self {
        let imports: String = imports.iter().map(|it| format!("import \"{it}\"\n")).collect();
        Self::file("main.go", &format!("package main\n{imports}\nfunc main() {{\n{body}\n}}\n"))
    }

    fn file(path: &'static str, text: &str) -> Self {
        Self { files: vec![("go.mod", "module example.com/app\n\ngo 1.22\n".into())], ..Self::default() }
            .and(path, text)
    }

    fn and(mut self, path: &'static str, text: &str) -> Self {
        self.files.push((path, text.to_owned()));
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        let span = Span::new(ELSEWHERE, 0, value.len());
        let value = Some(Text::new(value, span));
        self.environment
            .variables
            .insert(name.to_owned(), Variable { value, span, origin: Origin::Workload });
        self
    }

    fn arguments(mut self, arguments: &[&'static str]) -> Self {
        self.arguments = arguments.to_vec();
        self
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        for (index, (path, text)) in self.files.iter().enumerate() {
            let id = FileId(index as u32);
            facts.paths.push((*path).to_owned());
            if path.ends_with(".go") {
                facts.go.push((id, go::read(id, text)));
            } else if path.ends_with(".env") {
                facts.dotenv.push((id, dotenv::read(id, text)));
            } else if configuration::Format::of(path).is_some() {
                facts.configurations.push((id, configuration::read(id, path, text)));
            } else {
                facts.modules.push((id, go_mod::read(id, text)));
            }
        }
        facts.tree = Tree::new(facts.paths.clone());
        facts
    }

    /// The program runs in a container that has the whole project at its root.
    fn network(&self) -> GoNetwork {
        let facts = self.facts();
        let world = World::new(&facts, Detail::Origin, &Default::default());
        assert!(!world.programs.is_empty(), "no program");
        let arguments: Vec<_> =
            self.arguments.iter().map(|it| Text::new(*it, Span::new(ELSEWHERE, 0, it.len()))).collect();
        let arguments = (!self.arguments_unknown).then_some(arguments.as_slice());
        let span = Span::new(ELSEWHERE, 0, 0);
        let mounts = [Mount {
            source: Some(".".into()),
            bind: true,
            external: false,
            files: None,
            source_span: None,
            target_span: None,
            kept: true,
            read_only: false,
            target: Some("/".into()),
            span,
        }];
        let (images, running) = (Images::read(&facts, &world.programs), Running::default());
        let files = ContainerFiles::new(&Scene {
            facts: &facts,
            applied: &[],
            images: &images,
            image: None,
            mounts: &mounts,
            working_directory: Some("/"),
            running: &running,
            is_service: true,
        });
        let setting = Setting { environment: &self.environment, arguments, files: &files };
        world.networks(&[(ProgramId(0), setting)]).pop().unwrap_or_default()
    }

    fn written(&self, span: Span) -> &str {
        match self.files.get(span.file.0 as usize) {
            Some((_, text)) => &text[span.range()],
            None => "elsewhere",
        }
    }

    /// One line a socket: address, application, protocol, what is written at the port.
    fn listeners(&self) -> String {
        let network = self.network();
        let mut lines: Vec<String> = Vec::new();
        for it in &network.listeners.known {
            let port = self.written(it.port_span);
            let possible = if it.confidence == Confidence::Possible { " possibly" } else { "" };
            let protocol = it.protocol.as_str();
            lines.push(format!("{} {:?} {protocol} `{port}`{possible}", it.address, it.application));
        }
        for it in &network.listeners.faults {
            lines.push(format!("{} {} {:?}", it.address, it.error, it.meant));
        }
        if let Some(it) = &network.listeners.incomplete {
            lines.push(format!("? {}", it.value));
        }
        lines.join("\n")
    }

    /// The text of each signal that stands alone.
    fn interrupt_only(&self) -> Vec<String> {
        let facts = self.facts();
        let world = World::new(&facts, Detail::Origin, &Default::default());
        let found = &world.programs[0].shutdown.interrupt_only;
        found.iter().map(|it| self.written(it.signal).to_owned()).collect()
    }

    /// One line a serve call.
    fn serve_calls(&self) -> String {
        let facts = self.facts();
        let world = World::new(&facts, Detail::Origin, &Default::default());
        let show = |it: &crate::model::ServeCall| {
            let at_shutdown = if it.returns_at_shutdown { " at shutdown" } else { "" };
            let given = if it.binds { "" } else { " of a listener" };
            format!("{} {:?}{at_shutdown}{given}", it.callee.value, it.dropped)
        };
        world.programs[0].serve_calls.iter().map(show).collect::<Vec<_>>().join("\n")
    }

    /// One line a route.
    fn routes(&self) -> String {
        let facts = self.facts();
        let world = World::new(&facts, Detail::Origin, &Default::default());
        let routes = &world.programs[0].routes;
        let show = |it: &crate::model::Route| format!("{} {}", it.method.as_deref().unwrap_or("*"), it.path);
        let mut lines: Vec<_> = routes.known.iter().map(show).collect();
        lines.extend(routes.incomplete.as_ref().map(|it| format!("? {}", it.value)));
        lines.join("\n")
    }

    /// One line a dial: scheme, host, port, what is written at the host.
    fn dials(&self) -> String {
        let show = |it: &crate::model::Dial| {
            let port = it.port.map_or("?".to_owned(), |it| it.to_string());
            format!("{} {}:{port}{} `{}`", it.scheme, it.host, it.path, self.written(it.host_span))
        };
        self.network().dials.iter().map(show).collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn listeners_of_one_function() {
    for (imports, body, expected) in [
        (
            &["net/http"][..],
            r#"http.ListenAndServe("127.0.0.1:8080", nil)"#,
            "127.0.0.1:8080 Http tcp `8080`",
        ),
        (&["net/http"], r#"s := &http.Server{Addr: ":9000"}; s.ListenAndServe()"#, ":9000 Http tcp `9000`"),
        (&["net/http"], r#"s := &http.Server{}; s.ListenAndServe()"#, ":http Http tcp `s.ListenAndServe()`"),
        (
            &["net/http"],
            r#"http.ListenAndServe("8080", nil)"#,
            "8080 missing port in address Some(\":8080\")",
        ),
        (&["net/http"], r#"http.ListenAndServe(": 5000", nil)"#, ": 5000 unknown port Some(\":5000\")"),
        (
            &["net/http", "strconv"],
            r#"port := 8080; http.ListenAndServe(":"+strconv.Itoa(port), nil)"#,
            ":8080 Http tcp `8080`",
        ),
        (
            &["net/http", "fmt"],
            r#"http.ListenAndServe(fmt.Sprintf("%s:%d", "0.0.0.0", 81), nil)"#,
            "0.0.0.0:81 Http tcp `81`",
        ),
        (
            &["net", "net/http"],
            r#"l, _ := net.Listen("tcp", ":8081"); http.Serve(l, nil)"#,
            ":8081 Http tcp `8081`",
        ),
        (
            &["net", "google.golang.org/grpc"],
            r#"l, err := net.Listen("tcp", ":50051"); _ = err; s := grpc.NewServer(); s.Serve(l)"#,
            ":50051 Grpc tcp `50051`",
        ),
        (&["net"], r#"net.Listen("unix", "/run/x")"#, "? no call that listens was found"),
        (&["net"], r#"net.ListenPacket("udp", ":53")"#, ":53 Other udp `53`"),
        (&["net"], r#"net.Listen("tcp", "")"#, ":0 Other tcp `net.Listen(\"tcp\", \"\")`"),
        (&["github.com/gin-gonic/gin"], r#"r := gin.Default(); r.Run()"#, ":8080 Http tcp `r.Run()`"),
        (
            &["github.com/gin-gonic/gin"],
            r#"r := gin.Default(); r.Run("8080")"#,
            "8080 missing port in address Some(\":8080\")",
        ),
        (&["github.com/gin-gonic/gin"], r#"r := gin.Default(); r.Run("")"#, ":http Http tcp `r.Run(\"\")`"),
        (
            &["github.com/labstack/echo/v4"],
            r#"e := echo.New(); e.Logger.Fatal(e.Start(":1323"))"#,
            ":1323 Http tcp `1323`",
        ),
        (
            &["github.com/gofiber/fiber/v2"],
            r#"app := fiber.New(); app.Listen(":3000")"#,
            ":3000 Http tcp `3000`",
        ),
        (&["net/http", "os"], r#"http.ListenAndServe(":"+os.Args[1], nil)"#, "? the caller"),
        (&["fmt"], r#"fmt.Println("x")"#, "? no call that listens was found"),
    ] {
        let found = Project::main(imports, body).listeners();
        if expected == "? the caller" {
            assert!(found.starts_with("? "), "{body}: {found}");
        } else {
            assert_eq!(found, expected, "{body}");
        }
    }
}

#[test]
fn the_environment_and_the_arguments_decide() {
    let imports = &["net/http", "os", "flag"];
    let by_variable = r#"p := os.Getenv("PORT"); if p == "" { p = "8080" }; http.ListenAndServe(":"+p, nil)"#;
    assert_eq!(Project::main(imports, by_variable).listeners(), ":8080 Http tcp `8080`");
    assert_eq!(Project::main(imports, by_variable).env("PORT", "9").listeners(), ":9 Http tcp `elsewhere`");
    let mut unknown = Project::main(imports, by_variable);
    unknown.environment.incomplete = Some("an env_file is missing".into());
    assert_eq!(unknown.listeners(), ":8080 Http tcp `8080` possibly");

    let by_flag = r#"p := flag.String("port", "80", ""); flag.Parse(); http.ListenAndServe(":"+*p, nil)"#;
    assert_eq!(Project::main(imports, by_flag).listeners(), ":80 Http tcp `80`");
    let given = |arguments| Project::main(imports, by_flag).arguments(arguments).listeners();
    assert_eq!(given(&["-port=8080"]), ":8080 Http tcp `elsewhere`");
    assert_eq!(given(&["--x", "--port", "8080"]), ":8080 Http tcp `elsewhere`");
    let unknown = Project { arguments_unknown: true, ..Project::main(imports, by_flag) };
    assert_eq!(unknown.listeners(), ":80 Http tcp `80` possibly");

    let gin = &["github.com/gin-gonic/gin"];
    let run = Project::main(gin, "r := gin.New(); r.Run()").env("PORT", "7000");
    assert_eq!(run.listeners(), ":7000 Http tcp `elsewhere`");
}

#[test]
fn a_dotenv_file_counts_below_the_environment() {
    let source = "package main\nimport (\n\"net/http\"\n\"os\"\n\"github.com/joho/godotenv\"\n)\nfunc main() {\ngodotenv.Load()\nhttp.ListenAndServe(\":\"+os.Getenv(\"PORT\"), nil)\n}\n";
    let project = || Project::file("main.go", source);
    assert_eq!(project().listeners(), "? `.env` may set `PORT`");
    assert_eq!(project().env("PORT", "1").listeners(), ":1 Http tcp `elsewhere`");
    let file = "HOST_PORT=2\nPORT=${HOST_PORT}\n";
    assert_eq!(project().and(".env", file).listeners(), ":2 Http tcp `2`");
    assert_eq!(project().and(".env", file).env("PORT", "1").listeners(), ":1 Http tcp `elsewhere`");
    let load = |by: &str| Project::file("main.go", &source.replace("Load()", by)).and(".env", "PORT=2\n");
    let unknown = "? a file that the program loads may set `PORT`";
    assert_eq!(
        Project { files: load("Load(os.Args[1])").files[..2].to_vec(), ..Project::default() }.listeners(),
        unknown
    );
    assert_eq!(load("Load(\".env\", os.Args[1])").listeners(), ":2 Http tcp `2`");
    assert_eq!(load("Overload()").env("PORT", "1").listeners(), ":2 Http tcp `2`");
    let several =
        load("Load(\"conf/\" + name() + \".env\", \".env\")\n}\nfunc name() string { return \"dev\"");
    assert_eq!(several.and("conf/dev.env", "PORT=3\n").listeners(), ":3 Http tcp `3`");
    let auto = source.replace("godotenv\"", "godotenv/autoload\"").replace("godotenv.Load()\n", "");
    assert_eq!(Project::file("main.go", &auto).and(".env", file).listeners(), ":2 Http tcp `2`");
}

#[test]
fn a_package_may_have_another_name_than_its_folder() {
    let main = "package main\nimport \"example.com/app/routers\"\nfunc main() {\nroutes.Serve()\n}\n";
    let routers =
        "package routes\nimport \"net/http\"\nfunc Serve() { http.ListenAndServe(\":8081\", nil) }\n";
    let project = Project::file("main.go", main).and("routers/routers.go", routers);
    assert!(project.listeners().starts_with(":8081 Http"), "{}", project.listeners());
}

#[test]
fn what_a_function_passes_on_is_followed_through_packages() {
    let main = "package main\nimport (\n\"example.com/app/server\"\n\"example.com/app/config\"\n)\nfunc main() {\nserver.Run(config.Port, nil)\nserver.Run(\"9090\", nil)\n}\n";
    let server = "package server\nimport \"net/http\"\nfunc Run(port string, h http.Handler) { serve(\":\"+port) }\nfunc serve(addr string) { http.ListenAndServe(addr, nil) }\n";
    let config = "package config\nconst Port = \"8081\"\n";
    let project =
        Project::file("main.go", main).and("server/server.go", server).and("config/config.go", config);
    assert_eq!(project.listeners(), ":8081 Http tcp `8081`\n:9090 Http tcp `9090`");
}

#[test]
fn structs_are_followed() {
    let method = r#"package main
import "net/http"
type Server struct { addr string; h http.Handler }
func NewServer(addr string) *Server { return &Server{addr: addr} }
func (s *Server) Run() error { return http.ListenAndServe(s.addr, nil) }
func main() { s := NewServer("localhost:8080"); s.Run() }
"#;
    assert_eq!(Project::file("main.go", method).listeners(), "localhost:8080 Http tcp `8080`");
    let config = r#"package main
import ("net/http"; "os")
type Http struct { Port string }
type Config struct { HTTP Http; Host string }
func Load() (*Config, error) {
	c := &Config{HTTP: Http{Port: getEnv("PORT", "8080")}}
	c.Host = "0.0.0.0"
	return c, nil
}
func getEnv(key, fallback string) string {
	if value, ok := os.LookupEnv(key); ok { return value }
	return fallback
}
func main() { cfg, err := Load(); _ = err; http.ListenAndServe(cfg.Host+":"+cfg.HTTP.Port, nil) }
"#;
    assert_eq!(Project::file("main.go", config).listeners(), "0.0.0.0:8080 Http tcp `8080`");
    assert_eq!(
        Project::file("main.go", config).env("PORT", "1").listeners(),
        "0.0.0.0:1 Http tcp `elsewhere`"
    );
    let tags = r#"package main
import ("net/http"; "github.com/caarlos0/env/v10")
type Config struct { Port string `env:"PORT" envDefault:"8080"` }
func main() { cfg := Config{}; env.Parse(&cfg); http.ListenAndServe(":"+cfg.Port, nil) }
"#;
    assert_eq!(Project::file("main.go", tags).listeners(), ":8080 Http tcp `8080`");
    assert_eq!(Project::file("main.go", tags).env("PORT", "1").listeners(), ":1 Http tcp `elsewhere`");
}

#[test]
fn package_variables_are_followed() {
    let source = r#"package main
import ("os"; "github.com/labstack/echo/v4")
var port = "8082"
func main() {
	if os.Getenv("PORT") != "" { port = os.Getenv("PORT") }
	r := echo.New()
	r.Start(":" + port)
}
"#;
    assert_eq!(Project::file("main.go", source).listeners(), ":8082 Http tcp `8082`");
    assert_eq!(Project::file("main.go", source).env("PORT", "1").listeners(), ":1 Http tcp `elsewhere`");
}

#[test]
fn what_main_does_not_reach_does_not_count() {
    let source = r#"package main
import "net/http"
func main() { go public() }
func public() { http.ListenAndServe(":80", nil) }
func debug() { http.ListenAndServe("localhost:6060", nil) }
"#;
    assert_eq!(Project::file("main.go", source).listeners(), ":80 Http tcp `80`");
}

#[test]
fn dials() {
    for (imports, body, expected) in [
        (&["net/http"][..], r#"http.Get("http://api:3000/x?y")"#, "http api:3000/x `api`"),
        (
            &["net/http", "fmt", "os"],
            r#"url := fmt.Sprintf("http://localhost:3002/authors/%d", len(os.Args)); http.Get(url)"#,
            "http localhost:3002/authors/ `localhost`",
        ),
        (&["net/http", "os"], r#"http.Get(os.Getenv("URL") + "/x")"#, ""),
        (&["database/sql"], r#"sql.Open("postgres", "host=db port=5433 user=x")"#, "postgres db:5433 `db`"),
        (&["database/sql"], r#"sql.Open("mysql", "u:p@tcp(db:3306)/x")"#, "mysql db:3306 `db`"),
        (&["database/sql"], r#"sql.Open("sqlite3", "file:db:5432")"#, ""),
        (
            &["github.com/redis/go-redis/v9"],
            r#"redis.NewClient(&redis.Options{Addr: "cache:6379"})"#,
            "redis cache:6379 `cache`",
        ),
        (
            &["github.com/redis/go-redis/v9"],
            r#"redis.NewClient(&redis.Options{})"#,
            "redis localhost:6379 `redis.NewClient(&redis.Options{})`",
        ),
        (&["google.golang.org/grpc"], r#"grpc.Dial("dns:///users:50051")"#, "grpc users:50051 `users`"),
        (&["google.golang.org/grpc"], r#"grpc.Dial(":50051")"#, "grpc localhost:50051 ``"),
        (
            &["github.com/segmentio/kafka-go"],
            r#"kafka.NewReader(kafka.ReaderConfig{Brokers: []string{"k1:9092", "k2:9093"}})"#,
            "kafka k1:9092 `k1`\nkafka k2:9093 `k2`",
        ),
        (
            &["go.mongodb.org/mongo-driver/mongo/options"],
            r#"options.Client().ApplyURI("mongodb://localhost:27017")"#,
            "mongodb localhost:27017 `localhost`",
        ),
    ] {
        assert_eq!(Project::main(imports, body).dials(), expected, "{body}");
    }
}

#[test]
fn a_dial_that_is_not_resolved_leaves_the_list_open() {
    for (imports, body, complete) in [
        (&["net/http"][..], r#"http.Get("http://api:3000/x")"#, true),
        (&["net/http", "os"], r#"http.Get("http://api:3000/" + os.Args[1])"#, true),
        (&["net/http", "os"], r#"http.Get(os.Getenv("URL") + "/x")"#, false),
        (&["database/sql"], r#"sql.Open("sqlite3", "file:db:5432")"#, true),
    ] {
        assert_eq!(Project::main(imports, body).network().dials_incomplete().is_none(), complete, "{body}");
    }
}

#[test]
fn a_variable_that_is_read_tells_whom_the_program_dials() {
    let project = Project::main(&["os"], r#"connect(os.Getenv("DATABASE_URL"))"#);
    let project = project.env("DATABASE_URL", "postgres://db/x").env("UNREAD", "redis://cache");
    assert_eq!(project.dials(), "postgres db:5432/x `elsewhere`");
}

#[test]
fn a_program_that_knows_interrupts_alone_is_told() {
    let imports = &["os", "os/signal", "syscall", "context"];
    for (body, expected) in [
        ("c := make(chan os.Signal, 1); signal.Notify(c, os.Interrupt); <-c; save()", vec!["os.Interrupt"]),
        (
            "c := make(chan os.Signal, 1); signal.Notify(c, syscall.SIGINT, syscall.SIGQUIT); <-c; save()",
            vec!["syscall.SIGQUIT"],
        ),
        // The program ends, as it does with SIGTERM.
        ("c := make(chan os.Signal, 1); signal.Notify(c, os.Interrupt); <-c", vec![]),
        // Nobody takes the signal.
        ("c := make(chan os.Signal, 1); signal.Notify(c, os.Interrupt)", vec![]),
        ("signal.NotifyContext(context.Background(), os.Interrupt)", vec!["os.Interrupt"]),
        ("c := make(chan os.Signal, 1); signal.Notify(c, os.Interrupt, syscall.SIGTERM); <-c", vec![]),
        ("c := make(chan os.Signal, 1); signal.Notify(c); <-c", vec![]),
        ("c := make(chan os.Signal, 1); signal.Notify(c, syscall.SIGHUP); <-c", vec![]),
        (
            "c := make(chan os.Signal, 1); s := []os.Signal{os.Interrupt, syscall.SIGTERM}; signal.Notify(c, s...); <-c",
            vec![],
        ),
        ("c := make(chan os.Signal, 1); signal.Notify(c, others()...); <-c", vec![]),
        (
            "c := make(chan os.Signal, 1); signal.Notify(c, os.Interrupt); signal.Notify(c, syscall.SIGTERM); <-c",
            vec![],
        ),
    ] {
        assert_eq!(Project::main(imports, body).interrupt_only(), expected, "{body}");
    }
}

#[test]
fn a_dropped_error_is_seen() {
    for (imports, body, expected) in [
        (&["net/http"][..], r#"http.ListenAndServe(":80", nil)"#, "http.ListenAndServe Some(Statement)"),
        (&["net/http"], r#"_ = http.ListenAndServe(":80", nil)"#, "http.ListenAndServe Some(Blank)"),
        (&["net/http"], r#"go http.ListenAndServe(":80", nil)"#, "http.ListenAndServe Some(Go)"),
        (&["net/http"], r#"panic(http.ListenAndServe(":80", nil))"#, "http.ListenAndServe None"),
        (
            &["net/http"],
            r#"s := &http.Server{}; go func() { s.ListenAndServe() }()"#,
            "http.Server.ListenAndServe Some(Statement) at shutdown",
        ),
        (&["github.com/gin-gonic/gin"], "r := gin.Default(); r.Run()", "gin.Engine.Run Some(Statement)"),
        (
            &["github.com/gofiber/fiber/v2"],
            r#"a := fiber.New(); a.Listen(":80")"#,
            "fiber.App.Listen Some(Statement) at shutdown",
        ),
        (&["net"], r#"net.Listen("tcp", ":80")"#, ""),
        (
            &["net", "net/http"],
            r#"l, _ := net.Listen("tcp", ":80"); go http.Serve(l, nil)"#,
            "http.Serve Some(Go) of a listener",
        ),
        (&["github.com/urfave/negroni"], r#"n := negroni.New(); n.Run(":80")"#, ""),
    ] {
        assert_eq!(Project::main(imports, body).serve_calls(), expected, "{body}");
    }
}

#[test]
fn routes_of_every_framework() {
    let serve = "http.ListenAndServe(\":80\", nil)";
    for (imports, body, expected) in [
        (&["net/http"][..], format!("http.HandleFunc(\"/\", h); http.HandleFunc(\"GET /users/{{id}}\", h); {serve}"), "* /{...}\nGET /users/{}"),
        (&["net/http"], "m := http.NewServeMux(); m.HandleFunc(\"/a\", h); http.ListenAndServe(\":80\", m)".into(), "* /a"),
        (&["net/http"], "m := http.NewServeMux(); m.HandleFunc(\"/a\", h); http.Handle(\"/s/\", http.StripPrefix(\"/s\", m)); http.ListenAndServe(\":80\", nil)".into(), "* /s/a"),
        (&["net/http"], "http.Handle(\"/\", http.FileServer(http.Dir(\"x\")))".into(), "* /{...}"),
        (&["net/http"], "http.HandleFunc(\"/a\", h); http.ListenAndServe(\":80\", other.New())".into(), "* /a\n? the server's handler was not followed"),
        (&["net/http"], "http.HandleFunc(\"/a\", h); http.ListenAndServe(\":80\", log(http.DefaultServeMux))".into(), "* /a\n? the server's handler was not followed"),
        (&["net/http"], "http.DefaultServeMux.HandleFunc(\"/a\", h); http.ListenAndServe(\":80\", http.DefaultServeMux)".into(), "* /a"),
        (&["github.com/gin-gonic/gin"], "r := gin.Default(); r.GET(\"/ping\", h); v := r.Group(\"/v1\"); { v.POST(\"/x/:id\", h) }; r.Run()".into(), "GET /ping\nPOST /v1/x/{}"),
        (&["github.com/gin-gonic/gin"], "r := gin.Default(); r.GET(name(), h)".into(), "? the path was not resolved"),
        (&["github.com/gin-gonic/gin"], "r := gin.Default(); register(r.Group(\"/api\"))".into(), "GET /api/k"),
        (&["github.com/labstack/echo/v4"], "e := echo.New(); g := e.Group(\"/g\"); g.GET(\"\", h)".into(), "GET /g"),
        (&["github.com/gofiber/fiber/v2", "github.com/gofiber/fiber/v2/middleware/cors"], "a := fiber.New(); a.Use(cors.New()); a.Get(\"/a/:b?\", h)".into(), "GET /a/{}\nGET /a"),
        (&["github.com/gofiber/fiber/v2", "github.com/gofiber/fiber/v2/middleware/healthcheck"], "a := fiber.New(); a.Use(healthcheck.New()); a.Get(\"/a\", h)".into(), "GET /a\n? a middleware may serve paths of its own"),
        (&["github.com/go-chi/chi/v5", "net/http"], "r := chi.NewRouter(); r.Route(\"/api\", func(r chi.Router) { r.Get(\"/y\", h) }); s := chi.NewRouter(); s.Get(\"/q\", h); r.Mount(\"/sub\", s); http.ListenAndServe(\":80\", r)".into(), "GET /api/y\nGET /sub/q"),
        (&["github.com/gorilla/mux", "net/http"], "m := mux.NewRouter(); s := m.PathPrefix(\"/v1\").Subrouter(); s.HandleFunc(\"/u/{id}\", h).Methods(\"GET\", \"PUT\"); m.PathPrefix(\"/static/\").Handler(http.FileServer(http.Dir(\"x\"))); http.ListenAndServe(\":80\", m)".into(), "GET /v1/u/{}\nPUT /v1/u/{}\n* /static/{...}"),
        (&["github.com/gorilla/mux", "net/http"], "m := mux.NewRouter(); m.HandleFunc(\"/a\", h); http.Handle(\"/\", m); http.ListenAndServe(\":80\", nil)".into(), "* /a"),
        (&["fmt"], "fmt.Println()".into(), "? no route was found"),
    ] {
        let source = format!("{body}\n}}\nfunc h() {{}}\nfunc register(g *gin.RouterGroup) {{ g.GET(\"/k\", h) }}\nfunc name() string {{ return unknown }}\ntype wrapped struct {{ next http.Handler }}\nfunc log(next http.Handler) http.Handler {{ return wrapped{{next}}");
        assert_eq!(Project::main(imports, &source).routes(), expected, "{body}");
    }
}

#[test]
fn viper_reads_the_environment_then_a_file_then_the_default() {
    let flat = r#"package main
import ("net/http"; "github.com/spf13/viper")
type Config struct { Addr string `mapstructure:"LISTEN_ADDR"` }
func load(path string) (*Config, error) {
	viper.AddConfigPath(path)
	viper.SetConfigName("app")
	viper.SetConfigType("env")
	viper.AutomaticEnv()
	var config Config
	if err := viper.ReadInConfig(); err != nil { return nil, err }
	if err := viper.Unmarshal(&config); err != nil { return nil, err }
	return &config, nil
}
func main() { config, err := load("."); _ = err; http.ListenAndServe(config.Addr, nil) }
"#;
    let project = || Project::file("main.go", flat).and("app.env", "X=1\nLISTEN_ADDR=0.0.0.0:5001\n");
    assert_eq!(project().listeners(), "0.0.0.0:5001 Http tcp `5001`");
    assert_eq!(project().env("LISTEN_ADDR", ":1").listeners(), ":1 Http tcp `elsewhere`");
    assert!(Project::file("main.go", flat).listeners().starts_with("? "));

    let keys = r#"package main
import ("fmt"; "net/http"; "strings"; "github.com/spf13/viper")
type Config struct { http Server }
type Server struct { host string; port int }
func (s Server) Address() string { return fmt.Sprintf("%v:%d", s.host, s.port) }
func load() Config {
	viper.SetDefault("app.name", "shop")
	viper.SetDefault("http.host", "localhost")
	viper.SetDefault("http.port", 8080)
	viper.SetEnvPrefix(viper.GetString("app.name"))
	viper.AutomaticEnv()
	viper.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))
	return Config{http: Server{host: viper.GetString("http.host"), port: viper.GetInt("http.port")}}
}
func main() { c := load(); s := &http.Server{Addr: c.http.Address()}; s.ListenAndServe() }
"#;
    assert_eq!(Project::file("main.go", keys).listeners(), "localhost:8080 Http tcp `8080`");
    let set = Project::file("main.go", keys).env("SHOP_HTTP_PORT", "81").env("HTTP_PORT", "82");
    assert_eq!(set.listeners(), "localhost:81 Http tcp `elsewhere`");
}

#[test]
fn what_a_file_may_change_is_not_known() {
    let source = r#"package main
import ("net/http"; "os"; "gopkg.in/yaml.v3")
type Config struct { Addr string `yaml:"addr"` }
func main() {
	c := Config{Addr: ":8080"}
	read(&c)
	http.ListenAndServe(c.Addr, nil)
}
func read(c *Config) {
	data, _ := os.ReadFile("config.yaml")
	yaml.Unmarshal(data, c)
	if v := os.Getenv("ADDR"); v != "" { c.Addr = v }
}
"#;
    assert!(Project::file("main.go", source).listeners().starts_with("? "));
}
