//! What a log says of a pool whose credential is refused.

use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::trace::{self, Pool};

use super::{Connector, Server, Store, Verdict, block_on, connect, connector};

/// The lines that were told.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.0.push_str(&format!(" {value:?}")),
            name => self.0.push_str(&format!(" {name}={value:?}")),
        }
    }
}

impl Subscriber for Heard {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn probe(connector: &Connector<String>, server: &Server) {
    let attempt = |attempt: super::Attempt| {
        let password = connector.options(&attempt.candidate);
        let is_known = server.0.lock().unwrap().contains(&password.as_str());
        async move { if is_known { Ok(()) } else { Err(()) } }
    };
    let _ = block_on(connector.probe(attempt, |()| Verdict::Denied));
}

#[test]
fn each_turn_is_told_once_and_no_password_is() {
    const REFUSED: &str = "WARN the server of a pool refuses the newest credential; connections \
        are made with the one before generation=2 with=1";
    const LOST: &str = "ERROR the server of a pool refuses the newest credential, and the sources \
        have no other: no new connection can be made generation=2";
    const ACCEPTED: &str = "INFO the server of a pool accepts the newest credential generation=2";
    let heard = Heard::default();
    let told = || std::mem::take(&mut *heard.0.lock().unwrap());
    tracing::subscriber::with_default(heard.clone(), || {
        // An event that a thread without a listener tells for the first time may not be heard any more.
        for what in [Pool::Stays { with: 0 }, Pool::Lost, Pool::Accepted] {
            trace::pool(0, what);
        }
        assert_eq!(told().len(), 3);
        let (store, server) = (Store::new(), Server::knows(&["first"]));
        let connector = connector(&store, 50);
        drop(connect(&connector, &server).unwrap());
        assert!(told().is_empty(), "the first that is accepted is no news");
        store.set("second", 0);
        store.reload();
        for _ in 0..3 {
            probe(&connector, &server);
            drop(connect(&connector, &server).unwrap());
        }
        assert_eq!(told(), [REFUSED]);
        server.0.lock().unwrap().clear();
        for _ in 0..3 {
            connect(&connector, &server).unwrap_err();
        }
        assert_eq!(told(), [LOST]);
        server.learns(&["second"]);
        for _ in 0..3 {
            probe(&connector, &server);
            drop(connect(&connector, &server).unwrap());
        }
        assert_eq!(told(), [ACCEPTED]);
    });
}
