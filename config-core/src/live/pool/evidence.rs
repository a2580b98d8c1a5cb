//! What `Live` knows of the pools that follow it.

use crate::live::Live;
use crate::secrets::Secrets;

impl<T: Secrets + Send + Sync> Live<T> {
    /// The newest generation such that in no pool of these settings a connection made with an older credential is left,
    /// and none will be made: the server has accepted the newer one. What an older generation held may be revoked.
    ///
    /// A generation that changes nothing of a pool's credential is acknowledged by it at once. Without a pool it is the
    /// current one: see [`Health::live_generations`](crate::Health) for who else holds an older one.
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
        let current = self.cell.number();
        self.handle.core().pools.acknowledged().unwrap_or(current)
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
