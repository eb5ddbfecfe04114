//! Sets of answers that try a template: every value of every question that has few, and every two such values together
//! at least once. All combinations would be many more, and what breaks a template is rarely more than two answers at once.

use super::offer::{Offer, Origin};
use super::variable::{Given, Kind, Variable};
use super::{Answers, Asking, Error, Template};
use std::collections::BTreeSet;

/// The values of one question: each its text, as it would be typed.
type Values = Vec<Given>;

/// The sets of answers for a template. `text` stands where a question takes any text.
///
/// # Errors
/// Where a default is none of its own type.
pub fn matrix(template: &Template, text: &str) -> Result<Vec<Answers>, Error> {
    let variables = template.variables();
    let all: Vec<Values> = variables.iter().map(|variable| values(variable, text)).collect();
    let offers = |row: &[usize]| -> Vec<Offer> {
        let given = row.iter().zip(&all).map(|(index, values)| values.get(*index).cloned());
        let named = variables.iter().zip(given);
        named
            .filter_map(|(variable, given)| {
                Some(Offer { origin: Origin::Receipt, name: variable.name.clone(), given: given? })
            })
            .collect()
    };
    let counts: Vec<usize> = all.iter().map(Vec::len).collect();
    rows(&counts).iter().map(|row| Answers::gather(template, &offers(row), "sample", Asking::Never)).collect()
}

fn values(variable: &Variable, text: &str) -> Values {
    match &variable.kind {
        Kind::Bool => vec!["true".into(), "false".into()],
        Kind::Choice(choices) => choices.iter().map(|choice| choice.as_str().into()).collect(),
        Kind::MultiChoice(choices) => vec![Given::Items(choices.clone()), Given::Items(Vec::new())],
        Kind::List if variable.validate.is_none() => {
            vec![Given::Items(vec![text.to_owned()]), Given::Items(Vec::new())]
        }
        Kind::String if variable.validate.is_none() => vec![text.into()],
        Kind::CrateName => vec!["sample".into()],
        // A default that depends on earlier answers is the template's own to give.
        Kind::String | Kind::List | Kind::Int | Kind::Port if variable.default.is_some() => Vec::new(),
        Kind::Int => vec!["1".into()],
        Kind::Port => vec!["5000".into()],
        Kind::String | Kind::List => vec![text.into()],
    }
}

/// Rows of indices in which every two indices of different columns stand together at least once.
fn rows(counts: &[usize]) -> Vec<Vec<usize>> {
    let mut open: BTreeSet<((usize, usize), (usize, usize))> = BTreeSet::new();
    for (left, left_count) in counts.iter().enumerate() {
        for (right, right_count) in counts.iter().enumerate().skip(left + 1) {
            for one in 0..*left_count {
                open.extend((0..*right_count).map(|other| ((left, one), (right, other))));
            }
        }
    }
    let mut rows = Vec::new();
    while let Some(&((left, one), (right, other))) = open.first() {
        let mut row: Vec<Option<usize>> = vec![None; counts.len()];
        row[left] = Some(one);
        row[right] = Some(other);
        for column in 0..counts.len() {
            if row[column].is_some() {
                continue;
            }
            let gain = |value: usize| {
                let set = row.iter().enumerate().filter_map(|(at, index)| Some((at, (*index)?)));
                set.filter(|cell| open.contains(&((*cell).min((column, value)), (*cell).max((column, value))))).count()
            };
            // Of equals the first, so that the rows are the same each time.
            row[column] = (0..counts[column]).rev().max_by_key(|value| gain(*value));
        }
        let row: Vec<usize> = row.into_iter().map(Option::unwrap_or_default).collect();
        open.retain(|((left, one), (right, other))| row[*left] != *one || row[*right] != *other);
        rows.push(row);
    }
    if rows.is_empty() {
        let most = counts.iter().copied().max().unwrap_or(1).max(1);
        rows.extend((0..most).map(|index| counts.iter().map(|count| index.min(count.saturating_sub(1))).collect()));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn every_two_values_stand_together_in_few_rows() {
        let counts = [2, 2, 2, 4, 1];
        let rows = rows(&counts);
        assert!(rows.len() <= 9, "{} rows, and all combinations are 32", rows.len());
        for left in 0..counts.len() {
            for right in left + 1..counts.len() {
                for (one, other) in (0..counts[left]).flat_map(|one| (0..counts[right]).map(move |other| (one, other)))
                {
                    assert!(
                        rows.iter().any(|row| row[left] == one && row[right] == other),
                        "{left}={one} {right}={other}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_single_question_is_tried_with_each_of_its_values() {
        assert_eq!(rows(&[3]).len(), 3);
        assert_eq!(rows(&[]).len(), 1);
    }
}
