# exchange: see docs/translating.md. Values between braces are filled in by the program.
way-exchange = Échanger
size-bytes =
    { $count ->
       [one] { $count } octet
       *[other] { $count } octets
    }
size-kb = { $count } ko
size-mb = { $count } Mo
exchange-letters =
    { $count ->
       [one] { $count } lettre scellée, { $size }
       *[other] { $count } lettres scellées, { $size }
    }
exchange-waits = Ce qui attend sur cet appareil
exchange-waits-none = Rien n'attend. Il y a peut-être quelque chose pour vous.
exchange-for-everyone = Pour tous les membres
exchange-for-staff = Pour la coordination et les responsables
exchange-for-area = Pour la coordination de { $area }
exchange-for-above = Pour la coordination de { $area } et des zones qui la contiennent
exchange-for-other = Clés, reçus et ce dont le projet a besoin
exchange-by-relay = Par un relais
exchange-address = L'adresse du relais
exchange-address-help = Telle qu'elle figure sur le relais, par exemple http://192.168.1.20:7700. Elle est retenue.
exchange-address-wrong = Ce n'est pas l'adresse d'un relais. Elle ressemble à http://192.168.1.20:7700. Rien n'a été envoyé.
exchange-start = Commencer
exchange-again = Continuer
exchange-running = En cours
exchange-stop = Arrêter
exchange-stop-help = Arrêter ne fait rien perdre. Vous pouvez faire autre chose en attendant.
exchange-sent = Envoyé
exchange-received = Reçu
exchange-in-file = Lettres dans le fichier
exchange-new-here = Nouvelles sur cet appareil
exchange-arrived = Ce qui est arrivé
exchange-incident = Un incident
exchange-more =
    { $count ->
       [one] { $count } autre est arrivé.
       *[other] { $count } autres sont arrivés.
    }
exchange-admitted = { $pseudonym } a été admis dans le projet.
exchange-note-stay = Quelque chose reste sur cet appareil : personne ne pourrait encore l'ouvrir.
exchange-note-not-taken =
    { $count ->
       [one] { $count } lettre n'a pas été prise par le relais. Elle reste sur cet appareil.
       *[other] { $count } lettres n'ont pas été prises par le relais. Elles restent sur cet appareil.
    }
exchange-note-given-up =
    { $count ->
       [one] Le relais avait abandonné { $count } de vos lettres pour faire de la place. Elle y a été rapportée.
       *[other] Le relais avait abandonné { $count } de vos lettres pour faire de la place. Elles y ont été rapportées.
    }
exchange-note-given-up-full =
    { $count ->
       [one] Le relais est plein et a abandonné { $count } de vos lettres. Elle attend sur cet appareil qu'il y ait de la place, à moins que quelqu'un d'autre ne l'ait. Essayez un autre relais.
       *[other] Le relais est plein et a abandonné { $count } de vos lettres. Elles attendent sur cet appareil qu'il y ait de la place, à moins que quelqu'un d'autre ne les ait. Essayez un autre relais.
    }
exchange-note-too-old =
    { $count ->
       [one] { $count } de vos lettres est plus ancienne que ce que garde le relais, et personne ne l'a encore lue. Elle repart comme une lettre d'aujourd'hui.
       *[other] { $count } de vos lettres sont plus anciennes que ce que garde le relais, et personne ne les a encore lues. Elles repartent comme des lettres d'aujourd'hui.
    }
exchange-note-set-aside =
    { $count ->
       [one] { $count } lettre a été mise de côté : elle enfreint une règle.
       *[other] { $count } lettres ont été mises de côté : elles enfreignent une règle.
    }
exchange-note-newer =
    { $count ->
       [one] { $count } lettre demande un programme plus récent. Elle est gardée.
       *[other] { $count } lettres demandent un programme plus récent. Elles sont gardées.
    }
exchange-note-left =
    { $count ->
       [one] { $count } lettre demande un programme plus récent et n'a pas été prise. Reprenez-la après une mise à jour.
       *[other] { $count } lettres demandent un programme plus récent et n'ont pas été prises. Reprenez-les après une mise à jour.
    }
exchange-note-foreign =
    { $count ->
       [one] { $count } lettre n'était pas de ce projet et a été laissée.
       *[other] { $count } lettres n'étaient pas de ce projet et ont été laissées.
    }
exchange-by-file = Par un fichier
exchange-file-help = Pour une carte mémoire ou un câble. Tout ce qui est dans le fichier est scellé. Ce qui attend continue d'attendre jusqu'à ce que quelqu'un le confirme.
exchange-take = Enregistrer un fichier avec toutes les lettres
exchange-take-parts = Toutes les lettres ne tiennent pas dans un seul fichier. Chaque appui donne le fichier suivant ; après le dernier revient le premier. Emportez-les tous.
exchange-bring = Un fichier que quelqu'un a apporté
exchange-bring-do = Le prendre
exchange-no-file = Choisissez d'abord le fichier. Rien n'a été changé.
ended-done = C'est fait. Vous et le relais avez maintenant les mêmes lettres.
then-done = Il n'y a rien de plus à faire ici.
ended-unsettled = Cette partie est faite, la suite est encore à venir.
then-unsettled = Rien n'est perdu. Continuez maintenant ou plus tard.
ended-stopped = Arrêté.
then-stopped = Rien n'est perdu : ce qui est arrivé est gardé, ce qui n'est pas confirmé attend ici. Continuez quand vous voulez.
ended-locked = Le carnet a été verrouillé pendant l'échange.
then-locked = Rien n'est perdu. Continuez quand vous voulez.
ended-unreached = Personne ne répond à cette adresse.
then-unreached = Rien n'est perdu, tout attend ici. Vérifiez que cet appareil est dans le réseau du relais et que l'adresse est juste, puis continuez.
ended-untrusted = La connexion à cette adresse n'est pas sûre.
then-untrusted = Rien n'est perdu et rien de vous n'a été donné. Vérifiez la date et l'heure de cet appareil et l'adresse ; un réseau qui demande de se connecter est peut-être entre les deux.
ended-cut = La connexion s'est coupée en route.
then-cut = Rien n'est perdu : ce qui est arrivé est gardé. Rapprochez-vous ou attendez un meilleur réseau, puis continuez.
ended-refused = Le relais a refusé.
then-refused = Rien n'est perdu, tout attend ici. Demandez à qui tient le relais s'il sert votre projet, ou continuez plus tard.
ended-strange = Ce qui répond là n'est pas un relais.
then-strange = Rien n'est perdu et rien de vous n'a été donné. Vérifiez l'adresse.
ended-foreign = Il y a un relais, mais il n'est pas de votre projet.
then-foreign = Rien n'est perdu et rien de vous n'a été donné. Vérifiez l'adresse, ou demandez à un responsable si ce relais est à vous.
ended-full = Cet appareil n'a plus de place.
then-full = Ce qui était arrivé est gardé. Effacez autre chose sur cet appareil, puis continuez.
ended-inside = Quelque chose a échoué sur cet appareil.
then-inside = Rien de ce qui était enregistré n'est perdu. Continuez ; si cela se répète, fermez le programme et relancez-le.
ended-file = Le fichier a été pris.
then-file = Vous pouvez effacer le fichier.
ended-file-cut = Le fichier est coupé. Ce qui y était entier a été pris.
then-file-cut = Rien n'est perdu. Redemandez le fichier quand vous pourrez.
ended-file-strange = Ce n'est pas un fichier de lettres.
then-file-strange = Rien n'a été changé. Choisissez un autre fichier.

held-claimed-twice = Personne n'a encore admis cet appareil : un autre appareil a pris la même invitation. Ce que vous écrivez est enregistré et envoyé comme toujours, et marqué comme non confirmé. Demandez à votre coordinateur, de vive voix : il peut admettre l'appareil qui est le vôtre.
held-invite-ended = Personne n'a admis cet appareil : son invitation est finie. Ce que vous écrivez est enregistré et envoyé comme toujours, et marqué comme non confirmé. Demandez à votre coordinateur, de vive voix : il peut encore admettre cet appareil.
