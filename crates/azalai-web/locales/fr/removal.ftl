# removal: see docs/translating.md. Values between braces are filled in by the program.
member-role = Rôle
member-areas = Zones
member-state = État
member-since = Depuis
member-by = Admission par
member-key = Clé de l'appareil
member-removed-by = Retrait par
member-contested-by = Retrait demandé par
member-state-confirmed = Membre
member-state-unconfirmed = Attend son admission
member-done-removed = { $name } ne fait plus partie du projet. Les autres l'apprendront, et recevront leurs nouvelles clés, après votre prochain échange et le leur. Faites bientôt un échange.
member-done-voice = Votre voix au sujet de { $name } est gardée. La suspension prend fin quand plus de la moitié des autres responsables auront dit de même.
member-done-void = Ce retrait ne compte pas : { $name } fait toujours partie du projet. Il aurait supprimé le droit même par lequel il est fait. Une autre personne responsable peut le faire.
member-done-granted = { $name } a maintenant ce rôle, et recevra les clés après votre prochain échange et le sien.
member-wrong-when = Dites quand : maintenant, ou un jour, avec l'heure si vous la savez. Rien n'a été fait.
member-wrong-future = Ce moment n'est pas encore venu. Rien n'a été fait.
member-wrong-role = Choisissez le rôle. Rien n'a été fait.
member-wrong-area = Choisissez la zone. Rien n'a été fait.
member-wrong-past = Choisissez ce que la personne pourra lire du passé. Rien n'a été fait.
member-wrong-no-key = Cet appareil n'a pas encore les clés pour cela. Faites un échange, puis réessayez. Rien n'a été fait.
member-wrong-changed = Ce n'est plus possible : quelque chose a changé pour ce membre. Regardez de nouveau ci-dessus. Rien n'a été fait.
member-wrong-own-right = À partir d'un moment si ancien, cela écarterait aussi ce qui vous donne votre propre droit, et ne compterait donc nulle part. Choisissez un moment plus tardif ou maintenant, ou laissez faire quelqu'un d'autre parmi les responsables. Rien n'a été fait.
removal-title = Si cet appareil a été pris
removal-what = Pris, perdu, vendu, ou entre les mains de quelqu'un en qui vous n'avez plus confiance : retirez-le du projet. Vous voyez d'abord ce que cela fera.
removal-begin = Ce téléphone a été pris
removal-when = Quand a-t-il été pris ?
removal-now = À l'instant
removal-now-what = Tout ce que cet appareil en a reçu compte.
removal-date = Plus tôt
removal-date-what = Ce qu'il date d'après est mis de côté. Sans heure : dès le début de ce jour.
removal-next = La page suivante montre ce que cela fera. Rien n'est encore fait.
removal-preview = Voir ce que cela fera
removal-again = Il est hors du projet. Ce qu'il a dit là où la personne qui l'a retiré ne lit pas reste douteux tant que quelqu'un qui le lit ne le retire pas aussi.
removal-again-do = Le retirer d'ici aussi
removal-own = C'est l'appareil avec lequel vous écrivez : personne ne retire le sien. Une autre personne responsable peut le faire.
removal-own-last = C'est l'appareil avec lequel vous écrivez, et l'unique responsable qu'il connaisse : s'il était retiré, plus personne ne pourrait admettre la coordination. Invitez d'abord une deuxième personne responsable ; elle pourra le retirer.
removal-not-confirmed = Pour autant qu'il le sache, cet appareil n'est pas admis ou est en suspens : il ne peut retirer personne. Demandez à une personne responsable.
removal-needs-steward = Vous ne pouvez pas retirer cet appareil : une personne responsable le peut.
removal-needs-coordinator = Vous ne pouvez pas retirer cet appareil : une personne responsable le peut, ou la coordination de sa zone.
removal-needs-known = Cet appareil connaît : { $names }.
removal-suspended = Deux appareils se sont retirés l'un l'autre, et personne ne peut dire d'ici lequel a raison. Les deux sont en suspens : ce qu'ils font ne compte pas. C'est réglé quand plus de la moitié des autres responsables retirent l'un des deux ; l'autre est alors de nouveau libre. Parlez aux personnes avant de choisir.
circle-everyone = tous les membres
circle-staff = toute la coordination et les responsables
circle-area = la coordination de { $area } seule
circle-above = la coordination de { $area } et des zones qui la contiennent
plan-title = Retirer { $name } ?
plan-nothing-yet = Rien n'est encore fait. Lisez ce que cela fera ; le bouton est à la fin.
plan-changed = Quelque chose a changé depuis l'affichage de la page, et rien n'a été fait. Voici ce que cela fera maintenant : relisez.
plan-counts-title = Ce qui compte
plan-until-now = Tout ce que cet appareil en a reçu jusqu'ici.
plan-until = Ce qu'il date d'avant le { $when }, pour autant que cet appareil l'ait reçu jusqu'ici. Ce qui est antidaté plus tard ne compte pas.
plan-counts =
    { $count ->
       [one] { $count } écrit sur des rapports, incidents et avis continue de compter.
       *[other] { $count } écrits sur des rapports, incidents et avis continuent de compter.
    }
plan-aside-title = Ce qui est mis de côté
plan-aside-none = Rien de ce que cet appareil a reçu.
plan-reports =
    { $count ->
       [one] { $count } rapport
       *[other] { $count } rapports
    }
plan-incidents =
    { $count ->
       [one] { $count } incident
       *[other] { $count } incidents
    }
plan-notices =
    { $count ->
       [one] { $count } avis
       *[other] { $count } avis
    }
plan-aside-by = Seulement ce que { $name } y a écrit après ce moment ; ce que d'autres ont écrit reste.
plan-aside-list = Lesquels
plan-aside-more =
    { $count ->
       [one] Et { $count } autre.
       *[other] Et { $count } autres.
    }
plan-aside-later = Tout ce qui en arrive plus tard est aussi mis de côté. C'est gardé, montré sous « Mis de côté », et peut être repris un par un ; d'ici là ce n'est dans aucune liste, aucun chiffre, aucun export.
plan-aside-beneath = Un incident sur lequel la personne a travaillé reste : ce que d'autres ont bâti dessus compte, ses propres valeurs sont montrées comme mises de côté.
plan-aside-unread = Ce qu'il a dit là où cet appareil ne lit pas est douteux tant que quelqu'un qui le lit ne le retire pas aussi.
plan-keys-title = Nouvelles clés
plan-keys-now = Cet appareil donne tout de suite de nouvelles clés à :
plan-keys-later = Pour ceux-ci, l'appareil d'une personne responsable donne de lui-même de nouvelles clés dès qu'il apprend le retrait. D'ici là, on leur écrit avec les anciennes clés, ou pas du tout :
plan-keys-to =
    { $count ->
       [one] { $count } membre les reçoit
       *[other] { $count } membres les reçoivent
    }
plan-relays =
    { $count ->
       [one] { $count } relais reçoit un nouveau certificat ; l'échange de n'importe quel membre l'y apporte.
       *[other] { $count } relais reçoivent de nouveaux certificats ; l'échange de n'importe quel membre les y apporte.
    }
plan-also-removed = Ce que { $name } a dit avant ce moment compte, et laisse ces membres retirés. Si ce n'est pas { $name } qui l'a dit, choisissez un moment plus tôt :
plan-freed = Ne sont plus suspendus :
plan-reads-title = Ce que l'appareil pris peut encore lire
plan-reads = Tout ce qu'il détient et n'a pas oublié, ses propres rapports compris, et les lettres d'avant pour :
plan-keeps-keys = L'appareil d'une personne responsable garde aussi les clés de toutes les zones pour les transmettre : avec un autre programme, il peut lire ce qui leur était scellé avant.
plan-reads-until = Il ne peut pas lire ce qui est écrit avec les nouvelles clés. Un membre qui n'a pas fait d'échange depuis écrit encore avec les anciennes.
plan-offline-title = Ceux qu'on ne peut joindre maintenant
plan-offline = Ils ne perdent rien. Les relais gardent ce qu'ils apportent, et cela compte dès qu'ils ont les nouvelles clés ; ils les reçoivent à leur prochain échange, même après un mois.
plan-no-way-back = On ne peut pas revenir en arrière
plan-no-way-back-what = Qui revient entre avec une nouvelle invitation, comme nouvel appareil. Ce qui a été mis de côté peut être repris.
plan-do = Retirer { $name } pour de bon
plan-not = Ne rien faire
aside-title = Mis de côté
aside-what = Ce que des appareils retirés ont dit après avoir été pris, et ce qu'un appareil copié a dit deux fois. C'est gardé et ne compte nulle part. Regardez chacun, et reprenez ce qui est honnête.
aside-none = Rien n'est mis de côté.
aside-none-here = Rien de ceci n'est mis de côté par un retrait. L'historique d'un incident dit pourquoi quelque chose ne compte pas.
aside-count =
    { $count ->
       [one] { $count } est mis de côté
       *[other] { $count } sont mis de côté
    }
aside-all = Tout ce qui est mis de côté
aside-kind-report = Rapport
aside-kind-incident = Incident
aside-kind-notice = Avis
aside-kind-pack = Jeu de catégories
aside-why-past-cut = Dit après le moment jusqu'auquel son auteur compte
aside-why-no-cut = Son auteur est retiré, et aucun retrait ne nomme cette suite : elle a commencé plus tard, ou la personne qui l'a retiré ne la lisait pas
aside-why-fork = L'appareil a parlé deux fois au même endroit, comme le ferait une copie : personne n'a dit laquelle est de son auteur
aside-done-adopted = C'est repris. Cela compte ici dès maintenant, et pour les autres après les prochains échanges.
aside-done-there = Cela compte déjà, ou n'est pas sur cet appareil : rien n'a été fait.
aside-of-them = Ce qui est mis de côté de cette personne
aside-of-removed = Quelqu'un a été retiré : ce qu'il a dit depuis est mis de côté.
aside-look = Voir ce qui est mis de côté
aside-unreadable = Ce que cela dit ne peut pas être montré seul : ce sur quoi cela s'appuie n'est pas ici.
aside-incident = Vers l'incident
aside-own = Vous l'avez dit vous-même : quelqu'un d'autre doit le reprendre.
aside-needs = Vous ne pouvez pas le reprendre : une personne responsable le peut, et pour une vigie aussi la coordination de sa zone.
adopt-title = Est-ce honnête ?
adopt-what = Ne le reprenez que si vous savez que son auteur l'a écrit de son plein gré. Cela compte alors pour tous ; le reste de ce qui est mis de côté le demeure. L'acte est signé de votre nom et on ne peut pas revenir en arrière.
adopt-do = Reprendre celui-ci
grant-title = Un autre rôle
grant-what = Fait d'une vigie un membre de la coordination, y ajoute une autre zone, ou fait de quelqu'un une personne responsable. Cela n'enlève rien.
grant-begin = Donner un autre rôle
grant-past = Que pourra-t-on lire du passé ?
past-all = Tout ce qui a jamais été scellé pour ce rôle, pour autant que cet appareil ait les clés
past-none = Seulement ce qui est scellé avec les clés les plus récentes. Pour une coupure nette, donnez d'abord de nouvelles clés
grant-help = Ce que l'on a donné à lire ne peut être repris. Pour enlever un rôle, retirez l'appareil.
grant-do = Donner ce rôle
area-add = Ajouter une zone
area-add-what = Une zone a sa coordination et ses clés. On ne peut plus l'enlever ensuite.
area-name = Son nom, comme on le dit
area-code = Son code
area-code-help = Peut rester vide. Petites lettres de a à z, chiffres et traits d'union.
area-parent = Elle se trouve dans
area-parent-none = aucune autre zone
area-do = Ajouter la zone
area-wrong-name = Donnez à la zone un nom qui tient sur une ligne. Rien n'a été fait.
area-wrong-code = Le code n'a que de petites lettres de a à z, des chiffres et des traits d'union. Rien n'a été fait.
area-wrong-taken = Une telle zone existe déjà. Regardez la liste ; pour en avoir deux du même nom, donnez un code à celle-ci. Rien n'a été fait.
area-wrong-parent = Choisissez dans la liste la zone où elle se trouve. Rien n'a été fait.
project-done-area = La zone existe. Les autres l'apprendront après votre prochain échange et le leur.
project-done-keys = De nouvelles clés sont données. Les membres les reçoivent après votre prochain échange et le leur ; ce qu'ils écrivent d'ici là est scellé avec les anciennes.
project-done-keys-already = De nouvelles clés ont été données depuis l'affichage de la page : rien de plus n'a été fait. Recommencez si vous le voulez.
rotate-title = Nouvelles clés
rotate-what = Si quelqu'un a peut-être lu en secret et que vous ne savez pas qui : avec de nouvelles clés, qui a copié les anciennes ne lit plus rien dès lors. Si vous savez quel appareil c'est, retirez-le plutôt.
rotate-do = Donner de nouvelles clés
rotate-for = Pour qui ?
rotate-help = On écrit à chaque membre qui peut tenir une nouvelle clé. Rien n'est perdu, et personne n'est retiré.
rotate-confirm = Donner les nouvelles clés
rotate-wrong-none = Cochez pour qui. Rien n'a été fait.
readers-one-by-one = Un par un
readers-only-here = Cela n'a pas quitté cet appareil : personne d'autre ne peut encore le lire.
readers-known = Ceux que cet appareil connaît
readers-none = Cet appareil n'en connaît aucun.
readers-removed = Hors du projet, et l'a peut-être lu avant
readers-unknown = Ce qu'il ne peut pas savoir
readers-back = Y retourner
unknowable-monitors = Les vigies, qui toutes peuvent le lire : cet appareil n'en a pas la liste.
unknowable-later-members = Qui recevra ces clés plus tard, avec ce qui leur était scellé avant.
unknowable-custody = Les responsables : ces clés leur sont confiées pour les transmettre. Leur programme ne lit pas avec ; un autre le pourrait.
unknowable-taken-devices = Qui tient un appareil de l'un d'eux, ouvert ou avec sa phrase, que personne n'a signalé.
unknowable-passed-on = Toute personne à qui un lecteur en parle.
incident-aside = Un rapport mis de côté
settled-already = C'était déjà réglé. Rien de plus n'a été fait. { $field } :
member-bodies = Fait partie de
member-done-bodies = Il est noté de quoi { $name } fait partie. Cela vaut sur chaque appareil qui l'a reçu par un échange.
bodies-title = Fait partie de
bodies-what = Ce qui met en cause un corps, comme la police, contourne toutes les personnes qui en font partie, quelle que soit leur zone.
bodies-begin = Dire de quoi cette personne fait partie
bodies-belongs = Fait partie de
bodies-help = Chaque appareil du projet l'apprend. Qui fait partie d'un corps ne reçoit les clés de ses zones qu'à partir de maintenant. Ce qui lui a été envoyé avant ne peut être repris.
bodies-do = Noter cela
