"""How much annotators and a version are to be believed, and what they say together (CROWDLAB).

Goh, Tkachenko & Mueller, "CROWDLAB: Supervised learning to infer consensus labels and quality
scores for data with multiple annotators", 2022; the scores for asking again are those of Goh &
Mueller, "ActiveLab: Active learning with re-labeling by multiple annotators", 2023. Both after
their papers, vectorised: cleanlab, which has them too, goes through items one by one.
"""

from dataclasses import dataclass

import numpy as np

from workers.learning.arrays import Floats, Ints
from workers.learning.votes import Votes

_LEAST = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Weights:
    """How much each source counts."""

    likelihood: float
    """Share of labels that agree with the consensus of their item, where it has several."""
    annotators: Floats
    """float64[annotators]."""
    model: float

    @property
    def typical(self) -> float:
        """Weight of an annotator of whom nothing is known."""
        return float(self.annotators.mean()) if len(self.annotators) else 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Consensus:
    """What annotators and the version say together."""

    labels: Ints
    """int64[items]."""
    quality: Floats
    """Probability that the label is right, float64[items]."""
    posterior: Floats
    """float64[items, classes]."""
    weights: Weights


def agree(votes: Votes, proba: Floats) -> Consensus:
    """Find the consensus of annotators and version.

    Args:
        votes: at least one label of every item.
        proba: probabilities float64[items, classes] of a version that was not trained on the
            items, or of several by cross-validation.
    """
    weights = weigh(votes, proba)
    together = posterior(votes, proba, weights)
    labels = np.asarray(together.argmax(axis=1), dtype=np.int64)
    return Consensus(
        labels=labels,
        quality=together[np.arange(votes.items), labels],
        posterior=together,
        weights=weights,
    )


def weigh(votes: Votes, proba: Floats) -> Weights:
    """Weigh annotators by agreement with each other, the version by agreement with the majority.

    Both are set against the error of who always says the commonest class. While no item has two
    labels, all count alike.
    """
    several = votes.of_item > 1
    if not several.any():
        return Weights(
            likelihood=1.0 - 1.0 / (2 * votes.classes),
            annotators=np.ones(votes.annotators),
            model=1.0,
        )
    majority = (votes.counts + proba / 2).argmax(axis=1)  # the version breaks ties
    agreed = votes.counts[np.arange(votes.items), majority] / np.maximum(votes.of_item, 1)
    there = majority[several]
    commonest = np.bincount(there, minlength=votes.classes).argmax()
    baseline = max(float(np.mean(there != commonest)), _LEAST)
    model_error = float(np.mean(proba[several].argmax(axis=1) != there))
    agreement = agreement_of(votes)
    agreement = np.where(np.isnan(agreement), np.nanmean(agreement), agreement)
    return Weights(
        likelihood=float(np.mean(agreed[several])),
        annotators=np.maximum(1 - (1 - agreement) / baseline, _LEAST),
        model=max(1 - model_error / baseline, _LEAST) * float(np.sqrt(votes.of_item.mean())),
    )


def agreement_of(votes: Votes) -> Floats:
    """Share of other people's labels of the same items that say the same as an annotator.

    float64[annotators]; nan where they share no item with anybody.
    """
    compared = votes.per_annotator(votes.others)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(votes.per_annotator(votes.alike) / compared, dtype=np.float64)


def posterior(
    votes: Votes, proba: Floats, weights: Weights, *, without_own: bool = False
) -> Floats:
    """Weighted mean of what the version and the annotators of an item say of it.

    Who labels an item gives its class the likelihood, and the others the rest in equal parts.

    Args:
        without_own: answer for each label what the others say of its item, float64[m, K],
            in place of float64[items, K].
    """
    rest = (1 - weights.likelihood) / max(votes.classes - 1, 1)
    weight = weights.annotators[votes.annotator]
    said = np.full((len(votes.label), votes.classes), rest) * weight[:, None]
    said[np.arange(len(votes.label)), votes.label] = weights.likelihood * weight
    summed = weights.model * proba
    np.add.at(summed, votes.item, said)
    if without_own:
        summed = summed[votes.item] - said
    return np.asarray(summed / summed.sum(axis=1, keepdims=True), dtype=np.float64)


def ask_again(votes: Votes, found: Consensus) -> Floats:
    """Score labelled items for another label, float64[items] in [0, 1]: lowest first.

    Comparable with the scores of `ask_new`.
    """
    weights = found.weights
    had = weights.model + np.bincount(
        votes.item, weights=weights.annotators[votes.annotator], minlength=votes.items
    )
    return _mixed(found.quality, np.asarray(had, dtype=np.float64), weights, votes.classes)


def ask_new(confidence: Floats, weights: Weights, *, classes: int) -> Floats:
    """Score unlabelled items for a first label: lowest first.

    Args:
        confidence: probability of the likeliest class, float64[n].
    """
    return _mixed(confidence, np.full(len(confidence), weights.model), weights, classes)


def _mixed(quality: Floats, had: Floats, weights: Weights, classes: int) -> Floats:
    unknown = weights.typical
    return np.asarray((had * quality + unknown / classes) / (had + unknown), dtype=np.float64)
