//! Every text that a load can produce.

use std::cell::RefCell;
use std::error::Error as _;
use std::fmt::Write;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;
use std::{fs, panic};

use config_core::age::Identity;
use config_core::{Alert, Cache, Error, OnFailure, Report};
use config_tests::listen;
use config_tests::random::Random;

use super::feed::Fed;
use super::inputs::{Damage, Input};
use super::stores::Open;

/// What the texts are called.
pub(super) const CHANNELS: &[&str] = &[
    "display",
    "debug",
    "alternate debug",
    "source chain",
    "problems",
    "warnings",
    "panic",
    "diagnostic",
    "tracing",
    "report",
    "explain",
    "plan",
    "alerts",
];

/// Those of stores beside them.
pub(super) const OF_STORES: &[&str] = &["write", "cache"];

/// The texts of one input.
pub(super) struct Outputs {
    pub(super) failed: bool,
    pub(super) texts: Vec<(&'static str, String)>,
}

impl Outputs {
    pub(super) fn of(input: &Input, random: &mut Random) -> Self {
        let fed = Fed::new(input);
        let mut outputs = Self { failed: false, texts: Vec::new() };
        let alerts = Arc::new(Mutex::new(String::new()));
        let told = Arc::clone(&alerts);
        let hook = move |alert: &Alert| {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = write!(told, "{alert} {alert:?} {alert:#?} {}", alert.message());
        };
        let loaded = outputs.heard(input, || fed.loader().on_alert(hook).load());
        outputs.push(
            "alerts",
            std::mem::take(&mut *alerts.lock().unwrap_or_else(PoisonError::into_inner)),
        );
        match loaded {
            Ok(settings) => {
                outputs.push("debug", settings.secrets());
                assert!(settings.settings() <= 17);
            }
            Err(error) => {
                outputs.failed = true;
                outputs.error(&error);
                outputs.push("diagnostic", diagnostic(&error));
                outputs.push("panic", panic_text(error));
            }
        }
        // Where nobody listens the environment is read in another way.
        if !input.source.is_asked()
            && let Err(error) = fed.loader().load()
        {
            outputs.error(&error);
        }
        match outputs.heard(input, || fed.loader().load_report()) {
            Ok(loaded) => outputs.report("report", &loaded.report),
            Err(error) => outputs.push("report", error.to_string()),
        }
        let explained = outputs.heard(input, || fed.loader().explain());
        outputs.report("explain", &explained);
        if random.once_in(3) {
            if let Err(error) = outputs.heard(input, || fed.loader().strict().load()) {
                outputs.error(&error);
            }
            if let Err(error) = fed.loader().get("APP_PAIR") {
                outputs.error(&error);
            }
        }
        match fed.loader().plan() {
            Ok(plan) => outputs.push("plan", format!("{plan} {plan:?}")),
            Err(error) => outputs.push("plan", error.to_string()),
        }
        if let (Some(vendor), Some(wrong)) = (input.source.vendor(), &input.wrong) {
            if wrong.is_final() && random.once_in(12) {
                let value = random.pick(&input.canaries);
                let said = outputs.heard(input, || Open::of(vendor).write(value));
                outputs.push("write", said);
            }
            if random.once_in(12) {
                outputs.kept(input, &fed, random);
            }
        }
        outputs
    }

    /// Two starts that keep answers on disk, in a file that may be damaged between them.
    fn kept(&mut self, input: &Input, fed: &Fed<'_>, random: &mut Random) {
        let (file, identity) = (fed.bench.at("kept.age"), Identity::generate());
        for _ in 0..2 {
            let cache = Cache::new(Duration::ZERO).on_disk(&file, &identity);
            let stale = OnFailure::Stale(Duration::from_secs(3600));
            let loader = fed.loader().cache(&cache).on_failure(input.source.profile(), stale);
            match self.heard(input, || loader.load_report()) {
                Ok(loaded) => self.report("report", &loaded.report),
                Err(error) => self.error(&error),
            }
            let kept = fs::read(&file).unwrap_or_default();
            let text = String::from_utf8_lossy(&kept).into_owned();
            self.push("cache", format!("{cache:?} {cache:#?} {text}"));
            if random.once_in(2) {
                let _ = fs::write(&file, Damage::any(random).apply(kept));
            }
        }
    }

    /// Runs something, and takes what is logged meanwhile.
    fn heard<R>(&mut self, input: &Input, run: impl FnOnce() -> R) -> R {
        let (done, heard) = listen::to_all_threads(run);
        let heard = heard.lines().filter(|line| !input.source.is_told_by_others(line));
        self.push("tracing", heard.collect::<Vec<_>>().join("\n"));
        done
    }

    fn push(&mut self, channel: &'static str, text: String) {
        self.texts.push((channel, text));
    }

    fn error(&mut self, error: &Error) {
        self.push("display", error.to_string());
        self.push("debug", format!("{error:?}"));
        self.push("alternate debug", format!("{error:#?}"));
        let mut chain = String::from("no further: ");
        let mut source = error.source();
        while let Some(inner) = source {
            let _ = write!(chain, "{inner} {inner:?}");
            source = inner.source();
        }
        self.push("source chain", chain);
        let mut problems = String::new();
        for problem in error {
            let _ = write!(
                problems,
                "{problem} {problem:?} {problem:#?} {} {} {:?} {:?} {:?}",
                problem.path(),
                problem.message(),
                problem.hint(),
                problem.origin(),
                problem.tried(),
            );
        }
        self.push("problems", problems);
        self.push(
            "warnings",
            format!("{:?} {:?}", error.warnings(), config_tests::messages(error.warnings())),
        );
    }

    fn report(&mut self, channel: &'static str, report: &Report) {
        self.push(
            channel,
            format!("{report}\n{report:#?}\n{:?}\n{:?}", report.fields(), report.problems()),
        );
        self.push(
            "warnings",
            format!("{:?} {:?}", report.warnings(), config_tests::messages(report.warnings())),
        );
    }
}

/// The error as `miette` shows it, with the files that it points into.
fn diagnostic(error: &Error) -> String {
    let mut shown = String::new();
    let narrated = miette::NarratableReportHandler::new().render_report(&mut shown, error);
    let as_json = miette::JSONReportHandler::new().render_report(&mut shown, error);
    assert!(narrated.is_ok() && as_json.is_ok());
    shown
}

thread_local! {
    static HEARD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Lets the panics of this thread be read; those of others are printed as ever.
pub(super) fn hear_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let heard = HEARD.with_borrow_mut(|heard| match heard {
                Some(heard) => {
                    *heard = info.to_string();
                    true
                }
                None => false,
            });
            if !heard {
                before(info);
            }
        }));
    });
}

/// What the last panic that was listened to said.
pub(super) fn last_panic() -> String {
    HEARD.with_borrow(|heard| heard.clone().unwrap_or_else(|| "in the words above".to_owned()))
}

const fn refuse(error: Error) -> Result<(), Error> {
    Err(error)
}

/// What a panic with this error says, as `unwrap` makes one.
fn panic_text(error: Error) -> String {
    HEARD.set(Some(String::new()));
    let unwound = panic::catch_unwind(panic::AssertUnwindSafe(|| refuse(error).unwrap()));
    assert!(unwound.is_err());
    HEARD.take().unwrap_or_default()
}
