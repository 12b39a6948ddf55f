# point: see docs/translating.md. Values between braces are filled in by the program.
point-open = Montrer sur la carte
point-how = Déplacez la carte pour amener le lieu sous la croix : du doigt, avec les flèches du clavier, ou en touchant le lieu. + et − rapprochent ou éloignent.
point-title = Carte pour montrer où cela s'est passé
point-here = À { $metres } mètres près
point-near = près de { $place }
point-said = C'est un point sur la carte, à { $metres } mètres près.
point-closer = Rapprochez d'abord la carte : d'ici, le lieu peut être n'importe où à { $metres } mètres à la ronde.
point-failed = La carte ne peut pas s'afficher ici. Rien n'est perdu : écrivez le nom du lieu.
point-take = Prendre ce point
point-close = Fermer la carte
place-point = { $point }, à { $metres } mètres près
