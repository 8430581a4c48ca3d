//! `docker build` as people write it by hand: <https://docs.docker.com/reference/cli/docker/buildx/build/>.

use crate::source::Text;

/// A build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildCommand {
    /// `-t`.
    pub tags: Vec<Text>,
    /// `-f`.
    pub dockerfile: Option<Text>,
    /// The build context, a folder or URL.
    pub context: Text,
    /// `--target`.
    pub target: Option<Text>,
    /// `--build-arg`; without a value it is the one of the environment.
    pub arguments: Vec<(String, Option<Text>)>,
    /// The program that whoever asks for the build starts in place of that of the image:
    /// <https://docs.tilt.dev/api.html#api.docker_build>. Docker itself has no such flag.
    pub started_instead: Option<Text>,
}

/// Flags without a value.
const SWITCHES: &[&str] = &[
    "check",
    "compress",
    "debug",
    "disable-content-trust",
    "force-rm",
    "help",
    "layers",
    "load",
    "no-cache",
    "pull",
    "push",
    "quiet",
    "rm",
    "squash",
    "squash-all",
];

/// Reads the words behind `build`; `None` without a context.
pub(super) fn read(words: &[Text]) -> Option<BuildCommand> {
    let mut rest = words.iter();
    let (mut out, mut context) = (BuildCommand::default(), None);
    while let Some(word) = rest.next() {
        let written = word.as_str();
        let Some(flag) = written.strip_prefix('-').filter(|it| !it.is_empty()) else {
            context = Some(word.clone());
            continue;
        };
        let (name, value) = match flag.strip_prefix('-') {
            Some(long) => match long.split_once('=') {
                Some((name, value)) => (name, Some(word.slice(written.len() - value.len()..written.len()))),
                None if SWITCHES.contains(&long) => continue,
                None => (long, None),
            },
            None if matches!(flag, "q" | "D") => continue,
            // `-tshop/api`.
            None if matches!(flag.as_bytes()[0], b't' | b'f') && flag.len() > 1 => {
                (&flag[..1], Some(word.slice(2..written.len())))
            }
            None => (flag, None),
        };
        let value = match value {
            Some(value) => value,
            None => rest.next()?.clone(),
        };
        match name {
            "t" | "tag" => out.tags.push(value),
            "f" | "file" => out.dockerfile = Some(value),
            "target" => out.target = Some(value),
            "build-arg" => {
                let written = value.as_str();
                match written.split_once('=') {
                    Some((name, _)) => {
                        let text = value.slice(name.len() + 1..written.len());
                        out.arguments.push((name.to_owned(), Some(text)));
                    }
                    None => out.arguments.push((written.to_owned(), None)),
                }
            }
            _ => {}
        }
    }
    out.context = context?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::{DockerCommand, read, tests::words};
    use crate::source::Text;

    fn show(line: &str) -> Option<String> {
        let Some(DockerCommand::Build(it)) = read(&words(line)) else { return None };
        let tags: Vec<_> = it.tags.iter().map(Text::as_str).collect();
        let file = it.dockerfile.as_ref().map_or("-", Text::as_str);
        let target = it.target.as_ref().map_or("-", Text::as_str);
        let value = |it: &Option<Text>| it.as_ref().map_or("?", Text::as_str).to_owned();
        let arguments: Vec<_> =
            it.arguments.iter().map(|(name, it)| format!("{name}={}", value(it))).collect();
        Some(format!("{} {file} {} {target} {}", tags.join(","), it.context.as_str(), arguments.join(",")))
    }

    #[test]
    fn a_build_says_what_it_makes() {
        let cases = [
            ("docker build -t shop/api:1 .", Some("shop/api:1 - . - ")),
            ("docker build . --tag=api --file deploy/Dockerfile", Some("api deploy/Dockerfile . - ")),
            (
                "docker buildx build --platform linux/amd64 --push -t a -t b --target run ./api",
                Some("a,b - ./api run "),
            ),
            (
                "docker --context x build --no-cache --build-arg A=1 --build-arg B -q -tapi /src",
                Some("api - /src - A=1,B=?"),
            ),
            ("podman build --squash -t x -f Containerfile .", Some("x Containerfile . - ")),
            ("docker build -t x", None),
            ("docker run build", None),
            ("docker compose build", None),
            ("make build", None),
            ("docker", None),
        ];
        for (line, expected) in cases {
            assert_eq!(show(line).as_deref(), expected, "{line}");
        }
    }
}
