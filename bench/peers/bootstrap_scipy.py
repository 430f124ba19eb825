"""Times scipy.stats.bootstrap on the counts of bench/statistics/bootstrap.ts. Reads JSON from stdin, writes JSON."""

import json
import sys
import time
from importlib.metadata import version

import numpy as np
from scipy import stats

request = json.load(sys.stdin)
rng = np.random.default_rng(0)
units = request["units"]


def f1(tp, fp, fn, axis=-1):
    tp, fp, fn = tp.sum(axis), fp.sum(axis), fn.sum(axis)
    return 2 * tp / (2 * tp + fp + fn)


def mean(x, axis=-1):
    return x.mean(axis)


cases = {
    "accuracy": ((rng.random(units) < 0.8).astype(float)[None], mean),
    "entity F1": (np.floor(rng.random((3, units)) * rng.random((3, units)) * 6), f1),
    "real-valued F1": (rng.random((3, units)), f1),
}
runs = {}
for name, (data, statistic) in cases.items():
    runs[name] = {"percentile": [], "bca": []}
    for repeat in range(request["repeats"]):
        for method, timed in runs[name].items():
            start, cpu = time.perf_counter(), time.process_time()
            stats.bootstrap(tuple(data), statistic, n_resamples=request["resamples"], method=method, vectorized=True,
                            paired=len(data) > 1, batch=request["batch"],
                            random_state=np.random.default_rng(repeat))
            timed.append({"seconds": time.perf_counter() - start, "cpuSeconds": time.process_time() - cpu})
json.dump({"versions": {n: version(n) for n in ("scipy", "numpy")}, "runs": runs}, sys.stdout)
