//! The names of secrets: `db`, `projects/p/secrets/db`, `projects/p/locations/l/secrets/db`.

use crate::source::{Failure, FailureKind};

/// A secret by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// The project, or none for the one that the source works in.
    pub(super) project: Option<String>,
    /// The region that it is kept in, of a regional secret.
    pub(super) location: Option<String>,
    pub(super) id: String,
}

impl Name {
    /// Reads a place.
    ///
    /// # Errors
    /// It is written otherwise.
    pub(super) fn read(place: &str, location: Option<&str>) -> Result<Self, Failure> {
        let parts: Vec<&str> = place.split('/').collect();
        let (project, location, id) = match parts[..] {
            [id] => (None, location, id),
            ["projects", project, "secrets", id] => (Some(project), None, id),
            ["locations", location, "secrets", id] => (None, Some(location), id),
            ["projects", project, "locations", location, "secrets", id] => {
                (Some(project), Some(location), id)
            }
            [.., "versions", _] => return Err(wrong("the version of a secret stands behind `@`")),
            _ => {
                return Err(wrong(
                    "no name of a secret: `db`, or `projects/my-project/secrets/db`",
                ));
            }
        };
        if !is_id(id) {
            let message = "the name of a secret is 1 to 255 letters, digits, `_` and `-`";
            return Err(wrong(message));
        }
        if !project.is_none_or(is_project) || !location.is_none_or(is_location) {
            return Err(wrong("no name of a project or a region"));
        }
        let [project, location] = [project, location].map(|part| part.map(str::to_owned));
        Ok(Self { project, location, id: id.to_owned() })
    }

    /// What secrets are made below: `projects/p`, `projects/p/locations/l`.
    pub(super) fn parent(&self, project: &str) -> String {
        let project = self.project.as_deref().unwrap_or(project);
        match &self.location {
            Some(location) => format!("projects/{project}/locations/{location}"),
            None => format!("projects/{project}"),
        }
    }

    /// The name in full.
    pub(super) fn full(&self, project: &str) -> String {
        format!("{}/secrets/{}", self.parent(project), self.id)
    }

    /// As the options of `gcloud secrets`: `db --project=p`.
    pub(super) fn options(&self, project: Option<&str>) -> String {
        let project = self.project.as_deref().or(project);
        let project = project.map_or(String::new(), |project| format!(" --project={project}"));
        let location = self.location.as_ref();
        let location = location.map_or(String::new(), |name| format!(" --location={name}"));
        format!("{}{project}{location}", self.id)
    }
}

/// Whether it can be a version: a number, `latest`, or an alias.
pub(super) fn is_version(text: &str) -> bool {
    is_id(text) && text.len() <= 63
}

/// Whether it is a version by its number, and no name that may move.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn is_project(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':');
    text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric()) && text.bytes().all(fits)
}

pub(super) fn is_location(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.bytes().next().is_some_and(|first| first.is_ascii_lowercase()) && text.bytes().all(fits)
}

fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=255).contains(&text.len()) && text.bytes().all(fits)
}

fn wrong(message: &'static str) -> Failure {
    Failure::new(FailureKind::Malformed, message)
}

#[cfg(test)]
mod tests {
    use super::{Name, is_version};

    #[test]
    fn a_bare_name_is_in_the_project_and_region_of_the_source() {
        let full = |place, location| Name::read(place, location).unwrap().full("mine");
        assert_eq!(full("db", None), "projects/mine/secrets/db");
        assert_eq!(
            full("db", Some("europe-west3")),
            "projects/mine/locations/europe-west3/secrets/db"
        );
        assert_eq!(full("locations/l1/secrets/db", None), "projects/mine/locations/l1/secrets/db");
        assert_eq!(full("projects/other/secrets/db", Some("l1")), "projects/other/secrets/db");
        let regional = "projects/other/locations/l1/secrets/db";
        assert_eq!(full(regional, None), regional);
    }

    #[test]
    fn what_could_lead_to_another_address_is_no_name() {
        let wrong = [
            "",
            "a b",
            "a/b",
            "../db",
            "db?x=1",
            "db:destroy",
            "db%2f",
            "ä",
            "projects//secrets/db",
            "projects/../secrets/db",
            "projects/p/secrets/db/versions/7",
            "projects/p/locations/L/secrets/db",
            "projects/p/secrets/db/x",
        ];
        for place in wrong {
            assert!(Name::read(place, None).is_err(), "{place}");
        }
        assert!(Name::read(&"x".repeat(255), None).is_ok());
        assert!(Name::read(&"x".repeat(256), None).is_err());
        assert!(is_version("7") && is_version("latest") && is_version("prod-2"));
        assert!(!is_version("7/x") && !is_version("7:destroy"));
    }
}
