//! What `Live` knows of those who use a generation: whoever holds its settings, and the pools that follow them.

use crate::live::Live;
use crate::secrets::Secrets;

impl<T: Secrets + Send + Sync> Live<T> {
    /// The oldest generation that may still be in use: what none but older ones held may be revoked. The evidence that
    /// a rotation can end its grace on.
    ///
    /// In use is what somebody holds, be it a snapshot, a reader or a read that is under way; and in the pools of these
    /// settings every credential that a connection was made with, or may yet be made with until the server has accepted a
    /// newer one. A generation that changes nothing of a pool's credential is acknowledged by that pool at once.
    ///
    /// A thread that has read settings holds them until it reads again or ends: where threads are idle the evidence may
    /// never come, and the grace has to end by time. Evidence of the connections alone is what each pool's own
    /// `acknowledged()` gives.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// assert_eq!(live.acknowledged(), 1);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub fn acknowledged(&self) -> u64 {
        // Who asks reads again, and holds nothing older.
        drop(self.snapshot());
        // Pools first: they let go of what they need no longer.
        let pools = self.handle.core().pools.acknowledged();
        let held = self.cell.alive().into_iter();
        held.chain(pools).min().unwrap_or(1)
    }

    /// The generations whose credentials the pools use, the oldest first, and how many connections were made with each.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// assert!(live.in_use().is_empty());
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub fn in_use(&self) -> Vec<(u64, usize)> {
        self.handle.core().pools.in_use()
    }
}
