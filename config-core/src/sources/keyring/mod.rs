//! `keyring("my-app")`: the keyring of the desktop, which is the Secret Service on Linux, the Keychain on macOS and the
//! Credential Manager on Windows.

mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::store::{Connect, Held, Name, read};
use super::aside;
use super::{Kind, Open, Request, Unopened};
use crate::environment::Context;
use crate::origin::{Absence, Origin};
use crate::source::{Answer, Failure, FailureKind, Fetch, Key, Source, SourcePlan, Wanted};
use crate::value::{Node, Position};

pub(crate) const KIND: Kind =
    Kind { name: "keyring", open: Open::Entry(open), has_variables: false };

/// The entries of one service, each under the name of a field.
struct Keyring {
    service: String,
    connect: Arc<Connect>,
}

fn open(request: &Request<'_>, context: &Context<'_>) -> Result<Box<dyn Source>, Unopened> {
    let place = request.place.unwrap_or_default();
    let service = context.expand(place).map_err(Unopened::from)?;
    if service.is_empty() {
        let failure = Failure::new(FailureKind::Malformed, "the name of a service is missing");
        return Err(Unopened::Failed(failure));
    }
    Ok(Box::new(Keyring { service, connect: Arc::new(store::of_the_desktop) }))
}

impl Source for Keyring {
    fn label(&self) -> String {
        format!("keyring {}", self.service)
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        let names: Vec<Name> = wanted.keys().iter().map(|key| self.name(key)).collect();
        let job = (Arc::clone(&self.connect), names.clone());
        let reading = aside::each(vec![job], wanted, |(connect, names), patience| {
            read(&*connect, &names, patience)
        });
        Fetch::Pending(Box::pin(async move {
            let held = reading.await.into_iter().next();
            let missing = || Failure::new(FailureKind::Unreachable, "the keyring was not asked");
            let held = held.unwrap_or_else(|| Err(missing()))?;
            Ok(names.iter().zip(held).map(|(name, held)| self.answer(name, held)).collect())
        }))
    }

    fn remedy(&self, key: &Key<'_>) -> Option<String> {
        let Name { service, user, .. } = self.name(key);
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        Some(if cfg!(target_os = "macos") {
            format!(
                "run: security add-generic-password -s {} -a {} -w",
                quoted(&service),
                quoted(&user)
            )
        } else if cfg!(windows) {
            format!("add the user {user} of {service} to the Credential Manager")
        } else {
            let label = quoted(&format!("{service} {user}"));
            let (service, user) = (quoted(&service), quoted(&user));
            format!("run: secret-tool store --label={label} service {service} username {user}")
        })
    }

    fn plan(&self, wanted: &Wanted<'_>) -> SourcePlan {
        let names = wanted.keys().iter().map(|key| self.name(key));
        let plan: SourcePlan = names
            .map(|name| format!("reads {} of {} from the keyring", name.user, name.service))
            .collect();
        plan.round_trips(usize::from(!wanted.keys().is_empty()))
    }
}

impl Keyring {
    /// Where a key stands: under the name that was declared for it, `name`, `#name` or `service#name`, else under its
    /// path; in the service of its nested struct, else of the list's entry.
    fn name(&self, key: &Key<'_>) -> Name {
        let (service, user) = match key.own().map(|own| own.split_once('#').unwrap_or(("", own))) {
            Some(("", user)) => (None, user),
            Some((service, user)) => (Some(service), user),
            None => (None, key.path_below_base()),
        };
        Name {
            service: service.or(key.base()).unwrap_or(&self.service).to_owned(),
            user: user.to_owned(),
            binary: key.is_binary(),
        }
    }

    fn answer(&self, name: &Name, held: Result<Held, Failure>) -> Answer {
        let here = name.service == self.service;
        let shown = || format!("{}#{}", name.service, name.user);
        match held {
            Ok(Held::Value(value)) => {
                let origin = match here {
                    true => Origin::new(name.user.clone()),
                    false => Origin::new(shown()).elsewhere(),
                };
                Answer::value(Node::new(value, Position::default()), origin)
            }
            Ok(Held::Nothing) => Answer::Absent(match here {
                true => Absence::new(name.user.clone(), "no such entry"),
                false => Absence::new(shown(), "no such entry").elsewhere(),
            }),
            Err(failure) if here => Answer::Failed(failure.key(name.user.clone())),
            Err(failure) => Answer::Failed(failure.elsewhere(shown())),
        }
    }
}

#[cfg(feature = "age")]
impl crate::age::Identity {
    /// Reads an identity from the keyring of the desktop: the entry of that service and name, which holds what an
    /// identity file holds.
    ///
    /// # Errors
    /// There is no such entry, the keyring cannot be asked, or what is there is no identity.
    ///
    /// ```no_run
    /// let identity = config_core::age::Identity::from_keyring("my-app", "age-identity")?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    pub fn from_keyring(service: &str, name: &str) -> Result<Self, Failure> {
        let name = Name { service: service.to_owned(), user: name.to_owned(), binary: false };
        match store::read_one(Arc::new(store::of_the_desktop), name)? {
            Held::Value(crate::value::Value::Text(text)) => Self::parse(&text),
            _ => Err(Failure::new(FailureKind::NotFound, "the keyring has no such entry")),
        }
    }
}
