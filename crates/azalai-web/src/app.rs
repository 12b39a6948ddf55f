//! The state behind the pages: the unlocked device, the sessions, what waits for a passphrase.
//!
//! There is one device and at most one of it unlocked; it is forgotten when the last session ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use azalai_node::{Disks, Home, Node, NodeError, Rooms};
use azalai_store::Side;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use tokio::sync::{Mutex as AsyncMutex, MutexGuard as AsyncGuard};

use crate::handouts::{Content, FormId, Handout, Handouts};
use crate::host::Host;
use crate::limits::{IDLE_MS, PENDING_MS};
use crate::passage::Passages;
use crate::problem::Problem;
use crate::sessions::{CookieId, Session, Sessions};
use crate::settings::Settings;
use crate::unread::Shown;

/// An unlocked device of a host.
pub(crate) type Device<H> = Node<<H as Host>::Store, <H as Host>::Disk>;

/// Where a new home of a host is to be made.
pub(crate) type NewRooms<H> =
    (Home<<H as Host>::Store, <H as Host>::Disk>, Option<Rooms<<H as Host>::Store, <H as Host>::Disk>>);

/// What was read of an invite or of a project that is to be, until a passphrase is chosen. In memory only.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) cookie: CookieId,
    pub(crate) since_ms: u64,
    pub(crate) what: Beginning,
    pub(crate) offered: String,
    pub(crate) pseudonym: String,
}

/// How a home is to begin.
#[derive(Debug, Clone)]
pub(crate) enum Beginning {
    /// By an invite that its words open.
    Join { file: Vec<u8>, words: String },
    /// By founding a project.
    Found { name: String, areas: Vec<azalai_node::NewArea>, admission: azalai_roster::Admission },
}

/// The state behind the pages of one device.
pub struct App<H: Host> {
    pub(crate) host: H,
    device: AsyncMutex<Option<Device<H>>>,
    /// Guessing is one at a time, whatever many tabs try.
    unlocking: AsyncMutex<()>,
    /// Wrong passphrases of those who wanted to change it.
    sessions: Mutex<Sessions>,
    settings: Mutex<Settings>,
    pending: Mutex<Option<Pending>>,
    handouts: Mutex<Handouts>,
    pub(crate) passages: Passages,
    /// Notices that were not shown yet, as of the last time somebody counted.
    unread: AtomicUsize,
    process_key: [u8; 32],
    port: u16,
    /// By what else than this machine's own names a browser may call it.
    names: Vec<String>,
    /// Whether browsers come over TLS.
    tls: bool,
}

impl<H: Host> core::fmt::Debug for App<H> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("App").field("port", &self.port).finish_non_exhaustive()
    }
}

/// A device that is unlocked for as long as this is held.
pub(crate) struct Open<'a, H: Host>(AsyncGuard<'a, Option<Device<H>>>);

impl<H: Host> Open<'_, H> {
    /// The device.
    ///
    /// # Errors
    /// Locked, if somebody locked it meanwhile.
    pub(crate) fn device(&mut self) -> Result<&mut Device<H>, Problem> {
        self.0.as_mut().ok_or_else(Problem::locked)
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind these is replaced whole: a panic leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<H: Host> App<H> {
    /// The pages of the host's home, to be served on this port of this machine.
    pub fn new(host: H, port: u16) -> Arc<Self> {
        Self::served(host, port, Vec::new(), false)
    }

    /// The same over TLS, where browsers may also call this machine by `names`: each in lower case as it stands before
    /// the port in a URL, an IPv6 address in brackets. Cookies then never travel without TLS.
    pub fn over_tls(host: H, port: u16, names: Vec<String>) -> Arc<Self> {
        Self::served(host, port, names, true)
    }

    fn served(host: H, port: u16, names: Vec<String>, tls: bool) -> Arc<Self> {
        let process_key = host.random();
        Arc::new(Self {
            host,
            device: AsyncMutex::new(None),
            unlocking: AsyncMutex::new(()),
            sessions: Mutex::default(),
            settings: Mutex::default(),
            pending: Mutex::default(),
            handouts: Mutex::default(),
            passages: Passages::default(),
            unread: AtomicUsize::new(0),
            process_key,
            port,
            names,
            tls,
        })
    }

    /// Ends what was idle too long; called every few seconds by whoever serves the pages.
    pub async fn tick(&self) {
        let now = self.host.now_ms();
        let ended = {
            let mut sessions = held(&self.sessions);
            sessions.sweep(now, self.idle_ms());
            sessions.is_empty()
        };
        held(&self.pending).take_if(|pending| now.saturating_sub(pending.since_ms) > PENDING_MS);
        held(&self.handouts).sweep(now);
        if ended {
            held(&self.handouts).clear();
            self.passages.lock();
            self.forget_device().await;
        }
    }

    /// Ends all sessions and what belongs to them.
    fn end_all(&self) {
        held(&self.sessions).end_all();
        held(&self.pending).take();
        held(&self.handouts).clear();
        self.passages.lock();
    }

    async fn forget_device(&self) {
        // Checked again under the lock: somebody may have unlocked meanwhile.
        let mut device = self.device.lock().await;
        if held(&self.sessions).is_empty() && device.take().is_some() {
            self.host.even_out();
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// By what else than this machine's own names a browser may call it.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether browsers come over TLS.
    pub(crate) fn tls(&self) -> bool {
        self.tls
    }

    pub(crate) fn new_cookie(&self) -> CookieId {
        CookieId::new(self.host.random())
    }

    pub(crate) fn token(&self, cookie: &CookieId) -> String {
        cookie.token(&self.process_key)
    }

    pub(crate) fn rng(&self) -> ChaCha20Rng {
        ChaCha20Rng::from_seed(self.host.random())
    }

    pub(crate) fn idle_ms(&self) -> u64 {
        held(&self.settings).idle_minutes.map_or(IDLE_MS, |minutes| minutes * 60_000)
    }

    pub(crate) fn settings(&self) -> Settings {
        held(&self.settings).clone()
    }

    pub(crate) fn set_settings(&self, settings: Settings) {
        *held(&self.settings) = settings;
    }

    pub(crate) fn unread(&self) -> usize {
        self.unread.load(Ordering::Relaxed)
    }

    /// Notes how many notices were not shown yet; the same number.
    pub(crate) fn set_unread(&self, count: usize) -> usize {
        self.unread.store(count, Ordering::Relaxed);
        count
    }

    /// Counts the notices that were not shown yet, after something arrived.
    pub(crate) async fn count_unread(&self, device: &Device<H>) -> Result<(), NodeError> {
        let all = device.notices().await?;
        self.set_unread(Shown::load(device).await?.count(&all));
        Ok(())
    }

    pub(crate) fn session(&self, cookie: &CookieId, quiet: bool) -> Option<Session> {
        held(&self.sessions).touch(cookie, self.host.now_ms(), self.idle_ms(), quiet)
    }

    /// Milliseconds until a session ends if nobody touches it.
    pub(crate) fn rest_ms(&self, session: Session) -> u64 {
        self.idle_ms().saturating_sub(self.host.now_ms().saturating_sub(session.seen_ms))
    }

    pub(crate) fn pending(&self, cookie: &CookieId) -> Option<Pending> {
        held(&self.pending).clone().filter(|pending| pending.cookie == *cookie)
    }

    pub(crate) fn set_pending(&self, pending: Option<Pending>) {
        *held(&self.pending) = pending;
    }

    /// What this browser's form made.
    pub(crate) fn handout(&self, cookie: &CookieId, form: FormId) -> Option<Handout> {
        held(&self.handouts).find(cookie, form).cloned()
    }

    pub(crate) fn hand_out(&self, cookie: &CookieId, form: FormId, content: Content) {
        held(&self.handouts).add(cookie.clone(), form, content, self.host.now_ms());
    }

    pub(crate) fn forget_handout(&self, cookie: &CookieId, form: FormId) {
        held(&self.handouts).forget(cookie, form);
    }

    /// The unlocked device, for somebody with a session.
    pub(crate) async fn open(&self) -> Open<'_, H> {
        Open(self.device.lock().await)
    }

    /// Whether the home holds a project.
    pub(crate) async fn begun(&self) -> Result<bool, NodeError> {
        Device::<H>::exists(&self.host.disks().root).await
    }

    /// Unlocks with a passphrase, and begins a session under a new cookie. If it opens another profile than the one that is
    /// open, or asks for more than to open, everybody is locked out of that first.
    pub(crate) async fn unlock(&self, passphrase: &str, old: &CookieId) -> Result<CookieId, NodeError> {
        let _one = self.unlocking.lock().await;
        let now_ms = self.host.now_ms();
        // Others of this device may be at work: the passphrase is looked at without disturbing them.
        let mut found = Device::<H>::look(self.host.disks(), passphrase, now_ms).await?;
        let mut device = self.device.lock().await;
        if !device.as_ref().is_some_and(|open| found.is_plain() && open.side() == found.side()) {
            self.end_all();
            *device = None;
            found.obey(&mut self.rng()).await;
            let store = self.host.store(found.side()).await?;
            let mut opened = Node::enter(found, store, self.rng(), now_ms).await?;
            // What cannot be forgotten now is forgotten later: that must lock nobody out.
            if let Err(error) = opened.shed_due(now_ms).await {
                self.host.log(&format!("forgetting is put off: {error}"));
            }
            self.host.even_out();
            // What every page asks for is read while somebody waits anyway.
            opened.read_rows().await?;
            *device = Some(opened);
        }
        let opened = device.as_ref().ok_or(NodeError::NoHome)?;
        self.load_settings(opened).await?;
        Ok(self.begin_session(opened, old))
    }

    /// Where a new home is to be made: by chance on one of its sides, where there are two.
    pub(crate) async fn rooms(&self, rng: &mut ChaCha20Rng) -> Result<NewRooms<H>, NodeError> {
        let Disks { root, sides } = self.host.disks();
        let Some([one, two]) = sides else {
            return Ok((Home { store: self.host.store(Side::Whole).await?, disk: root }, None));
        };
        let one = Home { store: self.host.store(Side::One).await?, disk: one };
        let two = Home { store: self.host.store(Side::Two).await?, disk: two };
        let (home, rooms) = Rooms::choose(root, [one, two], rng);
        Ok((home, Some(rooms)))
    }

    /// Puts a new passphrase in the place of one that opens this home. One is tried at a time; wrong ones are counted as at
    /// unlocking.
    pub(crate) async fn change_passphrase(&self, old: &str, new: &str) -> Result<(), NodeError> {
        let _one = self.unlocking.lock().await;
        let disks = self.host.disks();
        let root = disks.root.clone();
        Device::<H>::look(disks, old, self.host.now_ms()).await?;
        Device::<H>::change_passphrase(&root, old, new, &mut self.rng()).await
    }

    /// Takes a home that was just made, and begins a session under a new cookie.
    pub(crate) async fn take(&self, made: Device<H>, old: &CookieId) -> Result<CookieId, NodeError> {
        let mut device = self.device.lock().await;
        self.load_settings(&made).await?;
        let cookie = self.begin_session(&made, old);
        *device = Some(made);
        Ok(cookie)
    }

    async fn load_settings(&self, device: &Device<H>) -> Result<(), NodeError> {
        let settings = Settings::load(device).await?;
        self.set_settings(settings);
        self.count_unread(device).await
    }

    fn begin_session(&self, device: &Device<H>, old: &CookieId) -> CookieId {
        let cookie = self.new_cookie();
        let mut sessions = held(&self.sessions);
        // Whoever planted or saw the old cookie has nothing by it.
        sessions.end(old);
        sessions.begin(cookie.clone(), Session { seen_ms: self.host.now_ms(), role: device.role() });
        cookie
    }

    /// Locks for everybody: no session is left, and the device forgets its keys, at once or, if it is at work, as soon
    /// as it has finished what it is writing. Nobody who leaves fast waits for that.
    pub(crate) fn lock(self: &Arc<Self>) {
        self.end_all();
        if let Ok(mut device) = self.device.try_lock() {
            *device = None;
            self.host.even_out();
            return;
        }
        let app = Arc::clone(self);
        self.host.spawn(async move { app.forget_device().await });
    }
}
