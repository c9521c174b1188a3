//! Who came along: how many, whom they chose to speak, for whom an agent speaks; and how long what is
//! typed of it may be.

use super::form::VisitForm;
use crate::domain::digits::folded;
use crate::domain::visit::{MOST_REPRESENTATIVES, VisitForm as Form};
use crate::web::form::Problems;

/// The most people that a visit is registered with: more is a slip of the key.
const MOST_PEOPLE: u32 = 99_999;
/// The longest name, and the longest number of a document.
const NAME: usize = 30;
const NUMBER: usize = 40;

/// Notes that a field, by its name and its label, is too long: 「转送机关最多60字，现在多出3字，请精简」.
pub fn limit(problems: &mut Problems, (field, label): (&str, &str), text: &str, most: usize) {
    let over = text.trim().chars().count().saturating_sub(most);
    if over > 0 {
        problems.add(field, format!("{label}最多{most}字，现在多出{over}字，请精简"));
    }
}

pub fn people(form: &VisitForm, problems: &mut Problems) -> Option<u32> {
    let text = form.people_count.trim();
    if text.is_empty() {
        return Some(1);
    }
    count(problems, ("people_count", "来访人数"), text, 1)
}

pub fn involved(form: &VisitForm, kind: Form, problems: &mut Problems) -> Option<u32> {
    let text = form.involved_count.trim();
    if kind != Form::Group || text.is_empty() {
        return None;
    }
    count(problems, ("involved_count", "涉及人数"), text, 0)
}

fn count(
    problems: &mut Problems,
    (field, label): (&str, &str),
    text: &str,
    least: u32,
) -> Option<u32> {
    let text = folded(text);
    let digits = !text.is_empty() && text.bytes().all(|sign| sign.is_ascii_digit());
    let count = text.parse().ok().filter(|count| digits && (least..=MOST_PEOPLE).contains(count));
    problems.take(field, count, &format!("{label}应为{least}到{MOST_PEOPLE}的整数"))
}

pub fn representatives(
    form: &VisitForm,
    kind: Form,
    problems: &mut Problems,
) -> Vec<(String, String)> {
    if kind != Form::Group {
        return Vec::new();
    }
    let numbers = form.representative_ids.iter().map(String::as_str);
    let named: Vec<(String, String)> = form
        .representatives
        .iter()
        .zip(numbers.chain(std::iter::repeat("")))
        .map(|(name, number)| (name.trim().to_owned(), number.trim().to_uppercase()))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    if named.len() > MOST_REPRESENTATIVES {
        problems.add("representatives[]", "代表不超过5人");
    }
    for (name, number) in &named {
        limit(problems, ("representatives[]", "代表姓名"), name, NAME);
        limit(problems, ("representatives[]", "代表证件号码"), number, NUMBER);
    }
    named
}

pub fn principal(form: &VisitForm, kind: Form, problems: &mut Problems) -> Option<(String, bool)> {
    if kind != Form::Agent {
        return None;
    }
    limit(problems, ("principal_name", "委托人姓名"), &form.principal_name, NAME);
    let name = problems.required("principal_name", &form.principal_name, "请填写委托人姓名");
    let mandate = match form.mandate.as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    problems.take("mandate", mandate, "请选择有无委托手续").map(|mandate| (name, mandate))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with a form of these, by field.
    fn told(change: impl FnOnce(&mut VisitForm)) -> Vec<(String, String)> {
        let (mut form, mut problems) = (VisitForm::blank(""), Problems::default());
        change(&mut form);
        people(&form, &mut problems);
        involved(&form, Form::Group, &mut problems);
        representatives(&form, Form::Group, &mut problems);
        form.mandate = "no".to_owned();
        if !form.principal_name.is_empty() {
            principal(&form, Form::Agent, &mut problems);
        }
        problems.list().iter().map(|one| (one.field.clone(), one.message.clone())).collect()
    }

    #[test]
    fn what_is_too_long_or_too_many_is_told_by_its_field() {
        let long = |most: usize| "某".repeat(most + 2);
        let one = |field: &str, said: &str| vec![(field.to_owned(), said.to_owned())];
        assert_eq!(told(|_| ()), []);
        let most = |form: &mut VisitForm| form.people_count = "99999".to_owned();
        assert_eq!(told(most), []);
        for number in ["100000", "2147483648", "99999999999", "0", "-3", "+3", "1.5", "许多"] {
            let said = "来访人数应为1到99999的整数";
            let told = told(|form| form.people_count = number.to_owned());
            assert_eq!(told, one("people_count", said), "{number}");
        }
        assert_eq!(
            told(|form| form.involved_count = "4294967296".to_owned()),
            one("involved_count", "涉及人数应为0到99999的整数")
        );
        assert_eq!(
            told(|form| form.representatives = vec![long(NAME)]),
            one("representatives[]", "代表姓名最多30字，现在多出2字，请精简")
        );
        let number = |form: &mut VisitForm| {
            form.representatives = vec!["张某".to_owned()];
            form.representative_ids = vec!["9".repeat(NUMBER + 2)];
        };
        let said = "代表证件号码最多40字，现在多出2字，请精简";
        assert_eq!(told(number), one("representatives[]", said));
        assert_eq!(
            told(|form| form.principal_name = long(NAME)),
            one("principal_name", "委托人姓名最多30字，现在多出2字，请精简")
        );
    }
}
