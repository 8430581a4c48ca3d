//! What merged files say, as one JSON document.

use std::io;

use serde_json::{Map, Number, Value};

use crate::model::compose::{ConfigTree, ConfigValue};

/// Writes a project as `docker compose config --format json` does.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(config: &ConfigTree, out: &mut dyn io::Write) -> io::Result<()> {
    // As in every Compose file, a dollar sign is written twice.
    print(&json(config, &|it| it.replace('$', "$$")), out)
}

/// Writes the objects of a kustomization as one list.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_objects(objects: &[ConfigTree], out: &mut dyn io::Write) -> io::Result<()> {
    print(&Value::Array(objects.iter().map(|it| json(it, &str::to_owned)).collect()), out)
}

fn print(value: &Value, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

fn json(tree: &ConfigTree, text_of: &dyn Fn(&str) -> String) -> Value {
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
        ConfigValue::Text(text) | ConfigValue::Path(text) => Value::String(text_of(text.as_str())),
        ConfigValue::List(items) => Value::Array(items.iter().map(|it| json(it, text_of)).collect()),
        ConfigValue::Map(entries) => {
            let entries = entries.iter().map(|it| (text_of(&it.key.value), json(&it.value, text_of)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}
