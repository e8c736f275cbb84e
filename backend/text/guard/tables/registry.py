"""The languages of the guard, by code."""

from backend.text.guard.tables.de import GERMAN
from backend.text.guard.tables.en import ENGLISH
from backend.text.guard.tables.es import SPANISH
from backend.text.guard.tables.fr import FRENCH
from backend.text.guard.tables.it import ITALIAN
from backend.text.guard.tables.words import Language

LANGUAGES: dict[str, Language] = {
    language.code: language for language in (ENGLISH, FRENCH, ITALIAN, SPANISH, GERMAN)
}
