"""Peer of bench/metrics/*.ts: one JSON request per line on stdin; wall time, CPU time and a score per line on stdout."""

import json
import resource
import sys
import time
from importlib.metadata import version

from seqeval.metrics import f1_score
from sklearn.metrics import f1_score as label_f1

tags = None


def seqeval(request):
    """Micro F1 in the default mode, which is faster than the strict one; reading the file is not timed."""
    global tags
    if tags is None:
        with open(request["file"], encoding="utf-8") as lines:
            rows = [line.split() for line in lines]
        tags = rows[: len(rows) // 2], rows[len(rows) // 2:]
    start, cpu = time.perf_counter(), time.process_time()
    score = f1_score(tags[0], tags[1], average="micro")
    return time.perf_counter() - start, time.process_time() - cpu, score


def labels(request):
    """Reads JSON Lines of predictions, matches them with gold by id, and computes micro F1."""
    gold = {str(i): str(i * 7919 % request["classes"]) for i in range(request["count"])}
    start, cpu = time.perf_counter(), time.process_time()
    answers = {}
    with open(request["file"], encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            answers[record["id"]] = record["label"]
    score = label_f1(list(gold.values()), [answers[i] for i in gold], average="micro")
    return time.perf_counter() - start, time.process_time() - cpu, score


print(json.dumps({name: version(name) for name in ("seqeval", "scikit-learn", "numpy")}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    seconds, cpu, score = {"seqeval": seqeval, "labels": labels}[request["what"]](request)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "cpuSeconds": cpu, "score": float(score), "peakBytes": peak}), flush=True)
