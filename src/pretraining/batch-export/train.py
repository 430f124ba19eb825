"""Pretrains the model of this folder on its batches and saves a Hugging Face folder.

    pip install torch transformers accelerate pyarrow
    accelerate launch train.py --out ../trained

Processes, machines, GPUs and mixed precision are those of accelerate (`accelerate config`, or options of its launch).
The rows of a step are shared by all processes; every masked token and every pair of a step counts the same, however
many processes and micro-batches there are. Started again after it was killed, it resumes from the last checkpoint.
The log is OUT/pretraining/train.jsonl.
"""

import argparse
import hashlib
import json
import math
import shutil
from contextlib import nullcontext
from pathlib import Path

import pyarrow
import pyarrow.compute
import pyarrow.parquet
import torch
import transformers
from accelerate import Accelerator, DistributedDataParallelKwargs
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence

HERE = Path(__file__).resolve().parent
MANIFEST = json.loads((HERE / "manifest.json").read_text("utf-8"))
SETTINGS, MODEL = MANIFEST["settings"], MANIFEST["model"]
STEPS, ROWS, PAIRS = SETTINGS["steps"], SETTINGS["rowsPerStep"], SETTINGS["nextSentence"]
WEIGHTS = "model.safetensors"

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--out", type=Path, required=True, help="the model folder to write")
parser.add_argument("--micro-batch", type=int, default=32, help="rows at a time in each process")
parser.add_argument("--log-every", type=int, default=10, help="steps per line of the log")
parser.add_argument("--checkpoint-every", type=int, default=1000, help="steps between checkpoints")
parser.add_argument("--verify", action="store_true", help="compare all files with their SHA-256 first")


def verify():
    for item in MANIFEST["files"]:
        with open(HERE / item["file"], "rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != item["sha256"]:
                raise SystemExit(f"{item['file']} does not match manifest.json: copy or export it again")


def read_steps(first):
    """The rows of every step from `first` on, as Arrow tables."""
    skip, held = first * ROWS, None
    for shard in MANIFEST["shards"]:
        if skip >= shard["rows"]:
            skip -= shard["rows"]
            continue
        with pyarrow.parquet.ParquetFile(HERE / shard["file"]) as file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                kept = table.slice(min(skip, len(table)))
                skip -= len(table) - len(kept)
                held = kept if held is None else pyarrow.concat_tables([held, kept])
                while len(held) >= ROWS:
                    yield held.slice(0, ROWS)
                    held = held.slice(ROWS)


def totals(table):
    """How many masked tokens, and how many pairs if they are predicted, a table has; at least 1."""
    masked = pyarrow.compute.sum(pyarrow.compute.list_value_length(table["masked_labels"])).as_py()
    pairs = pyarrow.compute.sum(pyarrow.compute.not_equal(table["next_sentence"], -1)).as_py()
    return [max(1, masked or 0), max(1, pairs or 0)][: 1 + PAIRS]


def parts(table, accelerator, size):
    """The micro-batches of this process."""
    own = table.take(list(range(accelerator.process_index, len(table), accelerator.num_processes)))
    return [own.slice(first, size) for first in range(0, len(own), size)]


def inputs(table, device):
    """The arguments of the objective for a table."""
    rows = table.to_pydict()
    ids = pad_sequence([torch.tensor(row) for row in rows["input_ids"]], True, MODEL["padTokenId"])
    width, place = ids.shape[1], torch.arange(ids.shape[1])
    attention = place < torch.tensor([len(row) for row in rows["input_ids"]])[:, None]
    named = {
        "positions": [row * width + at for row, places in enumerate(rows["masked_positions"]) for at in places],
        "labels": [label for labels in rows["masked_labels"] for label in labels],
        "next_sentence": rows["next_sentence"],
    }
    named = {name: torch.tensor(values, dtype=torch.long) for name, values in named.items()}
    named |= {"input_ids": ids, "attention_mask": attention.long()}
    if PAIRS:
        second = torch.tensor(rows["second_start"])[:, None]
        named["token_type_ids"] = (attention & (place >= second)).long()
    return {name: tensor.to(device) for name, tensor in named.items()}


class Objective(torch.nn.Module):
    """For masked tokens and, if they are predicted, for pairs: the sum of the cross-entropy, and how many are right."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        # only the hidden states of masked positions reach the decoder
        head = model.get_submodule(MODEL["maskedHead"])
        head.register_forward_pre_hook(lambda _, given: (given[0].flatten(0, 1)[self.positions],))

    def forward(self, positions, labels, next_sentence, **encoder):
        self.positions = positions
        logits = self.model(**encoder)
        pairs = [(logits[0].float(), labels)] + ([(logits[1].float(), next_sentence)] if PAIRS else [])
        losses = [cross_entropy(scores, gold, reduction="sum", ignore_index=-1) for scores, gold in pairs]
        right = [(scores.argmax(-1) == gold).sum() for scores, gold in pairs]
        return torch.stack(losses), torch.stack(right)


def evaluate(objective, accelerator, size):
    """Scores on held-out text, as chineseblue logs them; none where nothing was held out."""
    if "heldOut" not in MANIFEST:
        return {}
    table = pyarrow.parquet.read_table(HERE / MANIFEST["heldOut"]["file"])
    sums = torch.zeros(2, 1 + PAIRS, device=accelerator.device)
    objective.eval()
    with torch.no_grad():
        for part in parts(table, accelerator, size):
            sums += torch.stack(objective(**inputs(part, accelerator.device)))
    objective.train()
    losses, right = accelerator.reduce(sums).tolist()
    counts = totals(table)
    shares = {"masked": right[0] / counts[0]} | ({"next": right[1] / counts[1]} if PAIRS else {})
    return {"heldOut": {"loss": losses[0] / counts[0], **shares, "tokens": counts[0]}}


def learning_rate(step):
    """Of a step counted from 1."""
    rise = math.floor(STEPS * SETTINGS["warmup"] + 0.5)
    left = (STEPS - step + 1) / max(1, STEPS - rise)
    falling = {"constant": 1.0, "linear": left, "cosine": 0.5 * (1 - math.cos(math.pi * left))}
    return SETTINGS["learningRate"] * (step / rise if step <= rise else falling[SETTINGS["schedule"]])


def create_optimizer(model):
    decayed, frozen = set(MODEL["decayed"]), set(MODEL["frozen"])
    groups = {True: [], False: []}
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name not in frozen)
        groups[name in decayed].append(parameter)
    decay = SETTINGS["weightDecay"]
    return torch.optim.AdamW(
        [{"params": groups[True], "weight_decay": decay}, {"params": groups[False], "weight_decay": 0.0}]
    )


def latest_checkpoint(folder):
    """The last checkpoint and its step; 0 where there is none."""
    found = {int(path.name): path for path in folder.glob("*") if path.name.isdecimal()} if folder.exists() else {}
    return (max(found), found[max(found)]) if found else (0, None)


def save_checkpoint(accelerator, folder, step):
    """Appears complete or not at all; the ones before it are removed."""
    part = folder / f"{step}.part"
    accelerator.save_state(str(part))
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        part.rename(folder / str(step))
        for path in folder.glob("*"):
            if path.name != str(step):
                shutil.rmtree(path)
    accelerator.wait_for_everyone()


def save_model(model, out):
    """The model folder: weights, the files of the tokenizer, and config.json last."""
    part = out / "saving"
    model.save_pretrained(part)
    shutil.copy(HERE / "model" / "config.json", part / "config.json")
    for path in (HERE / "model").iterdir():
        if path.name not in ("config.json", WEIGHTS):
            (shutil.copytree if path.is_dir() else shutil.copy)(path, part / path.name)
    for path in sorted(part.iterdir(), key=lambda path: path.name == "config.json"):
        path.rename(out / path.name)
    part.rmdir()


def main():
    given = parser.parse_args()
    accelerator = Accelerator(kwargs_handlers=[DistributedDataParallelKwargs(broadcast_buffers=False)])
    if accelerator.num_processes > ROWS:
        raise SystemExit(f"A step has {ROWS} rows, fewer than the {accelerator.num_processes} processes")
    if (given.out / "config.json").exists():
        raise SystemExit(f"{given.out} holds a model already")
    if given.verify and accelerator.is_main_process:
        verify()
    work = given.out / "pretraining"
    checkpoints, log_file = work / "checkpoints", work / "train.jsonl"
    work.mkdir(parents=True, exist_ok=True)
    transformers.set_seed(SETTINGS["seed"])
    architecture = getattr(transformers, MODEL["class"])
    model = architecture.from_pretrained(HERE / "model", **MODEL["trainingConfig"])
    objective, optimizer = accelerator.prepare(Objective(model), create_optimizer(model))
    done, checkpoint = latest_checkpoint(checkpoints)
    if checkpoint:
        accelerator.load_state(str(checkpoint))
    lines = log_file.read_text("utf-8").splitlines() if checkpoint and log_file.exists() else []
    lines = [line for line in lines if json.loads(line)["step"] <= done]
    if accelerator.is_main_process:
        log_file.write_text("".join(f"{line}\n" for line in lines), "utf-8")

    def log(entry):
        if accelerator.is_main_process:
            with open(log_file, "a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")
            accelerator.print(entry)

    if done == 0:
        log({"step": 0, **evaluate(objective, accelerator, given.micro_batch)})
    sums, since = torch.zeros(1 + PAIRS, device=accelerator.device), 0
    for step, table in enumerate(read_steps(done), done + 1):
        counts = torch.tensor(totals(table), device=accelerator.device)
        batches = parts(table, accelerator, given.micro_batch)
        for index, batch in enumerate(batches):
            is_last = index == len(batches) - 1
            with nullcontext() if is_last else accelerator.no_sync(objective):
                losses = objective(**inputs(batch, accelerator.device))[0] / counts
                # the gradients of the processes are averaged
                accelerator.backward(losses.sum() * accelerator.num_processes)
            sums += losses.detach()
        norm = accelerator.clip_grad_norm_(objective.parameters(), SETTINGS["clip"] or math.inf)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        optimizer.step()
        optimizer.zero_grad()
        since += 1
        if step % given.log_every == 0 or step == STEPS:
            means = (accelerator.reduce(sums) / since).tolist()
            named = dict(zip(("masked", "next"), means))
            log({"step": step, "loss": sum(means), **named, "rate": learning_rate(step), "norm": float(norm)})
            sums, since = torch.zeros_like(sums), 0
        if step % SETTINGS["evaluateEvery"] == 0 or step == STEPS:
            log({"step": step, **evaluate(objective, accelerator, given.micro_batch)})
        if step % given.checkpoint_every == 0 and step < STEPS:
            save_checkpoint(accelerator, checkpoints, step)
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        save_model(accelerator.unwrap_model(objective).model, given.out)
        shutil.rmtree(checkpoints, ignore_errors=True)
    accelerator.end_training()


if __name__ == "__main__":
    main()
