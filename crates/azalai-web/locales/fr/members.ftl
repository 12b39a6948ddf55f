# members: see docs/translating.md. Values between braces are filled in by the program.
way-members = Membres
members-people = Personnes
members-what = Voici ce que sait cet appareil ; chaque échange en apporte davantage. Les noms sont ceux que chacun s'est choisis. L'appareil d'une vigie n'a jamais cette liste.
members-monitor = L'appareil d'une vigie n'a pas de liste des membres : s'il est pris, il ne nomme personne. Ce que vous voulez savoir des autres, demandez-le à la coordination.
members-not-yet = Pour autant que cet appareil le sache, personne ne l'a encore admis. D'ici là, il n'entend parler que de peu d'autres. Refaites un échange.
members-waiting = En attente d'admission
members-waiting-what = Admettez la personne si vous savez que c'est bien celle que vous avez invitée. Après votre prochain échange et le sien, elle aura les clés de son rôle : une vigie lit ce qui est pour tous, la coordination lit aussi les rapports de sa zone.
members-admit = Admettre
members-admit-one = Admettre { $name }
members-admit-all =
    { $count ->
       [one] Admettre { $count } personne
       *[other] Admettre ces { $count } personnes
    }
members-admit-other = Vous ne pouvez pas l'admettre : c'est à une personne responsable, ou à la coordination de la zone.
members-good =
    { $count ->
       [one] { $count } personne a été admise. Elle l'apprendra après votre prochain échange et le sien.
       *[other] { $count } personnes ont été admises. Elles l'apprendront après votre prochain échange et le leur.
    }
members-left =
    { $count ->
       [one] { $count } personne n'a pas été admise : quelque chose a changé depuis l'affichage de la page. Regardez de nouveau ci-dessous.
       *[other] { $count } personnes n'ont pas été admises : quelque chose a changé depuis l'affichage de la page. Regardez de nouveau ci-dessous.
    }
members-more = Suite
people-stewards = Responsables
people-coordinators = Coordination
people-monitors = Vigies
people-me = cet appareil
people-part = { $role }, { $area }
people-since = Depuis le { $day }
people-by = Admission par { $name }
people-founded = A fondé le projet
people-claimed = A pris une invitation le { $day }, selon sa propre horloge.
people-unknown = quelqu'un que cet appareil ne connaît pas
people-suspended = En suspens : deux appareils se sont retirés l'un l'autre
people-removed = Ne fait plus partie du projet
caution-twice = Plus d'un appareil a pris cette invitation. Demandez à votre personne lequel est le sien, et n'admettez que celui-là.
caution-ended = Cette invitation est finie : elle a été révoquée, ou un autre appareil a été admis par elle.
caution-late = Le dernier jour de cette invitation est passé.
invites-title = Invitations
invites-make = Faire une invitation
invites-none = Cet appareil ne connaît aucune invitation.
invites-until = Jusqu'au { $day }
invites-by = faite par { $name }
invites-open = Pas encore prise, pour autant que cet appareil le sache
invites-past = Dernier jour passé, et personne ne l'a prise à ce que l'on sait
invites-claimed = Prise par { $name }, pas encore admis
invites-admitted = Prise par { $name }, admis
invites-admitted-unknown = Utilisée : quelqu'un a été admis par elle
invites-revoked = Révoquée
invites-ended =
    { $count ->
       [one] { $count } terminée
       *[other] { $count } terminées
    }
invites-end = Mettre fin à cette invitation
invites-end-what = Qui la prend désormais attend avec une marque à côté de son nom. Qui a été admis le reste.
invite-role = Pour quel rôle ?
invite-area = Pour quelle zone ?
invited-monitor = Écrit des rapports. Lit les siens et ce qui est pour tous.
invited-coordinator = Lit les rapports de sa zone, fait des incidents, invite des vigies.
invited-steward = Invite la coordination, certifie les relais. Ne lit pas les rapports.
invite-what = Vous recevez un fichier et six mots. Qui a les deux peut entrer, une fois. L'invitation est à utiliser dans les 30 jours.
invite-do = Faire l'invitation
invite-nobody = Cet appareil ne peut inviter personne pour l'instant : pour autant qu'il le sache, il n'est pas encore admis, ou son rôle ne le permet pas.
invite-wrong-role = Choisissez le rôle de la personne. Rien n'a été fait.
invite-wrong-area = Choisissez la zone. Rien n'a été fait.
invite-no-key = Cet appareil n'a pas encore les clés pour cela. Faites un échange, puis réessayez. Rien n'a été fait.
invite-made = L'invitation est faite
invite-for = Pour
invite-until = À utiliser jusqu'au
invite-file = Le fichier
invite-file-what = Donnez-le sur une carte, par un câble ou par un messager. Sans les mots il ne dit rien.
invite-file-do = Télécharger le fichier
invite-words = Les six mots
invite-words-what = Dites-les, ou écrivez-les sur papier et donnez-les à un autre moment ou par une autre voie que le fichier. Ensemble, ils laissent entrer n'importe qui.
invite-once = Les mots ne sont que sur cette page et ne sont gardés nulle part. Ils disparaissent quand vous touchez le bouton ci-dessous, quand le carnet se verrouille, ou après dix minutes.
invite-done = J'ai les deux. Oublier les mots
invite-gone = Les mots et le fichier de cette invitation ne sont plus gardés. S'ils ne sont pas arrivés à leur personne, faites-en une autre.
project-title = Projet
project-print = Empreinte
project-print-what = La page de qui garde un relais montre les mêmes chiffres pour ce projet. Ils ne sont pas secrets.
project-within = dans { $area }
project-coordinators =
    { $count ->
       [one] { $count } à la coordination
       *[other] { $count } à la coordination
    }
project-monitors =
    { $count ->
       [one] { $count } vigie
       *[other] { $count } vigies
    }
admission-title = Comment les nouveaux sont admis
admission-by-hand = À la main : quelqu'un regarde chacun
admission-at-exchange = Lors d'un échange : tout seul, si un seul appareil a pris l'invitation
admission-help = Tout seul va plus vite là où l'on se rencontre rarement. À la main est plus sûr : une invitation et ses mots en de mauvaises mains ne font alors entrer personne sans qu'on le voie.
admission-only = Une personne responsable peut le changer.
admission-save = Garder ce choix
relays-title = Relais
relays-none = Aucun relais n'est encore connu.
relays-certify = Faire le certificat d'un relais
relays-certify-what = Un relais transporte les lettres de ce projet dès qu'il a un certificat. La personne qui le garde vous donne la clé du relais ; elle n'est pas secrète, mais doit arriver inchangée.
relays-key = La clé du relais, 128 signes
relays-label = Comment les membres appellent le relais
relays-do = Faire le certificat
relays-wrong-key = Ce n'est pas la clé d'un relais : elle a 128 signes, de 0 à 9 et de a à f. Rien n'a été fait.
relays-wrong-label = Donnez au relais un nom qui tient sur une ligne. Rien n'a été fait.
relays-no-key = Seul l'appareil d'une personne responsable peut faire des certificats, après son admission et un échange. Rien n'a été fait.
relays-only = Une personne responsable peut faire des certificats pour les relais.
relays-made = Le certificat est fait
relays-made-what = Donnez le fichier à la personne qui garde le relais : elle le démarre avec. Il n'est pas secret. Les membres apprennent l'existence du relais par les échanges.
relays-download = Télécharger le certificat
