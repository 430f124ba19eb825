"""Writes src/audit/reproduction/fixtures/token-tags.json: the published NER score, computed independently.

Run with the Python of bench/peers/setup.sh: python bench/peers/reproduction_fixtures.py
Lines are stripped and split by Python itself, WordPieces come from Hugging Face's tokenizers, and the score
from scikit-learn. Texts and tags are random; they contain no corpus text.
"""

import json
import random
from importlib.metadata import version
from pathlib import Path

from sklearn.metrics import precision_recall_fscore_support
from tokenizers import BertWordPieceTokenizer

SEED = 20261122
FILE = Path(__file__).parents[2] / "src/audit/reproduction/fixtures/token-tags.json"
SEEN = 126
LISTS = {
    "cEHRNER": (["疾病和诊断", "药物", "手术", "影像检查", "实验室检验", "症状", "解剖部位"], 14),
    "cMedQANER": (
        ["symptom", "disease", "drug", "treatment", "test", "body", "crowd", "feature", "physiology", "department", "time"],
        21,
    ),
}
# 각 falls into three pieces, U+200B into none, Z is unknown, the blanks read as the word O.
CHARACTERS = list("头痛发热咳嗽a1B，") + ["각", "\u200b", "Z", " ", "\u3000"]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"头痛发热咳嗽a1bo，", "\u1100", "##\u1161", "##\u11a8"]


def spans(rng, length, types):
    at, found = 0, []
    while at < length:
        size = rng.randint(1, 5)
        if rng.random() < 0.4 and at + size <= length:
            found.append({"start": at, "end": at + size, "type": rng.choice(types)})
            at += size
        else:
            at += 1
    return found


def tags_of(entities, length):
    tags = ["O"] * length
    for entity in entities:
        for i in range(entity["start"], entity["end"]):
            tags[i] = ("B_" if i == entity["start"] else "I_") + entity["type"]
    return tags


def near(rng, gold, types):
    """Answers that are mostly right, with some boundaries, types and entities wrong."""
    answer, free = [], 0
    for entity in gold:
        if rng.random() < 0.2:
            continue
        start, end = entity["start"], entity["end"]
        if rng.random() < 0.2 and end - start > 1:
            end -= 1
        kind = rng.choice(types) if rng.random() < 0.2 else entity["type"]
        if start >= free:
            answer.append({"start": start, "end": end, "type": kind})
            free = end
    return answer


def case(rng, task, documents, kinds):
    types, last = LISTS[task]
    ids = {tag: i for i, tag in enumerate(["O", *(p + t for t in types for p in ("B_", "I_"))], 1)}
    tokenizer = BertWordPieceTokenizer({word: i for i, word in enumerate(VOCABULARY)}, lowercase=True)
    bio, texts, golds, answers, gold_ids, predicted_ids = "", [], [], [], [], []
    for number in range(documents):
        length = rng.choice([5, 40, 126, 127, 128, 180])
        text = "".join(rng.choice(CHARACTERS) for _ in range(length))
        gold = spans(rng, length, types[:kinds])
        answer = None if number == 2 else near(rng, gold, types[:kinds])
        rows = [f"{c} {t}" for c, t in zip(text, tags_of(gold, length))]
        bio += "\n".join(rows) + "\n\n"
        words = [row.strip().split(" ") for row in rows]
        predicted = None if answer is None else tags_of(answer, length)
        kept = []
        for i, parts in enumerate(words):
            pieces = tokenizer.encode(parts[0], add_special_tokens=False).tokens
            right = ids[parts[-1]]
            guess = right % last + 1 if predicted is None else ids[predicted[i]]
            kept += [(right, guess) if p == 0 else (-1, -1) for p in range(len(pieces))]
        kept = kept[:SEEN]
        gold_ids += [g for g, _ in kept]
        predicted_ids += [p for _, p in kept]
        texts.append(text)
        golds.append(gold)
        answers.append(answer)
    precision, recall, f1, _ = precision_recall_fscore_support(
        gold_ids, predicted_ids, labels=list(range(1, last + 1)), average="macro", zero_division=0
    )
    expected = {"precision": float(precision), "recall": float(recall), "f1": float(f1), "pieces": len(gold_ids)}
    return {"task": task, "bio": bio, "texts": texts, "golds": golds, "answers": answers, "expected": expected}


rng = random.Random(SEED)
cases = [case(rng, "cEHRNER", 8, 7), case(rng, "cEHRNER", 4, 2), case(rng, "cMedQANER", 8, 11), case(rng, "cMedQANER", 3, 4)]
packages = {name: version(name) for name in ("scikit-learn", "tokenizers")}
head = json.dumps({"packages": packages, "seed": SEED, "vocabulary": VOCABULARY}, ensure_ascii=False)[:-1]
lines = ",\n".join(json.dumps(c, ensure_ascii=False, separators=(",", ":")) for c in cases)
FILE.parent.mkdir(parents=True, exist_ok=True)
FILE.write_text(f'{head},"cases":[\n{lines}\n]}}\n', encoding="utf-8")
