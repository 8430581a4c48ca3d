//! What a file is, told by its name, and for a Kubernetes manifest by its text.

use super::catalogue::is_of_builder;
use super::commands;
use super::configuration::{self, Format};
use super::{helm, hns, kubernetes, kustomize};

/// The formats reachlint reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `*.go`.
    Go,
    /// `go.mod`.
    GoMod,
    /// `go.work`.
    GoWork,
    /// `Dockerfile`, `*.Dockerfile`, `Dockerfile.*`, `Containerfile`.
    Dockerfile,
    /// `.dockerignore`, `Dockerfile.dockerignore`.
    Dockerignore,
    /// `compose.y(a)ml`, `compose.*.y(a)ml`, `docker-compose*.y(a)ml`, and samples of the files that Compose reads
    /// by itself (`docker-compose.yml.example`).
    Compose,
    /// `.env*`, `*.env`.
    Dotenv,
    /// `*.sh` and the scripts that images start with.
    Script,
    /// `Makefile`, `*.mk`.
    Makefile,
    /// `justfile`.
    Justfile,
    /// `Taskfile.yml`.
    Taskfile,
    /// `*.ps1`, `*.bat`, `*.cmd`.
    WindowsScript,
    /// `docker-bake.hcl`, `docker-bake.json`.
    Bake,
    /// `skaffold.yaml`.
    Skaffold,
    /// `Tiltfile`, `*.tiltfile`.
    Tiltfile,
    /// What is only searched for names: files of tools that build (`Jenkinsfile`, see [`is_of_builder`]), `.envrc`.
    Searched,
    /// A pipeline of GitHub, GitLab or Azure: its path tells it.
    Pipeline,
    /// `README.md`, `CONTRIBUTING.md`: what people type, when they do as they are told.
    Readme,
    /// Another `*.md`: perhaps it shows command lines about containers.
    Document,
    /// `*.sql`.
    Sql,
    /// `.gitattributes`: the line ends of files.
    Gitattributes,
    /// `.gitignore`.
    Gitignore,
    /// `.gitmodules`.
    Gitmodules,
    /// A `*.json` whose text is that of a network of Windows containers: no name tells it.
    HnsNetwork,
    /// `supervisord.conf`, what stands in `supervisor/conf.d`, `*.service`: which programs a supervisor starts.
    Supervisor,
    /// `.wslconfig`: the virtual machine of all distributions of WSL.
    Wslconfig,
    /// `wsl.conf`: one distribution of WSL.
    WslConf,
    /// `*.conf`, `*.conf.template`: perhaps a configuration of nginx, which nothing but a container of nginx
    /// that has it can tell.
    Nginx,
    /// `Caddyfile`, `Caddyfile.*`, `*.Caddyfile`.
    Caddyfile,
    /// `*.cfg`: perhaps a configuration of HAProxy.
    Haproxy,
    /// `package.json`, whose scripts people run, also in projects of Go.
    Package,
    /// `devcontainer.json`: <https://containers.dev/implementors/json_reference/>.
    Devcontainer,
    /// `reachlint.toml`, `.reachlint.toml`.
    Settings,
    /// `*.yaml`, `*.toml` and so on: perhaps the configuration of a program. Of these files only some
    /// are read, see [`configuration`](super::configuration).
    Configuration,
    /// A `*.y(a)ml` or `*.json` whose text is that of a Kubernetes manifest: no name tells it.
    Manifest,
    /// `kustomization.yaml`, `kustomization.yml`, `Kustomization`.
    Kustomization,
    /// A file that is read only because a kustomization names it: no name tells it.
    KustomizeInput,
    /// `Chart.yaml`.
    Chart,
    /// A file that is read only because it stands in the folder of a chart: its values, its templates.
    ChartInput,
}

impl Kind {
    /// The kind of the file at `path` with that text; `None` for one that is not read.
    #[must_use]
    pub fn of_text(path: &str, text: &str) -> Option<Self> {
        let kind = Self::of_path(path)?;
        if kind == Self::Configuration && hns::may_be_network(path) && hns::is_network(text) {
            return Some(Self::HnsNetwork);
        }
        let may_be = kind == Self::Configuration && kubernetes::may_be_manifest(path);
        Some(if may_be && kubernetes::is_manifest(path, text) { Self::Manifest } else { kind })
    }

    /// Whether people or pipelines run what is written there, and so perhaps Compose.
    #[must_use]
    pub fn may_call_compose(self) -> bool {
        matches!(
            self,
            Self::Makefile
                | Self::Justfile
                | Self::Taskfile
                | Self::WindowsScript
                | Self::Package
                | Self::Pipeline
                | Self::Script
                | Self::Readme
                | Self::Document
        )
    }

    /// The kind of the file at `path`, as far as the path tells it.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        // What a generator fills in, `{{cookiecutter.name}}/compose.yaml`, belongs to the projects that it makes.
        if path.contains("{{") {
            return None;
        }
        if helm::is_helper(path) {
            return Some(Self::ChartInput);
        }
        let of_name = Self::of(path.rsplit('/').next().unwrap_or(path));
        let is_read = of_name.is_some_and(|it| it != Self::Configuration) || configuration::is_likely(path);
        if is_only_searched(path) || !is_read && is_of_builder(path) {
            return Some(Self::Searched);
        }
        let kind = of_name?;
        if matches!(kind, Self::Nginx | Self::Configuration) && is_of_supervisord(path) {
            return Some(Self::Supervisor);
        }
        let is_pipeline = kind == Self::Configuration && commands::is_pipeline(path);
        Some(if is_pipeline { Self::Pipeline } else { kind })
    }

    /// The kind of the file of that name (its last path part). Upper and lower case are the same
    /// but for Go's own names: BuildKit itself tries `dockerfile`, and on macOS and Windows any
    /// spelling is found.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "go.mod" => return Some(Self::GoMod),
            "go.work" => return Some(Self::GoWork),
            "reachlint.toml" | ".reachlint.toml" => return Some(Self::Settings),
            _ if kustomize::NAMES.contains(&name) => return Some(Self::Kustomization),
            helm::NAME => return Some(Self::Chart),
            _ if name.ends_with(".go") => return Some(Self::Go),
            _ => {}
        }
        let name = name.to_ascii_lowercase();
        if name == ".wslconfig" {
            Some(Self::Wslconfig)
        } else if name == ".gitattributes" {
            Some(Self::Gitattributes)
        } else if name == ".gitignore" {
            Some(Self::Gitignore)
        } else if name == ".gitmodules" {
            Some(Self::Gitmodules)
        } else if name == "wsl.conf" {
            Some(Self::WslConf)
        } else if name.ends_with(".dockerignore") {
            Some(Self::Dockerignore)
        } else if is_dockerfile(&name) {
            Some(Self::Dockerfile)
        } else if is_compose(&name) {
            Some(Self::Compose)
        } else if is_makefile(&name) {
            // Before variable files: `Makefile.env` is included by a Makefile.
            Some(Self::Makefile)
        } else if is_dotenv(&name) {
            Some(Self::Dotenv)
        } else if is_script(&name) {
            Some(Self::Script)
        } else if matches!(name.as_str(), "justfile" | ".justfile") || name.ends_with(".just") {
            Some(Self::Justfile)
        } else if (name.ends_with(".hcl") && name.contains("bake"))
            || matches!(name.as_str(), "docker-bake.json" | "docker-bake.override.json")
        {
            Some(Self::Bake)
        } else if matches!(name.as_str(), "skaffold.yaml" | "skaffold.yml") {
            Some(Self::Skaffold)
        } else if name == "package.json" {
            Some(Self::Package)
        } else if matches!(name.as_str(), "devcontainer.json" | ".devcontainer.json") {
            Some(Self::Devcontainer)
        } else if name == "tiltfile" || name.ends_with(".tiltfile") {
            Some(Self::Tiltfile)
        } else if TASKFILES.contains(&name.as_str()) {
            Some(Self::Taskfile)
        } else if [".ps1", ".bat", ".cmd"].iter().any(|it| name.ends_with(it)) {
            Some(Self::WindowsScript)
        } else if matches!(name.as_str(), "readme.md" | "contributing.md" | "development.md") {
            Some(Self::Readme)
        } else if name.ends_with(".md") && !is_history(&name) {
            Some(Self::Document)
        } else if name.ends_with(".sql") {
            Some(Self::Sql)
        } else if name.ends_with(".service") {
            Some(Self::Supervisor)
        } else if is_caddyfile(&name) {
            Some(Self::Caddyfile)
        } else if is_nginx(&name) {
            Some(Self::Nginx)
        } else if name.ends_with(".cfg") {
            Some(Self::Haproxy)
        } else if Format::of(&name).is_some() || is_sample_of_configuration(&name) {
            Some(Self::Configuration)
        } else {
            None
        }
    }
}

/// Whether only names of a file count, whatever it holds: pipelines of CircleCI and Woodpecker, what direnv sets.
fn is_only_searched(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
    let is_of_pipeline = folder.split('/').any(|it| matches!(it, ".circleci" | ".woodpecker"));
    is_of_pipeline || name == ".envrc"
}

/// What was once.
fn is_history(name: &str) -> bool {
    ["changelog", "changes", "history", "news", "release"].iter().any(|it| name.starts_with(it))
}

/// Endings of copies that people keep of a file and do not use.
const KEPT_COPIES: &[&str] = &[".backup", ".bak", ".old", ".orig", ".save", "~"];

fn is_kept_copy(name: &str) -> bool {
    KEPT_COPIES.iter().any(|it| name.ends_with(it))
}

fn is_dockerfile(name: &str) -> bool {
    !is_kept_copy(name)
        && ["dockerfile", "containerfile"].iter().any(|word| match name.strip_prefix(word) {
            // `Dockerfile-dev` is as common as `Dockerfile.dev`; `Dockerfile_test.go` was Go above.
            Some(rest) => rest.is_empty() || rest.starts_with(['.', '-', '_']) && !is_other_format(rest),
            None => name.strip_suffix(word).is_some_and(|rest| rest.ends_with(['.', '-', '_'])),
        })
}

/// Endings of what is about a Dockerfile, a variable file and so on, but is not one.
fn is_other_format(name: &str) -> bool {
    const ENDINGS: &[&str] = &[
        ".adoc", ".asc", ".d", ".enc", ".gpg", ".html", ".j2", ".js", ".json", ".jsx", ".md", ".mdx", ".php",
        ".ps1", ".py", ".rb", ".rs", ".rst", ".sops", ".svg", ".tmpl", ".toml", ".tpl", ".ts", ".tsx",
        ".txt", ".yaml", ".yml",
    ];
    ENDINGS.iter().any(|it| name.ends_with(it))
}

/// Endings of files that people copy without them.
const SAMPLES: &[&str] = &[".dist", ".example", ".sample"];

/// The name under which people put a sample in place: `compose.yaml` for `compose.yaml.example`.
#[must_use]
pub fn without_sample(name: &str) -> Option<&str> {
    SAMPLES.iter().find_map(|it| name.strip_suffix(it))
}

/// Whether people copy a file to one that programs read: `config.yaml.example`, no layer of Compose.
fn is_sample_of_configuration(name: &str) -> bool {
    without_sample(name).is_some_and(|it| Format::of(it).is_some() && !it.contains("compose"))
}

/// Whether a file of the name `template` is one that something fills in to make `name`: `Dockerfile.tmpl`.
#[must_use]
pub fn is_template_of(template: &str, name: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "ejs", "erb", "gotmpl", "hbs", "in", "j2", "jinja", "jinja2", "mustache", "template", "tmpl", "tpl",
    ];
    let ending = template.strip_prefix(name).and_then(|it| it.strip_prefix('.'));
    ending.is_some_and(|it| ENDINGS.contains(&it))
}

/// Words in the names of files that others are made from.
const MODELS: &[&str] = &["dist", "example", "sample", "template"];

/// Whether a file of the name `sample` is one that people copy to `name`, and change: `config.example.yaml`,
/// `config.yaml.example` and `example-config.yaml` are such for `config.yaml`.
#[must_use]
pub fn is_sample_of(sample: &str, name: &str) -> bool {
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, ending),
        _ => (name, ""),
    };
    MODELS.iter().filter(|it| sample.contains(**it)).any(|model| {
        let behind = ['.', '-', '_'].map(|it| format!("{stem}{it}{model}"));
        let behind = behind.iter().any(|it| match ending {
            "" => it == sample,
            _ => sample.strip_prefix(it.as_str()).and_then(|it| it.strip_prefix('.')) == Some(ending),
        });
        let rest = sample.strip_prefix(model).and_then(|it| it.strip_prefix(['.', '-', '_']));
        let last = sample.strip_suffix(model).and_then(|it| it.strip_suffix('.'));
        behind || rest == Some(name) || last == Some(name)
    })
}

fn is_compose(name: &str) -> bool {
    // Other names are layers, which only who copies them merges.
    if let Some(stem) = without_sample(name).and_then(|it| it.rsplit_once('.')) {
        return matches!(stem, ("compose" | "docker-compose", "yaml" | "yml"));
    }
    let Some(stem) = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")) else { return false };
    if is_kept_copy(stem) {
        return false;
    }
    let starts = ["compose.", "compose-", "compose_"].iter().any(|it| stem.starts_with(it));
    stem == "compose" || starts || stem.contains("docker-compose") || stem.contains("docker_compose")
}

fn is_dotenv(name: &str) -> bool {
    let dotted = name == ".env" || name.starts_with(".env.") || name.starts_with(".env-");
    let dotted = dotted || name.starts_with(".env_") || name.strip_prefix("env.").is_some_and(is_stage);
    (dotted && !is_other_format(name) && !name.ends_with(".sh")) || name.ends_with(".env")
}

/// What follows `env.` in the name of a variable file: `env.example`, `env.local`. `env.proto` and the
/// like are other formats.
fn is_stage(word: &str) -> bool {
    const STAGES: &[&str] = &[
        "default",
        "defaults",
        "dev",
        "development",
        "dist",
        "docker",
        "example",
        "local",
        "prod",
        "production",
        "sample",
        "stage",
        "staging",
        "template",
        "test",
        "testing",
    ];
    word.split('.').all(|it| STAGES.contains(&it))
}

fn is_script(name: &str) -> bool {
    if name.ends_with(".sh") || name.ends_with(".bash") {
        return true;
    }
    let starts = ["entrypoint", "docker-entrypoint", "start", "startup", "run", "wait-for", "wait-for-it"];
    !name.contains('.') && (starts.contains(&name) || name.ends_with("entrypoint"))
}

/// Whether a file is called as supervisord's is, or stands where distributions have those that it includes.
fn is_of_supervisord(path: &str) -> bool {
    const FOLDERS: &[&str] =
        &["supervisor.d/", "supervisor/conf.d/", "supervisord.d/", "supervisord/conf.d/"];
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_ini = [".conf", ".ini"].iter().any(|it| name.ends_with(it));
    is_ini && (name.contains("supervisor") || FOLDERS.iter().any(|it| path.contains(it)))
}

fn is_caddyfile(name: &str) -> bool {
    name == "caddyfile"
        || name.starts_with("caddyfile.") && !is_other_format(name)
        || name.ends_with(".caddyfile")
}

fn is_nginx(name: &str) -> bool {
    let is_template = [".template", ".tmpl", ".tpl"].iter().any(|it| name.ends_with(it));
    name.ends_with(".conf")
        || (name.contains(".conf.") && (is_template || !is_other_format(name)))
        || (name.starts_with("nginx") && is_template)
}
/// <https://taskfile.dev/docs/guide#supported-file-names>.
const TASKFILES: &[&str] = &["taskfile.yml", "taskfile.yaml", "taskfile.dist.yml", "taskfile.dist.yaml"];

fn is_makefile(name: &str) -> bool {
    matches!(name, "makefile" | "gnumakefile") || name.starts_with("makefile.") || name.ends_with(".mk")
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn samples_are_copied_to_names_without_their_word() {
        for (sample, name, is_one) in [
            (".env.example", ".env", true),
            (".env.test", ".env", false),
            ("config.example.yaml", "config.yaml", true),
            ("config.yaml.dist", "config.yaml", true),
            ("config_sample.yaml", "config.yaml", true),
            ("example-config.yaml", "config.yaml", true),
            ("config.example.json", "config.yaml", false),
            ("config.yaml", "config.yaml", false),
            ("other.example.yaml", "config.yaml", false),
        ] {
            assert_eq!(super::is_sample_of(sample, name), is_one, "{sample} {name}");
        }
    }

    #[test]
    fn a_path_tells_the_files_of_supervisors() {
        for path in
            ["supervisord.conf", "build/supervisor/conf.d/web.conf", "supervisor.d/a.ini", "web.service"]
        {
            assert_eq!(Kind::of_path(path), Some(Kind::Supervisor), "{path}");
        }
        assert_eq!(Kind::of_path("supervisor/main.go"), Some(Kind::Go));
        assert_eq!(Kind::of_path("cmd/supervisor/nginx.conf"), Some(Kind::Nginx));
    }

    #[test]
    fn a_name_tells_the_kind() {
        let cases: &[(&[&str], Option<Kind>)] = &[
            (&["main.go", ".env.go", "compose.go", "Dockerfile.go"], Some(Kind::Go)),
            (&["go.mod"], Some(Kind::GoMod)),
            (&["go.work"], Some(Kind::GoWork)),
            (
                &["Dockerfile", "dockerfile", "api.Dockerfile", "Dockerfile.dev", "web.dockerfile"],
                Some(Kind::Dockerfile),
            ),
            (
                &["Containerfile", "Dockerfile-alpine", "Containerfile.ci", "DOCKERFILE"],
                Some(Kind::Dockerfile),
            ),
            (
                &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.prod.yaml"],
                Some(Kind::Compose),
            ),
            (
                &[
                    "compose.override.yml",
                    "docker-compose-dev.yml",
                    "dev.docker-compose.yml",
                    "docker-compose.yml.example",
                    "compose.yaml.dist",
                ],
                Some(Kind::Compose),
            ),
            (
                &[".env", ".env.example", "app.env", ".env.local", "env.example", ".ENV", "env.local"],
                Some(Kind::Dotenv),
            ),
            (&["run.sh", "entrypoint", "docker-entrypoint.sh", "entrypoint.sh", "start"], Some(Kind::Script)),
            (&["Dockerfile.dockerignore", ".dockerignore"], Some(Kind::Dockerignore)),
            (&[".envrc", "environment", "envelope.svg"], None),
            (&["Dockerfile.bak", "api.Dockerfile.old", "dockerfile.mdx", "dockerfile.rst"], None),
            (&["docker-compose.bak.yml"], Some(Kind::Configuration)),
            (
                &["composer.json", "compose.json", "decompose.yml", "config.toml", "app.INI"],
                Some(Kind::Configuration),
            ),
            (&["Makefile", "build.mk", "GNUmakefile"], Some(Kind::Makefile)),
            (&["package.json"], Some(Kind::Package)),
            (&["devcontainer.json", ".devcontainer.json"], Some(Kind::Devcontainer)),
            (&["Taskfile.yml", "Taskfile.dist.yaml"], Some(Kind::Taskfile)),
            (&["justfile", "Justfile", "ci.just"], Some(Kind::Justfile)),
            (&["docker-bake.hcl", "docker-bake.override.hcl", "docker-bake.json"], Some(Kind::Bake)),
            (&["skaffold.yaml"], Some(Kind::Skaffold)),
            (&["Tiltfile", "shop.tiltfile"], Some(Kind::Tiltfile)),
            (&["run.ps1", "build.bat", "RUN.CMD"], Some(Kind::WindowsScript)),
            (&["README.md", "Contributing.md"], Some(Kind::Readme)),
            (&["install.md", "Docker.MD"], Some(Kind::Document)),
            (&["CHANGELOG.md", "Changes.md"], None),
            (&["kustomization.yaml", "kustomization.yml", "Kustomization"], Some(Kind::Kustomization)),
            (&["Chart.yaml"], Some(Kind::Chart)),
            (&["001_init.up.sql", "DDL.SQL"], Some(Kind::Sql)),
            (&[".wslconfig", ".WSLConfig"], Some(Kind::Wslconfig)),
            (&["wsl.conf"], Some(Kind::WslConf)),
            (&[".gitattributes"], Some(Kind::Gitattributes)),
            (&[".gitignore"], Some(Kind::Gitignore)),
            (&[".gitmodules"], Some(Kind::Gitmodules)),
            (&["nginx.conf", "default.conf.template", "nginx.template", "site.conf.prod"], Some(Kind::Nginx)),
            (&["Caddyfile", "Caddyfile.dev", "stub.Caddyfile"], Some(Kind::Caddyfile)),
            (&["haproxy.cfg"], Some(Kind::Haproxy)),
            (&[".env.ts", "wslconfig"], None),
            (
                &[
                    "docker-compose.override.yml.dist",
                    "go.sum",
                    "main.gotmpl",
                    "env.proto",
                    "env.h",
                    "Dockerfiles",
                    "run.py",
                    "",
                ],
                None,
            ),
        ];
        for (names, expected) in cases {
            for name in *names {
                assert_eq!(Kind::of(name), *expected, "{name}");
            }
        }
    }
}
