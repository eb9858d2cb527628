"""The audit order is a hidden, uniform, reproducible one."""

from service.domain import audit


def test_draws_are_uniform_and_only_the_secret_knows_them() -> None:
    secret, other = audit.new_secret(), audit.new_secret()
    keys = [f"item {number}" for number in range(4000)]

    draws = [audit.draw(secret, key) for key in keys]
    others = [audit.draw(other, key) for key in keys]

    assert draws == [audit.draw(secret, key) for key in keys]
    assert all(0 <= draw < 1 for draw in draws)
    assert abs(sum(draws) / len(draws) - 0.5) < 0.03
    both = sum(a < 0.2 and b < 0.2 for a, b in zip(draws, others, strict=True))
    assert abs(both / len(keys) - 0.04) < 0.015


def test_the_reserve_is_a_fifth_of_small_pools_and_a_fiftieth_of_large_ones() -> None:
    shares = [audit.threshold(items, audit_share=0.1) for items in (1, 5000, 20_000, 10**6)]

    assert shares == [0.2, 0.2, 0.05, 0.02]
    assert audit.threshold(1000, audit_share=0) == audit.threshold(0, audit_share=0.1) == 0
