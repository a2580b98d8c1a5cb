//! The allocator that wipes what is freed.

/// A global allocator that overwrites every block with zeros when it is freed or outgrown, whoever allocated it.
///
/// This crate wipes its own buffers anyway. What this adds are the copies that other libraries make: HTTP and TLS
/// clients, the SDKs of clouds, async runtimes. It costs a write over every block that is freed, and a block that grows
/// is always moved. What lies on a stack, and what C code allocates, it does not reach.
///
/// ```
/// use std::alloc::System;
///
/// #[global_allocator]
/// static ALLOCATOR: config_core::WipingAllocator<System> = config_core::WipingAllocator(System);
/// # fn main() {}
/// ```
pub use zeroizing_alloc::ZeroAlloc as WipingAllocator;
