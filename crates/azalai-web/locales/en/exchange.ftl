# exchange: see docs/translating.md. Values between braces are filled in by the program.
way-exchange = Exchange
size-bytes =
    { $count ->
       [one] { $count } byte
       *[other] { $count } bytes
    }
size-kb = { $count } kB
size-mb = { $count } MB
exchange-letters =
    { $count ->
       [one] { $count } sealed letter, { $size }
       *[other] { $count } sealed letters, { $size }
    }
exchange-waits = What waits on this device
exchange-waits-none = Nothing waits. There may be something for you all the same.
exchange-for-everyone = For every member
exchange-for-staff = For coordinators and stewards
exchange-for-area = For the coordinators of { $area }
exchange-for-above = For the coordinators of { $area } and of the areas that contain it
exchange-for-other = Keys, receipts and what the project needs to work
exchange-by-relay = By relay
exchange-address = The relay's address
exchange-address-help = As it stands on the relay, such as http://192.168.1.20:7700. It is remembered.
exchange-address-wrong = This is no address of a relay. It looks like http://192.168.1.20:7700. Nothing was sent.
exchange-start = Begin
exchange-again = Go on
exchange-running = Under way
exchange-stop = Stop
exchange-stop-help = Stopping loses nothing. You can do other things meanwhile.
exchange-sent = Sent
exchange-received = Received
exchange-in-file = Letters in the file
exchange-new-here = New on this device
exchange-arrived = What arrived
exchange-incident = An incident
exchange-more =
    { $count ->
       [one] { $count } more arrived.
       *[other] { $count } more arrived.
    }
exchange-admitted = { $pseudonym } was admitted to the project.
exchange-note-stay = Something stays on this device: there is nobody yet who could open it.
exchange-note-not-taken =
    { $count ->
       [one] { $count } letter was not taken by the relay. It stays on this device.
       *[other] { $count } letters were not taken by the relay. They stay on this device.
    }
exchange-note-given-up =
    { $count ->
       [one] The relay had given up { $count } of your letters to make room. It was brought there again.
       *[other] The relay had given up { $count } of your letters to make room. They were brought there again.
    }
exchange-note-given-up-full =
    { $count ->
       [one] The relay is full and gave up { $count } of your letters. It waits on this device until there is room, unless somebody else has it. Try another relay.
       *[other] The relay is full and gave up { $count } of your letters. They wait on this device until there is room, unless somebody else has them. Try another relay.
    }
exchange-note-too-old =
    { $count ->
       [one] { $count } of your letters is older than the relay keeps, and nobody has read it yet. It leaves again as a letter of today.
       *[other] { $count } of your letters are older than the relay keeps, and nobody has read them yet. They leave again as letters of today.
    }
exchange-note-set-aside =
    { $count ->
       [one] { $count } letter was set aside: it broke a rule.
       *[other] { $count } letters were set aside: they broke a rule.
    }
exchange-note-newer =
    { $count ->
       [one] { $count } letter needs a newer program. It is kept.
       *[other] { $count } letters need a newer program. They are kept.
    }
exchange-note-left =
    { $count ->
       [one] { $count } letter needs a newer program and was not taken. Take it in again after an upgrade.
       *[other] { $count } letters need a newer program and were not taken. Take them in again after an upgrade.
    }
exchange-note-foreign =
    { $count ->
       [one] { $count } letter was not of this project and was left out.
       *[other] { $count } letters were not of this project and were left out.
    }
exchange-by-file = By file
exchange-file-help = For a memory card or a cable. Everything in the file is sealed. What waits goes on waiting until somebody confirms it.
exchange-take = Save a file with all letters
exchange-take-parts = All letters do not fit into one file. Each press gives the next file; after the last one the first comes again. Carry all of them.
exchange-bring = A file that somebody brought
exchange-bring-do = Take it in
exchange-no-file = Choose the file first. Nothing was changed.
ended-done = Done. You and the relay have the same letters now.
then-done = There is nothing more to do here.
ended-unsettled = This part is done, and there is more to come.
then-unsettled = Nothing was lost. Go on now or later.
ended-stopped = Stopped.
then-stopped = Nothing was lost: what arrived is kept, and what was not confirmed waits here. Go on whenever you like.
ended-locked = The notebook was locked while it exchanged.
then-locked = Nothing was lost. Go on whenever you like.
ended-unreached = Nobody answers at this address.
then-unreached = Nothing was lost; everything waits here. Check that this device is in the relay's network and that the address is right, then go on.
ended-untrusted = The connection to this address cannot be trusted.
then-untrusted = Nothing was lost and nothing of yours was given away. Check the date and hour of this device and the address; a network that asks you to log in may be in between.
ended-cut = The connection broke half way.
then-cut = Nothing was lost: what arrived is kept. Move closer or wait for a better network, then go on.
ended-refused = The relay said no.
then-refused = Nothing was lost; everything waits here. Ask whoever keeps the relay whether it serves your project, or go on later.
ended-strange = What answers there is no relay.
then-strange = Nothing was lost and nothing of yours was given away. Check the address.
ended-foreign = There is a relay, but not one of your project.
then-foreign = Nothing was lost and nothing of yours was given away. Check the address, or ask a steward whether this relay belongs to you.
ended-full = This device has no room left.
then-full = What arrived before is kept. Delete other things on this device, then go on.
ended-inside = Something failed on this device.
then-inside = Nothing that was saved is lost. Go on; if it happens again, close the program and start it anew.
ended-file = The file was taken in.
then-file = You can delete the file now.
ended-file-cut = The file is cut off. What was whole in it was taken in.
then-file-cut = Nothing was lost. Ask for the file again when you can.
ended-file-strange = This is no file of letters.
then-file-strange = Nothing was changed. Choose another file.

held-claimed-twice = Nobody has admitted this device yet: another device used the same invite. What you write is saved and sent as ever, and is marked as not confirmed. Ask your coordinator, in person: they can admit the device that is yours.
held-invite-ended = Nobody has admitted this device: its invite has ended. What you write is saved and sent as ever, and is marked as not confirmed. Ask your coordinator, in person: they can still admit this device.
