"""English."""

from backend.text.guard.tables.words import Language

ENGLISH = Language(
    code="en",
    negations=(
        "not no never none nothing nobody neither nor nowhere without cannot can't don't "
        "doesn't didn't isn't aren't wasn't weren't won't wouldn't couldn't shouldn't mustn't "
        "hasn't haven't hadn't needn't mightn't ain't unless hardly barely scarcely cant dont "
        "doesnt didnt isnt arent wasnt werent wouldnt couldnt shouldnt hasnt havent hadnt"
    ),
    quantifiers=(
        "some all any every each many few several much more less fewer least most both either "
        "only almost nearly about approximately roughly exactly half minus plus enough always "
        "often usually sometimes rarely seldom generally mostly frequently occasionally "
        "everything everyone everybody anything something somebody someone anyone anybody twice "
        "once again entire whole completely partly mainly hundreds thousands millions billions "
        "dozen dozens majority minority just even still yet already very too quite slightly max "
        "min"
    ),
    hedges=(
        "may might could can must should would will shall ought perhaps maybe probably likely "
        "unlikely possibly possible apparently supposedly seems seem appears appear suggests "
        "suggest certainly definitely necessarily need needs if whether because although though "
        "unless until before after since while or but however therefore than"
    ),
    pronouns=(
        "i you he she it we they me him her us them my your his its our their mine yours hers "
        "ours theirs myself yourself himself herself itself ourselves themselves who whom whose"
    ),
    calendar=(
        "monday tuesday wednesday thursday friday saturday sunday january february march april "
        "june july august september october november december spring summer autumn winter "
        "yesterday today tomorrow"
    ),
    contrasts=(
        "stalactite/stalagmite austria/australia slovakia/slovenia sweden/switzerland "
        "niger/nigeria paraguay/uruguay latitude/altitude latitude/longitude sine/cosine "
        "glucagon/glycogen monarchy/anarchy glucose/glycogen ureter/urethra major/minor "
        "systolic/diastolic minimum/maximum convection/conduction reflection/refraction "
        "reflected/refracted reflects/refracts reflect/refract adsorption/absorption "
        "fission/fusion mean/median perimeter/parameter parallel/perpendicular "
        "velocity/viscosity alkali/alkane alkane/alkene amine/amide former/latter "
        "solvent/solute evaporation/evaluation emigrate/immigrate emigration/immigration "
        "permutation/mutation biotic/abiotic increase/decrease increased/decreased "
        "increases/decreases increasing/decreasing prosecution/persecution east/west "
        "eastern/western acid/alkali morphology/mythology astronomy/astrology simile/smile "
        "personal/personnel anion/cation element/compound interest/inflation strong/wrong "
        "day/night win/lose best/worst first/last past/future longer/larger north/south "
        "early/late black/white lower/higher upper/lower gain/loss true/false right/left "
        "give/take rise/fall"
    ),
    articles="a an the this that these those",
    loose="a an the of to that is are am was were and in on at called",
    droppable=(
        "so | well | okay | ok | right | now | like | you know | i mean | and so | yeah | oh | "
        "alright | you see | kind of | sort of | actually | basically | let me see"
    ),
    fillers="um uh er erm hmm mm mmm uhm ah eh hm uhh umm",
    agreement=(
        "times by | much many | less fewer | is are am | was were | has have | do does | in on "
        "at into onto | then than | of off | too to | who whom | this these | that those | a an "
        "the"
    ),
    homophones=(
        "their there they're theyre | no know | not knot | some sum | all awl | two to too | "
        "our hour are | i eye | you ewe | would wood | might mite | hole whole | none nun | "
        "your you're youre | its it's | we wee | knew new | sea see | been bin | whose who's "
        "whos | were where we're | cant can't | wont won't | then than | bye by buy | weather "
        "whether wether | or ore oar | passed past | bee be | fined find | knead need | more "
        "moor | won one | four for | ate eight | him hymn | sent cent scent | march marsh | "
        "mite might | ant aunt | knot not | them then | very vary | quite quiet | or are | "
        "still steel | off of | write right | least leased | its is | he's his | may be | half "
        "have | every very | it in | than that"
    ),
    contractions=(
        "bc=before christ | b c=before christ | p=page | pp=pages | fig=figure | ch=chapter | "
        "chap=chapter | couldn't of=could not have | wouldn't of=would not have | shouldn't "
        "of=should not have | whose=who is | st=saint | prof=professor | mt=mount | no=number | "
        "i'm=i am | you're=you are | we're=we are | they're=they are | he's=he is | she's=she "
        "is | it's=it is | that's=that is | there's=there is | here's=here is | what's=what is "
        "| who's=who is | where's=where is | how's=how is | let's=let us | i've=i have | "
        "you've=you have | we've=we have | they've=they have | i'll=i will | you'll=you will | "
        "he'll=he will | she'll=she will | it'll=it will | we'll=we will | they'll=they will | "
        "i'd=i would | you'd=you would | he'd=he would | she'd=she would | we'd=we would | "
        "they'd=they would | don't=do not | doesn't=does not | didn't=did not | isn't=is not | "
        "aren't=are not | wasn't=was not | weren't=were not | won't=will not | wouldn't=would "
        "not | couldn't=could not | shouldn't=should not | mustn't=must not | hasn't=has not | "
        "haven't=have not | hadn't=had not | can't=can not | cannot=can not | gonna=going to | "
        "wanna=want to | gotta=got to | cause=because | 'cause=because | cuz=because | em=them "
        "| kinda=kind of | ain't=is not | could've=could have | would've=would have | "
        "should've=should have | needn't=need not | ok=okay | gimme=give me | lemme=let me | "
        "dunno=do not know | what're=what are | mightn't=might not | y'all=you all | "
        "there're=there are | there'll=there will | that'll=that will | could of=could have | "
        "would of=would have | should of=should have | til=until | till=until | thru=through"
    ),
    symbols=(
        "%=percent,per cent,percentage | ==equals,equal to,is equal to,equal | ÷=divided by | "
        "°=degree,degrees | °c=degrees celsius,degree celsius,degrees centigrade | °f=degrees "
        "fahrenheit | €=euro,euros | $=dollar,dollars | £=pound,pounds | @=at | "
        "²=squared,square | ³=cubed,cubic | km=kilometer,kilometers,kilometre,kilometres | "
        "m=meter,meters,metre,metres | cm=centimeter,centimeters,centimetre,centimetres | "
        "mm=millimeter,millimeters,millimetre,millimetres | "
        "nm=nanometer,nanometers,nanometre,nanometres | kg=kilogram,kilograms,kilo,kilos | "
        "g=gram,grams,gramme,grammes | mg=milligram,milligrams | l=liter,liters,litre,litres | "
        "ml=milliliter,milliliters,millilitre,millilitres | s=seconds,sec,secs | "
        "min=minute,minutes,mins | h=hour,hours,hrs,hr | hz=hertz | w=watt,watts | "
        "kw=kilowatt,kilowatts | v=volt,volts | j=joule,joules | kj=kilojoule,kilojoules | "
        "pa=pascals | π=pi,pie | α=alpha | β=beta | γ=gamma | δ=delta | λ=lambda | θ=theta | "
        "μ=mu | σ=sigma | ω=omega | ρ=rho | φ=phi | √=square root,square root of,root | "
        "dr=doctor | mr=mister | vs=versus | etc=et cetera,etcetera | >=greater than,is greater "
        "than | <=less than,is less than | ph=p h | mph=miles per hour | km/h=kilometers per "
        "hour,kilometres per hour,kilometers an hour,kilometres an hour | m/s=meters per "
        "second,metres per second"
    ),
    small=(
        "the and of to is that it was he for are with they this have from but what were when "
        "your said there which she their will would about them then these her him has how our "
        "because into does we you not be at by can could do did or all some an if so who why"
    ),
    endings="_ s es ed d ing ies ied y ly ily en n e er",
    negating_prefixes="un in im ir il dis non a an de mis counter anti",
    sounds=(
        (r"^(kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^ps", "s"),
        (r"^wh", "w"),
        (r"^x", "s"),
        (r"ign", "ain"),
        (r"ough(?=t)", "o"),
        (r"ough", "u"),
        (r"igh", "ai"),
        (r"eigh", "ei"),
        (r"gh(?=t)", ""),
        (r"gh$", "f"),
        (r"ph", "f"),
        (r"tch", "C"),
        (r"ch", "C"),
        (r"sch", "sk"),
        (r"sh", "S"),
        (r"(ti|ci|ssi|si|xi)(?=o|a)", "S"),
        (r"tu(?=re|al)", "Cu"),
        (r"ck", "k"),
        (r"cc(?=[ei])", "ks"),
        (r"sc(?=[eiy])", "s"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"qu", "kw"),
        (r"q", "k"),
        (r"x", "ks"),
        (r"dg", "J"),
        (r"g(?=[eiy])", "J"),
        (r"j", "J"),
        (r"th", "T"),
        (r"mb$", "m"),
        (r"mn$", "m"),
        (r"i([^aeiou])e$", r"ai\1"),
        (r"a([^aeiou])e$", r"ei\1"),
        (r"ea|ee|ie", "i"),
        (r"ew|ue$|oo|ou", "u"),
        (r"ai|ay|ey", "ei"),
        (r"oa|ow", "o"),
        (r"aw|au", "o"),
        (r"z", "s"),
        (r"y", "i"),
        (r"(?<=[^aeiou])e$", ""),
        (r"(?<=[^aeiou])le", "el"),
        (r"h(?![aeiou])", ""),
        (r"(.)\1+", r"\1"),
    ),
    decimal_comma=False,
    word_to="to",
    fractions="half=2 | halves=2 | quarter=4 | quarters=4",
    letters=(
        "y=why | r=are | u=you | i=eye | t=tea,tee | p=pea,pee | q=queue,cue | g=gee | j=jay | "
        "k=kay | x=ex | m=em | n=en,newton,newtons | w=double you | "
        "a=amps,amperes,amp,ampere,ay | c=see,sea | b=be,bee | o=oh | z=zed,zee | h=aitch | "
        "s=ess | f=eff | l=ell | d=dee | v=vee | e=ee"
    ),
    halves="and a half",
    word_one="one",
    word_times="times",
    equals="is are equals makes make gives",
    number_words=(
        "twenties=twenty | thirties=thirty | forties=forty | fifties=fifty | sixties=sixty | "
        "seventies=seventy | eighties=eighty | nineties=ninety"
    ),
    word_and="and",
    word_minus="minus",
    word_plus="plus",
    ordinal_endings="st|nd|rd|th|s|rds|ths",
    number_homophones={"1": "won", "2": "to too", "4": "for fore", "8": "ate", "6": "sicks"},
)
