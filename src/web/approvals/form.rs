//! What a signatory sends.

use serde::Deserialize;

use crate::domain::closing::{Decision, Verdict};
use crate::domain::content_hash::ContentHash;
use crate::domain::sign_step::SignStep;
use crate::web::form::{Choice, Problems};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ApprovalForm {
    pub decision: String,
    pub opinion: String,
    pub password: String,
    /// The step, the content and the version of the case that the page showed.
    pub step: String,
    pub seen: String,
    pub version: String,
}

impl ApprovalForm {
    /// What was decided. A form whose hidden fields are not those of a page decides on nothing
    /// that is there.
    pub fn check(&self) -> Result<Wanted, Problems> {
        let mut problems = Problems::default();
        let decision =
            problems.take("decision", Decision::from_code(&self.decision), "请选择同意或者退回");
        let opinion = self.opinion.trim().to_owned();
        problems.within("opinion", &opinion, OPINION_LIMIT);
        if decision == Some(Decision::Return) && opinion.is_empty() {
            problems.add("opinion", "请写明退回原因");
        }
        if self.password.is_empty() {
            problems.add("password", "请输入密码");
        }
        let step = SignStep::from_code(&self.step);
        let (seen, version) = (self.seen.parse::<ContentHash>().ok(), self.version.parse().ok());
        match (decision, step.zip(seen).zip(version)) {
            (Some(decision), Some(((step, seen), version))) if problems.is_empty() => {
                Ok(Wanted { verdict: Verdict { step, decision, opinion, seen }, version })
            }
            (_, None) if problems.is_empty() => Err(Problems::whole("请刷新页面后再签批")),
            _ => Err(problems),
        }
    }

    /// The two decisions, with the one that was sent marked.
    pub fn decisions(&self) -> Vec<Choice> {
        Choice::list(Decision::ALL.iter().map(|one| (one.code(), one.label())), &self.decision)
    }
}

/// The longest opinion.
pub const OPINION_LIMIT: usize = 500;

/// What the form means.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub verdict: Verdict,
    pub version: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(decision: &str, opinion: &str, password: &str) -> ApprovalForm {
        ApprovalForm {
            decision: decision.to_owned(),
            opinion: opinion.to_owned(),
            password: password.to_owned(),
            step: "leader".to_owned(),
            seen: ContentHash::of("").to_string(),
            version: "3".to_owned(),
        }
    }

    #[test]
    fn a_form_says_what_is_missing() {
        let table = [
            (form("approve", "", "geheim"), &[][..]),
            (form("", "", ""), &["请选择同意或者退回", "请输入密码"]),
            (form("return", " ", "geheim"), &["请写明退回原因"]),
            (form("return", "缺答复笔录", "geheim"), &[]),
            (form("approve", &"同".repeat(512), "geheim"), &["超出12字，请精简"]),
            (
                ApprovalForm { seen: "x".to_owned(), ..form("approve", "", "geheim") },
                &["请刷新页面后再签批"],
            ),
        ];
        for (form, expected) in table {
            let told: Vec<_> = match form.check() {
                Ok(_) => Vec::new(),
                Err(problems) => problems.list().iter().map(|one| one.message.clone()).collect(),
            };
            assert_eq!(told, expected, "{form:?}");
        }
    }
}
