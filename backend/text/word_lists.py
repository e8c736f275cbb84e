"""The words that the offline correction knows, each by language code."""


def _word_sets(lists: dict[str, str]) -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in lists.items()}


STUTTERED = _word_sets(
    {
        "en": "the an and or but of your our their i we they she if because",
        "fr": "le les de des du et ou mais que qui sur par je tu il on ce cette mon ma sa au aux "
        "ne",
        "it": "il i gli un di e o ma che in con per del della dei delle al alla nel nella",
        "es": "el los las un de del al y o en con por que pero su",
        "de": "und oder aber ich wir er für wenn weil dass im am zum zur vom ob mein dein unser",
    }
)
"""Function words that nobody says twice on purpose.

Not listed, because the doubling is good language somewhere: English `that that`, `had had`,
`is is`, `no no`, prepositions that end a clause (`looking at at the moment`), `vitamin a a day`;
French `nous nous`, `vous vous`, `la la`, `ton ton`; Italian `piano piano`; Spanish `para para`;
German `die die`, `sie sie`, `einer einer`, `von von der Leyen`, and its separable prefixes.
Words that count (`un un deux`, `una una`) are never here.
"""

OPEN_ENDED = _word_sets(
    {
        "en": "the a an and or but of my your our their because if than very",
        "fr": "le la les un une de des du et ou mais que dans avec pour sur par mon ton ma ta sa "
        "mes tes ses leurs au aux l' d' qu' c' n' s' j'",
        "it": "il lo gli le un una uno di e o ma che in con per da del dello della dei degli "
        "delle al allo alla ai agli alle nel nello nella nei nelle l' d' un' dell' all' nell'",
        "es": "el la los las un una unos unas de del al y o u en con por para que pero su sus mi "
        "mis tu tus",
        "de": "der die das den dem des ein eine einen einem einer eines und oder aber von für "
        "wenn weil dass im am zum zur vom ob mein dein unser",
    }
)
"""Words after which a sentence goes on, however long the speaker pauses."""

VARIABLE_I = _word_sets(
    {
        "before": "a an the this each every any some index indices variable variables letter "
        "letters let integer integers number numbers subscript sub element elements column row "
        "case step item chapter part section act volume type phase class war over",
        "after": "is isn't equals equal = + - * / < > plus minus times divided squared cubed th "
        "runs goes ranges starts indexes in",
    }
)
"""English: a lone `i` before or after these is a letter or a number, not the speaker."""

SENTENCE_STARTERS = _word_sets(
    {
        "en": "the a an this that these those it he she we you they i in on at and but so if when "
        "what why how who where there here now then let for because however",
        "fr": "le la les un une il elle on nous vous ils elles je tu ce cette ces et mais donc si "
        "quand dans pour alors puis",
        "it": "il lo la i gli le un una e ma se quando questo questa noi voi io tu ora poi allora "
        "per in non",
        "es": "el la los las un una y pero si cuando este esta esto nosotros yo tú ahora luego "
        "entonces para en no",
        "de": "der die das ein eine er sie es wir ihr ich du und aber wenn dann jetzt nun dies "
        "diese dieser wie was warum so in",
    }
)
"""Words that, capitalised after a full stop without a space, begin a new sentence."""

FUNCTION_WORDS = _word_sets(
    {
        "en": "to with from for at by as is are was were be been am do does did has have had will "
        "would can could should may might must not no which who whom whose there's it's that's "
        "him her his hers its us them me these those all any some more most just also into out "
        "up down about over under again only own same too i'm we're don't",
        "fr": "ai as a avons avez ont est sont était étaient être avoir été fait se me te lui leur "
        "leurs y en ne pas plus moins très aussi comme qu'il qu'elle qu'on c'est c'était d'un "
        "d'une l'on où dont par sans sous entre ses nos vos notre votre nos tout tous toute toutes",
        "it": "ho hai ha abbiamo avete hanno è sono era erano essere avere stato si mi ti ci vi lo "
        "li ne non più meno molto anche come dove cui chi suo sua suoi sue mio tuo nostro vostro "
        "loro tutto tutti c'è cosa così quello quella quelli quelle da su tra fra a ad ed",
        "es": "he has ha hemos han es son era eran ser estar está están haber sido se me te le les "
        "lo nos os más menos muy también como donde quien cual a mi tu su sus esos esas estos "
        "estas eso ese esa todo todos toda todas hay sin sobre entre o u",
        "de": "bin bist ist sind war waren sein haben hat habe hatte werden wird wurde kann können "
        "muss müssen soll nicht kein keine mit auf an aus zu nach bei vor über unter sich mich "
        "mir dich dir uns euch ihn ihm ihnen man auch noch nur schon sehr mehr als zwischen alle "
        "alles ja doch also hier da welche welcher welches bis durch um",
    }
)
"""Words that say nothing of a sentence's subject, besides those of the lists above."""
