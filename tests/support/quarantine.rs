//! An allocator that can be told to give nothing back, or to wipe what it gives back.
//!
//! What is freed unwiped is often written over at once, by whoever is given the block next, and so goes unseen. Where
//! nothing is given out a second time, every buffer that was freed or outgrown without a wipe stays to be found.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};

use config_core::WipingAllocator;

/// The system's allocator, until [`begin`](Self::begin) or [`wipe`](Self::wipe).
#[derive(Debug, Default)]
pub struct Quarantine {
    has_begun: AtomicBool,
    wipes: AtomicBool,
}

impl Quarantine {
    /// An allocator that works like the system's.
    #[must_use]
    pub const fn new() -> Self {
        Self { has_begun: AtomicBool::new(false), wipes: AtomicBool::new(false) }
    }

    /// From now on no block is freed, or grown where it is.
    pub fn begin(&self) {
        self.has_begun.store(true, Ordering::Relaxed);
    }

    /// From now on it is the allocator of the feature `wipe-alloc`.
    pub fn wipe(&self) {
        self.wipes.store(true, Ordering::Relaxed);
    }
}

// SAFETY: every block comes from the system's allocator and goes back to it with the layout it was asked for with, or
// never. The default `realloc` is made of the two methods here.
unsafe impl GlobalAlloc for Quarantine {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.wipes.load(Ordering::Relaxed) {
            // SAFETY: as the caller promises, and that one too has its blocks from the system's allocator.
            return unsafe { WipingAllocator(System).dealloc(block, layout) };
        }
        if !self.has_begun.load(Ordering::Relaxed) {
            // SAFETY: as the caller promises.
            unsafe { System.dealloc(block, layout) }
        }
    }
}
