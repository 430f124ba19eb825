"""Writes src/statistics/fixtures/peers.json: results of scipy, statsmodels and ranx.

Run with the Python of bench/peers/setup.sh: python bench/peers/statistics_fixtures.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from ranx.statistical_tests import fisher_randomization_test
from scipy import special, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower

RESAMPLES = 100_000
rng = np.random.default_rng(20261122)


def rows(n):
    """(tp, fp, fn) of n documents, skewed as in named entity recognition."""
    return np.stack([rng.poisson(2.5, n), rng.poisson(0.4, n), rng.poisson(0.8, n)], axis=1).astype(float)


def f1(tp, fp, fn, axis=-1):
    tp, fp, fn = tp.sum(axis), fp.sum(axis), fn.sum(axis)
    return 2 * tp / (2 * tp + fp + fn)


def interval(data, statistic, method, paired):
    result = stats.bootstrap(data, statistic, n_resamples=RESAMPLES, batch=500, method=method, paired=paired,
                             vectorized=True, confidence_level=0.95, random_state=np.random.default_rng(1))
    low, high = result.confidence_interval
    return {"low": low, "high": high, "standardError": result.standard_error}


def bootstraps():
    cases = []
    for name, data in [("f1", rows(120)), ("few units", rows(15)), ("skewed mean", rng.exponential(1, (60, 1)))]:
        columns = tuple(data.T)
        statistic = f1 if data.shape[1] == 3 else lambda x, axis=-1: x.mean(axis)
        for method in ("percentile", "BCa"):
            cases.append({"name": name, "method": method.lower(), "width": data.shape[1], "counts": data.ravel().tolist(),
                          "estimate": float(statistic(*columns)),
                          **interval(columns, statistic, method, len(columns) > 1)})
    return cases


def difference_bootstrap():
    a, b = rows(150), rows(150)
    b[:100] = a[:100]
    statistic = lambda *c, axis=-1: f1(*c[:3], axis=axis) - f1(*c[3:], axis=axis)
    return {"a": a.ravel().tolist(), "b": b.ravel().tolist(), "width": 3,
            **interval((*a.T, *b.T), statistic, "percentile", True)}


def permutations():
    cases = []
    for n in (9, 40):
        a, b = rng.normal(0.6, 0.2, n).round(3), rng.normal(0.52, 0.2, n).round(3)
        statistic = lambda x, y, axis=-1: np.mean(x, axis=axis) - np.mean(y, axis=axis)
        result = stats.permutation_test((a, b), statistic, permutation_type="samples", vectorized=True,
                                        n_resamples=RESAMPLES, random_state=np.random.default_rng(2))
        # ranx draws without adding the observed outcome, and keeps no seed across threads: many draws.
        ranx_p, _ = fisher_randomization_test(a, b, n_permutations=RESAMPLES, max_p=0.05)
        cases.append({"a": a.tolist(), "b": b.tolist(), "difference": float(result.statistic),
                      "scipy": float(result.pvalue), "ranx": float(ranx_p)})
    return cases


def mcnemars():
    cases = []
    for b, c in [(0, 0), (1, 0), (5, 12), (12, 5), (7, 7), (40, 61), (300, 381), (2000, 2100)]:
        table = [[50, b], [c, 20]]
        exact = mcnemar(table, exact=True)
        asymptotic = mcnemar(table, exact=False, correction=True) if b + c else None
        cases.append({"onlyA": b, "onlyB": c, "exact": float(exact.pvalue),
                      "chiSquare": float(asymptotic.statistic) if asymptotic else 0.0,
                      "chiSquareP": float(asymptotic.pvalue) if asymptotic else 1.0})
    return cases


def holms():
    return [{"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()}
            for p in ([0.01, 0.04, 0.03, 0.005], [0.2], [0.9, 0.8, 0.7], [0.001, 0.001, 0.5, 0.02, 0.02])]


def powers():
    cases = []
    for deviation, units, power, alpha in [(0.35, 500, 0.8, 0.05), (0.49, 1000, 0.9, 0.01), (1.2, 80, 0.8, 0.05)]:
        effect = NormalIndPower().solve_power(nobs1=units, power=power, alpha=alpha)
        cases.append({"variance": deviation**2, "units": units, "power": power, "alpha": alpha,
                      "size": float(effect * deviation)})
    return cases


def normals():
    z = np.concatenate([np.linspace(-9, 9, 73), [-37, -20, 15]])
    p = np.concatenate([np.logspace(-300, -1, 40), np.linspace(0.01, 0.99, 99), 1 - np.logspace(-15, -2, 14)])
    return {"z": z.tolist(), "cdf": special.ndtr(z).tolist(), "p": p.tolist(), "quantile": special.ndtri(p).tolist()}


fixture = {
    "peers": {name: version(name) for name in ("numpy", "scipy", "statsmodels", "ranx")},
    "resamples": RESAMPLES,
    "normal": normals(),
    "bootstrap": bootstraps(),
    "difference": difference_bootstrap(),
    "permutation": permutations(),
    "mcnemar": mcnemars(),
    "holm": holms(),
    "power": powers(),
}
target = Path(__file__).parents[2] / "src/statistics/fixtures/peers.json"
target.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
