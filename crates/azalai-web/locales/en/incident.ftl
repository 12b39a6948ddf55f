# incident: see docs/translating.md. Values between braces are filled in by the program.
save = Save
incidents-none = No incidents yet. They begin with a report:
incidents-reports =
    { $count ->
       [one] One report
       *[other] { $count } reports
    }
incidents-apart =
    { $count ->
       [one] one field to settle
       *[other] { $count } fields to settle
    }
incidents-open = Only open ones
incidents-all = Closed and refuted ones too
incident-done = Saved on this device.
incident-sources =
    { $count ->
       [one] one independent source
       *[other] { $count } independent sources
    }
incident-set-aside =
    { $count ->
       [one] One statement does not count. See the history.
       *[other] { $count } statements do not count. See the history.
    }
incident-unknown = Unknown
incident-move = Move on to:
incident-no-reports = No report stands behind this.
incident-not-here = A report that is not here
incident-not-here-what = It has not arrived on this device, or is sealed to others.
incident-linked = linked
incident-rumour-is = rumour “{ $name }”
incident-changed-since = Its author wrote something after it was linked.
incident-read = I have read it
incident-unlink = Take out of this incident
incident-unlink-what = The report itself is not changed. It goes back into the inbox.
incident-likely = Likely of this incident too
incident-what = What is believed
incident-change = Change
incident-take-in = Take into this incident
incident-no-facts = Nothing is written down yet.
incident-mine = I take care of it
incident-mine-no = I no longer take care of it
incident-responses = What was done
incident-no-responses = Nothing is written down yet.
incident-notes = Notes
incident-history = History
incident-history-what = Who wrote what, newest first. The signature of each was checked just now, on this device.
incident-wrong-title = A title is needed, one that fits on two lines.
incident-wrong-status = From where it stands it cannot go there in one step.
incident-wrong-when = This is no day of the calendar.
incident-wrong-place = This is no place: write a name.
incident-wrong-text = This is empty, or too long.
incident-wrong-form = This does not fit the incident as it stands.
incident-wrong-own = This report is your own: somebody else has to grade it.
incident-wrong-sources = “Confirmed by other sources” needs two independent sources.
incident-wrong-rumour = The name of a rumour has at most 64 letters.
incident-wrong-stale = Somebody changed this incident after your page was made. Look again, then decide.
apart-title = Two answers: { $field }
apart-counts = counts until somebody settles it
apart-keep = Keep this
apart-keep-this = Keep “{ $value }”
apart-type = Write another
apart-settle = Settle it
apart-not-yours = This cannot be settled here: a label is fixed, and a grade belongs to its grader.
grade-do = Grade
grade-source = The source
grade-content = What it says
grade-save = Save the grade
grade-own = This is your own report: somebody else grades it.
grade-unsupported = unsupported: too few sources
grade-not-counted = does not count
reliability-A = completely reliable
reliability-B = usually reliable
reliability-C = fairly reliable
reliability-D = not usually reliable
reliability-E = unreliable
reliability-F = source cannot be judged
credibility-1 = confirmed by other sources
credibility-2 = probably true
credibility-3 = possibly true
credibility-4 = doubtful
credibility-5 = improbable
credibility-6 = content cannot be judged
status-new = New
status-reviewing = Being looked at
status-refuted = Refuted
status-corroborated = Corroborated
status-confirmed = Confirmed
status-closed = Closed
field-title = Title
field-status = Status
field-area = Area
field-category = Kind
field-occurred = When
field-place = Where
field-origin = From where
field-destination = To where
field-tlp = Label
field-assigned = Who takes care
field-outcome_for_reporters = What reporters are told
field-link = Link to a report
field-grade = Grade
field-code = Code
field-actor = Actor
field-market = Market
field-route = Route
field-response = Response
field-note = Note
response-add = Write down what was done
response-kind = What kind of thing?
response-body = Who did it?
response-outcome = What came of it?
response-verification = Verification
response-mediation = Mediation
response-referral = Referral
response-protection = Protection
response-livelihood = Another income
response-police = Police
response-none = Nothing
note-add = Add a note
fate-applied = counts
fate-waiting = waits for something earlier
fate-aside = set aside
fate-beneath = set aside; what counts builds on it
fate-refused = refused
