"""Writes src/metrics/fixtures/*.json: results of seqeval, conlleval, nervaluate, scikit-learn and trec_eval.

Run with the Python of bench/peers/setup.sh: python bench/peers/metrics_fixtures.py
Intended differences are listed in src/metrics/fixtures/README.md.
"""

import json
import random
import warnings
from importlib.metadata import version
from pathlib import Path

import conlleval
import numpy as np
import pytrec_eval
from nervaluate import Evaluator
from seqeval.metrics.sequence_labeling import get_entities, precision_recall_fscore_support
from seqeval.metrics.v1 import precision_recall_fscore_support as strict_scores
from seqeval.scheme import IOB2, Entities
from sklearn import metrics as sk

warnings.filterwarnings("ignore")
SEED = 20261122
FOLDER = Path(__file__).parents[2] / "src/metrics/fixtures"


def write(name, packages, cases):
    dump = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=float)
    head = dump({"packages": {p: version(p) for p in packages}, "seed": SEED})[:-1]
    text = f'{head},"cases":[\n' + ",\n".join(map(dump, cases)) + "\n]}\n"
    (FOLDER / name).write_text(text, encoding="utf-8")


def numbers(values):
    return [float(v) for v in values]


# --- tags -------------------------------------------------------------------------------------------------

TIDY = ["O", "B-X", "I-X", "B-Y", "I-Y", "B-Z-1", "I-Z-1"]
UGLY = TIDY + ["B", "I", "E-X", "S-X", "S-Y", "E-Y"]


def sentences(rng, tags, count):
    """Random tags, the guesses often equal to gold, so that there is something right."""
    gold = [[rng.choice(tags) for _ in range(rng.randint(1, 14))] for _ in range(count)]
    guess = [[t if rng.random() < 0.75 else rng.choice(tags) for t in s] for s in gold]
    return gold, guess


def spans_default(tags):
    return [[start, end + 1, kind] for kind, start, end in get_entities(tags)]


def spans_strict(tags):
    return [[e.start, e.end, e.tag] for e in Entities([tags], IOB2).entities[0]]


def averages(score, gold, guess, found, **options):
    rows = score(gold, guess, average=None, zero_division=0, **options)
    return {
        "types": sorted({kind for spans in found for _, _, kind in spans}),
        "perType": [numbers(row) for row in zip(*rows)],
        **{a: numbers(score(gold, guess, average=a, zero_division=0, **options)[:3])
           for a in ("micro", "macro", "weighted")},
    }


def tags():
    rng = random.Random(SEED)
    cases = []
    for name, alphabet, count in (("tidy", TIDY, 60), ("ugly", UGLY, 60), ("all outside", ["O"], 3)):
        gold, guess = sentences(rng, alphabet, count)
        lines = []
        for g, p in zip(gold, guess):
            lines += [f"字 {a} {b}" for a, b in zip(g, p)] + [""]
        conll = conlleval.evaluate(lines)
        case = {
            "name": name, "gold": gold, "guess": guess,
            "seqeval": {"gold": [spans_default(s) for s in gold], "guess": [spans_default(s) for s in guess]},
            "conlleval": {"overall": conll["overall"]["chunks"]["stats"],
                          "types": {k: v["stats"] for k, v in sorted(conll["slots"]["chunks"].items())}},
        }
        found = case["seqeval"]["gold"] + case["seqeval"]["guess"]
        if any(found):
            case["seqeval"]["scores"] = averages(precision_recall_fscore_support, gold, guess, found)
        if alphabet is not UGLY:
            strict = {"gold": [spans_strict(s) for s in gold], "guess": [spans_strict(s) for s in guess]}
            found = strict["gold"] + strict["guess"]
            if any(found):
                strict["scores"] = averages(strict_scores, gold, guess, found, scheme=IOB2)
            case["strict"] = strict
        cases.append(case)
    write("tags.json", ["seqeval", "conlleval"], cases)


# --- MUC counts -------------------------------------------------------------------------------------------

def muc():
    rng = random.Random(SEED + 1)
    order = lambda e: (e["start"], e["end"], e["label"])

    def spans(count, flat):
        out, at = [], 0
        for _ in range(count):
            start = at + rng.randint(0, 4) if flat else rng.randint(0, 20)
            end = start + rng.randint(0, 5)
            out.append({"label": rng.choice("XYZ"), "start": start, "end": end})
            at = end + 1
        unique = {(e["start"], e["end"], e["label"]): e for e in out}
        return sorted(unique.values(), key=order)

    def disturb(entities):
        out = []
        for e in entities:
            dice = rng.random()
            if dice < 0.15:
                continue
            e = dict(e)
            if dice < 0.4:
                e["label"] = rng.choice("XYZ")
            if dice > 0.7:
                e["start"] = max(0, e["start"] + rng.randint(-2, 2))
                e["end"] = max(e["start"], e["end"] + rng.randint(-2, 2))
            out.append(e)
            if dice > 0.95:
                out.append(dict(e))
        if rng.random() < 0.3:
            out.append({"label": "X", "start": 90, "end": 91})
        return sorted(out, key=order)

    cases = []
    for name, flat in (("flat", True), ("overlapping", False)):
        gold = [spans(rng.randint(0, 5), flat) for _ in range(60)]
        gold[0] = spans(3, flat)
        guess = [disturb(g) for g in gold]
        # The loader of the peer looks at the first entity of the first text only, and rejects empty lists there.
        result = Evaluator(gold, guess, tags=list("XYZ"), loader="dict").evaluate()["overall"]
        cases.append({
            "name": name,
            "gold": [[[e["start"], e["end"] + 1, e["label"]] for e in g] for g in gold],
            "guess": [[[e["start"], e["end"] + 1, e["label"]] for e in g] for g in guess],
            "schemes": {ours: {k: getattr(result[theirs], k) for k in
                               ("correct", "incorrect", "partial", "missed", "spurious", "precision", "recall", "f1")}
                        for ours, theirs in (("strict", "strict"), ("exact", "exact"), ("partial", "partial"),
                                             ("type", "ent_type"))},
        })
    write("muc.json", ["nervaluate"], cases)


# --- labels -----------------------------------------------------------------------------------------------

def labels():
    rng = random.Random(SEED + 2)
    cases = []
    for name, listed, gold_of, guess_of, count in (
        ("three classes", ["0", "1", "2"], ["0", "1", "2"], ["0", "1", "2"], 200),
        ("binary, skewed", ["0", "1"], ["0"] * 9 + ["1"], ["0", "1"], 200),
        ("listed but absent from gold", ["a", "b", "c", "d", "e"], ["a", "b", "c"], ["a", "b", "c", "d"], 150),
        ("one class only", ["0", "1"], ["1"], ["1"], 10),
        ("never predicted", ["0", "1", "2"], ["0", "1", "2"], ["0"], 40),
        ("one example", ["0", "1"], ["0"], ["1"], 1),
    ):
        gold = [rng.choice(gold_of) for _ in range(count)]
        guess = [g if rng.random() < 0.6 and g in guess_of else rng.choice(guess_of) for g in gold]
        scores = [round(rng.random() + (g == listed[-1]) * 0.3, 1 if name == "binary, skewed" else 4) for g in gold]
        positive = [g == listed[-1] for g in gold]
        per = sk.precision_recall_fscore_support(gold, guess, labels=listed, zero_division=0)
        both = 0 < sum(positive) < count
        cases.append({
            "name": name, "labels": listed, "gold": gold, "guess": guess, "scores": scores,
            "accuracy": sk.accuracy_score(gold, guess),
            "micro": sk.f1_score(gold, guess, labels=listed, average="micro", zero_division=0),
            "macroAll": sk.f1_score(gold, guess, labels=listed, average="macro", zero_division=0),
            "macroSupported": sk.f1_score(gold, guess, labels=sorted(set(gold)), average="macro", zero_division=0),
            "weighted": sk.f1_score(gold, guess, labels=listed, average="weighted", zero_division=0),
            "mcc": sk.matthews_corrcoef(gold, guess),
            "confusion": sk.confusion_matrix(gold, guess, labels=listed).tolist(),
            "perClass": [numbers(row) for row in zip(*per)],
            "rocAuc": sk.roc_auc_score(positive, scores) if both else None,
            "averagePrecision": sk.average_precision_score(positive, scores) if any(positive) else None,
        })
    write("labels.json", ["scikit-learn"], cases)


def multilabels():
    rng = np.random.default_rng(SEED + 3)
    listed = ["a", "b", "c", "d", "e"]
    gold = (rng.random((120, 5)) < [0.5, 0.3, 0.1, 0.02, 0]).astype(int)
    guess = np.where(rng.random((120, 5)) < 0.8, gold, 1 - gold)
    scores = np.round(rng.random((120, 5)) + 0.4 * gold, 2)
    names = lambda row: [l for l, on in zip(listed, row) if on]
    supported = [i for i in range(5) if gold[:, i].any()]
    write("multilabels.json", ["scikit-learn"], [{
        "name": "random, one label absent from gold", "labels": listed,
        "gold": [names(r) for r in gold], "guess": [names(r) for r in guess], "scores": scores.tolist(),
        "micro": sk.f1_score(gold, guess, average="micro"),
        "macroAll": sk.f1_score(gold, guess, average="macro", zero_division=0),
        "macroSupported": sk.f1_score(gold, guess, average="macro", labels=supported),
        "subsetAccuracy": sk.accuracy_score(gold, guess),
        "hammingLoss": sk.hamming_loss(gold, guess),
        "rocAuc": float(np.mean([sk.roc_auc_score(gold[:, i], scores[:, i]) for i in supported])),
        "averagePrecision": float(np.mean([sk.average_precision_score(gold[:, i], scores[:, i]) for i in supported])),
    }])


# --- rankings ---------------------------------------------------------------------------------------------

def rankings():
    rng = random.Random(SEED + 4)
    queries = []
    for _ in range(80):
        size = rng.randint(2, 15)
        top = rng.choice([0, 1, 2, 4])
        grades = [rng.randint(0, top) for _ in range(size)]
        step = rng.choice([1, 4, 1000])
        queries.append({"grades": grades, "scores": [rng.randint(0, step) / 4 for _ in range(size)]})
    name = lambda i: f"d{i:03d}"
    qrels = {str(q): {name(i): g for i, g in enumerate(x["grades"])} for q, x in enumerate(queries)}
    run = {str(q): {name(i): s for i, s in enumerate(x["scores"])} for q, x in enumerate(queries)}
    for level in (1, 2):
        found = pytrec_eval.RelevanceEvaluator(qrels, {"recip_rank"}, relevance_level=level).evaluate(run)
        for q, x in enumerate(queries):
            x[f"recipRank{level}"] = found[str(q)]["recip_rank"]
    found = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.5,10"}).evaluate(run)
    for q, x in enumerate(queries):
        x["trecNdcg5"] = found[str(q)]["ndcg_cut_5"]
        x["trecNdcg10"] = found[str(q)]["ndcg_cut_10"]
        for k in (5, 10):
            x[f"expectedNdcg{k}"] = sk.ndcg_score([x["grades"]], [x["scores"]], k=k)
    write("rankings.json", ["pytrec_eval-terrier", "scikit-learn"], queries)


if __name__ == "__main__":
    tags()
    muc()
    labels()
    multilabels()
    rankings()
