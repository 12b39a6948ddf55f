# choosing: see docs/translating.md. Values between braces are filled in by the program.
report-often = Déjà signalé ici
report-alone = Et aussi
