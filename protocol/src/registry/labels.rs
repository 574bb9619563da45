//! Names of things in the languages of the people who use them.

use super::json::{Key, Shape};
use super::{MAX_TEXT_BYTES, json};
use crate::fields::{Fields, FieldsError, Raw};

/// How labels are written in JSON.
pub(super) const SCHEMA: &[json::Key] = &[
    Key("zh", 1, Shape::Text),
    Key("mn_cyrl", 2, Shape::Text),
    Key("mn_mong", 3, Shape::Text),
    Key("en", 4, Shape::Text),
    Key("draft", 5, Shape::Texts),
];

/// One thing's name in several languages; at least one is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// Chinese.
    pub zh: Option<String>,
    /// Mongolian in Cyrillic script.
    pub mn_cyrl: Option<String>,
    /// Mongolian in traditional script, stored untouched.
    pub mn_mong: Option<String>,
    /// English.
    pub en: Option<String>,
    /// Languages (by their JSON name) whose words a speaker has not confirmed yet.
    pub draft: Vec<String>,
    newer: Fields,
}

/// A language and its script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Chinese.
    Zh,
    /// Mongolian, Cyrillic.
    MnCyrl,
    /// Mongolian, traditional script.
    MnMong,
    /// English.
    En,
}

impl Labels {
    /// A Chinese and an English name.
    pub fn zh_en(zh: &str, en: &str) -> Self {
        Self {
            zh: Some(zh.to_owned()),
            en: Some(en.to_owned()),
            ..Self::default()
        }
    }

    /// The name in this language, if there is one.
    pub fn get(&self, language: Language) -> Option<&str> {
        match language {
            Language::Zh => self.zh.as_deref(),
            Language::MnCyrl => self.mn_cyrl.as_deref(),
            Language::MnMong => self.mn_mong.as_deref(),
            Language::En => self.en.as_deref(),
        }
    }

    /// The name to show to a reader of this language: theirs, else Chinese, else English, else any.
    pub fn best(&self, language: Language) -> &str {
        use Language::{En, MnCyrl, MnMong, Zh};
        [language, Zh, En, MnCyrl, MnMong]
            .into_iter()
            .find_map(|language| self.get(language))
            .unwrap_or_default()
    }

    pub(super) fn to_raw(&self) -> Raw {
        let mut fields = self.newer.clone();
        fields
            .set_opt(1, self.zh.as_ref())
            .set_opt(2, self.mn_cyrl.as_ref())
            .set_opt(3, self.mn_mong.as_ref())
            .set_opt(4, self.en.as_ref());
        if !self.draft.is_empty() {
            fields.set(5, texts(&self.draft));
        }
        fields.into()
    }

    /// Takes labels that must be there and have at least one name.
    pub(super) fn take(
        fields: &mut Fields,
        key: u64,
        name: &'static str,
    ) -> Result<Self, FieldsError> {
        let mut map = fields.take(key, name, Raw::as_fields)?;
        let labels = Self {
            zh: map.take_text_opt(1, "zh", MAX_TEXT_BYTES)?,
            mn_cyrl: map.take_text_opt(2, "mn_cyrl", MAX_TEXT_BYTES)?,
            mn_mong: map.take_text_opt(3, "mn_mong", MAX_TEXT_BYTES)?,
            en: map.take_text_opt(4, "en", MAX_TEXT_BYTES)?,
            draft: take_texts(&mut map, 5, "draft")?,
            newer: map,
        };
        if labels.best(Language::Zh).is_empty() {
            return Err(FieldsError::Missing(name));
        }
        Ok(labels)
    }
}

/// A list of texts.
pub(super) fn texts(texts: &[String]) -> Raw {
    let items: Vec<Raw> = texts.iter().map(Raw::from).collect();
    Raw::array(&items)
}

/// Takes a list of texts; absent and empty are one, and only absent is written.
pub(super) fn take_texts(
    fields: &mut Fields,
    key: u64,
    name: &'static str,
) -> Result<Vec<String>, FieldsError> {
    let read = |raw: &Raw| {
        raw.as_array()?
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect::<Option<Vec<String>>>()
            .filter(|texts| !texts.is_empty())
    };
    Ok(fields.take_opt(key, name, read)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_sees_the_own_language_then_chinese_then_english_then_any() {
        let mut labels = Labels::zh_en("开垦", "reclamation");
        labels.mn_cyrl = Some("газар хагалах".into());
        assert_eq!(labels.best(Language::MnCyrl), "газар хагалах");
        assert_eq!(labels.best(Language::MnMong), "开垦");
        labels.zh = None;
        assert_eq!(labels.best(Language::MnMong), "reclamation");
        labels.en = None;
        assert_eq!(labels.best(Language::Zh), "газар хагалах");
    }
}
