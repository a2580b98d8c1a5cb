//! OpenBao.

use std::time::Duration;

use config_core::Vault;
use config_tests_servers::openbao::{ROOT_TOKEN, Server};
use config_tests_servers::proxy::Proxy;
use serde_json::json;

use super::{Parts, Store, answer, at, trusted};

pub(super) fn store() -> Store {
    let kv = Server::shared().admin().kv(2);
    let (place, mount) = (format!("{}/app", kv.mount), format!("/v1/{}/", kv.mount));
    let refused =
        || answer(403, &json!({ "errors": ["1 error occurred:\n\t* permission denied\n\n"] }));
    let parts = Parts {
        source: Box::new(move |url: &str, timeout: Option<Duration>| {
            let vault = Vault::builder().endpoint(url).token(ROOT_TOKEN).ca(trusted().ca());
            let vault = timeout.into_iter().fold(vault, config_core::VaultBuilder::timeout);
            at(vault.build().unwrap(), &place)
        }),
        put: Box::new(move |document| _ = kv.put("app", document)),
        credential: ROOT_TOKEN,
        scheme: "http",
        expire: Box::new(|proxy: &Proxy| {
            proxy.always(answer(403, &json!({ "errors": ["permission denied", "invalid token"] })));
        }),
        // The token is good, as it says of itself; the secret is not for it.
        deny: Box::new(move |proxy: &Proxy| {
            let mount = mount.clone();
            proxy.when(move |request| request.path().starts_with(&mount).then(refused));
        }),
        mend: Box::new(|| {}),
    };
    Store::new("vault", Proxy::before(Server::shared().address()), parts)
}
