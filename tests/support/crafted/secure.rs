//! TLS for stores on loopback.

use std::net::TcpStream;
use std::sync::{Arc, OnceLock};

use config_tests_servers::azure::StandIn;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

struct Identity {
    authority: String,
    config: Arc<ServerConfig>,
}

/// The stand-in for Key Vault makes certificates for this machine, and takes them away with it.
fn identity() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| {
        let standin = StandIn::start();
        let place = standin.ca().parent().expect("a file is in a directory");
        let chain = CertificateDer::pem_file_iter(place.join("server.pem"))
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(place.join("server.key")).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .expect("a certificate that goes with its key");
        let authority = std::fs::read_to_string(standin.ca()).expect("an authority");
        Identity { authority, config: Arc::new(config) }
    })
}

/// The certificate of the authority, in PEM.
pub(super) fn authority() -> String {
    identity().authority.clone()
}

/// What a connection passes first.
pub(super) fn pass(stream: TcpStream) -> Option<StreamOwned<ServerConnection, TcpStream>> {
    let connection = ServerConnection::new(Arc::clone(&identity().config)).ok()?;
    Some(StreamOwned::new(connection, stream))
}
