# frame: see docs/translating.md. Values between braces are filled in by the program.
language-name = Français
language-direction = ltr
app-name = Carnet
skip = Aller à la page
leave = Quitter vite
ways = Où aller
way-report = Signaler
way-reports = Mes rapports
way-settings = Réglages
go-home = Vers la première page
go-on = Continuer
role-monitor = vigie
role-coordinator = coordination
role-steward = responsable
answer-yes = Oui
answer-no = Non
calendar-title = Calendrier
