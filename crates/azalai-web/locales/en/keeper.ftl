# keeper: see docs/translating.md. Values between braces are filled in by the program.
keeper-title = Relay
keeper-holds = What this relay holds
keeper-letters = sealed letters
keeper-bytes = their size
keeper-used = taken on the disk
keeper-free = free on the disk
keeper-full = The disk is nearly full. When it is full, new letters are refused and those that are here stay. Make room, or move to a larger disk.
keeper-say = What you can say truthfully
keeper-truth = “It holds sealed letters. I have no key to them, and neither has the box. I do not know who wrote what, or who belongs.”
keeper-knows = The relay writes down no address and no order of arrival. This page shows nothing else than what you see, and only to this machine.
keeper-days = Letters by day
keeper-days-what = The day is the one that a letter carries outside, not the day on which it came.
keeper-keeps-all = No letter is deleted for its age.
keeper-keeps =
    { $count ->
       [one] Letters are deleted after { $count } day. Reports that nobody has read by then are brought again by their authors.
       *[other] Letters are deleted after { $count } days. Reports that nobody has read by then are brought again by their authors.
    }
keeper-day = Day
keeper-size = Size
keeper-older = Older
keeper-empty = It holds no letter yet.
keeper-visits = Visits
keeper-no-visits = Nobody has come yet.
keeper-visits-what = How often a device came to exchange letters. Only these numbers are kept, since { $day }, in memory alone: they are forgotten when the relay stops.
keeper-certificates = Whose letters it carries
keeper-no-project = Nobody's yet. A steward gives you a certificate: start the relay with it.
keeper-since = Carried since { $day }
keeper-certified = Certificate of { $day }
keeper-epoch = epoch { $number }
keeper-certificates-what = The digits are the project's fingerprint; a steward sees the same ones in their notebook. Certificates end by no clock. A newer one takes the place of the one before it.
keeper-copy = A copy is not needed
keeper-copy-what = Every letter here is still with its author until a coordinator has opened it. A copy would only be one more thing that can be seized. If the folder is damaged, start with an empty one: devices bring their letters again.
keeper-give-up = To give it up
keeper-give-up-tell = Tell a coordinator first, so that everyone brings their letters elsewhere once more.
keeper-give-up-stop = Then stop the relay.
keeper-give-up-remove = Remove its folder.
keeper-seized = If it is seized, or you must leave it: tell a coordinator that this relay is lost. You can lose the box without betraying anyone.
keeper-address = This page is for its own machine alone. Open it there, at 127.0.0.1 and the port that the relay named when it started.
lane-urgent = Urgent
lane-text = Text
lane-preview = Previews
lane-bulk = Media
size-gb = { $count } GB
