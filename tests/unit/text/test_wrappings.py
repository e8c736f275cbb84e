"""What models put around an answer is no part of it, and what they say of the lesson is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.text.citations import read_summary, says_anything
from backend.text.wrappings import unwrap

BRIEF = "All about cells."
REST = "Cells divide [1]. They grow [2]."
ANSWER = f"{BRIEF}\n\n{REST}"

BEFORE = [
    "Here is a concise summary:\n\n",
    "Here’s the summary of the lecture you asked for:\n",
    "Here is a concise summary of the lesson.\n\n",
    "Below is a summary of what was said about cells:\n\n",
    "Sure! ",
    "Sure, here is a summary: ",
    "Certainly! Here's a brief overview of the transcript:\n\n",
    "Of course.\n\n## Summary\n\n",
    "# Summary of the lesson\n\n",
    "### Brief\n",
    "**Summary:**\n\n",
    "**Summary**: ",
    "**Brief:** ",
    "Summary:\n\n",
    "Short summary of the lesson: ",
    "Summary\n=======\n\n",
    "Zusammenfassung\n---\n",
    "**Cell division**\n\n",
    "```\n",
    "```markdown\n## Overview\n",
    "| Topic | Said |\n|:---|---:|\n| Cells | They divide |\n\n",
    "Topic | Said\n--- | ---\nCells | They divide\n\n",
    "---\n\n",
    "Voici un résumé concis\u00a0:\n\n",
    "Bien sûr\u202f! Voici le résumé de la leçon :\n\n",
    "Résumé\u00a0: ",
    "Gerne! Hier ist eine kurze Zusammenfassung der Vorlesung:\n\n",
    "Natürlich. Nachfolgend die Zusammenfassung:\n",
    "¡Claro! Aquí tienes un resumen conciso de la lección:\n\n",
    "A continuación, un resumen de la clase:\n\n",
    "Certo! Ecco un breve riassunto della lezione:\n\n",
    "Claro! Aqui está um resumo da aula:\n\n",
    "Com certeza! Segue o resumo:\n\n",
]
AFTER = [
    "\n\nLet me know if you'd like more detail on any point!",
    " Would you like me to make a quiz of it?",
    "\n\nI hope this helps! Feel free to ask for more. 😊",
    "\n\nIf you need anything else, just let me know.",
    "\n\n---\n*Word count: 43*",
    "\n\n(143 words)",
    "\n```",
    "\n\n| Topic | Where |\n|---|---|\n| Cells | [1] |",
    "\n\nN’hésitez pas à me demander plus de détails.",
    "\n\nSouhaitez-vous que je développe un point\u00a0?",
    "\n\nLassen Sie mich wissen, ob Sie mehr brauchen.",
    "\n\nMöchten Sie, dass ich etwas ergänze?",
    "\n\n¿Quieres que añada más detalles?",
    "\n\nSi necesitas algo más, no dudes en decírmelo.",
    "\n\nFammi sapere se vuoi altro.",
    "\n\nVuoi che aggiunga altri dettagli?",
    "\n\nSe precisar de mais detalhes, me avise.",
    "\n\nGostaria que eu acrescentasse algo?",
]
GENUINE = [
    "Here is where the cell divides [3].",
    "Here is the law of cooling: heat flows from warm to cold [4].",
    "Here is a summary of Newton's laws, said the teacher.",
    "Summary statistics are explained [3].",
    "Summaries of books are compared.",
    "A summary: is it ever complete?",
    "Certainly, cells divide [1].",
    "This is an overview of the cell.",
    "Voici comment la cellule se divise.",
    "Voici la loi : la chaleur passe du chaud au froid [2].",
    "Hier ist die Zelle am größten.",
    "Wenn sie groß genug sind, teilen sie sich gerne.",
    "Ecco come si divide la cellula.",
    "Vuole che gli studenti leggano il capitolo.",
    "Aquí está la célula.",
    "Let me know if you solved it, the teacher said [7].",
    "The set |x| grows, or |y| falls.",
    "In 2**3**4 steps __init__ is called.",
    "#5 is alive.",
]


@pytest.mark.parametrize("before", BEFORE)
def test_what_stands_before_an_answer_is_neither_brief_nor_statement(before: str) -> None:
    summary = read_summary(before + ANSWER, range(10), None)

    assert (summary.brief, summary.text) == (BRIEF, "Cells divide. They grow.")
    assert [sentence.segment_ids for sentence in summary.sentences] == [(1,), (2,)]


@pytest.mark.parametrize("after", AFTER)
def test_what_stands_after_an_answer_is_no_statement(after: str) -> None:
    summary = read_summary(ANSWER + after, range(10), None)

    assert (summary.brief, summary.text) == (BRIEF, "Cells divide. They grow.")


@pytest.mark.parametrize("sentence", GENUINE)
def test_what_is_said_of_the_lesson_stays_wherever_it_stands(sentence: str) -> None:
    for text in (sentence, f"{sentence}\n\n{REST}", f"{BRIEF}\n\n{sentence}"):
        assert unwrap(text) == text


def test_headings_between_paragraphs_part_them_and_lists_are_sentences() -> None:
    reply = "## Brief\nAll about cells.\n## Details\n- Cells divide [1].\n* They **grow** [2]."

    summary = read_summary(reply, range(10), "en")

    assert (summary.brief, summary.text) == (BRIEF, "Cells divide. They grow.")


@pytest.mark.parametrize(
    "reply", ["", "[12]", "Sure! Here is a summary:", "## Summary\n\n---", "…"]
)
def test_a_reply_that_is_nothing_but_wrapping_says_nothing(reply: str) -> None:
    assert not says_anything(reply)
    assert read_summary(reply, range(20), None).sentences == []


LINES = st.lists(
    st.sampled_from([*BEFORE, *AFTER, *GENUINE, "|", "---", "**", "\n\n", "- "])
    | st.text(max_size=30),
    max_size=6,
)


@given(LINES.map("".join))
def test_any_reply_can_be_unwrapped_and_taken_apart(reply: str) -> None:
    summary = read_summary(reply, range(10), None)

    assert len(unwrap(reply)) <= len(reply)
    assert summary.sentences or not says_anything(reply)
