"""French."""

from backend.text.guard.tables.words import Language

FRENCH = Language(
    code="fr",
    negations="pas jamais rien aucun aucune personne ni sans non guère nulle nul nullement plus",
    quantifiers=(
        "tout toute tous toutes chaque quelques quelque plusieurs certains certaines certain "
        "certaine beaucoup peu moins trop assez presque environ seulement toujours souvent "
        "parfois rarement généralement surtout la-plupart plupart moitié tiers quart demi demie "
        "double triple exactement entièrement complètement partiellement encore déjà très aussi "
        "autant uniquement aucunement majorité minorité dizaine dizaines centaine centaines "
        "millier milliers au-moins tant combien quelquefois habituellement maximum minimum"
    ),
    hedges=(
        "peut peuvent pourra pourront pourrait pourraient pouvait pouvaient peux pouvons pouvez "
        "doit doivent devrait devraient devait devaient faut fallait faudrait peut-être "
        "probablement possible possiblement sûrement certainement sans-doute semble semblent "
        "paraît apparemment si parce car puisque bien-que avant après depuis jusque mais ou "
        "donc cependant quand lorsque tandis alors-que pendant vers"
    ),
    pronouns=(
        "je j' tu il elle on nous vous ils elles me m' te t' lui leur leurs moi toi eux mon ma "
        "mes ton ta tes son sa ses notre nos votre vos qui"
    ),
    calendar=(
        "lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai "
        "juin juillet août septembre octobre novembre décembre printemps été automne hiver hier "
        "demain aujourd'hui"
    ),
    contrasts=(
        "stalactite/stalagmite autriche/australie slovaquie/slovénie suède/suisse niger/nigeria "
        "mitose/méiose neutron/neurone augmente/diminue réflexion/réfraction fission/fusion "
        "procaryote/eucaryote procaryotes/eucaryotes latitude/longitude latitude/altitude "
        "sinus/cosinus majeur/mineur minimum/maximum monarchie/anarchie glucagon/glycogène "
        "nord/sud est/ouest émigrer/immigrer émigration/immigration inductif/déductif "
        "supérieur/inférieur supérieure/inférieure ascendant/descendant anabolisme/catabolisme "
        "conduction/convection perméable/imperméable convergent/divergent premier/dernier "
        "première/dernière absorption/adsorption perte/perle dessus/dessous gauche/droite "
        "importation/exportation acide/base moyenne/médiane élevé/enlevé jour/nuit vrai/faux"
    ),
    articles="le la l' les un une des du de d' ce cet cette ces au aux 1",
    loose=(
        "le la l' les un une des du de d' à au aux que qu' et est sont y en c' ce se s' dans "
        "cela ça il"
    ),
    droppable=(
        "donc | alors | bon | ben | bah | hein | quoi | voilà | du coup | en fait | tu vois | "
        "vous voyez | enfin | bref | ok | d'accord | oui | et puis | genre | disons | eh bien | "
        "et donc | tu sais"
    ),
    fillers="euh heu hum hm euhm ah oh mmm bah ben hein",
    agreement=(
        "aurais avais | vieux vieil vieille | beau bel belle | nouveau nouvel nouvelle | seront "
        "sont | est soit sont soient | a ait est | ont aient | le la l' les | un une des | ce "
        "cet cette ces | du de la de l' des de d' | est sont | a ont | était étaient | tout "
        "tous toute toutes | mon ma mes | ton ta tes | son sa ses | quel quelle quels quelles | "
        "aucun aucune | certain certains certaine certaines | quelque quelques | leur leurs | "
        "notre nos | votre vos | il ils | elle elles | nul nulle | au aux à | à a | et est | ou "
        "où | peut peuvent puisse | doit doivent | pourrait pourraient | devrait devraient | "
        "avait avaient | fait font | va vont | on ont | ce se | ces ses | qui qu'il | suis "
        "sommes êtes es | ça cela"
    ),
    homophones=(
        "t' tu | s' si | ses ces c'est s'est sait sais | on ont | son sont | ou où | peu peut "
        "peux | tout tous | tu tue | il ils | elle elles | ma m'a | ta t'a | la l'a là | mes "
        "mais met mets | quelle qu'elle quel | quelles qu'elles | cet cette sept | cent sans "
        "s'en sang c'en | ni n'y | plutôt plus-tôt | leur leurs l'heure | ce se | sa ça | et "
        "est ai | a à as | si s'y ci | du dû | sur sûr | près prêt | quand qu'en quant | moi "
        "mois | toi toit | nous noue | pas | mon m'ont | ton t'ont | vers vert verre ver vers | "
        "car quart | point poing | foi fois foie | doit doigt dois | faut faux | mai mais mets "
        "| mars | tant temps t'en | davantage d'avantage | parce-que | quelque quel-que "
        "quelques | sens sans | assez acier | trop trot | voix voie | qu'il qui | aucun au-cun "
        "| peut-être peut-être"
    ),
    contractions=(
        "av j c=avant jésus christ | ap j c=après jésus christ | p ex=par exemple | p=page | "
        "chap=chapitre | fig=figure | m=monsieur | mlle=mademoiselle | st=saint | ste=sainte | "
        "prof=professeur | t'as=tu as | t'es=tu es | y'a=il y a | ya=il y a | y a=il y a | "
        "j'suis=je suis | chuis=je suis | j'sais=je sais | ptet=peut-être | p'tit=petit | "
        "p'tite=petite | v'là=voilà | qu'est-ce=que est ce | ouais=oui | faut=il faut | ça=cela "
        "| c'=ce | l'on=on | lorsqu'=lorsque | qu'=que | d'=de | l'=le | n'=ne | s'=se | j'=je "
        "| m'=me | jusqu'=jusque | puisqu'=puisque | quelqu'un=quelqu' un | i=il | y=il | parce "
        "qu'=parce que | t'=te"
    ),
    symbols=(
        "%=pour cent,pourcent | ==égal,égale,est égal à,égal à,égale à | ÷=divisé par | "
        "°=degré,degrés | °c=degrés celsius,degré celsius,degrés centigrades | €=euro,euros | "
        "$=dollar,dollars | £=livres sterling | @=arobase | ²=carré,au carré,carrés,carrée | "
        "³=cube,au cube,cubes | km=kilomètre,kilomètres | m=mètre,mètres | "
        "cm=centimètre,centimètres | mm=millimètre,millimètres | nm=nanomètre,nanomètres | "
        "kg=kilogramme,kilogrammes,kilo,kilos | g=gramme,grammes | mg=milligramme,milligrammes "
        "| l=litre,litres | ml=millilitre,millilitres | s=secondes | min=minute,minutes | "
        "h=heure,heures | hz=hertz | w=watt,watts | kw=kilowatt,kilowatts | v=volt,volts | "
        "j=joule,joules | pa=pascals | π=pi | α=alpha | β=bêta | γ=gamma | δ=delta | λ=lambda | "
        "θ=thêta | μ=mu | ω=oméga | √=racine carrée de,racine carrée,racine de | dr=docteur | "
        "mme=madame | etc=et cetera | >=supérieur à | <=inférieur à | n°=numéro | "
        "km/h=kilomètres heure,kilomètres à l'heure,kilomètres par heure | m/s=mètres par "
        "seconde"
    ),
    small=(
        "le la les des est et dans que qui pour une sur avec par ce sont pas il elle nous vous "
        "du cette aux ils mais donc plus être été fait comme tout aussi même leur ces ses où se "
        "au ne je c'est d'un d'une qu'il qu'on on"
    ),
    endings=(
        "_ s x e es é ée és ées er ez ait aient ais ai a ent ant ons eur t is it aux al ale "
        "ales if ive ifs ives eux euse euses"
    ),
    negating_prefixes="in im ir il dé dés dis a an non anti mé mal",
    sounds=(
        (r"[âàä]", "a"),
        (r"[ôö]", "o"),
        (r"[îï]", "i"),
        (r"[ûùü]", "u"),
        (r"œ", "e"),
        (r"ç", "s"),
        (r"(?<=[^aeiouy])(ent)$", "e"),
        (r"^h|(?<![cp])h", ""),
        (r"ph", "f"),
        (r"ch", "S"),
        (r"sch", "S"),
        (r"gn", "N"),
        (r"ill", "iY"),
        (r"eaux?|aux?|ault|aud|ot$|os$", "o"),
        (r"(ti)(?=on|a[lu]|el)", "si"),
        (r"qu", "k"),
        (r"q", "k"),
        (r"c(?=[eiyéèê])", "s"),
        (r"c", "k"),
        (r"ge(?=[ao])", "J"),
        (r"g(?=[eiyéèê])", "J"),
        (r"j", "J"),
        (r"gu(?=[eiyéèê])", "g"),
        (r"ss", "z1"),
        (r"(?<=[aeiouyéèêo])s(?=[aeiouyéèê])", "z"),
        (r"z1", "s"),
        (r"x(?=[aeiou])", "ks"),
        (r"(ain|ein|aim|im(?=[bp])|in(?![aeiouyén])|yn|un)(?![aeiouyén])", "I"),
        (r"(an|en|am|em)(?=[^aeiouyénmèê]|$)", "A"),
        (r"(on|om)(?=[^aeiouyénmèê]|$)", "O"),
        (r"((?<=...)er|ez|é|ée|és|ées|et|ai|ait|ais|aient|ei|è|ê|es)(?=$)", "e"),
        (r"[éèêë]|ai|ei", "e"),
        (r"eu|oeu", "e"),
        (r"oi", "wa"),
        (r"ou", "u"),
        (r"y", "i"),
        (r"[stdxpz]+$", ""),
        (r"e?s?$", ""),
        (r"[stdxp]+$", ""),
        (r"(.)\1+", r"\1"),
    ),
    word_to="à",
    fractions="demi=2 | demis=2 | tiers=3 | quart=4 | quarts=4",
    letters=(
        "y=i grec,igrec | x=ixe,ix | b=bé | c=cé,ses | d=dé,des | h=hache | q=cul,ku | "
        "z=zède,zed | w=double vé | g=j' ai,jé | v=vé | t=thé,tes | p=pé | "
        "n=haine,aine,newton,newtons | m=aime | l=elle,aile | r=air | s=esse | f=effe | k=ka | "
        "o=eau,au"
    ),
    ordinals="2=second,seconde | 1=premier,première",
    halves="et demie?",
    word_one="un",
    word_times="fois",
    equals="est font fait égale égal donne",
    word_and="et",
    word_minus="moins",
    word_plus="plus",
    ordinal_endings="ers?|[èe]res?|e|es|[èe]mes?|nde?|nds",
    ne=frozenset({"ne", "n'"}),
    ne_partners=frozenset(
        ["pas", "jamais", "rien", "aucun", "aucune", "personne", "ni", "guère", "nul", "nulle"]
    ),
    number_homophones={
        "2": "d'eux",
        "7": "cet cette set",
        "8": "huître",
        "10": "dis dit",
        "20": "vin vain vint",
        "100": "sans sang s'en cents",
        "6": "si",
        "9": "neuf",
        "1": "hein",
        "5": "sain saint",
        "3": "troie",
    },
)
