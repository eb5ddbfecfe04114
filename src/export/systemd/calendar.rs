//! A schedule as systemd writes times (systemd.time(7), Calendar Events).

use crate::app::{Days, Schedule};
use std::collections::BTreeSet;

/// The days of the week in systemd's order, each with cron's number.
const WEEK: [(&str, u8); 7] = [("Mon", 1), ("Tue", 2), ("Wed", 3), ("Thu", 4), ("Fri", 5), ("Sat", 6), ("Sun", 0)];

/// The calendar events that are due when the schedule is. Days of the month *or* of the week are two of them, since
/// in one both would have to fit.
pub(super) fn events(schedule: &Schedule) -> Vec<String> {
    let months = field(&schedule.months, 1, 12);
    let time = format!("{}:{}:00 UTC", field(&schedule.hours, 0, 23), field(&schedule.minutes, 0, 59));
    let of_month = |days: &BTreeSet<u8>| format!("*-{months}-{} {time}", field(days, 1, 31));
    let of_week = |days: &BTreeSet<u8>| format!("{}*-{months}-* {time}", weekdays(days));
    match &schedule.days {
        Days::All => vec![format!("*-{months}-* {time}")],
        Days::OfMonth(days) => vec![of_month(days)],
        Days::OfWeek(days) => vec![of_week(days)],
        Days::Either(month, week) => vec![of_month(month), of_week(week)],
    }
}

/// The values of a field: `*`, `00/15`, `08..18`, `01,15`.
fn field(values: &BTreeSet<u8>, first: u8, last: u8) -> String {
    let all: Vec<u8> = values.iter().copied().collect();
    let step = all.get(1).zip(all.first()).map_or(0, |(second, first)| second - first);
    let even = all.len() > 2 && all.windows(2).all(|pair| pair[1] - pair[0] == step);
    match (all.first(), all.last()) {
        (Some(lowest), Some(highest)) if even && step == 1 && (*lowest, *highest) == (first, last) => "*".to_owned(),
        (Some(lowest), Some(highest)) if even && step == 1 => format!("{lowest:02}..{highest:02}"),
        // A step goes on to the end of the field.
        (Some(lowest), Some(highest)) if even && highest + step > last => format!("{lowest:02}/{step}"),
        _ => all.iter().map(|value| format!("{value:02}")).collect::<Vec<_>>().join(","),
    }
}

/// The days of the week, with a space behind; nothing where all are meant.
fn weekdays(days: &BTreeSet<u8>) -> String {
    let named: Vec<&str> = WEEK.iter().filter(|(_, number)| days.contains(number)).map(|(name, _)| *name).collect();
    if named.len() == WEEK.len() { String::new() } else { named.join(",") + " " }
}

#[cfg(test)]
mod tests {
    use super::events;

    fn of(cron: &str) -> Vec<String> {
        events(&cron.parse().expect(cron))
    }

    #[test]
    fn a_schedule_is_said_in_systemds_words() {
        assert_eq!(of("0 3 * * *"), ["*-*-* 03:00:00 UTC"]);
        assert_eq!(of("*/15 8-18 * * mon-fri"), ["Mon,Tue,Wed,Thu,Fri *-*-* 08..18:00/15:00 UTC"]);
        assert_eq!(of("7-59/10 */5 1-31/2 1,7 *"), ["*-01,07-01/2 00/5:07/10:00 UTC"]);
        assert_eq!(of("10-40/10 * * * 0-6"), ["*-*-* *:10,20,30,40:00 UTC"]);
        assert_eq!(of("0 0 13 * 5,0"), ["*-*-13 00:00:00 UTC", "Fri,Sun *-*-* 00:00:00 UTC"]);
    }
}
