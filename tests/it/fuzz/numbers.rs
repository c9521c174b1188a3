//! What is written into a single field: numbers, names, codes.

use anjie::domain::court_case::{CaseNumber, StatedNumber};
use anjie::domain::petitioner::{IdFault, IdNumber, Name, Phone};
use anjie::domain::query_code::QueryCode;

use super::{Ended, feed_texts, lines};

const SHORT: u64 = 3_000;

fn id_number(text: &str) -> Ended {
    let read = IdNumber::parse(text);
    if let Ok(number) = &read {
        assert_eq!(IdNumber::parse(number.exposed()).as_ref(), Ok(number), "{text:?}");
        assert_eq!(IdNumber::normalised(number.exposed()), number.exposed(), "{text:?}");
        assert_eq!((number.tail().len(), number.region_code().len()), (4, 6), "{text:?}");
        assert!(!number.to_string().contains(&number.exposed()[..14]), "{text:?}");
    }
    // Of the eleven last signs that there are, one fits seventeen digits with a birthday.
    let normal: Vec<char> = IdNumber::normalised(text).chars().collect();
    if normal.len() == 18 {
        let begin: String = normal[..17].iter().collect();
        let ends = "0123456789X".chars().map(|end| IdNumber::parse(&format!("{begin}{end}")));
        let ends: Vec<_> = ends.collect();
        let good = ends.iter().filter(|it| it.is_ok()).count();
        let is_number = begin.bytes().all(|digit| digit.is_ascii_digit())
            && !ends.contains(&Err(IdFault::BirthDate));
        assert_eq!(good, usize::from(is_number), "{text:?}");
    }
    if read.is_ok() { "read" } else { "refused" }
}

/// S60.
#[test]
fn an_identity_number_that_is_read_is_read_again_as_the_same() {
    let ended = feed_texts("identity numbers", SHORT, lines("identity_number"), |it| id_number(it));
    assert!(ended.len() == 2, "{ended:?}");
}

fn case_number(text: &str) -> Ended {
    let Some(stated) = StatedNumber::read(text) else { return "nothing" };
    assert_eq!(StatedNumber::read(&stated.raw).as_ref(), Some(&stated), "{text:?}");
    assert_eq!(stated.hint().is_none(), stated.number.is_some(), "{text:?}");
    let Some(number) = CaseNumber::parse(text) else {
        assert_eq!(stated.number, None, "{text:?}");
        return "refused";
    };
    let shown = number.to_string();
    assert_eq!(stated.to_string(), shown, "{text:?}");
    assert_eq!(CaseNumber::parse(&shown).as_ref(), Some(&number), "{text:?} {shown:?}");
    assert_eq!(number.court_code().is_some(), number.type_code().is_some(), "{text:?}");
    "read"
}

/// S60.
#[test]
fn a_case_number_that_is_read_is_read_again_as_it_is_printed() {
    let ended = feed_texts("case numbers", SHORT, lines("case_number"), |it| case_number(it));
    assert!(ended.contains_key("read") && ended.contains_key("refused"), "{ended:?}");
}

fn phone(text: &str) -> Ended {
    let Ok(phone) = Phone::parse(text) else { return "refused" };
    assert_eq!(Phone::parse(phone.exposed()).as_ref(), Ok(&phone), "{text:?}");
    assert!(phone.exposed().is_ascii() && phone.tail().len() == 4, "{text:?}");
    assert_eq!(phone.masked().len(), phone.exposed().len(), "{text:?}");
    assert_ne!(phone.masked(), phone.exposed(), "{text:?}");
    "read"
}

fn name(text: &str) -> Ended {
    let Ok(name) = Name::parse(text) else { return "refused" };
    assert_eq!(Name::parse(name.as_str()).as_ref(), Ok(&name), "{text:?}");
    assert!((2..=30).contains(&name.as_str().chars().count()), "{text:?}");
    assert!(!name.as_str().contains(char::is_control), "{text:?}");
    assert_ne!(name.masked(), "", "{text:?}");
    "read"
}

fn query_code(text: &str) -> Ended {
    let Some(code) = QueryCode::parse(text) else { return "refused" };
    assert_eq!(QueryCode::parse(code.as_str()).as_ref(), Some(&code), "{text:?}");
    assert_eq!(QueryCode::parse(&code.grouped()), Some(code), "{text:?}");
    "read"
}

/// S60.
#[test]
fn a_telephone_number_a_name_and_a_query_code_that_are_read_are_read_again_as_the_same() {
    for (parser, folder, check) in [
        ("telephone numbers", "phone", phone as fn(&str) -> Ended),
        ("names", "name", name),
        ("query codes", "query_code", query_code),
    ] {
        let ended = feed_texts(parser, SHORT / 2, lines(folder), move |it| check(it));
        assert!(ended.len() == 2, "{parser}: {ended:?}");
    }
}
