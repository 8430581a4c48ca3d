//! Variables of Go programs that the linker sets: `-ldflags "-X main.port=80"`, in whatever builds them.

use memchr::memmem;
use rustc_hash::FxHashSet;

/// The names, without their packages, of the variables that command lines in these texts have set:
/// <https://pkg.go.dev/cmd/link>, `-X importpath.name=value`.
#[must_use]
pub fn linked_variables<'t>(texts: impl Iterator<Item = &'t str>) -> FxHashSet<String> {
    let in_text = |text: &'t str| {
        memmem::find_iter(text.as_bytes(), "-X").filter_map(move |at| {
            let value = text[at + 2..].trim_start_matches([' ', '=', '"', '\'', '\\']);
            let (path, _) = value.split_once('=')?;
            let (package, name) = path.rsplit_once('.')?;
            // `{{ .ModulePath }}/cfg`.
            let package = package.rsplit("}}").next().unwrap_or(package);
            let is_name = |it: char| it.is_alphanumeric() || it == '_';
            let is_whole =
                !package.contains(char::is_whitespace) && !name.is_empty() && name.chars().all(is_name);
            is_whole.then(|| name.to_owned())
        })
    };
    texts.flat_map(in_text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_linker_sets_is_named() {
        let names = |text: &str| linked_variables(std::iter::once(text)).into_iter().collect::<Vec<_>>();
        for text in [
            "go build -ldflags \"-s -w -X main.port=8080\"",
            "go build -ldflags=\"-X 'example.com/web/internal/cfg.port=$PORT'\" .",
            "LDFLAGS += -X=$(PKG).port=80",
            "  - -X {{ .ModulePath }}/cfg.port={{ .Port }}",
        ] {
            assert_eq!(names(text), ["port"], "{text}");
        }
        for text in ["curl -X POST http://example.com/a=b", "-Xmx512m a.b=c", "-X"] {
            assert_eq!(names(text), [""; 0], "{text}");
        }
    }
}
