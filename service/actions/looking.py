"""One look for all who ask at once: what they want first of the orders is put on the shelf."""

from collections.abc import Sequence
from dataclasses import replace

from service.actions.serving import Counter
from service.actions.shelf import Shelf
from service.actions.ways import down_coverage, down_ranking, down_reserve
from service.domain.orders import Order
from service.store import looks


def look_ahead(shelf: Shelf, counters: Sequence[Counter]) -> None:
    """Find at once what all of them want first of the orders and of the reserve."""
    first = counters[0]
    is_first = first.asking.project.labels_per_item == 1
    everybody = replace(first.asking, annotators=tuple({each.batch.annotator for each in counters}))
    args = (first.runtime, shelf, everybody)
    walks = {
        Order.COVERAGE: down_coverage(*args, first.ranking),
        Order.RANKING: down_ranking(*args, first.ranking),
        Order.RESERVE: down_reserve(*args),
    }
    wanted = [each.wanted for each in counters]
    counts = {
        Order.COVERAGE: sum(mix.coverage for mix in wanted),
        Order.RANKING: sum(mix.strategy for mix in wanted),
        # Where an item goes to several people, it is asked for otherwise.
        Order.RESERVE: sum(mix.audit for mix in wanted) if is_first else 0,
    }
    stretches = {order: walk.upcoming(counts[order]) for order, walk in walks.items()}
    sights = looks.first_free(shelf.session, everybody, stretches)
    without: set[int] = set()
    for order, walk in walks.items():
        steps = walk.seen(stretches[order], sights[order], without=without)
        if order is not Order.RESERVE:  # whose rest is sought exactly
            # These are not leased yet: if all is looked at again now, they are found once more.
            have = without.union(step.candidate.position for step in steps)
            short = counts[order] - len(steps)
            steps += walk.next_free(short, without=have, insists=False)
        shelf.stock(order, steps)
        without.update(step.candidate.position for step in steps)
