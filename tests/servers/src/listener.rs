//! A listening port of our own with a thread for each connection, which ends with its owner.

use std::collections::HashMap;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use socket2::{Domain, Socket, Type};

/// A port that is bound until it is dropped, and listens while it is open.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    open: Mutex<Option<Open>>,
    /// Bound, not listening: connecting is refused, and nobody else gets the port.
    closed: Mutex<Option<Socket>>,
    connections: Connections,
}

#[derive(Debug)]
struct Open {
    socket: Arc<Socket>,
    accepting: JoinHandle<()>,
}

/// The connections there are, so that their threads can be ended while they wait.
pub(crate) type Connections = Arc<Mutex<HashMap<u64, TcpStream>>>;

impl Listener {
    /// Bound to a free port, refusing connections until it is opened.
    pub(crate) fn bind() -> Self {
        let socket = bound((Ipv4Addr::LOCALHOST, 0).into());
        let address = socket.local_addr().expect("a bound socket has an address");
        let address = address.as_socket().expect("the address is one of the internet");
        let connections = Connections::default();
        Self { address, open: Mutex::default(), closed: Mutex::new(Some(socket)), connections }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves every connection on a thread of its own; `serve` is given its number.
    pub(crate) fn open(&self, serve: impl Fn(u64, TcpStream) + Send + Sync + 'static) {
        let Some(socket) = locked(&self.closed).take() else { return };
        socket.listen(128).expect("a bound socket can listen");
        let socket = Arc::new(socket);
        let (accepting, connections) = (Arc::clone(&socket), Arc::clone(&self.connections));
        let accepting =
            std::thread::spawn(move || accept(&accepting, &connections, &Arc::new(serve)));
        *locked(&self.open) = Some(Open { socket, accepting });
    }

    /// Ends every connection; new ones are refused until it is opened again.
    pub(crate) fn close(&self) {
        let Some(Open { socket, accepting }) = locked(&self.open).take() else { return };
        // Wakes the thread that accepts.
        drop(socket.shutdown(Shutdown::Both));
        drop(accepting.join());
        drop(socket);
        self.disconnect();
        *locked(&self.closed) = Some(bound(self.address));
    }

    /// Ends the connections there are.
    pub(crate) fn disconnect(&self) {
        for (_, stream) in locked(&self.connections).drain() {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(Open { socket, accepting }) = locked(&self.open).take() {
            drop(socket.shutdown(Shutdown::Both));
            drop(accepting.join());
        }
        self.disconnect();
    }
}

/// A lock that a failed test does not take away from the others.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bound(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket can be made");
    socket.set_reuse_address(true).expect("a socket can be told to reuse its address");
    socket.bind(&address.into()).expect("a port on loopback can be bound");
    socket
}

fn accept<F>(socket: &Socket, connections: &Connections, serve: &Arc<F>)
where
    F: Fn(u64, TcpStream) + Send + Sync + 'static,
{
    let mut number = 0;
    while let Ok((connection, _)) = socket.accept() {
        let stream = TcpStream::from(connection);
        // Without it an answer in two writes waits for the client's delayed acknowledgement.
        drop(stream.set_nodelay(true));
        let Ok(copy) = stream.try_clone() else { continue };
        number += 1;
        locked(connections).insert(number, copy);
        let (connections, serve) = (Arc::clone(connections), Arc::clone(serve));
        std::thread::spawn(move || {
            serve(number, stream);
            locked(&connections).remove(&number);
        });
    }
}
