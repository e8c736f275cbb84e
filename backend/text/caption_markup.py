"""What is styling in a caption, and what is text."""

import html
import re
from collections.abc import Sequence

from backend.readable import readable

# What only looks like a tag is text: `a <b and c> d`. Each pattern may stop at the next `<` or `{`,
# so that no stretch of text is read twice.
ATTRIBUTES = r"(?:\s{1,5}[\w-]{1,40}\s?=[^<>]*)?\s?/?"
STYLING = re.compile(
    r"</?(?:[bius]|c|font|ruby|rt|em|strong|span)(?:\.[^\s<>]*)?" + ATTRIBUTES + ">"
    r"|<lang(?:\.[^\s<>]*)?\s[^<>]*>|</(?:lang|v)>"
    r"|<(?:\d{1,4}:)?\d{1,2}:\d{1,2}[.,]\d{1,6}>",
    re.IGNORECASE,
)
TAG = (
    r"\\(?:[biuspqr]|an?|be|blur|[xy]?bord|[xy]?shad|fs(?:c[xy]|p)?|fr[xyz]?|fa[xy]|fe|k[fot]?|K"
    r"|pbo)-?[\d.]{0,12}"
    r"|\\[1-4]?c(?:&H?[0-9A-Fa-f]{1,8}&?)?|\\(?:[1-4]a|alpha)&H?[0-9A-Fa-f]{1,8}&?"
    r"|\\(?:pos|move|org|fade?|i?clip)\([^(){}]*\)|\\t\([^(){}]*(?:\([^(){}]*\)[^(){}]*)?\)"
    r"|\\fn[\w@.-]{0,40}(?: [\w@.-]{1,40}){0,5}"
)
CODE = re.compile(r"\{(?:\s?(?:" + TAG + r"))+\s?\}")
"""What letters look like, as Advanced SubStation Alpha says it. Any other thing in braces is text,
such as LaTeX's `{\\alpha}`."""
LINE_BREAK = re.compile("<(?:br|/?p|/?div)" + ATTRIBUTES + ">", re.IGNORECASE)
VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(\s[^<>]*)>", re.IGNORECASE)
REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
INVISIBLE = re.compile("[\u2060\ufeff]")
"""What writers of captions put in against being taken for a tag."""


def plain_text(lines: Sequence[str], has_codes: bool = True) -> str:
    """One line of plain text, without `{\\an8}` where `has_codes`. Who speaks is put before it."""
    text = CODE.sub("", "\n".join(lines)) if has_codes else "\n".join(lines)
    text = VOICE.sub(lambda voice: f"{voice[1].strip()}: ", text)
    text = STYLING.sub("", LINE_BREAK.sub("\n", text))
    text = REFERENCE.sub(lambda reference: html.unescape(reference[0]), text)
    return " ".join(INVISIBLE.sub("", readable(text)).split())
