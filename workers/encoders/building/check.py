"""Whether a built encoder is the one that was published: similarities that its authors show."""

from workers.encoders.sentences import Sentences

# The first example of sentence-transformers' own documentation, with this encoder.
_SENTENCES = ("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.")
_SIMILARITIES = {(0, 1): 0.6660, (0, 2): 0.1046, (1, 2): 0.1411}
_TOLERANCE = 5e-4


def problem(encoder: Sentences) -> str | None:
    """Say how the encoder differs from the published one, if it does."""
    rows = encoder.encode(_SENTENCES)
    for (one, other), published in _SIMILARITIES.items():
        found = float(rows[one] @ rows[other])
        if not abs(found - published) <= _TOLERANCE:
            return (
                f"the similarity of {_SENTENCES[one]!r} to {_SENTENCES[other]!r} is {found:.4f}, "
                f"published is {published:.4f}"
            )
    return None
