"""The page that `run` prints once the service is ready."""

import shlex
import sys
from pathlib import Path

from service.config import Settings
from service.machine.address import joined, reachable


def greeting(settings: Settings, *, key_file: Path, new_key: str | None) -> str:
    """Say where everything is, and what to try next."""
    url = f"http://{joined(reachable(settings.host), settings.port)}"
    header = f'"Authorization: Bearer $(cat {shlex.quote(str(key_file))})"'
    lines = [
        "",
        f"The service is ready at {url}",
        "",
        f"  documentation  {url}/docs",
        f"  admin key      {_key(key_file, new_key)}",
        f"  data           {settings.data_path}",
        f"  logs           {settings.data_path / 'logs'}",
        "",
        "Try next, in another terminal:",
        "",
        f"  curl -s -X POST {url}/v1/projects \\",
        f"    -H {header} \\",
        "    -H 'Content-Type: application/json' \\",
        '    -d \'{"name": "first", '
        '"task": {"type": "classification", "classes": ["spam", "ham"]}, '
        '"input": {"type": "text"}}\'',
        "",
        "or watch a simulated expert label digits:  make demo",
        "",
        "Ctrl-C stops everything; the next start finds it as it was.",
    ]
    return "\n".join(lines)


def _key(key_file: Path, new_key: str | None) -> str:
    if new_key:
        return f"{new_key}  (shown this once; kept in {key_file})"
    if key_file.exists():
        return f"in {key_file}"
    command = f"DATA_DIR={shlex.quote(str(key_file.parent))} {shlex.quote(sys.executable)}"
    return f"its file is gone; {command} -m service keys create --name me --role admin"
