# notices: see docs/translating.md. Values between braces are filled in by the program.
way-notices = Avis
notices-new = { $count } de plus
notices-none = Pas encore d'avis. Les alertes et les réponses à vos rapports seront ici.
notice-new = Nouveau
notice-own = Vous
notice-report = Le rapport
notice-to-everyone = Tout le projet
notice-to-staff = Toute la coordination et les responsables
notice-to-area = La coordination de { $area }
notice-to-above = La coordination de { $area } et au-dessus
notice-to-you = Vous seul
notice-to-member = { $name } seulement
notice-write = Écrire un avis
notice-to = Pour qui ?
notice-circle-everyone = Tout le projet
notice-circle-staff = Toute la coordination et les responsables
notice-circle-above = La coordination d'une zone et au-dessus
notice-circle-area = La coordination d'une seule zone
notice-means-everyone = Tous les membres, les vigies aussi.
notice-means-staff = Personne d'autre ; aucune vigie.
notice-means-above = Celle de la zone, et des zones qui la contiennent. Aucune vigie.
notice-means-area = Celle de la zone même. Aucune vigie.
notice-text = Que voulez-vous dire ?
notice-urgent = Urgent : il part avant tout le reste
notice-urgent-short = Urgent
notice-fixed = Ne nommez personne à qui cela pourrait nuire. Un avis ne se change pas et ne se retire pas.
notice-look = Relire
notice-check = Relire l'avis
notice-send = Envoyer
notice-sent =
    { $count ->
       [one] L'avis est enregistré. Il partira au prochain échange.
       *[other] { $count } avis sont enregistrés. Ils partiront au prochain échange.
    }
notice-left =
    { $count ->
       [one] { $count } réponse n'a pas été écrite. Allez au rapport et répondez encore.
       *[other] { $count } réponses n'ont pas été écrites. Allez aux rapports et répondez encore.
    }
notice-nothing-sent = Rien n'a été envoyé ; votre texte est ci-dessous.
notice-wrong-text = Un avis a besoin d'un texte.
notice-wrong-long = Le texte est trop long : 4 096 octets au plus, environ 4 000 lettres, la moitié en arabe.
notice-wrong-area = Choisissez pour qui il est, et la zone s'il y en a une à choisir.
notice-wrong-nobody = Il n'y a ici personne à qui répondre.
notice-read-staff = Vous, toute la coordination et les responsables. Aucune vigie.
notice-read-area = Vous, et la coordination de { $area }. Aucune vigie.
notice-read-above = Vous, et la coordination de { $area } et des zones qui la contiennent. Aucune vigie.
notice-read-nobody = Cet appareil n'y connaît encore personne. L'avis attend, scellé, qu'il y ait quelqu'un.
notice-read-authors = Vous, et chaque personne qui a signalé. Chacune reçoit sa propre réponse et n'apprend pas qui d'autre a signalé.
notice-read-phone = Qui tient le téléphone ouvert de l'une d'elles peut aussi la lire, et voir qu'elle a signalé.
answer-reporters = Répondre à qui a signalé
answer-author = Répondre à son auteur
answer-what = Une réponse par auteur. Elle est montrée à côté du rapport, à son auteur seul.
unanswered-own = Votre propre rapport : il n'y a personne à qui répondre.
unanswered-removed = Ce membre a été retiré : rien n'est envoyé à cet appareil.
unanswered-unknown = La clé de ce membre n'est pas encore connue ici.
unanswered-told = A aussi écrit un autre rapport ici : une seule réponse lui parvient.
received-incident = Incident : { $title }
received-inbox = Vers la boîte d'arrivée
incident-onward = Qui a signalé
exchange-notice = Un avis
notice-drafts = Commencé, pas encore envoyé
