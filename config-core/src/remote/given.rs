//! When a store gave an answer, and how old that is by now.

use std::time::Duration;
#[cfg(feature = "age")]
use std::time::SystemTime;

use crate::clock::Moment;

/// When an answer was given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given {
    /// When it came here, from the store or from the file.
    came: Moment,
    /// The same for the file. The machine's clock may be set, and so says how old an answer is only where no other does.
    #[cfg(feature = "age")]
    wall: SystemTime,
    #[cfg(feature = "age")]
    from_file: bool,
}

impl Given {
    /// By the store, just now.
    pub(super) fn now() -> Self {
        Self {
            came: Moment::now(),
            #[cfg(feature = "age")]
            wall: SystemTime::now(),
            #[cfg(feature = "age")]
            from_file: false,
        }
    }

    /// Then, to a process that wrote it down.
    #[cfg(feature = "age")]
    pub(super) fn written_down(wall: SystemTime) -> Self {
        Self { came: Moment::now(), wall, from_file: true }
    }

    /// When it came here.
    pub(super) const fn came(&self) -> Moment {
        self.came
    }

    /// When it was given, by the machine's clock.
    #[cfg(feature = "age")]
    pub(super) const fn wall(&self) -> SystemTime {
        self.wall
    }

    /// How old it is, if it may be so old.
    ///
    /// # Errors
    /// Why it may not be taken, in words.
    pub(super) fn age(&self, oldest: Duration) -> Result<Duration, String> {
        let here = Moment::now().saturating_duration_since(self.came);
        #[cfg(feature = "age")]
        let here = match self.from_file {
            false => here,
            true => match self.wall.elapsed() {
                Ok(age) => age.max(here),
                Err(_) => {
                    return Err(
                        "the kept answer is of a time to come: a clock went back".to_owned()
                    );
                }
            },
        };
        if here <= oldest {
            return Ok(here);
        }
        let (age, oldest) = (in_words(here), in_words(oldest));
        Err(format!("the kept answer is {age} old, and {oldest} is allowed"))
    }
}

/// A time as one would write it: `1h 30m`.
fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds == 0 {
        return format!("{}ms", time.as_millis());
    }
    let units = [
        (seconds / 86_400, "d"),
        (seconds / 3600 % 24, "h"),
        (seconds / 60 % 60, "m"),
        (seconds % 60, "s"),
    ];
    let told = units.iter().filter(|(count, _)| *count > 0);
    told.map(|(count, unit)| format!("{count}{unit}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{Given, in_words};
    use crate::clock::tests::after_sleeping;
    use std::time::Duration;
    #[cfg(feature = "age")]
    use std::time::SystemTime;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn an_answer_that_is_too_old_is_told_with_its_age_and_what_is_allowed() {
        let given = Given::now();
        assert!(after_sleeping(3 * HOUR, || given.age(4 * HOUR)).is_ok());
        let why = after_sleeping(3 * HOUR, || given.age(HOUR * 3 / 2)).unwrap_err();
        assert!(why.starts_with("the kept answer is 3h"), "{why}");
        assert!(why.ends_with(" old, and 1h 30m is allowed"), "{why}");
    }

    #[cfg(feature = "age")]
    #[test]
    fn a_machine_clock_that_is_set_makes_nothing_of_this_process_older_or_younger() {
        for wall in [SystemTime::now() - HOUR, SystemTime::now() + HOUR] {
            let given = Given { wall, ..Given::now() };
            assert!(given.age(HOUR / 60).is_ok());
            assert!(after_sleeping(HOUR, || given.age(HOUR / 60)).is_err());
        }
    }

    #[cfg(feature = "age")]
    #[test]
    fn what_was_written_down_is_as_old_as_the_machine_clock_says_and_at_least_as_it_has_been_here()
    {
        let hour = Given::written_down(SystemTime::now() - HOUR).age(2 * HOUR).unwrap();
        assert!(hour >= HOUR && hour < HOUR + HOUR / 60);
        let set_back = Given::written_down(SystemTime::now());
        assert!(after_sleeping(HOUR, || set_back.age(2 * HOUR)).unwrap() >= HOUR);
        let why = Given::written_down(SystemTime::now() + HOUR).age(Duration::MAX).unwrap_err();
        assert_eq!(why, "the kept answer is of a time to come: a clock went back");
    }

    #[test]
    fn a_time_is_told_in_the_units_that_it_has() {
        let told = |seconds| in_words(Duration::from_secs(seconds));
        assert_eq!(
            [told(1), told(60), told(5400), told(90_061)],
            ["1s", "1m", "1h 30m", "1d 1h 1m 1s"]
        );
        assert_eq!(in_words(Duration::from_millis(100)), "100ms");
    }
}
