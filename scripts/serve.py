"""`make serve`: builds the pages if need be, and becomes `lectern serve`.

Whether the port is free is asked first, so that the answer names what make can take.
"""

import argparse
import os
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

LECTERN = Path(sysconfig.get_path("scripts")) / "lectern"
BUILD_PAGES = Path(__file__).with_name("build_pages.py")
HOST = "127.0.0.1"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make serve", description=__doc__)
    parser.add_argument("port", type=port_number, nargs="?", default=8000)
    port = parser.parse_args().port
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        sys.exit(
            f"Port {port} cannot be used ({error.strerror}). Stop the program that listens there, "
            f"or choose another port, such as:\n    make serve PORT={free_port()}"
        )
    # Without pages the API is still worth serving, and the reason has been said.
    subprocess.run([sys.executable, BUILD_PAGES, "--if-stale"], check=False)
    os.execv(LECTERN, [str(LECTERN), "serve", "--port", str(port)])


def port_number(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError
    return number


port_number.__name__ = "PORT"  # what argparse calls it in its message


def free_port() -> int:
    """The first from 8001 on that nobody listens at, else any."""
    for port in (*range(8001, 8100), 0):
        try:
            with socket.create_server((HOST, port)) as listener:
                return int(listener.getsockname()[1])
        except OSError:
            continue
    raise OSError("no port is free")


if __name__ == "__main__":
    main()
