//! The audit: what leaves an entry, that it can't be changed unseen, who reads it.

mod accesses;
mod acts;
mod alerts;
mod anchors;
mod canaries;
mod chain;
mod entries;
mod page;
mod refusals;

use crate::support::City;

/// The entries of a verb, as one text each: outcome, object, reason, fields, detail.
async fn entries(city: &City, verb: &str) -> Vec<String> {
    city.value(&format!(
        "SELECT coalesce(array_agg(concat_ws('|', outcome, object, reason, fields, detail) ORDER BY nth), '{{}}')
         FROM audit WHERE verb = '{verb}'"
    ))
    .await
}

/// How many entries there are.
async fn count(city: &City) -> i64 {
    city.value("SELECT count(*) FROM audit").await
}
