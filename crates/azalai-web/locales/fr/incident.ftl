# incident: see docs/translating.md. Values between braces are filled in by the program.
save = Enregistrer
incidents-none = Pas encore d’incident. Ils commencent par un rapport :
incidents-reports =
    { $count ->
       [one] { $count } rapport
       *[other] { $count } rapports
    }
incidents-apart =
    { $count ->
       [one] { $count } champ à trancher
       *[other] { $count } champs à trancher
    }
incidents-open = Seulement les ouverts
incidents-all = Aussi les clos et les réfutés
incident-done = Enregistré sur cet appareil.
incident-sources =
    { $count ->
       [one] { $count } source indépendante
       *[other] { $count } sources indépendantes
    }
incident-set-aside =
    { $count ->
       [one] { $count } déclaration ne compte pas. Voir l’historique.
       *[other] { $count } déclarations ne comptent pas. Voir l’historique.
    }
incident-unknown = Inconnu
incident-move = Passer à :
incident-no-reports = Aucun rapport derrière ceci.
incident-not-here = Un rapport qui n’est pas ici
incident-not-here-what = Il n’est pas arrivé sur cet appareil, ou il est scellé pour d’autres.
incident-linked = relié
incident-rumour-is = rumeur « { $name } »
incident-changed-since = Son auteur a écrit quelque chose après le lien.
incident-read = Je l’ai lu
incident-unlink = Retirer de cet incident
incident-unlink-what = Le rapport lui-même ne change pas. Il revient à traiter.
incident-likely = Probablement aussi de cet incident
incident-what = Ce que l’on croit
incident-change = Changer
incident-take-in = Prendre dans cet incident
incident-no-facts = Rien n’est encore noté.
incident-mine = Je m’en occupe
incident-mine-no = Je ne m’en occupe plus
incident-responses = Ce qui a été fait
incident-no-responses = Rien n’est encore noté.
incident-notes = Notes
incident-history = Historique
incident-history-what = Qui a écrit quoi, le plus récent d’abord. Chaque signature vient d’être vérifiée, sur cet appareil.
incident-wrong-title = Il faut un titre, qui tient sur deux lignes.
incident-wrong-status = De là où il en est, il ne peut y aller en une étape.
incident-wrong-when = Ce n’est pas un jour du calendrier.
incident-wrong-place = Ce n’est pas un lieu : écrivez un nom.
incident-wrong-text = C’est vide, ou trop long.
incident-wrong-form = Cela ne va pas avec l’incident tel qu’il est.
incident-wrong-own = Ce rapport est le vôtre : quelqu’un d’autre doit le noter.
incident-wrong-sources = « Confirmé par d’autres sources » demande deux sources indépendantes.
incident-wrong-rumour = Le nom d’une rumeur a au plus 64 lettres.
incident-wrong-stale = Quelqu’un a changé cet incident après votre page. Regardez de nouveau, puis décidez.
apart-title = Deux réponses : { $field }
apart-counts = compte jusqu’à ce que quelqu’un tranche
apart-keep = Garder ceci
apart-keep-this = Garder « { $value } »
apart-type = Écrire autre chose
apart-settle = Trancher
apart-not-yours = Ceci ne se tranche pas ici : une étiquette est fixe, et une note est à qui l’a donnée.
grade-do = Noter
grade-source = La source
grade-content = Ce qu’elle dit
grade-save = Enregistrer la note
grade-own = C’est votre propre rapport : quelqu’un d’autre le note.
grade-unsupported = sans appui : trop peu de sources
grade-not-counted = ne compte pas
reliability-A = tout à fait fiable
reliability-B = habituellement fiable
reliability-C = assez fiable
reliability-D = pas habituellement fiable
reliability-E = pas fiable
reliability-F = source impossible à juger
credibility-1 = confirmé par d’autres sources
credibility-2 = probablement vrai
credibility-3 = peut-être vrai
credibility-4 = douteux
credibility-5 = improbable
credibility-6 = contenu impossible à juger
status-new = Nouveau
status-reviewing = À l’examen
status-refuted = Réfuté
status-corroborated = Corroboré
status-confirmed = Confirmé
status-closed = Clos
field-title = Titre
field-status = État
field-area = Zone
field-category = Genre
field-occurred = Quand
field-place = Où
field-origin = D’où
field-destination = Vers où
field-tlp = Étiquette
field-assigned = Qui s’en occupe
field-outcome_for_reporters = Ce qui est dit aux rapporteurs
field-link = Lien vers un rapport
field-grade = Note de fiabilité
field-code = Code
field-actor = Acteur
field-market = Marché
field-route = Route
field-response = Réponse
field-note = Remarque
response-add = Noter ce qui a été fait
response-kind = Quel genre de chose ?
response-body = Qui l’a fait ?
response-outcome = Qu’en est-il sorti ?
response-verification = Vérification
response-mediation = Médiation
response-referral = Orientation
response-protection = Protection
response-livelihood = Un autre revenu
response-police = Police
response-none = Rien
note-add = Ajouter une remarque
fate-applied = compte
fate-waiting = attend quelque chose d’antérieur
fate-aside = mis de côté
fate-beneath = mis de côté ; ce qui compte s’appuie dessus
fate-refused = refusé
