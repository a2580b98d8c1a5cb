//! What the source is set up by: Google's own variables, and what the program says.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::names::{is_location, is_project};
use crate::environment::Environment;
use crate::remote::address::{is_loopback, without_tls};
use crate::remote::reach::Reach;
use crate::source::{Failure, FailureKind};
use crate::sources::named::{Names, Own};
use crate::sources::{Variables, variable_of};
use crate::value::Text;

/// Names of the project, as Google's tools and libraries have them.
pub(super) const PROJECT: [&str; 4] =
    ["GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "GCP_PROJECT", "CLOUDSDK_CORE_PROJECT"];

/// The variables that an entry with a name has for itself.
pub(super) static OWN: Own = Own {
    families: &["GOOGLE_CLOUD_", "GOOGLE_", "GCLOUD_", "GCP_", "CLOUDSDK_"],
    place: &[
        PROJECT[0],
        PROJECT[1],
        PROJECT[2],
        PROJECT[3],
        "GOOGLE_CLOUD_QUOTA_PROJECT",
        "GOOGLE_CLOUD_UNIVERSE_DOMAIN",
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER",
    ],
    login: &["GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_AUTH_ACCESS_TOKEN"],
};

/// Set by Cloud Run, Cloud Functions and App Engine, and by whoever names a metadata server.
const IN_CLOUD: [&str; 6] = [
    "K_SERVICE",
    "CLOUD_RUN_JOB",
    "FUNCTION_TARGET",
    "GAE_SERVICE",
    "GCE_METADATA_HOST",
    "GCE_METADATA_IP",
];

/// Everything that can be said of the source.
#[derive(Clone, Default)]
pub(super) struct Setup {
    /// Of `gcp@eu` the `eu`.
    pub(super) name: Option<String>,
    /// What the variables are called that the rest was taken from.
    pub(super) names: Option<Names>,
    pub(super) project: Option<String>,
    pub(super) quota_project: Option<String>,
    pub(super) universe: Option<String>,
    /// In the stead of the public addresses.
    pub(super) endpoint: Option<String>,
    /// The region of secrets whose names have none.
    pub(super) location: Option<String>,
    /// Where new secrets are replicated to; nowhere stands for wherever Google likes.
    pub(super) replicas: Vec<String>,
    pub(super) credentials: Given,
    /// Whether they are those of the process, and this is of an entry with a name: then whose they are says nothing of
    /// its project.
    pub(super) lent: bool,
    /// What relative paths in given credentials start from.
    pub(super) root: Option<PathBuf>,
    pub(super) metadata: Option<String>,
    /// Whether anything says that there is a metadata server.
    pub(super) is_in_cloud: bool,
    pub(super) reach: Reach,
}

/// Which credentials.
#[derive(Clone)]
pub(super) enum Given {
    Token(Text),
    Json(Text),
    File(PathBuf),
    Metadata,
    /// The file that gcloud keeps, if it is there, else the metadata server.
    Usual(Option<PathBuf>),
}

impl Default for Given {
    fn default() -> Self {
        Self::Usual(None)
    }
}

impl Setup {
    /// Fills in what was not said from variables; relative paths start from the root.
    ///
    /// # Errors
    /// A variable that cannot be read, or that names no project.
    pub(super) fn with_variables(
        self,
        variables: Variables<'_>,
        root: Option<&Path>,
    ) -> Result<Self, Failure> {
        let names = Names::of(&OWN, self.name.as_deref(), variables)?;
        let own = |name: &str| variables(&names.called(name));
        let setup = self.called(&names, &own, root).map_err(|failure| names.told(failure))?;
        Ok(Self { names: Some(names), ..setup })
    }

    fn called(
        mut self,
        names: &Names,
        variables: Variables<'_>,
        root: Option<&Path>,
    ) -> Result<Self, Failure> {
        for name in PROJECT {
            if self.project.is_none()
                && let Some(project) = variables(name)?
            {
                if !is_project(&project) {
                    return Err(wrong("is no name of a project").key(name));
                }
                self.project = Some(project.to_string());
            }
        }
        let text = |name: &str| Ok(variables(name)?.map(|text| text.to_string()));
        or(&mut self.quota_project, || text("GOOGLE_CLOUD_QUOTA_PROJECT"))?;
        or(&mut self.universe, || text("GOOGLE_CLOUD_UNIVERSE_DOMAIN"))?;
        or(&mut self.metadata, || text("GCE_METADATA_HOST"))?;
        or(&mut self.metadata, || text("GCE_METADATA_IP"))?;
        for name in IN_CLOUD {
            self.is_in_cloud |= variables(name)?.is_some();
        }
        or(&mut self.endpoint, || text("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER"))?;
        if let Given::Usual(None) = self.credentials {
            self.lent = names.has_name() && !names.has_login();
            let file = variables("GOOGLE_APPLICATION_CREDENTIALS")?;
            self.credentials = match (file, variables("CLOUDSDK_AUTH_ACCESS_TOKEN")?) {
                (Some(path), _) => Given::File(resolved(root, Path::new(path.as_str()))),
                (None, Some(token)) => Given::Token(token),
                (None, None) => Given::Usual(usual_file(variables)?),
            };
        }
        self.reach = self.reach.with_proxy_of(variables)?;
        Ok(self)
    }

    /// The same from the variables of the process.
    ///
    /// # Errors
    /// As [`with_variables`](Self::with_variables).
    pub(super) fn with_process(mut self) -> Result<Self, Failure> {
        self.is_in_cloud |= is_google_hardware();
        self.with_variables(&|name| variable_of(&Environment::Process, name), None)
    }

    /// Whether a project is known, or somebody can be asked for it.
    pub(super) fn has_project(&self) -> bool {
        let file = matches!(self.credentials, Given::File(_) | Given::Json(_));
        self.project.is_some() || !self.lent && (file || self.is_in_cloud)
    }

    /// The failure in the words of the entry whose setup this is.
    pub(super) fn told(&self, failure: Failure) -> Failure {
        match &self.names {
            Some(names) => names.told(failure),
            None => failure,
        }
    }

    /// What the variable is called that names the project.
    pub(super) fn variable(&self) -> Cow<'static, str> {
        OWN.place_of(self.name.as_deref(), PROJECT[0])
    }

    /// Takes a host alone, and a universe, for what they are.
    ///
    /// # Errors
    /// Something that was said cannot be.
    pub(super) fn checked(mut self) -> Result<Self, Failure> {
        if let Some(endpoint) = &mut self.endpoint {
            if !endpoint.starts_with("https://") && !endpoint.starts_with("http://") {
                return Err(wrong("the endpoint begins with https://"));
            }
            if endpoint.starts_with("http://") && !is_loopback(endpoint) {
                return Err(without_tls(endpoint));
            }
            endpoint.truncate(endpoint.trim_end_matches('/').len());
        }
        let other = |name: &str, like: &str| {
            let message = format!("{name:?} is written otherwise than {like}");
            Failure::new(FailureKind::Malformed, message)
        };
        if let Some(project) = self.project.as_deref().filter(|project| !is_project(project)) {
            let hint = "give the project's ID or its number: gcloud projects list";
            return Err(other(project, "a project, my-project").hint(hint));
        }
        let mut regions = self.location.iter().chain(&self.replicas);
        if let Some(region) = regions.find(|name| !is_location(name)) {
            return Err(other(region, "a region, europe-west3"));
        }
        if let Some(universe) = self.universe.as_deref().filter(|universe| !is_host(universe)) {
            return Err(other(universe, "a universe domain, googleapis.com"));
        }
        Ok(self)
    }
}

/// Whether the machine says that it is one of Google's: the only trace of Compute Engine and Kubernetes Engine that can
/// be seen without asking over the network.
pub(super) fn is_google_hardware() -> bool {
    let name = std::fs::read("/sys/class/dmi/id/product_name").unwrap_or_default();
    name.starts_with(b"Google")
}

/// Where gcloud keeps the login of `gcloud auth application-default login`.
fn usual_file(variables: Variables<'_>) -> Result<Option<PathBuf>, Failure> {
    const NAME: &str = "application_default_credentials.json";
    if let Some(folder) = variables("CLOUDSDK_CONFIG")? {
        return Ok(Some(Path::new(folder.as_str()).join(NAME)));
    }
    let (variable, below) = match cfg!(windows) {
        true => ("APPDATA", "gcloud"),
        false => ("HOME", ".config/gcloud"),
    };
    let home = variables(variable)?;
    Ok(home.map(|home| Path::new(home.as_str()).join(below).join(NAME)))
}

fn or(
    value: &mut Option<String>,
    other: impl FnOnce() -> Result<Option<String>, Failure>,
) -> Result<(), Failure> {
    if value.is_none() {
        *value = other()?;
    }
    Ok(())
}

fn resolved(root: Option<&Path>, path: &Path) -> PathBuf {
    root.map_or_else(|| path.to_owned(), |root| root.join(path))
}

pub(super) fn is_host(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    text.contains('.') && text.bytes().all(fits)
}

fn wrong(message: &'static str) -> Failure {
    Failure::new(FailureKind::Malformed, message)
}

#[cfg(test)]
mod tests {
    use super::{Given, Setup};
    use crate::source::Failure;
    use crate::value::Text;

    fn of(pairs: &[(&str, &str)]) -> Result<Setup, Failure> {
        let variables = |name: &str| {
            let pair = pairs.iter().find(|(of, _)| *of == name);
            Ok(pair.map(|(_, value)| Text::new((*value).to_owned())))
        };
        Setup::default().with_variables(&variables, None).and_then(Setup::checked)
    }

    #[test]
    fn what_gcloud_is_told_by_variables_is_read_too() {
        let setup = of(&[
            ("CLOUDSDK_AUTH_ACCESS_TOKEN", "n0t-a-real-token"),
            ("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", "https://secrets.example/"),
        ]);
        let setup = setup.ok().unwrap();
        assert!(matches!(setup.credentials, Given::Token(token) if *token == "n0t-a-real-token"));
        assert_eq!(setup.endpoint.as_deref(), Some("https://secrets.example"));
        let both = [("CLOUDSDK_AUTH_ACCESS_TOKEN", "x"), ("GOOGLE_APPLICATION_CREDENTIALS", "/k")];
        assert!(matches!(of(&both).ok().unwrap().credentials, Given::File(_)));
    }

    #[test]
    fn what_cannot_be_a_name_is_quoted_beside_what_could() {
        let told = |setup: Setup| setup.checked().err().unwrap().to_string();
        let project = Some("My Proj".to_owned());
        assert_eq!(
            told(Setup { project, ..Setup::default() }),
            "\"My Proj\" is written otherwise than a project, my-project"
        );
        let location = Some("Europe".to_owned());
        assert!(told(Setup { location, ..Setup::default() }).starts_with("\"Europe\""));
    }

    #[test]
    fn a_token_is_not_sent_over_a_network_without_tls() {
        let endpoint = |url: &str| Setup { endpoint: Some(url.to_owned()), ..Setup::default() };
        let failure = endpoint("http://v.example").checked().err().unwrap();
        assert_eq!(failure.to_string(), "a token is not sent to v.example without TLS");
        assert!(endpoint("http://127.0.0.1:1").checked().is_ok());
    }
}
