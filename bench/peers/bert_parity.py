"""Peer of bench/bert/parity.ts: fine-tunes an encoder folder with the transformers Trainer on given sequences of token ids.

Usage: python bench/peers/bert_parity.py DATA.json OUT.json SEED THREADS
DATA.json: {"init": folder, "kind": "sequence" | "token", "labels": n, "epochs": n, "batch": n, "learning_rate": x,
  "warmup": share, "weight_decay": x, "train": [{"ids", "types", "target"}], "ask": {"dev": [{"ids", "types"}], "test": [...]}}
OUT.json: {"epochs": [{"dev": [logits, flat], "test": [...]}]}, after every epoch.
"""

import json
import os
import sys

import torch
from transformers import (
    AutoModelForSequenceClassification, AutoModelForTokenClassification, Trainer, TrainerCallback, TrainingArguments,
    set_seed,
)

data, out, seed, threads = json.load(open(sys.argv[1])), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(threads)
set_seed(seed)
token = data["kind"] == "token"
auto = AutoModelForTokenClassification if token else AutoModelForSequenceClassification
model = auto.from_pretrained(data["init"], num_labels=data["labels"])


def collate(batch):
    length = max(len(item["ids"]) for item in batch)
    pad = lambda list_, value: list_ + [value] * (length - len(list_))
    tensors = {
        "input_ids": torch.tensor([pad(item["ids"], 0) for item in batch]),
        "token_type_ids": torch.tensor([pad(item["types"], 0) for item in batch]),
        "attention_mask": torch.tensor([pad([1] * len(item["ids"]), 0) for item in batch]),
    }
    if "target" in batch[0]:
        targets = [pad([-100, *item["target"], -100], -100) for item in batch] if token else [i["target"] for i in batch]
        tensors["labels"] = torch.tensor(targets)
    return tensors


class Items(torch.utils.data.Dataset):
    def __len__(self):
        return len(data["train"])

    def __getitem__(self, i):
        return data["train"][i]


def answer(items):
    """Logits of every item, of tokens those between [CLS] and [SEP]; sorted by length for little padding."""
    model.eval()
    answers = [None] * len(items)
    order = sorted(range(len(items)), key=lambda i: len(items[i]["ids"]))
    with torch.no_grad():
        for start in range(0, len(order), 32):
            part = order[start : start + 32]
            logits = model(**collate([items[i] for i in part])).logits
            for i, row in zip(part, logits):
                own = row[1 : len(items[i]["ids"]) - 1] if token else row
                answers[i] = [round(x, 6) for x in own.flatten().tolist()]
    model.train()
    return answers


epochs = []


class AfterEpoch(TrainerCallback):
    def on_epoch_end(self, *_, **__):
        epochs.append({split: answer(items) for split, items in data["ask"].items()})


steps = -(-len(data["train"]) // data["batch"]) * data["epochs"]
args = TrainingArguments(
    output_dir=os.path.join(os.path.dirname(out), "trainer"), num_train_epochs=data["epochs"], per_device_train_batch_size=data["batch"],
    learning_rate=data["learning_rate"], warmup_steps=round(data["warmup"] * steps), weight_decay=data["weight_decay"],
    lr_scheduler_type="linear", max_grad_norm=1.0, seed=seed, report_to=[], save_strategy="no", use_cpu=True,
    remove_unused_columns=False, logging_strategy="no", disable_tqdm=True,
)
Trainer(
    model=model, args=args, train_dataset=Items(), data_collator=collate, callbacks=[AfterEpoch()],
).train()
json.dump({"epochs": epochs}, open(out, "w"))
