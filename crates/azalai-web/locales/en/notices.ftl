# notices: see docs/translating.md. Values between braces are filled in by the program.
way-notices = Notices
notices-new = { $count } new
notices-none = No notices yet. Alerts and answers to your reports will stand here.
notice-new = New
notice-own = You
notice-report = The report
notice-to-everyone = Everyone in the project
notice-to-staff = All coordinators and stewards
notice-to-area = The coordinators of { $area }
notice-to-above = The coordinators of { $area } and above
notice-to-you = You alone
notice-to-member = { $name } alone
notice-write = Write a notice
notice-to = Who is it for?
notice-circle-everyone = Everyone in the project
notice-circle-staff = All coordinators and stewards
notice-circle-above = Coordinators of an area and above
notice-circle-area = Coordinators of one area only
notice-means-everyone = Every member, monitors too.
notice-means-staff = Nobody else; no monitor.
notice-means-above = Those of the area, and of the areas that contain it. No monitor.
notice-means-area = Those of the area itself. No monitor.
notice-text = What do you want to say?
notice-urgent = Urgent: it travels before everything else
notice-urgent-short = Urgent
notice-fixed = Name nobody who could be harmed by it. A notice cannot be changed or taken back.
notice-look = Look over it
notice-check = Look over the notice
notice-send = Send it
notice-sent =
    { $count ->
       [one] The notice is saved. It leaves at the next exchange.
       *[other] { $count } notices are saved. They leave at the next exchange.
    }
notice-left =
    { $count ->
       [one] { $count } answer was not written. Go to the report and answer it again.
       *[other] { $count } answers were not written. Go to the reports and answer them again.
    }
notice-nothing-sent = Nothing was sent; your text is below.
notice-wrong-text = A notice needs a text.
notice-wrong-long = The text is too long: at most 4,096 bytes, about 4,000 letters, half as many in Arabic.
notice-wrong-area = Choose who it is for, and the area where there is one to choose.
notice-wrong-nobody = Nobody here can be answered.
notice-read-staff = You, and all coordinators and stewards. No monitor.
notice-read-area = You, and the coordinators of { $area }. No monitor.
notice-read-above = You, and the coordinators of { $area } and of the areas that contain it. No monitor.
notice-read-nobody = This device knows of nobody there yet. The notice waits sealed until there is somebody.
notice-read-authors = You, and each of those who reported. Each gets an answer of their own, and does not learn who else reported.
notice-read-phone = Whoever holds an open phone of one of them can read it too, and see that they reported.
answer-reporters = Answer the reporters
answer-author = Answer its author
answer-what = One answer for each author. It is shown beside the report, to its author alone.
unanswered-own = Your own report: nobody is answered.
unanswered-removed = This member was removed: nothing is sent to that device.
unanswered-unknown = This member's key is not known here yet.
unanswered-told = Wrote another report here too: one answer tells them once.
received-incident = Incident: { $title }
received-inbox = To the inbox
incident-onward = Those who reported
exchange-notice = A notice
notice-drafts = Begun and not sent
