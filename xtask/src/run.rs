//! Running other programs: one [`Step`] is one command line with its folder and environment.

use std::ffi::OsString;
use std::fmt;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;

mod fresh;

use fresh::Fresh;

/// Names and values that every started program gets.
pub(crate) type Env = Vec<(String, OsString)>;

/// One command line.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    program: String,
    args: Vec<String>,
    dir: PathBuf,
    env: Env,
    fresh: Option<Fresh>,
}

/// Why a step did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error("starting `{command}`")]
    Start {
        command: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{command}` ended with {status}")]
    Failed { command: String, status: String },
}

impl Step {
    /// A program to be run in `dir`.
    pub(crate) fn new(program: impl Into<String>, dir: &Path) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            dir: dir.to_owned(),
            env: Env::new(),
            fresh: None,
        }
    }

    /// The same with these arguments after those it has.
    pub(crate) fn args<I: IntoIterator<Item: Into<String>>>(mut self, args: I) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// The same with these variables beside those it has.
    pub(crate) fn env(mut self, env: &Env) -> Self {
        self.env.extend(env.iter().cloned());
        self
    }

    /// The same, but not run where `made` is there and was made from exactly these inputs.
    pub(crate) fn unless_fresh(mut self, inputs: Vec<PathBuf>, made: PathBuf) -> Self {
        self.fresh = Some(Fresh::new(&self.args, inputs, made));
        self
    }

    /// Runs it with everything it says on the error stream: a program that prints JSON may come after.
    pub(crate) fn run(&self) -> Result<(), RunError> {
        if self.is_fresh() {
            return Ok(());
        }
        let status = self.command().stdout(std::io::stderr()).status();
        self.judge(status)
    }

    /// Runs it on this terminal and gives its exit code on. On Unix this process becomes the program,
    /// so that signals reach it.
    pub(crate) fn become_it(&self) -> Result<ExitCode, RunError> {
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            Err(self.not_started(self.command().exec()))
        }
        #[cfg(not(unix))]
        {
            let status = self
                .command()
                .status()
                .map_err(|source| self.not_started(source))?;
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
        }
    }

    /// Runs it, shows what it prints as it comes, and gives every line to `seen`.
    pub(crate) fn run_watched(&self, seen: &mut (dyn FnMut(&str) + Send)) -> Result<(), RunError> {
        if self.is_fresh() {
            println!("made already, from the same");
            return Ok(());
        }
        let mut child = self
            .command()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| self.not_started(source))?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let seen = Mutex::new(seen);
        std::thread::scope(|scope| {
            scope.spawn(|| pass_on(stderr, &mut std::io::stderr(), &seen));
            pass_on(stdout, &mut std::io::stdout(), &seen);
        });
        self.judge(child.wait())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).current_dir(&self.dir);
        // `cargo run` describes this crate to us in variables. Build scripts (ring's is one) would take
        // them for a change and compile again after every plain `cargo build`.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    fn judge(&self, status: std::io::Result<std::process::ExitStatus>) -> Result<(), RunError> {
        match status {
            Ok(status) if status.success() => match &self.fresh {
                Some(fresh) => fresh.note().map_err(|source| self.not_started(source)),
                None => Ok(()),
            },
            Ok(status) => Err(RunError::Failed {
                command: self.to_string(),
                status: status.to_string(),
            }),
            Err(source) => Err(self.not_started(source)),
        }
    }

    fn is_fresh(&self) -> bool {
        self.fresh.as_ref().is_some_and(Fresh::holds)
    }

    fn not_started(&self, source: std::io::Error) -> RunError {
        RunError::Start {
            command: self.to_string(),
            source,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = Path::new(&self.program).file_name();
        match program.and_then(|name| name.to_str()) {
            Some(name) => f.write_str(name)?,
            None => f.write_str(&self.program)?,
        }
        self.args.iter().try_for_each(|arg| write!(f, " {arg}"))
    }
}

/// Copies lines from a program to a terminal. Ends early only where the terminal is gone.
fn pass_on(
    from: Option<impl Read>,
    to: &mut impl Write,
    seen: &Mutex<&mut (dyn FnMut(&str) + Send)>,
) {
    let Some(from) = from else { return };
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
        if to.write_all(&line).and_then(|()| to.flush()).is_err() {
            return;
        }
        if let Ok(mut seen) = seen.lock() {
            seen(String::from_utf8_lossy(&line).trim_end());
        }
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watched_step_hands_over_every_line_of_both_streams() {
        let step = Step::new("sh", Path::new(".")).args(["-c", "echo out; echo err >&2"]);
        let mut lines = Vec::new();
        step.run_watched(&mut |line| lines.push(line.to_owned()))
            .expect("runs");
        lines.sort();
        assert_eq!(lines, ["err", "out"]);
    }

    #[test]
    fn a_failure_names_the_command_and_how_it_ended() {
        let step = Step::new("sh", Path::new(".")).args(["-c", "exit 3"]);
        let error = step.run().expect_err("fails").to_string();
        assert!(
            error.contains("sh -c exit 3") && error.contains('3'),
            "{error}"
        );
        let absent = Step::new("no-such-program-of-tala", Path::new("."));
        assert!(matches!(absent.run(), Err(RunError::Start { .. })));
    }

    #[test]
    fn what_cargo_says_of_this_crate_is_kept_from_the_program() {
        assert!(std::env::var_os("CARGO_PKG_NAME").is_some());
        let name = "echo \"[$CARGO_PKG_NAME$CARGO_MANIFEST_DIR]\"";
        let step = Step::new("sh", Path::new(".")).args(["-c", name]);
        let mut lines = Vec::new();
        step.run_watched(&mut |line| lines.push(line.to_owned()))
            .expect("runs");
        assert_eq!(lines, ["[]"]);
    }

    #[test]
    fn variables_reach_the_program() {
        let env = vec![("TALA_PLACE".to_owned(), OsString::from("steppe"))];
        let step = Step::new("sh", Path::new(".")).args(["-c", "echo $TALA_PLACE"]);
        let mut lines = Vec::new();
        step.env(&env)
            .run_watched(&mut |line| lines.push(line.to_owned()))
            .expect("runs");
        assert_eq!(lines, ["steppe"]);
    }
}
