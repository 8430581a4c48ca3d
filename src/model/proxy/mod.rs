//! What a container of a proxy listens on and connects to, as its configuration files say.

mod address;
mod expand;
mod invocation;
mod labels;
mod read;
mod settings;

pub(super) use labels::{is_led_by_labels, labelled};

use super::{Command, ContainerFiles, Dial, Environment, Listeners};
use crate::facts::catalogue::{ImageEntry, proxy_of_image};
use crate::source::Span;

/// A container that may be one of a proxy.
pub(super) struct Scene<'s> {
    /// The public image that it runs, or that its image is built on.
    pub(super) reference: &'s str,
    /// What the catalogue knows of it.
    pub(super) entry: Option<&'static ImageEntry>,
    /// Where the image is named.
    pub(super) image_span: Span,
    /// What runs, where it is not what the public image starts.
    pub(super) command: Option<&'s Command>,
    /// Its files.
    pub(super) files: &'s ContainerFiles<'s>,
    /// Its environment.
    pub(super) environment: &'s Environment,
}

/// What a proxy does.
pub(super) struct Proxied {
    pub(super) listeners: Listeners,
    pub(super) dials: Vec<Dial>,
    /// Why it may connect elsewhere too.
    pub(super) dials_incomplete: Option<String>,
}

/// What the proxy in a container does; `None` when there is none, or when its configuration is not in the
/// project.
pub(super) fn read(scene: &Scene<'_>) -> Option<Proxied> {
    let entry = proxy_of_image(scene.reference)?;
    let file = invocation::configuration(entry, scene.command, scene.files)?;
    let found = read::all(scene, entry, &file)?;
    let unknown = found.unknown_pass.map(|_| "it passes requests to what is not known".to_owned());
    let dials_incomplete = found.incomplete.as_ref().map(|it| it.value.clone()).or(unknown);
    let listeners =
        Listeners { known: found.listeners, incomplete: found.incomplete, ..Listeners::default() };
    Some(Proxied { listeners, dials: found.dials, dials_incomplete })
}
