//! Ports for servers that have to be told one before they start.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

/// Adjacent free TCP ports. The UDP ports of the same numbers are held for as long as this lives: that keeps every other
/// test process from taking them between the choice and the server's start.
#[derive(Debug)]
pub(crate) struct Ports {
    first: u16,
    _claims: Vec<UdpSocket>,
}

impl Ports {
    /// `count` ports in a row, below those that the system gives to outgoing connections.
    pub(crate) fn claim(count: u16) -> Self {
        const LOW: u16 = 20_000;
        const SPAN: u16 = 12_000;
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let start = std::process::id().wrapping_mul(37) % u32::from(SPAN);
        for _ in 0..SPAN / 4 {
            let step = NEXT.fetch_add(4, Ordering::Relaxed);
            let offset = (start + u32::from(step)) % u32::from(SPAN - count);
            let first = LOW + u16::try_from(offset).expect("an offset is below the span");
            if let Some(_claims) = (first..first + count).map(claimed).collect::<Option<Vec<_>>>() {
                return Self { first, _claims };
            }
        }
        panic!("no {count} free ports in a row from {LOW} to {}", LOW + SPAN);
    }

    pub(crate) fn first(&self) -> u16 {
        self.first
    }

    pub(crate) fn address(&self, index: u16) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.first + index).into()
    }
}

fn claimed(port: u16) -> Option<UdpSocket> {
    let claim = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
    Some(claim)
}

#[cfg(test)]
mod tests {
    use super::Ports;

    #[test]
    fn no_two_claims_share_a_port() {
        let claims: Vec<Ports> = (0..20).map(|_| Ports::claim(2)).collect();
        let mut ports: Vec<u16> =
            claims.iter().flat_map(|ports| [ports.first(), ports.first() + 1]).collect();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 40);
    }
}
