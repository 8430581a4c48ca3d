//! Reads a settings file.

use super::{
    COMPOSE, FAIL_LEVELS, FORMS, FailOn, LISTENING_FORMS, Level, PROFILES, PROTOCOLS, Profile, ROLES,
    SETTINGS, SEVERITIES, Settings, WRAPPER, is_dialling_form,
};
use crate::diagnostic::Severity;
use crate::facts::catalogue::{
    APPLICATIONS, Address, DefaultAddress, DialEntry, EntryAddress, FunctionName, GoEntry, ListenEntry,
};
use crate::facts::go::is_standard;
use crate::rules::{self, UnknownSetting};
use crate::source::{FileId, Span, Spanned, Text, nearest};
use crate::syntax::toml::{Table, Value, ValueKind, parse};

impl Settings {
    /// Reads the text of a settings file. What is not understood is noted and left out.
    #[must_use]
    pub fn read(file: FileId, text: &str) -> Self {
        let document = parse(file, text);
        let mut out = Self { errors: document.errors, ..Self::default() };
        for (key, value) in &document.root.0 {
            out.setting(key, value);
        }
        out
    }

    /// Notes a glob that cannot be read; `reason` is one clause.
    pub fn refuse_glob(&mut self, span: Span, reason: &str) {
        let message = format!("A pattern of `exclude` cannot be read: {reason}");
        self.unknown.push(UnknownSetting { span, message, label: reason.to_owned(), help: None });
    }

    fn setting(&mut self, key: &Spanned<String>, value: &Value) {
        match key.value.as_str() {
            "select" => self.select = self.rules(key, value),
            "ignore" => self.ignore = self.rules(key, value),
            "hints" => match value.kind {
                ValueKind::Boolean(it) => self.hints = Some(it),
                _ => self.refuse(key, value, "true or false"),
            },
            "fail-on" => {
                let word = self.word(key, value, FAIL_LEVELS);
                self.fail_on = FailOn::ALL.iter().copied().find(|it| Some(it.as_str()) == word);
            }
            "profile" => {
                let word = self.word(key, value, PROFILES);
                self.profile = Profile::ALL.iter().copied().find(|it| Some(it.as_str()) == word);
            }
            "exclude" => self.exclude = self.texts(key, value, "a list of patterns"),
            "severity" => match &value.kind {
                ValueKind::Table(table) => {
                    table.0.iter().for_each(|(rule, level)| self.set_level(rule, level))
                }
                _ => self.refuse(key, value, "a table of rules"),
            },
            "compose" => match &value.kind {
                ValueKind::Array(items) => items.iter().for_each(|it| self.compose_project(key, it)),
                _ => self.refuse(key, value, "a list of tables, `[[compose]]`"),
            },
            "wrapper" => match &value.kind {
                ValueKind::Array(items) => items.iter().for_each(|it| self.wrapper(key, it)),
                _ => self.refuse(key, value, "a list of tables, `[[wrapper]]`"),
            },
            _ => self.unknown_key(key, SETTINGS.iter().map(|it| it.name)),
        }
    }

    fn set_level(&mut self, rule: &Spanned<String>, value: &Value) {
        let Some(id) = self.rule(&rule.value, rule.span) else { return };
        let level = match self.word(rule, value, SEVERITIES) {
            Some("error") => Level::At(Severity::Error),
            Some("warning") => Level::At(Severity::Warning),
            Some("info") => Level::At(Severity::Info),
            Some(_) => Level::Off,
            None => return,
        };
        self.severity.push((id, level));
    }

    fn compose_project(&mut self, key: &Spanned<String>, value: &Value) {
        let ValueKind::Table(table) = &value.kind else {
            return self.refuse(key, value, "a list of tables, `[[compose]]`");
        };
        for (key, _) in table.0.iter().filter(|(key, _)| key.value != "files") {
            self.unknown_key(key, COMPOSE.iter().map(|(it, _)| it.name));
        }
        match entry_of(table, "files") {
            Some((key, value)) => {
                let files = self.texts(key, value, "a list of paths");
                self.compose.extend((!files.is_empty()).then_some(files));
            }
            None => self.note(
                value.span,
                "A Compose project must say its files".to_owned(),
                "without files",
                None,
            ),
        }
    }

    fn wrapper(&mut self, key: &Spanned<String>, value: &Value) {
        let ValueKind::Table(table) = &value.kind else {
            return self.refuse(key, value, "a list of tables, `[[wrapper]]`");
        };
        for (key, _) in &table.0 {
            if !WRAPPER.iter().any(|(it, _)| it.name == key.value) {
                self.unknown_key(key, WRAPPER.iter().map(|(it, _)| it.name));
            }
        }
        let before = self.unknown.len();
        let needed = WRAPPER.iter().filter(|(_, needed)| *needed).map(|(it, _)| it.name);
        let missing: Vec<_> = needed.filter(|it| entry_of(table, it).is_none()).collect();
        if !missing.is_empty() {
            let message = format!("A wrapper must say its {}", missing.join(" and its "));
            self.note(value.span, message, format!("without {}", missing.join(" and ")), None);
        }
        let function = self.function(table);
        let entry = self.entry(table);
        // A wrapper of which a part was not understood would claim what nobody said.
        if let (Some(function), Some(entry)) = (function, entry)
            && self.unknown.len() == before
        {
            self.wrappers.add(function, entry);
        }
    }

    fn function(&mut self, table: &Table) -> Option<FunctionName> {
        let (key, value) = entry_of(table, "function")?;
        let text = self.text(key, value)?;
        let span = text.span().unwrap_or(value.span);
        let Some(function) = FunctionName::parse(text.as_str()) else {
            let message = format!("`{}` names no function of a Go package", text.as_str());
            let help = "write it as Go prints it: `example.com/web.Serve` or `(*example.com/web.Server).Run`";
            self.note(span, message, "not a package and a function", Some(help.to_owned()));
            return None;
        };
        if is_standard(&function.package) {
            let message = format!("`{}` is of Go's standard library, which is known", text.as_str());
            self.note(span, message, "no wrapper of the standard library can be added", None);
            return None;
        }
        Some(function)
    }

    fn entry(&mut self, table: &Table) -> Option<GoEntry> {
        let role = self.word_at(table, "role", ROLES)?;
        let listens = role == "listen";
        for name in if listens { &["scheme"][..] } else { &["application", "protocol"] } {
            if let Some((key, _)) = entry_of(table, name) {
                let other = if listens { "dials" } else { "listens" };
                let message = format!("`{name}` is for a wrapper that {other}");
                self.note(key.span, message, format!("says nothing of one that {}s", role), None);
            }
        }
        let forms: Vec<&str> = FORMS
            .iter()
            .copied()
            .filter(|it| if listens { LISTENING_FORMS.contains(it) } else { is_dialling_form(it) })
            .collect();
        let form = self.word_at(table, "form", &forms).unwrap_or(if listens { "address" } else { "any" });
        let address = Some(self.place(table)?);
        let default = DefaultAddress::parse(&self.text_at(table, "default").unwrap_or_default());
        let application = self.word_at(table, "application", APPLICATIONS).unwrap_or("other");
        let protocol = self.word_at(table, "protocol", PROTOCOLS).unwrap_or("tcp");
        let scheme = self.text_at(table, "scheme").map(|it| EntryAddress::Fixed(it.into()));
        let (network, unless) = (None, Vec::new());
        Some(if listens {
            let listen = Some(ListenEntry { address, form, network, default, unless, application, protocol });
            GoEntry { listen, ..GoEntry::default() }
        } else {
            let dial = Some(DialEntry { address, form, scheme, network, default, unless });
            GoEntry { dial, ..GoEntry::default() }
        })
    }

    /// Where the address is: the first argument when nothing is said.
    fn place(&mut self, table: &Table) -> Option<Address> {
        let Some((key, value)) = entry_of(table, "argument") else { return Address::parse("0") };
        let (ValueKind::Integer(text) | ValueKind::String(text)) = &value.kind else {
            self.refuse(key, value, "the number of an argument, or a text such as \"0.Addr\"");
            return None;
        };
        let place = Address::parse(text.as_str());
        if place.is_none() {
            let message = format!("`{}` is no place in a call", text.as_str());
            let help = "`0` is the first argument, `\"0.Addr\"` a field of it, `\"receiver.Addr\"` a field of what \
                        the method is called on";
            self.note(value.span, message, "neither an argument nor the receiver", Some(help.to_owned()));
        }
        place
    }

    /// The rules that a list names.
    fn rules(&mut self, key: &Spanned<String>, value: &Value) -> Vec<String> {
        let names = self.texts(key, value, "a list of rules");
        names.iter().filter_map(|it| self.rule(&it.value, it.span)).collect()
    }

    fn rule(&mut self, name: &str, span: Span) -> Option<String> {
        let rule = rules::find(name);
        if rule.is_none() {
            self.unknown.push(UnknownSetting::rule(name, span));
        }
        rule.map(|it| it.id.to_owned())
    }

    fn texts(&mut self, key: &Spanned<String>, value: &Value, expected: &str) -> Vec<Spanned<String>> {
        let ValueKind::Array(items) = &value.kind else {
            self.refuse(key, value, expected);
            return Vec::new();
        };
        let texts = items.iter().filter_map(|item| {
            let text = self.text(key, item)?;
            Some(Spanned::new(text.as_str().to_owned(), text.span().unwrap_or(item.span)))
        });
        texts.collect()
    }

    fn text<'v>(&mut self, key: &Spanned<String>, value: &'v Value) -> Option<&'v Text> {
        let ValueKind::String(text) = &value.kind else {
            self.refuse(key, value, "text in quotes");
            return None;
        };
        Some(text)
    }

    fn text_at(&mut self, table: &Table, name: &str) -> Option<String> {
        let (key, value) = entry_of(table, name)?;
        self.text(key, value).map(|it| it.as_str().to_owned())
    }

    /// The one of `words` that the value is.
    fn word<'w>(&mut self, key: &Spanned<String>, value: &Value, words: &[&'w str]) -> Option<&'w str> {
        let text = self.text(key, value)?;
        let found = words.iter().copied().find(|it| *it == text.as_str());
        if found.is_none() {
            let message = format!("`{}` cannot be `{}`", key.value, text.as_str());
            let meant = nearest(text.as_str(), words.iter().copied());
            let help = meant.map(|it| format!("did you mean `{it}`?"));
            let span = text.span().unwrap_or(value.span);
            self.note(span, message, format!("not one of {}", words.join(", ")), help);
        }
        found
    }

    fn word_at<'w>(&mut self, table: &Table, name: &str, words: &[&'w str]) -> Option<&'w str> {
        let (key, value) = entry_of(table, name)?;
        self.word(key, value, words)
    }

    fn unknown_key(&mut self, key: &Spanned<String>, names: impl Iterator<Item = &'static str>) {
        let names: Vec<_> = names.collect();
        let help = match nearest(&key.value, names.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the settings here are {}", names.join(", ")),
        };
        let message = format!("reachlint has no setting `{}`", key.value);
        self.note(key.span, message, "no setting has this name", Some(help));
    }

    /// A value of another kind than its key takes.
    fn refuse(&mut self, key: &Spanned<String>, value: &Value, expected: &str) {
        let kind = match value.kind {
            ValueKind::String(_) => "text",
            ValueKind::Boolean(_) => "true or false",
            ValueKind::Integer(_) => "a number",
            ValueKind::Other(_) => "a number or a time",
            ValueKind::Array(_) => "a list",
            ValueKind::Table(_) => "a table",
        };
        let message = format!("`{}` must be {expected}", key.value);
        self.note(value.span, message, format!("this is {kind}"), None);
    }

    fn note(&mut self, span: Span, message: String, label: impl Into<String>, help: Option<String>) {
        self.unknown.push(UnknownSetting { span, message, label: label.into(), help });
    }
}

fn entry_of<'t>(table: &'t Table, name: &str) -> Option<(&'t Spanned<String>, &'t Value)> {
    table.0.iter().find(|(key, _)| key.value == name).map(|(key, value)| (key, value))
}
