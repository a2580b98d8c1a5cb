//! `exec("op read ..")`: what a command prints, such as that of a password manager.
//!
//! A command and all that it starts are one process group, which is ended when the command is done or late. What leaves
//! the group, by `setsid` or as a daemon, is not found that way and lives on; nor is it waited for.
//!
//! A report that asks every source runs the commands too: what one prints, only running it tells.

mod group;
mod run;
#[cfg(all(test, unix))]
mod tests;
mod words;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use self::words::{Command, Names, Template};
use super::aside::{self, Patience};
use super::{Kind, Open, Request, Unopened};
use crate::document::json;
use crate::document::lookup::Root;
use crate::environment::{Context, Environment, Unexpanded};
use crate::origin::{Absence, Origin};
use crate::source::{
    Answer, Answers, Failure, FailureKind, Fetch, Key, Source, SourcePlan, Wanted,
};
use crate::value::{Node, Position, Value, exact};

pub(crate) const KIND: Kind = Kind { name: "exec", open: Open::Entry(open), has_variables: false };

/// The commands of one entry of a list: the one of its place, and those that fields name themselves.
struct Exec {
    place: Option<Template>,
    shown: String,
    environment: Environment,
    root: Option<PathBuf>,
    profile: Option<String>,
}

/// Where one key stands.
enum Located<'k> {
    /// Nobody says by which command.
    Nowhere,
    In {
        command: Command,
        within: Within<'k>,
        /// Whether it is the command that the label names.
        at_place: bool,
    },
}

/// What of the output is the value.
enum Within<'k> {
    Whole,
    /// What the object has under a name that was declared.
    Named(&'k str),
    /// What the object has under one of the names of the field.
    Field,
}

/// What a command printed, as an object once somebody looks for a key in it.
struct Printed {
    output: Result<Zeroizing<Vec<u8>>, Failure>,
    object: OnceCell<Result<Node, Failure>>,
}

fn open(request: &Request<'_>, context: &Context<'_>) -> Result<Box<dyn Source>, Unopened> {
    let mut exec = Exec {
        place: None,
        shown: String::new(),
        environment: context.environment.clone(),
        root: context.root.map(Path::to_owned),
        profile: context.profile.map(str::to_owned),
    };
    if let Some(written) = request.place {
        let failed = |failure: Failure| Unopened::Failed(failure.elsewhere(written.to_owned()));
        let template = Template::read(written).map_err(failed)?;
        exec.shown = template.expand(context, None).map_err(Unopened::from)?.shown;
        exec.place = Some(template);
    }
    Ok(Box::new(exec))
}

impl Source for Exec {
    fn label(&self) -> String {
        match &self.place {
            Some(_) => format!("exec {}", self.shown),
            None => "exec".to_owned(),
        }
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        let located: Vec<_> = wanted.keys().iter().map(|key| self.locate(key)).collect();
        let commands = distinct(&located);
        let jobs = commands.iter().map(|command| (command.clone(), self.root.clone())).collect();
        let running = aside::each(jobs, wanted, run);
        Fetch::Pending(Box::pin(async move {
            let printed: Vec<Printed> = running.await.into_iter().map(Printed::new).collect();
            answers(wanted.keys(), &located, &commands, &printed)
        }))
    }

    fn remedy(&self, key: &Key<'_>) -> Option<String> {
        match self.locate(key) {
            Ok(Located::In { command, within: Within::Whole, .. }) => {
                Some(format!("see to it that this prints it: {}", command.shown))
            }
            Ok(Located::In { command, within, .. }) => Some(format!(
                "see to it that the JSON object has {} that this prints: {}",
                within.name(key),
                command.shown
            )),
            _ => None,
        }
    }

    fn plan(&self, wanted: &Wanted<'_>) -> SourcePlan {
        let located: Vec<_> = wanted.keys().iter().map(|key| self.locate(key)).collect();
        let commands = distinct(&located);
        let plan: SourcePlan =
            commands.iter().map(|command| format!("runs {}", command.shown)).collect();
        plan.round_trips(usize::from(!commands.is_empty()))
    }
}

fn run(
    (command, root): (Command, Option<PathBuf>),
    patience: &Patience<'_>,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    run::output(&command, root.as_deref(), patience)
}

impl Exec {
    fn context(&self) -> Context<'_> {
        Context::of(&self.environment, self.root.as_deref(), self.profile.as_deref())
    }

    /// The command that a key names itself, else that of its nested struct, else that of the list's entry.
    fn locate<'k>(&self, key: &Key<'k>) -> Result<Located<'k>, Failure> {
        let (command, name) = match key.own().map(split) {
            None => (None, None),
            Some((command, name)) => (command, name),
        };
        let within = match (command, name) {
            (_, Some(name)) => Within::Named(name),
            (Some(_), None) => Within::Whole,
            (None, None) => Within::Field,
        };
        let written = command.or(key.base());
        let template = match (written, &self.place) {
            (Some(written), _) => Cow::Owned(
                Template::read(written).map_err(|failure| failure.elsewhere(written.to_owned()))?,
            ),
            (None, Some(place)) => Cow::Borrowed(place),
            (None, None) => return Ok(Located::Nowhere),
        };
        let names = Names {
            key: name.filter(|_| command.is_none()).unwrap_or(key.path_below_base()),
            variable: key.variables().first().copied().unwrap_or_default(),
        };
        let is_per_key = template.is_per_key();
        let names = Some(names).filter(|_| is_per_key);
        let command = template.expand(&self.context(), names).map_err(|why| unset(why, written))?;
        let within = if is_per_key && written.is_none() { Within::Whole } else { within };
        let at_place = written.is_none() && !is_per_key;
        Ok(Located::In { command, within, at_place })
    }
}

/// `command`, `command#key`, `#key`.
fn split(own: &str) -> (Option<&str>, Option<&str>) {
    match own.rsplit_once('#') {
        None => (Some(own), None),
        Some((command, key)) => {
            (Some(command.trim_end()).filter(|text| !text.is_empty()), Some(key))
        }
    }
}

fn unset(why: Unexpanded, written: Option<&str>) -> Failure {
    let failure = match why {
        Unexpanded::Unset(name) if name == "profile" => {
            Failure::new(FailureKind::NotConfigured, "there is no profile")
        }
        Unexpanded::Unset(name) => {
            Failure::new(FailureKind::NotConfigured, format!("{name} is not set"))
        }
        Unexpanded::NotUtf8(name) => {
            Failure::new(FailureKind::Malformed, format!("the variable {name} is not UTF-8 text"))
        }
    };
    failure.elsewhere(written.unwrap_or_default().to_owned())
}

/// Each command once.
fn distinct(located: &[Result<Located<'_>, Failure>]) -> Vec<Command> {
    let mut commands = Vec::new();
    for located in located {
        if let Ok(Located::In { command, .. }) = located
            && !commands.contains(command)
        {
            commands.push(command.clone());
        }
    }
    commands
}

fn answers(
    keys: &[Key<'_>],
    located: &[Result<Located<'_>, Failure>],
    commands: &[Command],
    printed: &[Printed],
) -> Answers {
    let roots: Vec<OnceCell<Root<'_>>> = printed.iter().map(|_| OnceCell::new()).collect();
    let each = keys.iter().zip(located).map(|(key, located)| match located {
        Err(failure) => Answer::Failed(failure.clone()),
        Ok(Located::Nowhere) => Answer::Absent(Absence::new(key.path().to_owned(), "no command")),
        Ok(Located::In { command, within, at_place }) => {
            let at = commands.iter().position(|run| run == command);
            match at.and_then(|at| printed.get(at).zip(roots.get(at))) {
                Some((printed, root)) => printed.answer(root, key, within, command, *at_place),
                None => {
                    let message = "the command was not run";
                    Answer::Failed(Failure::new(FailureKind::Unreachable, message))
                }
            }
        }
    });
    Ok(each.collect())
}

impl Within<'_> {
    fn name(&self, key: &Key<'_>) -> String {
        match self {
            Self::Whole => String::new(),
            Self::Named(name) => (*name).to_owned(),
            Self::Field => key.path_below_base().to_owned(),
        }
    }
}

impl Printed {
    const fn new(output: Result<Zeroizing<Vec<u8>>, Failure>) -> Self {
        Self { output, object: OnceCell::new() }
    }

    /// The answer to one key; the index over the object is made when the first is looked for in it.
    fn answer<'p>(
        &'p self,
        root: &OnceCell<Root<'p>>,
        key: &Key<'_>,
        within: &Within<'_>,
        command: &Command,
        at_place: bool,
    ) -> Answer {
        let shown = |name: &str| match name {
            "" => command.shown.clone(),
            name => format!("{}#{name}", command.shown),
        };
        let origin = |name: &str| match at_place && !name.is_empty() {
            true => Origin::new(name.to_owned()),
            false => Origin::new(shown(name)).elsewhere(),
        };
        let failed = |failure: &Failure| {
            let failure = failure.clone();
            match at_place {
                true => Answer::Failed(failure.key(within.name(key))),
                false => Answer::Failed(failure.elsewhere(shown(&within.name(key)))),
            }
        };
        let output = match &self.output {
            Ok(output) => output,
            Err(failure) => return failed(failure),
        };
        if matches!(within, Within::Whole) {
            return match value(output, key.is_binary()) {
                Ok(node) => Answer::value(node, origin("")),
                Err(failure) => failed(&failure),
            };
        }
        let object = match self.object.get_or_init(|| object(output)) {
            Ok(object) => object,
            Err(failure) => return failed(failure),
        };
        let key = match within {
            Within::Named(name) => Key { own: Some(name), base: None, ..*key },
            _ => Key { path: key.path_below_base(), own: None, base: None, ..*key },
        };
        match root.get_or_init(|| Root::indexed(object)).answer(&key, None) {
            Answer::Value(found) => {
                let origin = origin(found.origin.key());
                Answer::value(found.node, origin)
            }
            Answer::Empty(found) => Answer::Empty(origin(found.key())),
            Answer::Absent(missing) if at_place => Answer::Absent(missing),
            Answer::Absent(missing) => {
                Answer::Absent(Absence::new(shown(&missing.key), missing.why).elsewhere())
            }
            Answer::Failed(failure) => failed(&failure),
            unread @ Answer::Unread(_) => unread,
        }
    }
}

/// The whole output as the value: as it is where bytes are wanted, else a text without the line end at its end.
fn value(output: &Zeroizing<Vec<u8>>, binary: bool) -> Result<Node, Failure> {
    if binary {
        return Ok(Node::new(Value::Bytes(output.clone()), Position::default()));
    }
    let text = text(output)?;
    let stripped =
        text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(Node::new(Value::Text(exact(stripped)), Position::default()))
}

/// The output as a JSON object.
fn object(output: &Zeroizing<Vec<u8>>) -> Result<Node, Failure> {
    let hint = "have the command print JSON, or give the field a command of its own whose whole output is the value";
    let malformed = |message: String| Failure::new(FailureKind::Malformed, message).hint(hint);
    match json::parse(text(output)?) {
        Ok(node) if matches!(node.value, Value::Map(_)) => Ok(node),
        Ok(node) => {
            let is = node.value.kind();
            Err(malformed(format!("what the command printed has to be a JSON object, is {is}")))
        }
        Err(_) if output.trim_ascii().is_empty() => {
            Err(malformed("the command printed nothing".to_owned()))
        }
        Err(error) => Err(malformed(format!(
            "what the command printed is no JSON object: {}, {}",
            error.at, error.message
        ))),
    }
}

fn text(output: &Zeroizing<Vec<u8>>) -> Result<&str, Failure> {
    std::str::from_utf8(output).map_err(|error| {
        let (message, at) = super::read::not_utf8(output, error.valid_up_to());
        Failure::new(FailureKind::Malformed, format!("what the command printed {message}, {at}"))
    })
}
