//! Entries with a name: by which variables `aws@eu` is set up.

use std::borrow::Cow;

use super::{Variables, infix};
use crate::source::Failure;

/// Which variables of a kind an entry with a name has for itself. All others say something of the machine, and count for
/// every entry.
#[derive(Debug)]
pub(crate) struct Own {
    /// How they begin; the entry's name is put behind that: `AWS_EU_REGION`.
    pub(crate) families: &'static [&'static str],
    /// Those that say where its secrets are. It never falls back to those without its name, which are of another store.
    pub(crate) place: &'static [&'static str],
    /// Those that say who asks. Where one of them is set with its name, those count and no others; else it is asked by
    /// whoever the process is.
    pub(crate) login: &'static [&'static str],
}

/// What the variables of one entry are called.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    own: &'static Own,
    infix: Option<String>,
    has_login: bool,
}

/// Why a variable is not looked at without the entry's name in it.
pub(crate) fn of_another(variable: &str) -> String {
    format!("and {variable} is that of the entry without a name")
}

impl Own {
    /// What one of those that say where it is, is called for an entry of this name.
    #[allow(dead_code, reason = "not every kind of source is opened without having looked")]
    pub(crate) fn place_of<'v>(&self, name: Option<&str>, variable: &'v str) -> Cow<'v, str> {
        match name {
            Some(name) => Cow::Owned(self.with(&infix(name), variable)),
            None => Cow::Borrowed(variable),
        }
    }

    fn with(&self, infix: &str, variable: &str) -> String {
        let of = self.families.iter().filter(|family| variable.starts_with(**family));
        let family = of.max_by_key(|family| family.len()).copied().unwrap_or_default();
        format!("{family}{infix}{}", &variable[family.len()..])
    }
}

impl Names {
    /// Those of the entry of this name, or of one without.
    ///
    /// # Errors
    /// A variable that cannot be read.
    pub(crate) fn of(
        own: &'static Own,
        name: Option<&str>,
        variables: Variables<'_>,
    ) -> Result<Self, Failure> {
        let mut names = Self { own, infix: name.map(infix), has_login: false };
        if let Some(infix) = &names.infix {
            for variable in own.login {
                names.has_login |= variables(&own.with(infix, variable))?.is_some();
            }
        }
        Ok(names)
    }

    /// Whether the entry has a name, and so variables of its own.
    pub(crate) const fn has_name(&self) -> bool {
        self.infix.is_some()
    }

    /// Whether the entry has a name, and variables of its own that say who asks.
    #[allow(dead_code, reason = "not every kind of source has places in its logins")]
    pub(crate) const fn has_login(&self) -> bool {
        self.has_login
    }

    /// What a variable is called for this entry.
    pub(crate) fn called<'v>(&self, variable: &'v str) -> Cow<'v, str> {
        let is_own = self.own.place.contains(&variable)
            || self.has_login && self.own.login.contains(&variable);
        match &self.infix {
            Some(infix) if is_own => Cow::Owned(self.own.with(infix, variable)),
            _ => Cow::Borrowed(variable),
        }
    }

    /// The failure in which variables are called as this entry has them.
    pub(crate) fn told(&self, mut failure: Failure) -> Failure {
        if self.has_name() {
            failure.message = self.text(&failure.message).into();
            failure.hint = failure.hint.map(|hint| self.text(&hint).into());
            failure.key = failure.key.map(|key| self.text(&key).into());
        }
        failure
    }

    fn text(&self, text: &str) -> String {
        let is_of_names = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let mut told = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let word = rest.find(|letter| !is_of_names(letter)).unwrap_or(rest.len());
            told.push_str(&self.called(&rest[..word]));
            let next = rest[word..].find(is_of_names).map_or(rest.len(), |gap| word + gap);
            told.push_str(&rest[word..next]);
            rest = &rest[next..];
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, Own};
    use crate::source::{Failure, FailureKind};
    use crate::value::Text;

    static OWN: Own = Own {
        families: &["A_", "A_B_"],
        place: &["A_HOST", "A_B_HOST"],
        login: &["A_USER", "A_PASSWORD"],
    };

    fn names(name: Option<&str>, set: &'static [&str]) -> Names {
        let variables = |name: &str| Ok(set.contains(&name).then(|| Text::new(String::new())));
        Names::of(&OWN, name, &variables).unwrap()
    }

    #[test]
    fn the_name_stands_behind_the_longest_beginning_that_fits() {
        let names = names(Some("eu-1"), &[]);
        assert_eq!(names.called("A_HOST"), "A_EU_1_HOST");
        assert_eq!(names.called("A_B_HOST"), "A_B_EU_1_HOST");
        assert_eq!(names.called("A_PROXY"), "A_PROXY");
        assert_eq!(OWN.place_of(Some("eu-1"), "A_B_HOST"), "A_B_EU_1_HOST");
        assert_eq!(OWN.place_of(None, "A_B_HOST"), "A_B_HOST");
    }

    #[test]
    fn an_entry_without_a_name_has_the_usual_variables() {
        let names = names(None, &["A_EU_USER"]);
        assert_eq!(
            (names.called("A_HOST"), names.called("A_USER")),
            ("A_HOST".into(), "A_USER".into())
        );
        assert!(!names.has_name() && !names.has_login());
    }

    #[test]
    fn a_login_is_its_own_as_a_whole_or_that_of_the_process() {
        let process = names(Some("eu"), &["A_USER", "A_PASSWORD"]);
        assert_eq!(process.called("A_PASSWORD"), "A_PASSWORD");
        let own = names(Some("eu"), &["A_EU_USER", "A_PASSWORD"]);
        assert!(own.has_login());
        assert_eq!(own.called("A_PASSWORD"), "A_EU_PASSWORD");
    }

    #[test]
    fn a_failure_tells_the_names_that_were_looked_for() {
        let failure = Failure::new(FailureKind::Malformed, "A_HOST: no host, A_HOSTS neither");
        let failure = failure.key("A_B_HOST").hint("set A_HOST=.. or A_USER");
        let told = names(Some("eu"), &[]).told(failure.clone());
        assert_eq!(
            format!("{told:?}"),
            "A_B_EU_HOST: A_EU_HOST: no host, A_HOSTS neither; fix: set A_EU_HOST=.. or A_USER"
        );
        assert_eq!(names(None, &[]).told(failure.clone()), failure);
    }
}
