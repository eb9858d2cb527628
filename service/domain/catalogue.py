"""The names a client may choose; everything listed here has code behind it."""

from enum import StrEnum


class InputType(StrEnum):
    """What an item is."""

    VECTOR = "vector"
    TEXT = "text"
    SCORES = "scores"
    """The client brings class probabilities of its own model, and vectors if it has them."""


class Encoder(StrEnum):
    """How texts become features."""

    TFIDF = "tfidf"
    """Words, signs and pairs of words, weighted: quick; finds what is said in the same words."""
    MINILM = "minilm"
    """Dense vectors of a neural sentence encoder: finds what means the same."""


class TaskType(StrEnum):
    """What is asked of the people who label."""

    CLASSIFICATION = "classification"


class GoalType(StrEnum):
    """What the labels are for."""

    ACCURACY = "accuracy"
    RECALL = "recall"
    """Find every item of one class."""


class Strategy(StrEnum):
    """How the next items are chosen."""

    AUTO = "auto"
    MARGIN = "margin"
    ENTROPY = "entropy"
    LEAST_CONFIDENT = "least_confident"
    RANDOM = "random"
    DIVERSE = "diverse"
    TYPICLUST = "typiclust"
    UHERDING = "uherding"
    MOST_LIKELY = "most_likely"
    HYBRID = "hybrid"


class Estimator(StrEnum):
    """What is trained on the labels."""

    AUTO = "auto"
    LOGISTIC = "logistic"
    SVM_RBF = "svm_rbf"
    FOREST = "forest"
    BOOSTING = "boosting"
    NAIVE_BAYES = "naive_bayes"
    EXTERNAL = "external"
    """Nothing: the client brings what its own model says."""


class Reason(StrEnum):
    """Why an item is served."""

    COLD_START = "cold_start"
    STRATEGY = "strategy"
    COVERAGE = "coverage"
    AUDIT = "audit"
    SPOT_CHECK = "spot_check"
    """A confident prediction that people are to check."""
    RELABEL = "relabel"
    """Somebody has labelled it, and another person is asked."""
    RANDOM = "random"


class Asked(StrEnum):
    """How an item came to be asked about again: what the log calls the strategy."""

    DOUBT = "activelab"
    """Another label of it is worth more than the first of any other item."""
    BLIND_REPEAT = "blind_repeat"
    """Drawn at random among the labelled, to see how far people agree."""


class Role(StrEnum):
    """What a key may do; each has every right of the ones before it."""

    READER = "reader"
    ANNOTATOR = "annotator"
    MANAGER = "manager"
    ADMIN = "admin"

    def covers(self, other: "Role") -> bool:
        """Whether this role has every right of the other."""
        order = list(Role)
        return order.index(self) >= order.index(other)
