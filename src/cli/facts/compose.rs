//! The facts of a Compose file as an outline.

use super::{errors, source};
use crate::facts::compose::{self, Build, Service, Value, Volume};
use crate::report::outline::Entry;
use crate::source::{FileId, SourceMap, Span};

pub(super) fn entries(file: FileId, sources: &SourceMap) -> Vec<Entry> {
    let it = compose::read(file, sources.file(file).text());
    let print = Printer { sources };
    let documents = it.documents.iter().flat_map(|document| {
        let name = print.optional("project", &document.name);
        let includes = document.includes.iter().map(|it| print.at("include", it.span));
        let networks = document.networks.iter().map(|it| {
            let external = it.external.iter().map(|it| print.at("external", it.span));
            Entry::new("network", &it.name.value).at(it.name.span).with_all(external)
        });
        let services = document.services.iter().map(|it| print.service(it));
        name.into_iter().chain(includes).chain(networks).chain(services)
    });
    let faults = it.documents.iter().flat_map(|it| errors(&it.content.faults));
    documents.chain(faults).chain(errors(&it.errors)).collect()
}

struct Printer<'a> {
    sources: &'a SourceMap,
}

impl Printer<'_> {
    fn service(&self, it: &Service) -> Entry {
        let name = it.name.as_ref();
        let volumes = it.volumes.iter().map(|it| match it {
            Volume::Short(value) => value.span,
            Volume::Long { span, .. } => *span,
        });
        let test = it.healthcheck.as_ref().and_then(|it| it.test.as_ref()).map(|it| it.span());
        Entry::new("service", name.map_or("", |it| it.value.as_str()))
            .at(name.map(|it| it.span))
            .with_all(self.optional("image", &it.image))
            .with_all(it.build.as_ref().map(|it| self.build(it)))
            .with_all(it.entrypoint.as_ref().map(|it| self.at("entrypoint", it.span())))
            .with_all(it.command.as_ref().map(|it| self.at("command", it.span())))
            .with_all(self.each("variable", it.environment.iter().map(|it| it.span)))
            .with_all(self.each("variables of", it.env_files.iter().map(|it| it.path.span)))
            .with_all(self.each("port", it.ports.iter().map(|it| it.span())))
            .with_all(self.each("expose", it.expose.iter().map(|it| it.span)))
            .with_all(self.optional("network mode", &it.network_mode))
            .with_all(self.each("network", it.networks.iter().flatten().map(|it| it.name.span)))
            .with_all(self.optional("container name", &it.container_name))
            .with_all(self.optional("host name", &it.hostname))
            .with_all(self.each("extra host", it.extra_hosts.iter().map(|it| it.span)))
            .with_all(self.each("link", it.links.iter().chain(&it.external_links).map(|it| it.span)))
            .with_all(self.each("depends on", it.depends_on.iter().map(|it| it.service.span)))
            .with_all(test.map(|it| self.at("health check", it)))
            .with_all(self.each("profile", it.profiles.iter().map(|it| it.span)))
            .with_all(self.each("volume", volumes))
            .with_all(it.extends.as_ref().map(|it| self.at("extends", it.service.span)))
    }

    fn build(&self, it: &Build) -> Entry {
        Entry::new("build", "")
            .at(it.span)
            .with_all(self.optional("context", &it.context))
            .with_all(self.optional("dockerfile", &it.dockerfile))
            .with_all(self.optional("target", &it.target))
            .with_all(self.each("argument", it.args.iter().map(|it| it.span)))
    }

    fn optional(&self, kind: &str, value: &Option<Value>) -> Option<Entry> {
        value.as_ref().map(|it| self.at(kind, it.span))
    }

    fn each<'b>(
        &'b self,
        kind: &'b str,
        spans: impl Iterator<Item = Span> + 'b,
    ) -> impl Iterator<Item = Entry> + 'b {
        spans.map(move |it| self.at(kind, it))
    }

    fn at(&self, kind: &str, span: Span) -> Entry {
        Entry::new(kind, source(self.sources, span)).at(span)
    }
}
