//! What a test sees of the thread of the network.

/// How many tasks there are on it, those included that wait on a connection that is kept open; none where no source over a
/// network is open.
#[must_use]
pub fn tasks() -> Option<usize> {
    crate::remote::runtime::tasks()
}
