//! What a client connects to: URLs, `host:port`, and the DSN forms of Go's drivers.
//!
//! The `url` crate is no help here: it reads `localhost:8080` as scheme "localhost", refuses
//! MySQL's `user@tcp(host:3306)/db` and keeps no positions.

use std::ops::Range;

use super::login::{Login, LoginPart};
use super::parse_port;

/// Stands in a text for a part that is not known: `http://localhost:3002/users/<HOLE>`. No Go
/// string, environment variable or argument holds it, since the kernel ends texts there.
pub const HOLE: char = '\0';

/// One address out of a URL, DSN or address list.
///
/// Ranges are bytes of the text that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Scheme in lower case (`postgres`, `http`), when the text has one or its form tells.
    pub scheme: Option<String>,
    /// Host without brackets; empty for `:8080`, which a dialler takes as its own machine.
    pub host: String,
    /// Where the host is written, brackets included.
    pub host_range: Range<usize>,
    /// The port as written, else the scheme's default.
    pub port: Option<u16>,
    /// Where the port is written, `None` when it is a default.
    pub port_range: Option<Range<usize>>,
    /// The path of a URL, query cut off; empty when there is none.
    pub path: String,
    /// Who connects to which database.
    pub login: Login,
}

/// Reads every address in `text`: a URL, a driver's DSN, `host:port` or a comma-separated list of
/// these. `form` is the catalogue's name of the text's form (`url`, `address`, `mysql`, `keyword`,
/// `host`), or `any` when only the text itself can tell. Empty when there is none.
///
/// A part of the text may be a [`HOLE`]: a host that touches one is left out, a port that is one
/// is `None`.
#[must_use]
pub fn parse_target(text: &str, form: &str) -> Vec<Target> {
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len().max(start);
    let reader = Reader { text, from: start, to: end };
    let is_url = reader.slice().contains("://");
    match form {
        "url" if is_url => reader.url(),
        "url" => Vec::new(),
        "mysql" => reader.mysql(),
        _ if is_url => reader.url_list(),
        "keyword" => reader.keyword(),
        "address" | "host" => reader.address_list(false),
        _ => {
            let mysql = reader.mysql();
            if !mysql.is_empty() {
                return mysql;
            }
            let keyword = reader.keyword();
            if keyword.is_empty() { reader.address_list(true) } else { keyword }
        }
    }
}

/// The port that a scheme means when none is written; `None` when it has none.
///
/// Registered ports and the drivers' defaults:
/// <https://www.iana.org/assignments/service-names-port-numbers/>.
#[must_use]
pub fn default_port(scheme: &str) -> Option<u16> {
    Some(match scheme {
        "http" | "ws" => 80,
        "https" | "wss" | "dns" => 443,
        "postgres" | "postgresql" | "pgx" | "pgx5" => 5432,
        "cockroachdb" | "cockroach" => 26257,
        "mysql" | "mariadb" => 3306,
        "sqlserver" | "mssql" => 1433,
        "clickhouse" => 9000,
        "redis" | "rediss" => 6379,
        "memcached" | "memcache" => 11211,
        "mongodb" => 27017,
        "amqp" => 5672,
        "amqps" => 5671,
        "nats" => 4222,
        "kafka" => 9092,
        "pulsar" => 6650,
        "mqtt" => 1883,
        "cassandra" => 9042,
        "neo4j" | "bolt" => 7687,
        "ldap" => 389,
        "ldaps" => 636,
        "smtp" => 25,
        "ftp" => 21,
        "ssh" | "sftp" => 22,
        _ => return None,
    })
}

/// Schemes that name no host.
const HOSTLESS_SCHEMES: &[&str] =
    &["unix", "unixgram", "unixpacket", "npipe", "fd", "file", "sqlite", "sqlite3", "mem", "embed", "data"];

/// gRPC resolvers whose endpoint stands in the path: <https://grpc.github.io/grpc/core/md_doc_naming.html>.
const PATH_SCHEMES: &[&str] = &["dns", "passthrough", "ipv4", "ipv6"];

/// A part of the text that is read; every range it makes counts from the start of the whole.
#[derive(Clone, Copy)]
struct Reader<'a> {
    text: &'a str,
    from: usize,
    to: usize,
}

impl<'a> Reader<'a> {
    fn slice(self) -> &'a str {
        &self.text[self.from..self.to]
    }

    /// The bytes `range` of the whole text.
    fn part(self, range: Range<usize>) -> Self {
        Self { from: range.start, to: range.end, ..self }
    }

    /// Position of the first of `what`, in the whole text.
    fn find(self, what: &str) -> Option<usize> {
        self.slice().find(what).map(|at| self.from + at)
    }

    /// The parts between commas.
    fn items(self) -> impl Iterator<Item = Self> {
        let mut at = self.from;
        self.slice().split(',').map(move |item| {
            let blanks = item.len() - item.trim_start().len();
            let part = self.part(at + blanks..(at + item.trim_end().len()).max(at + blanks));
            at += item.len() + 1;
            part
        })
    }

    /// `nats://a:4222,nats://b:4222`, but `mongodb://a:27017,b:27017` is one URL of two hosts.
    fn url_list(self) -> Vec<Target> {
        if self.slice().matches("://").count() > 1 && self.slice().contains(',') {
            let each = self.items().filter(|it| !it.slice().is_empty());
            return each
                .flat_map(|it| if it.slice().contains("://") { it.url() } else { it.address_list(false) })
                .collect();
        }
        self.url()
    }

    fn url(self) -> Vec<Target> {
        let Some(colon) = self.find("://") else { return Vec::new() };
        // `jdbc:postgresql://...`: the driver's scheme is the one behind the last colon.
        let scheme_start =
            self.part(self.from..colon).slice().rfind(':').map_or(self.from, |at| self.from + at + 1);
        let scheme = self.text[scheme_start..colon].to_ascii_lowercase();
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        if scheme.is_empty() || !scheme.bytes().all(valid) || HOSTLESS_SCHEMES.contains(&scheme.as_str()) {
            return Vec::new();
        }
        let rest = self.part(colon + 3..self.to);
        if PATH_SCHEMES.contains(&scheme.as_str()) {
            let Some(slash) = rest.find("/") else { return Vec::new() };
            let mut targets = rest.part(slash + 1..rest.to).address_list(false);
            targets.retain(|it| it.port.is_some() || scheme == "dns");
            for it in &mut targets {
                if it.port_range.is_none() {
                    it.port = default_port(&scheme);
                }
            }
            return targets;
        }
        // golang-migrate writes `mysql://user:password@tcp(host:3306)/db`.
        let driver = rest.mysql();
        if !driver.is_empty() {
            return driver;
        }
        let authority_end = rest.slice().find(['/', '?', '#', ';']).map_or(rest.to, |at| rest.from + at);
        let path_end = rest.slice().find(['?', '#']).map_or(rest.to, |at| rest.from + at);
        let path = if self.text[authority_end..rest.to].starts_with('/') {
            &self.text[authority_end..path_end]
        } else {
            ""
        };
        let authority = rest.part(rest.from..authority_end);
        // `http://http://db`: two parts of a program each put a scheme in front, as no address has it.
        let is_scheme = |it: &str| it.strip_suffix(':').is_some_and(|it| default_port(it).is_some());
        if path.starts_with("//") && is_scheme(authority.slice()) {
            return Vec::new();
        }
        // A password may hold an `@` of its own, as drivers allow: the last one counts.
        let hosts_start = authority.slice().rfind('@').map_or(authority.from, |at| authority.from + at + 1);
        let hosts = authority.part(hosts_start..authority_end);
        let query_start = rest.slice().find('?').map_or(rest.to, |at| rest.from + at + 1);
        let query_end = rest.find("#").map_or(rest.to, |at| at.max(query_start));
        let path_start = path_end - path.trim_start_matches('/').len();
        let user_info = rest.from..hosts_start.saturating_sub(1).max(rest.from);
        let login = Login::of_url(self.text, user_info, path_start..path_end, query_start..query_end);
        let port = default_port(scheme.trim_end_matches("+srv")).filter(|_| !scheme.ends_with("+srv"));
        let read = |item: Self| {
            let mut target = item.host_and_port(path.is_empty())?;
            if target.port_range.is_none() && target.port.is_none() && !item.has_port() {
                target.port = port;
            }
            target.scheme = Some(scheme.clone());
            path.clone_into(&mut target.path);
            target.login = login.clone();
            Some(target)
        };
        hosts.items().filter_map(read).filter(|it| !it.host.is_empty() || it.port_range.is_some()).collect()
    }

    /// `user:password@tcp(host:3306)/db?parseTime=true`:
    /// <https://github.com/go-sql-driver/mysql#dsn-data-source-name>.
    fn mysql(self) -> Vec<Target> {
        let text = self.slice();
        let network_of = |at: usize| text[..at].rsplit('@').next().unwrap_or_default();
        let Some((open, _)) = text.match_indices('(').rfind(|(at, _)| {
            let before = network_of(*at);
            matches!(before, "tcp" | "tcp4" | "tcp6") || (before.is_empty() && text[..*at].ends_with('@'))
        }) else {
            return Vec::new();
        };
        let Some(length) = text[open..].find(')') else { return Vec::new() };
        let item = self.part(self.from + open + 1..self.from + open + length);
        let Some(mut target) = item.host_and_port(false) else { return Vec::new() };
        if target.host.is_empty() || target.host.starts_with('/') {
            return Vec::new();
        }
        if !item.has_port() {
            target.port = default_port("mysql");
        }
        target.scheme = Some("mysql".to_owned());
        let user_end = (self.from + open - network_of(open).len()).saturating_sub(1).max(self.from);
        let behind = self.part(self.from + open + length + 1..self.to);
        let start = behind.from + usize::from(behind.slice().starts_with('/'));
        let end = behind.find("?").unwrap_or(behind.to).max(start);
        target.login = Login::of_mysql(self.text, self.from..user_end, start..end);
        vec![target]
    }

    /// `host=db port=5432 user='a b'`:
    /// <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE>,
    /// and SQL Server's `server=db;port=1433`.
    fn keyword(self) -> Vec<Target> {
        let pairs = self.keyword_pairs();
        let find = |names: &[&str]| {
            pairs
                .iter()
                .find(|(key, _)| names.contains(&key.as_str()))
                .map(|(_, range)| self.part(range.clone()))
        };
        let (hosts, scheme) = match (find(&["host", "hostaddr"]), find(&["server", "data source"])) {
            (Some(hosts), _) => (hosts, "postgres"),
            (None, Some(hosts)) => (hosts, "sqlserver"),
            (None, None) => return Vec::new(),
        };
        let part = |names: &[&str]| LoginPart::of_keyword(self.text, find(names).map(|it| it.from..it.to)?);
        let login = Login {
            user: part(&["user", "user id", "uid"]),
            password: part(&["password", "pwd"]),
            database: part(&["dbname", "database", "initial catalog"]),
        };
        let ports: Vec<_> = find(&["port"]).map(|it| it.items().collect()).unwrap_or_default();
        let read = |(index, item): (usize, Self)| {
            let mut target = item.host_and_port(false)?;
            if target.host.is_empty() {
                return None;
            }
            target.scheme = Some(scheme.to_owned());
            target.login = login.clone();
            match ports.get(index).or(ports.first()) {
                Some(port) => {
                    target.port = parse_port(port.slice());
                    target.port_range = target.port.map(|_| port.from..port.to);
                }
                None if target.port_range.is_none() => target.port = default_port(scheme),
                None => {}
            }
            Some(target)
        };
        hosts.items().enumerate().filter_map(read).collect()
    }

    fn keyword_pairs(self) -> Vec<(String, Range<usize>)> {
        let bytes = self.text.as_bytes();
        let by_semicolon = self.slice().contains(';');
        let ends = |byte: u8| if by_semicolon { byte == b';' } else { byte.is_ascii_whitespace() };
        let mut pairs = Vec::new();
        let mut at = self.from;
        while at < self.to {
            while at < self.to && (ends(bytes[at]) || bytes[at].is_ascii_whitespace()) {
                at += 1;
            }
            let key_start = at;
            while at < self.to && bytes[at] != b'=' {
                at += 1;
            }
            if at >= self.to {
                break;
            }
            let key = self.text[key_start..at].trim().to_ascii_lowercase();
            at += 1;
            while at < self.to && bytes[at] == b' ' {
                at += 1;
            }
            if at < self.to && bytes[at] == b'\'' {
                let value_start = at + 1;
                at = value_start;
                while at < self.to && bytes[at] != b'\'' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                let end = at.min(self.to);
                if self.text.is_char_boundary(end) {
                    pairs.push((key, value_start..end));
                }
                at = end + 1;
                continue;
            }
            let value_start = at;
            while at < self.to && !ends(bytes[at]) {
                at += 1;
            }
            pairs.push((key, value_start..at));
        }
        pairs
    }

    /// `a:9092, b:9092`; `strict` takes only what has both a host and a number for a port.
    fn address_list(self, strict: bool) -> Vec<Target> {
        // `unix:/run/x.sock`, `/run/x.sock` and `@abstract` are no hosts.
        let text = self.slice();
        if text.starts_with(['/', '@']) || text.starts_with("unix:") {
            return Vec::new();
        }
        let Some(targets) = self.items().map(|it| it.host_and_port(false)).collect::<Option<Vec<_>>>() else {
            // One item that is no address spoils a text of unknown form, not a list of addresses.
            let each = self.items().filter_map(|it| it.host_and_port(false));
            return if strict { Vec::new() } else { each.filter(|it| !it.is_blank()).collect() };
        };
        let plain = |it: &Target| !strict || (!it.host.is_empty() && it.port_range.is_some());
        if targets.iter().all(plain) {
            targets.into_iter().filter(|it| !it.is_blank()).collect()
        } else {
            Vec::new()
        }
    }

    fn has_port(self) -> bool {
        let text = self.slice();
        let behind = text.rfind(']').map_or(text, |at| &text[at..]);
        behind.contains(':')
    }

    /// `host:port`, `[::1]:80` or `host`. `None` when the host is no host or touches a hole.
    /// `path_may_follow`: the text is the end of a URL, so that a hole behind digits is a path.
    fn host_and_port(self, path_may_follow: bool) -> Option<Target> {
        let text = self.slice();
        let host_end =
            if text.starts_with('[') { text.find(']')? + 1 } else { text.find(':').unwrap_or(text.len()) };
        let bracketed = &text[..host_end];
        let host = bracketed.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(bracketed);
        let valid = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_' | '.');
        let valid_address = |it: char| it.is_ascii_hexdigit() || matches!(it, ':' | '.' | '%');
        let is_host = if bracketed.len() == host.len() {
            host.chars().all(valid)
        } else {
            host.chars().all(valid_address)
        };
        if !is_host {
            return None;
        }
        let mut target = Target {
            scheme: None,
            host: host.to_owned(),
            host_range: self.from..self.from + host_end,
            port: None,
            port_range: None,
            path: String::new(),
            login: Login::default(),
        };
        let behind = &text[host_end..];
        if behind.is_empty() {
            return Some(target);
        }
        let port = behind.strip_prefix(':')?;
        let digits = port.bytes().take_while(u8::is_ascii_digit).count();
        let rest = &port[digits..];
        if port.is_empty() || rest.is_empty() || (path_may_follow && digits > 1 && rest.starts_with(HOLE)) {
            target.port = parse_port(&port[..digits]);
            let start = self.from + host_end + 1;
            target.port_range = target.port.map(|_| start..start + digits);
            // Port 0 and ports above 65535 can not be dialled.
            return (digits == 0 || target.port.is_some()).then_some(target);
        }
        port.starts_with(HOLE).then_some(target)
    }
}

impl Target {
    fn is_blank(&self) -> bool {
        self.host.is_empty() && self.port.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `text` and prints each target as `scheme host:port path`, checking its ranges.
    fn read(form: &str, text: &str) -> String {
        let show = |it: &Target| {
            let written = text[it.host_range.clone()].trim_matches(['[', ']']);
            assert_eq!(written, it.host, "the host of {text}");
            let default = match it.port_range.clone() {
                Some(range) => {
                    assert_eq!(text[range].parse().ok(), it.port, "the port of {text}");
                    ""
                }
                None => "~",
            };
            let port = it.port.map_or("?".to_owned(), |port| port.to_string());
            let scheme = it.scheme.as_deref().unwrap_or("-");
            format!("{scheme} {}:{default}{port} {}", it.host, it.path).trim_end().to_owned()
        };
        parse_target(text, form).iter().map(show).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn urls() {
        for (text, expected) in [
            ("http://localhost:3002/authors/7?x=1#y", "http localhost:3002 /authors/7"),
            ("HTTP://api", "http api:~80"),
            ("https://example.com/a", "https example.com:~443 /a"),
            ("http://[::1]:80/", "http ::1:80 /"),
            ("http://user:secret@api:8080?x=/y", "http api:8080"),
            ("postgres://postgres:P@ssw0rd@postgres:5432/", "postgres postgres:5432 /"),
            ("postgresql://u:p@db/shop?sslmode=disable", "postgresql db:~5432 /shop"),
            ("postgres://a:1,b:2/db", "postgres a:1 /db, postgres b:2 /db"),
            ("jdbc:postgresql://db:5433/x", "postgresql db:5433 /x"),
            ("jdbc:sqlserver://db:1433;databaseName=x", "sqlserver db:1433"),
            (
                "mongodb://u:p@m1:27017,m2,m3:27019/app?replicaSet=r",
                "mongodb m1:27017 /app, mongodb m2:~27017 /app, mongodb m3:27019 /app",
            ),
            ("mongodb+srv://u:p@cluster.example.net/app", "mongodb+srv cluster.example.net:~? /app"),
            ("redis://:pw@cache:6379/0", "redis cache:6379 /0"),
            ("rediss://cache", "rediss cache:~6379"),
            ("amqp://guest:guest@rabbit:5672/", "amqp rabbit:5672 /"),
            ("amqp://guest:guest@rabbit//vhost", "amqp rabbit:~5672 //vhost"),
            ("nats://nats", "nats nats:~4222"),
            ("tcp://redis:6379", "tcp redis:6379"),
            ("ftp:///x", ""),
            ("://x", ""),
            ("localhost:8080", ""),
            ("unix:///run/docker.sock", ""),
            ("file:///tmp/x", ""),
            ("http://bad host/", ""),
            ("http://api:99999/", ""),
            ("http://:8080/", "http :8080 /"),
            ("", ""),
        ] {
            assert_eq!(read("url", text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_known_takes_no_more_than_itself_away() {
        for (form, text, expected) in [
            ("url", "http://localhost:3002/authors/\0", "http localhost:3002 /authors/\0"),
            ("url", "http://localhost:3002\0", "http localhost:3002"),
            ("url", "http://localhost:\0/x", "http localhost:~? /x"),
            ("url", "http://localhost\0/x", ""),
            ("url", "http://\0:80/x", ""),
            ("url", "\0/x", ""),
            ("url", "postgres://\0:\0@db:5432/\0", "postgres db:5432 /\0"),
            ("keyword", "host=db user=\0 password=\0 port=\0", "postgres db:~?"),
            ("keyword", "host=\0 port=5432", ""),
            ("mysql", "\0:\0@tcp(db:\0)/\0", "mysql db:~?"),
            ("mysql", "\0", ""),
            ("address", "\0:6379", ""),
            ("address", "redis:\0", "- redis:~?"),
            ("address", "redis:63\0", ""),
        ] {
            assert_eq!(read(form, text), expected, "{text:?}");
        }
    }

    #[test]
    fn keywords() {
        for (text, expected) in [
            ("host=localhost port=5432 user=app dbname=shop", "postgres localhost:5432"),
            ("user=app password='a b' host='db' port='5433'", "postgres db:5433"),
            ("password='it\\'s' host = db", "postgres db:~5432"),
            ("host=a,b port=1,2", "postgres a:1, postgres b:2"),
            ("host=a,b port=5432", "postgres a:5432, postgres b:5432"),
            ("host=/var/run/postgresql dbname=x", ""),
            ("dbname=x", ""),
            ("server=db;user id=sa;port=1434;database=x", "sqlserver db:1434"),
            ("host=db password='open", "postgres db:~5432"),
            ("postgres://db/x", "postgres db:~5432 /x"),
        ] {
            assert_eq!(read("keyword", text), expected, "{text}");
        }
    }

    #[test]
    fn mysql() {
        for (text, expected) in [
            ("user:p@ss@tcp(db:3306)/shop?parseTime=true", "mysql db:3306"),
            ("user@tcp(db)/shop", "mysql db:~3306"),
            ("user:p@(db:3307)/shop", "mysql db:3307"),
            ("tcp(127.0.0.1:3306)/", "mysql 127.0.0.1:3306"),
            ("u:p@tcp([::1]:3306)/x?loc=Asia/Tokyo", "mysql ::1:3306"),
            ("u:p(x)@tcp(db:3306)/x", "mysql db:3306"),
            ("u:p@unix(/tmp/mysql.sock)/x", ""),
            ("u:p@/x", ""),
            ("mysql://u:p@tcp(db:3306)/x", "mysql db:3306"),
            ("u:p@tcp(db:3306", ""),
        ] {
            assert_eq!(read("mysql", text), expected, "{text}");
        }
        assert_eq!(read("url", "mysql://u:p@tcp(db:3306)/x"), "mysql db:3306");
        assert_eq!(read("url", "mysql://u:p@db:3306/x"), "mysql db:3306 /x");
    }

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("redis:6379", "- redis:6379"),
            ("k1:9092, k2:9092", "- k1:9092, - k2:9092"),
            ("[::1]:6379", "- ::1:6379"),
            (":50051", "- :50051"),
            ("memcached", "- memcached:~?"),
            ("my_service:80", "- my_service:80"),
            ("dns:///api:50051", "- api:50051"),
            ("dns:///api", "- api:~443"),
            ("dns://8.8.8.8/api:50051", "- api:50051"),
            ("passthrough:///api:50051", "- api:50051"),
            ("passthrough:///bufnet", ""),
            ("discovery:///api", ""),
            ("nats://a:4222,nats://b:4222", "nats a:4222, nats b:4222"),
            ("unix:/run/x.sock", ""),
            ("/run/x.sock", ""),
            ("::1:8080", ""),
            ("[::1", ""),
            ("a b:80", ""),
            ("host:0", ""),
            ("", ""),
            (",", ""),
        ] {
            assert_eq!(read("address", text), expected, "{text}");
        }
        assert_eq!(read("host", "db"), "- db:~?");
    }

    #[test]
    fn a_text_of_any_form_tells_its_own() {
        for (text, expected) in [
            ("postgres://db/x", "postgres db:~5432 /x"),
            ("host=db port=1", "postgres db:1"),
            ("u:p@tcp(db:3306)/x", "mysql db:3306"),
            ("db:5432", "- db:5432"),
            ("a:1,b:2", "- a:1, - b:2"),
            ("a:1,b", ""),
            ("db", ""),
            ("hello: world", ""),
            (":8080", ""),
            ("12:30:00", ""),
        ] {
            assert_eq!(read("any", text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics_and_ranges_fit(text in "[a-z0-9:/@,()\\[\\]='; \\\\\0\u{e9}.?#-]{0,40}") {
            for form in ["url", "address", "mysql", "keyword", "host", "any"] {
                for it in parse_target(&text, form) {
                    assert!(text.get(it.host_range).is_some());
                    assert!(it.port_range.is_none_or(|range| text.get(range).is_some()));
                }
            }
        }
    }
}
