//! Full text, split in the app so that any store can do it.
//!
//! Han is split into overlapping pairs, because it has no spaces; other scripts are folded (compatibility
//! form, case, marks) and split into words. A query finds what has all of its tokens. A single Han sign is a
//! token too, so that one sign finds as well.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Longest token, in signs.
const TOKEN_LEN_MAX: usize = 40;
/// Most tokens of one text.
const TOKENS_MAX: usize = 4_000;

/// The tokens of a text to be found, sorted.
pub fn tokens(text: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    split(text, |part| match part {
        Part::Word(word) => {
            found.insert(word);
        }
        Part::Han(signs) => {
            found.extend(signs.iter().map(char::to_string));
            found.extend(pairs(&signs));
        }
    });
    found.into_iter().take(TOKENS_MAX).collect()
}

/// The tokens that something must have to be found by a query.
pub(in crate::app) fn query_tokens(text: &str) -> Vec<String> {
    let mut asked = BTreeSet::new();
    split(text, |part| match part {
        Part::Word(word) => {
            asked.insert(word);
        }
        Part::Han(signs) if signs.len() == 1 => asked.extend(signs.iter().map(char::to_string)),
        Part::Han(signs) => asked.extend(pairs(&signs)),
    });
    asked.into_iter().take(32).collect()
}

enum Part {
    Word(String),
    Han(Vec<char>),
}

fn split(text: &str, mut take: impl FnMut(Part)) {
    let (mut word, mut han) = (String::new(), Vec::new());
    // Decomposed, so that marks stand apart and can be left off; then folded.
    let signs = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && !is_mongolian_selector(*c));
    for sign in signs.flat_map(char::to_lowercase).chain([' ']) {
        if is_han(sign) {
            flush_word(&mut word, &mut take);
            han.push(sign);
            continue;
        }
        if !han.is_empty() {
            take(Part::Han(std::mem::take(&mut han)));
        }
        if sign.is_alphanumeric() {
            word.push(sign);
        } else {
            flush_word(&mut word, &mut take);
        }
    }
}

fn flush_word(word: &mut String, take: &mut impl FnMut(Part)) {
    if !word.is_empty() {
        let cut: String = word.chars().take(TOKEN_LEN_MAX).collect();
        word.clear();
        take(Part::Word(cut));
    }
}

fn pairs(signs: &[char]) -> impl Iterator<Item = String> + '_ {
    signs.windows(2).map(|pair| pair.iter().collect())
}

/// Han ideographs, the extensions included.
const fn is_han(sign: char) -> bool {
    matches!(sign,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

/// Signs that choose the shape of a Mongolian letter and say nothing: two people type them differently.
const fn is_mongolian_selector(sign: char) -> bool {
    matches!(
        sign,
        '\u{180b}'..='\u{180f}' | '\u{200c}' | '\u{200d}' | '\u{202f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(text: &str, query: &str) -> bool {
        let (has, asked) = (tokens(text), query_tokens(query));
        !asked.is_empty() && asked.iter().all(|token| has.contains(token))
    }

    #[test]
    fn every_script_of_the_steppe_is_found() {
        let text = "嘎查西北发现非法开垦，车牌蒙H·12345；газар хагалах ᠲᠠᠯ᠎ᠠ ᠨᠤᠲᠤᠭ";
        assert!(finds(text, "开垦"));
        assert!(finds(text, "垦"));
        assert!(finds(text, "蒙H·12345"));
        assert!(finds(text, "蒙h12345") || finds(text, "h 12345"));
        assert!(finds(text, "ХАГАЛАХ"));
        assert!(finds(text, "ᠨᠤᠲᠤᠭ"));
        assert!(finds(text, "ᠲᠠᠯᠠ"));
        assert!(!finds(text, "垦开"));
        assert!(!finds(text, "采矿"));
        assert!(!finds(text, "，"));
    }

    #[test]
    fn full_width_and_accents_fold() {
        assert!(finds("Ｈ１２３４５ Ürgün", "h12345"));
        assert!(finds("Ｈ１２３４５ Ürgün", "urgun"));
    }
}
