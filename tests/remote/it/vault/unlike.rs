//! Answers that say something else than what was asked, or a term that cannot be read.

use config_core::ProblemKind;
use config_tests_servers::http::{Request, Response};
use config_tests_servers::proxy::Fault;
use config_tests_servers::standin::Standin;
use serde_json::{Value, json};

use super::{admin, as_root, failure, one, proxy};

/// A server that lends a credential for that term.
fn lending(term: Value) -> Standin {
    Standin::start(move |request: &Request| {
        let path = request.path();
        if path.contains("/sys/internal/ui/mounts/") {
            let mount = json!({ "path": "database/", "type": "database" });
            return Response::json(200, &json!({ "data": mount }));
        }
        if path.contains("/auth/token/") {
            return Response::json(200, &json!({ "data": { "ttl": 0, "renewable": false } }));
        }
        let (data, id) = (json!({ "api_key": "n0t-a-real-one" }), "database/creds/app/n0t-real");
        let lent = json!({ "lease_id": id, "lease_duration": term, "data": data });
        Response::json(200, &lent)
    })
}

#[test]
fn a_credential_whose_term_cannot_be_read_is_not_taken_for_one_without_end() {
    for term in [json!(3.5), json!("3600"), json!(-1), Value::Null] {
        let store = lending(term);
        let (kind, text) = failure("database/creds/app", &as_root(&store.url()));
        assert_eq!(kind, ProblemKind::Malformed, "{text}");
        assert!(text.contains("vault database/creds/app"), "{text}");
        assert!(text.contains("lease_duration"), "{text}");
        assert!(!text.contains("n0t-") && !text.contains("3600"), "{text}");
    }
    let store = lending(json!(3600));
    assert_eq!(one("database/creds/app", &as_root(&store.url())).unwrap(), "n0t-a-real-one");
}

#[test]
fn another_version_than_the_one_that_is_named_is_malformed() {
    let kv = admin().kv(2);
    kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
    let proxy = proxy();
    let place = format!("{}/app@1", kv.mount);
    assert!(one(&place, &as_root(&proxy.url())).is_ok());
    proxy.always(Fault::rewritten(|answer| answer["data"]["metadata"]["version"] = json!(8)));
    let (kind, text) = failure(&place, &as_root(&proxy.url()));
    assert_eq!(kind, ProblemKind::Malformed, "{text}");
    assert!(text.contains("another version than was asked for"), "{text}");
}
