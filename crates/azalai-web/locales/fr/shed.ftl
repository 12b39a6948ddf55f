shed-title = L’oublier sur ce téléphone
shed-known = Ce que l’on en sait
shed-known-only-here = On ne sait personne d’autre qui l’ait que ce téléphone
shed-known-neighbour = L’appareil d’un voisin l’a pris ; on n’en sait pas plus
shed-known-relay = Un relais dit qu’il le garde ; personne n’a dit l’avoir ouvert
shed-known-opened = Quelqu’un qui peut le lire l’a ouvert
shed-readers = Personnes qui l’ont ouvert en entier : { $count }
shed-afterwards = Ensuite, plus aucun mot n’en est lisible ici avec la phrase secrète : ni le rapport, ni ses brouillons, ni les réponses. Le jour où il a été écrit et jusqu’où il est arrivé restent. Vous pourrez encore le corriger et le retirer. Ceux qui l’ont lu le gardent.
shed-flash = Dans les puces de mémoire du téléphone et dans les sauvegardes, d’anciens octets peuvent rester. Contre un laboratoire, rien n’est promis.
shed-lost = Je veux le perdre pour toujours, même si personne ne l’a lu.
shed-lost-wrong = On ne sait personne d’autre qui l’ait en entier. Rien n’a été oublié. Faites d’abord un échange, ou dites ci-dessous qu’il peut être perdu.
shed-do = L’oublier maintenant
shed-not = Le garder
shed-it-is = Oublié sur ce téléphone
shed-it-is-what = Ses mots ne sont plus ici. Ceux qui l’ont lu les gardent.
shed-again = Oublier aussi les réponses arrivées depuis
shed-later = Un rapport plus récent de vous le remplace
shed-corrects = Il remplace un rapport plus ancien
shed-category = De quoi s’agissait-il ?
shed-by-itself = Oublier mes rapports tout seul
shed-by-itself-what = Quand deux personnes ont ouvert tout un rapport, ou qu’une l’a fait et qu’un relais l’a rendu à la demande, et que plus personne n’en a rien écrit depuis :
shed-never = jamais
shed-days =
    { $count ->
       [one] après { $count } jour
       *[other] après { $count } jours
    }
shed-save = Garder ce choix
shed-letter-later = Son auteur l’a corrigé, dans un rapport plus récent :
shed-letter-corrects = Il remplace un rapport plus ancien :
