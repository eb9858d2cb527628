"""Words for those who label while a class has no example: no model asks for what it never saw."""

from collections.abc import Sequence

_MOST_NAMED = 5


def advice(classes: Sequence[str], labels: Sequence[int], *, items: str) -> str | None:
    """What to do about classes without a label; None if each has one.

    All labels count, also those on reserved items: a word that did not count them would tell
    which these are.

    Args:
        labels: labels by class, maybe of the first classes only.
        items: path of the items, where one can search.

    >>> advice(["fine", "defect"], [3], items="/v1/projects/7/items")
    "no item of class 'defect' is labelled yet: look for some with GET \
/v1/projects/7/items?query=WORDS, or from one on with ?near=KEY, and label what you find"
    >>> advice(["fine", "defect"], [3, 1], items="/items")
    """
    missing = [name for at, name in enumerate(classes) if not any(labels[at : at + 1])]
    if not missing:
        return None
    named = ", ".join(repr(name) for name in missing[:_MOST_NAMED])
    more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
    return (
        f"no item of class {named}{more} is labelled yet: look for some with GET "
        f"{items}?query=WORDS, or from one on with ?near=KEY, and label what you find"
    )
