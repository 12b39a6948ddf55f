# caution: see docs/translating.md. Values between braces are filled in by the program.
gps-ask = Take this device's position
gps-help = Only from here, and only now. Some browsers ask a server of their maker for it: leave it out where that could harm somebody.
gps-asking = Asking this device …
gps-denied = This device may not say where it is. Nothing was lost: write the place's name, or allow it in the browser's settings and tap again.
gps-failed = This device does not know where it is now. Nothing was lost: write the place's name, or try again under the open sky.
gps-found = The position was taken, to within { $metres } metres.
gps-forget = Leave the position out
check-names = This may name somebody: “{ $words }”. If it is a person, think whether the name has to stand there.
check-position = The position says where you were when you wrote this. If that could point to you, change it to the name of a town.
check-several = Several places have this name. It stays as you wrote it. If you know which one it is, say so.
check-which = Say which one
