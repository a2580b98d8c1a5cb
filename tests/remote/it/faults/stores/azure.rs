//! Azure Key Vault, by a stand-in. It speaks TLS alone, and so do the proxies before it.

use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use config_core::Azure;
use config_tests_servers::azure::{CLIENT_SECRET, StandIn};
use config_tests_servers::proxy::Proxy;
use config_tests_servers::unique;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use super::{Parts, Store, answer, at, trusted};

/// The stand-in that all tests share.
pub(super) fn standin() -> &'static StandIn {
    static STANDIN: OnceLock<StandIn> = OnceLock::new();
    STANDIN.get_or_init(StandIn::start)
}

/// One whose authority nobody trusts.
pub(super) fn stranger() -> &'static StandIn {
    static STRANGER: OnceLock<StandIn> = OnceLock::new();
    STRANGER.get_or_init(StandIn::start)
}

pub(super) fn store() -> Store {
    let (standin, name) = (standin(), unique("faults"));
    let entra = Arc::new(behind_tls(standin.inner_address()));
    let (authority, mended) = (Arc::clone(&entra), Arc::clone(&entra));
    let place = name.clone();
    let parts = Parts {
        source: Box::new(move |url: &str, timeout: Option<Duration>| {
            let none: [(&str, &str); 0] = [];
            let azure = Azure::builder()
                .endpoint(url)
                .authority(format!("https://{}", authority.address()))
                .verify_challenge_resource(false)
                .ca(trusted().ca())
                .client_secret(standin.tenant(), standin.client_id(), CLIENT_SECRET)
                .env(none);
            let azure = timeout.into_iter().fold(azure, config_core::AzureBuilder::timeout);
            at(azure.build().unwrap(), &place)
        }),
        put: Box::new(move |document| _ = standin.set(&name, &document.to_string())),
        credential: CLIENT_SECRET,
        scheme: "https",
        // The vault wants another token, for which the secret of the application is too old.
        expire: Box::new(move |proxy: &Proxy| {
            entra.always(answer(
                401,
                &json!({ "error": "invalid_client", "error_codes": [7_000_222] }),
            ));
            proxy.always(answer(401, &json!({ "error": { "code": "Unauthorized" } })));
        }),
        deny: Box::new(|proxy: &Proxy| {
            let inner = json!({ "code": "ForbiddenByRbac" });
            let error = json!({ "code": "Forbidden", "innererror": inner });
            proxy.always(answer(403, &json!({ "error": error })));
        }),
        mend: Box::new(move || mended.heal()),
    };
    Store::new("azure", behind_tls(standin.inner_address()), parts)
}

/// A proxy with the certificate of the stand-in.
fn behind_tls(upstream: SocketAddr) -> Proxy {
    Proxy::behind(pass, upstream)
}

fn pass(stream: TcpStream) -> Option<StreamOwned<ServerConnection, TcpStream>> {
    static CONFIG: OnceLock<Arc<ServerConfig>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| {
        let place = standin().ca().parent().expect("a file is in a directory");
        let chain = CertificateDer::pem_file_iter(place.join("server.pem"))
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(place.join("server.key")).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .expect("a certificate that goes with its key");
        Arc::new(config)
    });
    let connection = ServerConnection::new(Arc::clone(config)).ok()?;
    Some(StreamOwned::new(connection, stream))
}
