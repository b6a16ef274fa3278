//! Days as programs write them, from what authors wrote.

/// A day of the calendar as `YYYY-MM-DD`, from `2019/03/01`, `2019-03-01` or `2019/3/1`.
pub(super) fn day(written: &str) -> Option<String> {
    let mut parts = written.trim().split(['/', '-']);
    let mut number = |digits: std::ops::RangeInclusive<usize>| -> Option<u32> {
        let part = parts.next()?;
        let fits = digits.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| part.parse().ok()).flatten()
    };
    let (year, month, day) = (number(4..=4)?, number(1..=2)?, number(1..=2)?);
    let there = parts.next().is_none() && year > 0 && (1..=days(year, month)).contains(&day);
    there.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// How many days a month has; none if there is no such month.
fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn only_days_there_are_count() {
        assert_eq!(day(" 2019/3/01 ").as_deref(), Some("2019-03-01"));
        assert_eq!(day("2024-02-29").as_deref(), Some("2024-02-29"));
        for written in
            ["", "2019", "2019/03", "2019/13/01", "2023-02-29", "1900-02-29", "19/03/01", "2019/03/01/1", "2019-+1-01"]
        {
            assert_eq!(day(written), None, "{written}");
        }
    }
}
