"""Italian."""

from backend.text.guard.tables.words import Language

ITALIAN = Language(
    code="it",
    negations="non no né mai niente nulla nessuno nessuna nessun senza neanche nemmeno neppure",
    quantifiers=(
        "tutto tutta tutti tutte ogni ciascuno ciascuna qualche alcuni alcune molto molta molti "
        "molte poco poca pochi poche più meno troppo troppi abbastanza quasi circa solo "
        "soltanto sempre spesso talvolta raramente generalmente maggior maggioranza minoranza "
        "metà mezzo mezza doppio triplo esattamente completamente parzialmente ancora già anche "
        "entrambi entrambe parecchi parecchie certi certe qualcuno qualcosa ognuno almeno tanto "
        "tanti tante diversi diverse decine decina centinaia migliaia solitamente massimo "
        "minimo solamente"
    ),
    hedges=(
        "può possono potrebbe potrebbero poteva potevano deve devono dovrebbe dovrebbero doveva "
        "dovevano bisogna forse probabilmente possibile possibilmente sicuramente certamente "
        "sembra sembrano pare apparentemente se perché poiché siccome sebbene prima dopo finché "
        "ma o oppure quindi però tuttavia quando mentre durante"
    ),
    pronouns=(
        "io tu lui lei noi voi loro egli ella essi esse mi ti ci vi mio mia miei mie tuo tua "
        "tuoi tue suo sua suoi sue nostro nostra nostri nostre vostro vostra vostri vostre gli "
        "me te chi"
    ),
    calendar=(
        "lunedì martedì mercoledì giovedì venerdì sabato domenica gennaio febbraio marzo aprile "
        "maggio giugno luglio agosto settembre ottobre novembre dicembre primavera estate "
        "autunno inverno ieri oggi domani"
    ),
    contrasts=(
        "stalattite/stalagmite austria/australia slovacchia/slovenia svezia/svizzera "
        "mitosi/meiosi protone/fotone neutrone/neurone riflessione/rifrazione fissione/fusione "
        "procariote/eucariote latitudine/longitudine latitudine/altitudine seno/coseno "
        "maggiore/minore monarchia/anarchia nord/sud est/ovest emigrare/immigrare "
        "emigrazione/immigrazione superiore/inferiore vero/falso positivo/negativo "
        "positiva/negativa conduzione/convezione concavo/convesso concava/convessa "
        "destra/sinistra alto/altro primo/ultimo prima/dopo assorbimento/adsorbimento "
        "media/mediana aumenta/aumento acido/arido crescente/decrescente "
        "permeabile/impermeabile lungo/largo vinto/vinta guadagno/guadagna"
    ),
    articles=(
        "il lo la l' i gli le un uno una un' del dello della dell' dei degli delle di d' questo "
        "questa questi queste quel quello quella quei quegli quelle quest' al allo alla all' ai "
        "agli alle nel nello nella nell' nei negli nelle dal dallo dalla dall' dai dagli dalle "
        "sul sulla sull' sui 1"
    ),
    loose=(
        "il lo la l' i gli le un uno una un' del dello della dell' dei degli delle di d' a al "
        "alla ai e ed che è sono in da si s' c' ci"
    ),
    droppable=(
        "allora | quindi | cioè | insomma | diciamo | ecco | beh | bene | bè | ok | va bene | "
        "sì | praticamente | tipo | appunto | e allora | no | guardate | vedete | dunque | ehi "
        "| poi | e quindi"
    ),
    fillers="ehm eh em mmm mm uhm ah oh beh boh hm",
    agreement=(
        "avrei avessi | avrebbe avesse | sarebbe fosse | va vanno | fa fanno | sta stanno | dà "
        "danno | era fosse | erano fossero | è sia | sono siano | ha abbia | hanno abbiano | "
        "può possa | posso possono può | devo devono deve | il lo la i gli le l' | un uno una "
        "un' | del dello della dei degli delle dell' di | è sono e | ha hanno | era erano | "
        "tutto tutta tutti tutte | molto molta molti molte | poco poca pochi poche | alcuni "
        "alcune | suo sua suoi sue | mio mia miei mie | nostro nostra nostri nostre | tuo tua "
        "tuoi tue | questo questa questi queste | quel quello quella quei quegli quelle | può "
        "possono | deve devono | nessun nessuno nessuna | al allo alla all' ai agli alle a | "
        "nel nello nella nei negli nelle nell' in | dal dallo dalla dai dagli dalle dall' da | "
        "ed e | ad a | sul sulla sulle sui su | entrambi entrambe | se sé | certi certe"
    ),
    homophones=(
        "qualchecosa qualcosa | anno hanno | ai hai | a ha ah | o ho oh | e è eh | ce c'è | ne "
        "né n'è | se sé s'è | la là | li lì | da dà | si sì | l'uno luno | cent'anni | te tè | "
        "va | di dì | sta | fa | po' pò po | qual'è qual-è | l'ha la | non noni | sino | s'è se "
        "| d'altro dall'altro | perché per-che | mezzo | anche anch'e | ma | apposto a-posto"
    ),
    contractions=(
        "a c=avanti cristo | d c=dopo cristo | p=pagina | cap=capitolo | fig=figura | "
        "es=esempio | prof=professor | s=san | l'=lo | un'=una | dell'=della | all'=alla | "
        "nell'=nella | dall'=dalla | sull'=sulla | c'=ci | d'=di | quest'=questo | "
        "quell'=quello | com'=come | s'=si | po'=poco | m'=mi | t'=ti | v'=vi | anch'=anche | "
        "tutt'=tutto | quant'=quanto | dov'=dove | cos'=cosa | sant'=santo"
    ),
    symbols=(
        "%=per cento,percento | ==uguale,è uguale a,uguale a,uguali | ÷=diviso per,fratto | "
        "°=grado,gradi | °c=gradi celsius,gradi centigradi | €=euro | $=dollaro,dollari | "
        "£=sterlina,sterline | @=chiocciola | ²=quadrato,al quadrato,quadrati,quadri | "
        "³=cubo,al cubo,cubi | km=chilometro,chilometri | m=metro,metri | "
        "cm=centimetro,centimetri | mm=millimetro,millimetri | nm=nanometro,nanometri | "
        "kg=chilogrammo,chilogrammi,chilo,chili | g=grammo,grammi | mg=milligrammo,milligrammi "
        "| l=litro,litri | ml=millilitro,millilitri | s=secondi | min=minuto,minuti | h=ora,ore "
        "| hz=hertz | w=watt | v=volt | j=joule | pa=pascal | π=pi greco,pigreco | α=alfa | "
        "β=beta | γ=gamma | δ=delta | λ=lambda | θ=teta | ω=omega | √=radice quadrata di,radice "
        "di,radice quadrata | dott=dottor | sig=signor | ecc=eccetera | >=maggiore di | "
        "<=minore di | n°=numero | km/h=chilometri orari,chilometri all'ora,chilometri l'ora | "
        "m/s=metri al secondo"
    ),
    small=(
        "il di che è la e un in per una sono con non del si della da i le gli al nel come anche "
        "questo questa più ma alla dei delle ha dal nella lo essere hanno era perché quando sua "
        "suo molto cosa così viene quindi ci"
    ),
    endings=(
        "_ o a i e o ò ato ata ati ate uto uta uti ute ito ita iti ite are ere ire ava avano "
        "ano ono no va eva evano he hi io ia ie to ta ti te"
    ),
    negating_prefixes="in im ir il dis s a an non anti mis",
    sounds=(
        (r"[àá]", "a"),
        (r"[èé]", "e"),
        (r"[ìí]", "i"),
        (r"[òó]", "o"),
        (r"[ùú]", "u"),
        (r"ch", "k"),
        (r"gh", "g"),
        (r"gli", "Li"),
        (r"gn", "N"),
        (r"sc(?=[ei])", "S"),
        (r"ci(?=[aou])", "C"),
        (r"gi(?=[aou])", "J"),
        (r"c(?=[ei])", "C"),
        (r"g(?=[ei])", "J"),
        (r"c", "k"),
        (r"qu?", "k"),
        (r"h", ""),
        (r"ph", "f"),
        (r"z", "ts"),
        (r"y|j", "i"),
        (r"x", "ks"),
        (r"w", "v"),
        (r"(.)\1+", r"\1"),
    ),
    word_to="a",
    enclitics="mi ti ci vi si lo la li le ne gli",
    fractions="mezzo=2 | mezzi=2 | terzi=3",
    letters=(
        "y=ipsilon | x=ics,iks | h=acca | m=emme | n=enne,newton,newtons | r=erre | s=esse | "
        "f=effe | l=elle | c=ci | b=bi | d=di | g=gi | p=pi | t=ti | v=vu,vi | z=zeta | q=cu | "
        "k=cappa,kappa | w=doppia vu"
    ),
    multipliers=(
        "mila=1000 | milione=1000000 | milioni=1000000 | miliardo=1000000000 | miliardi=1000000000"
    ),
    halves="e mezz[oa]",
    word_one="uno",
    word_times="per",
    equals="fa è fanno uguale sono",
    number_words=(
        "vent'=venti | trent'=trenta | quarant'=quaranta | cinquant'=cinquanta | "
        "sessant'=sessanta | settant'=settanta | ottant'=ottanta | novant'=novanta | "
        "cent'=cento | sedicesimo=16 | sedicesima=16"
    ),
    word_and="e",
    word_minus="meno",
    word_plus="più",
    ordinal_endings="mo|ma|esimo|esima|esimi|esime",
    number_homophones={"6": "sei sai", "1": "", "7": "sete", "100": "cento", "3": "tre"},
)
