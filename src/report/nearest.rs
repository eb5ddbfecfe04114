//! The known word that a mistyped one most likely means.

/// The nearest of the known words, where one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A third of the letters may differ: more than that is another word.
    let most = (word.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        assert_eq!(nearest("prot", ["command", "port"]), Some("port"));
        assert_eq!(nearest("DATABSE_URL", ["DATABASE_URL", "PORT"]), Some("DATABASE_URL"));
        assert_eq!(nearest("kitchen", ["command", "port"]), None);
    }
}
