//! What the pages of handling share: who may act, the case they act on, how a form comes back.

use super::extract::Upload;
use super::form::{Choice, Problems};
use super::routes::Who;
use super::{AppError, AppResult};
use crate::domain::document::{DocumentKind, Filed, Filing};
use crate::domain::staff::{Colleague, Role};
use crate::store::petition_cases::Opened;
use crate::store::{self, StoreResult, Tx};

/// Those who handle a case at its unit.
pub const UNIT: Who = Who::Staff(&[Role::Handler, Role::Leader]);

/// Those who read what is on file of a case; the registration desk keeps to the basic facts.
pub const INSIDERS: Who = Who::Staff(&[
    Role::Handler,
    Role::Leader,
    Role::President,
    Role::Bureau,
    Role::BureauHead,
    Role::LeadingGroup,
    Role::EnforcementOffice,
    Role::Reviewer,
]);

/// The field that files are chosen in.
pub const FILES: &str = "files";

/// The case, if it is open in full to the one who asks.
pub async fn opened(tx: &mut Tx, number: &str) -> AppResult<Opened> {
    store::petition_cases::open(tx, number).await?.ok_or(AppError::NotFound)
}

/// What a form says when someone decided on the case while it was being written; nothing of it is
/// lost.
pub const CHANGED: &str =
    "您打开这一页之后，有人先保存了新的内容。您填写的内容没有丢失，请核对后再提交。";

/// Refusals of a rule, each beside its field.
pub fn at_fields<R: std::fmt::Display>(
    mut problems: Problems,
    refusals: &[R],
    field: impl Fn(&R) -> &'static str,
) -> Problems {
    for refusal in refusals {
        problems.add(field(refusal), refusal.to_string());
    }
    problems
}

/// The files of a form that can be filed; what is wrong with the others is noted.
pub fn filed<'a>(
    kind: DocumentKind,
    uploads: &'a [Upload],
    problems: &mut Problems,
) -> Vec<Filed<'a>> {
    let mut filed = Vec::new();
    for upload in uploads.iter().filter(|upload| upload.field == FILES) {
        match upload.file(kind) {
            Ok(document) => filed.push(document),
            Err(refusal) => problems.add(FILES, format!("{}：{refusal}", upload.name)),
        }
    }
    filed
}

/// Files documents with the record that they came with.
pub async fn record_files(
    tx: &mut Tx,
    opened: &Opened,
    files: &[Filed<'_>],
    filing: &Filing,
) -> StoreResult<()> {
    for file in files {
        store::documents::add(tx, opened, file, filing).await?;
    }
    Ok(())
}

/// Colleagues to choose from, with their posts.
pub fn choices<'a>(people: impl Iterator<Item = &'a Colleague>, chosen: &str) -> Vec<Choice> {
    let first = (String::new(), "请选择".to_owned());
    let people = people.map(|one| (one.id.to_string(), titled(&one.name, &one.post_title)));
    Choice::list([first].into_iter().chain(people), chosen)
}

/// 「王某某　副院长」
pub fn titled(name: &str, title: &str) -> String {
    if title.is_empty() { name.to_owned() } else { format!("{name}　{title}") }
}

/// The lines of a repeated field, with some empty ones to write in.
pub fn with_room(lines: &[String]) -> Vec<String> {
    let room = 4_usize.saturating_sub(lines.len()).max(2);
    lines.iter().cloned().chain(std::iter::repeat_n(String::new(), room)).collect()
}
