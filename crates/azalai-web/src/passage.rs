//! An exchange that runs beside the pages: one at a time, stopped at any moment, gone with the lock.
//!
//! The device is held only while it reads an answer and makes the next question, never while a question travels. What
//! is kept about an exchange is counts and the ids of what arrived; locking forgets even that.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use azalai_envelope::{DocumentId, EnvelopeId};
use azalai_node::bundle::Imported;
use azalai_node::{Ask, Exchanged, Exchanging, NodeError, Transport as _, TransportError};
use azalai_store::StoreError;
use azalai_sync::{KeyDocument, Summary};
use futures_lite::{FutureExt as _, future};
use tokio::sync::watch;

use crate::app::App;
use crate::host::Host;

/// How an exchange ended: each has the messages `ended-NAME` and `then-NAME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Both sides carry the same.
    Done,
    /// The other side has no more now, but more is to be said.
    Unsettled,
    /// A person stopped it.
    Stopped,
    /// The device was locked meanwhile.
    Locked,
    /// Nobody answered at the address.
    Unreached,
    /// Whoever answers cannot be told from somebody else.
    Untrusted,
    /// The connection broke half way.
    Cut,
    /// The other side said no.
    Refused,
    /// What answered is no relay and no notebook.
    Strange,
    /// A relay or notebook, of another project.
    Foreign,
    /// This device has no room.
    Full,
    /// Something failed on this device.
    Inside,
    /// A file of letters was taken in.
    File,
    /// A file of letters was taken in as far as it went.
    FileCut,
    /// What was given is no file of letters.
    FileStrange,
}

impl End {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 15] = [
        Self::Done,
        Self::Unsettled,
        Self::Stopped,
        Self::Locked,
        Self::Unreached,
        Self::Untrusted,
        Self::Cut,
        Self::Refused,
        Self::Strange,
        Self::Foreign,
        Self::Full,
        Self::Inside,
        Self::File,
        Self::FileCut,
        Self::FileStrange,
    ];

    /// How messages name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unsettled => "unsettled",
            Self::Stopped => "stopped",
            Self::Locked => "locked",
            Self::Unreached => "unreached",
            Self::Untrusted => "untrusted",
            Self::Cut => "cut",
            Self::Refused => "refused",
            Self::Strange => "strange",
            Self::Foreign => "foreign",
            Self::Full => "full",
            Self::Inside => "inside",
            Self::File => "file",
            Self::FileCut => "file-cut",
            Self::FileStrange => "file-strange",
        }
    }

    /// Whether it went as it should.
    pub(crate) fn good(self) -> bool {
        matches!(self, Self::Done | Self::File)
    }
}

/// What is known of one exchange.
#[derive(Debug, Clone, Default)]
pub(crate) struct Passage {
    number: u64,
    /// What went over the wire.
    pub(crate) summary: Summary,
    /// Reports and incidents that arrived or were confirmed.
    pub(crate) arrived: BTreeSet<DocumentId>,
    /// Notices that arrived.
    pub(crate) notices: BTreeSet<DocumentId>,
    /// Letters that were set aside, since they broke a rule.
    pub(crate) set_aside: usize,
    /// Letters that need a newer program.
    pub(crate) newer: usize,
    /// Letters that need one and were not taken.
    pub(crate) left: usize,
    /// Letters that nobody of this project posted.
    pub(crate) foreign: usize,
    /// Kinds of reasons for which something stays on this device.
    pub(crate) stay: usize,
    /// Letters that the other side did not take.
    pub(crate) not_taken: usize,
    /// Letters of this device that the relay gave up for room, and whether it has none for them now.
    pub(crate) given_up: (usize, bool),
    /// Letters of this device that are older than the relay keeps.
    pub(crate) too_old: usize,
    /// Pseudonyms of newcomers that were admitted by the way.
    pub(crate) admitted: Vec<String>,
    /// Letters in a file, and of these the new ones.
    pub(crate) file: Option<(usize, usize)>,
    /// How it ended; `None`: it runs.
    pub(crate) end: Option<End>,
}

impl Passage {
    fn note(&mut self, summary: Summary, exchanged: &Exchanged) {
        self.summary = summary;
        self.arrived.clone_from(&exchanged.taken.documents);
        self.notices.clone_from(&exchanged.taken.notices);
        self.set_aside = exchanged.taken.refused.len();
        self.newer = exchanged.taken.newer;
        self.left = exchanged.taken.left;
        self.foreign = exchanged.foreign;
        self.stay = exchanged.stay.len();
        self.not_taken = exchanged.refused.len();
        self.given_up = (exchanged.given_up, exchanged.full);
        self.too_old = exchanged.too_old;
        self.admitted = exchanged.admitted.iter().map(|member| member.pseudonym.clone()).collect();
    }
}

/// The last exchange since unlocking, and how one that runs is told to stop.
#[derive(Debug)]
pub(crate) struct Passages {
    last: Mutex<Option<Passage>>,
    /// With which letter the last file ended, if some did not fit into it.
    taken: Mutex<Option<EnvelopeId>>,
    /// The number of the newest exchange that is to stop.
    stop: watch::Sender<u64>,
}

impl Default for Passages {
    fn default() -> Self {
        Self { last: Mutex::default(), taken: Mutex::default(), stop: watch::Sender::new(0) }
    }
}

impl Passages {
    fn last(&self) -> MutexGuard<'_, Option<Passage>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the next file of letters goes on.
    pub(crate) fn taken(&self) -> Option<EnvelopeId> {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes where the next file goes on.
    pub(crate) fn take_after(&self, letter: Option<EnvelopeId>) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = letter;
    }

    /// The last one.
    pub(crate) fn now(&self) -> Option<Passage> {
        self.last().clone()
    }

    /// The number of a new one; `None` while one runs.
    fn begin(&self) -> Option<u64> {
        let mut last = self.last();
        if last.as_ref().is_some_and(|last| last.end.is_none()) {
            return None;
        }
        // One that was told to stop may still be reading an answer: it must not take the new one for itself.
        let number = last.as_ref().map_or(0, |last| last.number).max(*self.stop.borrow()) + 1;
        *last = Some(Passage { number, ..Passage::default() });
        Some(number)
    }

    fn change(&self, number: u64, change: impl FnOnce(&mut Passage)) {
        if let Some(last) = self.last().as_mut().filter(|last| last.number == number && last.end.is_none()) {
            change(last);
        }
    }

    fn end(&self, end: End) {
        let mut last = self.last();
        if let Some(running) = last.as_mut().filter(|last| last.end.is_none()) {
            self.stop.send_replace(running.number);
            running.end = Some(end);
        }
    }

    /// Stops what runs. It is over for everybody at once; a step that is being taken ends by itself, and is kept.
    pub(crate) fn stop(&self) {
        self.end(End::Stopped);
    }

    /// Stops what runs and forgets all but that something ran.
    pub(crate) fn lock(&self) {
        self.end(End::Locked);
        self.take_after(None);
        let mut last = self.last();
        *last = last.take().filter(|last| last.end == Some(End::Locked)).map(|last| Passage {
            number: last.number,
            end: last.end,
            ..Passage::default()
        });
    }

    /// Notes what a file brought, unless an exchange runs, whose page it would take away.
    pub(crate) fn brought(&self, imported: Result<Imported, End>) {
        let Some(number) = self.begin() else { return };
        self.change(number, |passage| match imported {
            Ok(imported) => {
                passage.file = Some((imported.envelopes, imported.new));
                passage.foreign = imported.foreign;
                passage.set_aside = imported.taken.refused.len();
                passage.newer = imported.taken.newer;
                passage.left = imported.taken.left;
                passage.arrived = imported.taken.documents;
                passage.notices = imported.taken.notices;
                passage.end = Some(if imported.cut_off.is_some() { End::FileCut } else { End::File });
            }
            Err(end) => passage.end = Some(end),
        });
    }

    fn is_stopped(&self, number: u64) -> bool {
        *self.stop.borrow() >= number
    }

    async fn stopped(&self, number: u64) {
        // The sender lives as long as this: it ends only by its number.
        let _ = self.stop.subscribe().wait_for(|newest| *newest >= number).await;
    }
}

/// Begins an exchange beside the pages; nothing if one runs already.
pub(crate) fn begin<H: Host>(app: &Arc<App<H>>, link: H::Link) {
    let Some(number) = app.passages.begin() else { return };
    let task = Arc::clone(app);
    app.host.spawn(async move {
        let run = AssertUnwindSafe(carry(&task, link, number)).catch_unwind().await;
        let end = run.unwrap_or_else(|_| {
            task.host.log("an exchange ended in a panic");
            End::Inside
        });
        // Counted before the end is told: the page that says what arrived says how many are new.
        let mut open = task.open().await;
        if let Ok(device) = open.device()
            && let Err(error) = task.count_unread(device).await
        {
            task.host.log(&format!("notices were not counted: {error}"));
        }
        drop(open);
        task.passages.change(number, |passage| passage.end = Some(end));
    });
}

/// One exchange from beginning to end.
async fn carry<H: Host>(app: &App<H>, mut link: H::Link, number: u64) -> End {
    let mut run: Option<Exchanging> = None;
    let mut answer: Option<Result<Vec<u8>, TransportError>> = None;
    let mut asked_for_key = false;
    loop {
        let hint = Hint::of(answer.as_ref(), asked_for_key);
        let next = {
            let mut open = app.open().await;
            // Looked at under the device's lock: whoever locked it or stopped this has what was written, no more.
            let (false, Ok(device)) = (app.passages.is_stopped(number), open.device()) else { return End::Stopped };
            let now = app.host.now_ms();
            match run.as_mut() {
                Some(run) => device.step_exchange(run, answer.take(), now).await,
                None => match device.begin_exchange(now).await {
                    Ok(mut begun) => {
                        let first = device.step_exchange(&mut begun, None, now).await;
                        run = Some(begun);
                        first
                    }
                    Err(error) => Err(error),
                },
            }
        };
        if let Some(run) = &run {
            app.passages.change(number, |passage| passage.note(run.progress(), run.exchanged()));
        }
        let ask = match next {
            Ok(ask) => ask,
            Err(error) => {
                app.host.log(&format!("an exchange: {error}"));
                return hint.end(&error);
            }
        };
        asked_for_key = ask == Ask::KeyDocument;
        let asking = async {
            match ask {
                Ask::KeyDocument => Some(link.key_document().await),
                Ask::Request(request) => Some(link.exchange(request).await),
                Ask::Nothing => None,
            }
        };
        let stopped = async {
            app.passages.stopped(number).await;
            Some(Err(TransportError::Connection("stopped".to_owned())))
        };
        answer = future::or(asking, stopped).await;
        if answer.is_none() {
            let settled = run.is_some_and(|run| run.progress().settled);
            return if settled { End::Done } else { End::Unsettled };
        }
    }
}

/// What the last answer says about an error that follows it.
#[derive(Debug, Clone, Copy)]
enum Hint {
    Nothing,
    Unreached,
    Untrusted,
    Cut,
    Refused,
    Strange,
    /// It was a key document, so that whoever sent it speaks the same language.
    Known,
}

impl Hint {
    fn of(answer: Option<&Result<Vec<u8>, TransportError>>, asked_for_key: bool) -> Self {
        match answer {
            None => Self::Nothing,
            Some(Err(TransportError::Connection(_))) if asked_for_key => Self::Unreached,
            Some(Err(TransportError::Connection(_))) => Self::Cut,
            Some(Err(TransportError::Untrusted(_))) => Self::Untrusted,
            // Whatever else serves the address knows no such path.
            Some(Err(TransportError::Refused { .. })) if asked_for_key => Self::Strange,
            Some(Err(TransportError::Refused { .. })) => Self::Refused,
            Some(Ok(bytes)) if asked_for_key && KeyDocument::parse(bytes).is_ok() => Self::Known,
            Some(Ok(_)) => Self::Strange,
        }
    }

    fn end(self, error: &NodeError) -> End {
        match (error, self) {
            (NodeError::Store(StoreError::Full { .. }), _) => End::Full,
            (NodeError::Exchange(_), Self::Unreached) => End::Unreached,
            (NodeError::Exchange(_), Self::Untrusted) => End::Untrusted,
            (NodeError::Exchange(_), Self::Cut) => End::Cut,
            (NodeError::Exchange(_), Self::Refused) => End::Refused,
            (NodeError::Exchange(_), Self::Strange) => End::Strange,
            (NodeError::Exchange(_), Self::Known) => End::Foreign,
            _ => End::Inside,
        }
    }
}

#[cfg(test)]
mod tests {
    use azalai_testkit::relay::TestRelay;

    use super::*;

    /// Guards against a person who looks for a fault in the network when it is the wrong relay, or the other way.
    #[test]
    fn whoever_speaks_the_language_and_is_not_believed_is_of_another_project() {
        let document = TestRelay::new(1).responder().key_document().encode();
        let not_believed = NodeError::Exchange("not of this project".to_owned());
        let end = |answer, key| Hint::of(Some(&answer), key).end(&not_believed);
        assert_eq!(end(Ok(document.clone()), true), End::Foreign);
        assert_eq!(end(Ok(document), false), End::Strange);
        assert_eq!(end(Ok(b"<html>".to_vec()), true), End::Strange);
        let refused = TransportError::Refused { status: 404, kind: String::new(), detail: String::new() };
        assert_eq!(end(Err(refused.clone()), true), End::Strange);
        assert_eq!(end(Err(refused), false), End::Refused);
        assert_eq!(end(Err(TransportError::Untrusted("expired".to_owned())), true), End::Untrusted);
    }

    /// Guards against two exchanges at a time, and an old one that speaks for a new one.
    #[test]
    fn one_runs_at_a_time_and_one_that_was_stopped_says_nothing_more() {
        let passages = Passages::default();
        let first = passages.begin().unwrap();
        assert_eq!(passages.begin(), None);
        passages.stop();
        assert!(passages.is_stopped(first));
        let second = passages.begin().unwrap();
        assert!(second > first && !passages.is_stopped(second));
        passages.change(first, |passage| passage.newer = 1);
        passages.change(second, |passage| passage.arrived.extend([DocumentId([1; 16])]));
        passages.lock();
        let left = passages.now().unwrap();
        assert_eq!((left.end, left.newer, left.arrived.len()), (Some(End::Locked), 0, 0));
        assert!(passages.begin().unwrap() > second);
    }
}
