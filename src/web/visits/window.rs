//! What every handler of the window works with: what it needs to read, and the one page on which a
//! visit is registered.

use axum::response::Response;
use uuid::Uuid;

use super::form::{Desk, Found, Known, VisitForm};
use super::pages::{Choices, DraftNote, NewPage, OnFileNote};
use super::panel::{self, Hits};
use super::person::{self, Reading};
use crate::domain::calendar::{self, day_of};
use crate::domain::court_case::StatedNumber;
use crate::domain::joining::Joinable;
use crate::domain::petitioner::Name;
use crate::domain::visit::{Disposition, REPEAT_WITHIN, VisitKind};
use crate::store::drafts::{self, Draft};
use crate::store::petitioners::{Face, PersonCard};
use crate::store::{Tx, colleagues, petitioners, units, visit_accounts, visit_lists, visits};
use crate::web::extract;
use crate::web::form::Problems;
use crate::web::layout;
use crate::web::{AppResult, Asking, urls};

/// The two sheets that one person may have open: a second visitor interrupts.
pub const SHEETS: [&str; 2] = ["1", "2"];

/// Under what the draft of a sheet is kept.
pub fn key(sheet: &str) -> String {
    format!("/visits/new?draft={}", urls::encode(sheet))
}

/// The drafts that wait, by sheet.
pub async fn drafts(tx: &mut Tx) -> AppResult<Vec<(&'static str, Draft)>> {
    let mut waiting = Vec::new();
    for sheet in SHEETS {
        let draft = drafts::find(tx, drafts::of_form(&key(sheet))).await?;
        waiting.extend(draft.map(|draft| (sheet, draft)));
    }
    Ok(waiting)
}

/// The drafts beside the sheet that is open, each by the name that was typed.
pub async fn waiting(
    asking: &Asking,
    drafts: &[(&'static str, Draft)],
    open: &str,
) -> AppResult<Vec<DraftNote>> {
    let mut notes = Vec::new();
    for (sheet, draft) in drafts.iter().filter(|(sheet, _)| *sheet != open) {
        let form: VisitForm = extract::read_fields(&draft.body, &asking.app).await?;
        // Whoever accuses is named nowhere, not to the one who writes it down either.
        let name = if form.kind() == VisitKind::Accusation { "" } else { form.name.as_str() };
        notes.push(DraftNote::of((sheet, draft), name, day_of(asking.now())));
    }
    Ok(notes)
}

/// What the form is read against.
pub async fn desk(asking: &Asking, tx: &mut Tx) -> AppResult<Desk> {
    let (actor, now) = (asking.actor(), asking.now());
    Ok(Desk {
        units: units::list(tx).await?,
        colleagues: colleagues::of_unit(tx, actor.court, day_of(now)).await?,
        me: actor.staff,
        now,
    })
}

/// What the courts know that the form refers to. A card that was taken counts only as long as
/// the form still names the person of it.
pub async fn found(
    asking: &Asking,
    tx: &mut Tx,
    form: &VisitForm,
    hits: &Hits,
) -> AppResult<Found> {
    let known = known(tx, form, hits).await?;
    let person = known.as_ref().map(|known| known.petitioner);
    let case = form.merge_case_no.trim().to_uppercase();
    let mut found = Found { known, ..Found::default() };
    if form.disposition() == Some(Disposition::JoinedToCase) && !case.is_empty() {
        found.joined = visits::case_to_join(tx, &case).await?;
        if let Some(person) = person {
            found.last = visit_accounts::last_account(tx, person, &case).await?;
        }
    }
    if let Some((person, stated)) = person.zip(StatedNumber::read(&form.origin_case_no)) {
        let since = asking.now() - REPEAT_WITHIN;
        found.same = visits::same_matter(tx, person, &stated.to_string(), since).await?;
    }
    Ok(found)
}

/// The page, for the first visit, for a card that was taken, and for a form that came back.
pub async fn page(
    asking: &Asking,
    mut tx: Tx,
    form: VisitForm,
    problems: Problems,
    hits: Hits,
) -> AppResult<Response> {
    let (tx, now) = (&mut tx, asking.now());
    let (today, shown) = (day_of(now), hits.shown());
    let desk = desk(asking, tx).await?;
    let found = found(asking, tx, &form, &hits).await?;
    let drafts = drafts(tx).await?;
    let hall = (asking.session.hall(), asking.actor().court);
    let last = visit_lists::last_running(tx, hall, today).await?;
    let reading = Reading::of(&form);
    let page = NewPage {
        shell: asking.shell("来访登记"),
        heading: format!("今日第{}批　{}", last + 1, calendar::format_moment(now, today)),
        drafts: waiting(asking, &drafts, &form.draft).await?,
        choices: Choices::of(&form, &desk),
        panel: panel::show(tx, &asking.session, &hits, today).await?,
        age: panel::age(&reading, &form, &hits, today),
        id_hint: panel::id_hint(&reading, &form),
        reading,
        other_name: person::other_name(&form, found.known.as_ref()).map(str::to_owned),
        on_file: OnFileNote::of(&form, found.known.as_ref()),
        reopens: found.joined.as_ref().is_some_and(Joinable::reopens),
        last_account: found.last.map(|(_, text)| text),
        same: found.same,
        form,
        problems,
    };
    layout::naming(layout::answer(&page, &page.problems), shown.iter().map(String::as_str))
}

/// The person of the card that was taken, or the one person of the same ID number.
async fn known(tx: &mut Tx, form: &VisitForm, hits: &Hits) -> AppResult<Option<Known>> {
    let number = panel::whole_number(form);
    let taken = match form.petitioner_id.parse() {
        Ok(uuid) => petitioners::face(tx, uuid, number.as_deref().unwrap_or_default()).await?,
        Err(_) => None,
    };
    let taken = taken.filter(|face| names(form, face, number.is_some()));
    let face = match (taken, hits.by, hits.people.as_slice()) {
        (Some(face), ..) => Some(face),
        (None, Some(panel::By::Document), [card]) if Reading::of(form).number.is_some() => {
            petitioners::face(tx, card.uuid, "").await?
        }
        _ => None,
    };
    let Some(Face { petitioner, name, name_key, id_tail, .. }) = face else { return Ok(None) };
    let on_file = petitioners::on_file(tx, petitioner).await?.unwrap_or_default();
    Ok(Some(Known { petitioner, name, name_key, id_tail, on_file }))
}

/// Whether the form still names the person of a card: by their number, or by their name as long as
/// no other number stands against it.
fn names(form: &VisitForm, face: &Face, has_number: bool) -> bool {
    if has_number && !face.id_tail.is_empty() {
        return face.id_is_theirs;
    }
    Name::parse(&form.name).is_ok_and(|name| name.normalised() == face.name_key)
}

/// Fills the form with the person of a card, and with the matter of the case that it is joined to;
/// returns whose card it was. The choice is the card's person, the case, and `join` or `other`.
pub async fn take(tx: &mut Tx, form: &mut VisitForm, hits: &Hits) -> AppResult<Option<Uuid>> {
    let choice = std::mem::take(&mut form.take);
    let mut parts = choice.split('|');
    let (person, case, how) = (parts.next(), parts.next(), parts.next());
    form.petitioner_id = String::new();
    let card = hits.people.iter().find(|card| Some(card.uuid.to_string().as_str()) == person);
    let Some(card) = card else { return Ok(None) };
    form.petitioner_id = card.uuid.to_string();
    fill_person(tx, form, card).await?;
    let taken = Some(card.uuid);
    if how != Some("join") {
        return Ok(taken);
    }
    Disposition::JoinedToCase.code().clone_into(&mut form.disposition);
    case.unwrap_or_default().clone_into(&mut form.merge_case_no);
    let Some(matter) = visit_accounts::matter(tx, &form.merge_case_no).await? else {
        return Ok(taken);
    };
    matter.category.code().clone_into(&mut form.appeal_category);
    if let Some(origin) = matter.origin {
        let units = units::list(tx).await?;
        let court = units.iter().find(|unit| unit.id == origin);
        form.origin_court = court.map(|unit| unit.name.clone()).unwrap_or_default();
    }
    if let Some(number) = matter.court_case {
        form.origin_case_no = number;
    }
    Ok(taken)
}

/// The face of the card, and of the own court's files what isn't masked; what was typed already
/// stays. Numbers and the address stay sealed, and the day of birth unless the whole number was
/// typed: the form rests on what is on file of them.
async fn fill_person(tx: &mut Tx, form: &mut VisitForm, card: &PersonCard) -> AppResult<()> {
    let keep = |field: &mut String, known: String| {
        if field.trim().is_empty() {
            *field = known;
        }
    };
    form.name.clone_from(&card.name);
    let sex = card.sex.map(|sex| sex.code().to_owned()).unwrap_or_default();
    keep(&mut form.sex, sex);
    if panel::whole_number(form).is_some() {
        let birth = card.birth_date.map(|day| day.to_string()).unwrap_or_default();
        keep(&mut form.birth_date, birth);
    }
    if person::rests_on_file(form, &card.id_tail) {
        form.id_number.clear();
    }
    let on_file = petitioners::on_file(tx, card.petitioner).await?.unwrap_or_default();
    keep(&mut form.region, on_file.region);
    Ok(())
}
