//! Requests to Secret Manager: where to, as whom, and once more with a new token.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Instant;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use zeroize::Zeroizing;

use super::credentials::{self, Credentials, Kind, Token, project_of_machine};
use super::held::{Fresh, Held};
use super::names::Name;
use super::net::Net;
use super::refusal::{About, Verb, refusal};
use super::setup::{Setup, is_host};
use crate::remote::asker::Asker;
use crate::remote::blocking::blocking;
use crate::remote::http::{Request, Response};
use crate::remote::runtime::Holding;
use crate::remote::{Before, Unread};
use crate::source::{Failure, FailureKind};
use crate::value::Text;

/// One project's Secret Manager, as somebody.
pub(crate) struct Client {
    pub(super) setup: Setup,
    net: Net,
    /// Once they could be read; until then each who asks reads anew.
    credentials: OnceLock<Credentials>,
    token: Held<Text>,
    project: Held<String>,
    pub(super) held: Holding,
}

/// One call.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// Behind the name of the secret, or of what it is made in: `/versions/7:access`.
    pub(super) behind: &'a str,
    pub(super) body: Option<Zeroizing<Vec<u8>>>,
    /// Whether it may be made again when it is not known whether it was carried out.
    pub(super) repeatable: bool,
    pub(super) verb: Verb,
    /// The version that it is about.
    pub(super) version: Option<&'a str>,
}

impl Client {
    pub(super) fn new(setup: Setup) -> Self {
        let net = Net::new(setup.reach.clone(), setup.metadata.clone(), setup.is_in_cloud);
        Self {
            setup,
            net,
            credentials: OnceLock::new(),
            token: Held::new(),
            project: Held::new(),
            held: Holding::default(),
        }
    }

    /// Who asks; their file is read now if it was not yet.
    pub(super) fn credentials(&self) -> Result<&Credentials, Failure> {
        match self.credentials.get() {
            Some(credentials) => Ok(credentials),
            None => {
                let found = Credentials::find(&self.setup).map_err(|none| self.setup.told(none));
                found.map(|found| self.credentials.get_or_init(|| found))
            }
        }
    }

    /// The same, their file being read without holding up whatever else is asked over the network.
    async fn found(&self) -> Result<&Credentials, Failure> {
        if self.credentials.get().is_none() {
            let setup = self.setup.clone();
            let found = blocking(move || Credentials::find(&setup)).await?;
            let found = found.map_err(|none| self.setup.told(none))?;
            return Ok(self.credentials.get_or_init(|| found));
        }
        self.credentials()
    }

    /// The project as far as it is known without asking anybody.
    pub(super) fn known_project(&self) -> Option<&str> {
        let of_file = || match self.setup.lent {
            true => None,
            false => self.credentials().ok()?.project.as_deref(),
        };
        self.setup.project.as_deref().or_else(of_file)
    }

    /// The project that a secret without one is asked for in, as far as it is known by now.
    pub(super) fn project_by_now(&self) -> Option<String> {
        let of_machine = || Some(self.project.here()?.value.clone());
        self.known_project().map(str::to_owned).or_else(of_machine)
    }

    /// What is asked before the first secret: for a token, and at the same time for the project where a name has none and
    /// nobody said which.
    pub(super) fn asked_before(&self, wants_project: bool) -> Before {
        let Ok(credentials) = self.credentials() else { return Before::default() };
        let mut before = Before::default();
        if !self.token.is_here() {
            before.calls = credentials.kind.calls(&self.net);
            before.waits = before.calls.len();
        }
        let is_known = self.setup.project.is_some() || credentials.project.is_some();
        if wants_project && !is_known && self.project.here().is_none() {
            before.calls.push(credentials::asked_for_project(&self.net));
            before.waits = before.waits.max(1);
        }
        before
    }

    pub(super) fn asker(&self) -> Asker {
        let Setup { endpoint, universe, location, .. } = &self.setup;
        let who = match self.credentials() {
            Ok(credentials) => credentials.kind.asker(),
            Err(_) => Asker::new("nobody".to_owned()),
        };
        let parts = [endpoint, universe, location].map(|part| part.as_deref().unwrap_or("-"));
        let project = self.known_project().unwrap_or("-");
        who.at(&format!("gcp {} {project}", parts.join(" ")))
    }

    /// A call about a secret.
    ///
    /// # Errors
    /// What Secret Manager refused, in our words.
    pub(super) async fn about(
        &self,
        name: &Name,
        call: &Call<'_>,
        until: Instant,
    ) -> Result<Response, Unread> {
        self.call(name, call, until, |project| format!("{}{}", name.full(project), call.behind))
            .await
    }

    /// A call about what secrets are made in.
    ///
    /// # Errors
    /// What Secret Manager refused, in our words.
    pub(super) async fn above(
        &self,
        name: &Name,
        call: &Call<'_>,
        until: Instant,
    ) -> Result<Response, Unread> {
        self.call(name, call, until, |project| format!("{}{}", name.parent(project), call.behind))
            .await
    }

    async fn call(
        &self,
        name: &Name,
        call: &Call<'_>,
        until: Instant,
        path: impl Fn(&str) -> String,
    ) -> Result<Response, Unread> {
        let credentials = self.found().await?;
        let project = self.project_of(name, credentials, until);
        let (project, token) = both(project, self.token(credentials, None, until)).await;
        let (project, mut token) = (project?, token?);
        let url = format!("{}/v1/{}", self.endpoint(name, credentials)?, path(&project));
        let mut response = self.send(&url, call, &token, credentials, until).await?;
        if response.status == 401 && credentials.kind.can_be_renewed() {
            token = self.token(credentials, Some(&token), until).await?;
            response = self.send(&url, call, &token, credentials, until).await?;
        }
        if response.is_success() {
            return Ok(response);
        }
        let about = About { name, project: &project, by: &credentials.kind, version: call.version };
        Err(refusal(&response, &call.verb, &about))
    }

    async fn send(
        &self,
        url: &str,
        call: &Call<'_>,
        token: &Token,
        credentials: &Credentials,
        until: Instant,
    ) -> Result<Response, Failure> {
        let mut request = Request::new(call.method.clone(), url);
        request = request.header(AUTHORIZATION, token.value.as_str());
        let pays = self.setup.quota_project.as_ref().or(credentials.quota_project.as_ref());
        if let Some(project) = pays {
            request =
                request.header(HeaderName::from_static("x-goog-user-project"), project.as_str());
        }
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        if call.repeatable {
            request = request.repeatable();
        }
        self.net.send(&request, until).await
    }

    async fn token(
        &self,
        credentials: &Credentials,
        refused: Option<&Arc<Token>>,
        until: Instant,
    ) -> Result<Arc<Token>, Failure> {
        let token = self.token.get(refused, || credentials.kind.token(&self.net, until)).await;
        token.map_err(|none| self.setup.told(none).of_store())
    }

    /// The project of a secret: its own, else the one that was said, else the machine's.
    async fn project_of(
        &self,
        name: &Name,
        credentials: &Credentials,
        until: Instant,
    ) -> Result<String, Failure> {
        let of_file = credentials.project.as_ref().filter(|_| !self.setup.lent);
        let said = [name.project.as_ref(), self.setup.project.as_ref(), of_file];
        if let Some(project) = said.into_iter().flatten().next() {
            return Ok(project.clone());
        }
        let may_ask = matches!(credentials.kind, Kind::Metadata) || self.setup.is_in_cloud;
        if self.setup.lent || !may_ask {
            let message = "neither a variable nor the credentials name the project";
            let variable = self.setup.variable();
            return Err(Failure::new(FailureKind::NotConfigured, message)
                .hint(format!("set {variable}, or write projects/my-project/secrets/db")));
        }
        let found = self.project.get(None, || async {
            let value = project_of_machine(&self.net, until).await?;
            Ok(Fresh { value, good_until: None })
        });
        Ok(found.await?.value.clone())
    }

    /// Where the secret is asked for.
    fn endpoint(&self, name: &Name, credentials: &Credentials) -> Result<String, Failure> {
        if let Some(endpoint) = &self.setup.endpoint {
            return Ok(endpoint.clone());
        }
        let universe = match (&self.setup.universe, &credentials.universe) {
            (Some(said), Some(theirs)) if said != theirs => {
                let message = "the credentials are for another universe domain";
                return Err(Failure::new(FailureKind::NotConfigured, message)
                    .hint("compare `universe_domain` in them with GOOGLE_CLOUD_UNIVERSE_DOMAIN"));
            }
            (said, theirs) => said.as_deref().or(theirs.as_deref()).unwrap_or("googleapis.com"),
        };
        if !is_host(universe) {
            return Err(Failure::new(FailureKind::Malformed, "no name of a universe domain"));
        }
        Ok(match &name.location {
            Some(location) => format!("https://secretmanager.{location}.rep.{universe}"),
            None => format!("https://secretmanager.{universe}"),
        })
    }
}

/// Waits for both at the same time.
async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut one, mut two) = (None, None);
    poll_fn(|context| {
        if one.is_none()
            && let Poll::Ready(output) = first.as_mut().poll(context)
        {
            one = Some(output);
        }
        if two.is_none()
            && let Poll::Ready(output) = second.as_mut().poll(context)
        {
            two = Some(output);
        }
        match (one.take(), two.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (first, second) => {
                (one, two) = (first, second);
                Poll::Pending
            }
        }
    })
    .await
}
