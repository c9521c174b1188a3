//! Lists that go on on a further page.

/// Cuts the line that only tells that there are more; the last one shown, if there are.
pub fn rest<T>(lines: &mut Vec<T>, page: i64) -> Option<&T> {
    let page = usize::try_from(page).unwrap_or(usize::MAX);
    (lines.len() > page).then(|| lines.truncate(page))?;
    lines.last()
}
