"""Child of bench/bert/steps.ts: one training step of BertForSequenceClassification per line on stdin."""

import json
import resource
import sys
import time

import torch
from transformers import BertConfig, BertForSequenceClassification

config, batch, length, threads = json.loads(sys.argv[1]), *map(int, sys.argv[2:5])
torch.set_num_threads(threads)
torch.manual_seed(1)
model = BertForSequenceClassification(BertConfig(**config, num_labels=2)).train()
plain = [p for n, p in model.named_parameters() if n.endswith("bias") or "LayerNorm" in n]
decayed = [p for n, p in model.named_parameters() if not (n.endswith("bias") or "LayerNorm" in n)]
optimizer = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], lr=1e-5, fused="fused" in sys.argv
)
ids = torch.randint(0, config["vocab_size"], (batch, length))
mask = torch.ones_like(ids)
labels = torch.arange(batch) % 2


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


print("ready", flush=True)
for _ in sys.stdin:
    used, start = cpu(), time.perf_counter()
    loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    value = loss.item()
    ms = (time.perf_counter() - start) * 1000
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ms": ms, "cpu": cpu() - used, "value": value, "rss": rss}), flush=True)
