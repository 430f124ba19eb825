"""Writes synthetic archives in CBLUE formats, as a folder or one zip per task; they contain no corpus text.

    python3 bench/peers/cblue_archive.py OUT [--train 12] [--dev 6] [--test 4] [--zip] [--gbk]

OUT/{Task}/{Task}_{train,dev,test}.json; KUAKE-IR has corpus.tsv, queries and judgements. Test records have empty answers, like the official ones.
--gbk encodes zip entry names in GBK without the UTF-8 flag, as archivers on Chinese Windows do.
"""

import argparse
import json
import random
import zipfile
from pathlib import Path

BODY = ["头部", "腹部", "胸部", "左膝", "咽喉", "咬𬌗面"]
FEEL = ["疼痛", "肿胀", "麻木", "发红"]
DISEASE = ["肺炎", "胃炎", "哮喘", "糖尿病", "高血压", "鼻炎"]
DRUG = ["阿司匹林", "布洛芬", "青霉素", "二甲双胍"]
TEST = ["血常规", "胸片", "心电图"]
STANDARD = {"肺炎": "肺炎", "胃炎": "慢性胃炎", "哮喘": "支气管哮喘", "糖尿病": "2型糖尿病", "高血压": "原发性高血压", "鼻炎": "变应性鼻炎"}


class Text:
    """Builds a text and remembers where its parts stand, in code points."""

    def __init__(self):
        self.text, self.spans = "", []

    def add(self, piece, kind=None):
        start = len(self.text)
        self.text += piece
        if kind:
            self.spans.append((start, len(self.text), kind))
        return start


def cmeee(rng, answered):
    made = Text()
    made.add(rng.choice(["患儿", "病人", "该病常见"]))
    for _ in range(rng.randint(0, 2)):
        body, feel = rng.choice(BODY), rng.choice(FEEL)
        start = made.add(body, "bod")
        made.add(feel)
        made.spans.append((start, len(made.text), "sym"))
        made.add("，")
    made.add("考虑")
    made.add(rng.choice(DISEASE), "dis")
    made.add("，给予")
    made.add(rng.choice(DRUG), "dru")
    made.add("。")
    entities = [
        {"start_idx": start, "end_idx": end - 1, "type": kind, "entity": made.text[start:end]} for start, end, kind in made.spans
    ]
    return {"text": made.text, "entities": entities if answered else []}


def cmeie(rng, answered):
    disease, drug, test = rng.choice(DISEASE), rng.choice(DRUG), rng.choice(TEST)
    triples = [("药物治疗", drug, "药物")] + ([("辅助检查", test, "检查")] if rng.random() < 0.5 else [])
    text = f"{disease}@{disease}可用{drug}治疗" + (f"，应查{test}。" if len(triples) > 1 else "。")
    spo = [
        {
            "Combined": False,
            "predicate": predicate,
            "subject": disease,
            "subject_type": "疾病",
            "object": {"@value": value},
            "object_type": {"@value": kind},
        }
        for predicate, value, kind in triples
    ]
    return {"text": text, "spo_list": spo if answered else []}


def cdn(rng, answered):
    terms = rng.sample(DISEASE, rng.randint(1, 2))
    result = "##".join(STANDARD[term] for term in terms)
    return {"text": "伴".join(terms), "normalized_result": result if answered else ""}


def ctc(rng, answered):
    label, text = rng.choice(
        [("Age", " 年龄&gt;18岁"), ("Consent", "签署知情同意书"), ("Disease", f"患有{rng.choice(DISEASE)}"), ("Gender", "性别不限")]
    )
    return {"label": label if answered else "", "text": text}


def sts(rng, answered):
    a, b = rng.choice(DISEASE), rng.choice(DISEASE)
    return {"text1": f"{a}怎么治", "text2": f"怎样治疗{b}", "label": str(int(a == b)) if answered else "", "category": "diabetes"}


def qic(rng, answered):
    label, text = rng.choice([("治疗方案", "{}怎么治"), ("病因分析", "{}是什么原因"), ("医疗费用", "治{}要多少钱")])
    return {"query": text.format(rng.choice(DISEASE)), "label": label if answered else ""}


def qtr(rng, answered):
    a, b = rng.choice(DISEASE), rng.choice(DISEASE)
    return {"query": f"{a}吃什么药", "title": f"{b}用药指南", "label": ("3" if a == b else "0") if answered else ""}


def qqr(rng, answered):
    a, b = rng.choice(DISEASE), rng.choice(DISEASE)
    label = "2" if a == b else rng.choice(["0", "0", "NA"])
    return {"query1": f"{a}怎么办", "query2": f"得了{b}怎么办", "label": label if answered else ""}


def cdee(rng, answered):
    body, feel, drug = rng.choice(BODY), rng.choice(FEEL), rng.choice(DISEASE)
    denied = rng.random() < 0.4
    events = [
        {"core_name": feel, "tendency": "否定" if denied else "", "character": [], "anatomy_list": [body]},
        {"core_name": drug, "tendency": "不确定", "character": ["慢性"], "anatomy_list": []},
    ]
    return {"text": f"{'无' if denied else ''}{body}{feel}，疑为慢性{drug}。", "event": events if answered else []}


def mdcfnpc(rng, number, answered):
    feel = rng.choice(FEEL)
    said, attr = rng.choice([("有点{}", "阳性"), ("没有{}", "阴性"), ("要是{}怎么办", "其他")])
    text = said.format(feel)
    at = text.index(feel)
    ner = {"mention": feel, "name": feel, "type": "clinical_findings", "range": [at, at + len(feel)], "attr": attr if answered else ""}
    turns = [
        {"sentence_id": "1", "sender": "医生", "text": "哪里不舒服？", "ner": []},
        {"sentence_id": "2", "sender": "患者", "text": text, "ner": [ner]},
    ]
    return {"dialog_id": number, "dialog_info": turns}


def causal(rng, answered):
    made = Text()

    def mention(words):
        start = made.add(words)
        return {"mention": words, "start_idx": start, "end_idx": start + len(words)}

    relations = []
    for _ in range(rng.randint(1, 2)):
        kind = rng.choice([1, 2, 3])
        if kind == 3:
            head = mention(rng.choice(["慢性病", "呼吸系统疾病"]))
            made.add("包括")
            relations.append({"head": head, "relation": 3, "tail": {"type": "mention", **mention(rng.choice(DISEASE))}})
        else:
            condition = None
            if kind == 2:
                made.add("对于")
                condition = mention(rng.choice(["孕妇", "老年人"]))
                made.add("，")
            head = mention(rng.choice(DISEASE))
            made.add("可导致")
            inner = {"head": head, "relation": 1, "tail": {"type": "mention", **mention(rng.choice(BODY) + rng.choice(FEEL))}}
            nested = {"head": condition, "relation": 2, "tail": {"type": "relation", **inner}}
            relations.append(nested if condition else inner)
        made.add("。")
    return {"text": made.text, "relation_of_mention": relations if answered else []}


def imcs(rng, answered):
    feel, drug = rng.choice(FEEL), rng.choice(DRUG)
    lines = [
        ("患者", f"宝宝{feel}两天了", [(2, len(feel), "Symptom")], "Inform-Symptom", [feel], ["1"]),
        ("医生", f"先吃{drug}吧", [(2, len(drug), "Drug")], "Inform-Drug_Recommendation", [], []),
        ("患者", "好的", [], "Other", [], []),
    ]
    dialogue = []
    for number, (speaker, text, spans, act, symptoms, kinds) in enumerate(lines, 1):
        sentence = {"sentence_id": str(number), "speaker": speaker, "sentence": text}
        if answered:
            tags = ["O"] * len(text)
            for start, length, kind in spans:
                tags[start : start + length] = [f"B-{kind}"] + [f"I-{kind}"] * (length - 1)
            sentence |= {"dialogue_act": act, "BIO_label": " ".join(tags), "symptom_norm": symptoms, "symptom_type": kinds}
        dialogue.append(sentence)
    record = {"diagnosis": "小儿感冒" if answered else "", "self_report": f"{feel}怎么办", "dialogue": dialogue}
    if not answered:
        return record
    reports = [
        {"主诉": f"{feel}{days}天", "现病史": f"患儿{days}天前出现{feel}", "辅助检查": "暂缺", "既往史": "不详", "诊断": "小儿感冒", "建议": f"口服{drug}"}
        for days in ("两", "2")
    ]
    return record | {"implicit_info": {"Symptom": {feel: "1", "咳嗽": "0"}}, "report": reports}


def meddg(rng, number, answered):
    """A dialogue with the entities of each sentence, or, of test, what was said so far."""
    feel, drug = rng.choice(FEEL), rng.choice(DRUG)
    lines = [
        ("Patients", f"医生，我肚子{feel}：三天了", {"Symptom": [feel]}),
        ("Doctor", f"{feel}之外还有别的吗？", {"Symptom": [feel]}),
        ("Patients", "没有了", {}),
        ("Doctor", f"先吃{drug}。", {"Medicine": [drug]}),
    ]
    if not answered:
        names = {"Patients": "患者", "Doctor": "医生"}
        return {"id": number, "history": [f"{names[who]}：{text}" for who, text, _ in lines[: rng.choice([1, 3])]], "output": ""}
    kinds = ("Symptom", "Medicine", "Test", "Attribute", "Disease")
    return [{"id": who, "Sentence": text, **{kind: found.get(kind, []) for kind in kinds}} for who, text, found in lines]


def text2dt(rng, answered):
    """One condition or two, each with its decision; nodes in preorder."""
    patient, drug = f"{rng.choice(DISEASE)}患者", rng.choice(DRUG)
    signs = rng.sample(FEEL, rng.randint(1, 2))
    condition = {"role": "C", "triples": [[patient, "临床表现", sign] for sign in signs], "logical_rel": "or" if len(signs) > 1 else "null"}
    tree = [condition, {"role": "D", "triples": [[patient, "治疗药物", drug]], "logical_rel": "null"}]
    text = f"{patient}@{patient}出现{'或'.join(signs)}时，可用{drug}"
    if rng.random() < 0.5:
        other = rng.choice(DRUG)
        text += f"；高龄者改用{other}，每日1片"
        triples = [[patient, "治疗药物", other], [other, "用法用量", "每日1片"]]
        tree.append({"role": "C", "triples": [[patient, "基本情况", "高龄"]], "logical_rel": "null"})
        tree.append({"role": "D", "triples": triples, "logical_rel": "and"})
    tree.append({"role": "D", "triples": [], "logical_rel": "null"})
    return {"text": text + "。", "tree": tree if answered else []}


ARRAY = {"CMeEE": cmeee, "CMeEE-V2": cmeee, "CHIP-CDN": cdn, "CHIP-CDEE": cdee, "CMedCausal": causal, "Text2DT": text2dt}
NUMBERED = {"CHIP-CTC": ctc, "CHIP-STS": sts, "KUAKE-QIC": qic, "KUAKE-QTR": qtr, "KUAKE-QQR": qqr}
LINES = {"CMeIE": cmeie, "CMeIE-V2": cmeie}


def distinct(make, count):
    """Records with different texts: the official checkers key some tasks by text."""
    found = {}
    for _ in range(100 * count):
        record = make()
        found.setdefault(record["text"], record)
        if len(found) == count:
            break
    return list(found.values())


def content(task, rng, split, count):
    answered = split != "test"
    if task in ARRAY:
        return json.dumps(distinct(lambda: ARRAY[task](rng, answered), count), ensure_ascii=False, indent=2)
    if task in NUMBERED:
        records = [{"id": f"{split[0]}{i}", **NUMBERED[task](rng, answered)} for i in range(count)]
        return json.dumps(records, ensure_ascii=False, indent=2)
    if task in LINES:
        return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in distinct(lambda: LINES[task](rng, answered), count))
    if task == "MedDG":
        return json.dumps([meddg(rng, i, answered) for i in range(count)], ensure_ascii=False, indent=2)
    if task == "CHIP-MDCFNPC":
        return "".join(json.dumps(mdcfnpc(rng, i, answered), ensure_ascii=False) + "\n" for i in range(count))
    return json.dumps({f"{split}{i}": imcs(rng, answered) for i in range(count)}, ensure_ascii=False, indent=2)


def passages(rng, counts):
    """The files of KUAKE-IR: passages, and for each split its queries and the passage that answers each."""
    corpus = [(i, f"{disease}{topic}：{rng.choice(['宜', '忌', '可'])}{rng.choice(DRUG)}。") for i, (disease, topic) in enumerate(
        ((d, t) for d in DISEASE for t in ("的治疗", "的饮食", "的检查", "怎么预防")), 1
    )]
    files = {"corpus.tsv": "".join(f"{i}\t{text}\n" for i, text in corpus)}
    number = 0
    for split, count in counts.items():
        chosen = [rng.choice(corpus) for _ in range(count)]
        queries = [(number + i, text.split("：")[0].replace("的", "")) for i, (_, text) in enumerate(chosen, 1)]
        number += count
        files[f"KUAKE-IR_{split}_query.txt"] = "".join(f"{qid}\t{query}\n" for qid, query in queries)
        if split != "test":
            files[f"KUAKE-IR_{split}.tsv"] = "".join(f"{qid}\t{i}\n" for (qid, _), (i, _) in zip(queries, chosen))
    return files


def files_of(task, rng, options):
    counts = {split: getattr(options, split) for split in ("train", "dev", "test")}
    if task == "KUAKE-IR":
        return passages(rng, counts)
    return {f"{task}_{split}.json": content(task, rng, split, count) for split, count in counts.items()}


TASKS = [*ARRAY, *NUMBERED, *LINES, "CHIP-MDCFNPC", "IMCS-V2", "KUAKE-IR", "MedDG"]


class GbkInfo(zipfile.ZipInfo):
    """An entry whose name is written in GBK, without the flag that says UTF-8."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def write_terminology(path):
    """Codes and terms without a header; needs openpyxl."""
    import openpyxl

    workbook = openpyxl.Workbook()
    for number, term in enumerate(sorted(set(STANDARD.values())), 1):
        workbook.active.append([f"J{number:02d}.900", term])
    workbook.save(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    for name, standard in (("train", 12), ("dev", 6), ("test", 4), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=standard)
    parser.add_argument("--zip", action="store_true")
    parser.add_argument("--gbk", action="store_true")
    parser.add_argument("--tasks", nargs="*", default=TASKS)
    parser.add_argument("--above", action="store_true", help="entries of the zips have names that lead out of the archive")
    parser.add_argument("--terminology", action="store_true", help="also the workbook of standard terms of CHIP-CDN")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.terminology:
        write_terminology(options.out / "国际疾病分类 ICD-10北京临床版v601.xlsx")
    for task in options.tasks:
        rng = random.Random(f"{options.seed} {task}")
        files = files_of(task, rng, options)
        if options.zip:
            folder = "../../" if options.above else "数据/" if options.gbk else ""
            with zipfile.ZipFile(options.out / f"{task}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for name, text in files.items():
                    info = (GbkInfo if options.gbk else zipfile.ZipInfo)(f"{folder}{task}/{name}", (2026, 11, 26, 0, 0, 0))
                    info.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(info, text)
        else:
            (options.out / task).mkdir(exist_ok=True)
            for name, text in files.items():
                (options.out / task / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
