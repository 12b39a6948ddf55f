# evidence: see docs/translating.md. Values between braces are filled in by the program.
evidence-make = Faire un dossier de preuve
evidence-title = Dossier de preuve
evidence-what = Un seul fichier que quelqu'un du dehors peut vérifier sans ce projet et sans réseau : ce qui a été écrit, avec ses signatures.
evidence-inside = Ce qu'il contiendra
evidence-documents = Rapports et incidents
evidence-statements = Écritures signées
evidence-keys = Clés de qui a écrit
evidence-receipts = Accusés de la coordination
evidence-size = Taille
evidence-missing =
    { $count ->
       [one] { $count } rapport de cet incident n'est pas sur cet appareil, ni dans le dossier.
       *[other] { $count } rapports de cet incident ne sont pas sur cet appareil, ni dans le dossier.
    }
evidence-all = Tout ce qui a été écrit y est : les lieux exacts, les heures et les mots, et ce qui était dit avant une correction.
evidence-who = Qui y figurera
evidence-staff = La coordination et les responsables y sont nommés avec leur rôle et leur zone : la preuve de qui peut agir repose là-dessus.
evidence-person = { $name }, { $role }
evidence-authors = Et qui a signalé ?
evidence-keys-only = Par sa clé seulement
evidence-keys-what = Ni nom ni zone. Mais une clé ne change pas : deux dossiers montrent si une même personne a écrit les deux, et qui prend son téléphone peut montrer que c'était le sien.
evidence-names = Par son nom dans le projet
evidence-names-what = Cela prouve aussi que la personne a été admise, et montre son pseudonyme, sa zone et son invitation. Seulement avec son accord.
evidence-names-are = Seraient nommés : { $names }.
evidence-choose = Choisissez si qui a signalé est nommé. Rien n'a été fait.
evidence-file = Le fichier a un nom qui ne dit rien, et il n'est pas chiffré. Qui le reçoit peut le lire.
evidence-do = Faire le fichier
evidence-too-large = Le dossier serait plus grand que ce qu'un lecteur accepte. Faites des dossiers de rapports seuls. Rien n'est perdu.
evidence-label-red = Il contient quelque chose pour des personnes nommées : il ne doit pas sortir du projet.
evidence-label-strict = Il contient quelque chose pour peu de gens : il ne doit pas sortir du projet.
evidence-label-amber = De ceci, seuls des nombres peuvent sortir du projet : ce fichier doit rester dedans.
evidence-label-green = De ceci, seuls un lieu approximatif et un jour peuvent sortir du projet : ce fichier doit rester dedans.
evidence-label-clear = Ceci peut être donné à tout le monde. La clé de son auteur va avec.
verify-title = Vérifier un dossier de preuve
verify-what = On vous a donné un dossier de preuve ? Voyez ce qu'il prouve.
verify-go = Vérifier un dossier
verify-how = Donnez le fichier. Vous verrez ce qu'il contient, ce que ses signatures prouvent, et ce qu'elles ne prouvent pas.
verify-file = Le fichier
verify-another = Vérifier un autre fichier
verify-kept = Il est regardé sur cet appareil seulement, et n'est pas gardé.
verify-do = Vérifier
verify-whole = Toutes ses signatures sont justes. Cela prouve moins qu'il n'y paraît : lisez les deux listes.
verify-made = Réuni le { $when } par { $who }.
verify-called = { $name } ({ $key })
verify-key = la clé { $key }
verify-project = Quel projet
verify-ours = C'est le projet de ce carnet : la clé racine est la même.
verify-root = Sa clé racine, à comparer avec quelqu'un qui connaît le projet :
verify-proved = Ce qui est prouvé
verify-not-proved = Ce qui n'est pas prouvé
verify-papers = Ce qu'il contient
verify-incident = Incident
verify-report = Rapport
verify-unchanged = « { $what } » a été commencé par qui tient { $who }. De ce qui y compte, pas un octet n'a changé depuis la signature.
verify-is = { $who } : { $is }, par des actes signés qui reposent sur la clé racine.
verify-receipt-opened = { $who } dit l'avoir ouvert.
verify-receipt-acted = { $who } dit y avoir donné suite.
verify-maker = { $who } a réuni ce dossier.
verify-not-who = Qui sont les gens : une clé n'est pas une personne, et un téléphone a pu être en d'autres mains.
verify-not-when = Quand : toutes les heures sont celles des horloges des appareils.
verify-not-true = Que ce qui est écrit est vrai.
verify-not-all = Que c'est tout : des corrections, des retraits et d'autres rapports ont pu être laissés de côté.
verify-not-project = Que c'est le projet que l'on croit. Demandez à quelqu'un qui le connaît si la clé racine est juste.
verify-not-member = Que { $who } est celle d'un membre. Qui a fait le dossier dit : { $is }.
verify-not-maker = Que qui l'a réuni fait partie de la coordination ou des responsables.
verify-not-opened = Que quelqu'un de la coordination l'a ouvert.
verify-not-receipts =
    { $count ->
       [one] { $count } accusé : le dossier ne montre pas que sa clé est de la coordination.
       *[other] { $count } accusés : le dossier ne montre pas que leurs clés sont de la coordination.
    }
verify-not-begun =
    { $count ->
       [one] Quoi que ce soit de { $count } document dont le début n'est pas dans le dossier.
       *[other] Quoi que ce soit de { $count } documents dont le début n'est pas dans le dossier.
    }
key-is-confirmed = { $role }
key-is-unconfirmed = { $role }, sans confirmation
key-is-suspended = { $role }, en suspens
key-is-removed = { $role }, plus membre
key-is-unknown = inconnue
verify-entries =
    { $count ->
       [one] { $count } écriture signée
       *[other] { $count } écritures signées
    }
verify-number = numéro { $number } de sa chaîne
verify-aside = ne compte pas
verify-more =
    { $count ->
       [one] Et { $count } autre.
       *[other] Et { $count } autres.
    }
verify-wrong-file = Choisissez un fichier. Rien n'a été vérifié.
verify-wrong-strange = Ce n'est pas un dossier de preuve. Rien n'est prouvé, et rien n'en est montré.
verify-wrong-broken = Rien n'est prouvé : quelque chose dans ce fichier a été changé ou manque. Rien n'en est montré. Redemandez le fichier, par un autre chemin.
verify-wrong-subject = Rien n'est prouvé : les signatures sont justes, mais ce dont parle le dossier n'y est pas. Demandez-en un nouveau à qui l'a fait.
uncounted-other-readers = Destiné à d’autres lecteurs que son document.
uncounted-not-author = Écrit par un autre appareil que celui qui a fait ce rapport.
uncounted-past-cut = Son auteur a été retiré, et ceci a été dit après ce qui compte encore.
uncounted-no-cut = Son auteur a été retiré, et aucun retrait ne nomme cette suite.
uncounted-fork = L’appareil a parlé deux fois au même endroit, comme le ferait une copie : rien dans le fichier ne dit laquelle compte.
uncounted-not-admitted = Rien dans le fichier ne montre que son auteur a été admis.
uncounted-no-right = D’après le fichier, son auteur n’a pas le droit d’écrire cela.
uncounted-waits = Repose sur quelque chose qui n’est pas dans le fichier.
uncounted-unreadable = Abîmé, ou pas dans la forme que ce programme accepte.
