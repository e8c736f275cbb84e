"""How models announce an answer and offer more, in English, French, German, Spanish, Italian and
Portuguese. Each list is a part of a regular expression, in small letters."""


def _any_of(*lists: str) -> str:
    return "|".join(words for line in lists for words in line.split(" | "))


ANNOUNCED = _any_of(
    "summary | summarization | summarisation | overview | brief | abstract | recap | synopsis",
    "tl;dr | tldr | key points | main points | key takeaways",
    "shorter version | shortened version | condensed version | gekürzte fassung | version courte",
    "version raccourcie | versión resumida | versione ridotta | versão resumida",
    "résumé | resumé | synthèse | aperçu | en bref | points clés | points essentiels",
    "zusammenfassung | kurzfassung | überblick | übersicht | kernpunkte | kernaussagen",
    "resumen | síntesis | sinopsis | puntos clave | puntos principales",
    "riassunto | sintesi | riepilogo | sommario | punti chiave | punti principali",
    "resumo | síntese | sinopse | pontos principais | pontos-chave",
)
"""What an answer calls itself."""

QUALITIES = _any_of(
    "brief | short | concise | quick | detailed | full | complete | final | shortened | condensed",
    "revised | executive | overall | lesson | lecture | transcript | one-paragraph | requested",
    "bref | brève | court | courte | concis | concise | complet | complète | détaillé | raccourci",
    "kurze | knappe | ausführliche | gekürzte | detaillierte | vollständige",
    "breve | corto | conciso | concisa | completo | completa | detallado | acortado",
    "dettagliato | accorciato | curto | curta | detalhado | encurtado",
)
LESSONS = _any_of(
    "lesson | lecture | transcript | transcription | recording | talk | class | video | session",
    "text | part | leçon | cours | conférence | séance | texte | partie | enregistrement",
    "stunde | lektion | vorlesung | unterrichtsstunde | aufnahme | transkripts? | textes | teils",
    "lección | clase | transcripción | grabación | texto | parte | conferencia",
    "lezione | trascrizione | registrazione | testo | lição | aula | transcrição | gravação",
)
"""What an answer says that it is about."""

ANNOUNCING = _any_of(
    "here is | here's | here’s | here are | below is | below are | below you will find",
    "the following is | following is | this is | as requested,? here is | i've prepared",
    "i’ve prepared | i have prepared | i've written | i have written",
    "voici | ci-dessous | vous trouverez ci-dessous | comme demandé,? voici",
    "hier ist | hier sind | hier finden sie | hier findest du | nachfolgend | im folgenden",
    "aquí tienes | aquí tiene | aquí está | aquí va | aquí te dejo | a continuación | he aquí",
    "ecco | di seguito | qui di seguito | qui sotto",
    "aqui está | aqui vai | aqui tens | aqui tem | segue | segue-se | a seguir | abaixo está",
)
"""How an announcement begins."""

GREETINGS = _any_of(
    "sure | sure thing | certainly | of course | absolutely | understood | okay | ok | great",
    "alright | got it | bien sûr | bien entendu | certainement | d'accord | d’accord",
    "avec plaisir | très bien | natürlich | gerne | gern | selbstverständlich | klar | alles klar",
    "claro | claro que sí | por supuesto | desde luego | con gusto | entendido | de acuerdo",
    "certo | certamente | va bene | volentieri | con piacere | capito",
    "com certeza | claro que sim | com prazer | pois não",
)

OFFERS = _any_of(
    "please let me know | let me know | feel free to | please feel free | don['’]t hesitate",
    "do not hesitate | hope this helps | i hope th(?:is|at) | is there anything else",
    "i(?: can|['’]d be happy to|['’]m happy to| would be happy to)(?: also)? (?:provide|help|make)",
    "(?:would you like|do you want|shall i|should i)\\b.{0,300}\\?",
    "if you\\b.{0,200}?\\b(?:let me|just ask|feel free|i can|i['’]d be|i['’]m happy|don['’]t hesi)",
    "n['’]hésitez pas | n['’]hésite pas | faites-moi savoir | fais-moi savoir | dites-moi si",
    "dis-moi si | j['’]espère que c | je peux également | je peux aussi",
    "(?:souhaitez-vous|souhaites-tu|voulez-vous|veux-tu|aimeriez-vous|aimerais-tu)\\b.{0,300}\\?",
    "si (?:vous|tu)\\b.{0,200}?(?:hésite|faites-moi|fais-moi|dites-moi|dis-moi|je peux|je suis)",
    "lass (?:es )?mich wissen | lassen sie (?:es )?mich | sagen sie mir | sag mir | sag bescheid",
    "geben sie mir bescheid | gerne? kann ich | ich kann (?:auch|gerne?|ihnen|dir) | ich hoffe, d",
    "(?:möchten sie|möchtest du|wünschen sie|soll ich)\\b.{0,300}\\?",
    "(?:wenn|falls) (?:sie|du)\\b.{0,200}?\\b(?:lass|sagen sie|sag|geben sie|melden sie) ",
    "(?:wenn|falls) (?:sie|du)\\b.{0,200}?\\b(?:stehe|helfe|kann|bin) ich",
    "déjame saber | avísame | avíseme | dime si | dígame si | hazme saber | hágame saber",
    "no dudes? en | espero que (?:est|te|le) | (?:también puedo|puedo también)",
    "(?:quieres?|deseas?|(?:te|le) gustaría)\\b.{0,300}\\?",
    "si (?:necesita|quiere|desea|tiene)s?\\b.{0,200}?(?:dime|dígame|avísa|puedo|no dude|estoy)",
    "fammi sapere | mi faccia sapere | fatemi sapere | dimmi se | mi dica se | non esitare",
    "spero che quest | posso anche",
    "(?:vuoi|vuole|desideri|desidera|(?:ti|le) piacerebbe)\\b.{0,300}\\?",
    "se (?:hai|ha|vuoi|vuole|desider[ia]|ti serve)\\b.{0,200}?(?:fammi|faccia|dimmi|posso|non es)",
    "avise-me | me avise | deixe-me saber | diga-me se | me diga se | informe-me | me informe",
    "não hesite em | fique à vontade | sinta-se à vontade | espero que ist | espero que isso",
    "posso também | também posso",
    "(?:você )?(?:gostaria|quer|deseja)\\b.{0,300}\\?",
    "se (?:precisar|quiser|desejar|você|tiver)\\b.{0,200}?(?:avise|diga|posso|estou|fique|sinta)",
)
"""How an offer begins; where that may begin a sentence of the lesson too, the whole of it."""
