//! The JSON Schema of the settings file, for editors: <https://json-schema.org/draft-07/schema>.

use std::io;

use serde_json::{Map, Value, json};

use crate::config::{SETTINGS, Setting, Shape};
use crate::rules::RULES;

/// The text of `docs/reachlint.schema.json`. Draft 7 is what editors of TOML understand.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn io::Write) -> io::Result<()> {
    let mut schema = table(SETTINGS.iter().map(|it| (it, false)));
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("The settings of reachlint");
    schema["definitions"] = json!({ "rule": { "enum": RULES.iter().map(|it| it.id).collect::<Vec<_>>() } });
    serde_json::to_writer_pretty(&mut *out, &schema)?;
    writeln!(out)
}

/// A table with these settings, each with whether it must be there.
fn table<'s>(settings: impl Iterator<Item = (&'s Setting, bool)>) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (setting, needed) in settings {
        let mut property = shape(setting.shape);
        property["description"] = json!(setting.about);
        properties.insert(setting.name.to_owned(), property);
        required.extend(needed.then_some(setting.name));
    }
    let mut schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn shape(shape: Shape) -> Value {
    let rule = || json!({ "$ref": "#/definitions/rule" });
    match shape {
        Shape::Rules => json!({ "type": "array", "items": rule() }),
        Shape::Globs | Shape::Paths => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Text => json!({ "type": "string" }),
        Shape::Place => json!({ "type": ["integer", "string"] }),
        Shape::ByRule(words) => {
            json!({ "type": "object", "propertyNames": rule(), "additionalProperties": { "enum": words } })
        }
        Shape::Tables(settings) => {
            json!({ "type": "array", "items": table(settings.iter().map(|(it, needed)| (it, *needed))) })
        }
    }
}
