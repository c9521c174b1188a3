//! What a court does with an assigned case, and how the bureau takes its reports.

use super::super::act::{Answer, Meeting, Note, Report, Team};
use super::super::texts;
use super::{Desk, File, HistoryResult, Scribe};
use crate::domain::acknowledgement::acknowledge as acknowledged;
use crate::domain::calendar::day_of;
use crate::domain::document::{DocumentKind, Filing, file};
use crate::domain::interview::{self, Hosts, Opinion, hold};
use crate::domain::ledger::{self, Chosen, keep};
use crate::domain::progress::{self, add};
use crate::domain::reply::{self, Signature, Way};
use crate::domain::report::{self, Decision, Verdict, submit};
use crate::store::{
    acknowledgements, colleagues, documents, interviews, ledgers, replies, reports, units,
};

/// Takes a paper into the dossier of a case.
pub(super) async fn add_paper(
    desk: &mut Desk,
    of: &File<'_>,
    kind: DocumentKind,
    belongs_to: String,
) -> HistoryResult<()> {
    let number = &of.opened.case().number;
    let lines =
        [kind.label(), number.as_str(), of.case.matter.head, "云州市为虚构城市，本材料仅供演示。"];
    let bytes = texts::paper(&lines);
    let filed = desk.allowed(file(kind, &format!("{}.pdf", kind.label()), &bytes))?;
    let filing = Filing { belongs_to, by: desk.actor().staff, at: desk.at };
    documents::add(&mut desk.tx, of.opened, &filed, &filing).await?;
    Ok(())
}

pub(super) async fn acknowledge(desk: &mut Desk, of: &File<'_>) -> HistoryResult<()> {
    let case = of.opened.case();
    let court = units::court_of(&mut desk.tx, case.unit).await?;
    let decided = acknowledged(desk.actor(), case, court, case.version, desk.at);
    let fact = desk.allowed(decided)?;
    Ok(acknowledgements::record(&mut desk.tx, &fact).await?)
}

impl Scribe<'_> {
    pub(super) async fn keep(
        &mut self,
        desk: &mut Desk,
        of: &File<'_>,
        team: &Team,
    ) -> HistoryResult<()> {
        let wanted = ledger::Wanted {
            leader: self.chosen(&team.leader).await?,
            chief: self.chosen(&team.chief).await?,
            handler: self.chosen(&team.handler).await?,
            plan: of.case.fill(of.case.matter.plan),
            requests: of.case.matter.requests.iter().map(|text| of.case.fill(text)).collect(),
            seen: 0,
        };
        let people = ledgers::people(&mut desk.tx, of.opened, day_of(desk.at)).await?;
        let decided = keep(desk.actor(), of.opened.case(), wanted, &people, desk.at);
        let fact = desk.granted(decided)?;
        Ok(ledgers::record(&mut desk.tx, of.opened, &fact).await?)
    }

    async fn chosen(&mut self, username: &str) -> HistoryResult<Chosen> {
        let staff = Some(self.session(username).await?.actor().staff);
        Ok(Chosen { staff, phone: String::new() })
    }

    pub(super) async fn meet(
        &mut self,
        desk: &mut Desk,
        of: &File<'_>,
        meeting: &Meeting,
    ) -> HistoryResult<()> {
        let came = meeting.absence.is_none();
        let has_files = came && meeting.recorded;
        let wanted = interview::Wanted {
            kind: Some(interview::Kind::LeadMeeting),
            held_at: Some(meeting.held_at),
            place: "立案信访大厅约谈室".to_owned(),
            host: Some(self.session(&meeting.host).await?.actor().staff),
            attendees: "责任人、书记员".to_owned(),
            present: Some(came),
            absence_note: meeting.absence.unwrap_or_default().to_owned(),
            notes: format!("听取信访人陈述，固定诉求：{}。", texts::requests(of.case)),
            requests: of.case.matter.requests.iter().map(|text| of.case.fill(text)).collect(),
            told_timetable: came,
            opinion: came.then_some(Opinion::Agree),
            sign_note: String::new(),
            has_files,
            no_record_reason: "谈话笔录原件入卷，扫描件待补。".to_owned(),
        };
        let court = units::court_of(&mut desk.tx, of.opened.case().unit).await?;
        let hosts = Hosts {
            people: colleagues::of_unit(&mut desk.tx, court, day_of(desk.at)).await?,
            leaders: interviews::leaders(&mut desk.tx, of.opened, Some(meeting.held_at)).await?,
        };
        let decided = hold(desk.actor(), of.opened.case(), &wanted, &hosts, desk.at);
        let fact = desk.granted(decided)?;
        let uuid = interviews::record(&mut desk.tx, &fact).await?;
        if has_files {
            add_paper(desk, of, DocumentKind::InterviewRecord, uuid.to_string()).await?;
        }
        Ok(())
    }

    pub(super) async fn report(
        &mut self,
        desk: &mut Desk,
        of: &File<'_>,
        report: &Report,
    ) -> HistoryResult<()> {
        let owed = reports::owed(&mut desk.tx, of.opened).await?;
        let case = of.opened.case();
        let leader = self.session(&report.leader).await?.staff_name().to_owned();
        let wanted = report::Wanted {
            sections: texts::report(of.case, &case.number, &leader, report.corrected),
            late_reason: report.late_reason.to_owned(),
            seen: case.version,
        };
        let decided = submit(desk.actor(), case, &owed, wanted, desk.at);
        let fact = desk.granted(decided)?;
        Ok(reports::record(&mut desk.tx, &fact).await?)
    }
}

pub(super) async fn note(desk: &mut Desk, of: &File<'_>, note: &Note) -> HistoryResult<()> {
    let wanted = progress::Wanted {
        kind: Some(note.kind),
        happened_at: Some(desk.at),
        text: of.case.fill(&note.text),
        next: of.case.fill(&note.next),
        reply_to_public: note.public.to_owned(),
    };
    let decided = add(desk.actor(), of.opened.case(), &wanted, desk.at);
    let fact = desk.granted(decided)?;
    crate::store::progress::record(&mut desk.tx, &fact).await?;
    Ok(())
}

pub(super) async fn examine(
    desk: &mut Desk,
    of: &File<'_>,
    decision: Decision,
    reason: &str,
) -> HistoryResult<()> {
    let latest = reports::latest(&mut desk.tx, of.opened).await?;
    let latest = latest.ok_or_else(|| desk.refused(["there is no report"]))?;
    let pending = reports::pending(&mut desk.tx, of.opened, &latest).await?;
    let case = of.opened.case();
    let seen = case.version;
    let verdict = Verdict { decision: Some(decision), return_reason: reason.to_owned(), seen };
    let decided = report::examine(desk.actor(), case, &pending, &verdict, desk.at);
    let fact = desk.allowed(decided)?;
    Ok(reports::record_examination(&mut desk.tx, &fact).await?)
}

pub(super) async fn answer(
    desk: &mut Desk,
    of: &File<'_>,
    Answer { way, opinion }: Answer,
) -> HistoryResult<()> {
    let in_person = way == Way::InPerson;
    let case = of.opened.case();
    let wanted = reply::Wanted {
        answered_at: Some(desk.at),
        way: Some(way),
        place: if in_person { "立案信访大厅".to_owned() } else { String::new() },
        content: of.case.fill(of.case.matter.answered),
        opinion: opinion.to_owned(),
        signature: Some(if in_person { Signature::Signed } else { Signature::Absent }),
        has_files: true,
        none_reason: None,
        seen: case.version,
    };
    let reached = replies::reached(&mut desk.tx, of.opened).await?;
    let fact = desk.granted(reply::answer(desk.actor(), case, reached, &wanted, desk.at))?;
    let uuid = replies::record(&mut desk.tx, &fact).await?;
    add_paper(desk, of, DocumentKind::ReplyEvidence, uuid.to_string()).await
}
