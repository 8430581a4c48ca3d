//! A merged Compose project as one JSON document.

use std::io;

use serde_json::{Map, Number, Value};

use crate::model::compose::{ConfigTree, ConfigValue};

/// Writes a project as `docker compose config --format json` does.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(config: &ConfigTree, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &json(config))?;
    writeln!(out)
}

fn json(tree: &ConfigTree) -> Value {
    match &tree.kind {
        ConfigValue::Null => Value::Null,
        ConfigValue::Bool(it) => Value::Bool(*it),
        ConfigValue::Integer(text) => match text.as_str().parse::<i64>() {
            Ok(number) => Value::Number(number.into()),
            Err(_) => Value::String(text.as_str().to_owned()),
        },
        ConfigValue::Float(text) => {
            let number = text.as_str().parse().ok().and_then(Number::from_f64);
            number.map_or_else(|| Value::String(text.as_str().to_owned()), Value::Number)
        }
        // As in every Compose file, a dollar sign is written twice.
        ConfigValue::Text(text) | ConfigValue::Path(text) => Value::String(text.as_str().replace('$', "$$")),
        ConfigValue::List(items) => Value::Array(items.iter().map(json).collect()),
        ConfigValue::Map(entries) => {
            let entries = entries.iter().map(|it| (it.key.value.replace('$', "$$"), json(&it.value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}
