//! The configuration files of a proxy, one after the other, as the proxy itself includes them.

use super::Scene;
use super::address::{self, Way};
use super::expand::{self, Expander};
use crate::facts::catalogue::{ProxyEntry, ProxyFormat, fits};
use crate::facts::proxy::{Pass, ProxyFile};
use crate::model::image::absolute;
use crate::model::{ContainerFile, Dial, Listener, catalogued};
use crate::net::Reach;
use crate::source::{Span, Spanned, Text};

/// What the files say.
#[derive(Default)]
pub(super) struct Found {
    pub(super) listeners: Vec<Listener>,
    pub(super) dials: Vec<Dial>,
    /// Why there may be more of both.
    pub(super) incomplete: Option<Spanned<String>>,
    /// The directive that passes requests to what is not known.
    pub(super) unknown_pass: Option<Span>,
}

/// Reads `root` and what it includes; `None` when it is not in the project.
pub(super) fn all(scene: &Scene<'_>, entry: &ProxyEntry, root: &str) -> Option<Found> {
    let mut reader = Reader {
        scene,
        entry,
        folder: root.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(),
        found: Found::default(),
        seen: Vec::new(),
        groups: Vec::new(),
        passes: Vec::new(),
        variables: Vec::new(),
    };
    let own = match entry.format {
        ProxyFormat::Envoy => return super::settings::envoy(scene, root),
        ProxyFormat::Traefik => return super::settings::traefik(scene, root),
        ProxyFormat::Nginx => Expander::Nobody,
        ProxyFormat::Caddyfile => Expander::Caddy,
        ProxyFormat::Haproxy => Expander::Haproxy,
    };
    match reader.standing(root) {
        Standing::Here(file) => reader.add(file, own),
        // The file of the image includes those of one folder.
        Standing::OfImage if root == entry.file => match entry.templates {
            Some((_, folder)) => reader.include(&format!("{folder}/*.conf"), own),
            None => return None,
        },
        _ => return None,
    }
    reader.starts_nothing_else();
    Some(reader.finish())
}

/// What stands at a path.
enum Standing<'a> {
    Here(&'a ProxyFile),
    /// What the public image has there, if anything.
    OfImage,
    Nothing,
    Unknown,
}

struct Reader<'s> {
    scene: &'s Scene<'s>,
    entry: &'s ProxyEntry,
    /// The folder of the configuration, to which paths are relative.
    folder: String,
    found: Found,
    seen: Vec<String>,
    groups: Vec<(String, Vec<Text>)>,
    passes: Vec<(Option<Text>, &'s Pass)>,
    variables: Vec<(String, Text)>,
}

impl<'s> Reader<'s> {
    fn standing(&self, path: &str) -> Standing<'s> {
        let files = self.scene.files;
        match files.at(path) {
            ContainerFile::Project(..) if files.is_edited(path) => Standing::Unknown,
            ContainerFile::Project(file, brought_by) => {
                files.proxy(&file, brought_by).map_or(Standing::Unknown, Standing::Here)
            }
            ContainerFile::Embedded(file, brought_by) => {
                files.embedded_proxy(file, brought_by).map_or(Standing::Unknown, Standing::Here)
            }
            ContainerFile::Absent { .. } => Standing::Nothing,
            _ if files.keeps_base_file(path) => Standing::OfImage,
            _ if files.hides_base_file(path) => Standing::Nothing,
            _ => Standing::Unknown,
        }
    }

    fn add(&mut self, file: &'s ProxyFile, by: Expander) {
        let environment = self.scene.environment;
        let expanded = |text: &Text| expand::environment(text, by, environment);
        if let Some(reason) = &file.incomplete {
            self.found.incomplete.get_or_insert_with(|| reason.clone());
        }
        for listen in &file.listens {
            let port = if self.scene.entry.is_some_and(|it| it.user.is_some()) { 8000 } else { 80 };
            let address = expanded(&listen.address);
            match address.and_then(|it| address::listeners(self.entry.format, listen, &it, port)) {
                Some(all) => all.into_iter().for_each(|it| self.listen(it)),
                None => self.not_known("the address of a listener is not known", listen.site),
            }
        }
        for group in &file.groups {
            let servers = group.servers.iter().filter_map(expanded).collect();
            self.groups.push((group.name.as_str().to_owned(), servers));
        }
        let variables = file.variables.iter();
        self.variables.extend(variables.filter_map(|(name, it)| Some((name.clone(), expanded(it)?))));
        self.passes.extend(file.passes.iter().map(|it| (expanded(&it.to), it)));
        for path in &file.includes {
            match expanded(path) {
                Some(path) => self.include(&absolute(&self.folder, path.as_str()), by),
                None => self.not_known("the path of an included file is not known", self.scene.image_span),
            }
        }
    }

    /// Several servers share one socket, and of one for every address and one for some nginx opens the first.
    fn listen(&mut self, listener: Listener) {
        let all = &mut self.found.listeners;
        match all.iter_mut().find(|it| it.port == listener.port && it.protocol == listener.protocol) {
            Some(known) if known.reach != Reach::Wildcard => *known = listener,
            Some(_) => {}
            None => all.push(listener),
        }
    }

    fn include(&mut self, path: &str, by: Expander) {
        if self.seen.iter().any(|it| it == path) {
            return;
        }
        self.seen.push(path.to_owned());
        let (folder, pattern) = path.rsplit_once('/').unwrap_or(("", path));
        if folder.contains('*') {
            self.not_known("files of several folders are included", self.scene.image_span);
        } else if pattern.contains('*') {
            self.include_folder(folder, pattern, by);
        } else {
            match self.standing(path) {
                Standing::Here(file) => self.add(file, by),
                // What the images of proxies have beside their configuration opens no socket: `mime.types`.
                Standing::OfImage | Standing::Nothing => {}
                Standing::Unknown => {
                    self.not_known("an included file is not in the project", self.scene.image_span)
                }
            }
        }
    }

    fn include_folder(&mut self, folder: &str, pattern: &str, by: Expander) {
        let files = self.scene.files;
        let made = self.add_templates(folder, pattern);
        let is_made = |name: &str| made.iter().any(|it| it == name);
        let Some(names) = files.names_in(folder) else {
            return self.not_known("its configuration is not in the project", self.scene.image_span);
        };
        for name in names.iter().filter(|it| fits(pattern, it) && !is_made(it)) {
            match self.standing(&format!("{folder}/{name}")) {
                Standing::Here(file) => self.add(file, by),
                Standing::OfImage | Standing::Nothing => {}
                Standing::Unknown => {
                    self.not_known("an included file is not in the project", self.scene.image_span)
                }
            }
        }
        let is_of_image = self.entry.templates.is_some_and(|(_, it)| it == folder);
        if is_of_image && fits(pattern, DEFAULT_SERVER) && !is_made(DEFAULT_SERVER) {
            match self.standing(&format!("{folder}/{DEFAULT_SERVER}")) {
                Standing::OfImage => self.add_default_server(),
                Standing::Here(_) | Standing::Nothing => {}
                Standing::Unknown => self.not_known("its default server may be gone", self.scene.image_span),
            }
        }
    }

    /// Adds what the entrypoint of the image makes of templates, and gives the names of the files it makes.
    fn add_templates(&mut self, folder: &str, pattern: &str) -> Vec<String> {
        let Some((from, _)) = self.entry.templates.filter(|(_, to)| *to == folder) else { return Vec::new() };
        let files = self.scene.files;
        let Some(names) = files.names_in(from) else {
            self.not_known("its templates are not in the project", self.scene.image_span);
            return Vec::new();
        };
        let mut made = Vec::new();
        for name in names {
            let Some(result) = name.strip_suffix(".template").filter(|it| fits(pattern, it)) else {
                continue;
            };
            match self.standing(&format!("{from}/{name}")) {
                Standing::Here(file) => self.add(file, Expander::Template),
                _ => self.not_known("a template is not in the project", self.scene.image_span),
            }
            made.push(result.to_owned());
        }
        let settings = self.scene.environment.variables.keys();
        if !made.is_empty() && settings.into_iter().any(|it| it.starts_with("NGINX_ENVSUBST_")) {
            self.not_known("settings of its entrypoint decide about its templates", self.scene.image_span);
        }
        made
    }

    fn add_default_server(&mut self) {
        let Some(entry) = self.scene.entry else {
            return self.not_known("its default server is not known", self.scene.image_span);
        };
        let span = self.scene.image_span;
        let stock = catalogued::listeners(entry, span, self.scene.environment, None, true);
        stock.known.into_iter().for_each(|it| self.listen(it));
    }

    /// The entrypoint of the image runs what is in a folder of it.
    fn starts_nothing_else(&mut self) {
        let names = self.scene.files.names_in("/docker-entrypoint.d");
        if names.is_none_or(|it| !it.is_empty()) {
            self.not_known("a script runs before it", self.scene.image_span);
        }
    }

    fn not_known(&mut self, reason: &str, span: Span) {
        self.found.incomplete.get_or_insert_with(|| Spanned::new(reason.to_owned(), span));
    }

    fn finish(mut self) -> Found {
        let mut passed: Vec<usize> = Vec::new();
        for (to, pass) in std::mem::take(&mut self.passes) {
            let Some(to) = to else {
                self.found.unknown_pass.get_or_insert(pass.site);
                continue;
            };
            for to in expand::own_variables(&to, &self.variables) {
                let name = &to.as_str()[address::authority(to.as_str())];
                match self.groups.iter().position(|(it, _)| it.eq_ignore_ascii_case(name)) {
                    Some(group) => {
                        passed.push(group);
                        for server in self.groups[group].1.clone() {
                            self.connect(pass, &server);
                        }
                    }
                    None => self.connect(pass, &to),
                }
            }
        }
        self.resolve_idle_groups(&passed);
        self.found
    }

    /// nginx resolves the servers of every group when it starts, and ends when one has no address, whether or
    /// not anything is passed to them.
    fn resolve_idle_groups(&mut self, passed: &[usize]) {
        let is_passed = |at: usize| passed.contains(&at) || self.found.unknown_pass.is_some();
        let idle: Vec<(Text, bool)> = self
            .groups
            .iter()
            .enumerate()
            .filter(|(at, _)| !passed.contains(at))
            .flat_map(|(at, (_, servers))| servers.iter().map(move |it| (it.clone(), is_passed(at))))
            .collect();
        for (server, is_passed) in idle {
            let Some(site) = server.cover() else { continue };
            let pass = Pass { to: server.clone(), scheme: "", port: Some(80), site };
            if let Way::To(mut dial) = address::way(&pass, &server) {
                dial.port = dial.port.filter(|_| is_passed);
                self.found.dials.push(*dial);
            }
        }
    }

    fn connect(&mut self, pass: &Pass, to: &Text) {
        match address::way(pass, to) {
            Way::To(dial) => {
                let is_known = |it: &Dial| it.host_span == dial.host_span && it.address() == dial.address();
                if !self.found.dials.iter().any(is_known) {
                    self.found.dials.push(*dial);
                }
            }
            Way::Local => {}
            Way::Unknown => {
                self.found.unknown_pass.get_or_insert(pass.site);
            }
        }
    }
}

/// The server that the images of nginx come with.
const DEFAULT_SERVER: &str = "default.conf";
