"""What a process remembers of a ranking: what is passed, what may be free, when to look again."""

from datetime import UTC, datetime, timedelta

from service.heads import (
    BEGINS_LATE,
    FEW_HELD,
    LONGEST_UNSEEN,
    LOOK_AGAIN,
    MOST_HEADS,
    Head,
    Heads,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def head(rows: int) -> Head:
    """A head whose places hold ten times as high positions."""
    made = Head(1, 0)
    made.append((place + 1, 10 * place, 0.5) for place in range(rows))
    return made


def test_what_is_passed_is_not_offered_and_what_is_loose_comes_first() -> None:
    seen = head(8)

    seen.settle(held=[0, 1, 4], loose=[2])

    assert seen.ahead(3, tried=set()) == [2, 3, 5]
    assert seen.ahead(9, tried={2, 5}) == [3, 6, 7]
    assert seen.row(3) == (30, 0.5)


def test_rows_are_taken_in_once_and_in_their_order() -> None:
    seen = head(3)

    seen.append([(2, 99, 0.1), (3, 99, 0.1), (4, 30, 0.1), (6, 50, 0.1)])

    assert [seen.row(place)[0] for place in seen.ahead(9, tried=set())] == [0, 10, 20, 30]
    assert seen.read == 4


def test_what_is_held_is_looked_at_again_once_a_second_or_when_something_is_given_back() -> None:
    seen = head(3)
    seen.settle(held=[0, 1, 2], loose=[])

    assert sorted(seen.due(NOW)) == [0, 1, 2]
    assert seen.due(NOW + LOOK_AGAIN - timedelta(milliseconds=1)) == []
    assert sorted(seen.due(NOW, at_once=True)) == [0, 1, 2]
    seen.look_again()
    assert sorted(seen.due(NOW)) == [0, 1, 2]
    assert sorted(seen.due(NOW + LOOK_AGAIN)) == [0, 1, 2]


def test_the_more_is_held_the_seldomer_it_is_looked_at_again() -> None:
    seen = head(4 * FEW_HELD)
    seen.settle(held=range(4 * FEW_HELD), loose=[])
    assert len(seen.due(NOW)) == 4 * FEW_HELD

    assert seen.due(NOW + 4 * LOOK_AGAIN - timedelta(milliseconds=1)) == []
    seen.look_again()
    assert len(seen.due(NOW)) == 4 * FEW_HELD
    assert len(seen.due(NOW + 4 * LOOK_AGAIN)) == 4 * FEW_HELD


def test_it_is_looked_at_again_however_much_is_passed_meanwhile() -> None:
    seen = head(100 * FEW_HELD)
    seen.settle(held=range(FEW_HELD), loose=[])
    assert len(seen.due(NOW)) == FEW_HELD

    seen.settle(held=range(FEW_HELD, 100 * FEW_HELD), loose=[])

    assert seen.due(NOW + LONGEST_UNSEEN - timedelta(milliseconds=1)) == []
    assert len(seen.due(NOW + LONGEST_UNSEEN)) == 100 * FEW_HELD


def test_what_came_back_is_offered_at_its_place_and_what_is_closed_is_forgotten() -> None:
    seen = head(4)
    seen.settle(held=[0, 1, 2], loose=[])

    seen.seen([0, 1, 2], {0: False, 20: True})

    assert seen.ahead(9, tried=set()) == [2, 3]
    assert seen.due(NOW) == [0]


def test_a_new_ranking_and_reopened_items_begin_from_the_start() -> None:
    heads = Heads()
    first = heads.of(7, 1, reopened=0)
    first.append([(1, 5, 0.5), (2, 6, 0.4)])
    first.settle(held=[0], loose=[])

    assert heads.of(7, 1, reopened=0) is first
    anew = heads.of(7, 1, reopened=1)
    assert anew.ahead(9, tried=set()) == [0, 1]
    after = heads.of(7, 2, reopened=1)
    assert after.read == 0
    late = heads.of(7, 1, reopened=1)
    assert late is not after
    assert heads.of(7, 2, reopened=1) is after


def test_a_newer_order_has_the_one_before_until_it_begins() -> None:
    heads = Heads()
    first = heads.of(7, 1, reopened=0)
    first.append([(1, 5, 0.5)])

    assert heads.of(7, 2, reopened=0).earlier is first
    third = heads.of(7, 3, reopened=0)
    assert third.earlier is first
    third.append([])
    assert third.earlier is first
    third.append([(1, 6, 0.5)])
    assert third.earlier is None


def test_only_so_many_projects_are_remembered() -> None:
    heads = Heads()
    first = heads.of(0, 1, reopened=0)

    for project in range(1, MOST_HEADS + 1):
        heads.of(project, 1, reopened=0)

    assert heads.of(0, 1, reopened=0) is not first
    heads.look_again(MOST_HEADS + 9)


def test_the_end_of_an_order_is_believed_for_a_second_and_not_where_everything_is_looked_at() -> (
    None
):
    seen = head(1)
    assert seen.has_more(NOW)

    seen.end(NOW)

    assert not seen.has_more(NOW + LOOK_AGAIN - timedelta(milliseconds=1))
    assert seen.has_more(NOW + LOOK_AGAIN)
    seen.due(NOW, at_once=True)
    assert seen.has_more(NOW)


def test_of_an_order_that_is_written_late_the_beginning_is_looked_for_soon() -> None:
    seen = head(0)

    seen.end(NOW)

    assert not seen.has_more(NOW + BEGINS_LATE - timedelta(milliseconds=1))
    assert seen.has_more(NOW + BEGINS_LATE)
    assert BEGINS_LATE < LOOK_AGAIN


def test_how_much_others_take_is_learned_at_once_and_forgotten_slowly() -> None:
    seen = head(3)

    expected = []
    for taken in (0, 20, 4, 4, 4, 30, 0):
        seen.meet(taken)
        expected.append(seen.rivals)

    assert expected == [0, 20, 15, 11, 8, 30, 22]
