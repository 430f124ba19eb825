"""Peer of bench/bert/epoch.ts: one epoch of the transformers Trainer over sequences of token ids, on the CPU.

Usage: python bench/peers/bert_epoch.py DATA.json MODE THREADS   (MODE: fixed128 | dynamic)
Prints `ready` before the first step, and the number of steps after the last.
DATA.json: {"config": {...}, "kind": "sequence" | "token", "labels": n, "items": [{"ids": [...], "types": [...], "target": ...}]}
"""

import json
import resource
import sys
import tempfile

import torch
from transformers import (
    BertConfig, BertForSequenceClassification, BertForTokenClassification, Trainer, TrainingArguments,
)

data, mode, threads = json.load(open(sys.argv[1])), sys.argv[2], int(sys.argv[3])
torch.set_num_threads(threads)
config = BertConfig(**data["config"], num_labels=data["labels"])
token = data["kind"] == "token"
model = (BertForTokenClassification if token else BertForSequenceClassification)(config)


def collate(batch):
    length = 128 if mode == "fixed128" else max(len(item["ids"]) for item in batch)
    pad = lambda list_, value: list_[:length] + [value] * (length - len(list_))
    labels = [pad([-100, *item["target"], -100], -100) for item in batch] if token else [item["target"] for item in batch]
    return {
        "input_ids": torch.tensor([pad(item["ids"], 0) for item in batch]),
        "token_type_ids": torch.tensor([pad(item["types"], 0) for item in batch]),
        "attention_mask": torch.tensor([pad([1] * len(item["ids"]), 0) for item in batch]),
        "labels": torch.tensor(labels),
    }


class Items(torch.utils.data.Dataset):
    def __len__(self):
        return len(data["items"])

    def __getitem__(self, i):
        return {**data["items"][i], "input_ids": data["items"][i]["ids"]}


arguments = dict(
    output_dir=tempfile.mkdtemp(), num_train_epochs=1, report_to=[], save_strategy="no", use_cpu=True,
    remove_unused_columns=False, logging_strategy="no", disable_tqdm=True, per_device_train_batch_size=data["batch"],
)
if mode == "dynamic":
    try:
        args = TrainingArguments(**arguments, group_by_length=True)
    except TypeError:
        args = TrainingArguments(**arguments, train_sampling_strategy="group_by_length")
else:
    args = TrainingArguments(**arguments)
trainer = Trainer(model=model, args=args, train_dataset=Items(), data_collator=collate)
print("ready", flush=True)
trainer.train()
print(json.dumps({
    "steps": trainer.state.global_step,
    "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
