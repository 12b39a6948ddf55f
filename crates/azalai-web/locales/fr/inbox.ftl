# inbox: see docs/translating.md. Values between braces are filled in by the program.
way-inbox = À traiter
way-incidents = Incidents
staff-reads = Les coordinateurs travaillent sur les rapports et les incidents. Vous lisez ici ce que vous pouvez lire.
nothing-changed = Rien n’a été changé, et ce que vous avez tapé est encore ici quand c’est possible.
letter-own = le vôtre
letter-unconfirmed = pas encore confirmé
letter-retracted = Son auteur l’a retiré :
letter-wordless = Sans paroles.
filter-title = Filtrer
filter-any = Tous
filter-category = Genre
filter-aside = Ceux mis de côté
filter-show = Montrer
age-any = À tout moment
age-day = Depuis un jour
age-week = Depuis une semaine
age-month = Depuis un mois
inbox-count =
    { $count ->
       [one] { $count } rapport attend
       *[other] { $count } rapports attendent
    }
inbox-later =
    { $count ->
       [one] corrigé ou complété { $count } fois
       *[other] corrigé ou complété { $count } fois
    }
inbox-none = Rien n’attend. Tous les rapports arrivés ici sont dans un incident ou mis de côté.
inbox-none-here = Rien ici. D’autres attendent peut-être hors de ce filtre.
inbox-aside-at = Mis de côté sur cet appareil, { $when } :
inbox-link = Relier à un autre incident
inbox-link-to = Relier à { $title }
inbox-link-this = Relier à celui-ci
inbox-link-do = Relier
inbox-which = Quel incident ?
inbox-new = Nouvel incident
inbox-new-both = Nouvel incident avec les deux
inbox-new-do = Créer l’incident
inbox-aside = Mettre de côté
inbox-aside-help = Seul cet appareil le sait. Ce que son auteur écrira plus tard le ramène.
inbox-aside-do = Mettre de côté
inbox-back = Remettre à traiter
inbox-done-linked = Le rapport est relié.
inbox-done-made = L’incident est créé.
inbox-done-aside = Le rapport est mis de côté sur cet appareil.
inbox-done-back = Le rapport est de nouveau à traiter.
inbox-wrong-incident = Choisissez un incident.
inbox-wrong-rumour = Le nom d’une rumeur a au plus 64 lettres.
inbox-wrong-title = Un incident a besoin d’un titre qui tient sur deux lignes.
inbox-wrong-why = Dites pourquoi, en quelques mots.
rumour-name = Nom de la rumeur
rumour-help = Les rapports qui portent une même rumeur reçoivent un même nom et comptent pour une source. Peut rester vide.
rumour-do = Marquer comme rumeur
likely-title = Probablement le même
likely-none = Rien de semblable n’est connu ici.
likely-how-strong = Très probable
likely-how-fair = Probable
likely-how-weak = Possible
likely-here = le même lieu
likely-near = à { $distance }
likely-near-coarse = à { $distance }, autant que les lieux sont connus
likely-names = les deux nomment { $names }
likely-time = le même moment
likely-time-coarse = les moments peuvent être les mêmes
likely-earlier = { $span } plus tôt
likely-later = { $span } plus tard
likely-same-kind = même genre
likely-like-kind = genre voisin
likely-numbers = les deux disent { $numbers }
likely-words = les deux écrivent « { $words } »
distance-metres = { $count } m
distance-kilometres = { $count } km
span-minutes =
    { $count ->
       [one] { $count } minute
       *[other] { $count } minutes
    }
span-hours =
    { $count ->
       [one] { $count } heure
       *[other] { $count } heures
    }
span-days =
    { $count ->
       [one] { $count } jour
       *[other] { $count } jours
    }
page-before = Avant
page-after = Suite
keys-title = Touches
keys-what = Tout ici se fait au clavier. Une touche mène à un bouton ou à un champ ; Entrée ou Espace reste votre décision.
keys-turn-off = Éteindre ces touches
keys-turn-on = Allumer ces touches
key-next = Le suivant
key-before = Le précédent
key-into = Dedans, au premier bouton
key-link = Relier à un incident
key-new = Nouvel incident
key-aside = Mettre de côté
key-rumour = Nom de la rumeur
key-grade = Noter
key-likely = À l’un des probables
key-filter = Au filtre
key-inbox = Aux rapports à traiter
key-incidents = Aux incidents
key-help = Cette page
