//! What the window sent: strings, and what they mean.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;

use super::{company, person};
use crate::domain::calendar;
use crate::domain::court_case::StatedNumber;
use crate::domain::ids::{PetitionCaseId, PetitionerId, StaffId, UnitId, VisitId};
use crate::domain::joining::{self, Joinable};
use crate::domain::staff::Colleague;
use crate::domain::unit::{Unit, UnitKind};
use crate::domain::visit::{
    Account, Assist, COLLECTIVE_FROM, Category, Channel, Course, Disposition, Entry, INSPECTION,
    LitigationRoute, Refusal, ReopenReason, SameMatter, VisitForm as Form, VisitKind,
};
use crate::store::petitioners::OnFile;
use crate::store::visits::Person;
use crate::web::form::Problems;

/// The longest account, and the shortest that says anything.
pub const SUMMARY: usize = 500;
const SHORTEST_SUMMARY: usize = 5;
/// The longest reason, and the longest name of an organ.
pub const REASON: usize = 200;
const ORGAN: usize = 60;
/// The longest number of a court case.
const CASE_NUMBER: usize = 60;
/// What stands for a matter without a court case, and for a court of elsewhere.
pub const NO_COURT: &str = "无";
pub const OTHER_COURT: &str = "本市以外法院";

/// The form as sent.
#[expect(clippy::struct_field_names, reason = "a field bears the name that the form sends")]
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct VisitForm {
    pub channel: String,
    pub received_at: String,
    pub posted_on: String,
    pub id_type: String,
    pub id_number: String,
    pub no_id_reason: String,
    pub id_override_reason: String,
    pub name: String,
    /// Whoever is on file by another name is the one who came.
    pub name_stands: String,
    pub sex: String,
    pub birth_date: String,
    pub region: String,
    pub phone: String,
    pub no_phone: String,
    pub address: String,
    pub visit_form: String,
    pub people_count: String,
    pub involved_count: String,
    #[serde(rename = "representatives[]", alias = "representatives")]
    pub representatives: Vec<String>,
    #[serde(rename = "representative_ids[]", alias = "representative_ids")]
    pub representative_ids: Vec<String>,
    pub principal_name: String,
    pub mandate: String,
    #[serde(rename = "assist[]", alias = "assist")]
    pub assist: Vec<String>,
    pub visit_kind: String,
    pub appeal_category: String,
    pub origin_court: String,
    pub origin_case_no: String,
    pub accuses_bureau: String,
    pub not_same_reason: String,
    pub summary: String,
    pub same_claim: String,
    pub receiver_id: String,
    pub disposition: String,
    pub answer_text: String,
    pub merge_case_no: String,
    pub reopen_reason: String,
    pub litigation_route: String,
    pub transfer_organ: String,
    pub urgent: String,
    pub urgent_reason: String,
    /// The card of the match panel that was taken.
    pub petitioner_id: String,
    /// Under which sheet the draft is kept: `1` or `2`; empty: not kept.
    pub draft: String,
    pub action: String,
    /// A card that is being taken: person, case, and `join` or `other`.
    pub take: String,
    /// Whether files came with it: a browser doesn't keep them for a page that comes back.
    #[serde(skip)]
    pub files_again: bool,
    /// A number to look for in the match panel.
    pub case_no: String,
}

/// What a form is read against.
pub struct Desk {
    pub units: Vec<Unit>,
    pub colleagues: Vec<Colleague>,
    pub me: StaffId,
    pub now: DateTime<Utc>,
}

/// Where the original case was tried, as far as it is one of the area's courts.
#[derive(Debug, Clone, Copy)]
enum Origin {
    Court(UnitId),
    /// There is none, or it is a court of elsewhere.
    Elsewhere,
}

/// Someone whom the courts know: their card, and what the own court has on file.
#[derive(Debug, Clone)]
pub struct Known {
    pub petitioner: PetitionerId,
    pub name: String,
    pub name_key: String,
    pub id_tail: String,
    pub on_file: OnFile,
}

/// What the courts know that the form refers to.
#[derive(Debug, Default)]
pub struct Found {
    /// The person of the card that was taken, or of the same ID number.
    pub known: Option<Known>,
    /// The case to join.
    pub joined: Option<Joinable>,
    /// What the person said last on that case.
    pub last: Option<(VisitId, String)>,
    /// A case of the person about the same court case.
    pub same: Option<SameMatter>,
}

impl VisitForm {
    /// An empty sheet.
    pub fn blank(draft: &str) -> Self {
        Self {
            channel: Channel::Visit.code().to_owned(),
            id_type: "id_card".to_owned(),
            visit_form: Form::Individual.code().to_owned(),
            people_count: "1".to_owned(),
            visit_kind: VisitKind::Petition.code().to_owned(),
            draft: draft.to_owned(),
            ..Self::default()
        }
    }

    pub fn channel(&self) -> Channel {
        Channel::from_code(&self.channel).unwrap_or(Channel::Visit)
    }

    pub fn kind(&self) -> VisitKind {
        VisitKind::from_code(&self.visit_kind).unwrap_or(VisitKind::Petition)
    }

    pub fn disposition(&self) -> Option<Disposition> {
        Disposition::from_code(&self.disposition)
    }

    /// Whether the number of the court case is asked to be looked at again; it never stops.
    pub fn case_number_hint(&self) -> Option<&'static str> {
        StatedNumber::read(&self.origin_case_no).and_then(|stated| stated.hint())
    }

    /// 「少于5人，通常登记为个人访」, 「5人以上，通常登记为集体访」: a hint, never a block.
    pub fn people_hint(&self) -> Option<String> {
        let people: u32 = crate::domain::digits::number(&self.people_count)?;
        let group = self.visit_form == Form::Group.code();
        match (group, people >= COLLECTIVE_FROM) {
            (true, false) => Some(format!("少于{COLLECTIVE_FROM}人，通常登记为个人访")),
            (false, true) => Some(format!("{COLLECTIVE_FROM}人以上，通常登记为集体访")),
            _ => None,
        }
    }

    /// The visit and who came, or everything that is wrong. A letter may be unsigned: then nobody.
    pub fn check(&self, desk: &Desk, found: &Found) -> Result<(Person, Entry), Problems> {
        let mut problems = Problems::default();
        let received_at = self.moment(desk.now, &mut problems);
        let posted_on = self.posted_on(desk.now, &mut problems);
        let person =
            person::read(self, found.known.as_ref(), calendar::day_of(desk.now), &mut problems);
        let form = Form::from_code(&self.visit_form).unwrap_or(Form::Individual);
        let people = company::people(self, &mut problems);
        let involved = company::involved(self, form, &mut problems);
        let representatives = company::representatives(self, form, &mut problems);
        let principal = company::principal(self, form, &mut problems);
        let sealed = self.kind() == VisitKind::Accusation;
        // What is joined is the matter of its case, which has them.
        let spared = sealed || found.joined.is_some();
        let category = self.category(spared, &mut problems);
        let origin = self.origin(&desk.units, spared, &mut problems);
        let number = ("origin_case_no", "原审案号");
        company::limit(&mut problems, number, &self.origin_case_no, CASE_NUMBER);
        let account = self.account(found, &mut problems);
        let course = self.course(found, sealed, &mut problems);
        let urgent_reason = self.urgent(&mut problems);
        let not_same = self.not_same(found, &mut problems);
        let missing = Problems::default();
        if !problems.is_empty() {
            return Err(problems);
        }
        let (Some(received_at), Some(people), Some(category), Some(origin)) =
            (received_at, people, category, origin)
        else {
            return Err(missing);
        };
        let (Some(account), Some(course), Some(person)) = (account, course, person) else {
            return Err(missing);
        };
        let entry = Entry {
            channel: self.channel(),
            received_at,
            posted_on,
            form,
            people,
            involved,
            representatives,
            principal,
            assist: self.assist.iter().filter_map(|code| Assist::from_code(code)).collect(),
            kind: self.kind(),
            category,
            origin: match origin {
                Origin::Court(unit) => Some(unit),
                Origin::Elsewhere => None,
            },
            court_case: StatedNumber::read(&self.origin_case_no),
            account,
            course,
            urgent_reason,
            receiver: self.receiver(desk),
            not_same,
            accuses_bureau: sealed && !self.accuses_bureau.is_empty(),
        };
        Ok((person, entry))
    }

    /// When it was received; empty is now.
    fn moment(&self, now: DateTime<Utc>, problems: &mut Problems) -> Option<DateTime<Utc>> {
        let text = self.received_at.trim().replace('T', " ");
        if text.is_empty() {
            return Some(now);
        }
        let (day, time) = text.split_once(' ').unwrap_or((&text, ""));
        let time = if time.is_empty() { Some(NaiveTime::MIN) } else { calendar::read_time(time) };
        let moment = calendar::read_day(day, calendar::day_of(now))
            .zip(time)
            .map(|(day, time)| calendar::moment(day, time));
        let moment =
            problems.take("received_at", moment, "请填写来访时间，如“2026-06-15 10:42”")?;
        if moment > now {
            problems.add("received_at", Refusal::InTheFuture.to_string());
            return None;
        }
        if calendar::day_of(moment) < calendar::earliest_entry(now) {
            problems
                .add("received_at", Refusal::TooEarly(calendar::earliest_entry(now)).to_string());
            return None;
        }
        Some(moment)
    }

    fn posted_on(&self, now: DateTime<Utc>, problems: &mut Problems) -> Option<NaiveDate> {
        let text = self.posted_on.trim();
        if self.channel() != Channel::Letter || text.is_empty() {
            return None;
        }
        let today = calendar::day_of(now);
        let day = calendar::read_day(text, today).filter(|day| *day <= today);
        let day = problems.take("posted_on", day, "请填写邮戳日期，不能晚于今天")?;
        if day < calendar::earliest_entry(now) {
            problems.add(
                "posted_on",
                Refusal::PostedTooEarly(calendar::earliest_entry(now)).to_string(),
            );
            return None;
        }
        Some(day)
    }

    fn category(&self, spared: bool, problems: &mut Problems) -> Option<Category> {
        match Category::from_code(&self.appeal_category) {
            None if spared => Some(Category::Other),
            chosen => problems.take("appeal_category", chosen, "请选择诉求类别"),
        }
    }

    /// The court of the original case.
    fn origin(&self, units: &[Unit], spared: bool, problems: &mut Problems) -> Option<Origin> {
        let text = self.origin_court.trim();
        if matches!(text, NO_COURT | OTHER_COURT) || (spared && text.is_empty()) {
            return Some(Origin::Elsewhere);
        }
        let court = courts(units).find(|unit| unit.name == text || unit.short_name == text);
        let missing = "请选择原审法院；没有诉讼案件请选“无”。";
        problems.take("origin_court", court, missing).map(|unit| Origin::Court(unit.id))
    }

    fn account(&self, found: &Found, problems: &mut Problems) -> Option<Account> {
        // What was said at another visit, the inspection office can't read there.
        if !self.same_claim.is_empty() && self.kind() != VisitKind::Accusation {
            let last = found.last.as_ref().map(|(visit, _)| Account::SameAs(*visit));
            return problems.take("same_claim", last, "没有可以沿用的上次诉求，请填写事由与诉求");
        }
        let text = self.summary.trim();
        problems.within("summary", text, SUMMARY);
        let told = (text.chars().count() >= SHORTEST_SUMMARY).then(|| text.to_owned());
        problems.take("summary", told, "请写明什么案、什么问题、要什么").map(Account::Told)
    }

    fn course(&self, found: &Found, sealed: bool, problems: &mut Problems) -> Option<Course> {
        if sealed {
            return Some(Course::Transferred(INSPECTION.to_owned()));
        }
        let answer = |problems: &mut Problems| {
            problems.within("answer_text", &self.answer_text, SUMMARY);
            problems.required("answer_text", &self.answer_text, "请填写答复内容，登记单会打印")
        };
        match problems.take("disposition", self.disposition(), "请选择处理方式")? {
            Disposition::ResolvedOnSpot => Some(Course::Answered(answer(problems))),
            Disposition::NotAccepted => Some(Course::NotAccepted(answer(problems))),
            Disposition::Accepted => Some(Course::Accepted),
            Disposition::JoinedToCase => self.joined(found, problems),
            Disposition::RoutedToLitigation => {
                let route = LitigationRoute::from_code(&self.litigation_route);
                problems.take("litigation_route", route, "请选择导入的程序").map(Course::Routed)
            }
            Disposition::TransferredOut => {
                let field = ("transfer_organ", "转送机关");
                company::limit(problems, field, &self.transfer_organ, ORGAN);
                let organ =
                    problems.required("transfer_organ", &self.transfer_organ, "请填写转送机关");
                Some(Course::Transferred(organ))
            }
        }
    }

    /// The case that it is joined to.
    fn joined(&self, found: &Found, problems: &mut Problems) -> Option<Course> {
        let case = found.joined.as_ref();
        let case = problems.take("merge_case_no", case, "请选择要并入的案件")?;
        let joined = case.join(ReopenReason::from_code(&self.reopen_reason));
        let field = match &joined {
            Err(joining::Refusal::Void(_)) => "merge_case_no",
            _ => "reopen_reason",
        };
        problems.accept(field, joined)
    }

    fn urgent(&self, problems: &mut Problems) -> String {
        if self.urgent.is_empty() {
            return String::new();
        }
        company::limit(problems, ("urgent_reason", "紧急情况"), &self.urgent_reason, REASON);
        problems.required("urgent_reason", &self.urgent_reason, "请写明紧急情况")
    }

    /// Why this is not the matter of the case that the same person has, if that is said.
    fn not_same(&self, found: &Found, problems: &mut Problems) -> Option<(PetitionCaseId, String)> {
        let same = found.same.as_ref()?;
        let reason = self.not_same_reason.trim();
        company::limit(problems, ("not_same_reason", "理由"), reason, REASON);
        (!reason.is_empty()).then(|| (same.case, reason.to_owned()))
    }

    /// Who received the visitor: a colleague, or oneself.
    fn receiver(&self, desk: &Desk) -> StaffId {
        let chosen = self.receiver_id.parse().ok();
        let known = desk.colleagues.iter().map(|colleague| colleague.id);
        known.into_iter().find(|id| Some(*id) == chosen).unwrap_or(desk.me)
    }
}

/// The courts that an original case may be of.
pub fn courts(units: &[Unit]) -> impl Iterator<Item = &Unit> {
    units.iter().filter(|unit| {
        matches!(
            unit.kind,
            UnitKind::HighCourt
                | UnitKind::IntermediateCourt
                | UnitKind::BaseCourt
                | UnitKind::Tribunal
        )
    })
}
