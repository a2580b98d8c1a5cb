//! Secret Manager as a source: reading versions, and what reading asks, costs and needs.

use std::collections::BTreeSet;
use std::time::Instant;

use reqwest::Method;

use super::checksum::crc32c;
use super::client::{Call, Client};
use super::names::{Name, is_number, is_version};
use super::refusal::{NO_VERSION, NOTHING, Verb};
use crate::remote::asker::Asker;
use crate::remote::encode::from_base64;
use crate::remote::http::Response;
use crate::remote::locate::text_or_bytes;
use crate::remote::shell::typed;
use crate::remote::{Asking, Backend, Before, Blob, Outcome, Read, Unread, gone, other_version};
use crate::source::{Failure, FailureKind, Key, Policy, SourcePlan};
use crate::value::{Node, Value};

const READ: Verb = Verb {
    does: "read",
    permission: "secretmanager.versions.access",
    role: "roles/secretmanager.secretAccessor",
};

/// What one access costs: 0.03 dollars for 10,000.
const PRICE: u64 = 3_000;

/// The name of the version in use.
const LATEST: &str = "latest";

/// A version as it was read.
pub(super) struct Accessed {
    pub(super) node: Node,
    pub(super) number: String,
}

impl Client {
    /// Reads a version, or the current one. Each is asked for by its own name, so one that is absent, disabled or
    /// destroyed never becomes another.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub(super) async fn access(
        &self,
        name: &Name,
        version: Option<&str>,
        until: Instant,
    ) -> Result<Accessed, Unread> {
        let version = version.unwrap_or(LATEST);
        if !is_version(version) {
            let message = "a version is a number, `latest`, or an alias of the secret";
            return Err(malformed(message).into());
        }
        let behind = format!("/versions/{version}:access");
        let call = Call {
            method: Method::GET,
            behind: &behind,
            body: None,
            repeatable: true,
            verb: READ,
            version: Some(version),
        };
        let mut is_second = false;
        loop {
            let response = self.about(name, &call, until).await?;
            match accessed(&response, version)? {
                Some(accessed) => return Ok(accessed),
                None if is_second => {
                    let message = "the value was damaged on its way, twice: its checksum differs";
                    return Err(malformed(message).into());
                }
                None => is_second = true,
            }
        }
    }

    pub(super) fn name(&self, place: &str) -> Result<Name, Failure> {
        Name::read(place, self.setup.location.as_deref())
    }
}

/// What an answer brings; none where it was damaged on its way.
fn accessed(response: &Response, asked: &str) -> Result<Option<Accessed>, Failure> {
    let unknown = || {
        malformed("the answer is not that of Secret Manager")
            .hint("look whether the endpoint is that of Secret Manager")
    };
    let answer = response.json()?;
    let text = |node: Option<&Node>| match node.map(|node| &node.value) {
        Some(Value::Text(text) | Value::Number(text)) => Some(text.clone()),
        _ => None,
    };
    let name = text(answer.entry("name")).ok_or_else(unknown)?;
    let number = name.rsplit('/').next().filter(|number| is_number(number)).ok_or_else(unknown)?;
    if is_number(asked) && number.trim_start_matches('0') != asked.trim_start_matches('0') {
        return Err(other_version());
    }
    let payload = answer.entry("payload").ok_or_else(unknown)?;
    let Some(bytes) = text(payload.entry("data")).as_deref().and_then(|data| from_base64(data))
    else {
        return Err(unknown());
    };
    let checksum = text(payload.entry("dataCrc32c"));
    if checksum.is_some_and(|checksum| checksum.parse() != Ok(crc32c(&bytes))) {
        return Ok(None);
    }
    Ok(Some(Accessed { node: text_or_bytes(bytes), number: number.to_owned() }))
}

impl Backend for Client {
    const KIND: &'static str = "gcp";

    fn asker(&self) -> Asker {
        self.asker()
    }

    fn own_name(&self, key: &Key<'_>) -> Option<String> {
        Some(key.hyphenated())
    }

    async fn read(&self, read: &Read, asking: Asking) -> Outcome {
        let name = self.name(&read.place)?;
        let version = read.version.as_deref();
        let accessed = self.access(&name, version, asking.until).await;
        let accessed = accessed.map_err(|unread| match unread {
            Unread::Absent(why) if version.is_some_and(|version| version != LATEST) => {
                gone(self, read, FailureKind::NotFound, why)
            }
            unread => unread,
        })?;
        Ok(Blob { version: Some(accessed.number), ..Blob::new(accessed.node) })
    }

    fn before(&self, reads: &[Read]) -> Before {
        let names = reads.iter().filter_map(|read| self.name(&read.place).ok());
        let mut projects = names.map(|name| name.project);
        self.asked_before(projects.any(|project| project.is_none()))
    }

    fn plan(&self, reads: &[(Read, usize)]) -> SourcePlan {
        let project = self.project_by_now().unwrap_or_else(|| "PROJECT".to_owned());
        let mut plan = SourcePlan::default();
        let (mut needed, mut count) = (BTreeSet::new(), 0);
        for (read, _) in reads {
            let full = match self.name(&read.place) {
                Ok(name) => name.full(&project),
                Err(failure) => {
                    plan = plan.warns(format!("{} is not asked for: {failure}", read.place));
                    continue;
                }
            };
            let version = read.version.as_deref().unwrap_or(LATEST);
            plan = plan.reads(format!("GET /v1/{full}/versions/{version}:access"));
            needed.insert(format!("{} on {full}", READ.role));
            count += 1;
        }
        if count == 0 {
            return plan;
        }
        let needed: Vec<String> = needed.into_iter().collect();
        plan.round_trips(1)
            .costs(PRICE.saturating_mul(count))
            .needs(Policy::new("text", needed.join("\n")))
    }

    fn whereabouts(&self, read: &Read) -> Option<String> {
        let name = self.name(&read.place).ok()?;
        let project = name.project.clone().or_else(|| self.project_by_now())?;
        let location = name.location.map_or(String::new(), |region| format!(", region {region}"));
        Some(format!("in the project {project}{location}"))
    }

    fn remedy(
        &self,
        read: &Read,
        key: Option<&str>,
        absent: Option<&'static str>,
    ) -> Option<String> {
        let name = self.name(&read.place).ok()?;
        let options = name.options(self.project_by_now().as_deref());
        let run = |command: &str| typed(&format!("gcloud secrets {command} --data-file=-"));
        let id = &name.id;
        Some(match (key, absent) {
            (_, None | Some(NO_VERSION | NOTHING)) if read.version.is_some() => {
                format!("point at a version of {id} that has it")
            }
            (Some(key), None) => format!(
                "add {key} to the JSON that is there: gcloud secrets versions access latest \
                 --secret={options} > FILE, and with the key in it: gcloud secrets versions add {options} \
                 --data-file=FILE"
            ),
            (key, Some(_)) => {
                let typing =
                    key.map_or(String::new(), |key| format!(", and type {{\"{key}\": \"..\"}}"));
                format!("run{typing}: {}", run(&format!("create {options}")))
            }
            (None, None) => format!("run: {}", run(&format!("versions add {options}"))),
        })
    }
}

fn malformed(message: &'static str) -> Failure {
    Failure::new(FailureKind::Malformed, message)
}
