"""Writes THIRD-PARTY-NOTICES.txt: whose work is in the wheel, or installed beside it.

All comes from what is really there: the built pages' source maps, the packages' own metadata and
licence files, and the libraries that are in wheels. Only libraries have no metadata, so that their
licences are listed here.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.build_pages import FRONTEND, LOCK, install_packages, npm_command, run_npm

ROOT = Path(__file__).resolve().parent.parent
NOTICES = ROOT / "THIRD-PARTY-NOTICES.txt"
PYTHON_LOCK = ROOT / "requirements.lock"

LICENCE_FILES = ("LICENSE*", "LICENCE*", "license*", "COPYING*", "NOTICE*")
LIBRARIES: Mapping[str, str] = {
    "SvtAv1Enc": "BSD-3-Clause-Clear",
    "Xau": "MIT",
    "asound": "LGPL-2.1-or-later",
    "avcodec": "LGPL-3.0-or-later",
    "avdevice": "LGPL-3.0-or-later",
    "avfilter": "LGPL-3.0-or-later",
    "avformat": "LGPL-3.0-or-later",
    "avutil": "LGPL-3.0-or-later",
    "com_err": "MIT",
    "crypt": "LGPL-2.1-or-later",
    "crypto": "Apache-2.0",
    "ctranslate2": "MIT",
    "dav1d": "BSD-2-Clause",
    "drm": "MIT",
    "gfortran": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "gmp": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "gnutls": "LGPL-2.1-or-later",
    "gomp": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "gssapi_krb5": "MIT",
    "hogweed": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "k5crypto": "MIT",
    "keyutils": "LGPL-2.1-or-later",
    "krb5": "MIT",
    "krb5support": "MIT",
    "lber": "OLDAP-2.8",
    "ldap": "OLDAP-2.8",
    "mp3lame": "LGPL-2.0-or-later",
    "nettle": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "opencore-amrnb": "Apache-2.0",
    "opencore-amrwb": "Apache-2.0",
    "opus": "BSD-3-Clause",
    "pq": "PostgreSQL",
    "quadmath": "LGPL-2.1-or-later",
    "sasl2": "BSD-4-Clause-UC",
    "scipy_openblas64_": "BSD-3-Clause",
    "sharpyuv": "BSD-3-Clause",
    "ssl": "Apache-2.0",
    "swresample": "LGPL-3.0-or-later",
    "swscale": "LGPL-3.0-or-later",
    "unistring": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "vpl": "MIT",
    "vpx": "BSD-3-Clause",
    "webp": "BSD-3-Clause",
    "webpmux": "BSD-3-Clause",
    "x264": "GPL-2.0-or-later",
    "x265": "GPL-2.0-or-later",
    "xcb": "MIT",
    "xcb-shape": "MIT",
    "xcb-shm": "MIT",
    "xcb-xfixes": "MIT",
}

HEAD = """\
Third parties' works in Lectern
===============================

Lectern itself is under the Apache License 2.0 (LICENSE). This file names the works of others that
are distributed with it, and is written by `make notices`.

Part 1 is what the wheel carries: the packages that are built into the pages. Their texts are in
part 4. Parts 2 and 3 are what is installed beside the wheel, and what a container with Lectern in
it would carry: Python packages, and the libraries inside of them. The texts of their licences come
with the packages themselves, but for those that are marked. What a package has linked in, without a
file of its own, is named in the package's own notices, such as onnxruntime/ThirdPartyNotices.txt.

Whoever passes on a container or another image passes these on, too. In particular: psycopg is under
the LGPL 3; the wheel of PyAV (`av`) carries FFmpeg under the LGPL 3, together with x264 and x265,
which are under the GPL 2 or later. Their licences ask that the corresponding source be offered with
the image.
"""
PAGES_HEADING = "1. Packages in the built pages"
PYTHON_HEADING = "2. Python packages that are installed beside the wheel"
LIBRARIES_HEADING = "3. Libraries inside of these (in their wheels for Linux on x86-64)"
TEXTS_HEADING = "4. Licences of the packages in the built pages"


def main() -> None:
    pages = built_in_packages()
    parts = [
        HEAD,
        section(PAGES_HEADING, (page_line(path) for path in pages)),
        section(PYTHON_HEADING, python_lines()),
        section(LIBRARIES_HEADING, library_lines()),
        section(TEXTS_HEADING, (page_text(path) for path in pages)),
    ]
    NOTICES.write_text("\n".join(parts), encoding="utf-8")
    print(f"{NOTICES.name} is written.")


def section(heading: str, lines: Iterator[str]) -> str:
    return "\n".join([heading, "-" * len(heading), "", *lines, ""])


# What the pages are made of.


def built_in_packages() -> list[str]:
    """The folders of the packages in the built pages, as package-lock.json names them."""
    npm = npm_command()
    install_packages(npm)
    with tempfile.TemporaryDirectory() as folder:
        run_npm(npm, ["run", "--silent", "build", "--", "--sourcemap", "--outDir", folder])
        maps = [json.loads(path.read_text("utf-8")) for path in Path(folder).rglob("*.map")]
    sources = {source for content in maps for source in content["sources"]}
    package = re.compile(r"(node_modules/(?:.*node_modules/)?(?:@[^/]+/)?[^/]+)/")
    found = map(package.search, sources)
    # Style sheets and fonts are in no source map: what is asked for directly is always named.
    return sorted({match[1] for match in found if match} | direct_packages())


def direct_packages() -> set[str]:
    dependencies = json.loads((FRONTEND / "package.json").read_text("utf-8"))["dependencies"]
    return {f"node_modules/{name}" for name in dependencies}


def page_line(path: str) -> str:
    package = json.loads(LOCK.read_text("utf-8"))["packages"][path]
    return f"{package_name(path)} {package['version']}: {package['license']}"


def package_name(path: str) -> str:
    return path.rpartition("node_modules/")[2]


def page_text(path: str) -> str:
    folder = FRONTEND / path
    files = sorted({file for pattern in LICENCE_FILES for file in folder.glob(pattern)})
    texts = [file.read_text("utf-8").strip() for file in files if file.is_file()]
    name = package_name(path)
    return "\n".join([name, "." * len(name), "", *(texts or [author_of(folder)]), ""])


def author_of(folder: Path) -> str:
    """Where a package brings no text: who wrote it, under the licence that part 1 names."""
    author = json.loads((folder / "package.json").read_text("utf-8")).get("author", "its authors")
    name = author.get("name") if isinstance(author, dict) else author
    return f"Copyright {name}. The package has no licence text of its own; see part 1."


# What is installed beside the wheel.


def python_lines() -> Iterator[str]:
    locked = locked_versions()
    for name in runtime_packages():
        mark = "" if has_text(name) else " (no text in the package)"
        yield f"{name} {', '.join(locked[name])}: {licence_of(name)}{mark}"


def locked_versions() -> dict[str, list[str]]:
    """Each locked package's versions; some have another for another Python or platform."""
    versions: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", PYTHON_LOCK.read_text("utf-8"), re.M):
        versions.setdefault(canonicalize_name(name), []).append(version)
    return versions


def runtime_packages() -> list[str]:
    """What `lectern` needs, and what that needs, as far as it is installed here."""
    found: set[str] = set()
    waiting = ["lectern"]
    while waiting:
        distribution = installed(waiting.pop())
        for text in (distribution.requires or []) if distribution else []:
            requirement = Requirement(text)
            name = canonicalize_name(requirement.name)
            is_wanted = requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra}) for extra in ("", "binary")
            )
            if is_wanted and name not in found and installed(name):
                found.add(name)
                waiting.append(name)
    return sorted(found)


def installed(name: str) -> metadata.Distribution | None:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def licence_of(name: str) -> str:
    about = metadata.metadata(name)
    classifiers = [c for c in about.get_all("Classifier") or [] if c.startswith("License")]
    said = [*(about.get_all("License-Expression") or []), *(about.get_all("License") or [])]
    return (
        said[0].split("\n")[0]
        if said
        else " or ".join(c.rpartition(" :: ")[2] for c in classifiers)
    )


def has_text(name: str) -> bool:
    files = metadata.distribution(name).files or []
    return any(re.match(r"(licen[cs]e|copying)", file.name, re.IGNORECASE) for file in files)


def library_lines() -> Iterator[str]:
    """
    Raises
    ------
    KeyError
        A library is new: find its licence, and put it into `LIBRARIES`.
    """
    for name in runtime_packages():
        files = metadata.distribution(name).files or []
        stems = (re.match(r"lib(.+?)-[0-9a-f]{8}", f.name) for f in files if ".libs/" in str(f))
        for library in sorted({match[1] for match in stems if match}):
            yield f"{name}: lib{library}: {LIBRARIES[library]}"


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"The pages could not be built: {error}")
