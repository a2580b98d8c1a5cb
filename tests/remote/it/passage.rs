//! A proxy as companies have them: who wants to speak TLS with somebody is led there, `CONNECT`.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write, copy};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::spawn;

/// Leads hosts by their names to servers on this machine. Its thread ends with the test process.
pub(crate) struct Passage {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Passage {
    /// One that knows these hosts, and refuses all others.
    pub(crate) fn to(hosts: &[(&str, SocketAddr)]) -> Self {
        let hosts: HashMap<String, SocketAddr> =
            hosts.iter().map(|(host, address)| (format!("{host}:443"), *address)).collect();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (noted, hosts) = (Arc::clone(&asked), Arc::new(hosts));
        spawn(move || {
            for stream in listener.incoming().flatten() {
                let (noted, hosts) = (Arc::clone(&noted), Arc::clone(&hosts));
                spawn(move || led(&stream, &noted, &hosts));
            }
        });
        Self { address, asked }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where somebody wanted to be led: `app.vault.azure.net:443`.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn led(
    client: &TcpStream,
    noted: &Mutex<Vec<String>>,
    hosts: &HashMap<String, SocketAddr>,
) -> Option<()> {
    let lines = BufReader::new(client).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let host = head.first()?.strip_prefix("CONNECT ")?.split(' ').next()?;
    noted.lock().unwrap().push(host.to_owned());
    let mut to_client = client;
    let Some(upstream) = hosts.get(host).and_then(|address| TcpStream::connect(address).ok())
    else {
        to_client.write_all(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n").ok()?;
        return None;
    };
    to_client.write_all(b"HTTP/1.1 200 Yes\r\n\r\n").ok()?;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            drop(copy(&mut &*client, &mut &upstream));
            drop(upstream.shutdown(Shutdown::Write));
        });
        drop(copy(&mut &upstream, &mut &*client));
        drop(client.shutdown(Shutdown::Write));
    });
    Some(())
}
