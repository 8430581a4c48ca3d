//! Which Go functions fill structs from configuration, and how its text comes to them.

use super::place::Place;
use super::table::Row;

/// A row of `go-decode.csv`, which describes the columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeEntry {
    /// What is filled.
    pub target: Target,
    /// Where the values come from.
    pub source: Source,
    /// The argument with the path, the data, the key or the prefix; `None` when there is none, and
    /// when the receiver reads the data.
    pub at: Option<usize>,
    /// The struct tag with a field's name.
    pub tag: &'static str,
    /// The struct tag with a field's default, empty when the library has none.
    pub default: &'static str,
    /// How a field's key is made.
    pub naming: Naming,
}

/// What a call fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// What an argument points to.
    At(Place),
    /// What it returns.
    Result,
}

/// Where the values of a struct come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The variables of the process.
    Environment,
    /// A file whose path is an argument.
    File,
    /// A text.
    Data,
    /// What was told to an instance of viper.
    Viper,
    /// What was loaded into an instance of koanf.
    Koanf,
    /// The sources of a kratos configuration.
    Kratos,
    /// An INI file that was loaded before.
    Ini,
    /// The command line.
    Arguments,
    /// Ways of its own, which are not followed.
    Unknown,
}

/// Whose rules give a field its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Naming {
    /// <https://pkg.go.dev/gopkg.in/yaml.v3#Unmarshal>: the field's name in lower case.
    Yaml,
    /// <https://pkg.go.dev/encoding/json#Unmarshal>: any case.
    Json,
    /// <https://pkg.go.dev/github.com/BurntSushi/toml#hdr-Struct_tags>: any case.
    Toml,
    /// <https://ini.unknwon.io/docs/advanced/map_and_reflect>: a struct is a section.
    Ini,
    /// <https://pkg.go.dev/github.com/go-viper/mapstructure/v2#hdr-Field_Tags>: any case.
    Mapstructure,
    /// <https://github.com/caarlos0/env#readme>.
    Caarlos0,
    /// <https://github.com/kelseyhightower/envconfig#usage>.
    Envconfig,
    /// <https://github.com/ilyakaznacheev/cleanenv#model-format>.
    Cleanenv,
    /// <https://github.com/jinzhu/configor#readme>.
    Configor,
    /// <https://github.com/sethvargo/go-envconfig#usage>.
    GoEnvconfig,
    /// <https://go-zero.dev/docs/tutorials/go-zero/configuration/overview>: JSON tags with options.
    GoZero,
    /// Fields of generated Protocol Buffers code, by their JSON names.
    Kratos,
    /// <https://pkg.go.dev/github.com/jessevdk/go-flags>.
    GoFlags,
    /// <https://github.com/alecthomas/kong#readme>.
    Kong,
    /// <https://github.com/alexflint/go-arg#readme>.
    GoArg,
    /// Not known.
    None,
}

/// A row of `go-data.csv`, which describes the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataEntry {
    /// What the function does.
    pub role: DataRole,
    /// The argument it does it with.
    pub argument: usize,
    /// What it takes for the argument when that is not given; empty when it must be.
    pub default: &'static str,
}

/// How the text of a file comes through a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataRole {
    /// The argument is the path of a file.
    File,
    /// The argument is the path of a file in the binary.
    Embedded,
    /// The text is that of the argument.
    Same,
    /// The text is that of the argument with environment variables put in.
    Expand,
    /// The text is that of the argument with what the next argument says replaced.
    Replace,
    /// The text is that of the argument with parts of it replaced.
    Change,
    /// The argument is the path of a file of which the result tells that it is there and what it is.
    Status,
    /// The variables of the process, those only whose names begin with the argument when there is one.
    Environment,
    /// The argument is a map or a struct of the program that holds the values.
    Value,
}

/// A row of `go-dotenv.csv`, which describes the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DotenvEntry {
    /// The first argument that is a path.
    pub files: usize,
    /// Whether the file wins over the environment.
    pub over: bool,
}

impl DecodeEntry {
    pub(super) fn parse(row: &Row) -> Option<Self> {
        let target = match row.cell("target") {
            "result" => Target::Result,
            place => Target::At(Place::parse(place)?),
        };
        let source = match row.cell("source") {
            "environment" => Source::Environment,
            "file" => Source::File,
            "data" => Source::Data,
            "viper" => Source::Viper,
            "koanf" => Source::Koanf,
            "kratos" => Source::Kratos,
            "ini" => Source::Ini,
            "arguments" => Source::Arguments,
            "unknown" => Source::Unknown,
            _ => return None,
        };
        let naming = match row.cell("naming") {
            "yaml" => Naming::Yaml,
            "json" => Naming::Json,
            "toml" => Naming::Toml,
            "ini" => Naming::Ini,
            "mapstructure" => Naming::Mapstructure,
            "caarlos0" => Naming::Caarlos0,
            "envconfig" => Naming::Envconfig,
            "cleanenv" => Naming::Cleanenv,
            "configor" => Naming::Configor,
            "go-envconfig" => Naming::GoEnvconfig,
            "go-zero" => Naming::GoZero,
            "kratos" => Naming::Kratos,
            "go-flags" => Naming::GoFlags,
            "kong" => Naming::Kong,
            "go-arg" => Naming::GoArg,
            "none" => Naming::None,
            _ => return None,
        };
        let at = row.cell("at").parse().ok();
        Some(Self { target, source, at, tag: row.cell("tag"), default: row.cell("default"), naming })
    }

    /// Whether a body is worth reading because of such a call. Requests and answers are JSON
    /// everywhere; a configuration is read where its file is.
    pub(super) fn leads(&self) -> bool {
        self.naming != Naming::Json
    }
}

impl DataEntry {
    pub(super) fn parse(row: &Row) -> Option<Self> {
        let role = match row.cell("role") {
            "file" => DataRole::File,
            "embedded" => DataRole::Embedded,
            "same" => DataRole::Same,
            "expand" => DataRole::Expand,
            "replace" => DataRole::Replace,
            "change" => DataRole::Change,
            "status" => DataRole::Status,
            "environment" => DataRole::Environment,
            "value" => DataRole::Value,
            _ => return None,
        };
        let argument = row.cell("argument").parse().ok()?;
        Some(Self { role, argument, default: row.cell("default") })
    }

    pub(super) fn leads(&self) -> bool {
        matches!(self.role, DataRole::File | DataRole::Embedded | DataRole::Environment)
    }
}

impl DotenvEntry {
    pub(super) fn parse(row: &Row) -> Option<Self> {
        Some(Self { files: row.cell("files").parse().ok()?, over: row.cell("over") == "yes" })
    }
}
