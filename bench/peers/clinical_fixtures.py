"""Writes synthetic corpora in the formats of CCKS 2017, CCKS 2018 and DiaKG; they contain no corpus text.

    python3 bench/peers/clinical_fixtures.py src/datasets/formats/fixtures/clinical

OUT is a data directory. Offsets are Python's: code points of the full file.
"""

import json
import random
import sys
from pathlib import Path

PARTS = ["一般项目", "病史特点", "诊疗经过", "出院情况"]
BODY = ["头部", "腹部", "咬𬌗面"]
FEEL = ["疼痛", "肿胀"]
DISEASE = ["胃炎", "哮喘"]
DRUG = ["青霉素", "阿司匹林"]


def record(rng, types, last):
    """A text with a leading blank and a line end inside, and its entities; `last`: end is the last character."""
    text, marks = " 患者因", []
    for piece, kind in ((rng.choice(BODY), types[0]), (rng.choice(FEEL), types[1]), ("\n予以", None), (rng.choice(DRUG), types[2])):
        start = len(text)
        text += piece
        if kind:
            marks.append((piece, start, len(text) - last, kind))
        text += "，" if kind == types[1] else ""
    return text + "。\n", "".join("\t".join(map(str, mark)) + "\n" for mark in marks)


def write_pair(folder, stem, text, marks):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{stem}.txtoriginal.txt").write_text(text, encoding="utf-8", newline="")
    if marks is not None:
        (folder / f"{stem}.txt").write_text(marks, encoding="utf-8", newline="")


def ccks2017(out, rng):
    types = ["身体部位", "症状和体征", "治疗"]
    for split, count in (("train", 3), ("test", 1)):
        for number in range(1, count + 1):
            for part in PARTS:
                text, marks = record(rng, types, 1)
                write_pair(out / "CCKS2017" / split / part, f"{part}-{number}", text, marks if split == "train" else None)


def ccks2018(out, rng):
    types = ["解剖部位", "症状描述", "药物"]
    for split, count in (("train", 4), ("test", 2)):
        for number in range(1, count + 1):
            text, marks = record(rng, types, 0)
            write_pair(out / "CCKS2018" / split, f"入院记录现病史-{number}", text, marks)


def document(rng, number):
    paragraphs, key = [], 0
    for p in range(2):
        sentences, paragraph, previous = [], "", None
        for s in range(2):
            disease, drug, amount = rng.choice(DISEASE), rng.choice(DRUG), rng.choice(["500mg", "2片"])
            sentence = f"𬌗科建议：{disease}患者服用{drug}{amount}。"
            entities, relations = [], []
            for words, kind in ((disease, "Disease"), (drug, "Drug"), (drug + amount, "Treatment"), (amount, "Amount")):
                start = sentence.index(words)
                entities.append(
                    {"entity_id": f"T{key}", "entity": words, "entity_type": kind, "start_idx": start, "end_idx": start + len(words)}
                )
                key += 1
            ids = [entity["entity_id"] for entity in entities]
            relations.append({"relation_type": "Drug_Disease", "relation_id": f"R{key}", "head_entity_id": ids[1], "tail_entity_id": ids[0]})
            relations.append({"relation_type": "Amount_Drug", "relation_id": f"R{key + 1}", "head_entity_id": ids[3], "tail_entity_id": ids[1]})
            if previous:  # across sentences
                relations.append({"relation_type": "Drug_Disease", "relation_id": f"R{key + 2}", "head_entity_id": previous, "tail_entity_id": ids[0]})
            previous = ids[1]
            start = len(paragraph)
            paragraph += sentence
            sentences.append(
                {
                    "sentence_id": str(s),
                    "sentence": sentence,
                    "start_idx": start,
                    "end_idx": len(paragraph),
                    "entities": entities,
                    "relations": relations,
                }
            )
        paragraphs.append({"paragraph_id": str(p), "paragraph": paragraph, "sentences": sentences})
    return {"doc_id": str(number), "paragraphs": paragraphs}


def diakg(out, rng):
    folder = out / "DiaKG" / "0521_new_format"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, 4):
        content = json.dumps(document(rng, number), ensure_ascii=False, indent=1)
        (folder / f"{number}.json").write_text(content, encoding="utf-8")


if __name__ == "__main__":
    for write in (ccks2017, ccks2018, diakg):
        write(Path(sys.argv[1]), random.Random(write.__name__))
