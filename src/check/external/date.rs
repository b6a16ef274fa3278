//! Days of the calendar, and the times HTTP writes.

const SECONDS_A_DAY: u64 = 86_400;

/// The day that begins `days` after 1 January 1970, as `YYYY-MM-DD`.
///
/// The calendar repeats every 400 years; years are counted from March, so that the day that may be
/// missing is the last.
pub fn day(days: u64) -> String {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{date:02}")
}

/// How many days after 1 January 1970 the day `YYYY-MM-DD` is; none where it is no day since then.
pub(super) fn days(text: &str) -> Option<u64> {
    let mut parts =
        text.split('-').map(|part| part.bytes().all(|c| c.is_ascii_digit()).then(|| part.parse::<u64>().ok())?);
    let (year, month, date) = (parts.next()??, parts.next()??, parts.next()??);
    let found = since_1970(year, month, date)?;
    (parts.next().is_none() && day(found) == text).then_some(found)
}

fn since_1970(year: u64, month: u64, date: u64) -> Option<u64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&date) {
        return None;
    }
    let year = year - u64::from(month <= 2);
    let (era, year_of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + date - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    (era * 146_097 + of_era).checked_sub(719_468)
}

/// The seconds from one time to a later one, both as HTTP writes them today (RFC 9110, 5.6.7,
/// `IMF-fixdate`).
pub fn seconds_between(from: &str, to: &str) -> Option<u64> {
    Some(seconds(to)?.saturating_sub(seconds(from)?))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn seconds(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, rest) = text.trim().strip_suffix(" GMT")?.split_once(", ")?;
    let mut words = rest.split(' ');
    let date = words.next()?.parse().ok()?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? as u64 + 1;
    let year = words.next()?.parse().ok()?;
    let clock: Vec<u64> = words.next()?.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [hours, minutes, seconds] = clock[..] else { return None };
    let within = hours < 24 && minutes < 60 && seconds <= 60 && words.next().is_none();
    let days = since_1970(year, month, date)?;
    within.then_some(days * SECONDS_A_DAY + hours * 3_600 + minutes * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (number, text) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (19_782, "2024-02-29"),
            (20_787, "2026-11-30"),
        ] {
            assert_eq!((day(number), days(text)), (text.to_owned(), Some(number)));
        }
        for number in 0..60_000 {
            assert_eq!(days(&day(number)), Some(number));
        }
        for text in ["", "2026", "2026-13-01", "2026-02-29", "2026-2-1", "1969-12-31", "2026-01-01-", "+026-01-01"] {
            assert_eq!(days(text), None, "{text}");
        }
    }

    #[test]
    fn times_of_http_are_compared() {
        let now = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(seconds_between(now, "Sun, 06 Nov 1994 08:50:00 GMT"), Some(23));
        assert_eq!(seconds_between(now, "Mon, 07 Nov 1994 08:49:37 GMT"), Some(86_400));
        assert_eq!(seconds_between(now, "Sat, 05 Nov 1994 08:49:37 GMT"), Some(0));
        for wrong in ["", "120", "Sun, 06 Nov 1994 25:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "a, b c d e GMT"] {
            assert_eq!(seconds_between(now, wrong), None, "{wrong}");
        }
    }
}
