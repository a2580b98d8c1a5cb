//! Remote sources that stay open from one load to the next, as long as they would be opened the same way again.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use crate::source::{Failure, Source};
use crate::sources::{Unopened, Variables};
use crate::value::Text;

/// The sources that are open, by the profile and the position in its list.
#[derive(Default)]
pub(crate) struct Keeper {
    keyed: RandomState,
    open: Mutex<HashMap<Of, Arc<Open>>>,
}

type Of = (Option<String>, usize);

struct Open {
    source: Arc<dyn Source>,
    place: Option<String>,
    /// What it was set up by: names, and what they said.
    variables: Vec<(String, u64)>,
}

impl Keeper {
    /// The source as it was opened before, where all that it was set up by reads as it did then; else opened anew, and
    /// kept where it is remote.
    pub(super) fn opened(
        &self,
        of: Of,
        place: Option<String>,
        variables: Variables<'_>,
        open: impl FnOnce(Variables<'_>) -> Result<Arc<dyn Source>, Unopened>,
    ) -> Result<Arc<dyn Source>, Unopened> {
        // To look a variable up may open other sources, so the lock is not held meanwhile.
        let known = self.lock().get(&of).cloned();
        if let Some(known) = known {
            let says = |(name, said): &(String, u64)| self.print(&variables(name)) == *said;
            if known.place == place && known.variables.iter().all(says) {
                return Ok(Arc::clone(&known.source));
            }
        }
        let names = RefCell::new(Vec::new());
        let noted = |name: &str| {
            let said = variables(name);
            names.borrow_mut().push((name.to_owned(), self.print(&said)));
            said
        };
        let source = open(&noted)?;
        if source.is_remote() {
            let opened = Open { source: Arc::clone(&source), place, variables: names.into_inner() };
            let replaced = self.lock().insert(of, Arc::new(opened));
            // To close a connection takes a while; nobody waits for the lock meanwhile.
            drop(replaced);
        }
        Ok(source)
    }

    /// Has the source opened anew next time.
    pub(super) fn forget(&self, of: &Of) {
        let forgotten = self.lock().remove(of);
        drop(forgotten);
    }

    /// A variable may hold a credential, so what it says is kept as a number that only this process can make.
    fn print(&self, said: &Result<Option<Text>, Failure>) -> u64 {
        let mut hasher = self.keyed.build_hasher();
        match said {
            Ok(Some(text)) => {
                hasher.write_u8(1);
                hasher.write(text.as_bytes());
                // Puts the last bytes of the text out of the hasher's own buffer.
                hasher.write_u64(0);
            }
            Ok(None) => hasher.write_u8(2),
            Err(failure) => hasher.write(failure.to_string().as_bytes()),
        }
        hasher.finish()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Of, Arc<Open>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
