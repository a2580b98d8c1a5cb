//! How the sources of a list are opened: when they are first asked, each by itself or as a place in a store that it
//! shares with others.

use std::sync::Arc;

use super::{Listed, Place, SourceList};
use crate::environment::Context;
use crate::resolve::not_supplied;
use crate::source::{Failure, FailureKind, Source};
use crate::sources::{self, Connect, Connection, Open, Request, Unopened, Variables};
use crate::value::{Position, Text};

impl SourceList {
    /// The source of an entry, opened now if it was not yet.
    pub(crate) fn source(
        &self,
        entry: usize,
        context: &Context<'_>,
    ) -> Result<&Arc<dyn Source>, &Unopened> {
        let opened = || match self.entries[entry].connect() {
            Some(connect) => self.placed(entry, connect, context),
            None => self.open(entry, context),
        };
        let source = self.entries[entry].source.get_or_init(|| opened().map_err(Box::new));
        source.as_ref().map_err(|unopened| &**unopened)
    }

    /// Opens an entry by itself.
    fn open(&self, entry: usize, context: &Context<'_>) -> Result<Arc<dyn Source>, Unopened> {
        let listed = &self.entries[entry];
        let variables = |name: &str| self.variable(name, context);
        #[cfg(feature = "live")]
        if let Some((keeper, profile)) = &self.keeper {
            let of = (profile.clone(), entry);
            let open = |variables: Variables<'_>| listed.opened(context, variables);
            return keeper.opened(of, listed.place(context), &variables, open);
        }
        listed.opened(context, &variables)
    }

    /// Opens an entry as a place in the store that it shares with its twins.
    fn placed(
        &self,
        entry: usize,
        connect: Connect,
        context: &Context<'_>,
    ) -> Result<Arc<dyn Source>, Unopened> {
        let place = self.entries[entry].declared_place();
        let place = place.map(|place| context.expand(place)).transpose()?;
        let connection = self.connection(self.first_twin(entry), connect, context)?;
        #[cfg(feature = "live")]
        if let Some((keeper, profile)) = &self.keeper {
            return keeper.placed((profile.clone(), entry), place, &connection);
        }
        connection(place.as_deref()).map(Arc::from)
    }

    /// The store of an entry and its twins, of which it is the first, set up now if it was not yet.
    fn connection(
        &self,
        first: usize,
        connect: Connect,
        context: &Context<'_>,
    ) -> Result<Connection, Unopened> {
        let listed = &self.entries[first];
        let variables = |name: &str| self.variable(name, context);
        let connect = |variables: Variables<'_>| {
            let name = listed.name.as_deref();
            connect(&Request { name, variables, ..Request::declared(None) }, context)
        };
        let connected = || {
            #[cfg(feature = "live")]
            if let Some((keeper, profile)) = &self.keeper {
                return keeper.connected((profile.clone(), first), &variables, connect);
            }
            connect(&variables)
        };
        match listed.connection.get_or_init(|| connected().map_err(Box::new)) {
            Ok(connection) => Ok(Arc::clone(connection)),
            Err(unopened) => Err((**unopened).clone()),
        }
    }

    /// A variable that sources are set up by: of the environment, else of a source that has variables.
    fn variable(&self, name: &str, context: &Context<'_>) -> Result<Option<Text>, Failure> {
        if let Some(text) = sources::variable_of(context.environment, name)? {
            return Ok(Some(text));
        }
        let has_variables =
            |listed: &Listed| sources::kind(&listed.kind).is_some_and(|kind| kind.has_variables);
        for entry in (0..self.entries.len()).filter(|&entry| has_variables(&self.entries[entry])) {
            let source = match self.source(entry, context) {
                Ok(source) => source,
                Err(Unopened::Failed(failure)) => return Err(failure.clone()),
                Err(_) => continue,
            };
            if let Some(text) = source.bootstrap(name)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// Has the source of an entry opened anew by the next load, where it is one that stays open.
    #[cfg(feature = "live")]
    pub(crate) fn forget(&self, entry: usize) {
        if let Some((keeper, profile)) = &self.keeper {
            keeper.forget(profile.as_ref(), entry, self.first_twin(entry));
        }
    }
}

impl Listed {
    /// How the store is set up that the entry is a place in, where it is one.
    fn connect(&self) -> Option<Connect> {
        match (&self.place, sources::kind(&self.kind)?.open) {
            (Place::Declared(_), Open::Store(connect)) => Some(connect),
            _ => None,
        }
    }

    /// The place as it is for now, for sources that stay open.
    #[cfg(feature = "live")]
    fn place(&self, context: &Context<'_>) -> Option<String> {
        match self.place {
            Place::Declared(Some(place)) | Place::Supplied { place, .. } => {
                context.expand(place).ok()
            }
            Place::Declared(None) | Place::Given(_) | Place::Custom => None,
        }
    }

    fn opened(
        &self,
        context: &Context<'_>,
        variables: Variables<'_>,
    ) -> Result<Arc<dyn Source>, Unopened> {
        let request = match &self.place {
            Place::Custom => return Err(Unopened::Failed(not_supplied(&self.kind))),
            Place::Supplied { source, place } => {
                let place = context.expand(place).map_err(Unopened::from)?;
                return match source.at_place(&place) {
                    Some(placed) => placed.map_err(Unopened::Failed),
                    None => Ok(Arc::clone(source)),
                };
            }
            Place::Declared(place) => {
                Request { name: self.name.as_deref(), variables, ..Request::declared(*place) }
            }
            Place::Given(path) => match path.to_str() {
                Some(path) => Request { variables, ..Request::given(path) },
                None => {
                    let failure =
                        Failure::new(FailureKind::Malformed, "the path is not UTF-8 text");
                    return Err(Unopened::Failed(
                        failure.in_file(path.as_path().into(), Position::default()),
                    ));
                }
            },
        };
        match sources::kind(&self.kind).map(|kind| kind.open) {
            Some(Open::Entry(open)) => open(&request, context).map(Arc::from),
            Some(Open::Store(_)) | None => Err(Unopened::Failed(not_supplied(&self.kind))),
        }
    }
}
