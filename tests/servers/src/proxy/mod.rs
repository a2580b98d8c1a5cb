//! A proxy that logs, delays, and makes a server fail.

mod exchange;
mod fault;
mod log;
mod silent;
mod tunnel;

use std::collections::VecDeque;
use std::fmt;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::http::{Client, Request};
use crate::listener::{Listener, locked};

pub use fault::Fault;
pub use log::{Logged, most_at_once, rounds};
pub use silent::Silent;
pub use tunnel::{Passage, Tunnel};

/// Stands before a server that speaks plain HTTP, and ends when it is dropped. It speaks plain HTTP too, or what
/// [`Proxy::behind`] is given.
#[derive(Debug)]
pub struct Proxy {
    listener: Listener,
    state: Arc<State>,
}

struct State {
    serve: Box<Serve>,
    upstream: Client,
    plan: Mutex<Plan>,
    log: log::Log,
}

#[derive(Default)]
struct Plan {
    delay: Duration,
    next: VecDeque<Option<Fault>>,
    choose: Option<Choose>,
}

/// How a connection of that number is served.
type Serve = dyn Fn(&State, u64, TcpStream) + Send + Sync;

type Choose = Arc<dyn Fn(&Request) -> Option<Fault> + Send + Sync>;

impl Proxy {
    /// Starts a proxy that passes everything on to `upstream`.
    pub fn before(upstream: SocketAddr) -> Self {
        Self::behind(Some, upstream)
    }

    /// The same behind something that every connection has to pass first, such as TLS.
    pub fn behind<S: Read + Write>(
        pass: impl Fn(TcpStream) -> Option<S> + Send + Sync + 'static,
        upstream: SocketAddr,
    ) -> Self {
        let serve = move |state: &State, number, stream: TcpStream| {
            let Ok(socket) = stream.try_clone() else { return };
            if let Some(stream) = pass(stream) {
                exchange::serve(state, number, &socket, stream);
            }
        };
        let state = State {
            serve: Box::new(serve),
            upstream: Client::new(upstream),
            plan: Mutex::default(),
            log: log::Log::default(),
        };
        let proxy = Self { listener: Listener::bind(), state: Arc::new(state) };
        proxy.accept();
        proxy
    }

    /// A proxy with nothing behind it: what it is not told to answer by a fault is a 502.
    pub fn before_nothing() -> Self {
        Self::before((Ipv4Addr::LOCALHOST, 1).into())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// `http://` and the address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Every request from now on waits this long before it is passed on or fails.
    pub fn delay(&self, delay: Duration) {
        locked(&self.state.plan).delay = delay;
    }

    /// The next requests that no earlier call has spoken for fare so, one after the other; `None` passes one on.
    pub fn next(&self, faults: impl IntoIterator<Item = Option<Fault>>) {
        locked(&self.state.plan).next.extend(faults);
    }

    /// The next request fares so.
    pub fn once(&self, fault: Fault) {
        self.next([Some(fault)]);
    }

    /// Every request fares so, until [`Proxy::heal`].
    pub fn always(&self, fault: Fault) {
        self.when(move |_| Some(fault.clone()));
    }

    /// Requests fare as `choose` says, where [`Proxy::next`] says nothing; `None` passes one on.
    pub fn when(&self, choose: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) {
        locked(&self.state.plan).choose = Some(Arc::new(choose));
    }

    /// Passes everything on again: no faults, no delay, connections accepted.
    pub fn heal(&self) {
        *locked(&self.state.plan) = Plan::default();
        self.accept();
    }

    /// Ends every connection and refuses new ones, as a host where the service is down does.
    pub fn refuse(&self) {
        self.listener.close();
    }

    /// Accepts connections again after [`Proxy::refuse`].
    pub fn accept(&self) {
        let state = Arc::clone(&self.state);
        self.listener.open(move |number, stream| (state.serve)(&state, number, stream));
    }

    /// What was asked so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Logged> {
        self.state.log.entries()
    }

    /// How many rounds there were, all of whose requests have been answered.
    pub fn rounds(&self) -> usize {
        rounds(self.requests().iter().filter_map(Logged::span))
    }

    /// How many requests had this method and path.
    pub fn count(&self, method: &str, path: &str) -> usize {
        self.requests()
            .iter()
            .filter(|request| request.method == method && request.path == path)
            .count()
    }

    /// Forgets what was asked so far.
    pub fn forget(&self) {
        self.state.log.clear();
    }
}

impl State {
    /// How this request fares, after which delay.
    fn fate(&self, request: &Request) -> (Duration, Option<Fault>) {
        let mut plan = locked(&self.plan);
        let delay = plan.delay;
        if let Some(next) = plan.next.pop_front() {
            return (delay, next);
        }
        let choose = plan.choose.clone();
        // The closure may take its time, and other requests must not wait for it.
        drop(plan);
        (delay, choose.and_then(|choose| choose(request)))
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("upstream", &self.upstream).finish_non_exhaustive()
    }
}
