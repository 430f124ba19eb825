"""Runs CRFsuite on features written by bench/models/crf.ts: one line `tag<TAB>feature<TAB>…` per character, an empty
line after each text. Trains on TRAIN, tags TEST, prints one JSON object: times, iterations and the tags.

python crf.py TRAIN TEST C2 MAX_ITERATIONS
"""

import json
import os
import sys
import tempfile
import time
from importlib.metadata import version

import pycrfsuite


def read(path):
    items, tags = [], []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line:
                tag, *features = line.split("\t")
                items.append(features)
                tags.append(tag)
            else:
                yield items, tags
                items, tags = [], []


train, test, c2, most = sys.argv[1:]
trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
trainer.set_params({"c1": 0.0, "c2": float(c2), "max_iterations": int(most), "period": 10, "delta": 1e-5})
start = time.perf_counter()
for items, tags in read(train):
    trainer.append(items, tags)
feed = time.perf_counter() - start

model = os.path.join(tempfile.mkdtemp(), "model")
start, used = time.perf_counter(), time.process_time()
trainer.train(model)
wall, cpu = time.perf_counter() - start, time.process_time() - used

tagger = pycrfsuite.Tagger()
tagger.open(model)
texts = [items for items, _ in read(test)]
start = time.perf_counter()
tagged = [tagger.tag(items) for items in texts]
log = trainer.logparser
print(
    json.dumps(
        {
            "version": version("python-crfsuite"),
            "feed": feed,
            "wall": wall,
            "cpu": cpu,
            "iterations": log.last_iteration["num"],
            "iterationSeconds": [float(iteration["time"]) for iteration in log.iterations],
            "loss": log.last_iteration["loss"],
            "bytes": os.path.getsize(model),
            "tag": time.perf_counter() - start,
            "tags": tagged,
        },
        ensure_ascii=False,
    )
)
