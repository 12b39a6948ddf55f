# new-passphrase: see docs/translating.md. Values between braces are filled in by the program.
new-passphrase-title = Change the passphrase
new-passphrase-old = The present passphrase
new-passphrase-offer = You may take these words, or words of your own:
new-passphrase-new = The new passphrase
new-passphrase-do = Change it
new-passphrase-back = Back to the settings
new-passphrase-done = The passphrase was changed. From now on only the new one opens this notebook.
new-passphrase-copies = Copies of this notebook from before still open with the old one: destroy them.
new-passphrase-same = The new passphrase is the present one. Nothing was changed.
new-passphrase-wrong = The present passphrase is not right. Nothing was changed. Try again.
new-passphrase-wait = Too many were wrong. Nothing was changed. Try again in { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}.
strength-weak = Easy to guess: take more words.
strength-fair = Fair: enough against a passer-by.
strength-good = Good: hard to guess, even with time.
strength-strong = Strong: hard to guess, even for a laboratory.
