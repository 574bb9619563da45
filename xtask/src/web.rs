//! The web workspace, driven through its own npm scripts.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::{RunError, Step};
use crate::workspace::Workspace;

const FOLDER: &str = "web";
/// What the build leaves and the server embeds.
pub(crate) const PAGES: [&str; 2] = ["web/command/dist", "web/field/dist"];

/// Why the web part could not be built.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebError {
    #[error("building the web part")]
    Run(#[from] RunError),
}

/// Installs and builds the web part, where the tree has one: the server embeds the result.
pub(crate) fn build(workspace: &Workspace) -> Result<(), WebError> {
    for step in install(workspace).iter().chain(&script(workspace, "build")) {
        step.run()?;
    }
    Ok(())
}

/// Builds the web part and photographs its pages.
pub(crate) fn screens(workspace: &Workspace) -> Result<(), WebError> {
    build(workspace)?;
    for step in ["screens", "screens:field"]
        .iter()
        .filter_map(|name| script(workspace, name))
    {
        step.run()?;
    }
    Ok(())
}

/// Everything that is checked about the web part. The build comes last and is what the server embeds.
pub(crate) fn checks(workspace: &Workspace) -> Vec<Step> {
    let scripts = ["check", "check:planted", "test", "build"];
    let mut steps: Vec<Step> = install(workspace).into_iter().collect();
    steps.extend(scripts.iter().filter_map(|name| script(workspace, name)));
    steps
}

/// One npm script of the web workspace, if it has that script.
pub(crate) fn script(workspace: &Workspace, name: &str) -> Option<Step> {
    let folder = workspace.root().join(FOLDER);
    has_script(&folder, name).then(|| npm(&folder).args(["run", name]))
}

/// The officer's pages in a browser over a core in memory, with their service worker and their maps. They are
/// built apart for it: what the server embeds stays as it is.
pub(crate) fn field_pages(workspace: &Workspace) -> Vec<Step> {
    let folder = workspace.root().join(FOLDER).join("field");
    let scripts = ["build:fake", "smoke", "bridge", "axe", "offline", "areas"];
    let there = scripts.iter().filter(|name| has_script(&folder, name));
    there.map(|name| npm(&folder).args(["run", name])).collect()
}

/// The end-to-end tests, where the tree has them.
pub(crate) fn end_to_end(workspace: &Workspace) -> Vec<Step> {
    let folder = workspace.root().join("tests/e2e");
    if !has_script(&folder, "test") {
        return Vec::new();
    }
    let mut steps: Vec<Step> = locked_install(&folder).into_iter().collect();
    let walks = ["test", "test:field"].into_iter();
    let walks = walks.filter(|name| has_script(&folder, name));
    steps.extend(walks.map(|name| npm(&folder).args(["run", name])));
    steps
}

fn install(workspace: &Workspace) -> Option<Step> {
    locked_install(&workspace.root().join(FOLDER))
}

/// `npm ci`, unless what is installed is already newer than the lock file.
pub(crate) fn locked_install(folder: &Path) -> Option<Step> {
    let lock = changed(folder.join("package-lock.json"))?;
    let installed = changed(folder.join("node_modules/.package-lock.json"));
    let fresh = installed.is_some_and(|installed| installed > lock);
    (!fresh).then(|| npm(folder).args(["ci"]))
}

fn changed(file: PathBuf) -> Option<std::time::SystemTime> {
    file.metadata().and_then(|meta| meta.modified()).ok()
}

fn has_script(folder: &Path, name: &str) -> bool {
    let manifest = std::fs::read(folder.join("package.json")).unwrap_or_default();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap_or_default();
    manifest
        .get("scripts")
        .and_then(|scripts| scripts.get(name))
        .is_some()
}

fn npm(folder: &Path) -> Step {
    Step::new("npm", folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_of_the_tree_decide_what_is_checked() {
        let root = tempfile::tempdir().expect("folder");
        let workspace = Workspace::of(root.path(), &[]);
        assert!(checks(&workspace).is_empty() && end_to_end(&workspace).is_empty());
        assert!(field_pages(&workspace).is_empty());

        let web = root.path().join("web");
        std::fs::create_dir(&web).expect("folder");
        let manifest = r#"{"scripts": {"build": "x", "check": "x", "check:planted": "x"}}"#;
        std::fs::write(web.join("package.json"), manifest).expect("file");
        std::fs::write(web.join("package-lock.json"), "{}").expect("file");
        let lines: Vec<String> = checks(&workspace).iter().map(Step::to_string).collect();
        let wanted = [
            "npm ci",
            "npm run check",
            "npm run check:planted",
            "npm run build",
        ];
        assert_eq!(lines, wanted);

        std::fs::create_dir(web.join("field")).expect("folder");
        let manifest = r#"{"scripts": {"areas": "x", "build:fake": "x", "smoke": "x"}}"#;
        std::fs::write(web.join("field/package.json"), manifest).expect("file");
        let lines: Vec<String> = field_pages(&workspace)
            .iter()
            .map(Step::to_string)
            .collect();
        let wanted = ["npm run build:fake", "npm run smoke", "npm run areas"];
        assert_eq!(lines, wanted);
    }

    #[test]
    fn the_desk_and_the_officers_app_are_both_walked() {
        let root = tempfile::tempdir().expect("folder");
        let workspace = Workspace::of(root.path(), &[]);
        let walks = root.path().join("tests/e2e");
        std::fs::create_dir_all(&walks).expect("folder");
        let manifest = r#"{"scripts": {"test": "x", "test:field": "x"}}"#;
        std::fs::write(walks.join("package.json"), manifest).expect("file");
        let lines: Vec<String> = end_to_end(&workspace).iter().map(Step::to_string).collect();
        assert_eq!(lines, ["npm run test", "npm run test:field"]);
    }
}
