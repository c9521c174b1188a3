//! Registering visits, letters and calls.

use super::super::act::{Case, Course, Visit};
use super::{Desk, HistoryResult, Scribe};
use crate::domain::court_case::StatedNumber;
use crate::domain::visit::{self, Account, Category, Entry, VisitForm, VisitKind, register};
use crate::store::petitioners::{self, Wanted};
use crate::store::visits::{self, Person};

impl Scribe<'_> {
    pub(super) async fn register(&mut self, desk: &mut Desk, visit: &Visit) -> HistoryResult<()> {
        let case = self.case(desk, visit.case)?;
        let joins = visit.course == Course::Joined;
        let number = if joins { Some(self.number(desk, visit.case)?.to_owned()) } else { None };
        let course = self.course(desk, visit, number.as_deref()).await?;
        let entry = self.entry(desk, (case, visit), course)?;
        let decided = register(desk.actor(), entry, None, desk.at);
        let fact = desk.allowed(decided)?;
        let person = person(desk, case, number.as_deref()).await?;
        let recorded = visits::record(&mut desk.tx, &fact, &person, desk.session.hall()).await?;
        if let (false, Some(number)) = (joins, recorded.case_number) {
            self.numbers.insert(visit.case, number);
        }
        Ok(())
    }

    async fn course(
        &self,
        desk: &mut Desk,
        visit: &Visit,
        number: Option<&str>,
    ) -> HistoryResult<visit::Course> {
        if let Some(number) = number {
            let joined = visits::case_to_join(&mut desk.tx, number).await?;
            let joined = joined.ok_or_else(|| desk.refused(["there is no case to join"]))?;
            return desk.allowed(joined.join(None));
        }
        Ok(match visit.course {
            Course::Accepted | Course::Joined => visit::Course::Accepted,
            Course::Answered(text) => visit::Course::Answered(text.to_owned()),
            Course::Routed(route) => visit::Course::Routed(route),
            Course::Transferred(organ) => visit::Course::Transferred(organ.to_owned()),
            Course::NotAccepted(text) => visit::Course::NotAccepted(text.to_owned()),
        })
    }

    fn entry(
        &self,
        desk: &Desk,
        (case, visit): (&Case, &Visit),
        course: visit::Course,
    ) -> HistoryResult<Entry> {
        let petition = visit.kind == VisitKind::Petition;
        let group = visit.form == VisitForm::Group;
        let principal = || (format!("{}某", case.petitioner.name), true);
        Ok(Entry {
            channel: visit.channel,
            received_at: visit.received_at,
            posted_on: None,
            form: visit.form,
            people: visit.people,
            involved: group.then_some(visit.people * 2),
            representatives: visit
                .representatives
                .iter()
                .map(|name| (name.clone(), String::new()))
                .collect(),
            principal: (visit.form == VisitForm::Agent).then(principal),
            assist: visit.assist.clone(),
            kind: visit.kind,
            category: if petition { case.matter.category } else { Category::Other },
            origin: if petition { Some(self.unit(desk, case.origin)?.id) } else { None },
            court_case: StatedNumber::read(&case.court_case).filter(|_| petition),
            account: Account::Told(visit.told.clone()),
            course,
            urgent_reason: visit.urgent_reason.to_owned(),
            receiver: desk.actor().staff,
            not_same: None,
            accuses_bureau: false,
        })
    }
}

/// Who comes again is known by the ID number; who shows none, by the case.
async fn person(desk: &mut Desk, case: &Case, number: Option<&str>) -> HistoryResult<Person> {
    let identity = case.petitioner.identity();
    let identity = identity.ok_or_else(|| desk.refused(["nobody can be called so"]))?;
    if let (Some(number), None) = (number, &case.petitioner.id_number) {
        let wanted = Wanted { case_number: number.to_owned(), ..Wanted::default() };
        let known = petitioners::match_people(&mut desk.tx, &wanted).await?;
        if let Some(card) = known.first() {
            return Ok(Person::Known(card.petitioner, Box::new(identity.contact)));
        }
    }
    Ok(Person::New(Box::new(identity)))
}
