# start: see docs/translating.md. Values between braces are filled in by the program.
language-title = Language
how-title = How do you begin?
how-offline = You need no network, no account and no phone number.
how-join = I have an invite
how-join-what = A file and six words that somebody gave you
how-found = I begin a new project
how-found-what = You will invite others and name areas
join-file = The invite file
join-paste = I have it as text
join-pasted = The invite as text
join-words = The six words
join-words-help = In their order, with spaces between. The first four letters of each are enough.
join-no-file = There is no invite here yet: choose the file, or paste its text.
join-word = Word { $place } (“{ $word }”) is none of the list. Check its spelling.
join-count =
    { $count ->
       [one] One word was given, six are needed.
       *[other] { $count } words were given, six are needed.
    }
join-wrong-words = These are not the words of this invite. Check them with whoever gave it to you.
join-damaged = This is no invite, or only a part of one. Ask for it again.
found-name = The project's name
found-name-wrong = Give the project a name that fits on a line.
found-areas = Areas
found-areas-help = One on each line. A dash puts an area into the one above it.
found-root = This device will hold the only copy of the project's root key. Invite a second steward soon.
areas-none = A project needs at least one area.
areas-name = An area's name is missing or too long for a line.
areas-depth = An area has more dashes than the one above it allows.
areas-many = There are more than 60 areas. Begin with fewer.
passphrase-title = Choose a passphrase
passphrase-why = It opens this notebook. Nobody can give it back to you if it is lost.
passphrase-which = Which one?
passphrase-offered = These words (hard to guess)
passphrase-own = My own
passphrase-type = Your passphrase
passphrase-again = The same again
passphrase-strength = Several words that do not belong together are stronger than one word with numbers.
passphrase-weak = This passphrase is easy to guess. Take more words, or the ones that are offered.
passphrase-differ = The two passphrases differ. Type both again.
passphrase-pseudonym = Choose what to be called, in a few letters.
passphrase-pseudonym-label = What you want to be called here
passphrase-pseudonym-help = Not your real name.
passphrase-do = Make the notebook
ready-title = Ready
ready-what = This device belongs to “{ $project }”. What you write is kept on it, sealed.
ready-leave = “Leave fast” is on every page: it locks at once and shows a calendar.
ready-report = Write a report
unlock-title = Open
unlock-label = Passphrase
unlock-do = Open
unlock-wrong = This passphrase opens nothing here. Nothing was changed. Try again.
carry-title = What you wrote is still here
carry-locked = The notebook locked itself meanwhile. Open it, and what you wrote is kept as a draft.
carry-stale = The page was from before the notebook was last opened. Keep what you wrote with one tap.
carry-keep = Keep it
