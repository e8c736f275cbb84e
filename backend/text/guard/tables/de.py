"""German."""

from backend.text.guard.tables.words import Language

GERMAN = Language(
    code="de",
    negations=(
        "nicht kein keine keinen keinem keiner keines nie niemals nichts niemand niemandem "
        "niemanden weder noch ohne nein nirgends keinesfalls keineswegs"
    ),
    quantifiers=(
        "alle alles allen aller jede jeder jedes jeden jedem einige einigen einiger manche "
        "mancher manchmal viele vieler vielen viel wenig wenige weniger mehr meist meiste "
        "meisten meistens mehrere mehreren fast beinahe etwa ungefähr rund genau nur immer oft "
        "häufig selten gelegentlich beide beiden halb halbe hälfte doppelt dreifach ganz ganze "
        "völlig teilweise noch schon auch sämtliche etwas jemand mindestens höchstens sehr zu "
        "dutzend hunderte tausende mehrheit minderheit vollständig normalerweise überwiegend "
        "allein ausschließlich hauptsächlich wieder maximal minimal minus plus"
    ),
    hedges=(
        "kann können könnte könnten konnte konnten muss müssen musste mussten müsste darf "
        "dürfen durfte dürfte soll sollen sollte sollten will wollen wollte mag möchte "
        "vielleicht wahrscheinlich möglicherweise möglich vermutlich sicher sicherlich bestimmt "
        "scheint scheinen offenbar wenn falls ob weil da obwohl bevor nachdem vor nach seit bis "
        "aber oder sondern jedoch während als trotzdem deshalb wird werden würde würden"
    ),
    pronouns=(
        "ich du er sie es wir ihr mich dich ihn uns euch mir dir ihm ihnen mein meine meinen "
        "meiner dein deine deinen sein seine seinen seiner seinem ihre ihren ihrer ihrem unser "
        "unsere unseren unserer euer eure man wer wen wem sich"
    ),
    calendar=(
        "montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz april "
        "mai juni juli august september oktober november dezember frühling frühjahr sommer "
        "herbst winter gestern heute morgen"
    ),
    contrasts=(
        "stalaktit/stalagmit stalaktiten/stalagmiten österreich/australien slowakei/slowenien "
        "schweden/schweiz mitose/meiose proton/photon protonen/photonen neutron/neuron "
        "neutronen/neuronen reflexion/refraktion kernspaltung/kernfusion prokaryoten/eukaryoten "
        "latitude/altitude sinus/kosinus monarchie/anarchie norden/süden nord/süd osten/westen "
        "ost/west ober/unter oben/unten obere/untere vorteil/nachteil vorteile/nachteile "
        "einatmen/ausatmen anfang/ausgang eingang/ausgang einfuhr/ausfuhr zunahme/abnahme "
        "zunehmen/abnehmen positiv/negativ leitung/leistung länger/enger größer/kleiner "
        "rechts/links erste/letzte ersten/letzten absorption/adsorption mittelwert/median "
        "konvex/konkav steigt/sinkt gewinn/verlust leihen/verleihen wurde/würde wurden/würden "
        "hatte/hätte hatten/hätten konnte/könnte konnten/könnten mochte/möchte musste/müsste "
        "schon/schön säure/säule emigration/immigration induktion/deduktion anode/kathode "
        "glukagon/glykogen"
    ),
    articles=(
        "der die das den dem des ein eine einen einem einer eines dieser diese dieses diesen "
        "diesem 1 welche welcher welches"
    ),
    loose=(
        "der die das den dem des ein eine einen einem einer dass und zu ist sind im in am an so "
        "von da hat dann es"
    ),
    droppable=(
        "also | ja | halt | ne | naja | na ja | sozusagen | quasi | gut | okay | ok | genau | "
        "eben | so | mal | nun | jetzt | eigentlich | und so | sagen wir | na | tja | und dann "
        "| gell | irgendwie | und ja"
    ),
    fillers="äh ähm hm mhm öh mm ehm eh ah oh hmm öhm",
    agreement=(
        "als wie | der die das den dem des dass | ein eine einen einem einer eines | ist sind | "
        "hat haben | war waren | wird werden | würde würden | kann können | könnte könnten | "
        "muss müssen | soll sollen | kein keine keinen keinem keiner keines | mein meine meinen "
        "meiner | sein seine seinen seiner seinem | ihr ihre ihren ihrer ihrem | unser unsere "
        "unseren unserer | alle alles allen aller | jede jeder jedes jeden jedem | dieser diese "
        "dieses diesen diesem | viel viele vielen vieler | einige einigen einiger | wenig "
        "wenige wenigen | beide beiden | mehrere mehreren | darf dürfen | ihn ihm | wen wem | "
        "in im ihm | an am | von vom | zu zum zur | bei beim | den denn | meist meisten meiste "
        "| konnte konnten | musste mussten"
    ),
    homophones=(
        "das dass | seid seit | man mann | wahr war | mehr meer | ihm im | den denn | wen wenn "
        "| viel fiel | wider wieder | sie | ihr ihre | ist isst | hat hatt | fast fasst | bis "
        "biss | mal mahl | seine seinen | leer lehrer | weiß weis | will wiel | nah na | ihn in "
        "| wahre ware | statt stadt | lehre leere | weise waise | ihnen innen | mann man | wir "
        "wier | ehr er eher | wird wirt | als alls | mir mier | meist meißt | noch nach"
    ),
    contractions=(
        "s=seite | kap=kapitel | abb=abbildung | ner=einer | nem=einem | nee=nein | nochma=noch "
        "mal | so'n=so ein | rüber=herüber | ma=mal | prof=professor | st=sankt | haste=hast du "
        "| biste=bist du | ham=haben | son=so ein | sone=so eine | ist's=ist es | gibt's=gibt "
        "es | geht's=geht es | hab=habe | hab'=habe | ich's=ich es | n=ein | ne=eine | "
        "nen=einen | 'n=ein | 'ne=eine | ins=in das | ans=an das | im=in dem | am=an dem | "
        "zum=zu dem | zur=zu der | beim=bei dem | vom=von dem | aufs=auf das | fürs=für das | "
        "ums=um das | durchs=durch das | übers=über das | is=ist | nich=nicht | nix=nichts | "
        "sowas=so etwas | was=etwas | wär=wäre | is'=ist | mach=mache | find=finde | seh=sehe | "
        "rein=herein | raus=heraus | rauf=herauf | runter=herunter | grad=gerade | drum=darum | "
        "dran=daran | drauf=darauf | drin=darin | drüber=darüber"
    ),
    symbols=(
        "%=prozent | ==gleich,ist gleich | ÷=geteilt durch | °=grad | °c=grad celsius | €=euro "
        "| $=dollar | £=pfund | @=at,klammeraffe | ²=quadrat,zum quadrat,hoch zwei,hoch 2 | "
        "³=hoch drei,hoch 3 | km=kilometer,kilometern | m=meter,metern | "
        "cm=zentimeter,zentimetern | mm=millimeter,millimetern | nm=nanometer,nanometern | "
        "kg=kilogramm,kilo | g=gramm | mg=milligramm | l=liter,litern | ml=milliliter | "
        "s=sekunde,sekunden | min=minute,minuten | h=stunde,stunden | hz=hertz | w=watt | "
        "kw=kilowatt | v=volt | j=joule | pa=pascal | π=pi | α=alpha | β=beta | γ=gamma | "
        "δ=delta | λ=lambda | θ=theta | ω=omega | √=wurzel aus,quadratwurzel aus,wurzel | "
        "dr=doktor | usw=und so weiter | zb=zum beispiel,z b | dh=das heißt,d h | >=größer als "
        "| <=kleiner als | nr=nummer | m²=quadratmeter,quadrat meter | "
        "km²=quadratkilometer,quadrat kilometer | cm²=quadratzentimeter,quadrat zentimeter | "
        "cm³=kubikzentimeter,kubik zentimeter | m³=kubikmeter,kubik meter | vchr=vor christus,v "
        "chr | nchr=nach christus,n chr | km/h=kilometer pro stunde,stundenkilometer | "
        "m/s=meter pro sekunde | bzw=beziehungsweise | ca=circa,zirka"
    ),
    small=(
        "der die und das ist nicht von sie mit dem sich für auf ein eine des den auch als an "
        "nach wie im bei aus wird sind einer wenn haben oder hat war dass werden einem noch "
        "kann aber nur zum wir ich zur um über durch er es"
    ),
    endings="_ e en er es em n s t st et est te ten tes ter tem end ende enden heit ern nen",
    negating_prefixes="un in im ir il miss des dis a an nicht anti ent ver",
    sounds=(
        (r"ä", "e"),
        (r"ö", "e"),
        (r"ü", "i"),
        (r"ß", "s"),
        (r"tsch", "C"),
        (r"sch", "S"),
        (r"^st", "St"),
        (r"^sp", "Sp"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"ch", "X"),
        (r"ck", "k"),
        (r"dt", "t"),
        (r"tz|z", "ts"),
        (r"c(?=[eiäy])", "ts"),
        (r"c", "k"),
        (r"qu", "kv"),
        (r"q", "k"),
        (r"x", "ks"),
        (r"v", "f"),
        (r"w", "v"),
        (r"ie", "i"),
        (r"ei|ai|ay|ey", "ai"),
        (r"eu|äu", "oi"),
        (r"(?<=[aeiou])h", ""),
        (r"rh", "r"),
        (r"y", "i"),
        (r"j", "i"),
        (r"d$", "t"),
        (r"b$", "p"),
        (r"g$", "k"),
        (r"(.)\1+", r"\1"),
    ),
    word_to="bis",
    fractions=(
        "halb=2 | halbe=2 | drittel=3 | viertel=4 | fünftel=5 | sechstel=6 | achtel=8 | zehntel=10"
    ),
    letters=(
        "y=ypsilon | x=ix,iks | c=ce,zeh | b=be | d=de | e=eh | f=ef | g=ge | h=ha | j=jot | "
        "k=ka | l=el | m=em | n=en,newton,newtons | p=pe | q=ku,kuh | r=er | s=es | t=te,tee | "
        "v=vau | w=we,weh | z=zett,zet"
    ),
    word_hour="uhr",
    halves="einhalb|komma fünf",
    word_one="ein",
    word_times="mal",
    equals="ist sind gleich macht ergibt",
    number_words=(
        "zwanziger=20 | dreißiger=30 | vierziger=40 | fünfziger=50 | sechziger=60 | "
        "siebziger=70 | achtziger=80 | neunziger=90"
    ),
    word_and="und",
    word_minus="minus",
    word_plus="plus",
    ordinal_endings="er|ern|te|ten|ter|tes|e|en|st",
    number_homophones={"8": "achte", "1": ""},
)
