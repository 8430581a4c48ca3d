//! Requests for which the environment names a proxy: it is dialled, and it resolves the names of hosts.

use super::Variable;

/// Whether a request to `host` goes by a proxy that the environment names, whose variables `set` gives:
/// <https://pkg.go.dev/net/http#ProxyFromEnvironment>.
pub(super) fn is_proxied<'v>(scheme: &str, host: &str, set: impl Fn(&str) -> Option<&'v Variable>) -> bool {
    let name = match scheme {
        "http" => "HTTP_PROXY",
        // <https://github.com/grpc/grpc-go/blob/master/Documentation/proxy.md>.
        "https" | "grpc" => "HTTPS_PROXY",
        _ => return false,
    };
    let set = |name: &str| set(name).or_else(|| set(&name.to_ascii_lowercase()));
    let is_own = host == "localhost" || host.starts_with("127.") || host == "::1";
    let Some(proxy) = set(name).filter(|_| !is_own) else { return false };
    let is_named = proxy.value.as_ref().is_none_or(|it| !it.as_str().is_empty());
    let spared = set("NO_PROXY").and_then(|it| it.value.as_ref()).map_or("", |it| it.as_str());
    is_named && !is_spared(spared, host)
}

/// Whether a list spares a host the proxy: `example.com` spares what is below it as well, `.example.com` that alone.
fn is_spared(list: &str, host: &str) -> bool {
    list.split(',').map(str::trim).any(|it| {
        let name = it.rsplit_once(':').map_or(it, |(name, _)| name);
        let below = name.strip_prefix("*.").or_else(|| name.strip_prefix('.'));
        match below {
            _ if name == "*" => true,
            Some(zone) => host.strip_suffix(zone).is_some_and(|it| it.ends_with('.')),
            None => {
                let rest = host.strip_suffix(name).filter(|_| !name.is_empty());
                rest.is_some_and(|it| it.is_empty() || it.ends_with('.'))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::is_spared;

    #[test]
    fn a_list_spares_hosts_and_what_is_below_them() {
        for (list, host, spared) in [
            ("localhost,api", "api", true),
            ("api:8080", "api", true),
            ("internal", "api.internal", true),
            (".internal", "api.internal", true),
            (".internal", "internal", false),
            ("*", "api", true),
            ("pi", "api", false),
            ("", "api", false),
        ] {
            assert_eq!(is_spared(list, host), spared, "{host} in {list}");
        }
    }
}
