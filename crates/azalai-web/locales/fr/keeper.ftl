# keeper: see docs/translating.md. Values between braces are filled in by the program.
keeper-title = Relais
keeper-holds = Ce que garde ce relais
keeper-letters = lettres scellées
keeper-bytes = leur taille
keeper-used = pris sur le disque
keeper-free = libres sur le disque
keeper-full = Le disque est presque plein. Une fois plein, les nouvelles lettres sont refusées et celles d'ici restent. Faites de la place, ou passez à un disque plus grand.
keeper-say = Ce que vous pouvez dire en vérité
keeper-truth = « Il garde des lettres scellées. Je n'en ai pas la clé, et la boîte non plus. Je ne sais pas qui a écrit quoi, ni qui en fait partie. »
keeper-knows = Le relais ne note ni adresse, ni ordre d'arrivée. Cette page ne montre rien d'autre que ce que vous voyez, et seulement à cette machine.
keeper-days = Lettres par jour
keeper-days-what = Le jour est celui que la lettre porte à l'extérieur, pas celui où elle est arrivée.
keeper-keeps-all = Aucune lettre n'est effacée à cause de son âge.
keeper-keeps =
    { $count ->
       [one] Les lettres sont effacées après { $count } jour. Les rapports que personne n'a lus d'ici là sont rapportés par leurs auteurs.
       *[other] Les lettres sont effacées après { $count } jours. Les rapports que personne n'a lus d'ici là sont rapportés par leurs auteurs.
    }
keeper-day = Jour
keeper-size = Taille
keeper-older = Plus ancien
keeper-empty = Il ne garde encore aucune lettre.
keeper-visits = Visites
keeper-no-visits = Personne n'est encore venu.
keeper-visits-what = Combien de fois un appareil est venu échanger des lettres. Seuls ces nombres sont gardés, depuis le { $day }, en mémoire : ils sont oubliés quand le relais s'arrête.
keeper-certificates = À qui sont les lettres
keeper-no-project = Encore à personne. Une personne responsable vous donne un certificat : démarrez le relais avec.
keeper-since = Porté depuis le { $day }
keeper-certified = Certificat du { $day }
keeper-epoch = époque { $number }
keeper-certificates-what = Ces signes sont l'empreinte du projet ; une personne responsable voit les mêmes dans son carnet. Un certificat n'expire pas. Un plus récent remplace celui d'avant.
keeper-copy = Une copie n'est pas utile
keeper-copy-what = Chaque lettre d'ici est encore chez son auteur tant que la coordination ne l'a pas ouverte. Une copie ne serait qu'une chose de plus à saisir. Si le dossier est abîmé, repartez d'un dossier vide : les appareils rapportent leurs lettres.
keeper-give-up = Pour y renoncer
keeper-give-up-tell = Prévenez d'abord la coordination, pour que chacun porte encore une fois ses lettres ailleurs.
keeper-give-up-stop = Puis arrêtez le relais.
keeper-give-up-remove = Effacez son dossier.
keeper-seized = S'il est saisi, ou si vous devez le laisser : dites à la coordination que ce relais est perdu. Vous pouvez perdre la boîte sans trahir personne.
keeper-address = Cette page n'est que pour sa propre machine. Ouvrez-la là-bas, à 127.0.0.1 et au port que le relais a dit en démarrant.
lane-urgent = Urgent
lane-text = Texte
lane-preview = Aperçus
lane-bulk = Médias
size-gb = { $count } Go
