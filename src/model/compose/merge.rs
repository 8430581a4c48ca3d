//! Merges what several files say of one service, as Compose does for `-f` and `extends`:
//! <https://docs.docker.com/reference/compose-file/merge/>.

use crate::facts::compose::{
    Build, Dependency, Document, EnvFile, ExtraHost, Healthcheck, Port, Service, ServiceNetwork, TopNetwork,
    Value, Variable, Volume, Words,
};

/// `over` on top of `base`: single values are replaced, lists appended, mappings merged by key.
pub(super) fn service(base: Service, over: Service) -> Service {
    Service {
        name: over.name.or(base.name),
        image: over.image.or(base.image),
        build: build(base.build, over.build),
        command: words(base.command, over.command),
        entrypoint: words(base.entrypoint, over.entrypoint),
        environment: variables(base.environment, over.environment),
        env_files: append(base.env_files, over.env_files, |a: &EnvFile, b| same(&a.path, &b.path)),
        ports: append(base.ports, over.ports, same_port),
        expose: append(base.expose, over.expose, same),
        networks: match (base.networks, over.networks) {
            (Some(base), Some(over)) => Some(networks(base, over)),
            (base, over) => over.or(base),
        },
        network_mode: over.network_mode.or(base.network_mode),
        container_name: over.container_name.or(base.container_name),
        hostname: over.hostname.or(base.hostname),
        extra_hosts: append(base.extra_hosts, over.extra_hosts, |a: &ExtraHost, b| {
            a.name.as_ref().map(|it| &it.value) == b.name.as_ref().map(|it| &it.value)
                && same(&a.value, &b.value)
        }),
        links: append(base.links, over.links, same),
        external_links: append(base.external_links, over.external_links, same),
        depends_on: dependencies(base.depends_on, over.depends_on),
        healthcheck: match (base.healthcheck, over.healthcheck) {
            (Some(base), Some(over)) => Some(Healthcheck {
                test: over.test.or(base.test),
                disable: over.disable.or(base.disable),
                span: over.span,
            }),
            (base, over) => over.or(base),
        },
        profiles: append(base.profiles, over.profiles, same),
        restart: over.restart.or(base.restart),
        scale: over.scale.or(base.scale),
        replicas: over.replicas.or(base.replicas),
        deploy_mode: over.deploy_mode.or(base.deploy_mode),
        extends: over.extends,
        configs: over.configs.or(base.configs),
        volumes: append(base.volumes, over.volumes, same_volume),
        user: over.user.or(base.user),
        working_dir: over.working_dir.or(base.working_dir),
        init: over.init.or(base.init),
        stop_signal: over.stop_signal.or(base.stop_signal),
        stop_grace_period: over.stop_grace_period.or(base.stop_grace_period),
        provider: over.provider.or(base.provider),
    }
}

/// `over` on top of `base` for a network at the top.
pub(super) fn network(base: TopNetwork, over: TopNetwork) -> TopNetwork {
    TopNetwork {
        name: base.name,
        external: over.external.or(base.external),
        internal: over.internal.or(base.internal),
        real_name: over.real_name.or(base.real_name),
        driver: over.driver.or(base.driver),
        subnets: if over.subnets.is_empty() { base.subnets } else { over.subnets },
    }
}

/// Forgets what `document` holds at `path` (a `!reset` or `!override` of a later file).
pub(super) fn forget(document: &mut Document, path: &[String]) {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["services"] => document.services.clear(),
        ["networks"] => document.networks.clear(),
        ["networks", name, ..] => document.networks.retain(|it| it.name.value != *name),
        ["services", name] => document.services.retain(|it| !is_named(it, name)),
        ["services", name, field, rest @ ..] => {
            for service in document.services.iter_mut().filter(|it| is_named(it, name)) {
                forget_field(service, field, rest.first().copied());
            }
        }
        _ => {}
    }
}

fn is_named(service: &Service, name: &str) -> bool {
    service.name.as_ref().is_some_and(|it| it.value == name)
}

fn forget_field(service: &mut Service, field: &str, key: Option<&str>) {
    let names = |value: &Value| key.is_none_or(|key| value.value.to_source() == key);
    match field {
        "image" => service.image = None,
        "build" if key.is_none() => service.build = None,
        "command" => service.command = None,
        "entrypoint" => service.entrypoint = None,
        "environment" => service.environment.retain(|it| key.is_some_and(|key| it.name.value != key)),
        "env_file" => service.env_files.clear(),
        "ports" => service.ports.clear(),
        "expose" => service.expose.clear(),
        "networks" if key.is_none() => service.networks = None,
        "networks" => service.networks.iter_mut().for_each(|all| all.retain(|it| !names(&it.name))),
        "network_mode" => service.network_mode = None,
        "container_name" => service.container_name = None,
        "hostname" => service.hostname = None,
        "extra_hosts" => service.extra_hosts.clear(),
        "links" => service.links.clear(),
        "external_links" => service.external_links.clear(),
        "depends_on" => service.depends_on.retain(|it| !names(&it.service)),
        "healthcheck" => service.healthcheck = None,
        "profiles" => service.profiles.clear(),
        "restart" => service.restart = None,
        "scale" => service.scale = None,
        "deploy" => (service.replicas, service.deploy_mode) = (None, None),
        "volumes" => service.volumes.clear(),
        "configs" => service.configs = None,
        "user" => service.user = None,
        "working_dir" => service.working_dir = None,
        "init" => service.init = None,
        "stop_signal" => service.stop_signal = None,
        "stop_grace_period" => service.stop_grace_period = None,
        _ => {}
    }
}

/// Null takes the earlier command away.
fn words(base: Option<Words>, over: Option<Words>) -> Option<Words> {
    over.or(base).filter(|it| !matches!(it, Words::Null(_)))
}

fn build(base: Option<Build>, over: Option<Build>) -> Option<Build> {
    let (base, over) = match (base, over) {
        (Some(base), Some(over)) => (base, over),
        (base, over) => return over.or(base),
    };
    Some(Build {
        context: over.context.or(base.context),
        dockerfile: over.dockerfile.or(base.dockerfile),
        inline: over.inline.or(base.inline),
        target: over.target.or(base.target),
        args: variables(base.args, over.args),
        span: base.span,
    })
}

fn variables(mut base: Vec<Variable>, over: Vec<Variable>) -> Vec<Variable> {
    for variable in over {
        match base.iter_mut().find(|it| it.name.value == variable.name.value) {
            Some(old) => *old = variable,
            None => base.push(variable),
        }
    }
    base
}

fn networks(mut base: Vec<ServiceNetwork>, over: Vec<ServiceNetwork>) -> Vec<ServiceNetwork> {
    for network in over {
        match base.iter_mut().find(|it| same(&it.name, &network.name)) {
            Some(old) => {
                old.aliases = append(std::mem::take(&mut old.aliases), network.aliases, same);
                old.addresses = append(std::mem::take(&mut old.addresses), network.addresses, same);
            }
            None => base.push(network),
        }
    }
    base
}

fn dependencies(mut base: Vec<Dependency>, over: Vec<Dependency>) -> Vec<Dependency> {
    for dependency in over {
        match base.iter_mut().find(|it| same(&it.service, &dependency.service)) {
            Some(old) => *old = dependency,
            None => base.push(dependency),
        }
    }
    base
}

fn append<T>(mut base: Vec<T>, over: Vec<T>, same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    for item in over {
        if !base.iter().any(|it| same(it, &item)) {
            base.push(item);
        }
    }
    base
}

fn same(a: &Value, b: &Value) -> bool {
    a.value.says_same(&b.value)
}

fn same_option(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

fn same_port(a: &Port, b: &Port) -> bool {
    match (a, b) {
        (Port::Short(a), Port::Short(b)) => same(a, b),
        (
            Port::Long { target, published, host_ip, protocol, .. },
            Port::Long { target: t, published: p, host_ip: h, protocol: r, .. },
        ) => {
            let pairs = [(target, t), (published, p), (host_ip, h), (protocol, r)];
            pairs.iter().all(|(a, b)| same_option(a.as_ref(), b.as_ref()))
        }
        _ => false,
    }
}

fn same_volume(a: &Volume, b: &Volume) -> bool {
    match (a, b) {
        (Volume::Short(a), Volume::Short(b)) => same(a, b),
        (Volume::Long { source, target, .. }, Volume::Long { source: s, target: t, .. }) => {
            same_option(source.as_ref(), s.as_ref()) && same_option(target.as_ref(), t.as_ref())
        }
        _ => false,
    }
}
