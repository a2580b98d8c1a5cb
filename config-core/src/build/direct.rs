//! The usual load: the environment is the first source, and every field stands there under its current name.
//!
//! Then nothing has to be asked, told apart or remembered: each field is read where it stands and decoded at once. This
//! way has no rules of its own: as soon as a field does not plainly stand there, or is wrong, it gives up, and the load
//! starts afresh by way of the resolver, which knows what that means. A validator runs a second time only where a field
//! after its own is wrong.

use std::env::{self, VarError};

use zeroize::{Zeroize, Zeroizing};

use super::{Builder, Supply, Turn};
use crate::environment::Environment;
use crate::resolve::{self, Options};
use crate::schema::{Leaf, Presence, Schema};
use crate::secrets::Secrets;
use crate::value::{Node, Text, Value};

/// Above so many fields one pass over all variables costs less than to look each up.
const LOOKED_UP: usize = 32;

/// Reads the fields, one after the other, from the environment of the process.
pub(super) struct Direct {
    /// The text of each field, where all variables were gone through at once.
    texts: Vec<Option<Text>>,
    pub(super) node: Node,
    pub(super) gave_up: bool,
    /// Whether it is settled that no field is missing.
    all_there: bool,
}

/// The settings, where all of them stand in the environment and nothing else is wanted.
pub(crate) fn settings<T: Secrets>(options: &Options) -> Option<T> {
    let schema = T::schema();
    if !is_usual(options) || !begins_with_environment(schema, options) {
        return None;
    }
    let mut builder = Builder::new(schema, Supply::Direct(Direct::new(schema)));
    let settings = T::__build(&mut builder);
    match builder.supply {
        Supply::Direct(Direct { gave_up: false, .. }) => settings,
        _ => None,
    }
}

/// Whether the loader was told nothing that concerns more than the values themselves.
fn is_usual(options: &Options) -> bool {
    matches!(options.environment, Environment::Process)
        && options.overrides.is_empty()
        && options.added.is_empty()
        && options.on_failure.is_empty()
        && !options.strict
        && !options.is_tapped()
        && !crate::trace::is_on()
}

fn begins_with_environment(schema: &'static Schema, options: &Options) -> bool {
    let names_none = options.profile.is_none()
        && schema.profile_env().is_none()
        && schema.default_profile().is_none();
    let list = match names_none {
        true => schema.sources(),
        false => match resolve::profile(schema, options) {
            Ok(profile) => resolve::declared(schema, profile.as_deref()).0,
            Err(_) => return false,
        },
    };
    list.first().is_some_and(|first| first.kind == "env" && !first.custom)
}

impl Direct {
    fn new(schema: &'static Schema) -> Self {
        let texts = match schema.leaves().len() {
            0..=LOOKED_UP => Vec::new(),
            _ => in_one_pass(schema),
        };
        Self { texts, node: Node::default(), gave_up: false, all_there: false }
    }

    /// Whether all fields from there on stand in the environment, so that it is not for want of one that the load starts
    /// afresh, and what a validator does is not done twice.
    pub(super) fn has_all(&mut self, schema: &'static Schema, from: usize) -> bool {
        let is_there = |(at, leaf): (usize, &Leaf)| match self.texts.get(at) {
            _ if matches!(leaf.field().presence, Presence::Composed(_)) => true,
            _ if !leaf.field().sources.is_empty() => false,
            Some(text) => text.as_ref().is_some_and(|text| !text.is_empty()),
            None => !Zeroizing::new(look_up(leaf.variable())).is_empty(),
        };
        if !self.gave_up && !self.all_there {
            self.all_there = schema.leaves().iter().enumerate().skip(from).all(is_there);
            self.gave_up = !self.all_there;
        }
        !self.gave_up
    }

    /// The value of the field, or gives up.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn turn(&mut self, at: usize, leaf: &'static Leaf) -> Turn<'_> {
        let field = leaf.field();
        if self.gave_up || !field.sources.is_empty() {
            self.gave_up = true;
            return Turn::Problem;
        }
        let text = match self.texts.get_mut(at) {
            Some(Some(text)) => std::mem::take(&mut **text),
            Some(None) => String::new(),
            None => look_up(leaf.variable()),
        };
        if text.is_empty() {
            self.gave_up = true;
            return Turn::Problem;
        }
        match &mut self.node.value {
            Value::Text(previous) => {
                // A text that its type took over has nothing left to wipe.
                if !previous.is_empty() {
                    previous.zeroize();
                }
                **previous = text;
            }
            other => *other = Value::Text(Zeroizing::new(text)),
        }
        Turn::Value(&mut self.node, field)
    }
}

#[inline]
fn look_up(name: &str) -> String {
    env::var(name).unwrap_or_else(|error| {
        if let VarError::NotUnicode(value) = error {
            value.into_encoded_bytes().zeroize();
        }
        String::new()
    })
}

fn in_one_pass(schema: &'static Schema) -> Vec<Option<Text>> {
    let variables = env::vars_os();
    let mut texts: Vec<Option<Text>> = schema.leaves().iter().map(|_| None).collect();
    for (name, value) in variables {
        let slot = schema.position(&name).map(|leaf| &mut texts[leaf]);
        // Of a name that stands twice the first counts, as it does where a name is looked up.
        let Some(slot) = slot.filter(|slot| slot.is_none()) else {
            // The copy that the standard library made may be somebody's secret.
            value.into_encoded_bytes().zeroize();
            continue;
        };
        match value.into_string() {
            Ok(text) => *slot = Some(Zeroizing::new(text)),
            Err(value) => value.into_encoded_bytes().zeroize(),
        }
    }
    texts
}
