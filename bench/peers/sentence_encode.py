"""Peer of bench/bert/embed.ts: sentence embeddings with sentence-transformers, on the CPU.

Usage: python bench/peers/sentence_encode.py TEXTS.json MODEL THREADS BATCH COMPARED
Prints `ready` before the first text and its resource use after the last; writes the first embeddings to TEXTS.json.theirs.
"""

import json
import resource
import sys
import time

import torch
import transformers
from sentence_transformers import SentenceTransformer

transformers.logging.set_verbosity_error()
file, model, threads, batch, compared = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
torch.set_num_threads(threads)
texts = json.load(open(file, encoding="utf-8"))
encoder = SentenceTransformer(model, device="cpu")
encoder.encode(texts[:batch])
print("ready", flush=True)
used = time.process_time()
vectors = encoder.encode(texts, batch_size=batch, show_progress_bar=False)
taken = time.process_time() - used
json.dump(vectors[:compared].tolist(), open(f"{file}.theirs", "w"))
print(json.dumps({
    "cpuSeconds": taken,
    "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
