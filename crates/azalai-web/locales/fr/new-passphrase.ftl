# new-passphrase: see docs/translating.md. Values between braces are filled in by the program.
new-passphrase-title = Changer la phrase secrète
new-passphrase-old = La phrase secrète actuelle
new-passphrase-offer = Vous pouvez prendre ces mots, ou les vôtres :
new-passphrase-new = La nouvelle phrase secrète
new-passphrase-do = La changer
new-passphrase-back = Retour aux réglages
new-passphrase-done = La phrase secrète est changée. Désormais, seule la nouvelle ouvre ce carnet.
new-passphrase-copies = Les copies faites avant s'ouvrent encore avec l'ancienne : détruisez-les.
new-passphrase-same = La nouvelle phrase est la phrase actuelle. Rien n'a été changé.
new-passphrase-wrong = La phrase actuelle n'est pas la bonne. Rien n'a été changé. Essayez de nouveau.
new-passphrase-wait = Trop d'essais étaient faux. Rien n'a été changé. Essayez de nouveau dans { $count ->
    [one] { $count } seconde
   *[other] { $count } secondes
}.
strength-weak = Facile à deviner : prenez plus de mots.
strength-fair = Passable : suffit contre un passant.
strength-good = Bonne : difficile à deviner, même avec du temps.
strength-strong = Forte : difficile à deviner, même pour un laboratoire.
