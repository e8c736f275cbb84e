"""What config.yaml says: its sections, and what may stand in each."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr

from backend.sections import Control, Section, Shown, Words
from backend.speech.engines.registry import TranscriptionSettings


class Provider(StrEnum):
    """Who corrects and summarises."""

    OFFLINE = "Offline"
    """The built-in rules: no network, no key."""
    OPENAI = "OpenAI"
    ANTHROPIC = "Anthropic"


PROVIDER_URLS = {
    Provider.OPENAI: "https://api.openai.com/v1",
    Provider.ANTHROPIC: "https://api.anthropic.com",
}
"""The providers' own servers."""


SERVER_ADDRESS = (
    r"^(https?)://(?:([^\s/?#@\\]+)@)?(\[[0-9A-Fa-f:.]+\]|[^\s/?#@\\:\[\]]+)(?::([0-9]{1,5}))?"
    r"(?:[/?#]\S*)?$"
)
"""Scheme, user, host and port; only what every reader of addresses takes for the same server."""


def _match_provider_case(value: Any) -> Any:
    """Accept `openai` for `OpenAI`: the spelling of a name is no reason to refuse it."""
    by_lower_case = {provider.lower(): provider for provider in Provider}
    return by_lower_case.get(value.lower(), value) if isinstance(value, str) else value


Temperature = Annotated[float, Field(ge=0, le=2)]


class CorrectionSettings(Section):
    """How transcripts are corrected."""

    model: Annotated[
        str,
        Field(min_length=1),
        Shown(
            Words("Model", "Modèle"),
            help=Words(
                "The provider’s name for the model.",
                "Le nom du modèle chez le fournisseur.",
            ),
        ),
    ] = "gpt-4o"
    prompt: Annotated[
        str,
        Field(min_length=1),
        Shown(
            Words("Instructions (prompt)", "Consignes (prompt)"),
            help=Words(
                "Rules that keep each sentence at its time are added automatically.",
                "Les règles qui maintiennent chaque phrase à son moment sont ajoutées "
                "automatiquement.",
            ),
            control=Control.LONG_TEXT,
        ),
    ] = (
        "Please correct the following transcript, fixing any errors while maintaining the "
        "original meaning and style."
    )
    temperature: Annotated[
        Temperature | None,
        Shown(
            Words("Temperature", "Température"),
            help=Words(
                "From 0 (predictable) to 2 (inventive). Leave it empty if the model does "
                "not accept a temperature.",
                "De 0 (prévisible) à 2 (inventif). Laissez vide si le modèle n’accepte "
                "pas de température.",
            ),
            step=0.1,
        ),
    ] = 0.3
    """null: not sent, for models that refuse it."""


class SummarySettings(Section):
    """How lessons are summarised."""

    max_length: Annotated[
        int,
        Field(ge=10, le=100_000),
        Shown(Words("Maximum length, in words", "Longueur maximale, en mots")),
    ] = 300
    """Words at most."""
    model: Annotated[
        str,
        Field(min_length=1),
        Shown(
            Words("Model", "Modèle"),
            help=Words(
                "The provider’s name for the model.",
                "Le nom du modèle chez le fournisseur.",
            ),
        ),
    ] = "gpt-4o"
    prompt: Annotated[
        str,
        Field(min_length=1),
        Shown(
            Words("Instructions (prompt)", "Consignes (prompt)"),
            help=Words(
                "Rules on length and sources are added automatically.",
                "Les règles de longueur et de sources sont ajoutées automatiquement.",
            ),
            control=Control.LONG_TEXT,
        ),
    ] = "Please provide a concise summary of the following lesson transcript."
    temperature: Annotated[
        Temperature | None,
        Shown(
            Words("Temperature", "Température"),
            help=Words(
                "From 0 (predictable) to 2 (inventive). Leave it empty if the model does "
                "not accept a temperature.",
                "De 0 (prévisible) à 2 (inventif). Laissez vide si le modèle n’accepte "
                "pas de température.",
            ),
            step=0.1,
        ),
    ] = 0.7
    """null: not sent, for models that refuse it."""
    context_tokens: Annotated[
        Annotated[int, Field(ge=1000)] | None,
        Shown(
            Words("Context size, in tokens", "Taille du contexte, en jetons"),
            help=Words(
                "How much the model can read at once; longer transcripts are summarised "
                "in parts. Leave it empty to use the provider’s usual size.",
                "Ce que le modèle peut lire en une fois ; les transcriptions plus "
                "longues sont résumées par parties. Laissez vide pour la taille "
                "habituelle du fournisseur.",
            ),
            step=1000,
        ),
    ] = None
    """Tokens that the model reads at most; null: 128,000 for the providers' own servers, 4,000
    behind a `base_url`. A longer transcript is summarised in parts."""


class LlmSettings(Section):
    """How fast language models are asked."""

    max_concurrency: Annotated[
        Annotated[int, Field(ge=1, le=1000)] | None,
        Shown(
            Words("Simultaneous requests", "Requêtes simultanées"),
            help=Words(
                "For each worker. Leave it empty for no limit.",
                "Pour chaque processus de traitement. Laissez vide pour ne pas limiter.",
            ),
        ),
    ] = None
    """Calls at once of one process, whatever it works on; null: as many as its jobs ask for."""
    requests_per_minute: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Shown(
            Words("Requests per minute", "Requêtes par minute"),
            help=Words(
                "For all workers together. Leave it empty for no limit.",
                "Pour l’ensemble des processus de traitement. Laissez vide pour ne pas limiter.",
            ),
        ),
    ] = None
    """Of all processes together to one provider; null: as fast as it goes."""


class WorkerSettings(Section):
    """What one worker does at once, and when others take its work over."""

    transcriptions: Annotated[
        int,
        Field(ge=1, le=64),
        Shown(
            Words(
                "Simultaneous transcriptions per worker",
                "Transcriptions simultanées par processus",
            ),
            help=Words(
                "Each one needs memory of its own.",
                "Chacune a besoin de sa propre mémoire.",
            ),
        ),
    ] = 1
    """Recordings at once."""
    language_tasks: Annotated[
        int,
        Field(ge=1, le=64),
        Shown(
            Words(
                "Simultaneous corrections and summaries",
                "Corrections et résumés simultanés",
            )
        ),
    ] = 4
    """Corrections and summaries at once."""
    takeover_seconds: Annotated[
        float,
        Field(ge=1, le=3600),
        Shown(
            Words(
                "Time before tasks are taken over, in seconds",
                "Délai avant la reprise des tâches, en secondes",
            ),
            help=Words(
                "When a worker has not responded for this long, another one takes over its tasks.",
                "Quand un processus ne répond plus pendant ce délai, un autre reprend ses tâches.",
            ),
        ),
    ] = 15
    """A worker that has not been seen for so long is taken for dead."""
    keep_days: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Shown(
            Words(
                "Keep finished tasks for, in days",
                "Conservation des tâches terminées, en jours",
            ),
            help=Words(
                "Leave it empty to keep them for ever.",
                "Laissez vide pour les conserver indéfiniment.",
            ),
        ),
    ] = 30
    """Tasks that ended longer ago are forgotten; null keeps them."""


class LibrarySettings(Section):
    """How the library is kept."""

    undo_days: Annotated[
        float,
        Field(ge=0, le=36_500),
        Shown(
            Words(
                "Keep deleted lessons and notes for, in days",
                "Conservation des cours et notes supprimés, en jours",
            ),
            help=Words(
                "They can be restored during this time. With 0, they are deleted at once.",
                "Ils peuvent être restaurés pendant cette durée. Avec 0, la suppression "
                "est immédiate.",
            ),
        ),
    ] = 7
    """How long a removed lesson can be brought back; 0: not at all."""
    watch_folder: Annotated[
        Annotated[str, Field(min_length=1)] | None,
        Shown(
            Words("Watched folder", "Dossier surveillé"),
            help=Words(
                "Recordings placed in this folder on the server are added as lessons "
                "automatically. The folder can only be chosen on the server.",
                "Les enregistrements placés dans ce dossier du serveur sont ajoutés "
                "automatiquement comme cours. Le dossier ne peut être choisi que sur le "
                "serveur.",
            ),
            control=Control.FOLDER,
        ),
    ] = None
    """A folder whose recordings become lessons by themselves; null: none."""
    watch_process: Annotated[
        bool,
        Shown(
            Words(
                "Also transcribe, correct and summarise them",
                "Les transcrire, corriger et résumer aussi",
            )
        ),
    ] = False
    """Whether these are then transcribed, corrected and summarised, too."""


class ChangeableSettings(Section):
    """What config.yaml says, and whoever changes settings may change."""

    api_key: Annotated[
        SecretStr,
        Shown(
            Words("API key", "Clé d’API"),
            help=Words(
                "Stored on the Lectern server and never shown again. Leave it empty if your "
                "server needs none.",
                "Enregistrée sur le serveur de Lectern et jamais réaffichée. Laissez vide si "
                "votre serveur n’en demande pas.",
            ),
            control=Control.SECRET,
        ),
    ] = SecretStr("")
    """Empty: OPENAI_API_KEY or ANTHROPIC_API_KEY is used."""
    provider: Annotated[
        Provider,
        BeforeValidator(_match_provider_case),
        Shown(
            Words("Provider", "Fournisseur"),
            options={
                Provider.OPENAI: Words(
                    "OpenAI, or a compatible server", "OpenAI, ou un serveur compatible"
                ),
                Provider.OFFLINE: Words("Built-in", "Intégré"),
            },
            option_help={
                Provider.OPENAI: Words(
                    "Also for Ollama, vLLM and others, on this computer or elsewhere.",
                    "Également pour Ollama, vLLM et d’autres, sur cet ordinateur ou ailleurs.",
                ),
                Provider.ANTHROPIC: Words(
                    "Transcripts are sent to Anthropic, which charges for requests.",
                    "Les transcriptions sont envoyées à Anthropic, qui facture les requêtes.",
                ),
                Provider.OFFLINE: Words(
                    "Basic results. No network, no API key: nothing leaves this computer.",
                    "Résultats sommaires. Ni réseau, ni clé d’API\u00a0: rien ne quitte cet "
                    "ordinateur.",
                ),
            },
        ),
    ] = Provider.OFFLINE
    base_url: Annotated[
        Annotated[str, Field(pattern=SERVER_ADDRESS)] | None,
        Shown(
            Words("Server address", "Adresse du serveur"),
            help=Words(
                "Only for a server that is compatible with this provider, such as Ollama or "
                "vLLM; otherwise leave it empty. The API key is sent to this server. A name and "
                "password in the address are shown as ***.",
                "Seulement pour un serveur compatible avec ce fournisseur, comme Ollama ou "
                "vLLM\u00a0; sinon, laissez vide. La clé d’API est envoyée à ce serveur. Un nom "
                "et un mot de passe dans l’adresse s’affichent comme ***.",
            ),
            control=Control.ADDRESS,
        ),
    ] = None
    """Another server that speaks the chosen provider's API; then the key may be empty."""
    transcription: TranscriptionSettings = TranscriptionSettings()
    correction: CorrectionSettings = CorrectionSettings()
    summary: SummarySettings = SummarySettings()
    llm: LlmSettings = LlmSettings()
    worker: WorkerSettings = WorkerSettings()
    library: LibrarySettings = LibrarySettings()


class Settings(ChangeableSettings):
    """What config.yaml says."""

    api_key_server: Annotated[str, Field(pattern=SERVER_ADDRESS)] | None = None
    """The server that `api_key` was typed for, and that alone it is sent to; null: any that is
    chosen. Written with the key, but for one that the file's editor writes."""
