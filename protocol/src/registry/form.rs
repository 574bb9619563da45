//! Forms (表单): what is asked for beside the fields that every incident has.

use super::json::{self, Key, Shape};
use super::labels::{self, Labels};
use super::{Entry, private};
use crate::fields::{Fields, FieldsError, Raw};

/// A list of questions for one kind of incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The code that records name.
    pub code: String,
    /// Its names.
    pub labels: Labels,
    /// The incident type's code it belongs to; with none it is offered for all.
    pub category: Option<String>,
    /// The questions, in order.
    pub fields: Vec<FormField>,
    /// Kept only so that the code is not reused.
    pub retired: bool,
    newer: Fields,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField {
    /// The code that answers stand under.
    pub code: String,
    /// The question.
    pub labels: Labels,
    /// What an answer is: `text`, `integer`, `yes_no`, `date`, `choice`, `photo`; other words are a
    /// newer version's, and their answers are shown as text.
    pub value: String,
    /// Must it be answered?
    pub required: bool,
    /// Answers to choose from: codes with names.
    pub choices: Vec<(String, Labels)>,
    newer: Fields,
}

impl Entry for Form {
    const KIND: &'static str = "forms";

    fn code(&self) -> &str {
        &self.code
    }

    fn retired(&self) -> bool {
        self.retired
    }
}

impl private::Sealed for Form {
    const SCHEMA: &'static [json::Key] = &[
        Key("code", 1, Shape::Text),
        Key("labels", 2, Shape::Map(labels::SCHEMA)),
        Key("category", 3, Shape::Text),
        Key("fields", 4, Shape::Maps(FIELD)),
        Key("retired", 5, Shape::Bool),
    ];

    fn to_fields(&self) -> Fields {
        let questions: Vec<Raw> = self.fields.iter().map(FormField::to_raw).collect();
        let mut fields = self.newer.clone();
        fields
            .set(1, &self.code)
            .set(2, self.labels.to_raw())
            .set_opt(3, self.category.as_ref())
            .set(4, Raw::array(&questions))
            .set_opt(5, self.retired.then_some(true));
        fields
    }

    fn from_fields(mut fields: Fields) -> Result<Self, FieldsError> {
        let items = fields.take(4, "fields", Raw::as_array)?;
        let questions: Result<Vec<_>, _> = items.iter().map(FormField::from_raw).collect();
        Ok(Self {
            code: fields.take_text(1, "code", 64)?,
            labels: Labels::take(&mut fields, 2, "labels")?,
            category: fields.take_text_opt(3, "category", 64)?,
            fields: questions?,
            retired: fields.take_flag(5, "retired")?,
            newer: fields,
        })
    }
}

const FIELD: &[Key] = &[
    Key("code", 1, Shape::Text),
    Key("labels", 2, Shape::Map(labels::SCHEMA)),
    Key("value", 3, Shape::Text),
    Key("required", 4, Shape::Bool),
    Key("choices", 5, Shape::Maps(CHOICE)),
];

const CHOICE: &[Key] = &[
    Key("code", 1, Shape::Text),
    Key("labels", 2, Shape::Map(labels::SCHEMA)),
];

impl FormField {
    fn to_raw(&self) -> Raw {
        let choice = |(code, labels): &(String, Labels)| {
            let mut fields = Fields::new();
            fields.set(1, code).set(2, labels.to_raw());
            Raw::from(fields)
        };
        let choices: Vec<Raw> = self.choices.iter().map(choice).collect();
        let mut fields = self.newer.clone();
        fields
            .set(1, &self.code)
            .set(2, self.labels.to_raw())
            .set(3, &self.value)
            .set_opt(4, self.required.then_some(true))
            .set_opt(5, (!choices.is_empty()).then(|| Raw::array(&choices)));
        fields.into()
    }

    fn from_raw(raw: &Raw) -> Result<Self, FieldsError> {
        let mut fields = raw.as_fields().ok_or(FieldsError::NotAMap)?;
        let choices = fields.take_opt(5, "choices", |raw| {
            raw.as_array().filter(|choices| !choices.is_empty())
        })?;
        let choices: Result<Vec<_>, _> = choices.iter().flatten().map(choice).collect();
        Ok(Self {
            code: fields.take_text(1, "code", 64)?,
            labels: Labels::take(&mut fields, 2, "labels")?,
            value: fields.take_text(3, "value", 64)?,
            required: fields.take_flag(4, "required")?,
            choices: choices?,
            newer: fields,
        })
    }
}

fn choice(raw: &Raw) -> Result<(String, Labels), FieldsError> {
    let mut fields = raw.as_fields().ok_or(FieldsError::NotAMap)?;
    let code = fields.take_text(1, "code", 64)?;
    let labels = Labels::take(&mut fields, 2, "labels")?;
    // A choice has no room for more in this version; a form that needs it has another format number.
    if fields.is_empty() {
        Ok((code, labels))
    } else {
        Err(FieldsError::Invalid("choices"))
    }
}
