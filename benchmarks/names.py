"""Names on a command line: some of those that there are, apart by commas."""

import argparse
from collections.abc import Callable, Iterable


def some_of(known: Iterable[str]) -> Callable[[str], list[str]]:
    """A type for argparse: refuse what is not known, in words that tell what is."""
    all_names = list(known)

    def names(text: str) -> list[str]:
        found = text.split(",")
        if unknown := set(found) - set(all_names):
            raise argparse.ArgumentTypeError(
                f"{', '.join(sorted(unknown))}: not one of {', '.join(all_names)}"
            )
        return found

    return names
