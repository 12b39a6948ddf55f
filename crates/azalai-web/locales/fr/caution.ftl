# caution: see docs/translating.md. Values between braces are filled in by the program.
gps-ask = Prendre la position de cet appareil
gps-help = Seulement d'ici et maintenant. Certains navigateurs la demandent à un serveur de leur fabricant : laissez-la si cela peut nuire à quelqu'un.
gps-asking = On demande à cet appareil …
gps-denied = Cet appareil n'a pas le droit de dire où il est. Rien n'est perdu : écrivez le nom du lieu, ou autorisez-le dans les réglages du navigateur et touchez encore.
gps-failed = Cet appareil ne sait pas où il est. Rien n'est perdu : écrivez le nom du lieu, ou réessayez à ciel ouvert.
gps-found = La position est prise, à { $metres } mètres près.
gps-forget = Laisser la position de côté
check-names = Ceci nomme peut-être quelqu'un : « { $words } ». Si c'est une personne, demandez-vous si le nom doit y être.
check-position = La position dit où vous étiez en écrivant. Si cela peut mener à vous, remplacez-la par le nom d'une ville.
check-several = Plusieurs lieux portent ce nom. Il reste comme vous l'avez écrit. Si vous savez lequel c'est, dites-le.
check-which = Dire lequel
