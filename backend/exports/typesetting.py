"""Sets a lesson as PDF. This is a program of its own, run by `backend.exports.pdf`.

Typst keeps what it has set for its next ten documents, which would be a gigabyte in a server that
stays up; and whatever became of it, only this process would end.

It reads the content (JSON) from stdin and writes the PDF to stdout, tagged for screen readers.
With `--strictly` it holds to PDF/UA-1 (ISO 14289), which allows no text without a glyph. If that
fails it ends with 1, and Typst's reasons are on stderr.
"""

import sys
from pathlib import Path

import typst

TEMPLATE = Path(__file__).with_name("lesson.typ")


def main(*, is_strict: bool) -> int:
    content = sys.stdin.buffer.read().decode()
    try:
        # The texts come to the template as a value: Typst never reads them as code.
        pdf = typst.compile(
            TEMPLATE.read_bytes(),
            format="pdf",
            sys_inputs={"lesson": content},
            pdf_standards="ua-1" if is_strict else None,
        )
    except typst.TypstError as error:
        sys.stderr.buffer.write(error.diagnostic.encode())
        return 1
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main(is_strict="--strictly" in sys.argv))
