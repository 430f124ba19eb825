"""Peer of bench/models/bm25.ts: indexes and searches tokens with bm25s, on one thread. One JSON request per line."""

import os

os.environ["NUMBA_NUM_THREADS"] = "1"

import json
import sys
import time
from importlib.metadata import version

import bm25s

print(json.dumps({name: version(name) for name in ("bm25s", "numba", "numpy")}), flush=True)
corpus = queries = None
for line in sys.stdin:
    request = json.loads(line)
    if corpus is None:
        with open(request["file"], encoding="utf-8") as file:
            corpus, queries = json.load(file)
    start = time.perf_counter()
    retriever = bm25s.BM25(method="lucene", k1=request["k1"], b=request["b"], backend=request["backend"])
    retriever.index(corpus, show_progress=False)
    indexing = time.perf_counter() - start
    search = dict(k=request["k"], show_progress=False, n_threads=0)
    if request["backend"] == "numba":
        retriever.retrieve(queries[:2], **search)  # compiles
    start = time.perf_counter()
    documents, scores = retriever.retrieve(queries, **search)
    searching = time.perf_counter() - start
    answer = {"indexSeconds": indexing, "searchSeconds": searching}
    if request.get("results"):
        answer |= {"documents": documents.tolist(), "scores": scores.tolist()}
    print(json.dumps(answer), flush=True)
