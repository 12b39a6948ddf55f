# removal: see docs/translating.md. Values between braces are filled in by the program.
member-role = Part
member-areas = Areas
member-state = State
member-since = Since
member-by = Admitted by
member-key = Key of the device
member-removed-by = Removed by
member-contested-by = To be removed, says
member-state-confirmed = A member
member-state-unconfirmed = Waits to be admitted
member-done-removed = { $name } is removed. The others learn of it, and get their new keys, after your next exchange and theirs. Exchange soon.
member-done-voice = Your word on { $name } is kept. The suspension ends when more than half of the other stewards have said the same.
member-done-void = This removal does not count: { $name } is still a member. It would have taken away the right that it was made by. Another steward can do it.
member-done-granted = { $name } has this part now, and gets the keys after your next exchange and theirs.
member-wrong-when = Say when: now, or a day, with the hour if you know it. Nothing was done.
member-wrong-future = This time has not come yet. Nothing was done.
member-wrong-role = Choose the part. Nothing was done.
member-wrong-area = Choose the area. Nothing was done.
member-wrong-past = Choose what of the past they may read. Nothing was done.
member-wrong-no-key = This device does not hold the keys for that yet. Exchange once, then try again. Nothing was done.
member-wrong-changed = This is not possible any more: something about this member changed. Look again above. Nothing was done.
member-wrong-own-right = From so early on it would also set aside what your own right comes from, so it would count nowhere. Choose a later time or now, or let another steward do it. Nothing was done.
removal-title = If this device was taken
removal-what = Taken, lost, sold, or in the hands of somebody you no longer trust: take it out of the project. First you see what that will do.
removal-begin = This phone was taken
removal-when = When was it taken?
removal-now = Just now
removal-now-what = All that this device has received from it counts.
removal-date = Earlier
removal-date-what = What it dates later is set aside. Without an hour: from the beginning of that day on.
removal-next = The next page shows what it will do. Nothing is done yet.
removal-preview = See what it will do
removal-again = It is out of the project. What it said where whoever removed it does not read is doubtful until somebody who reads it removes it as well.
removal-again-do = Remove it from here as well
removal-own = This is the device that you write with: nobody removes their own. Another steward can do it.
removal-own-last = This is the device that you write with, and the only steward that it knows of: were it removed, nobody could admit coordinators any more. Invite a second steward first; they can remove it.
removal-not-confirmed = This device is not admitted, or is suspended, as far as it knows: it can remove nobody. Ask a steward.
removal-needs-steward = You cannot remove this device: a steward can.
removal-needs-coordinator = You cannot remove this device: a steward can, or a coordinator of its area.
removal-needs-known = This device knows of: { $names }.
removal-suspended = Two devices removed each other, and nobody can say from here who is right. Both are suspended: what they do does not count. It is settled when more than half of the other stewards remove one of the two; the other one is then free again. Speak with the people before you choose.
circle-everyone = every member
circle-staff = all coordinators and stewards
circle-area = the coordinators of { $area } alone
circle-above = the coordinators of { $area } and of the areas that contain it
plan-title = Take { $name } out?
plan-nothing-yet = Nothing is done yet. Read what it will do; the button is at the end.
plan-changed = Something changed after the page was shown, and nothing was done. This is what it will do now: read it again.
plan-counts-title = What counts
plan-until-now = All that this device has received from it by now.
plan-until = What it dates before { $when }, as far as this device has received it by now. What is dated back later does not count.
plan-counts =
    { $count ->
       [one] One statement of reports, incidents and notices goes on counting.
       *[other] { $count } statements of reports, incidents and notices go on counting.
    }
plan-aside-title = What is set aside
plan-aside-none = Nothing that this device has received.
plan-reports =
    { $count ->
       [one] One report
       *[other] { $count } reports
    }
plan-incidents =
    { $count ->
       [one] One incident
       *[other] { $count } incidents
    }
plan-notices =
    { $count ->
       [one] One notice
       *[other] { $count } notices
    }
plan-aside-by = Only what { $name } wrote there after that time; what others wrote stays.
plan-aside-list = Which ones
plan-aside-more =
    { $count ->
       [one] And one more.
       *[other] And { $count } more.
    }
plan-aside-later = All that arrives from it later is set aside too. It is kept, shown under “Set aside”, and can be taken back in one by one; it is in no list, figure or export until then.
plan-aside-beneath = An incident they worked on stays: what others built on it counts, their own values are shown as set aside.
plan-aside-unread = What it said where this device does not read is doubtful until somebody who reads it removes it too.
plan-keys-title = New keys
plan-keys-now = This device gives new keys at once to:
plan-keys-later = For these, a steward's device gives new keys by itself once it learns of the removal. Until then they are written to with old keys, or not at all:
plan-keys-to =
    { $count ->
       [one] One member is sent them
       *[other] { $count } members are sent them
    }
plan-relays =
    { $count ->
       [one] One relay gets a new certificate; any member's exchange brings it there.
       *[other] { $count } relays get new certificates; any member's exchange brings them there.
    }
plan-also-removed = What { $name } said before that time counts, and leaves these members removed. If it was not { $name } who said it, choose a time before it:
plan-freed = These are suspended no longer:
plan-reads-title = What the taken device can still read
plan-reads = All that it holds and has not let go of, its own reports among it, and letters of before to:
plan-keeps-keys = A steward's device also keeps the keys of all areas to hand them on: with another program it can read what was sealed to them before.
plan-reads-until = It cannot read what is written with the new keys. A member who has not exchanged since still writes with the old ones.
plan-offline-title = Those who are out of reach now
plan-offline = They lose nothing. Relays keep what they bring, and count it once they have the new keys; they get these at their next exchange, even after a month.
plan-no-way-back = This cannot be undone
plan-no-way-back-what = Who comes back joins with a new invite, as a new device. What was set aside can be taken back in.
plan-do = Take { $name } out for good
plan-not = Do nothing
aside-title = Set aside
aside-what = What removed devices said after they were taken, and what a copied device said twice. It is kept and counts nowhere. Look at each, and take back in what is honest.
aside-none = Nothing is set aside.
aside-none-here = Nothing of this is set aside by a removal. The history of an incident says why something does not count.
aside-count =
    { $count ->
       [one] One is set aside
       *[other] { $count } are set aside
    }
aside-all = All that is set aside
aside-kind-report = Report
aside-kind-incident = Incident
aside-kind-notice = Notice
aside-kind-pack = Pack
aside-why-past-cut = Said after the time up to which its author counts
aside-why-no-cut = Its author is removed, and no removal names this chain of theirs: it began later, or whoever removed them did not read it
aside-why-fork = The device spoke twice in one place, as a copy of it would: nobody has said which is its author's
aside-done-adopted = It is taken back in. It counts here now, and for the others after the next exchanges.
aside-done-there = It counts already, or is not on this device: nothing was done.
aside-of-them = What is set aside of theirs
aside-of-removed = Somebody was removed: what they said since is set aside.
aside-look = Look at what is set aside
aside-unreadable = What it says cannot be shown alone: what it builds on is not here.
aside-incident = To the incident
aside-own = You said this yourself: somebody else has to take it back in.
aside-needs = You cannot take this back in: a steward can, and for a monitor also a coordinator of their area.
adopt-title = Is it honest?
adopt-what = Take it back in only if you know that its author wrote it of their own will. Then it counts for everybody; what else is set aside stays so. The act is signed with your name and cannot be undone.
adopt-do = Take this one back in
grant-title = Another part
grant-what = Makes a monitor a coordinator, a coordinator one of another area too, or anybody a steward. It takes nothing away.
grant-begin = Give another part
grant-past = What of the past may they read?
past-all = All that was ever sealed to this part, as far as this device has the keys
past-none = Only what is sealed with the newest keys. For a clean cut, give new keys first
grant-help = What somebody was given to read cannot be taken back. To take a part away, remove the device.
grant-do = Give this part
area-add = Add an area
area-add-what = An area has coordinators and keys of its own. It cannot be taken away again.
area-name = Its name, as people say it
area-code = Its code
area-code-help = May stay empty. Small letters a to z, digits and hyphens.
area-parent = It lies in
area-parent-none = no other area
area-do = Add the area
area-wrong-name = Give the area a name that fits on a line. Nothing was done.
area-wrong-code = The code has only small letters a to z, digits and hyphens. Nothing was done.
area-wrong-taken = There is such an area already. Look at the list; to have two of one name, give this one a code. Nothing was done.
area-wrong-parent = Choose the area that it lies in from the list. Nothing was done.
project-done-area = The area is there. The others learn of it after your next exchange and theirs.
project-done-keys = New keys are given. Members get them after your next exchange and theirs; what they write until then is sealed with the old ones.
project-done-keys-already = New keys were given after the page was shown: nothing more was done. Do it again if you want to.
rotate-title = New keys
rotate-what = Where somebody may have read along, and you do not know who: with new keys, whoever has copied the old ones reads no more from then on. If you know whose device it is, take that one out instead.
rotate-do = Give new keys
rotate-for = For whom?
rotate-help = Every member who may hold a new key is written to. Nothing is lost, and nobody is removed.
rotate-confirm = Give new keys now
rotate-wrong-none = Tick for whom. Nothing was done.
readers-one-by-one = One by one
readers-only-here = It has not left this device: nobody else can read it yet.
readers-known = Those whom this device knows
readers-none = This device knows of none of them.
readers-removed = Removed, and may have read it before
readers-unknown = What it cannot know
readers-back = Back to it
unknowable-monitors = The monitors, all of whom can read it: this device has no list of them.
unknowable-later-members = Whoever is given these keys later, with what was sealed to them before.
unknowable-custody = Stewards: they keep these keys to hand them on. Their program does not read with them; another could.
unknowable-taken-devices = Whoever holds a device of one of them, open or with its passphrase, that nobody reported.
unknowable-passed-on = Whomever a reader tells.
incident-aside = A report that is set aside
settled-already = This was settled already. Nothing more was done. { $field }:
member-bodies = Belongs to
member-done-bodies = It is noted what { $name } belongs to. It holds on every device that has this from an exchange.
bodies-title = Belongs to
bodies-what = What complains of a body, such as the police, goes round everybody who belongs to it, whatever their area.
bodies-begin = Say what they belong to
bodies-belongs = Belongs to
bodies-help = Every device of the project learns of it. Who belongs to a body is given keys of their areas from now on only. What they were sent before cannot be taken back.
bodies-do = Note this
