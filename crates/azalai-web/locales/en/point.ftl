# point: see docs/translating.md. Values between braces are filled in by the program.
point-open = Show it on the map
point-how = Move the map until the place is under the cross: by finger, by the arrow keys, or by a tap on the place. + and − bring it closer.
point-title = Map on which to show where it happened
point-here = To within { $metres } metres
point-near = near { $place }
point-said = It is a point on the map, to within { $metres } metres.
point-closer = Bring the map closer first: from here the place could be anywhere within { $metres } metres.
point-failed = The map cannot be shown here. Nothing was lost: write the name of the place.
point-take = Take this point
point-close = Close the map
place-point = { $point }, to within { $metres } metres
