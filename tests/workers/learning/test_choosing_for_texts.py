"""Of texts `auto` compares what is for texts."""

import numpy as np

from workers.encoders import text
from workers.learning import estimators
from workers.learning.scaling import SparseMoments
from workers.learning.specs import AUTO, EstimatorSpec


def test_texts_are_learned_by_what_is_for_texts() -> None:
    words = ("river boat", "engine oil")
    texts = [f"{words[n % 2]} w{n % 13} w{n % 7}" for n in range(80)]
    counts = text.encode(texts)
    held = np.bincount(counts.indices, minlength=text.WIDTH)

    version = estimators.fit(
        EstimatorSpec(name=AUTO),
        counts,
        np.arange(80) % 2,
        classes=2,
        moments=SparseMoments(count=80, document_frequency=held),
        rng=np.random.default_rng(0),
        pool=counts[:40],
    )

    tried = {each["estimator"]["name"] for each in version.report["candidates"]}
    assert tried == {"logistic", "naive_bayes"}
    assert version.report["scaling"] == "tfidf"
