//! What the tests of sources over a network share.
