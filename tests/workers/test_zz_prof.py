import random, time, sys, logging
import numpy as np
import pytest
from tests.api import Api
def test_prof(api, runtime, clock, queue):
    from workers import stages, encode, rank
    from service.domain.runs import Stage
    p = api.make_project(input={"type":"vector","dimensions":8}, strategy="margin")
    rng=np.random.default_rng(0)
    for k in range(3):
        api.add_vectors(p, {f"i{k}-{n}": rng.normal(size=8).tolist() for n in range(1000)})
    fn={Stage.ENCODE:encode.run, Stage.RANK:rank.run}
    for _ in range(3):
        for st, ids in queue.take():
            t=time.time(); stages.attempt(runtime, st, ids[0], fn[st]); print(st, time.time()-t)
    from sqlalchemy import event
    eng = runtime.sessions.kw["bind"]
    acc={}
    @event.listens_for(eng,"before_cursor_execute")
    def b(conn,cur,stmt,params,ctx,many): ctx._t=time.time()
    @event.listens_for(eng,"after_cursor_execute")
    def a(conn,cur,stmt,params,ctx,many):
        k=" ".join(stmt.split())[:150]; n,t=acc.get(k,(0,0)); acc[k]=(n+1,t+time.time()-ctx._t)
    for rnd in range(6):
        t=time.time(); b=api.batch(p, 10, f"a{rnd}"); print("batch", round(time.time()-t,3), [i["reason"][:3] for i in b["items"]])
        t=time.time(); api.label(p, {i["key"]:"fine" for i in b["items"]}, f"a{rnd}"); print("label", round(time.time()-t,3))
    for k,(n,t) in sorted(acc.items(), key=lambda e:-e[1][1])[:6]: print(n, round(t,3), k)
