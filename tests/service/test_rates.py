"""How often a key may ask."""

import dataclasses

from service.app import create_app
from service.runtime import Runtime
from tests.api import Api


def test_each_key_has_its_own_rate_and_learns_where_it_stands(
    runtime: Runtime, admin_key: str
) -> None:
    settings = dataclasses.replace(runtime.settings, rate_limit="3/minute")
    app = create_app(dataclasses.replace(runtime, settings=settings))
    api = Api(app.test_client(), admin_key)
    other = api.make_key("reader")

    seen = [api.call("GET", "/projects") for _ in range(4)]

    assert [each.status_code for each in seen] == [200, 200, 429, 429]
    assert [each.headers["RateLimit-Policy"] for each in seen] == ['"default";q=3;w=60'] * 4
    assert seen[0].headers["RateLimit"].startswith('"default";r=1;t=')
    assert 1 <= int(seen[3].headers["Retry-After"]) <= 61
    assert seen[3].json["detail"] == "this key may ask 3 times in 60 s"
    assert other.call("GET", "/projects").status_code == 200


def test_without_redis_no_rate_is_enforced(runtime: Runtime, admin_key: str) -> None:
    settings = dataclasses.replace(
        runtime.settings, rate_limit="1/minute", redis_url="redis://127.0.0.1:1/0"
    )
    api = Api(create_app(dataclasses.replace(runtime, settings=settings)).test_client(), admin_key)

    answers = [api.call("GET", "/projects") for _ in range(3)]

    assert [each.status_code for each in answers] == [200] * 3
    assert "RateLimit" not in answers[0].headers
