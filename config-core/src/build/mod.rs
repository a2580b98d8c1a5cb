//! From what was resolved to the struct: decoding, checks, and every problem noted with the field it is of.

pub(crate) mod compose;
pub(crate) mod direct;
#[cfg(feature = "_net")]
mod doubt;
pub(crate) mod gate;
mod got;
pub(crate) mod problems;
pub(crate) mod take;

use crate::decode::Wrong;
use crate::error::{Error, ProblemKind};
use crate::origin::Origin;
use crate::report::{Judged, Report};
use crate::resolve::{self, Depth, Options, Outcome, Questions, Resolution};
use crate::schema::{Field, Leaf, Presence, Schema};
use crate::secret::SecretString;
use crate::secrets::Secrets;
use crate::source::Found;
use crate::value::{Node, Value};
use direct::Direct;
use got::Got;
use std::ops::Range;

/// Walks the fields of a struct in declaration order, hands each its value and notes what is wrong.
///
/// Generated code calls it; its methods are no part of the public interface.
pub struct Builder<'a> {
    schema: &'static Schema,
    supply: Supply<'a>,
    next: usize,
    drafts: Vec<Draft>,
    /// The fields of nested structs that no source has any key of.
    without: Vec<Range<usize>>,
    #[cfg(feature = "figment")]
    shapes: Option<Vec<(usize, crate::decode::Shape)>>,
}

/// Where the values come from.
enum Supply<'a> {
    /// What the resolver found out.
    Resolved(&'a mut Resolution),
    /// The environment itself.
    Direct(Direct),
}

/// A problem as it is first noted, before it is known what may be shown.
struct Draft {
    leaf: usize,
    what: What,
    got: Got,
}

enum What {
    Missing,
    Failed,
    Wrong(Wrong),
    /// A check that failed, and whether its words are a foreign message that has to pass the gate.
    Check {
        kind: ProblemKind,
        words: String,
        foreign: bool,
    },
    /// An element of a list or map that is not one of the declared values, by its place.
    Element {
        place: String,
        words: String,
    },
    /// A validator of a struct refused what has that path; the draft's own field is the one it names, if it names one.
    Struct {
        path: String,
        words: String,
        has_origin: bool,
        /// The fields of the struct, each of which may be what is wrong.
        #[cfg_attr(
            not(feature = "_net"),
            expect(dead_code, reason = "nothing is kept of answers")
        )]
        judged: Range<usize>,
    },
}

/// Settings, and the report if one was wanted.
pub(crate) struct Built<T> {
    pub(crate) settings: T,
    pub(crate) report: Report,
}

/// Whether a report is wanted beside the settings; without it a successful load pays nothing for one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Settings,
    Report,
    /// The settings of a load that follows another of the same program: what it was told of once is not told again.
    #[cfg(feature = "live")]
    Again,
}

/// Builds the settings from what was resolved.
pub(crate) fn settings<T: Secrets>(
    resolved: Result<Resolution, Vec<crate::error::Problem>>,
    options: &Options,
    wanted: Wanted,
) -> Result<Built<T>, Error> {
    let mut resolution = match resolved {
        Ok(resolution) => resolution,
        Err(problems) => return Err(unresolved(problems)),
    };
    let (settings, drafts, without) = run::<T>(&mut resolution);
    let traced = crate::trace::is_on();
    match settings {
        Some(settings) if drafts.is_empty() && resolution.general.is_empty() => {
            #[cfg(feature = "live")]
            let traced = traced && wanted != Wanted::Again;
            if wanted != Wanted::Report && !options.strict && !traced {
                return Ok(Built { settings, report: Report::empty() });
            }
            let judged = Judged { problems: &[], without: &without, hidden: None };
            let report = Report::new(T::schema(), &resolution, &judged, options);
            if options.strict && !report.warnings().is_empty() {
                return Err(crate::trace::failed(report.into_strict_error()));
            }
            if traced {
                crate::trace::loaded(&report);
            }
            Ok(Built { settings, report })
        }
        _ => Err(failed(T::schema(), &mut resolution, drafts, options)),
    }
}

/// Whether settings can be built of that, which stays as it is.
#[cfg(feature = "live")]
pub(crate) fn holds<T: Secrets>(resolution: &mut Resolution) -> bool {
    let outcomes = resolution.outcomes.clone();
    let (settings, drafts, _) = run::<T>(resolution);
    resolution.outcomes = outcomes;
    settings.is_some() && drafts.is_empty() && resolution.general.is_empty()
}

/// The report of everything that every source has, problems included.
pub(crate) fn explained<T: Secrets>(
    resolved: Result<Resolution, Vec<crate::error::Problem>>,
    options: &Options,
) -> Report {
    let mut resolution = match resolved {
        Ok(resolution) => resolution,
        Err(problems) => return Report::of_problems(problems),
    };
    let (_, drafts, without) = run::<T>(&mut resolution);
    let opened = resolution.list.all_opened();
    let hidden = resolve::hidden(&resolution, Questions::Fields(T::schema()), options, &opened);
    let problems = problems::of(T::schema(), &resolution, drafts, &hidden);
    let judged = Judged { problems: &problems, without: &without, hidden: Some(&hidden) };
    Report::new(T::schema(), &resolution, &judged, options)
}

/// The value of one name.
pub(crate) fn named(
    schema: &'static Schema,
    name: &str,
    options: &Options,
) -> Result<SecretString, Error> {
    let variable = [name];
    let questions = Questions::Name { schema, variable: &variable };
    let fail = |problems| Err(unresolved(problems));
    if name.is_empty() || name.contains(['=', '\0']) {
        let message = "a name must have characters, and none of them `=` or NUL";
        return fail(vec![crate::error::Problem::new(name, ProblemKind::Missing, message)]);
    }
    let mut resolution = match resolve::blocking(questions, options, Depth::First) {
        Ok(resolution) => resolution,
        Err(problems) => return fail(problems),
    };
    if let Some(Outcome::Found { found, .. }) = resolution.outcomes.first()
        && resolution.general.is_empty()
        && let Ok(secret) = crate::decode::secret_text(&found.node)
    {
        return Ok(secret);
    }
    #[cfg(feature = "_net")]
    options.cache.iter().for_each(|cache| cache.doubt(&variable));
    resolve::beyond(&mut resolution, questions, options);
    let warnings = crate::report::failing(&resolution, questions, options);
    let problems = problems::of_name(questions, name, &mut resolution);
    let no_profile = resolve::none_in_force(schema, options, resolution.profile.as_deref());
    let error = Error::new(problems, warnings, resolution.profile).without_profile(no_profile);
    Err(crate::trace::failed(error))
}

/// The settings for a figment application.
#[cfg(feature = "figment")]
pub(crate) fn provided<T: Secrets>(
    resolved: Result<Resolution, Vec<crate::error::Problem>>,
    options: &Options,
) -> Result<crate::Provided, Error> {
    let mut resolution = match resolved {
        Ok(resolution) => resolution,
        Err(problems) => return Err(unresolved(problems)),
    };
    let copies: Vec<Option<Node>> = resolution
        .outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Found { found, .. } => Some(found.node.clone()),
            _ => None,
        })
        .collect();
    let schema = T::schema();
    let mut builder = Builder::new(schema, Supply::Resolved(&mut resolution));
    builder.shapes = Some(Vec::new());
    let settings = T::__build(&mut builder);
    let (drafts, shapes) = (builder.drafts, builder.shapes.unwrap_or_default());
    if settings.is_none() || !drafts.is_empty() || !resolution.general.is_empty() {
        return Err(failed(schema, &mut resolution, drafts, options));
    }
    Ok(crate::Provided::resolved(schema, copies, shapes))
}

/// The settings, if there are any, what is wrong, and the fields of nested structs that are not there.
type Run<T> = (Option<T>, Vec<Draft>, Vec<Range<usize>>);

fn run<T: Secrets>(resolution: &mut Resolution) -> Run<T> {
    let mut builder = Builder::new(T::schema(), Supply::Resolved(resolution));
    let settings = T::__build(&mut builder);
    (settings, builder.drafts, builder.without)
}

fn failed(
    schema: &'static Schema,
    resolution: &mut Resolution,
    drafts: Vec<Draft>,
    options: &Options,
) -> Error {
    #[cfg(feature = "_net")]
    doubt::doubt(schema, resolution, &drafts, options);
    let mut problems = std::mem::take(&mut resolution.general);
    let questions = Questions::Fields(schema);
    let asked = resolution.list.all_opened();
    let every: Vec<usize> = (0..resolution.list.len()).collect();
    let hidden = resolve::hidden(resolution, questions, options, &every);
    problems.extend(problems::of(schema, resolution, drafts, &hidden));
    let noticed = crate::report::warnings(schema, resolution, options, &asked, Some(&hidden));
    resolve::beyond(resolution, questions, options);
    let mut warnings = crate::report::failing(resolution, questions, options);
    warnings.extend(noticed);
    if options.strict {
        problems.extend(crate::report::strict(&warnings));
        warnings.clear();
    }
    let profile = resolution.profile.clone();
    let no_profile = resolve::none_in_force(schema, options, profile.as_deref());
    let error = Error::new(problems, warnings, profile).without_profile(no_profile);
    crate::trace::failed(error.naming(schema))
}

/// The error of a load that came to an end before any source was asked.
fn unresolved(problems: Vec<crate::error::Problem>) -> Error {
    crate::trace::failed(Error::new(problems, Vec::new(), None))
}

/// Whether a value is one of the declared ones; of a list or map each element.
fn is_one_of(node: &Node, known: &[&str]) -> bool {
    match &node.value {
        Value::Text(text) | Value::Number(text) | Value::Notation(text) => {
            known.contains(&text.as_str())
        }
        Value::Bool(truth) => known.contains(&if *truth { "true" } else { "false" }),
        Value::List(_) | Value::Map(_) => first_other(node, known).is_none(),
        Value::Null => true,
        Value::Bytes(_) => false,
    }
}

/// The first element of a list or map that is none of the declared values, and its place.
fn first_other<'n>(node: &'n Node, known: &[&str]) -> Option<(String, &'n Node)> {
    let is_other = |(_, element): &(usize, &Node)| !is_one_of(element, known);
    match &node.value {
        Value::List(list) => {
            let (at, element) = list.iter().enumerate().find(is_other)?;
            Some((format!("element {}", at + 1), element))
        }
        Value::Map(map) => {
            let (at, element) =
                map.iter().map(|(_, element)| element).enumerate().find(is_other)?;
            Some((format!("entry {}", at + 1), element))
        }
        _ => None,
    }
}

fn wrong_length(units: [&str; 2], length: usize, least: usize, most: usize) -> String {
    let counted = |count: usize| format!("{count} {}", units[usize::from(count != 1)]);
    let side = if length < least { "too short" } else { "too long" };
    let bounds = match (least, most) {
        (least, usize::MAX) => format!("at least {}", counted(least)),
        (0, most) => format!("at most {}", counted(most)),
        (least, most) if least == most => format!("exactly {}", counted(least)),
        (least, most) => format!("{least} to {}", counted(most)),
    };
    format!("{side}: expected {bounds}; got {length}")
}

/// What a field's turn begins with.
enum Turn<'v> {
    /// Its value, which passed what is declared of it before it is decoded.
    Value(&'v mut Node, &'static Field),
    /// It has none: it is optional, or its default expression counts.
    Nothing,
    /// It has a problem, which is noted.
    Problem,
}

impl<'a> Builder<'a> {
    fn new(schema: &'static Schema, supply: Supply<'a>) -> Self {
        Self {
            schema,
            supply,
            next: 0,
            drafts: Vec::new(),
            without: Vec::new(),
            #[cfg(feature = "figment")]
            shapes: None,
        }
    }

    /// Goes to the next field and says what there is for it.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn turn(&mut self) -> Turn<'_> {
        let at = self.next;
        self.next += 1;
        let leaf = &self.schema.leaves()[at];
        if !leaf.field().is_bounded()
            && let Supply::Direct(ref mut direct) = self.supply
        {
            return direct.turn(at, leaf);
        }
        self.judged_turn(at, leaf)
    }

    /// The same where there is more to judge than whether there is a value.
    #[inline(never)]
    fn judged_turn(&mut self, at: usize, leaf: &'static Leaf) -> Turn<'_> {
        let field = leaf.field();
        let is_there = match &mut self.supply {
            Supply::Direct(direct) => matches!(direct.turn(at, leaf), Turn::Value(..)),
            Supply::Resolved(_) => self.has_value(at, field),
        };
        if !is_there {
            return self.without(at, field);
        }
        if field.is_bounded() && !self.passes(at, field) {
            return Turn::Problem;
        }
        Turn::Value(self.node(at), field)
    }

    /// Whether a source has a value; a default written as a text stands in for one.
    fn has_value(&mut self, leaf: usize, field: &'static Field) -> bool {
        let Supply::Resolved(resolution) = &mut self.supply else { return false };
        match (&resolution.outcomes[leaf], field.presence) {
            (Outcome::Found { .. }, _) => true,
            (Outcome::Absent, Presence::Default { text, literal_text: true }) => {
                let found = Found { node: Node::text(text), origin: Origin::new("default") };
                resolution.outcomes[leaf] = Outcome::Found { entry: usize::MAX, found };
                true
            }
            _ => false,
        }
    }

    /// The turn of a field that has no value.
    fn without(&mut self, leaf: usize, field: &'static Field) -> Turn<'_> {
        let Supply::Resolved(resolution) = &self.supply else { return Turn::Problem };
        match (&resolution.outcomes[leaf], field.presence) {
            (Outcome::Failed { .. }, _) => self.note(leaf, What::Failed),
            (Outcome::Unread { .. }, _) => {}
            (_, Presence::Required) => self.note(leaf, What::Missing),
            _ => return Turn::Nothing,
        }
        Turn::Problem
    }

    /// The value of a field that has one.
    fn node(&mut self, leaf: usize) -> &mut Node {
        match &mut self.supply {
            Supply::Direct(direct) => &mut direct.node,
            Supply::Resolved(resolution) => match &mut resolution.outcomes[leaf] {
                Outcome::Found { found, .. } => &mut found.node,
                _ => unreachable!("the field has a value"),
            },
        }
    }

    fn field(&self, leaf: usize) -> &'static Field {
        self.schema.leaves()[leaf].field()
    }

    /// The position of the field whose turn it was last.
    fn current(&self) -> usize {
        self.next.saturating_sub(1)
    }

    fn note(&mut self, leaf: usize, what: What) {
        let field = self.field(leaf);
        let got = match &self.supply {
            Supply::Direct(_) => Got::Default,
            Supply::Resolved(resolution) => match &resolution.outcomes[leaf] {
                Outcome::Found { found, .. } => Got::new(&found.node, field),
                _ => Got::Default,
            },
        };
        self.note_got(leaf, what, got);
    }

    fn note_got(&mut self, leaf: usize, what: What, got: Got) {
        match &mut self.supply {
            Supply::Direct(direct) => direct.gave_up = true,
            Supply::Resolved(_) => self.drafts.push(Draft { leaf, what, got }),
        }
    }

    /// Notes what the type of the field asks for, where the settings are for figment.
    #[cfg(feature = "figment")]
    fn shape<T: serde_core::de::DeserializeOwned>(&mut self) {
        let leaf = self.current();
        if let Some(shapes) = &mut self.shapes {
            shapes.push((leaf, crate::decode::shape::<T>()));
        }
    }

    fn check_failed(&mut self, leaf: usize, kind: ProblemKind, words: String, foreign: bool) {
        self.note(leaf, What::Check { kind, words, foreign });
    }

    /// Whether code of the application may judge what there is so far.
    fn may_be_judged(&mut self) -> bool {
        match &mut self.supply {
            Supply::Direct(direct) => direct.has_all(self.schema, self.next),
            Supply::Resolved(_) => true,
        }
    }

    /// Whether no source has any key of the next fields; then they are stepped over.
    fn all_absent(&mut self, count: usize) -> bool {
        let absent = match &mut self.supply {
            // Should one of them be missing, its own turn finds out.
            Supply::Direct(_) => return false,
            Supply::Resolved(resolution) => resolution.outcomes[self.next..self.next + count]
                .iter()
                .all(|outcome| matches!(outcome, Outcome::Absent)),
        };
        if absent {
            self.without.push(self.next..self.next + count);
            self.next += count;
        }
        absent
    }

    /// Checks what is declared of a value before it is decoded: `one_of` and `len`.
    #[cold]
    fn passes(&mut self, leaf: usize, field: &'static Field) -> bool {
        if let Some((least, most)) = field.len
            && !self.has_length(leaf, least, most)
        {
            return false;
        }
        if field.one_of.is_empty() {
            return true;
        }
        let words = || format!("not one of {}", field.one_of.join(", "));
        let node = self.node(leaf);
        if field.counts_elements {
            // What reads as no list is told when it is decoded.
            let Some(many) = crate::decode::collection(node) else { return true };
            let other = first_other(&many, field.one_of);
            let Some((place, element)) = other else { return true };
            let got = Got::new(element, field);
            self.note_got(leaf, What::Element { place, words: words() }, got);
            return false;
        }
        let fits = is_one_of(node, field.one_of);
        if !fits {
            self.check_failed(leaf, ProblemKind::NotOneOf, words(), false);
        }
        fits
    }

    /// Whether a text has so many characters; bytes so many bytes, a list or map so many elements.
    fn has_length(&mut self, leaf: usize, least: usize, most: usize) -> bool {
        let is_list = self.field(leaf).counts_elements;
        let node = self.node(leaf);
        let (length, units) = match &node.value {
            Value::Bytes(bytes) => (bytes.len(), ["byte", "bytes"]),
            _ if is_list => match crate::decode::elements(node) {
                Some(length) => (length, ["element", "elements"]),
                None => return true,
            },
            Value::Text(text) | Value::Number(text) => {
                (text.chars().count(), ["character", "characters"])
            }
            _ => return true,
        };
        if (least..=most).contains(&length) {
            return true;
        }
        let words = wrong_length(units, length, least, most);
        self.check_failed(leaf, ProblemKind::WrongLength, words, false);
        false
    }
}
