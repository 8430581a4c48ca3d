//! Which Go files are read in full.
//!
//! Parsing is by far the dearest step of a run, so each file's head and outline are read without a parser
//! first. Only files that a program of the project is built from are parsed, and of these only the function
//! bodies that can have to do with the network.

mod relevance;

use std::sync::Mutex;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::isolate;
use crate::facts::catalogue::Wrappers;
use crate::facts::go::{BuildTags, GoFile, Head, is_built, of_head, path_literals, read_without, scan};
use crate::facts::{Selections, folder_of};
use crate::source::FileId;

/// One Go file: its id, its path relative to the project root and its text.
pub(super) type File<'t> = (FileId, &'t str, &'t str);

/// Reads the Go files of a project, which may be built with `tags`. `modules` are folder (`.` for the root) and
/// path of each module. Files that no program needs have their head alone. Besides those, who reads the
/// fields of structs.
pub(super) fn read_go(
    files: &[File<'_>],
    modules: &[(String, String)],
    tags: BuildTags<'_>,
    wrappers: &Wrappers,
    internal_errors: &Mutex<Vec<String>>,
) -> (Vec<(FileId, GoFile)>, Selections) {
    let heads: Vec<Head> = files.par_iter().map(|(id, _, text)| scan(*id, text)).collect();
    let folders = Folders::new(files, modules);
    let needed = needed(files, &heads, &folders, tags);
    let relevance::Relevance { irrelevant: skipped, selections } =
        relevance::judge(files, &heads, &needed, &folders, wrappers);
    let of_file = |(index, head): (usize, &Head)| {
        let (id, path, text) = files[index];
        let read =
            |skipped: &Vec<_>| isolate::run(path, internal_errors, || read_without(id, text, head, skipped));
        let full = skipped[index].as_ref().and_then(read);
        let mut facts = full.unwrap_or_else(|| of_head(head));
        if needed[index] {
            facts.paths = path_literals(id, text);
        }
        (id, facts)
    };
    (heads.par_iter().enumerate().map(of_file).collect(), selections)
}

/// For each file whether it is part of a program of the project on Linux.
fn needed(files: &[File<'_>], heads: &[Head], packages: &Folders<'_>, tags: BuildTags<'_>) -> Vec<bool> {
    let built: Vec<bool> = files
        .iter()
        .zip(heads)
        .map(|((_, path, _), head)| {
            is_built(path, head.constraint.as_ref().map(|it| it.value.as_str()), tags)
        })
        .collect();
    let mains = files.iter().zip(heads).filter(|(_, head)| head.main.is_some());
    let mut pending: Vec<&str> = mains.map(|((_, path, _), _)| folder_of(path)).collect();
    let mut reached: FxHashSet<&str> = FxHashSet::default();
    while let Some(folder) = pending.pop() {
        if !reached.insert(folder) {
            continue;
        }
        for index in packages.files(folder).iter().filter(|it| built[**it]) {
            for import in &heads[*index].imports {
                pending.extend(packages.find(&import.path.value));
            }
        }
    }
    // A file with a constraint may hold a program of its own (`//go:build ignore`); nothing builds it
    // by itself, so its head is enough.
    files
        .iter()
        .zip(&built)
        .map(|((_, path, _), built)| *built && reached.contains(folder_of(path)))
        .collect()
}

/// The folders with Go files, and what import paths mean.
struct Folders<'t> {
    files: FxHashMap<&'t str, Vec<usize>>,
    /// Folder and path of each module.
    modules: &'t [(String, String)],
    /// Folders by their last part.
    by_name: FxHashMap<&'t str, Vec<&'t str>>,
}

impl<'t> Folders<'t> {
    fn new(files: &[File<'t>], modules: &'t [(String, String)]) -> Self {
        let mut by_folder: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (index, (_, path, _)) in files.iter().enumerate() {
            by_folder.entry(folder_of(path)).or_default().push(index);
        }
        let mut by_name: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
        for folder in by_folder.keys() {
            let name = folder.rsplit('/').next().unwrap_or(folder);
            by_name.entry(name).or_default().push(folder);
        }
        Self { files: by_folder, modules, by_name }
    }

    fn files(&self, folder: &str) -> &[usize] {
        self.files.get(folder).map_or(&[], Vec::as_slice)
    }

    /// The folders that an import path may mean: several where modules have one path, of which each means its own, or
    /// where a module has a package by the path of another module.
    fn find(&self, import: &str) -> Vec<&'t str> {
        let mut found: Vec<&'t str> = Vec::new();
        for (folder, path) in self.modules {
            let Some(rest) = import.strip_prefix(path.as_str()) else { continue };
            if !rest.is_empty() && !rest.starts_with('/') {
                continue;
            }
            let folder = match (folder.as_str(), rest.trim_start_matches('/')) {
                (".", "") => ".".to_owned(),
                (".", rest) => rest.to_owned(),
                (folder, "") => folder.to_owned(),
                (folder, rest) => format!("{folder}/{rest}"),
            };
            if let Some((known, _)) = self.files.get_key_value(folder.as_str())
                && !found.contains(known)
            {
                found.push(known);
            }
        }
        if !found.is_empty() {
            return found;
        }
        // Without a go.mod, as in a GOPATH tree, a path ends as its folder does, or the folder as the path.
        let name = import.rsplit('/').next().unwrap_or(import);
        let alike = self.by_name.get(name).into_iter().flatten().copied();
        let ends = |whole: &str, end: &str| {
            whole.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        alike
            .filter(|folder| import.contains('/') && (ends(import, folder) || ends(folder, import)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_program_is_built_from_is_read() {
        let main = "package main\nimport \"example.com/shop/web\"\nfunc main() { web.Run() }\n";
        let web = "package web\nfunc Run() {}\n";
        let sources = [
            ("main.go", main),
            ("main_test.go", main),
            ("web/web.go", web),
            ("web/web_windows.go", web),
            ("unused/unused.go", "package unused\nfunc F() {}\n"),
        ];
        let files = |sources: &[(&'static str, &'static str)]| -> Vec<File<'static>> {
            let numbered = sources.iter().enumerate();
            numbered.map(|(index, (path, text))| (FileId(index as u32), *path, *text)).collect()
        };
        let modules = [(".".to_owned(), "example.com/shop".to_owned())];
        for modules in [&modules[..], &[]] {
            let (facts, _) = read_go(
                &files(&sources),
                modules,
                BuildTags::These(&[]),
                &Wrappers::default(),
                &Mutex::new(Vec::new()),
            );
            let full: Vec<bool> = facts.iter().map(|(_, it)| it.in_full).collect();
            assert_eq!(full, [true, false, true, false, false]);
            assert!(facts.iter().all(|(_, it)| it.package.is_some()));
        }
    }

    /// The functions whose bodies were read, of one package `main` of these files.
    fn bodies_read(sources: &[&'static str]) -> Vec<String> {
        let paths = ["main.go", "b.go", "c.go"];
        let numbered = sources.iter().zip(paths).enumerate();
        let files: Vec<File<'_>> =
            numbered.map(|(index, (text, path))| (FileId(index as u32), path, *text)).collect();
        let (facts, _) = read_go(
            &files,
            &[(".".to_owned(), "a".to_owned())],
            BuildTags::These(&[]),
            &Wrappers::default(),
            &Mutex::new(Vec::new()),
        );
        let functions = facts.iter().flat_map(|(_, it)| &it.functions);
        let read = functions.filter(|it| !it.calls.is_empty() || !it.returns.is_empty());
        read.map(|it| it.name.value.clone()).collect()
    }

    #[test]
    fn bodies_that_lead_to_the_network_or_make_its_values_are_read() {
        let main = r#"package main
import "net/http"
func main() { s := newServer("x"); s.start(); helper() }
func (s *server) start() { run(s) }
func run(s *server) { http.ListenAndServe(s.address(), nil) }
func (s *server) address() string { return s.host + port() }
func port() string { return ":80" }
func helper() error { return other() }
func other() error { return nil }
"#;
        let types = "package main\ntype server struct { host string }\nfunc newServer(h string) *server { return &server{host: h} }\n";
        let generated =
            "// Code generated by x. DO NOT EDIT.\n\npackage main\n\nfunc text() string { return \"x\" }\n";
        let read = bodies_read(&[main, types, generated]);
        assert_eq!(read, ["main", "start", "run", "address", "port", "newServer"]);
    }

    #[test]
    fn a_client_is_found_behind_an_interface() {
        let main = r#"package main
type users interface { Get(id string) error }
func main() { handle(newUsers()) }
func handle(it users) { it.Get("1") }
func idle() { println("x") }
"#;
        let client = r#"package main
import "net/http"
type client struct { base string }
func newUsers() users { return &client{base: "http://users"} }
func (c *client) Get(id string) error { _, err := http.Get(c.base + id); return err }
"#;
        assert_eq!(bodies_read(&[main, client]), ["main", "handle", "newUsers", "Get"]);
    }

    #[test]
    fn a_router_in_a_field_of_another_package_is_told() {
        let sources = [
            (
                "main.go",
                "package main\nimport \"a/routes\"\nimport \"a/lib\"\nfunc main() { routes.Add(lib.New()) }\n",
            ),
            (
                "routes/r.go",
                "package routes\nimport \"a/lib\"\nfunc Add(h lib.Handler) { h.Gin.GET(\"/x\", nil) }\n",
            ),
            (
                "lib/l.go",
                "package lib\nimport \"github.com/gin-gonic/gin\"\ntype Handler struct { Gin *gin.Engine }\nfunc New() Handler { return Handler{gin.New()} }\n",
            ),
        ];
        let numbered = sources.iter().enumerate();
        let files: Vec<File<'_>> =
            numbered.map(|(index, (path, text))| (FileId(index as u32), *path, *text)).collect();
        let (facts, _) = read_go(
            &files,
            &[(".".to_owned(), "a".to_owned())],
            BuildTags::These(&[]),
            &Wrappers::default(),
            &Mutex::new(Vec::new()),
        );
        assert!(facts.iter().flat_map(|(_, it)| &it.functions).all(|it| !it.calls.is_empty()));
    }

    #[test]
    fn a_maker_of_what_a_framework_starts_is_told() {
        let main = "package main\nfunc main() { framework(parts()) }\nfunc parts() any { return wrap(newServer()) }\n";
        let server = "package main\nimport \"net/http\"\ntype server struct{}\nfunc newServer() any { return &server{} }\nfunc (s *server) Start() { http.ListenAndServe(\":1\", nil) }\n";
        assert_eq!(bodies_read(&[main, server]), ["main", "parts", "newServer", "Start"]);
    }
}
