//! When an admin process runs: five cron fields (minute, hour, day of month, month, day of week), as crontab(5) has
//! them, in UTC, so that it is the same moment on every engine. What crons read differently, and what none of the engines
//! can be told, is refused.

use super::Rule;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Minutes of the hour, 0 to 59.
    pub minutes: BTreeSet<u8>,
    /// Hours of the day, 0 to 23.
    pub hours: BTreeSet<u8>,
    /// On which days.
    pub days: Days,
    /// Months, 1 to 12.
    pub months: BTreeSet<u8>,
}

/// On which days of its months a schedule is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Days {
    /// Every day.
    All,
    /// Days of the month, 1 to 31.
    OfMonth(BTreeSet<u8>),
    /// Days of the week, 0 (Sunday) to 6.
    OfWeek(BTreeSet<u8>),
    /// Those of the month, and those of the week besides.
    Either(BTreeSet<u8>, BTreeSet<u8>),
}

/// A field of a schedule: what it is called, its values, and names for them from the first on.
struct Kind {
    what: &'static str,
    range: RangeInclusive<u8>,
    names: &'static [&'static str],
}

const MINUTE: Kind = Kind { what: "minute", range: 0..=59, names: &[] };
const HOUR: Kind = Kind { what: "hour", range: 0..=23, names: &[] };
const DAY: Kind = Kind { what: "day of the month", range: 1..=31, names: &[] };
const MONTH: Kind = Kind {
    what: "month",
    range: 1..=12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAY: Kind =
    Kind { what: "day of the week", range: 0..=6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

/// The most days that each month has, January first.
const LONGEST: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl FromStr for Schedule {
    type Err = Rule;

    fn from_str(text: &str) -> Result<Self, Rule> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            let rule = format!("a schedule has five cron fields, not {}", fields.len());
            return Err(Rule::with_hint(
                rule,
                "write `0 3 * * *`: minute, hour, day of the month, month, day of the week",
            ));
        };
        let months = MONTH.values(month)?;
        let schedule =
            Self { minutes: MINUTE.values(minute)?, hours: HOUR.values(hour)?, days: days(day, weekday)?, months };
        match &schedule.days {
            Days::OfMonth(days) if !schedule.has_one_of(days) => {
                Err(Rule::new(format!("`{}` is never due: no such month has such a day", text.escape_debug())))
            }
            _ => Ok(schedule),
        }
    }
}

impl Schedule {
    fn has_one_of(&self, days: &BTreeSet<u8>) -> bool {
        let longest = self.months.iter().filter_map(|month| LONGEST.get(usize::from(*month) - 1)).max();
        days.first().zip(longest).is_some_and(|(first, longest)| first <= longest)
    }
}

/// A day is due where both fields admit it; where both say something, where one of them does (crontab(5)).
fn days(day: &str, weekday: &str) -> Result<Days, Rule> {
    let of_month = DAY.values(day)?;
    // That Sunday is also 7 is known to some crons only, and Kubernetes' is none of them.
    let of_week = WEEKDAY.values(weekday)?;
    let stepped = |field: &str| field.starts_with('*') && field != "*";
    Ok(match (day, weekday) {
        ("*", "*") => Days::All,
        (_, "*") => Days::OfMonth(of_month),
        ("*", _) => Days::OfWeek(of_week),
        _ if stepped(day) || stepped(weekday) => {
            return Err(Rule::with_hint(
                format!("`{day}` beside `{weekday}`: some crons want both days, others one of them"),
                "write the days out, such as `1-31/2`, which means one of them; or leave one field `*`",
            ));
        }
        _ => Days::Either(of_month, of_week),
    })
}

impl Kind {
    /// The values of a field: `*`, `5`, `mon`, `1-5`, `*/15`, `10-50/20`, and lists of these.
    fn values(&self, field: &str) -> Result<BTreeSet<u8>, Rule> {
        field.split(',').map(|part| self.part(part)).collect::<Option<Vec<_>>>().map(|parts| parts.concat().into_iter().collect()).ok_or_else(|| {
            let (first, last) = (self.range.start(), self.range.end());
            Rule::with_hint(
                format!("`{}` is no {} of a schedule", field.escape_debug(), self.what),
                format!("write `*`, a number from {first} to {last}, a range such as `{first}-{last}`, a step such as `*/2`, or a list of these"),
            )
        })
    }

    fn part(&self, part: &str) -> Option<Vec<u8>> {
        let (values, step) = match part.split_once('/') {
            Some((values, step)) => (values, Some(number(step).filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let (first, last) = match values.split_once('-') {
            _ if values == "*" => (*self.range.start(), *self.range.end()),
            Some((first, last)) => (self.value(first)?, self.value(last)?),
            // A number with a step is a range up to the end for some crons, and an error for others.
            None if step.is_some() => return None,
            None => (self.value(values)?, self.value(values)?),
        };
        (first <= last).then(|| (first..=last).step_by(usize::from(step.unwrap_or(1))).collect())
    }

    fn value(&self, word: &str) -> Option<u8> {
        let named = self.names.iter().position(|name| word.eq_ignore_ascii_case(name));
        let value = match named {
            Some(index) => self.range.start() + u8::try_from(index).ok()?,
            None => number(word)?,
        };
        self.range.contains(&value).then_some(value)
    }
}

fn number(text: &str) -> Option<u8> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::{Days, Schedule};
    use std::collections::BTreeSet;

    fn schedule(text: &str) -> Schedule {
        text.parse().expect(text)
    }

    fn set(values: impl IntoIterator<Item = u8>) -> BTreeSet<u8> {
        values.into_iter().collect()
    }

    #[test]
    fn fields_are_numbers_names_ranges_steps_and_lists() {
        let nightly = schedule("0 3 * * *");
        assert_eq!((nightly.minutes, nightly.hours, nightly.days), (set([0]), set([3]), Days::All));
        let odd = schedule("*/20,5 8-18/5 * JAN-mar,12 Mon-FRI,0");
        assert_eq!((odd.minutes, odd.hours), (set([0, 5, 20, 40]), set([8, 13, 18])));
        assert_eq!((odd.months, odd.days), (set([1, 2, 3, 12]), Days::OfWeek(set([0, 1, 2, 3, 4, 5]))));
        assert_eq!(schedule("0 0 1,15 * *").days, Days::OfMonth(set([1, 15])));
        assert_eq!(schedule("0 0 13 * 5").days, Days::Either(set([13]), set([5])));
        assert_eq!(schedule("0 0 * * */2").days, Days::OfWeek(set([0, 2, 4, 6])));
        assert_eq!(schedule("0 0 29 2 *").days, Days::OfMonth(set([29])));
    }

    #[test]
    fn what_no_engine_could_be_told_alike_is_refused() {
        for (bad, rule) in [
            ("0 3 * *", "a schedule has five cron fields, not 4"),
            ("@daily", "a schedule has five cron fields, not 1"),
            ("60 3 * * *", "`60` is no minute of a schedule"),
            ("5/15 3 * * *", "`5/15` is no minute of a schedule"),
            ("*/0 3 * * *", "`*/0` is no minute of a schedule"),
            ("+1 3 * * *", "`+1` is no minute of a schedule"),
            (", 3 * * *", "`,` is no minute of a schedule"),
            ("0 22-2 * * *", "`22-2` is no hour of a schedule"),
            ("0 3 L * *", "`L` is no day of the month of a schedule"),
            ("0 3 0 * *", "`0` is no day of the month of a schedule"),
            ("0 3 * 13 *", "`13` is no month of a schedule"),
            ("0 3 * * 7", "`7` is no day of the week of a schedule"),
            ("0 3 * * 1#2", "`1#2` is no day of the week of a schedule"),
            ("0 3 ? * *", "`?` is no day of the month of a schedule"),
            ("0 3 */2 * 1", "`*/2` beside `1`: some crons want both days, others one of them"),
            ("0 3 30 2 *", "`0 3 30 2 *` is never due: no such month has such a day"),
        ] {
            assert_eq!(bad.parse::<Schedule>().expect_err(bad).rule, rule);
        }
    }
}
