//! The end of the demonstration: the pages of a monitor, of a coordinator and of the relay's keeper, open.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::program::{PASSPHRASE, Program, Running};
use crate::tools::{Failure, Outcome};

/// How long a page may take before the demonstration counts as failed; on a machine that builds it is slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// One page, as the last lines name it.
struct Shown {
    whose: String,
    url: String,
    /// What opens it; empty where nothing does.
    passphrase: &'static str,
    /// What stands in it and in no other.
    mark: &'static str,
}

/// The pages, and the processes that serve those of devices; they end with this.
pub(super) struct Pages {
    shown: Vec<Shown>,
    serving: Vec<Running>,
}

impl Pages {
    /// Serves the pages of a monitor and a coordinator, beside those of the relay's keeper at `keeper`.
    pub(super) fn serve(program: &Program, monitor: &str, coordinator: &str, keeper: String) -> Result<Self, Failure> {
        let mut pages = Self { shown: Vec::new(), serving: Vec::new() };
        for (home, part) in [(monitor, "a monitor"), (coordinator, "a coordinator")] {
            let serving = program.start(home, &["serve", "--listen", "127.0.0.1:0"])?;
            let whose = format!("{home}, {part}");
            pages.shown.push(Shown { whose, url: serving.url.clone(), passphrase: PASSPHRASE, mark: "/unlock" });
            pages.serving.push(serving);
        }
        let whose = "the relay's keeper".to_owned();
        pages.shown.push(Shown { whose, url: keeper, passphrase: "", mark: "/?lang=" });
        Ok(pages)
    }

    /// Names each page with what opens it.
    pub(super) fn print(&self) {
        println!("\nPages to look at:");
        for shown in &self.shown {
            let opens = if shown.passphrase.is_empty() {
                "no passphrase".to_owned()
            } else {
                format!("passphrase: {}", shown.passphrase)
            };
            println!("  {:<28} {:<26} {opens}", shown.whose, shown.url);
        }
    }

    /// Asks for each page once, as a browser would.
    pub(super) fn check(&self) -> Outcome {
        for shown in &self.shown {
            let page = fetch(&shown.url).map_err(|error| Failure::new(format!("{}: {error}", shown.url)))?;
            if !page.starts_with("HTTP/1.1 200") || !page.contains(shown.mark) {
                let head = page.lines().next().unwrap_or("nothing");
                return Err(Failure::new(format!("{} ({}) answers {head}", shown.url, shown.whose)));
            }
        }
        println!("  all {} answer", self.shown.len());
        Ok(())
    }

    /// Opens each page in the browser, where there is a screen; a machine without a browser is no failure.
    pub(super) fn open(&self) {
        if !has_screen() {
            return;
        }
        for shown in &self.shown {
            let mut browser = Command::new("xdg-open");
            let quiet = browser.arg(&shown.url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            // Not waited for: some of them are the browser itself.
            let _ = quiet.spawn();
        }
    }

    /// Asks the processes to stop, and waits until they have.
    pub(super) fn stop(self) -> Outcome {
        self.serving.into_iter().try_for_each(Running::stop)
    }
}

#[allow(clippy::disallowed_methods, reason = "whether there is a screen is told in the environment alone")]
fn has_screen() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// The first page at `http://ADDRESS:PORT`, head and all.
fn fetch(url: &str) -> std::io::Result<String> {
    let address = url.strip_prefix("http://").unwrap_or(url);
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
