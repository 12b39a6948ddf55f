# point: see docs/translating.md. Values between braces are filled in by the program.
point-open = أظهره على الخريطة
point-how = حرّك الخريطة حتى يصير المكان تحت العلامة: بالإصبع، أو بأسهم لوحة المفاتيح، أو بلمس المكان. + و− للتقريب والإبعاد.
point-title = خريطة تُظهر عليها أين حدث ذلك
point-here = بدقة { $metres } متر
point-near = قرب { $place }
point-said = هي نقطة على الخريطة، بدقة { $metres } متر.
point-closer = قرّب الخريطة أولًا: من هنا قد يكون المكان في أي موضع ضمن { $metres } متر.
point-failed = لا يمكن عرض الخريطة هنا. لم يضع شيء: اكتب اسم المكان.
point-take = اعتمد هذه النقطة
point-close = أغلق الخريطة
place-point = { $point }، بدقة { $metres } متر
