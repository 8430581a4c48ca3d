//! ini: <https://ini.unknwon.io/docs/howto/work_with_values>. A file that was loaded before fills a struct whose structs are
//! its sections.

use std::rc::Rc;

use super::Ask;
use super::text::{ReadFile, TextSource, keys_of};
use crate::facts::go::{Callee, Value};
use crate::model::resolve::{Evaluator, Frame, Outcome};

impl<'w> Evaluator<'w> {
    /// What a loaded file says of a field; `None` when it leaves it as it is.
    pub(super) fn by_ini(&self, ask: &Ask<'_, 'w>) -> Option<Outcome> {
        let not_followed = || ask.hole("a configuration decides that is not followed");
        let Callee::Method { receiver, .. } = &ask.decode.call.callee else { return not_followed() };
        let Some((section, text)) = self.ini_loaded(receiver, ask.frame, ask.depth.min(16)) else {
            return not_followed();
        };
        match text {
            ReadFile::Read(reading) => {
                let keys = section.into_iter().chain(keys_of(
                    ask.path,
                    ask.decode.entry.tag,
                    ask.decode.entry.naming,
                )?);
                let text = reading.text.get(&keys.collect::<Vec<_>>(), false)?;
                Some(self.value_in(&reading, text))
            }
            ReadFile::Absent => None,
            ReadFile::Unknown(hidden) | ReadFile::Sample(_, hidden) => Some(hidden.hole(ask.span)),
        }
    }

    /// The file that `ini.Load(path)` reads, and the section of it that is meant; `None` when it does not show.
    fn ini_loaded(
        &self,
        value: &'w Value,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<(Option<String>, ReadFile<'w>)> {
        let depth = self.less(depth, 1)?;
        let head = self.head(value, frame, depth);
        let Value::Call { callee, arguments, .. } = head.value else { return None };
        match (&**callee, callee.name()) {
            (Callee::Method { receiver, .. }, "Section") => {
                let name = self.inner(arguments.first()?, &head.frame, depth);
                let (_, text) = self.ini_loaded(receiver, &head.frame, depth)?;
                let name = name.unknown.is_none().then(|| name.text.as_str().to_owned())?;
                Some((Some(name).filter(|it| !it.is_empty()), text))
            }
            // Of several files the last one that has a key counts.
            (Callee::Imported { .. }, "Load" | "LooseLoad" | "ShadowLoad") if arguments.len() == 1 => {
                let path = self.path_text(arguments.first()?, &head.frame, depth);
                Some((None, self.read_source(&TextSource::file(path))))
            }
            _ => None,
        }
    }
}
