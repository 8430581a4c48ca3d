//! Dockerfiles to images: what runs, which Go program it is, what is in the image. Set
//! `REACHLINT_CORPUS` to a folder of checked-out repositories to see how many of their Dockerfiles
//! are bound to a program.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use reachlint::facts::{Facts, Tree, dockerfile, go_mod, makefile, shell};
use reachlint::model::{EnvironmentReads, Healthcheck, Image, Images, Program, Routes, Shutdown};
use reachlint::source::{FileId, Span};

/// Go main packages, by folder and import path.
fn program(directory: &str, import_path: &str) -> Program {
    Program {
        directory: directory.to_owned(),
        module_directory: ".".to_owned(),
        import_path: import_path.to_owned(),
        main: Span::new(FileId(0), 0, 0),
        shutdown: Shutdown::default(),
        reads: EnvironmentReads::default(),
        flags: Vec::new(),
        expansion: None,
        written_addresses: Vec::new(),
        named_hosts: std::collections::BTreeSet::new(),
        serve_calls: Vec::new(),
        fixed_ports: Vec::new(),
        decides_trust: false,
        cgo_use: Default::default(),
        routes: Routes::default(),
        profilers: Vec::new(),
    }
}

fn facts(files: &[(String, String)]) -> Facts {
    let mut out = Facts { tree: Tree::new(files.iter().map(|(path, _)| path.clone())), ..Facts::default() };
    for (path, text) in files {
        let id = FileId(out.paths.len() as u32);
        out.paths.push(path.clone());
        let name = path.rsplit('/').next().unwrap();
        if name.to_ascii_lowercase().contains("dockerfile") && !name.ends_with("ignore") {
            out.dockerfiles.push((id, dockerfile::read(id, text)));
        } else if name == "go.mod" {
            out.modules.push((id, go_mod::read(id, text)));
        } else if name == "Makefile" {
            out.makefiles.push((id, makefile::read(id, text)));
        } else if name.ends_with(".sh") {
            out.scripts.push((id, shell::read(id, text)));
        }
    }
    out
}

/// The image of `Dockerfile` in a project with a main package in the root, in `cmd/api` and in
/// `services/web`, and the folder of the program that runs.
fn image(dockerfile: &str, others: &[(&str, &str)]) -> (Image, Option<String>) {
    let mut files = vec![("Dockerfile".to_owned(), dockerfile.to_owned())];
    for path in ["main.go", "go.sum", "cmd/api/main.go", "services/web/main.go"] {
        files.push((path.to_owned(), String::new()));
    }
    files.push(("go.mod".to_owned(), "module example.com/shop\n\ngo 1.23.1\n".to_owned()));
    files.extend(others.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let facts = facts(&files);
    let programs = [
        program(".", "example.com/shop"),
        program("cmd/api", "example.com/shop/cmd/api"),
        program("services/web", "example.com/shop/services/web"),
    ];
    let mut images = Images::read(&facts, &programs);
    let id = images.build_alone(FileId(0)).unwrap();
    let image = images.into_images().swap_remove(id.0 as usize);
    let program = image.program.map(|it| programs[it.0 as usize].directory.clone());
    (image, program)
}

fn bound(dockerfile: &str) -> String {
    image(
        dockerfile,
        &[("run.sh", "#!/bin/sh\nset -e\nexec \"$@\"\n"), ("start.sh", "#!/bin/sh\n./api -x\n")],
    )
    .1
    .unwrap_or_else(|| "none".to_owned())
}

#[test]
fn the_final_stage_is_bound_to_its_main_package() {
    let build = "FROM golang:1.22 AS b\nWORKDIR /src\nCOPY . .\nRUN ";
    let last = "\nFROM alpine\n";
    let bind = |run: &str, end: &str| bound(&format!("{build}{run}{last}{end}"));
    assert_eq!(bind("go build -o /app ./cmd/api", "COPY --from=b /app /app\nCMD [\"/app\"]"), "cmd/api");
    assert_eq!(bind("go build -o app", "COPY --from=b /src/app /usr/bin/\nCMD app"), ".");
    assert_eq!(bind("go build", "WORKDIR /x\nCOPY --from=b /src/shop .\nENTRYPOINT [\"./shop\"]"), ".");
    assert_eq!(
        bind("cd cmd/api && CGO_ENABLED=0 go build -o=/out/ .", "COPY --from=b /out /out\nCMD /out/api -x"),
        "cmd/api"
    );
    // A folder that is called as the program in it.
    assert_eq!(
        bind("go build -o /out/api/ ./cmd/api", "WORKDIR /x\nCOPY --from=b /out/api/ ./\nCMD [\"./api\"]"),
        "cmd/api"
    );
    assert_eq!(bind("go install ./...", "COPY --from=b /go/bin/web /web\nCMD [\"/web\"]"), "services/web");
    assert_eq!(
        bind("go build -o bin/ ./...", "COPY --from=0 /src/bin/* /b/\nCMD [\"/b/web\"]"),
        "services/web"
    );
    assert_eq!(
        bind("go build -ldflags \"-s -w\" cmd/api/main.go", "COPY --from=b /src/main /m\nCMD [\"/m\"]"),
        "cmd/api"
    );
    // Files that are copied into the folder a second time are not the folder.
    let twice =
        "FROM golang\nWORKDIR /s\nCOPY . .\nCOPY go.mod go.sum ./\nRUN go build -o /x .\nCMD [\"/x\"]";
    assert_eq!(bound(twice), ".");
    assert_eq!(bind("go build -o /x ./cmd/$WHAT", "COPY --from=b /x /x\nCMD [\"/x\"]"), "none");
    assert_eq!(bind("make", "COPY --from=b /x /x\nCMD [\"/x\"]"), "none");
    assert_eq!(
        bound(
            "FROM golang\nARG S=api\nCOPY . /s\nRUN cd /s && go build -o /x ./cmd/${S} && mv /x /y\nCMD tini -- /y"
        ),
        "cmd/api"
    );
    assert_eq!(
        bound("FROM golang\nWORKDIR /s\nCOPY cmd ./cmd\nCMD [\"go\", \"run\", \"./cmd/api\"]"),
        "cmd/api"
    );
    assert_eq!(bound("FROM golang\nWORKDIR /s\nCOPY *.go ./\nCMD go run ."), ".");
}

#[test]
fn makefiles_and_scripts_of_a_build_are_followed() {
    let makefile = "OUT ?= bin\nall: api\n\napi: deps\n\t@cd cmd/$@ && go build -ldflags \"-X v=$(shell git describe)\" \\\n\t\t-o ../../$(OUT)/$@ .\ndeps:\n\tgo mod download\nnested:\n\t$(MAKE) -C . all OUT=deep\n";
    let others = [("Makefile", makefile), ("scripts/build.sh", "#!/bin/sh\nmake api OUT=\"$OUT\"\n")];
    let bind = |run: &str, binary: &str| {
        let build = format!("FROM golang:1.22 AS b\nWORKDIR /src\nCOPY . .\nRUN {run}\nFROM alpine\n");
        let text = format!("{build}COPY --from=b {binary} /app\nCMD [\"/app\"]");
        image(&text, &others).1.unwrap_or_else(|| "none".to_owned())
    };
    assert_eq!(bind("make", "/src/bin/api"), "cmd/api");
    assert_eq!(bind("make -j4 api OUT=/out", "/src/bin/api"), "none");
    assert_eq!(bind("OUT=dist make all", "/src/dist/api"), "cmd/api");
    assert_eq!(bind("make nested", "/src/deep/api"), "cmd/api");
    assert_eq!(bind("cd / && make -C /src", "/src/bin/api"), "cmd/api");
    assert_eq!(bind("export OUT=x && ./scripts/build.sh", "/src/x/api"), "cmd/api");
    assert_eq!(bind("OUT=y sh scripts/build.sh", "/src/y/api"), "cmd/api");
    assert_eq!(bind("make deps", "/src/bin/api"), "none");
}

#[test]
fn entrypoint_scripts_are_followed() {
    let head = "FROM golang:alpine\nWORKDIR /s\nCOPY . .\nRUN go build -o api ./cmd/api\n";
    let run = |tail: &str| bound(&format!("{head}{tail}"));
    assert_eq!(run("COPY run.sh /entry.sh\nENTRYPOINT [\"/entry.sh\"]\nCMD [\"./api\"]"), "cmd/api");
    assert_eq!(run("CMD [\"sh\", \"start.sh\"]"), "cmd/api");
    assert_eq!(run("CMD [\"./run.sh\", \"db:5432\", \"--\", \"./api\"]"), "cmd/api");
    assert_eq!(
        run("CMD CompileDaemon --build=\"go build -o main cmd/api/main.go\" --command=./main"),
        "cmd/api"
    );
    assert_eq!(run("CMD [\"air\"]"), ".");
    let text = format!("{head}CMD [\"./start.sh\"]");
    let script = "#!/bin/sh\nsleep 1\n./api -x\n";
    let (image, _) = image(&text, &[("start.sh", script)]);
    let kept = image.process.unwrap().shell_keeps_pid1.unwrap();
    assert_eq!((kept.replacement.as_deref(), kept.shell), (Some("exec ./api -x"), "ash"));
    assert_eq!(&script[kept.span.range()], "./api -x");
}

/// The facts about shells, seen on real engines.
#[test]
fn a_shell_stays_in_front_exactly_when_it_does() {
    let stays = |base: &str, command: &str| {
        let (image, _) = image(&format!("FROM {base}\nCMD {command}"), &[]);
        image.process.unwrap().shell_keeps_pid1.is_some()
    };
    for (command, ash, bash, dash) in [
        ("/app", false, false, true),
        ("x && /app", false, false, true),
        ("cd /; /app", false, false, true),
        ("false || /app", false, false, true),
        ("/app 2>&1", false, true, true),
        ("(/app)", false, true, true),
        ("{ /app; }", false, true, true),
        ("if true; then /app; fi", false, true, true),
        ("/app || exit 1", true, true, true),
        ("/app; true", true, true, true),
        ("/app | cat", true, true, true),
        ("exec /app", false, false, false),
        ("x && exec /app 2>&1", false, false, false),
        ("[\"/app\"]", false, false, false),
    ] {
        assert_eq!(stays("alpine", command), ash, "ash: {command}");
        assert_eq!(stays("fedora", command), bash, "bash: {command}");
        assert_eq!(stays("debian:12-slim", command), dash, "dash: {command}");
        assert!(!stays("example.com/x", command), "unknown: {command}");
    }
    let (image, _) = image("FROM debian\nSHELL [\"/bin/bash\", \"-c\"]\nCMD /app", &[]);
    assert!(image.process.unwrap().shell_keeps_pid1.is_none());
}

#[test]
fn an_image_says_what_is_in_it() {
    let text = "FROM alpine AS a\nENV PORT=8080\nFROM a\nRUN apk add --no-cache curl\nEXPOSE $PORT 53/udp\nUSER app\n\
                HEALTHCHECK CMD wget -qO- http://localhost:${PORT}/healthz || exit 1\nCMD x";
    let (image, _) = image(text, &[]);
    let ports: Vec<_> = image.exposed.iter().map(|it| it.value.0).collect();
    assert_eq!(ports, [8080, 53]);
    assert!(image.tools.present.iter().any(|it| it == "curl"));
    assert_eq!(image.tools.absent, ["bash", "grpc_health_probe"]);
    assert_eq!(image.user.unwrap().value, "app");
    assert_eq!(&text[image.expose_at.map_or(0, |it| it.start) as usize..], "CMD x");
    let Healthcheck::Set(check) = image.healthcheck else { panic!("{:?}", image.healthcheck) };
    let request = &check.requests[0];
    assert_eq!((request.host.as_str(), request.port, request.path.as_str()), ("localhost", 8080, "/healthz"));
    assert_eq!(&text[request.path_span.range()], "/healthz");
    assert_eq!(&text[request.port_span.range()], "8080");
    assert!(request.fails_on_error_status);
    let tools: Vec<_> = check.tools.iter().map(|it| (it.name.as_str(), it.implied)).collect();
    assert_eq!(tools, [("sh", true), ("wget", false)]);
}

#[test]
fn a_go_build_knows_the_version_it_has_and_needs() {
    let builds = |head: &str| {
        let (image, _) = image(&format!("{head}\nWORKDIR /s\nCOPY . .\nRUN go build -o /x ."), &[]);
        let show = |it: &reachlint::model::GoBuild| {
            format!("{} {} {}", it.version, it.required.value, it.toolchain_allowed)
        };
        image.go_builds.iter().map(show).collect::<Vec<_>>()
    };
    assert_eq!(builds("ARG V=1.22\nFROM golang:${V}-alpine"), ["1.22 1.23.1 false"]);
    assert_eq!(builds("FROM golang:1.22.3\nENV GOTOOLCHAIN=auto"), ["1.22.3 1.23.1 true"]);
    assert!(builds("FROM golang:alpine").is_empty());
    assert!(builds("ARG V\nFROM golang:${V}").is_empty());
}

/// Prints, for each repository below `REACHLINT_CORPUS`, what is bound and what is not.
#[test]
fn real_dockerfiles_never_panic() {
    let Some(corpus) = std::env::var_os("REACHLINT_CORPUS") else { return };
    let (mut all, mut bound) = (0, 0);
    for repository in std::fs::read_dir(corpus).unwrap().flatten() {
        let mut files = Vec::new();
        find(&repository.path(), "", &mut files);
        let facts = facts(&files);
        let module = facts.modules.iter().map(|(id, it)| {
            let folder = facts.path(*id).rsplit_once('/').map_or(".", |it| it.0).to_owned();
            (folder, it.module.as_ref().map(|it| it.value.clone()).unwrap_or_default())
        });
        let modules: Vec<(String, String)> = module.collect();
        let mut programs: Vec<Program> = Vec::new();
        for (path, text) in &files {
            if !path.ends_with(".go") || !text.contains("package main") || !text.contains("func main()") {
                continue;
            }
            let folder = path.rsplit_once('/').map_or(".", |it| it.0);
            if programs.iter().any(|it| it.directory == folder) {
                continue;
            }
            let inside = modules
                .iter()
                .filter(|(it, _)| it == "." || folder == it || folder.starts_with(&format!("{it}/")));
            let import = inside.max_by_key(|(it, _)| it.len()).map(|(base, module)| {
                let rest = if base == "." { folder } else { folder[base.len()..].trim_start_matches('/') };
                if rest.is_empty() || rest == "." { module.clone() } else { format!("{module}/{rest}") }
            });
            programs.push(program(folder, &import.unwrap_or_default()));
        }
        let mut images = Images::read(&facts, &programs);
        for (id, dockerfile) in &facts.dockerfiles {
            let Some(image) = images.build_alone(*id) else { continue };
            let image = images.image(image);
            all += 1;
            bound += usize::from(image.program.is_some());
            let go = dockerfile.stages.iter().any(|it| format!("{:?}", it.image).contains("golang"));
            let name = repository.file_name().to_string_lossy().into_owned();
            let what = image.process.as_ref().map(|it| match &it.command {
                reachlint::model::Command::Exec(words) => {
                    words.iter().map(|it| it.as_str().to_owned()).collect::<Vec<_>>().join(" ")
                }
                reachlint::model::Command::Shell(text) => format!("sh -c {}", text.as_str()),
            });
            let state = if image.program.is_some() {
                "bound"
            } else if go {
                "NOT"
            } else {
                "no-go"
            };
            println!("{state}\t{name}/{}\t{}", facts.path(*id), what.unwrap_or_default().replace('\n', " "));
        }
    }
    println!("{bound} of {all} bound");
}

fn find(folder: &Path, prefix: &str, out: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && !matches!(name.as_str(), ".git" | "node_modules" | "vendor") {
            find(&entry.path(), &path, out);
        } else if kind.is_file() {
            let wanted = name.ends_with(".go")
                || name == "go.mod"
                || name.ends_with(".sh")
                || name.to_ascii_lowercase().contains("dockerfile");
            let text = if wanted {
                std::fs::read_to_string(entry.path()).unwrap_or_default()
            } else {
                String::new()
            };
            out.push((path, text));
        }
    }
}
