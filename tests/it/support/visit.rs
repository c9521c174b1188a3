//! The form of the registration desk.

/// A visit as the window fills it in, with some fields filled in differently.
pub fn visit<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("channel", "visit"),
        ("id_type", "none"),
        ("no_id_reason", "forgot"),
        ("name", "张某"),
        ("sex", "male"),
        ("phone", "10000000021"),
        ("visit_form", "individual"),
        ("people_count", "1"),
        ("visit_kind", "petition"),
        ("appeal_category", "enforcement_payment"),
        ("origin_court", "无"),
        ("summary", "执行案款未足额发放，要求书面说明"),
        ("disposition", "accepted"),
        ("action", "save"),
    ];
    for (name, value) in changed {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    fields
}
