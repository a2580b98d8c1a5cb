//! What rotation needs of Secrets Manager: versions in waiting, stages moved by comparison, and AWS's own rotation.

use std::time::SystemTime;

use super::Aws;
use super::secrets::text;
use super::store::{self, at_stage, describe, secret, time};
use super::target::CURRENT;
use crate::remote::body::Body;
use crate::store::{Done, Version};
use crate::value::{Node, Value};

/// The stage of a version that waits to become the current one.
const PENDING: &str = "AWSPENDING";

/// What AWS itself does to rotate a secret.
///
/// ```no_run
/// # use config_core::Aws;
/// let account = Aws::from_env()?;
/// let rotation = config_core::store::wait(account.rotation("prod/db"))?;
/// assert!(rotation.enabled);
/// # Ok::<(), config_core::Failure>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Rotation {
    /// Whether AWS rotates it.
    pub enabled: bool,
    /// The function that does it; none where AWS does it without one.
    pub function: Option<String>,
    /// When it is done.
    pub schedule: Option<Schedule>,
    /// When it was last done.
    pub last: Option<SystemTime>,
    /// When it is done next, at the latest.
    pub next: Option<SystemTime>,
    /// The version that waits to become the current one: a rotation that is under way, or has failed.
    pub pending: Option<String>,
}

/// When AWS rotates a secret.
///
/// ```
/// use config_core::AwsSchedule;
/// assert_ne!(AwsSchedule::days(30), AwsSchedule::expression("cron(0 4 1 * ? *)"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    days: Option<u16>,
    expression: Option<String>,
    window: Option<String>,
}

impl Schedule {
    /// Every so many days.
    ///
    /// ```
    /// let monthly = config_core::AwsSchedule::days(30);
    /// ```
    #[must_use]
    pub const fn days(count: u16) -> Self {
        Self { days: Some(count), expression: None, window: None }
    }

    /// By an expression of AWS: `rate(10 days)`, `cron(0 4 1 * ? *)`.
    ///
    /// ```
    /// let monthly = config_core::AwsSchedule::expression("cron(0 4 1 * ? *)");
    /// ```
    #[must_use]
    pub fn expression(expression: impl Into<String>) -> Self {
        Self { days: None, expression: Some(expression.into()), window: None }
    }

    /// How long it may take to begin, in whole hours: `3h`.
    ///
    /// ```
    /// let monthly = config_core::AwsSchedule::days(30).window("3h");
    /// ```
    #[must_use]
    pub fn window(mut self, hours: impl Into<String>) -> Self {
        self.window = Some(hours.into());
        self
    }

    fn body(&self) -> Body {
        let body = Body::new()
            .maybe("ScheduleExpression", self.expression.as_deref())
            .maybe("Duration", self.window.as_deref());
        match self.days {
            Some(days) => body.json("AutomaticallyAfterDays", &days.to_string()),
            None => body,
        }
    }

    fn read(rules: &Node) -> Self {
        let owned = |name: &str| Some(text(rules, name).to_owned()).filter(|text| !text.is_empty());
        Self {
            days: text(rules, "AutomaticallyAfterDays").parse().ok(),
            expression: owned("ScheduleExpression"),
            window: owned("Duration"),
        }
    }
}

impl Aws {
    /// Writes a version that waits to become the current one, under the identifier of the transaction that writes it (32
    /// to 64 characters). Made again with the same value it does nothing; with another one it is refused.
    ///
    /// ```no_run
    /// # use config_core::{Aws, Node};
    /// # let account = Aws::from_env()?;
    /// let transaction = "5f0c2f2e-7a3b-4c44-9c55-1f2f0d9b8a11";
    /// config_core::store::wait(account.stage("prod/db", transaction, &Node::text("next")))?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    #[must_use = "nothing is done before it is awaited"]
    pub fn stage<'a>(
        &'a self,
        name: &'a str,
        transaction: &'a str,
        value: &'a Node,
    ) -> Done<'a, Version> {
        let (name, transaction, value) = (name.to_owned(), transaction.to_owned(), value.clone());
        self.run(async move |account, until| {
            let id = secret(&name)?;
            store::put_value(&account, id, &transaction, &value, PENDING, until).await?;
            Ok(Version { stages: vec![PENDING.to_owned()], ..Version::new(transaction) })
        })
    }

    /// Makes a version the current one, if the expected one still is.
    ///
    /// ```no_run
    /// # use config_core::Aws;
    /// # let account = Aws::from_env()?;
    /// # let (next, current) = ("", "");
    /// config_core::store::wait(account.promote("prod/db", next, current))?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    ///
    /// The failure is a [`Conflict`](crate::FailureKind::Conflict) where another one is the current one.
    #[must_use = "nothing is done before it is awaited"]
    pub fn promote<'a>(&'a self, name: &'a str, to: &'a str, expected: &'a str) -> Done<'a, ()> {
        self.move_stage(name, CURRENT, Some(to), Some(expected))
    }

    /// Moves a stage to a version, from the one that is expected to have it; without a version to move to it is taken
    /// away.
    ///
    /// ```no_run
    /// # use config_core::Aws;
    /// # let account = Aws::from_env()?;
    /// # let candidate = "";
    /// config_core::store::wait(account.move_stage("prod/db", "AWSPENDING", None, Some(candidate)))?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    #[must_use = "nothing is done before it is awaited"]
    pub fn move_stage<'a>(
        &'a self,
        name: &'a str,
        stage: &'a str,
        to: Option<&'a str>,
        from: Option<&'a str>,
    ) -> Done<'a, ()> {
        let (name, stage) = (name.to_owned(), stage.to_owned());
        let (to, from) = (to.map(str::to_owned), from.map(str::to_owned));
        self.run(async move |account, until| {
            let id = secret(&name)?;
            let (to, from) = (to.as_deref(), from.as_deref());
            Ok(store::move_stage(&account, id, &stage, to, from, until).await?)
        })
    }

    /// Lets AWS rotate a secret by this schedule, beginning with it at once where that is wished. A function is needed
    /// where AWS does not manage the secret itself.
    ///
    /// ```no_run
    /// # use config_core::{Aws, AwsSchedule};
    /// # let account = Aws::from_env()?;
    /// let function = "arn:aws:lambda:eu-west-1:123456789012:function:rotate";
    /// let monthly = AwsSchedule::days(30);
    /// config_core::store::wait(account.enable_rotation("prod/db", &monthly, Some(function), false))?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    #[must_use = "nothing is done before it is awaited"]
    pub fn enable_rotation<'a>(
        &'a self,
        name: &'a str,
        schedule: &'a Schedule,
        function: Option<&'a str>,
        at_once: bool,
    ) -> Done<'a, ()> {
        let (name, schedule) = (name.to_owned(), schedule.clone());
        let function = function.map(str::to_owned);
        self.run(async move |account, until| {
            let id = secret(&name)?;
            let body = Body::new()
                .text("SecretId", id)
                .text("ClientRequestToken", &store::token())
                .maybe("RotationLambdaARN", function.as_deref())
                .object("RotationRules", schedule.body())
                .json("RotateImmediately", if at_once { "true" } else { "false" });
            store::call(&account, "RotateSecret", id, body, until).await?;
            Ok(())
        })
    }

    /// Lets AWS rotate a secret now, as it was set up.
    ///
    /// ```no_run
    /// # use config_core::Aws;
    /// # let account = Aws::from_env()?;
    /// config_core::store::wait(account.rotate_now("prod/db"))?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    #[must_use = "nothing is done before it is awaited"]
    pub fn rotate_now<'a>(&'a self, name: &'a str) -> Done<'a, ()> {
        let name = name.to_owned();
        self.run(async move |account, until| {
            let id = secret(&name)?;
            let body = Body::new().text("SecretId", id).text("ClientRequestToken", &store::token());
            store::call(&account, "RotateSecret", id, body, until).await?;
            Ok(())
        })
    }

    /// Lets AWS rotate a secret no more.
    ///
    /// ```no_run
    /// # use config_core::Aws;
    /// # let account = Aws::from_env()?;
    /// config_core::store::wait(account.disable_rotation("prod/db"))?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    #[must_use = "nothing is done before it is awaited"]
    pub fn disable_rotation<'a>(&'a self, name: &'a str) -> Done<'a, ()> {
        let name = name.to_owned();
        self.run(async move |account, until| {
            let id = secret(&name)?;
            let body = Body::new().text("SecretId", id);
            store::call(&account, "CancelRotateSecret", id, body, until).await?;
            Ok(())
        })
    }

    /// How AWS rotates a secret, and how that stands.
    ///
    /// ```no_run
    /// # use config_core::Aws;
    /// # let account = Aws::from_env()?;
    /// let rotation = config_core::store::wait(account.rotation("prod/db"))?;
    /// # Ok::<(), config_core::Failure>(())
    /// ```
    #[must_use = "nothing is done before it is awaited"]
    pub fn rotation<'a>(&'a self, name: &'a str) -> Done<'a, Rotation> {
        let name = name.to_owned();
        self.run(async move |account, until| {
            let described = describe(&account, secret(&name)?, until).await?;
            let at = |name: &str| described.entry(name).and_then(|node| time(&node.value));
            let enabled = described.entry("RotationEnabled").map(|node| &node.value);
            let function = text(&described, "RotationLambdaARN");
            let pending = at_stage(&described, PENDING);
            Ok(Rotation {
                enabled: matches!(enabled, Some(Value::Bool(true))),
                function: Some(function.to_owned()).filter(|function| !function.is_empty()),
                schedule: described.entry("RotationRules").map(Schedule::read),
                last: at("LastRotatedDate"),
                next: at("NextRotationDate"),
                // A stage that stays where the rotation has ended says nothing of one to come.
                pending: pending.filter(|id| at_stage(&described, CURRENT).as_ref() != Some(id)),
            })
        })
    }
}
