"""The processes of this machine, as a test sees whether any of its own are left."""

from pathlib import Path


def commands() -> str:
    """The command lines of all processes."""
    said = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            said.append(file.read_text())
        except OSError:
            continue
    return "\n".join(said)
