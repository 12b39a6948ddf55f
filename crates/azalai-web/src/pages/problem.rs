//! What went wrong: what happened, whether anything was lost, what to do.

use askama::Template;

use crate::frame::{Frame, Page, render};
use crate::problem::{Kind, Problem};

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    f: Frame,
    what: String,
    lost: String,
    todo: String,
}

pub(crate) fn page(f: Frame, kind: Kind) -> Result<Page, Problem> {
    let sentence = |part: &str| f.of("problem", &format!("{}-{part}", kind.name()));
    let (what, lost, todo) = (sentence("what"), sentence("lost"), sentence("do"));
    render(&ProblemPage { f, what, lost, todo })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Browser;
    use crate::texts::languages;

    /// Guards against an error that leaves its person without a word of what to do.
    #[test]
    fn every_problem_has_its_three_sentences_in_every_language() {
        for kind in Kind::ALL {
            for texts in languages() {
                for part in ["what", "lost", "do"] {
                    let key = format!("problem-{}-{part}", kind.name());
                    assert_ne!(texts.say(&key), key, "{}", texts.code);
                }
            }
        }
    }

    /// Guards against internals, and against paths that lead out of what is served.
    #[test]
    fn an_address_that_leads_nowhere_is_answered_in_words() {
        let mut browser = Browser::new();
        for path in [
            "/nothing",
            "/static/../Cargo.toml",
            "/static/%2e%2e/app.css",
            "/static/0/..%2f..%2fetc%2fpasswd",
            "/reports/%00",
        ] {
            let answer = browser.get(path);
            assert!(answer.status == 404 || answer.location == "/", "{path}: {}", answer.status);
            assert!(!answer.body.contains("panic") && !answer.body.contains("NodeError"), "{path}");
        }
    }
}
