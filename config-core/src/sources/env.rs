//! `env`: the process environment, or pairs given instead of it.

use std::path::{Path, PathBuf};

use super::indirect;
use super::looked::Looked;
use super::{Kind, Open, Request, Unopened};
use crate::environment::{Context, Environment, NotUtf8};
use crate::origin::{Absence, Origin};
use crate::source::{
    Answer, Claims, Failure, Fetch, Found, Key, Source, SourcePlan, Unclaimed, Wanted,
};
use crate::value::{Node, Position, Text, Value};

pub(crate) const KIND: Kind = Kind { name: "env", open: Open::Entry(open), has_variables: false };

/// The environment of one load.
struct Env {
    environment: Environment,
    root: Option<PathBuf>,
    /// The files that its variables named.
    looked: Looked,
}

fn open(_request: &Request<'_>, context: &Context<'_>) -> Result<Box<dyn Source>, Unopened> {
    let root = context.root.map(Path::to_owned);
    Ok(Box::new(Env { environment: context.environment.clone(), root, looked: Looked::new() }))
}

impl Source for Env {
    fn label(&self) -> String {
        "env".to_owned()
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        Fetch::each(wanted, |key| self.answer(key))
    }

    fn unclaimed(&self, claims: &Claims<'_>) -> Vec<Unclaimed> {
        if claims.prefix.is_empty() {
            return Vec::new();
        }
        self.environment
            .names()
            .into_iter()
            .filter(|name| name.starts_with(claims.prefix) && !claims.has_variable(name))
            .map(|name| Unclaimed { name, within: None, file: None, at: Position::default() })
            .collect()
    }

    fn remarks(&self, claims: &Claims<'_>) -> Vec<String> {
        let is_set = |name: &str| {
            self.environment
                .text(name)
                .is_some_and(|text| text.map_or(true, |text| !text.is_empty()))
        };
        let secrets = claims.keys.iter().filter(|key| key.is_secret());
        secrets
            .flat_map(Key::variables)
            .filter(|name| is_set(name) && is_set(&indirect::file_variable(name)))
            .map(|name| indirect::both_remark(name))
            .collect()
    }

    fn remedy(&self, key: &Key<'_>) -> Option<String> {
        key.variables().first().map(|name| format!("set {name}"))
    }

    fn plan(&self, wanted: &Wanted<'_>) -> SourcePlan {
        let count = wanted.keys().len();
        SourcePlan::default().reads(format!("reads {count} variables of the environment"))
    }

    fn watched(&self) -> Vec<PathBuf> {
        self.looked.paths()
    }
}

impl Env {
    /// The names in order, each before the file that it may name; none of the process's other variables is copied.
    fn answer(&self, key: &Key<'_>) -> Answer {
        let mut empty = None;
        for (which, name) in key.variables().iter().enumerate() {
            match self.environment.text(name) {
                None => {}
                Some(Ok(text)) if text.is_empty() => {
                    empty = empty.or(Some(Origin::variable(which)));
                }
                Some(Ok(text)) => return value(text, which),
                Some(Err(NotUtf8)) => return not_utf8(name),
            }
            if !key.is_secret() {
                continue;
            }
            let file_variable = indirect::file_variable(name);
            match self.environment.text(&file_variable) {
                Some(Ok(path)) if !path.is_empty() => {
                    match self.indirect(file_variable, &path, key) {
                        Answer::Empty(origin) => empty = empty.or(Some(origin)),
                        answer => return answer,
                    }
                }
                Some(Err(NotUtf8)) => return not_utf8(&file_variable),
                _ => {}
            }
        }
        match empty {
            Some(origin) => Answer::Empty(origin),
            None => Answer::Absent(Absence::variable("not set")),
        }
    }

    /// The content of the file that `NAME_FILE` names.
    fn indirect(&self, file_variable: String, path: &str, key: &Key<'_>) -> Answer {
        indirect::read(file_variable, path, self.root.as_deref(), key.is_binary(), &self.looked)
    }
}

fn value(text: Text, which: usize) -> Answer {
    let node = Node::new(Value::Text(text), Position::default());
    Answer::Value(Found { node, origin: Origin::variable(which) })
}

fn not_utf8(name: &str) -> Answer {
    Answer::Failed(
        Failure::not_utf8(name).hint("set it to UTF-8 text; put binary values in a file"),
    )
}
