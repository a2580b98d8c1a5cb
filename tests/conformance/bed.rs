//! Where one case runs on one source.

use std::cell::RefCell;
use std::time::Duration;

use config_core::{Error, Loaded, Loader, Secrets};
use config_tests::Bench;
use config_tests::tree::{Tree, text, variable};

use super::adapters::{Adapter, Given};

/// A machine that is busy with all tests at once is slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which of the names of a field a source holds it under, where it has the choice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// As the source has them of itself: nested tables, or variables.
    Own,
    /// `smtp.host`.
    Dotted,
    /// `APP_SMTP_HOST`.
    Variables,
}

/// The values that a source is to hold, by the paths of the fields.
pub(super) struct Pairs {
    pub(super) by_path: Vec<(String, Tree)>,
    pub(super) names: Names,
}

impl Pairs {
    pub(super) fn new(pairs: &[(&str, Tree)], names: Names) -> Self {
        Self {
            by_path: pairs.iter().map(|(path, tree)| ((*path).to_owned(), tree.clone())).collect(),
            names,
        }
    }

    /// Some of them.
    pub(super) fn of(&self, by_path: &[(String, Tree)]) -> Self {
        Self { by_path: by_path.to_vec(), names: self.names }
    }

    /// As one table.
    pub(super) fn tree(&self) -> Tree {
        let named = |name: fn(&str) -> String| {
            Tree::Table(
                self.by_path.iter().map(|(path, tree)| (name(path), tree.clone())).collect(),
            )
        };
        match self.names {
            Names::Own => Tree::nested(&self.by_path),
            Names::Dotted => named(str::to_owned),
            Names::Variables => named(|path| variable("APP", path)),
        }
    }

    /// As files, each with its name.
    pub(super) fn files(&self) -> impl Iterator<Item = (String, &Tree)> {
        let name = move |path: &str| match self.names {
            Names::Own => path.replace('.', "/"),
            Names::Dotted => path.to_owned(),
            Names::Variables => variable("APP", path),
        };
        self.by_path.iter().map(move |(path, tree)| (name(path), tree))
    }

    /// As variables.
    pub(super) fn variables(&self) -> impl Iterator<Item = (String, &Tree)> {
        let name = move |path: &str| match self.names {
            Names::Own | Names::Variables => variable("APP", path),
            Names::Dotted => path.to_owned(),
        };
        self.by_path.iter().map(move |(path, tree)| (name(path), tree))
    }

    /// As secrets of their own, which have their names by this rule.
    pub(super) fn each(&self, own: fn(&str) -> String) -> impl Iterator<Item = (String, &Tree)> {
        let name = move |path: &str| match self.names {
            Names::Own => own(path),
            Names::Dotted => path.to_owned(),
            Names::Variables => variable("APP", path),
        };
        self.by_path.iter().map(move |(path, tree)| (name(path), tree))
    }
}

/// A source, and all that was made for it, kept until the case is over.
pub(super) struct Bed<'a> {
    pub(super) adapter: &'a dyn Adapter,
    kept: RefCell<Vec<Box<dyn std::any::Any>>>,
}

impl<'a> Bed<'a> {
    pub(super) fn new(adapter: &'a dyn Adapter) -> Self {
        Self { adapter, kept: RefCell::new(adapter.alone().into_iter().collect()) }
    }

    /// Loads from a source that holds these pairs and nothing else.
    pub(super) fn load<T: Secrets>(&self, pairs: &[(&str, Tree)]) -> Result<T, Error> {
        self.loader(pairs, Names::Own).load()
    }

    pub(super) fn load_report<T: Secrets>(
        &self,
        pairs: &[(&str, Tree)],
    ) -> Result<Loaded<T>, Error> {
        self.loader(pairs, Names::Own).load_report()
    }

    pub(super) fn loader<T: Secrets>(&self, pairs: &[(&str, Tree)], names: Names) -> Loader<T> {
        let bench = Bench::new();
        let given = self.adapter.put(&bench, &Pairs::new(pairs, names));
        self.from(bench, given)
    }

    /// A loader of a source whose content cannot be read.
    pub(super) fn spoiled<T: Secrets>(&self) -> Loader<T> {
        let bench = Bench::new();
        let given = self.adapter.spoil(&bench);
        self.from(bench, given)
    }

    /// A loader of a source that holds bytes.
    pub(super) fn bytes<T: Secrets>(&self, bytes: &[u8]) -> Loader<T> {
        let bench = Bench::new();
        let given = self.adapter.put_bytes(&bench, bytes);
        self.from(bench, given)
    }

    /// A loader of a source that has a text and refuses it.
    pub(super) fn denied<T: Secrets>(&self) -> Loader<T> {
        let bench = Bench::new();
        let given = self.adapter.deny(&bench, &Pairs::new(&[("text", text("here"))], Names::Own));
        self.from(bench, given)
    }

    /// A loader of a source that has a text and does not answer.
    pub(super) fn lost<T: Secrets>(&self) -> Loader<T> {
        let bench = Bench::new();
        let given = self.adapter.lose(&bench, &Pairs::new(&[("text", text("here"))], Names::Own));
        self.from(bench, given)
    }

    /// A loader of fields whose keys name versions of a source that held one text after the other.
    pub(super) fn pinned<T: Secrets>(&self, texts: [&str; 2]) -> Loader<T> {
        let bench = Bench::new();
        let given = self.adapter.put_pinned(&bench, texts);
        self.from(bench, given)
    }

    /// A loader of one of the versions of a source that held one text after the other; none for one that never was.
    pub(super) fn version<T: Secrets>(&self, texts: &[&str], read: Option<usize>) -> Loader<T> {
        let bench = Bench::new();
        let pairs = |exact: &&str| Pairs::new(&[("text", text(*exact))], Names::Own);
        let versions: Vec<Pairs> = texts.iter().map(pairs).collect();
        let given = self.adapter.put_versions(&bench, &versions, read);
        self.from(bench, given)
    }

    /// Whether it is this source that an origin or a place names.
    #[track_caller]
    pub(super) fn is_named_by(&self, label: &str) {
        assert_eq!(label.split(' ').next(), Some(self.adapter.kind()), "{label}");
    }

    fn from<T: Secrets>(&self, bench: Bench, given: Given) -> Loader<T> {
        let loader = T::loader().profile(self.adapter.profile()).root(bench.path());
        let mut loader = loader.deadline(PATIENCE);
        if !given.of_the_process {
            loader = loader.env(given.variables);
        }
        if let Some(source) = given.source {
            loader = loader.source(source);
        }
        if let Some(provider) = given.provider {
            loader = loader.figment(provider);
        }
        let mut kept = self.kept.borrow_mut();
        kept.push(Box::new(bench));
        kept.extend(given.server);
        loader
    }
}
