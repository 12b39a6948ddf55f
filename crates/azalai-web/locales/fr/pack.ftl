# pack: see docs/translating.md. Values between braces are filled in by the program.
pack-title = Catégories et questions
pack-what = Un jeu, c'est ce que l'on demande à tous dans le projet : les catégories de rapports, leurs questions et leurs noms. Seuls les responsables du projet en apportent un autre.
pack-in-use = Utilisé
pack-by = Apporté par
pack-ships = Il est fourni avec le programme.
pack-categories = Catégories
pack-count =
    { $count ->
       [one] { $count } catégorie
       *[other] { $count } catégories
    }
pack-languages = Langues
pack-apart = Deux responsables ont apporté des jeux sans le savoir l'un de l'autre. Celui ci-dessus compte partout, jusqu'à ce qu'un responsable en apporte un de nouveau. Les autres :
pack-get = L'enregistrer dans un fichier
pack-bring = En apporter un autre
pack-bring-what = Rien n'est envoyé avant que vous ayez vu ce qui change. Les rapports déjà écrits gardent leur catégorie et son nom.
pack-file = Le fichier du jeu
pack-look = L'examiner
pack-wrong-none = Aucun fichier n'est arrivé. Rien n'a été modifié. Choisissez-en un.
pack-wrong-same = Ce jeu est déjà utilisé. Rien n'a été modifié.
pack-wrong-file = Le fichier n'a pas été pris, et rien n'a été modifié. La personne qui l'a écrit trouve ici où regarder :
pack-check = Ce que ce jeu change
pack-new = Nouveau
pack-changed = Avec d'autres noms, questions ou réglages
pack-gone = Plus proposé
pack-wider = Les rapports de ces catégories pourront désormais aller à plus de personnes qu'avant
pack-nothing = Rien ne change pour ceux qui signalent.
pack-use-what = Tout le monde l'utilise après son prochain échange. Vous pouvez à tout moment apporter de nouveau le précédent.
pack-use = L'utiliser dans le projet
pack-not = Ne rien changer
pack-done = Enregistré. Cet appareil utilise désormais ce jeu ; les autres l'utiliseront après leur prochain échange.
