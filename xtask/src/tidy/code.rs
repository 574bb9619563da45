//! Rust as a flat list of tokens that know their line, their depth, and whether only tests see them.
//!
//! Rules look for short runs of tokens; a syntax tree would hide what stands inside macro calls.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// One file's tokens.
#[derive(Debug, Default)]
pub(crate) struct Code {
    tokens: Vec<Token>,
}

/// One token. A bracket is two tokens, its opening and its closing.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Line from 1.
    pub(crate) line: usize,
    /// How many brackets are around it.
    pub(crate) depth: usize,
    /// Inside `#[cfg(test)]`, `#[test]` or a test file.
    pub(crate) in_test: bool,
    /// Inside an attribute or doc comment.
    pub(crate) in_attr: bool,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word.
    Ident(String),
    /// One sign.
    Punct(char),
    /// A literal as it is written.
    Literal(String),
    /// `(`, `[` or `{`; a space for brackets that are not written.
    Open(char),
    /// The matching end.
    Close(char),
}

/// Where the reader of a stream stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    depth: usize,
    in_test: bool,
    in_attr: bool,
}

impl Code {
    /// Reads a whole file.
    pub(crate) fn parse(text: &str, is_test: bool) -> Result<Self, String> {
        let stream: TokenStream = text
            .parse()
            .map_err(|error: proc_macro2::LexError| error.to_string())?;
        let mut code = Self::default();
        code.read(
            stream,
            Place {
                depth: 0,
                in_test: is_test,
                in_attr: false,
            },
        );
        Ok(code)
    }

    /// All tokens in order.
    pub(crate) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The tokens from `index` on.
    pub(crate) fn from(&self, index: usize) -> &[Token] {
        self.tokens.get(index..).unwrap_or_default()
    }

    /// Token runs that start where product code (no tests, no attributes) has a token.
    pub(crate) fn product(&self) -> impl Iterator<Item = &[Token]> {
        let indices = 0..self.tokens.len();
        let runs = indices.map(|index| self.from(index));
        runs.filter(|run| run.first().is_some_and(|t| !t.in_test && !t.in_attr))
    }

    fn read(&mut self, stream: TokenStream, place: Place) {
        let mut here = place;
        let mut in_attr = false;
        for tree in stream {
            let mut at = here;
            at.in_attr |= in_attr;
            match tree {
                TokenTree::Ident(ident) => {
                    let line = ident.span().start().line;
                    self.push(Kind::Ident(ident.to_string()), line, at);
                }
                TokenTree::Literal(literal) => {
                    let line = literal.span().start().line;
                    self.push(Kind::Literal(literal.to_string()), line, at);
                }
                TokenTree::Punct(punct) => {
                    in_attr = punct.as_char() == '#' || (in_attr && punct.as_char() == '!');
                    at.in_attr |= in_attr;
                    self.push(Kind::Punct(punct.as_char()), punct.span().start().line, at);
                    if punct.as_char() == ';' {
                        here.in_test = place.in_test;
                    }
                    continue;
                }
                TokenTree::Group(group) => {
                    let is_attr = in_attr && group.delimiter() == Delimiter::Bracket;
                    here.in_test |= is_attr && is_test_attribute(&group);
                    self.group(&group, at);
                    if !is_attr && group.delimiter() == Delimiter::Brace {
                        here.in_test = place.in_test;
                    }
                }
            }
            in_attr = false;
        }
    }

    fn group(&mut self, group: &Group, place: Place) {
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ('(', ')'),
            Delimiter::Brace => ('{', '}'),
            Delimiter::Bracket => ('[', ']'),
            Delimiter::None => (' ', ' '),
        };
        self.push(Kind::Open(open), group.span_open().start().line, place);
        let inner = Place {
            depth: place.depth + 1,
            ..place
        };
        self.read(group.stream(), inner);
        self.push(Kind::Close(close), group.span_close().end().line, place);
    }

    fn push(&mut self, kind: Kind, line: usize, place: Place) {
        self.tokens.push(Token {
            kind,
            line,
            depth: place.depth,
            in_test: place.in_test,
            in_attr: place.in_attr,
        });
    }
}

impl Token {
    /// The word, if it is one.
    pub(crate) fn ident(&self) -> Option<&str> {
        match &self.kind {
            Kind::Ident(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is that word.
    pub(crate) fn is_ident(&self, word: &str) -> bool {
        self.ident() == Some(word)
    }

    /// Whether it is that sign.
    pub(crate) fn is_punct(&self, sign: char) -> bool {
        self.kind == Kind::Punct(sign)
    }

    /// What stands between the quotes of a string literal, as it is written.
    pub(crate) fn string(&self) -> Option<&str> {
        let Kind::Literal(text) = &self.kind else {
            return None;
        };
        let (_, rest) = text.split_once('"')?;
        rest.rsplit_once('"').map(|(inside, _)| inside)
    }
}

fn is_test_attribute(group: &Group) -> bool {
    let text = group.stream().to_string().replace(' ', "");
    let conditions = ["cfg(test)", "cfg(all(test,", "cfg(any(test,"];
    text == "test"
        || text.contains("::test")
        || conditions
            .iter()
            .any(|condition| text.starts_with(condition))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idents(text: &str) -> Vec<String> {
        let code = Code::parse(text, false).expect("lexes");
        let words = code.product().filter_map(|run| run[0].ident());
        words.map(str::to_owned).collect()
    }

    #[test]
    fn test_code_and_attributes_are_no_product_code() {
        assert_eq!(
            idents("#[cfg(test)] mod tests { fn inner() {} } fn after() {}"),
            ["fn", "after"]
        );
        assert_eq!(idents("#[cfg(test)] use a::b; use c;"), ["use", "c"]);
        assert_eq!(idents("#[tokio::test] async fn t() { x } y"), ["y"]);
        assert_eq!(idents("#[cfg(not(test))] fn kept() {}"), ["fn", "kept"]);
        assert_eq!(
            idents("/// SystemTime\n#[derive(Debug)] struct A;"),
            ["struct", "A"]
        );
    }

    #[test]
    fn tokens_know_line_and_depth() {
        let code = Code::parse("fn a() {\n  b;\n}", false).expect("lexes");
        let b = code.tokens().iter().find(|t| t.is_ident("b")).expect("b");
        assert_eq!((b.line, b.depth), (2, 1));
        let last = code.tokens().last().expect("closing");
        assert_eq!((&last.kind, last.line), (&Kind::Close('}'), 3));
    }

    #[test]
    fn strings_are_told_from_other_literals() {
        let code = Code::parse(r##"("a", r#"b"#, 1, 'c')"##, false).expect("lexes");
        let strings: Vec<_> = code.tokens().iter().filter_map(Token::string).collect();
        assert_eq!(strings, ["a", "b"]);
    }
}
