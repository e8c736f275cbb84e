"""Spanish."""

from backend.text.guard.tables.words import Language

SPANISH = Language(
    code="es",
    negations="no ni nunca jamás nada nadie ningún ninguno ninguna sin tampoco apenas",
    quantifiers=(
        "todo toda todos todas cada algún alguno alguna algunos algunas mucho mucha muchos "
        "muchas poco poca pocos pocas más menos demasiado bastante casi aproximadamente sólo "
        "solo solamente siempre generalmente raramente mayoría minoría mitad medio media doble "
        "triple exactamente completamente parcialmente todavía aún ya también ambos ambas "
        "varios varias algo alguien cualquier cualquiera menudo veces tanto tantos tantas muy "
        "suficiente decenas cientos miles docena habitualmente únicamente principalmente máximo "
        "mínimo frecuentemente"
    ),
    hedges=(
        "puede pueden podría podrían podía podían debe deben debería deberían debía debían "
        "hay-que quizás quizá tal-vez probablemente posible posiblemente seguramente "
        "ciertamente parece parecen aparentemente si porque pues aunque antes después hasta "
        "desde pero o u sino cuando mientras durante suele suelen quiere acaso"
    ),
    pronouns=(
        "yo tú tu él ella nosotros nosotras vosotros ustedes usted ellos ellas me te nos os le "
        "les mi mis tus su sus nuestro nuestra nuestros nuestras vuestro vuestra mí ti quien "
        "quién quienes"
    ),
    calendar=(
        "lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo "
        "junio julio agosto septiembre octubre noviembre diciembre primavera verano otoño "
        "invierno ayer hoy mañana"
    ),
    contrasts=(
        "estalactita/estalagmita austria/australia eslovaquia/eslovenia suecia/suiza "
        "mitosis/meiosis protón/fotón neutrón/neurona reflexión/refracción fisión/fusión "
        "procariota/eucariota latitud/longitud latitud/altitud seno/coseno mayor/menor "
        "monarquía/anarquía norte/sur este/oeste emigrar/inmigrar emigración/inmigración "
        "superior/inferior positivo/negativo positiva/negativa conducción/convección "
        "cóncavo/convexo cóncava/convexa primero/último absorción/adsorción media/mediana "
        "creciente/decreciente permeable/impermeable largo/ancho consonante/constante "
        "verdadero/falso izquierda/derecha ganar/gastar procarionte/eucarionte "
        "glucógeno/glucagón"
    ),
    articles=(
        "el la los las un una unos unas lo este esta estos estas ese esa esos esas del de al a "
        "1 aquel aquella"
    ),
    loose=(
        "el la los las un una unos unas lo de del a al que y e en es son se ha por con está están"
    ),
    droppable=(
        "bueno | pues | entonces | o sea | digamos | vale | este | a ver | eh | es decir | mira "
        "| sabes | verdad | ok | bien | así que | y entonces | y bueno | claro | sí | ahora"
    ),
    fillers="eh em mmm mm ehm ah oh ajá hm um",
    agreement=(
        "hubieron hubo | habían había | el la los las lo | un una unos unas | este esta estos "
        "estas | ese esa esos esas | es son | ha han | está están | era eran | fue fueron | "
        "todo toda todos todas | mucho mucha muchos muchas | poco poca pocos pocas | algún "
        "alguno alguna algunos algunas | ningún ninguno ninguna | mi mis | tu tus | su sus | "
        "nuestro nuestra nuestros nuestras | puede pueden | debe deben | del de | al a | y e | "
        "o u | le les | ambos ambas | varios varias | tiene tienen | podría podrían | cualquier "
        "cualquiera"
    ),
    homophones=(
        "haber a-ver | hay ahí ay | si sí | tu tú | el él | mi mí | te té | se sé | mas más | "
        "solo sólo | aun aún | sino si-no | por-que porque porqué | que qué | cuando cuándo | "
        "como cómo | donde dónde | quien quién | cual cuál | a ha ah | e he eh | o oh | de dé | "
        "votar botar | casa caza | ves vez | haya halla allá | tubo tuvo | cien sien | ciento "
        "siento | sesión cesión | hasta asta | ola hola | asia hacia | echo hecho | también "
        "tan-bien | tampoco tan-poco | nos | media | cada"
    ),
    contractions=(
        "a c=antes de cristo | d c=después de cristo | p ej=por ejemplo | p=página | pág=página "
        "| cap=capítulo | fig=figura | prof=profesor | profa=profesora | sta=santa | pa=para | "
        "pal=para el | to=todo | ná=nada"
    ),
    symbols=(
        "%=por ciento,porciento | ==igual,es igual a,igual a,iguales | ÷=dividido por,dividido "
        "entre | °=grado,grados | °c=grados celsius,grados centígrados | €=euro,euros | "
        "$=dólar,dólares | £=libras esterlinas | @=arroba | ²=cuadrado,al cuadrado,cuadrados | "
        "³=cubo,al cubo,cúbico,cúbicos | km=kilómetro,kilómetros | m=metro,metros | "
        "cm=centímetro,centímetros | mm=milímetro,milímetros | nm=nanómetro,nanómetros | "
        "kg=kilogramo,kilogramos,kilo,kilos | g=gramo,gramos | mg=miligramo,miligramos | "
        "l=litro,litros | ml=mililitro,mililitros | s=segundos | min=minuto,minutos | "
        "h=hora,horas | hz=hercio,hercios | w=vatio,vatios | v=voltio,voltios | "
        "j=julio-j,julios | pa=pascales | π=pi | α=alfa | β=beta | γ=gamma | δ=delta | λ=lambda "
        "| θ=theta | ω=omega | √=raíz cuadrada de,raíz de,raíz cuadrada | dr=doctor | sr=señor "
        "| sra=señora | etc=etcétera | >=mayor que | <=menor que | n°=número | km/h=kilómetros "
        "por hora | m/s=metros por segundo"
    ),
    small=(
        "el de que y en un ser se no los las por con para una su es lo como más pero sus le ya "
        "este sí porque esta son entre está cuando muy sin sobre también hay fue del al tiene "
        "han desde todo nos eso ese había la vamos"
    ),
    endings=(
        "_ s es o a os as e en an n ó aron ado ada ados adas ido ida idos idas ar er ir aba "
        "aban ía ían do da dos das amos emos imos ando iendo ir"
    ),
    negating_prefixes="in im ir i des dis a an anti no",
    sounds=(
        (r"[áà]", "a"),
        (r"[éè]", "e"),
        (r"[íì]", "i"),
        (r"[óò]", "o"),
        (r"[úùü]", "u"),
        (r"ñ", "N"),
        (r"ch", "C"),
        (r"h", ""),
        (r"ll", "Y"),
        (r"rr", "r"),
        (r"y(?=[aeiou])", "Y"),
        (r"y", "i"),
        (r"qu", "k"),
        (r"gu(?=[ei])", "g"),
        (r"g(?=[ei])", "j"),
        (r"c(?=[ei])", "s"),
        (r"c", "k"),
        (r"z", "s"),
        (r"v", "b"),
        (r"x", "ks"),
        (r"w", "u"),
        (r"ps", "s"),
        (r"(.)\1+", r"\1"),
    ),
    word_to="a",
    enclitics="me te nos se lo la le los las les",
    fractions="medio=2 | cuarto=4 | cuartos=4 | tercio=3 | tercios=3",
    letters=(
        "y=i griega,y griega | x=equis | b=be,ve | v=uve,be | c=ce,se | d=de | f=efe | g=ge | "
        "h=hache | j=jota | k=ka | l=ele | m=eme | n=ene,newton,newtons | p=pe | q=cu | "
        "r=erre,ere | s=ese | t=te | z=zeta | w=uve doble,doble ve"
    ),
    ordinals="2=segundo,segunda,segundos,segundas | 1=primero,primer,primera",
    halves="y medi[oa]",
    word_one="uno",
    word_times="por",
    equals="es son igual",
    word_and="y",
    word_minus="menos",
    word_plus="más",
    ordinal_endings="er|ro|ra|do|da|to|ta|vo|va|mo|ma",
    number_homophones={"100": "sien", "2": "", "6": "seis", "3": ""},
)
