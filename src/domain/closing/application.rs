//! Applying for a closing (申请办结, T20): what must be on file first.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Content, OFFERED, Paper, Section, Sections, needed};
use crate::domain::code::getters;
use crate::domain::content_hash::ContentHash;
use crate::domain::document::DocumentKind;
use crate::domain::handling::{self, NotNow, refused};
use crate::domain::ids::{PetitionCaseId, RoundId, StaffId, UnitId};
use crate::domain::outcome::Outcome;
use crate::domain::petition_case::{PetitionCase, Stage};
use crate::domain::staff::{Actor, Role};

/// Why a closing can't be applied for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有本案的包案领导、责任人等办理人员可以申请办结")]
    NotOfTheTeam,
    #[error(transparent)]
    NotNow(#[from] NotNow),
    #[error("办结报告正在签批，退回前不能改动")]
    UnderSignature,
    #[error("2日台账还没有建立，请先建立台账")]
    NoLedger,
    /// An imported ledger may have come without one.
    #[error("台账里还没有化解方案，请先在台账中填写")]
    NoPlan,
    #[error("还没有约见记录，请先录入约见；未能约见的，请录入联系经过")]
    NoMeeting,
    /// 案件办结后，要答复信访人 (R114).
    #[error("还没有答复记录，请先录入答复")]
    NoReply,
    #[error("请选择办理结果")]
    NotOffered,
    #[error("“{}”还没有填写", .0.label())]
    Empty(Section),
    #[error("缺少{}，请上传", .0.label())]
    Missing(DocumentKind),
}

/// What is on file in the open round when a closing is applied for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each answers one question about the file")]
pub struct Dossier {
    /// The people of the case's team at present.
    pub team: Vec<StaffId>,
    /// Whether every assignment of the round has its ledger (台账), with leader and handler named.
    pub ledger_complete: bool,
    /// Whether every ledger of the round has a plan (化解方案).
    pub planned: bool,
    /// Whether the leader met the petitioner, or an attempt is documented.
    pub met: bool,
    /// The latest reply record, or the record why there can be none.
    pub reply: Option<Uuid>,
    /// The files of the round.
    pub papers: Vec<Paper>,
    /// Whether a report is already on its way through the chain.
    pub under_signature: bool,
    /// Whether the leading group must confirm, as a rule set of the round's assignments says.
    pub needs_leading_group: bool,
}

/// The report that is handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub outcome: Outcome,
    pub sections: Sections,
}

/// The fact that a unit applied for a closing. Only [`apply`] makes one.
#[derive(Debug)]
#[must_use = "a decision has no effect until it is recorded"]
pub struct Applied {
    case: PetitionCaseId,
    round: RoundId,
    seen: i32,
    by: StaffId,
    at: DateTime<Utc>,
    content: Content,
}

getters! {
    Applied {
        case: PetitionCaseId,
        round: RoundId,
        /// The version of the case that the report was written on.
        seen: i32,
        by: StaffId,
        at: DateTime<Utc>,
        content: &Content,
    }
}

impl Applied {
    pub const fn unit(&self) -> UnitId {
        self.content.unit
    }

    pub fn hash(&self) -> ContentHash {
        self.content.hash()
    }
}

/// Applies for the closing of a case: by someone of its team, while it is in the unit's hands,
/// with ledger, meeting (or documented attempt), reply, all seven sections and the papers that go
/// with the outcome. All that is missing is told at once, in the order of the work.
pub fn apply(
    actor: &Actor,
    case: &PetitionCase,
    dossier: &Dossier,
    report: Report,
    at: DateTime<Utc>,
) -> Result<Applied, Vec<Refusal>> {
    may_apply(actor, case, dossier).map_err(|refusal| vec![refusal])?;
    let missing = missing(dossier, &report);
    let Some(reply) = dossier.reply.filter(|_| missing.is_empty()) else { return Err(missing) };
    let content = Content {
        case_number: case.number.clone(),
        round_number: case.round_number,
        unit: case.unit,
        outcome: report.outcome,
        needs_leading_group: dossier.needs_leading_group,
        reply,
        papers: bundle(dossier, report.outcome),
        sections: report.sections,
    };
    let (case, round, seen) = (case.id, case.round, case.version);
    Ok(Applied { case, round, seen, by: actor.staff, at, content })
}

/// Whether this person can write a report on this case at all now.
pub fn may_apply(actor: &Actor, case: &PetitionCase, dossier: &Dossier) -> Result<(), Refusal> {
    if case.stage == Stage::Void {
        return Err(Refusal::NotNow(NotNow::Void));
    }
    let of_team = matches!(actor.role, Role::Handler | Role::Leader)
        && dossier.team.contains(&actor.holder());
    if !of_team {
        return Err(Refusal::NotOfTheTeam);
    }
    // Of a closed case nothing waits for a signature any more.
    handling::under_way(case).map_err(Refusal::NotNow)?;
    if dossier.under_signature {
        return Err(Refusal::UnderSignature);
    }
    handling::in_hands(case).map_err(Refusal::NotNow)
}

fn missing(dossier: &Dossier, report: &Report) -> Vec<Refusal> {
    let lacks = |kind| !dossier.papers.iter().any(|paper| paper.kind == kind);
    let on_file = [
        (!dossier.ledger_complete, Refusal::NoLedger),
        (dossier.ledger_complete && !dossier.planned, Refusal::NoPlan),
        (!dossier.met, Refusal::NoMeeting),
        (dossier.reply.is_none(), Refusal::NoReply),
        (!OFFERED.contains(&report.outcome), Refusal::NotOffered),
    ];
    let files = needed(report.outcome).iter().map(|&kind| (lacks(kind), Refusal::Missing(kind)));
    let texts = report
        .sections
        .iter()
        .map(|(section, text)| (text.trim().is_empty(), Refusal::Empty(section)));
    refused(on_file.into_iter().chain(files).chain(texts))
}

/// The papers that the outcome calls for.
fn bundle(dossier: &Dossier, outcome: Outcome) -> Vec<Paper> {
    let wanted = needed(outcome);
    dossier.papers.iter().filter(|paper| wanted.contains(&paper.kind)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::super::content::sample::{paper, sections};
    use super::*;
    use crate::domain::handling::sample::{HANDLER, LEADER, case, handler};
    use crate::domain::petition_case::Stage;

    fn dossier() -> Dossier {
        let kinds = DocumentKind::ALL.iter().zip(1..);
        Dossier {
            team: vec![LEADER, HANDLER],
            ledger_complete: true,
            planned: true,
            met: true,
            reply: Some(Uuid::from_u128(9)),
            papers: kinds.map(|(&kind, id)| paper(id, kind)).collect(),
            under_signature: false,
            needs_leading_group: true,
        }
    }

    fn report(outcome: Outcome) -> Report {
        Report { outcome, sections: sections() }
    }

    fn told(actor: &Actor, case: &PetitionCase, dossier: &Dossier, report: Report) -> Vec<String> {
        match apply(actor, case, dossier, report, DateTime::UNIX_EPOCH) {
            Ok(_) => Vec::new(),
            Err(refusals) => refusals.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn only_the_team_applies() {
        let table = [
            (HANDLER, Role::Handler, true),
            (LEADER, Role::Leader, true),
            (StaffId(7), Role::Handler, false),
            (StaffId(7), Role::Leader, false),
            (HANDLER, Role::Bureau, false),
            (LEADER, Role::President, false),
        ];
        for (staff, role, may) in table {
            let told = told(
                &Actor { staff, role, ..handler() },
                &case(Stage::Replied),
                &dossier(),
                report(Outcome::ClosedUnsettled),
            );
            let expected: &[&str] = if may {
                &[]
            } else {
                &["只有本案的包案领导、责任人等办理人员可以申请办结"]
            };
            assert_eq!(told, expected, "{staff} as {role:?}");
        }
    }

    #[test]
    fn only_while_the_case_is_in_the_units_hands() {
        for &stage in Stage::ALL {
            let told = told(&handler(), &case(stage), &dossier(), report(Outcome::ClosedUnsettled));
            assert_eq!(told.is_empty(), stage.is_in_the_units_hands(), "{stage:?}: {told:?}");
        }
        let pending = Dossier { under_signature: true, ..dossier() };
        let told =
            told(&handler(), &case(Stage::Replied), &pending, report(Outcome::ClosedUnsettled));
        assert_eq!(told, ["办结报告正在签批，退回前不能改动"]);
    }

    #[test]
    fn what_is_missing_is_told_at_once() {
        type Change = fn(&mut Dossier, &mut Report);
        let table: [(Change, &[&str]); 9] = [
            (|_, _| {}, &[]),
            (|file, _| file.ledger_complete = false, &["2日台账还没有建立，请先建立台账"]),
            (|file, _| file.planned = false, &["台账里还没有化解方案，请先在台账中填写"]),
            (
                |file, _| file.met = false,
                &["还没有约见记录，请先录入约见；未能约见的，请录入联系经过"],
            ),
            (|file, _| file.reply = None, &["还没有答复记录，请先录入答复"]),
            (
                |file, _| file.papers.retain(|paper| paper.kind != DocumentKind::Settlement),
                &["缺少息诉材料，请上传"],
            ),
            (
                |file, report| {
                    file.papers.clear();
                    report.outcome = Outcome::Terminated;
                },
                &["缺少评查报告，请上传", "缺少终结决定，请上传"],
            ),
            (|_, report| report.outcome = Outcome::SettledOralMatured, &["请选择办理结果"]),
            (
                |file, report| {
                    file.reply = None;
                    report.sections = Sections::each(|section| {
                        let text =
                            if section == Section::Conclusion { " \n" } else { "已查明。" };
                        text.to_owned()
                    });
                },
                &["还没有答复记录，请先录入答复", "“评查结论”还没有填写"],
            ),
        ];
        for (change, expected) in table {
            let (mut dossier, mut report) = (dossier(), report(Outcome::SettledWritten));
            change(&mut dossier, &mut report);
            let told = told(&handler(), &case(Stage::Replied), &dossier, report);
            assert_eq!(told, expected);
        }
    }

    #[test]
    fn the_report_holds_the_papers_of_its_outcome_alone() {
        let applied = apply(
            &handler(),
            &case(Stage::Replied),
            &dossier(),
            report(Outcome::Terminated),
            DateTime::UNIX_EPOCH,
        )
        .unwrap();
        let kinds: Vec<_> = applied.content().papers.iter().map(|paper| paper.kind).collect();
        assert_eq!(kinds, [DocumentKind::ReviewReport, DocumentKind::TerminationDecision]);
        assert_eq!((applied.seen(), applied.by()), (4, HANDLER));
        assert_eq!(applied.hash(), applied.content().hash());
    }
}
