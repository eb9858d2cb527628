"""What is said to annotators while a class has no label."""

import pytest

from service.domain import seeds


@pytest.mark.parametrize(
    ("classes", "labels", "named"),
    [
        (["a", "b"], [], "'a', 'b' is"),
        (["a", "b"], [0, 3], "'a' is"),
        (["a", "b", "new"], [1, 1], "'new' is"),
        ([f"c{n}" for n in range(9)], [1], "'c1', 'c2', 'c3', 'c4', 'c5' and 3 more is"),
    ],
)
def test_classes_without_a_label_are_named(
    classes: list[str], labels: list[int], named: str
) -> None:
    said = seeds.advice(classes, labels, items="/v1/projects/1/items")

    assert said is not None
    assert f"no item of class {named} labelled yet" in said
    assert "GET /v1/projects/1/items?query=" in said


def test_when_each_class_has_a_label_nothing_is_said() -> None:
    assert seeds.advice(["a", "b"], [1, 2], items="/items") is None
