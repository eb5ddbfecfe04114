//! Durations as twelve.toml writes them: a whole number and a unit.

use super::Rule;

/// `250ms`, `30s`, `5m`, `2h` in milliseconds.
///
/// # Errors
/// Where the text is none.
pub fn milliseconds(text: &str) -> Result<u64, Rule> {
    let digits = text.len() - text.trim_start_matches(|one: char| one.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "ms" => Some(1),
        "s" => Some(1000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor)).ok_or_else(|| {
        Rule::with_hint(format!("`{}` is no duration", text.escape_debug()), "write `30s`, `500ms`, `2m` or `1h`")
    })
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        assert_eq!(milliseconds("30s"), Ok(30_000));
        assert_eq!(milliseconds("250ms"), Ok(250));
        assert_eq!(milliseconds("2m"), Ok(120_000));
        for bad in ["", "30", "s", "-1s", "1.5s", "30 s", "99999999999999999999s", "18446744073709551615h"] {
            assert!(milliseconds(bad).is_err(), "{bad}");
        }
    }
}
