//! What the variables say that Azure's own clients read.

use std::path::{Path, PathBuf};

use super::challenge::is_tenant;
use super::login::{Login, Tool};
use crate::source::{Failure, FailureKind};
use crate::sources::Variables;
use crate::sources::named::Own;
use crate::value::Text;

/// Where the vault is; the first that is set counts. The second is what the samples of Azure's clients read.
pub(super) const ADDRESS: [&str; 2] = ["KEY_VAULT_URI", "AZURE_KEYVAULT_URL"];

/// The variables that an entry with a name has for itself.
pub(super) static OWN: Own = Own {
    families: &["KEY_VAULT_", "AZURE_"],
    place: &ADDRESS,
    login: &[
        "AZURE_TENANT_ID",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
        "AZURE_CLIENT_CERTIFICATE_PATH",
        "AZURE_FEDERATED_TOKEN_FILE",
        "AZURE_TOKEN_CREDENTIALS",
        "AZURE_AUTHORITY_HOST",
        "AZURE_ADDITIONALLY_ALLOWED_TENANTS",
    ],
};

/// Where a machine asks for its managed identity.
const MACHINE: &str = "http://169.254.169.254";

/// What a tool has to see of the load's variables.
const FOR_TOOLS: [&str; 4] = ["PATH", "HOME", "AZURE_CONFIG_DIR", "AZD_CONFIG_DIR"];

/// The variables that are read, apart from the address.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) tenant: Option<String>,
    client: Option<String>,
    secret: Option<Text>,
    certificate: Option<PathBuf>,
    federated: Option<PathBuf>,
    pub(super) authority: Option<String>,
    /// Tenants beside the one that is logged in at, from which vaults may be read.
    pub(super) tenants: Vec<String>,
    service: Option<String>,
    service_header: Option<Text>,
    machine: Option<String>,
    /// Names a managed identity of another kind than those that are known here.
    foreign: Option<&'static str>,
    choice: Choice,
    /// What the tools see.
    for_tools: Vec<(&'static str, Text)>,
}

/// Which credentials of the chain are tried: `AZURE_TOKEN_CREDENTIALS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Choice {
    #[default]
    All,
    Services,
    Tools,
    Environment,
    Workload,
    Managed,
    One(Tool),
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// A variable that cannot be read, or says what it cannot mean.
    pub(super) fn read(variables: Variables<'_>) -> Result<Self, Failure> {
        let plain =
            |name: &str| Ok::<_, Failure>(variables(name)?.map(|text| text.trim().to_owned()));
        let path = |name: &str| {
            Ok::<_, Failure>(variables(name)?.map(|text| PathBuf::from(text.as_str())))
        };
        let tenant = plain("AZURE_TENANT_ID")?;
        if tenant.as_ref().is_some_and(|tenant| !is_tenant(tenant)) {
            let message = "a tenant is an identifier or a domain";
            return Err(Failure::new(FailureKind::Malformed, message).key("AZURE_TENANT_ID"));
        }
        let mut foreign = None;
        for (name, what) in [
            ("IDENTITY_SERVER_THUMBPRINT", "the managed identity of Service Fabric"),
            ("MSI_ENDPOINT", "the managed identity of Azure ML or Cloud Shell"),
            ("IMDS_ENDPOINT", "the managed identity of Azure Arc"),
        ] {
            if foreign.is_none() && variables(name)?.is_some() {
                foreign = Some(what);
            }
        }
        let mut for_tools = Vec::new();
        for name in FOR_TOOLS {
            for_tools.extend(variables(name)?.map(|text| (name, text)));
        }
        let tenants = plain("AZURE_ADDITIONALLY_ALLOWED_TENANTS")?.unwrap_or_default();
        Ok(Self {
            tenant,
            client: plain("AZURE_CLIENT_ID")?,
            secret: variables("AZURE_CLIENT_SECRET")?,
            certificate: path("AZURE_CLIENT_CERTIFICATE_PATH")?,
            federated: path("AZURE_FEDERATED_TOKEN_FILE")?,
            authority: plain("AZURE_AUTHORITY_HOST")?,
            tenants: tenants.split(';').map(|one| one.trim().to_owned()).collect(),
            service: plain("IDENTITY_ENDPOINT")?,
            service_header: variables("IDENTITY_HEADER")?,
            machine: plain("AZURE_POD_IDENTITY_AUTHORITY_HOST")?,
            foreign,
            choice: Choice::read(plain("AZURE_TOKEN_CREDENTIALS")?.as_deref())?,
            for_tools,
        })
    }

    /// The same, with files that are named without a root below this one.
    pub(super) fn below(mut self, root: Option<&Path>) -> Self {
        for path in [&mut self.certificate, &mut self.federated].into_iter().flatten() {
            *path = root.map_or_else(|| path.clone(), |root| root.join(&*path));
        }
        self
    }

    /// How a token is come by: the one way that is set up, or, where none is, the ways to be tried in turn.
    ///
    /// # Errors
    /// A way that is set up by half.
    pub(super) fn logins(&self) -> Result<Vec<Login>, Failure> {
        use Choice::{All, Environment, Managed, One, Services, Workload};
        let choice = self.choice;
        if matches!(choice, All | Services | Environment)
            && let Some(login) = self.application()?
        {
            return Ok(vec![login]);
        }
        if matches!(choice, All | Services | Workload)
            && let Some(file) = &self.federated
        {
            let (tenant, client) = self.application_id("AZURE_FEDERATED_TOKEN_FILE")?;
            return Ok(vec![Login::Workload { tenant, client, file: file.clone() }]);
        }
        let mut logins = Vec::new();
        if matches!(choice, All | Services | Managed) {
            let managed = self.managed()?;
            if matches!(managed, Login::Service { .. }) {
                return Ok(vec![managed]);
            }
            logins.push(managed);
        }
        let tools = [Tool::Az, Tool::Azd].into_iter();
        let asked = tools.filter(|tool| match choice {
            All | Choice::Tools => true,
            One(chosen) => chosen == *tool,
            _ => false,
        });
        logins.extend(asked.map(|tool| self.tool(tool)));
        if logins.is_empty() {
            let why = self.half().map_or(String::new(), |half| format!(": {half}"));
            let message =
                format!("AZURE_TOKEN_CREDENTIALS asks for a credential that is not set up{why}");
            return Err(Failure::new(FailureKind::NotConfigured, message)
                .hint("set AZURE_TENANT_ID and AZURE_CLIENT_ID, and what that credential needs"));
        }
        Ok(logins)
    }

    /// What an application lacks that is set up by half. It may be meant for a managed identity, so it is told where that
    /// leads nowhere.
    pub(super) fn half(&self) -> Option<String> {
        let is_whole =
            self.secret.is_some() || self.certificate.is_some() || self.federated.is_some();
        let is_begun = self.tenant.is_some() && self.client.is_some();
        (is_begun && !is_whole)
            .then(|| "AZURE_CLIENT_ID is set, but AZURE_CLIENT_SECRET is not".to_owned())
    }

    /// The managed identity: of the service that runs the program where it says so, else of the machine.
    pub(super) fn managed(&self) -> Result<Login, Failure> {
        let client = self.client.clone();
        match (&self.service, &self.service_header, self.foreign) {
            (_, _, Some(what)) => {
                let message = format!("{what} is not supported");
                Err(Failure::new(FailureKind::NotConfigured, message)
                    .hint("set AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE"))
            }
            (Some(endpoint), Some(header), None) => {
                Ok(Login::Service { endpoint: endpoint.clone(), header: header.clone(), client })
            }
            _ => {
                let host = self.machine.as_deref().unwrap_or(MACHINE);
                Ok(Login::Machine { host: host.trim_end_matches('/').to_owned(), client })
            }
        }
    }

    /// Who is logged in to a tool.
    pub(super) fn tool(&self, tool: Tool) -> Login {
        Login::Tool { tool, tenant: self.tenant.clone(), variables: self.for_tools.clone() }
    }

    /// An application with a secret or a certificate of its own.
    fn application(&self) -> Result<Option<Login>, Failure> {
        if let Some(secret) = &self.secret {
            let (tenant, client) = self.application_id("AZURE_CLIENT_SECRET")?;
            return Ok(Some(Login::Secret { tenant, client, secret: secret.clone() }));
        }
        if let Some(path) = &self.certificate {
            let (tenant, client) = self.application_id("AZURE_CLIENT_CERTIFICATE_PATH")?;
            return Ok(Some(Login::Certificate { tenant, client, path: path.clone() }));
        }
        Ok(None)
    }

    fn application_id(&self, why: &str) -> Result<(String, String), Failure> {
        let missing = |name: &str| {
            let message = format!("{why} is set, but {name} is not");
            Failure::new(FailureKind::NotConfigured, message).hint(format!("set {name}"))
        };
        let tenant = self.tenant.clone().ok_or_else(|| missing("AZURE_TENANT_ID"))?;
        let client = self.client.clone().ok_or_else(|| missing("AZURE_CLIENT_ID"))?;
        Ok((tenant, client))
    }
}

impl Choice {
    fn read(written: Option<&str>) -> Result<Self, Failure> {
        let Some(written) = written else { return Ok(Self::All) };
        Ok(match written.to_ascii_lowercase().as_str() {
            "prod" => Self::Services,
            "dev" => Self::Tools,
            "environmentcredential" => Self::Environment,
            "workloadidentitycredential" => Self::Workload,
            "managedidentitycredential" => Self::Managed,
            "azureclicredential" => Self::One(Tool::Az),
            "azuredeveloperclicredential" => Self::One(Tool::Azd),
            _ => {
                let message = "names no credential that is known here";
                return Err(Failure::new(FailureKind::Malformed, message)
                    .key("AZURE_TOKEN_CREDENTIALS")
                    .hint(
                        "write prod, dev, EnvironmentCredential, WorkloadIdentityCredential, \
                         ManagedIdentityCredential, AzureCliCredential or AzureDeveloperCliCredential",
                    ));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Login, Settings, Tool};
    use crate::source::Failure;
    use crate::value::Text;

    fn logins(pairs: &[(&str, &str)]) -> Result<Vec<Login>, Failure> {
        let variables = |name: &str| {
            let found = pairs.iter().find(|(known, _)| *known == name);
            Ok(found.map(|(_, value)| Text::new((*value).to_owned())))
        };
        Settings::read(&variables)?.logins()
    }

    const APPLICATION: [(&str, &str); 2] = [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c")];

    #[test]
    fn the_one_way_that_is_set_up_is_the_only_one() {
        let with = |more: &[(&str, &str)]| logins(&[&APPLICATION[..], more].concat()).unwrap();
        assert!(matches!(&with(&[("AZURE_CLIENT_SECRET", "s")])[..], [Login::Secret { .. }]));
        let certificate = with(&[("AZURE_CLIENT_CERTIFICATE_PATH", "/c.pem")]);
        assert!(matches!(&certificate[..], [Login::Certificate { .. }]));
        let workload = with(&[("AZURE_FEDERATED_TOKEN_FILE", "/t")]);
        assert!(matches!(&workload[..], [Login::Workload { .. }]));
        let service = with(&[("IDENTITY_ENDPOINT", "http://127.0.0.1/"), ("IDENTITY_HEADER", "h")]);
        assert!(matches!(&service[..], [Login::Service { .. }]));
    }

    #[test]
    fn where_nothing_is_set_up_the_machine_and_then_the_tools_are_asked() {
        let logins = logins(&[]).unwrap();
        assert!(matches!(
            &logins[..],
            [
                Login::Machine { .. },
                Login::Tool { tool: Tool::Az, .. },
                Login::Tool { tool: Tool::Azd, .. }
            ]
        ));
    }

    #[test]
    fn the_chain_can_be_restricted() {
        let of = |choice| logins(&[("AZURE_TOKEN_CREDENTIALS", choice)]);
        assert!(matches!(&of("prod").unwrap()[..], [Login::Machine { .. }]));
        assert_eq!(of("dev").unwrap().len(), 2);
        assert!(matches!(
            &of("AzureCliCredential").unwrap()[..],
            [Login::Tool { tool: Tool::Az, .. }]
        ));
        assert!(of("EnvironmentCredential").is_err());
        assert!(of("whatever").is_err());
    }

    #[test]
    fn what_is_set_up_by_half_is_told_and_not_passed_over() {
        let failure =
            logins(&[("AZURE_CLIENT_SECRET", "n0t-a-real-one"), ("AZURE_TENANT_ID", "t")]);
        let failure = failure.err().unwrap();
        assert_eq!(failure.to_string(), "AZURE_CLIENT_SECRET is set, but AZURE_CLIENT_ID is not");
        assert!(logins(&[("AZURE_TENANT_ID", "../x")]).is_err());
        assert!(logins(&[("IMDS_ENDPOINT", "http://127.0.0.1")]).is_err());
    }

    #[test]
    fn an_application_without_its_secret_is_told_of() {
        let half = |names: &[&'static str]| {
            let variables = |name: &str| {
                Ok(names.contains(&name).then(|| Text::new("n0t-a-real-one".to_owned())))
            };
            Settings::read(&variables).unwrap().half()
        };
        let told = half(&["AZURE_TENANT_ID", "AZURE_CLIENT_ID"]).unwrap();
        assert_eq!(told, "AZURE_CLIENT_ID is set, but AZURE_CLIENT_SECRET is not");
        assert_eq!(half(&["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"]), None);
        assert_eq!(half(&["AZURE_CLIENT_ID"]), None);
    }

    #[test]
    fn files_that_are_named_without_a_root_stand_below_that_of_the_load() {
        let path = |written: &str| {
            let variables = |name: &str| {
                let found = (name == "AZURE_FEDERATED_TOKEN_FILE").then_some(written);
                Ok(found.map(|text| Text::new(text.to_owned())))
            };
            let settings = Settings::read(&variables).unwrap().below(Some("/app".as_ref()));
            settings.federated.unwrap()
        };
        assert_eq!(path("token"), std::path::Path::new("/app/token"));
        assert_eq!(path("/run/token"), std::path::Path::new("/run/token"));
    }
}
