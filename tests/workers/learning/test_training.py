"""An estimator is named, checked, and fitted as its parameters say."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from workers.encoders import text
from workers.learning import scaling, terms
from workers.learning.fits import lines
from workers.learning.fitted import outputs
from workers.learning.scaling import Kind, Scaling, SparseMoments
from workers.learning.specs import EstimatorSpec, Parameter
from workers.learning.training import train
from workers.learning.versions import Kernel, Linear

Clouds = Callable[..., tuple[np.ndarray, np.ndarray]]
PLAIN = Scaling(kind=Kind.NONE)


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("perceptron", {}, "'perceptron' is not an estimator: \\['auto', 'boosting', "),
        ("logistic", {"gamma": 1.0}, "'gamma' is not a parameter of 'logistic'"),
        ("logistic", {"C": 0.0}, "0.0 is not acceptable for 'C'"),
        ("logistic", {"C": float("inf")}, "inf is not acceptable"),
        ("logistic", {"C": float("nan")}, "nan is not acceptable"),
        ("logistic", {"C": True}, "True is not acceptable"),
        ("logistic", {"C": "10"}, "'10' is not acceptable"),
        ("logistic", {"scaling": "tfidf"}, "'tfidf' is not acceptable"),
        ("svm_rbf", {"gamma": "large"}, "'large' is not acceptable"),
        ("svm_rbf", {"gamma": -1}, "-1 is not acceptable"),
        ("svm_rbf", {"standardise": 1}, "1 is not acceptable for 'standardise'"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_words(
    name: str, parameters: dict[str, Parameter], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        EstimatorSpec(name=name, parameters=parameters)


@pytest.mark.parametrize(
    ("name", "parameter", "value", "used"),
    [
        ("logistic", "C", None, 10.0),
        ("logistic", "scaling", "unit", "unit"),
        ("svm_rbf", "C", 2, 2),
        ("svm_rbf", "gamma", None, "scale"),
        ("svm_rbf", "gamma", 0.5, 0.5),
        ("svm_rbf", "standardise", False, False),
    ],
)
def test_a_parameter_is_what_was_given_or_the_default(
    name: str, parameter: str, value: Parameter | None, used: Parameter
) -> None:
    given = {} if value is None else {parameter: value}

    assert EstimatorSpec(name=name, parameters=given).value(parameter) == used


def test_the_machine_has_the_parameters_that_were_fixed(clouds: Clouds) -> None:
    rows, labels = clouds()
    spec = EstimatorSpec(name="svm_rbf", parameters={"C": 3.0, "gamma": "auto"})

    version = train(spec, PLAIN, rows, labels, classes=3)

    assert isinstance(version, Kernel)
    machine = version.machine
    assert (machine.kernel, machine.C, machine.gamma) == ("rbf", 3.0, "auto")
    assert version.report["support_vectors"] == len(machine.support_)


@pytest.mark.parametrize(
    ("counts", "weights"),
    [
        ([85, 15], None),
        ([86, 14], "balanced"),
        ([17, 17, 16], None),
        ([44, 44, 12], "balanced"),
        ([10] * 9, "balanced"),
    ],
    ids=["15 %", "14 %", "three alike", "12 % of three", "nine alike"],
)
def test_classes_are_weighted_only_when_one_is_rare(counts: list[int], weights: str | None) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    rows = np.random.default_rng(0).standard_normal((len(labels), 2)).astype(np.float32)

    version = train(EstimatorSpec(name="logistic"), PLAIN, rows, labels, classes=len(counts))

    assert version.report["class_weight"] == weights


def test_a_fit_that_does_not_converge_says_so() -> None:
    rng = np.random.default_rng(0)
    rows = (rng.standard_normal((200, 60)) * 10.0 ** rng.uniform(-4, 4, 60)).astype(np.float32)
    spec = EstimatorSpec(name="logistic", parameters={"C": 1e9})

    version = train(spec, PLAIN, rows, rng.integers(0, 2, 200), classes=2)

    assert version.report["converged"] is False


def test_columns_of_text_are_left_out_without_loss() -> None:
    counts = text.encode(["good film", "bad film", "good good story", "bad plot", "fine film"])
    labels = np.array([1, 0, 1, 0])
    held = np.bincount(counts.indices, minlength=terms.WIDTH)
    pool = SparseMoments(count=5, document_frequency=held)

    version = train(
        EstimatorSpec(name="logistic"), scaling.of(Kind.TFIDF, pool), counts[:4], labels, classes=2
    )

    always = 1 / np.sqrt(10 * lines.EVEN_LABELS / 4)
    scaled = sparse.hstack(
        [scaling.apply(version.scaling, counts), np.full((5, 1), always)], format="csr"
    )
    whole = LogisticRegression(C=10, fit_intercept=False, tol=1e-9, max_iter=500)
    whole.fit(scaled[:4], labels)
    assert isinstance(version, Linear)
    assert version.coefficients.shape == (1, len(np.unique(counts[:4].indices)))
    np.testing.assert_allclose(
        outputs(version, counts).proba, whole.predict_proba(scaled), atol=1e-4
    )


def texts_of_their_own(count: int) -> sparse.csr_matrix:
    """Texts of one term that all but the last share, and two that nobody else has.

    They are not hashed: of eight thousand words one may be met under the name of another.
    """
    rows = [[0, 2 * number + 1, 2 * number + 2] for number in range(count)]
    rows.append([2 * count + 1, 2 * count + 2, 2 * count + 3])
    ones, ends = np.ones(3 * len(rows), np.float32), np.arange(0, 3 * len(rows) + 1, 3)
    return sparse.csr_matrix((ones, np.ravel(rows), ends), shape=(len(rows), terms.WIDTH))


@pytest.mark.parametrize(("labels", "low", "high"), [(40, 0.43, 0.5), (8_000, 0.25, 0.3)])
def test_a_text_of_unknown_words_is_as_the_classes_are_only_once_many_labels_say_so(
    labels: int, low: float, high: float
) -> None:
    counts = texts_of_their_own(labels)
    known = np.repeat([0, 1], [3 * labels // 4, labels // 4])
    held = np.bincount(counts.indices, minlength=terms.WIDTH)
    pool = SparseMoments(count=labels + 1, document_frequency=held)
    tfidf = scaling.of(Kind.TFIDF, pool)

    version = train(EstimatorSpec(name="logistic"), tfidf, counts[:-1], known, classes=2)

    assert low < outputs(version, counts[-1:]).proba[0, 1] < high


def test_where_one_of_two_classes_is_rare_texts_of_unknown_words_are_of_the_other() -> None:
    counts = text.encode([*(f"word{number} said" for number in range(40)), "nothing known"])
    held = np.bincount(counts.indices, minlength=terms.WIDTH)
    tfidf = scaling.of(Kind.TFIDF, SparseMoments(count=41, document_frequency=held))

    def unknown(labels: list[int], classes: int) -> np.ndarray:
        spec = EstimatorSpec(name="logistic")
        version = train(spec, tfidf, counts[:-1], np.array(labels), classes=classes)
        return outputs(version, counts[-1:]).proba[0]

    assert unknown([0] * 32 + [1] * 8, 2)[0] > 0.75
    assert unknown([0] * 30 + [1] * 5 + [2] * 5, 3)[0] < 0.45
