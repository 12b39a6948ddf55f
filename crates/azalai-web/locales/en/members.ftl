# members: see docs/translating.md. Values between braces are filled in by the program.
way-members = Members
members-people = People
members-what = This is what this device knows; more comes with each exchange. Names are what people chose to be called. No monitor's device holds this list.
members-monitor = A monitor's device holds no list of members: one that is taken names nobody. What you want to know of others, ask a coordinator.
members-not-yet = Nobody has admitted this device yet, as far as it knows. Until then it hears of few others. Exchange again.
members-waiting = Waiting to be admitted
members-waiting-what = Admit whom you know to be the person you invited. After your next exchange and theirs they hold the keys of their part: a monitor reads what is for everyone, a coordinator also the reports of their area.
members-admit = Admit
members-admit-one = Admit { $name }
members-admit-all =
    { $count ->
       [one] Admit { $count } person
       *[other] Admit these { $count } people
    }
members-admit-other = You cannot admit them: it is for a steward, or for a coordinator of the area.
members-good =
    { $count ->
       [one] { $count } person was admitted. They learn of it after your next exchange and theirs.
       *[other] { $count } people were admitted. They learn of it after your next exchange and theirs.
    }
members-left =
    { $count ->
       [one] { $count } person was not admitted, because something changed after the page was shown. Look again below.
       *[other] { $count } people were not admitted, because something changed after the page was shown. Look again below.
    }
members-more = More
people-stewards = Stewards
people-coordinators = Coordinators
people-monitors = Monitors
people-me = this device
people-part = { $role }, { $area }
people-since = Since { $day }
people-by = Admitted by { $name }
people-founded = Founded the project
people-claimed = Took up an invite on { $day }, by their own clock.
people-unknown = somebody this device does not know
people-suspended = Suspended: two devices removed each other
people-removed = Removed
caution-twice = More than one device took up this invite. Ask your person which is theirs, and admit that one alone.
caution-ended = This invite has ended: it was revoked, or another device was admitted by it.
caution-late = The last day of this invite has passed.
invites-title = Invites
invites-make = Make an invite
invites-none = This device knows of no invite.
invites-until = Until { $day }
invites-by = made by { $name }
invites-open = Not taken up, as far as this device knows
invites-past = Past its last day, and not known to be taken up
invites-claimed = Taken up by { $name }, not admitted yet
invites-admitted = Taken up by { $name }, admitted
invites-admitted-unknown = Used: somebody was admitted by it
invites-revoked = Revoked
invites-ended =
    { $count ->
       [one] { $count } that has ended
       *[other] { $count } that have ended
    }
invites-end = End this invite
invites-end-what = Whoever takes it up from now on waits with a mark beside their name. Those who were admitted stay.
invite-role = As what?
invite-area = For which area?
invited-monitor = Writes reports. Reads their own, and what is for everyone.
invited-coordinator = Reads the reports of their area, makes incidents, invites monitors.
invited-steward = Invites coordinators, certifies relays. Reads no reports.
invite-what = You get a file and six words. Whoever has both can join, once. The invite is for use within 30 days.
invite-do = Make the invite
invite-nobody = This device may invite nobody at present: it is not admitted yet, as far as it knows, or its part does not allow it.
invite-wrong-role = Choose as what the person will take part. Nothing was made.
invite-wrong-area = Choose the area. Nothing was made.
invite-no-key = This device does not hold the keys for that yet. Exchange once, then try again. Nothing was made.
invite-made = The invite is made
invite-for = For a
invite-until = To be used until
invite-file = The file
invite-file-what = Give it on a card, a cable or by a courier. It says nothing without the words.
invite-file-do = Download the file
invite-words = The six words
invite-words-what = Say them, or write them on paper and give them at another time or by another way than the file. Together they let anybody in.
invite-once = The words stand on this page alone and are kept nowhere. They are gone when you tap below, when the notebook locks, or after ten minutes.
invite-done = I have both. Forget the words
invite-gone = The words and the file of this invite are not kept any more. If they did not reach their person, make another.
project-title = Project
project-print = Fingerprint
project-print-what = The page of a relay's keeper shows the same digits for this project. They are no secret.
project-within = in { $area }
project-coordinators =
    { $count ->
       [one] { $count } coordinator
       *[other] { $count } coordinators
    }
project-monitors =
    { $count ->
       [one] { $count } monitor
       *[other] { $count } monitors
    }
admission-title = How newcomers are admitted
admission-by-hand = By hand: somebody looks at each
admission-at-exchange = At an exchange: by itself, where only one device took the invite up
admission-help = By itself is quicker where people meet rarely. By hand is safer: an invite and its words in the wrong hands then let nobody in unseen.
admission-only = A steward can change this.
admission-save = Keep this
relays-title = Relays
relays-none = No relay is known yet.
relays-certify = Make a relay's certificate
relays-certify-what = A relay carries this project's letters once it has a certificate. Its keeper gives you the relay's key; it is no secret, but must arrive unchanged.
relays-key = The relay's key, 128 digits
relays-label = What members call the relay
relays-do = Make the certificate
relays-wrong-key = This is no relay's key: it has 128 digits from 0 to 9 and a to f. Nothing was made.
relays-wrong-label = Give the relay a name that fits on a line. Nothing was made.
relays-no-key = Only a steward's device can make certificates, once it was admitted and has exchanged. Nothing was made.
relays-only = A steward can make certificates for relays.
relays-made = The certificate is made
relays-made-what = Give the file to the relay's keeper, who starts the relay with it. It is no secret. Members learn of the relay by exchanges.
relays-download = Download the certificate
