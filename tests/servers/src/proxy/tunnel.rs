//! A proxy for what is not plain HTTP: TLS, PostgreSQL.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

use socket2::SockRef;

use crate::listener::{Listener, locked};

/// Passes bytes on without looking at them, and ends when it is dropped.
#[derive(Debug)]
pub struct Tunnel {
    listener: Listener,
    state: Arc<State>,
}

/// How new connections of a [`Tunnel`] fare.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Passage {
    /// Both directions are passed on.
    #[default]
    Open,
    /// They are accepted, and nothing ever comes.
    BlackHole,
    /// They are accepted and ended by RST.
    Reset,
    /// Both directions are passed on after this long.
    Late(Duration),
}

#[derive(Debug)]
struct State {
    upstream: SocketAddr,
    passage: Mutex<Passage>,
    connections: AtomicUsize,
}

impl Tunnel {
    /// Starts a tunnel to `upstream`.
    pub fn before(upstream: SocketAddr) -> Self {
        let state = State { upstream, passage: Mutex::default(), connections: AtomicUsize::new(0) };
        let tunnel = Self { listener: Listener::bind(), state: Arc::new(state) };
        tunnel.accept();
        tunnel
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// How connections fare from now on; those there are go on.
    pub fn set(&self, passage: Passage) {
        *locked(&self.state.passage) = passage;
    }

    /// Ends the connections there are.
    pub fn cut(&self) {
        self.listener.disconnect();
    }

    /// Ends the connections there are and refuses new ones.
    pub fn refuse(&self) {
        self.listener.close();
    }

    /// Accepts connections again after [`Tunnel::refuse`].
    pub fn accept(&self) {
        let state = Arc::clone(&self.state);
        // What ends a connection is no concern of a tunnel.
        self.listener.open(move |_, stream| drop(state.serve(&stream)));
    }

    /// How many connections were accepted so far.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

impl State {
    fn serve(&self, client: &TcpStream) -> io::Result<()> {
        self.connections.fetch_add(1, Ordering::SeqCst);
        let passage = *locked(&self.passage);
        match passage {
            Passage::Open => {}
            Passage::Late(by) => sleep(by),
            Passage::BlackHole => {
                // Until the client gives up or the tunnel ends.
                io::copy(&mut &*client, &mut io::sink())?;
                return Ok(());
            }
            Passage::Reset => return SockRef::from(client).set_linger(Some(Duration::ZERO)),
        }
        let Ok(upstream) = TcpStream::connect(self.upstream) else {
            return client.shutdown(Shutdown::Both);
        };
        upstream.set_nodelay(true)?;
        std::thread::scope(|scope| {
            scope.spawn(|| pass(client, &upstream));
            pass(&upstream, client);
        });
        Ok(())
    }
}

/// One direction, up to its end.
fn pass(mut from: &TcpStream, mut to: &TcpStream) {
    let mut block = vec![0; 1 << 16];
    while let Ok(size @ 1..) = io::Read::read(&mut from, &mut block) {
        if io::Write::write_all(&mut to, &block[..size]).is_err() {
            break;
        }
    }
    drop(to.shutdown(Shutdown::Write));
}
