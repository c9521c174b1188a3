//! The match panel: whom the courts know by what was typed. Of other courts it says court, date,
//! number and stage; what was said and answered is shown of the own court's entries alone.

use chrono::NaiveDate;

use super::form::VisitForm;
use super::person::{self, Reading};
use crate::domain::calendar::day_of;
use crate::domain::petitioner::{IdNumber, IdType, Name, Phone, Sex};
use crate::store::petitioners::{self, CaseElsewhere, EntryLine, PersonCard, Wanted};
use crate::store::visit_accounts::{self, Progress, Said};
use crate::store::{Session, StoreResult, Tx};
use crate::web::chips::Chip;

/// Cards, cases of a card and entries of a card that are shown.
const CARDS: usize = 3;
const CASES: usize = 3;
const ENTRIES: usize = 4;

/// By what people were looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    CaseNumber,
    Document,
    Phone,
    Name,
}

/// The people whom a search found, the best way of searching first.
#[derive(Debug, Default)]
pub struct Hits {
    pub by: Option<By>,
    pub people: Vec<PersonCard>,
}

impl Hits {
    /// Who stands on the page, for the audit.
    pub fn shown(&self) -> Vec<String> {
        self.people.iter().take(CARDS).map(|person| person.uuid.to_string()).collect()
    }
}

/// Looks for the people of a form: by case number, by document, by phone, by name.
pub async fn search(tx: &mut Tx, form: &VisitForm) -> StoreResult<Hits> {
    let mut by = None;
    for (way, wanted) in ways(form) {
        let people = petitioners::match_people(tx, &wanted).await?;
        by = by.or(Some(way));
        if !people.is_empty() {
            return Ok(Hits { by: Some(way), people });
        }
    }
    Ok(Hits { by, people: Vec::new() })
}

/// The number of the document, normalised, once it is typed to its end.
pub fn whole_number(form: &VisitForm) -> Option<String> {
    let number = IdNumber::normalised(&form.id_number);
    let length = number.chars().count();
    let card = person::id_type(form) == IdType::IdCard;
    (length > 4 && (!card || length == 18)).then_some(number)
}

/// What of the form is complete enough to look for.
fn ways(form: &VisitForm) -> Vec<(By, Wanted)> {
    let mut ways = Vec::new();
    let case_number = form.case_no.trim().to_uppercase();
    if !case_number.is_empty() {
        ways.push((By::CaseNumber, Wanted { case_number, ..Wanted::default() }));
    }
    let number = IdNumber::normalised(&form.id_number);
    if number.chars().count() == 4 {
        ways.push((By::Document, Wanted { tail: number, ..Wanted::default() }));
    } else if let Some(id) = whole_number(form) {
        ways.push((By::Document, Wanted { id, ..Wanted::default() }));
    }
    if let Ok(phone) = Phone::parse(&form.phone) {
        let phone = phone.exposed().to_owned();
        ways.push((By::Phone, Wanted { phone, ..Wanted::default() }));
    }
    if let Ok(name) = Name::parse(&form.name) {
        ways.push((By::Name, Wanted { name: name.normalised(), ..Wanted::default() }));
    }
    ways
}

/// The panel as it is shown.
#[derive(Debug, Default)]
pub struct Panel {
    /// 「按证件号码找到1人」; empty before anything was looked for.
    pub head: String,
    pub cards: Vec<Card>,
    pub more: usize,
}

/// One person.
#[derive(Debug)]
pub struct Card {
    pub uuid: String,
    pub title: String,
    pub name: String,
    pub about: String,
    pub cases: Vec<CaseOfCard>,
    pub entries: Vec<EntryOfCard>,
}

/// One of the person's cases.
#[derive(Debug)]
pub struct CaseOfCard {
    pub number: String,
    pub court: String,
    /// 「办理中·报告」
    pub step: String,
    pub is_open: bool,
    /// Whether the reader's own pages show it.
    pub within: bool,
    pub summary: Option<String>,
    pub due: Option<Chip>,
}

/// One of the person's visits.
#[derive(Debug)]
pub struct EntryOfCard {
    pub date: String,
    pub court: String,
    pub text: String,
}

/// Whatever may be shown of the people who were found.
pub async fn show(
    tx: &mut Tx,
    session: &Session,
    hits: &Hits,
    today: NaiveDate,
) -> StoreResult<Panel> {
    let shown = || hits.people.iter().take(CARDS);
    let visits: Vec<String> =
        shown().flat_map(|person| person.entries.iter().take(ENTRIES)).map(number).collect();
    let cases: Vec<String> =
        shown().flat_map(|person| &person.cases).map(|case| case.number.clone()).collect();
    let known = Known {
        session,
        today,
        said: visit_accounts::said(tx, &visits).await?,
        progress: visit_accounts::progress(tx, &cases).await?,
    };
    Ok(Panel {
        head: head(hits),
        cards: shown().map(|person| known.card(person)).collect(),
        more: hits.people.len().saturating_sub(CARDS),
    })
}

fn number(entry: &EntryLine) -> String {
    entry.number.clone()
}

fn head(hits: &Hits) -> String {
    let Some(by) = hits.by else { return String::new() };
    let by = match by {
        By::CaseNumber => "信访编号",
        By::Document => "证件号码",
        By::Phone => "手机号",
        By::Name => "姓名",
    };
    match hits.people.len() {
        0 => "没有找到，按首次来访登记".to_owned(),
        // A name, a phone or four digits never make two people one.
        found if by != "证件号码" || found > 1 => format!("按{by}找到{found}人，请核对"),
        found => format!("按{by}找到{found}人"),
    }
}

/// What the cards are made of.
struct Known<'a> {
    session: &'a Session,
    today: NaiveDate,
    said: Vec<Said>,
    progress: Vec<Progress>,
}

impl Known<'_> {
    fn card(&self, person: &PersonCard) -> Card {
        let age = person.birth_date.and_then(|birth| self.today.years_since(birth));
        let about = [
            person.sex.map(Sex::label).map(str::to_owned),
            age.map(|age| format!("{age}岁")),
            (!person.id_tail.is_empty()).then(|| format!("尾号{}", person.id_tail)),
        ];
        let running = person.cases.iter().find(|case| case.is_open);
        Card {
            uuid: person.uuid.to_string(),
            title: match running {
                Some(case) => format!("重复访·本次为第{}次", case.visits + 1),
                None => format!("来过{}次", person.visits),
            },
            name: person.name.clone(),
            about: about.into_iter().flatten().collect::<Vec<_>>().join("　"),
            cases: person.cases.iter().take(CASES).map(|case| self.case(case)).collect(),
            entries: person
                .entries
                .iter()
                .take(ENTRIES)
                .map(|entry| self.entry(person, entry))
                .collect(),
        }
    }

    fn case(&self, case: &CaseElsewhere) -> CaseOfCard {
        let progress = self.progress.iter().find(|known| known.number == case.number);
        let due = progress.filter(|_| case.is_open).and_then(|known| known.due_on);
        CaseOfCard {
            number: case.number.clone(),
            court: case.court.clone(),
            step: match progress.filter(|_| case.is_open).and_then(|known| known.due_clock) {
                Some(clock) => format!("{}·{}", case.stage.label(), clock.label()),
                None => case.stage.label().to_owned(),
            },
            is_open: case.is_open,
            within: self.session.scope().reaches(case.unit),
            summary: progress.map(|known| known.summary.clone()),
            due: due.map(|due| Chip::open(Some(due), self.today)),
        }
    }

    fn entry(&self, person: &PersonCard, entry: &EntryLine) -> EntryOfCard {
        let own = entry.unit == self.session.actor().court;
        let said = self.said.iter().find(|said| said.number == entry.number);
        let of_case = |case: &&CaseElsewhere| Some(&case.number) == entry.case_number.as_ref();
        let stage = person.cases.iter().find(of_case).map(|case| case.stage.label());
        let text = match said {
            Some(said) if !said.answer.is_empty() => {
                format!("{}：{}", said.disposition.label(), said.answer)
            }
            Some(said) => format!("{}：{}", said.disposition.label(), said.summary),
            None => stage.unwrap_or("已登记").to_owned(),
        };
        EntryOfCard {
            date: day_of(entry.received_at).to_string(),
            court: if own { "本院".to_owned() } else { entry.court.clone() },
            text: match &entry.case_number {
                Some(case) => format!("{case}　{text}"),
                None => text,
            },
        }
    }
}

/// 「58岁」: by the number that was typed, else of the person of the card that was taken.
pub fn age(reading: &Reading, form: &VisitForm, hits: &Hits, today: NaiveDate) -> Option<u32> {
    let taken = hits.people.iter().find(|card| card.uuid.to_string() == form.petitioner_id);
    let of_card = taken.and_then(|card| card.birth_date);
    reading.age(today).or_else(|| of_card.and_then(|birth| today.years_since(birth)))
}

/// The hint under the ID number: 「校验通过」, or what is wrong with it.
/// The place of a code that isn't known is asked for until one is filled in.
pub fn id_hint(reading: &Reading, form: &VisitForm) -> (&'static str, String) {
    match (&reading.number, &reading.fault) {
        (Some(_), _) if reading.region.is_empty() && form.region.trim().is_empty() => {
            ("ok", "校验通过。区划代码未收录，请手工填写".to_owned())
        }
        (Some(_), _) => ("ok", "校验通过".to_owned()),
        (None, Some(fault)) => ("warn", fault.to_string()),
        (None, None) => ("", String::new()),
    }
}
