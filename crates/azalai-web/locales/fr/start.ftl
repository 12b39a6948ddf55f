# start: see docs/translating.md. Values between braces are filled in by the program.
language-title = Langue
how-title = Comment commencez-vous ?
how-offline = Il ne faut ni réseau, ni compte, ni numéro de téléphone.
how-join = J'ai une invitation
how-join-what = Un fichier et six mots que l'on vous a donnés
how-found = Je fonde un projet
how-found-what = Vous inviterez d'autres personnes et nommerez des zones
join-file = Le fichier d'invitation
join-paste = Je l'ai sous forme de texte
join-pasted = L'invitation en texte
join-words = Les six mots
join-words-help = Dans l'ordre, séparés par des espaces. Les quatre premières lettres de chacun suffisent.
join-no-file = Il n'y a pas encore d'invitation : choisissez le fichier ou collez son texte.
join-word = Le mot { $place } (« { $word } ») n'est pas dans la liste. Vérifiez son orthographe.
join-count =
    { $count ->
       [one] Il y a { $count } mot, il en faut six.
       *[other] Il y a { $count } mots, il en faut six.
    }
join-wrong-words = Ce ne sont pas les mots de cette invitation. Vérifiez avec la personne qui vous l'a donnée.
join-damaged = Ce n'est pas une invitation, ou seulement une partie. Redemandez-la.
found-name = Le nom du projet
found-name-wrong = Donnez au projet un nom qui tient sur une ligne.
found-areas = Zones
found-areas-help = Une par ligne. Un tiret place une zone dans celle du dessus.
found-root = Cet appareil aura la seule copie de la clé du projet. Invitez bientôt une seconde personne responsable.
areas-none = Un projet a besoin d'au moins une zone.
areas-name = Le nom d'une zone manque ou ne tient pas sur une ligne.
areas-depth = Une zone a plus de tirets que celle du dessus ne le permet.
areas-many = Il y a plus de 60 zones. Commencez avec moins.
passphrase-title = Choisissez une phrase secrète
passphrase-why = Elle ouvre ce carnet. Personne ne peut vous la rendre si elle est perdue.
passphrase-which = Laquelle ?
passphrase-offered = Ces mots (difficiles à deviner)
passphrase-own = La mienne
passphrase-type = Votre phrase secrète
passphrase-again = La même encore une fois
passphrase-strength = Plusieurs mots sans lien entre eux valent mieux qu'un mot avec des chiffres.
passphrase-weak = Cette phrase est facile à deviner. Prenez plus de mots, ou ceux qui sont proposés.
passphrase-differ = Les deux phrases diffèrent. Tapez-les de nouveau.
passphrase-pseudonym = Choisissez un surnom court.
passphrase-pseudonym-label = Votre surnom ici
passphrase-pseudonym-help = Pas votre vrai nom.
passphrase-do = Créer le carnet
ready-title = C'est prêt
ready-what = Cet appareil appartient à « { $project } ». Ce que vous écrivez y est gardé, scellé.
ready-leave = « Quitter vite » est sur chaque page : cela verrouille aussitôt et montre un calendrier.
ready-report = Écrire un rapport
unlock-title = Ouvrir
unlock-label = Phrase secrète
unlock-do = Ouvrir
unlock-wrong = Cette phrase n'ouvre rien ici. Rien n'a changé. Réessayez.
carry-title = Ce que vous avez écrit est toujours là
carry-locked = Le carnet s'est verrouillé entre-temps. Ouvrez-le : ce que vous avez écrit sera gardé comme brouillon.
carry-stale = La page datait d'avant la dernière ouverture du carnet. Gardez ce que vous avez écrit d'un geste.
carry-keep = Garder
