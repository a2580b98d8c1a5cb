//! A host that does not answer at all.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// A port at which connections never come about, as behind a firewall that drops what it does not like.
#[derive(Debug)]
pub struct Silent {
    address: SocketAddr,
    _listening: Socket,
    /// They wait to be accepted, and nobody accepts them: there is no room for another.
    _waiting: Vec<TcpStream>,
}

impl Silent {
    /// Finds a port for it.
    pub fn start() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket can be made");
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        socket.bind(&any.into()).expect("a port on loopback can be bound");
        socket.listen(0).expect("a bound socket can listen");
        let address = socket.local_addr().expect("a bound socket has an address");
        let address = address.as_socket().expect("the address is one of the internet");
        let mut waiting = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
            waiting.push(stream);
        }
        Self { address, _listening: socket, _waiting: waiting }
    }

    /// Where nobody answers.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://` and the address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
