//! What pools keep of a password in memory, and what is left of it: seen from outside, with and without the allocator that
//! wipes.
//!
//! What drivers of others leave is counted, and published in SECURITY.md.

use std::process::Command;
use std::time::Duration;

use config_tests_pools::memory::{Census, Copy, Paused, Region, canary, fingerprint};
use config_tests_servers::postgres::Cluster;

const SIZES: [usize; 2] = [40, 200];

/// How the memory of a process is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Memory {
    AsItIs,
    /// Nothing is given out twice, so that nothing is hidden by being written over.
    Kept,
    Wiped,
}

/// What becomes of a pool before it is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Open,
    /// It is open, and all connections are made with another password.
    Replaced,
    /// It was closed, and everything dropped.
    Dropped,
}

/// A driver, and how many copies there are at most.
struct Driver {
    name: &'static str,
    /// Alive as long as the pool is, the settings' own among them.
    alive: usize,
    /// Left of each connection that was made.
    of_each: usize,
    /// Left of each credential, when it was replaced or the pool is gone.
    of_all: usize,
}

const DRIVERS: [Driver; 2] = [
    Driver { name: "deadpool", alive: 1, of_each: 3, of_all: 1 },
    Driver { name: "sqlx", alive: 2, of_each: 0, of_all: 2 },
];

impl Driver {
    /// How many runs of bytes there are of the first password, whole ones and parts.
    fn count(&self, how: How, connections: usize, size: usize, memory: Memory) -> (usize, usize) {
        let place = tempfile::tempdir().unwrap();
        let [first, second] = [canary(size), canary(size)];
        let files = [("first", &first), ("second", &second)].map(|(name, password)| {
            let user = Cluster::shared().user(password);
            let file = place.path().join(format!("{name}.json"));
            let text = format!("{{\"user\": \"{user}\", \"password\": \"{password}\"}}");
            std::fs::write(&file, text).unwrap();
            file
        });
        let mut command = Command::new(env!("CARGO_BIN_EXE_memory-pools"));
        command.args([self.name, &format!("{how:?}"), &connections.to_string()]).args(files);
        command.env_clear().env("ADDRESS", Cluster::shared().address().to_string());
        match memory {
            Memory::AsItIs => {}
            Memory::Kept => drop(command.env("QUARANTINE", "")),
            Memory::Wiped => drop(command.env("WIPING", "")),
        }
        let paused = Paused::start(&mut command).unwrap();
        assert_eq!(paused.said, fingerprint(first.as_bytes()));
        let mut census = heap(&paused, &first);
        // The pool of a credential that was replaced is dropped a moment after its last connection was closed.
        for _ in 0..20 {
            if census.full() <= self.most(how, connections, memory) {
                break;
            }
            std::thread::sleep(Duration::from_millis(200));
            census = heap(&paused, &first);
        }
        (census.full(), census.partial())
    }

    fn most(&self, how: How, connections: usize, memory: Memory) -> usize {
        match (memory, how) {
            (Memory::Wiped, How::Open) => self.alive,
            (Memory::Wiped, How::Replaced | How::Dropped) => 0,
            (_, How::Open) => self.alive + self.of_each * connections + 1,
            (_, How::Replaced | How::Dropped) => self.of_each * connections + self.of_all,
        }
    }
}

/// What is on the heap. What is on the stack the compiler decides, and no allocator reaches it: a register's worth at most.
fn heap(paused: &Paused, text: &str) -> Census {
    let mut census = paused.census(text.as_bytes()).unwrap();
    let on_stack = |copy: &Copy| copy.region == Region::Stack;
    let spilled = census.copies.iter().filter(|copy| on_stack(copy));
    assert!(spilled.clone().all(|copy| copy.bytes <= 16), "{census:?}");
    census.copies.retain(|copy| !on_stack(copy));
    census
}

#[test]
fn the_wiping_allocator_leaves_of_a_password_what_is_in_use() {
    for driver in DRIVERS {
        for (how, size) in [How::Open, How::Replaced, How::Dropped]
            .into_iter()
            .flat_map(|how| SIZES.map(|size| (how, size)))
        {
            let found = driver.count(how, 4, size, Memory::Wiped);
            let most = driver.most(how, 4, Memory::Wiped);
            assert_eq!(found, (most, 0), "{} {how:?}, {size} bytes", driver.name);
        }
    }
}

#[test]
fn without_it_what_is_left_of_a_password_is_what_is_published() {
    for driver in DRIVERS {
        for how in [How::Open, How::Replaced, How::Dropped] {
            for (connections, size) in [(1, 40), (1, 200), (8, 40), (8, 200)] {
                let most = driver.most(how, connections, Memory::Kept);
                let kept = driver.count(how, connections, size, Memory::Kept);
                let as_it_is = driver.count(how, connections, size, Memory::AsItIs);
                println!(
                    "{} {how:?}, {connections} connections, {size} bytes: {kept:?} of {most}, reused {as_it_is:?}",
                    driver.name
                );
                assert_eq!(kept, (most, 0), "what is published is out of date");
                // Written over in part, one copy may show as several runs; whole ones are no more.
                assert!(as_it_is.0 <= most, "{as_it_is:?}, {most} at most");
            }
        }
    }
}
