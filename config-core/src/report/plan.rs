//! What a load would ask, without asking.

use std::fmt;
use std::time::Duration;

use crate::environment::Context;
use crate::error::Error;
use crate::resolve::{self, Options, Questions, SourceList, with_wanted};
use crate::schema::{Presence, Schema};
use crate::source::{Policy, Source, SourcePlan, Wanted};

/// What a load would ask of which source, in order of priority. Its `Display` is a list for people.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
/// let plan = Settings::loader().plan()?;
/// assert_eq!(plan.sources()[0].label(), "env");
/// assert_eq!(plan.round_trips(), 0);
/// # Ok::<(), config_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    name: &'static str,
    profile: Option<String>,
    sources: Vec<PlannedSource>,
}

/// What a load would ask of one source.
#[derive(Debug, Clone)]
pub struct PlannedSource {
    label: String,
    remote: bool,
    fields: usize,
    plan: SourcePlan,
    not_configured: Option<String>,
}

impl Plan {
    pub(crate) fn new(schema: &'static Schema, options: &Options) -> Result<Self, Error> {
        let profile = resolve::profile(schema, options)
            .map_err(|problem| Error::new(vec![problem], Vec::new(), options.profile.clone()))?;
        let list = SourceList::new(schema, profile.as_deref(), options);
        if !list.unnamed.is_empty() {
            let problems = list.unnamed.iter().map(resolve::unnamed).collect();
            return Err(Error::new(problems, Vec::new(), profile));
        }
        let context = options.context(profile.as_deref());
        let questions = Questions::Fields(schema);
        let mut load = Load::default();
        let sources = (0..list.len())
            .map(|entry| planned(&list, questions, entry, options, &context, &mut load))
            .collect();
        Ok(Self { name: schema.name(), profile, sources })
    }

    /// The sources, in order of priority.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert_eq!(Settings::loader().plan()?.sources().len(), 3);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub fn sources(&self) -> &[PlannedSource] {
        &self.sources
    }

    /// How many times a load waits for a network, one after the other: all remote sources are asked at once, and a
    /// login comes before what it is for.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert_eq!(Settings::loader().plan()?.round_trips(), 0);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub fn round_trips(&self) -> usize {
        self.sources.iter().map(PlannedSource::round_trips).max().unwrap_or(0)
    }

    /// What the calls cost in US dollars over 30 days, by the list prices of the vendors, if they are made once in
    /// every such interval.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let every = std::time::Duration::from_secs(300);
    /// assert_eq!(Settings::loader().plan()?.monthly_cost(every), 0.0);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub fn monthly_cost(&self, every: Duration) -> f64 {
        const MONTH: f64 = 30.0 * 24.0 * 3600.0;
        let loads = MONTH / every.as_secs_f64().max(1.0);
        let nano_dollars: u64 = self.sources.iter().map(|source| source.plan.price()).sum();
        nano_dollars as f64 * 1e-9 * loads
    }

    /// The least that the load has to be allowed to do at each backend.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert_eq!(Settings::loader().plan()?.policies().count(), 0);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn policies(&self) -> impl Iterator<Item = (&str, &Policy)> {
        self.sources.iter().filter_map(|source| Some((source.label(), source.plan.policy()?)))
    }
}

impl PlannedSource {
    /// The name of the source in reports.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Whether it asks somebody over a network or another process.
    #[must_use]
    pub const fn is_remote(&self) -> bool {
        self.remote
    }

    /// How many fields it may be asked for, if no source before it has them.
    #[must_use]
    pub const fn fields(&self) -> usize {
        self.fields
    }

    /// What it would read, a line each.
    #[must_use]
    pub fn reads(&self) -> &[String] {
        self.plan.calls()
    }

    /// What is not as it should be about asking it, a line each: that secrets would pass unencrypted.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        self.plan.warnings()
    }

    /// How often the load waits for it, one answer after the other.
    #[must_use]
    pub fn round_trips(&self) -> usize {
        match self.remote && self.fields > 0 {
            true => self.plan.waits().max(1),
            false => 0,
        }
    }
}

fn planned(
    list: &SourceList,
    questions: Questions<'_>,
    entry: usize,
    options: &Options,
    context: &Context<'_>,
    load: &mut Load,
) -> PlannedSource {
    let asks = |leaf: usize| list.asks(entry, &questions.key(leaf, list.kind(entry)), options);
    let open: Vec<usize> = (0..questions.len())
        .filter(|&leaf| may_ask(list, questions, leaf, entry) && asks(leaf))
        .collect();
    let opened = list.source(entry, context);
    let (remote, plan, not_configured) = match opened {
        // Of a source that is asked nothing there is nothing to tell: no scope, no price.
        Ok(source) if open.is_empty() => (source.is_remote(), SourcePlan::default(), None),
        Ok(source) => {
            let plan = with_wanted(questions, list.kind(entry), &open, |wanted| {
                load.planned(&**source, wanted)
            });
            (source.is_remote(), plan, None)
        }
        Err(unopened) => (false, SourcePlan::default(), Some(unopened.to_string())),
    };
    PlannedSource { label: list.label(entry), remote, fields: open.len(), plan, not_configured }
}

/// What is planned so far: what a source before reads of the same store is not planned again.
#[derive(Default)]
struct Load {
    #[cfg(feature = "_net")]
    parts: Vec<crate::remote::Part>,
    #[cfg(feature = "_net")]
    load: crate::remote::Load,
}

impl Load {
    #[cfg(feature = "_net")]
    fn planned(&mut self, source: &dyn Source, wanted: &Wanted<'_>) -> SourcePlan {
        let part = self.load.part();
        let plan = source.plan(&Wanted { part: Some(&part), ..Wanted::of(wanted.keys()) });
        self.parts.push(part);
        plan
    }

    #[cfg(not(feature = "_net"))]
    fn planned(&mut self, source: &dyn Source, wanted: &Wanted<'_>) -> SourcePlan {
        source.plan(wanted)
    }
}

fn fields(count: usize) -> String {
    match count {
        1 => "1 field".to_owned(),
        count => format!("{count} fields"),
    }
}

fn may_ask(list: &SourceList, questions: Questions<'_>, leaf: usize, entry: usize) -> bool {
    let Some(field) = questions.leaf(leaf).map(crate::schema::Leaf::field) else { return true };
    let own = field.sources;
    let allowed =
        own.is_empty() || entry < list.above || own.iter().any(|word| list.matches(entry, word));
    allowed && !matches!(field.presence, Presence::Composed(_))
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a load of {}", self.name)?;
        if let Some(profile) = &self.profile {
            write!(f, " (profile {profile})")?;
        }
        f.write_str(" asks, each only for what those before it do not have:\n")?;
        for (index, source) in self.sources.iter().enumerate() {
            write!(
                f,
                "\n  {}. {}, for {} at most",
                index + 1,
                source.label,
                fields(source.fields)
            )?;
            if let Some(why) = &source.not_configured {
                write!(f, "\n       not configured: {why}")?;
            }
            for read in source.reads() {
                write!(f, "\n       {read}")?;
            }
            for warning in source.warnings() {
                write!(f, "\n       warning: {warning}")?;
            }
        }
        match self.round_trips() {
            0 => f.write_str("\n\n  no network round trip"),
            1 => f.write_str("\n\n  1 network round trip"),
            count => write!(f, "\n\n  {count} network round trips, one after the other"),
        }?;
        let once = self.monthly_cost(Duration::from_secs(300));
        if once > 0.0 {
            write!(f, "\n  ${once:.2} a month, if loaded every 5 minutes")?;
        }
        for (label, policy) in self.policies() {
            write!(f, "\n\n  {label} needs no more than\n")?;
            for line in policy.text().lines() {
                write!(f, "\n    {line}")?;
            }
        }
        Ok(())
    }
}
