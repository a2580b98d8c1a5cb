//! Google Cloud Secret Manager, by a stand-in.

use std::sync::OnceLock;
use std::time::Duration;

use config_core::Gcp;
use config_tests_servers::gcp::{Options, StandIn};
use config_tests_servers::proxy::{Fault, Proxy};
use config_tests_servers::unique;
use serde_json::json;

use super::{Parts, Store, answer, at, trusted};

const TOKEN: &str = "ya29.n0t-a-real-t0ken";

pub(super) fn store() -> Store {
    static STANDIN: OnceLock<StandIn> = OnceLock::new();
    let standin = STANDIN.get_or_init(|| {
        let token = Some(TOKEN.to_owned());
        StandIn::with(&Options { token, ..Options::default() })
    });
    let project = unique("faults");
    let place = format!("projects/{project}/secrets/app");
    let parts = Parts {
        source: Box::new(move |url: &str, timeout: Option<Duration>| {
            let gcp = Gcp::builder().project("faults").endpoint(url).access_token(TOKEN);
            let gcp = gcp.ca(trusted().ca());
            let gcp = timeout.into_iter().fold(gcp, config_core::GcpBuilder::timeout);
            at(gcp.build().unwrap(), &place)
        }),
        put: Box::new(move |document| {
            standin.add(&project, "app", document.to_string().as_bytes());
        }),
        credential: TOKEN,
        scheme: "http",
        expire: Box::new(|proxy: &Proxy| {
            proxy.always(refused(401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED"));
        }),
        deny: Box::new(|proxy: &Proxy| {
            proxy.always(refused(403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED"));
        }),
        mend: Box::new(|| {}),
    };
    Store::new("gcp", Proxy::before(standin.address()), parts)
}

fn refused(status: u16, code: &str, reason: &str) -> Fault {
    let kind = "type.googleapis.com/google.rpc.ErrorInfo";
    let details = json!([{ "@type": kind, "reason": reason }]);
    let error = json!({ "code": status, "status": code, "message": "refused", "details": details });
    answer(status, &json!({ "error": error }))
}
