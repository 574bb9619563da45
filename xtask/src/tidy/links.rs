//! Links between documents lead to files that are there.

use std::collections::BTreeSet;

use super::Finding;
use super::source::Source;

/// Every relative link of every Markdown file.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let places = places(sources);
    let mut findings = Vec::new();
    let documents = sources.iter().filter(|source| source.extension() == "md");
    for source in documents {
        for (index, line) in source.text().lines().enumerate() {
            for target in targets(line).filter(|target| is_relative(target)) {
                let place = resolve(source.path(), target);
                if !places.contains(place.as_str()) {
                    let message = format!("`{target}` leads nowhere");
                    findings.push(source.finding(index + 1, "link", message));
                }
            }
        }
    }
    findings
}

/// All files, and all folders that hold one.
fn places(sources: &[Source]) -> BTreeSet<&str> {
    let mut places = BTreeSet::from([""]);
    for source in sources {
        let path = source.path();
        places.insert(path);
        places.extend(path.match_indices('/').map(|(at, _)| path.split_at(at).0));
    }
    places
}

fn targets(line: &str) -> impl Iterator<Item = &str> {
    let starts = line.match_indices("](");
    starts.filter_map(|(at, open)| {
        let rest = line.split_at(at).1.strip_prefix(open)?;
        Some(rest.split_once(')')?.0)
    })
}

/// Pictures are no text, so it is not known here whether they are there.
fn is_relative(target: &str) -> bool {
    let is_picture = [".png", ".jpg", ".svg", ".webp"]
        .iter()
        .any(|end| target.ends_with(end));
    !target.contains("://") && !target.starts_with(['#', '<']) && !is_picture
}

/// The path from the root that `target` means in the document at `path`.
fn resolve(path: &str, target: &str) -> String {
    let target = target.split_once('#').map_or(target, |(file, _)| file);
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> Vec<String> {
        let sources = [
            Source::new("docs/adr/0001-a.md", text),
            Source::new("docs/api.md", ""),
            Source::new("README.md", ""),
        ];
        let findings = check(&sources).into_iter();
        findings.map(|finding| finding.message).collect()
    }

    #[test]
    fn links_to_files_and_folders_that_are_there_are_fine() {
        assert!(broken("[a](../api.md#part), [b](../../README.md) and [c](../adr/).").is_empty());
        assert!(broken("[a](https://example.invalid/x), [b](#here), ![c](x.png)").is_empty());
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        assert_eq!(broken("[a](api.md)"), ["`api.md` leads nowhere"]);
        assert_eq!(
            broken("fine\n[a](../formats/)"),
            ["`../formats/` leads nowhere"]
        );
    }
}
