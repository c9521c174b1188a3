//! What is wrong with a form, by field; and small readers of what was sent.

/// One sentence about one field; the empty field is the form as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub field: String,
    pub message: String,
}

/// All that is wrong, in the order of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// A refusal of a rule: about the form as a whole.
    pub fn whole(message: impl Into<String>) -> Self {
        Self::at("", message)
    }

    /// One problem of one field.
    pub fn at(field: &str, message: impl Into<String>) -> Self {
        let mut problems = Self::default();
        problems.add(field, message);
        problems
    }

    /// Notes a problem of a field.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem { field: field.into(), message: message.into() });
    }

    /// The value, or a note that it is missing or makes no sense.
    pub fn take<T>(&mut self, field: &str, value: Option<T>, message: &str) -> Option<T> {
        if value.is_none() {
            self.add(field, message);
        }
        value
    }

    /// The value, or its error as a note.
    pub fn accept<T, E: std::fmt::Display>(
        &mut self,
        field: &str,
        value: Result<T, E>,
    ) -> Option<T> {
        value.map_err(|error| self.add(field, error.to_string())).ok()
    }

    /// The text without blanks at its ends, or a note when nothing is left.
    pub fn required(&mut self, field: &str, text: &str, message: &str) -> String {
        let text = text.trim();
        if text.is_empty() {
            self.add(field, message);
        }
        text.to_owned()
    }

    /// Notes when a text is longer than its limit: 「超出12字，请精简」.
    pub fn within(&mut self, field: &str, text: &str, limit: usize) {
        let over = text.chars().count().saturating_sub(limit);
        if over > 0 {
            self.add(field, format!("超出{over}字，请精简"));
        }
    }

    /// What is wrong elsewhere on the form, after what is wrong so far.
    pub fn append(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|problem| problem.field == field).map(|problem| problem.message.as_str())
    }

    /// Everything that is wrong with a field, in order.
    pub fn all_of(&self, field: &str) -> Vec<&str> {
        let of_field = self.0.iter().filter(|problem| problem.field == field);
        of_field.map(|problem| problem.message.as_str()).collect()
    }

    /// Everything, in order.
    pub fn list(&self) -> &[Problem] {
        &self.0
    }
}

/// One answer to choose from, as selects and radios show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

impl Choice {
    /// The choices of (value, label) with the one that was sent marked.
    pub fn list<V: Into<String>, L: Into<String>>(
        options: impl IntoIterator<Item = (V, L)>,
        chosen: &str,
    ) -> Vec<Self> {
        options
            .into_iter()
            .map(|(value, label)| {
                let value = value.into();
                Self { chosen: value == chosen, value, label: label.into() }
            })
            .collect()
    }
}
