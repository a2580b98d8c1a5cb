//! What a source would ask, cost and need.

/// What a source would ask, without asking it: for [`Loader::plan`](crate::Loader::plan).
///
/// ```
/// let plan = config_core::SourcePlan::default().reads("GET /v1/secret/data/app");
/// assert_eq!(plan.calls(), ["GET /v1/secret/data/app"]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourcePlan {
    pub(crate) calls: Vec<String>,
    pub(crate) round_trips: usize,
    pub(crate) nano_dollars: u64,
    pub(crate) policy: Option<Policy>,
    pub(crate) warnings: Vec<String>,
}

/// The least that a load has to be allowed to do at a backend, in the backend's own language.
///
/// ```
/// let policy = config_core::Policy::new("hcl", "path \"secret/data/app\" {\n  capabilities = [\"read\"]\n}");
/// assert_eq!(policy.language(), "hcl");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    language: &'static str,
    text: String,
}

impl SourcePlan {
    /// Adds one call, in words for a person: `GET /v1/secret/data/app`.
    ///
    /// ```
    /// assert_eq!(config_core::SourcePlan::default().reads("the file app.json").calls().len(), 1);
    /// ```
    #[must_use]
    pub fn reads(mut self, call: impl Into<String>) -> Self {
        self.calls.push(call.into());
        self
    }

    /// How often the load waits for this source one answer after the other; a login before the reads makes two.
    ///
    /// ```
    /// let plan = config_core::SourcePlan::default().reads("GET /a").round_trips(2);
    /// assert_eq!(plan.waits(), 2);
    /// ```
    #[must_use]
    pub const fn round_trips(mut self, count: usize) -> Self {
        self.round_trips = count;
        self
    }

    /// What one load costs at this backend, in billionths of a US dollar.
    ///
    /// ```
    /// // 0.05 dollars for 10,000 calls are 5,000 billionths for one.
    /// assert_eq!(config_core::SourcePlan::default().costs(5_000).price(), 5_000);
    /// ```
    #[must_use]
    pub const fn costs(mut self, nano_dollars: u64) -> Self {
        self.nano_dollars = nano_dollars;
        self
    }

    /// The least that the load has to be allowed to do.
    ///
    /// ```
    /// use config_core::{Policy, SourcePlan};
    /// let plan = SourcePlan::default().needs(Policy::new("json", "{}"));
    /// assert_eq!(plan.policy().unwrap().text(), "{}");
    /// ```
    #[must_use]
    pub fn needs(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Adds something that is not as it should be about asking so.
    ///
    /// ```
    /// let plan = config_core::SourcePlan::default().warns("the address is http://");
    /// assert_eq!(plan.warnings(), ["the address is http://"]);
    /// ```
    #[must_use]
    pub fn warns(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// The calls, a line each.
    #[must_use]
    pub fn calls(&self) -> &[String] {
        &self.calls
    }

    /// How often the load waits, one answer after the other.
    #[must_use]
    pub const fn waits(&self) -> usize {
        self.round_trips
    }

    /// What one load costs, in billionths of a US dollar.
    #[must_use]
    pub const fn price(&self) -> u64 {
        self.nano_dollars
    }

    /// What is not as it should be about asking so, a line each.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The least that the load has to be allowed to do.
    #[must_use]
    pub const fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
    }
}

impl FromIterator<String> for SourcePlan {
    fn from_iter<I: IntoIterator<Item = String>>(calls: I) -> Self {
        Self { calls: calls.into_iter().collect(), ..Self::default() }
    }
}

impl Policy {
    /// A policy in a language: `hcl`, `json`, or `text` for a role by its name.
    #[must_use]
    pub fn new(language: &'static str, text: impl Into<String>) -> Self {
        Self { language, text: text.into() }
    }

    /// The language: `hcl`, `json`, `text`.
    #[must_use]
    pub const fn language(&self) -> &'static str {
        self.language
    }

    /// The policy.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}
