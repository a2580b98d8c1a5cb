//! What the environment says: the variables of the official command lines, and those for logging in.

use std::path::PathBuf;
use std::time::Duration;

use super::builder::{VaultBuilder, Way};
use super::login::SecretId;
use crate::environment::Context;
use crate::format::{duration, is_name};
use crate::remote::address::is_loopback;
use crate::remote::reach::Authority;
use crate::source::{Failure, FailureKind};
use crate::sources::{Unopened, Variables, infix};
use crate::value::Text;

/// Looks variables up under the names of OpenBao and of Vault, with the name of the list's entry in them.
struct Lookup<'a> {
    variables: Variables<'a>,
    /// For `vault@eu` it is `EU_`: `VAULT_EU_ADDR`. It never falls back to those without, which are of another server.
    infix: String,
}

/// A builder with all that the environment says.
pub(super) fn builder(
    variables: Variables<'_>,
    context: &Context<'_>,
    name: Option<&str>,
) -> Result<VaultBuilder, Unopened> {
    let lookup = Lookup { variables, infix: name.map_or(String::new(), infix) };
    let address = lookup.text("ADDR")?.ok_or_else(|| lookup.missing("ADDR"))?;
    lookup.has_scheme(&address)?;
    let mut builder = VaultBuilder {
        endpoint: Some(address.as_str().to_owned()),
        namespace: lookup.owned("NAMESPACE")?,
        name: name.map(str::to_owned),
        is_bao: (lookup.variables)(&format!("BAO_{}ADDR", lookup.infix))?.is_some(),
        ..VaultBuilder::default()
    };
    lookup.reach(&mut builder, context)?;
    lookup.login(&mut builder, context)?;
    Ok(builder)
}

impl Lookup<'_> {
    /// A variable: `BAO_ADDR`, else `VAULT_ADDR`, as OpenBao's own command line has it.
    fn text(&self, name: &str) -> Result<Option<Text>, Failure> {
        for family in ["BAO", "VAULT"] {
            if let Some(text) = (self.variables)(&format!("{family}_{}{name}", self.infix))? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    fn owned(&self, name: &str) -> Result<Option<String>, Failure> {
        Ok(self.text(name)?.map(|text| text.as_str().to_owned()))
    }

    fn path(&self, name: &str, context: &Context<'_>) -> Result<Option<PathBuf>, Failure> {
        Ok(self.text(name)?.map(|text| context.resolve(text.as_str())))
    }

    /// Whether an address begins as one: without a scheme nobody can tell whether TLS is meant.
    fn has_scheme(&self, address: &str) -> Result<(), Failure> {
        if address.contains("://") {
            return Ok(());
        }
        let is_bao = (self.variables)(&format!("BAO_{}ADDR", self.infix))?.is_some();
        let name = if is_bao { format!("BAO_{}ADDR", self.infix) } else { self.named("ADDR") };
        // What is no host with its port may be anything, such as a token in the wrong variable.
        let behind_login = address.trim().rsplit('@').next().unwrap_or_default();
        let host = behind_login.split('/').next().unwrap_or_default();
        let is_shown = host
            .rsplit_once(':')
            .is_some_and(|(host, port)| is_name(host) && port.parse::<u16>().is_ok());
        let (shown, example) = match is_shown {
            true => (format!(" is {host}, and"), format!("https://{host}")),
            false => (String::new(), "https://vault.example:8200".to_owned()),
        };
        let message = format!("{name}{shown} has no http:// or https://");
        Err(Failure::new(FailureKind::Malformed, message).hint(format!("write it as {example}")))
    }

    fn missing(&self, name: &str) -> Unopened {
        Unopened::NotConfigured(self.named(name))
    }

    fn named(&self, name: &str) -> String {
        format!("VAULT_{}{name}", self.infix)
    }

    fn reach(&self, builder: &mut VaultBuilder, context: &Context<'_>) -> Result<(), Failure> {
        let malformed = |name: &str, message: &'static str| {
            Failure::new(FailureKind::Malformed, message).key(self.named(name))
        };
        match self.text("SKIP_VERIFY")?.as_ref().map(|text| text.as_str()) {
            None | Some("0" | "f" | "F" | "false" | "False" | "FALSE") => {}
            Some(_) => {
                let message =
                    "asks to trust any certificate; whoever is in between would get the secrets";
                return Err(malformed("SKIP_VERIFY", message).hint(
                    "unset it, and name the authority that signed the certificate in VAULT_CACERT",
                ));
            }
        }
        let authority = match self.path("CACERT", context)? {
            Some(file) => Some(Authority::File(file)),
            None => match self.text("CACERT_BYTES")? {
                Some(pem) => Some(Authority::Pem(pem.as_bytes().to_vec())),
                None => self.path("CAPATH", context)?.map(Authority::File),
            },
        };
        builder.reach.authorities = authority.into_iter().collect();
        if let Some(text) = self.text("CLIENT_TIMEOUT")? {
            let seconds = text.trim().parse().ok().map(Duration::from_secs);
            let timeout = seconds.or_else(|| duration::parse(text.trim()).ok());
            let timeout = timeout.filter(|timeout| !timeout.is_zero());
            builder.reach.timeout = Some(timeout.ok_or_else(|| {
                malformed("CLIENT_TIMEOUT", "is no duration").hint("write it as 30s or as 30")
            })?);
        }
        builder.aside.timeout = builder.reach.timeout;
        builder.aside = std::mem::take(&mut builder.aside).with_proxy_of(self.variables)?;
        for name in ["PROXY_ADDR", "HTTP_PROXY"] {
            if builder.reach.proxy.is_none() {
                builder.reach.proxy = self.text(name)?;
            }
        }
        // As everybody does it, what is on this machine is reached without the proxy.
        let endpoint = builder.endpoint.as_deref().unwrap_or_default();
        if !is_loopback(endpoint) {
            builder.reach = std::mem::take(&mut builder.reach).with_proxy_of(self.variables)?;
        }
        for name in ["CLIENT_CERT", "TLS_SERVER_NAME"] {
            if self.text(name)?.is_some() {
                builder.remarks.push(format!("{} is set, and not used", self.named(name)));
            }
        }
        Ok(())
    }

    /// The first of the ways to log in that something is set for.
    fn login(&self, builder: &mut VaultBuilder, context: &Context<'_>) -> Result<(), Unopened> {
        builder.login = Some(self.way(builder, context)?);
        Ok(())
    }

    fn way(&self, builder: &mut VaultBuilder, context: &Context<'_>) -> Result<Way, Unopened> {
        if let Some(token) = self.text("TOKEN")? {
            return Ok(Way::Token(token));
        }
        if let Some(role_id) = self.text("ROLE_ID")? {
            builder.auth_mount = self.owned("APPROLE_MOUNT")?;
            let secret_id = match (self.text("WRAPPED_SECRET_ID")?, self.text("SECRET_ID")?) {
                (Some(token), _) => SecretId::Wrapped(token),
                (None, Some(secret_id)) => SecretId::Plain(secret_id),
                (None, None) => SecretId::None,
            };
            return Ok(Way::AppRole { role_id, secret_id });
        }
        if let Some(role) = self.owned("K8S_ROLE")? {
            builder.auth_mount = self.owned("K8S_MOUNT")?;
            let token_file = self.path("K8S_TOKEN_FILE", context)?;
            return Ok(Way::Kubernetes { role, token_file });
        }
        if let Some(role) = self.owned("JWT_ROLE")? {
            builder.auth_mount = self.owned("JWT_MOUNT")?;
            builder.audience = self.owned("JWT_AUDIENCE")?;
            if let Some(jwt) = self.text("JWT")? {
                return Ok(Way::Jwt { role, jwt });
            }
            if let Some(file) = self.path("JWT_FILE", context)? {
                return Ok(Way::JwtFile { role, file });
            }
            let url = (self.variables)("ACTIONS_ID_TOKEN_REQUEST_URL")?;
            let token = (self.variables)("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?;
            return match (url, token) {
                (Some(url), Some(token)) => Ok(Way::GitHub { role, url, token }),
                _ => Err(Unopened::Incomplete(format!(
                    "{} is not set, nor {}, and this is no job of GitHub Actions with `id-token: write`",
                    self.named("JWT"),
                    self.named("JWT_FILE"),
                ))),
            };
        }
        let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        if self.infix.is_empty()
            && let Some(home) = (self.variables)(home)?
        {
            let file = PathBuf::from(home.as_str()).join(".vault-token");
            if file.is_file() {
                return Ok(Way::TokenFile(file));
            }
        }
        let [token, role_id, pod, jwt] =
            ["TOKEN", "ROLE_ID", "K8S_ROLE", "JWT_ROLE"].map(|name| self.named(name));
        let file = if self.infix.is_empty() { ", and there is no ~/.vault-token" } else { "" };
        Err(Unopened::Incomplete(format!(
            "{token} is not set, nor {role_id}, {pod} or {jwt} for another login{file}"
        )))
    }
}
