//! The person as the window sent them: document, name, sex, birth, phone. Nothing refuses anyone.

use chrono::{Datelike, NaiveDate};

use super::form::{Known, VisitForm};
use crate::domain::calendar;
use crate::domain::petitioner::{
    IdFault, IdNumber, IdOverride, IdType, Name, NoIdReason, Phone, Sex, region_of,
};
use crate::domain::visit::{Channel, Contact, Disposition, Document, Identity};
use crate::store::visits::Person;
use crate::web::form::Problems;

/// The first year of birth that a form takes: nobody who comes to the window is older.
const FIRST_BIRTH_YEAR: i32 = 1900;

/// What the ID number says, as far as it can be read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    pub number: Option<IdNumber>,
    pub fault: Option<IdFault>,
    /// The province by the first digits; empty if the code isn't known.
    pub region: String,
}

impl Reading {
    /// Reads the number of an ID card; of nothing or another document there is nothing to read.
    pub fn of(form: &VisitForm) -> Self {
        if id_type(form) != IdType::IdCard || form.id_number.trim().is_empty() {
            return Self::default();
        }
        match IdNumber::parse(&form.id_number) {
            Ok(number) => {
                let region = region_of(number.region_code()).unwrap_or_default().to_owned();
                Self { number: Some(number), fault: None, region }
            }
            Err(fault) => Self { fault: Some(fault), ..Self::default() },
        }
    }

    /// 「58岁」
    pub fn age(&self, today: NaiveDate) -> Option<u32> {
        self.number.as_ref().and_then(|number| number.age_on(today))
    }
}

pub fn id_type(form: &VisitForm) -> IdType {
    IdType::from_code(&form.id_type).unwrap_or(IdType::IdCard)
}

/// An unsigned letter, or a caller who gives no name.
fn is_unnamed(form: &VisitForm) -> bool {
    matches!(form.channel(), Channel::Letter | Channel::Call | Channel::Online)
        && form.name.trim().is_empty()
        && form.id_number.trim().is_empty()
        && form.petitioner_id.is_empty()
}

/// Whether nothing of the document is typed but, at most, the last four that are on file.
pub fn rests_on_file(form: &VisitForm, id_tail: &str) -> bool {
    let number = IdNumber::normalised(&form.id_number);
    number.is_empty() || number == id_tail
}

/// Who came, or what is wrong.
pub fn read(
    form: &VisitForm,
    known: Option<&Known>,
    today: NaiveDate,
    problems: &mut Problems,
) -> Option<Person> {
    if is_unnamed(form) {
        return Some(Person::Unnamed);
    }
    match known {
        Some(known) => Some(read_known(form, known, problems)),
        None => read_new(form, today, problems).map(|one| Person::New(Box::new(one))),
    }
}

/// The name that is on file, where another one is typed.
pub fn other_name<'a>(form: &VisitForm, known: Option<&'a Known>) -> Option<&'a str> {
    let typed = Name::parse(&form.name).ok()?.normalised();
    known.filter(|known| known.name_key != typed).map(|known| known.name.as_str())
}

/// Someone whom the courts know: what isn't told anew stays as it is on file.
fn read_known(form: &VisitForm, known: &Known, problems: &mut Problems) -> Person {
    if !rests_on_file(form, &known.id_tail) {
        document(form, &Reading::of(form), problems);
    }
    let name = problems.accept("name", Name::parse(&form.name));
    if let Some(on_file) = name.and(other_name(form, Some(known)))
        && form.name_stands.is_empty()
    {
        problems.add("name", format!("这个证件号码在册的姓名是“{on_file}”，与所填不同，请核对"));
    }
    // Of another court's file the window sees no phone; whoever handles the joined case has it.
    let joins = form.disposition() == Some(Disposition::JoinedToCase);
    let on_file = joins || !known.on_file.phone_tail.is_empty();
    let stays = form.phone.trim().is_empty() && on_file;
    let phone = if stays { None } else { phone(form, problems) };
    problems.within("address", &form.address, 120);
    let contact = Contact { phone, address: form.address.trim().to_owned() };
    Person::Known(known.petitioner, Box::new(contact))
}

fn read_new(form: &VisitForm, today: NaiveDate, problems: &mut Problems) -> Option<Identity> {
    let reading = Reading::of(form);
    let document = document(form, &reading, problems);
    let name = problems.accept("name", Name::parse(&form.name));
    let sex = match &reading.number {
        Some(number) => Some(number.sex()),
        None => problems.take("sex", Sex::from_code(&form.sex), "请选择性别"),
    };
    let birth_date = match &reading.number {
        Some(number) => Some(number.birth_date()),
        None => birth_date(form, today, problems),
    };
    let phone = phone(form, problems);
    problems.within("address", &form.address, 120);
    problems.within("region", &form.region, 60);
    let region = form.region.trim();
    Some(Identity {
        document: document?,
        name: name?,
        sex,
        birth_date,
        region: if region.is_empty() { reading.region } else { region.to_owned() },
        contact: Contact { phone, address: form.address.trim().to_owned() },
    })
}

/// The document. A fault of the number asks once; with a reason the number stands as shown.
fn document(form: &VisitForm, reading: &Reading, problems: &mut Problems) -> Option<Document> {
    let number = IdNumber::normalised(&form.id_number);
    let kind = id_type(form);
    if kind == IdType::None || number.is_empty() {
        let reason = NoIdReason::from_code(&form.no_id_reason)
            .filter(|reason| NoIdReason::AT_THE_WINDOW.contains(reason));
        return problems.take("no_id_reason", reason, "请选择没有证件的原因").map(Document::None);
    }
    if let Some(number) = &reading.number {
        return Some(Document::Verified(number.clone()));
    }
    let Some(fault) = reading.fault else { return Some(Document::AsShown(kind, number, None)) };
    let stands = IdOverride::from_code(&form.id_override_reason)
        .filter(|reason| IdOverride::AT_THE_WINDOW.contains(reason));
    let stands = problems.take("id_number", stands, &fault.to_string())?;
    Some(Document::AsShown(kind, number, Some(stands)))
}

fn birth_date(form: &VisitForm, today: NaiveDate, problems: &mut Problems) -> Option<NaiveDate> {
    let text = form.birth_date.trim();
    if text.is_empty() {
        return None;
    }
    let day = calendar::read_day(text, today);
    let day = problems.take("birth_date", day, "请填写出生日期，如“1968-03-12”")?;
    if day > today {
        problems.add("birth_date", "出生日期不能晚于今天");
        return None;
    }
    if day.year() < FIRST_BIRTH_YEAR {
        let said = format!("出生日期不能早于{FIRST_BIRTH_YEAR}-01-01，请核对年份");
        problems.add("birth_date", said);
        return None;
    }
    Some(day)
}

/// The phone. A letter may give none; at the window 「无电话」 says so.
fn phone(form: &VisitForm, problems: &mut Problems) -> Option<Phone> {
    let text = form.phone.trim();
    let may_be_empty = !form.no_phone.is_empty() || form.channel() != Channel::Visit;
    if text.is_empty() && may_be_empty {
        return None;
    }
    if text.is_empty() {
        problems.add("phone", "请填写手机号；没有电话的请选“无电话”");
        return None;
    }
    problems.accept("phone", Phone::parse(text))
}
