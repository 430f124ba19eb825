"""Writes a synthetic corpus in PromptCBLUE format, replies to its dev split, and their results under the benchmark's rules.

    python3 bench/peers/promptcblue.py OUT [--train 3] [--dev 4] [--test 2]

OUT/CBLUE/PromptCBLUE/{train,dev,test}.json: the given number of records for each of the 18 tasks, one per line, with empty targets in test.
OUT/answers.json: replies to dev: correct, wrong and malformed. OUT/expected.json: gold and replies as structured
answers, and the scores, by scikit-learn, rouge-chinese and the BasicTokenizer of transformers.
"""

import argparse
import ast
import json
import random
import re
from pathlib import Path

BODY = ["头部", "腹部", "胸部", "咽喉", "咬𬌗面"]
FEEL = ["疼痛", "肿胀", "麻木", "发红"]
DISEASE = ["肺炎", "胃炎", "哮喘", "糖尿病", "高血压"]
DRUG = ["阿司匹林", "布洛芬", "青霉素", "二甲双胍"]
NONE = "非上述类型"
UNCLEAR = "无法根据上下文确定病人是否患有该症状"
SECTIONS = ["主诉", "现病史", "辅助检查", "既往史", "诊断", "建议"]


def ask(question, choices, *more):
    return "\n".join([question, *more, *(["选项：" + "，".join(choices)] if choices else []), "答："])


def entities(rng, kinds):
    choices = rng.sample(list(kinds), rng.randint(1, len(kinds)))
    text, names = "患者", {}
    for kind in kinds:
        names[kind] = rng.sample(kinds[kind], rng.randint(0, 2))
        text += "，".join(["", *names[kind]])
    lines = [f"{kind}实体：{'，'.join(names[kind])}" for kind in choices]
    target = "\n".join(["上述句子中的实体包含：", *lines]) if rng.random() < 0.9 else "上述句子没有指定类型实体"
    return ask("医学实体识别：", choices, text), target, choices


def cmeee(rng):
    return entities(rng, {"疾病": DISEASE, "药物": DRUG, "身体部位": BODY})


def imcs_ner(rng):
    return entities(rng, {"症状": FEEL, "具体的药物名称": DRUG, "医疗操作": ["胸片", "灌肠"]})


def cmeie(rng):
    choices = rng.sample(["药物治疗", "临床表现", "相关（症状）"], 2)
    disease, drug, feel = rng.choice(DISEASE), rng.sample(DRUG, 2), rng.choice(FEEL)
    pairs = {"药物治疗": drug[: rng.randint(1, 2)], "临床表现": [feel], "相关（症状）": []}
    lines = [
        f"具有{one}关系的头尾实体对如下：" + "".join(f"头实体为{disease}，尾实体为{tail}。" for tail in pairs[one])
        for one in choices
    ]
    return ask("找出三元组：", choices, f"{disease}@{disease}伴{feel}，可用{'、'.join(drug)}。"), "\n".join(lines), choices


def cdn(rng):
    choices = rng.sample(DISEASE, 4)
    chosen = rng.sample(choices, rng.randint(0, 2))
    target = "，".join(chosen) or "没有对应的标准化实体"
    return ask("诊断归一化：", choices, "伴".join(chosen) or "痔"), target, choices


def cdee(rng):
    lines = []
    for _ in range(rng.randint(1, 3)):
        state, words = rng.choice(["", "否定", "不确定"]), rng.sample(["持续性", "阵发性", "胀"], rng.randint(0, 2))
        lines.append(f"主体词：{rng.choice(FEEL)}；发生状态：{state}；描述词：{'，'.join(words)}；解剖部位：{rng.choice(BODY)}")
    return ask("临床发现事件抽取：", None, "病历"), "\n".join(["上述句子中的临床发现事件如下：", *lines]), None


def statuses(rng, choices, head):
    lines = [f"{feel}：{rng.choice(choices)}" for feel in rng.sample(FEEL, rng.randint(1, 3))]
    return ask("判断阴阳性：", choices, "患者：我不舒服"), "\n".join([head, *lines]), choices


def mdcfnpc(rng):
    return statuses(rng, ["阳性", "阴性", "其他", "不标注"], "上述对话中临床发现实体以及其阴阳性判别如下：")


def sr(rng):
    return statuses(rng, ["没有患有该症状", "患有该症状", UNCLEAR], "当前对话中的症状及其阴阳性判断为：")


def label(question, *choices):
    def make(rng):
        offered = rng.sample(choices, rng.randint(2, len(choices)))
        chosen = rng.choice(choices)
        return ask(question, offered, rng.choice(DISEASE)), chosen if chosen in offered else NONE, offered

    return make


def sts(rng):
    choices = rng.choice([["是的", "不是"], ["相同", "不同"]])
    return ask("两句话同义吗？", choices, "“肺炎怎么治”，“怎样治疗肺炎”"), rng.choice(choices), choices


def fixed(question, *choices):
    def make(rng):
        return ask(question, choices, rng.choice(DISEASE)), rng.choice(choices), list(choices)

    return make


def mrg(rng):
    written = {
        "主诉": f"{rng.choice(FEEL)}{rng.randint(1, 9)}天。",
        "现病史": f"{rng.choice(BODY)}{rng.choice(FEEL)}，CT 检查 Normal。",
        "辅助检查": rng.choice(["", "暂缺。"]),
        "既往史": "不详。",
        "诊断": rng.choice(DISEASE),
        "建议": f"服用{rng.choice(DRUG)}，多喝水。",
    }
    target = "\n".join(["上述问诊对话的诊疗报告如下：", *(f"{name}：{written[name]}" for name in SECTIONS)])
    return ask("给出诊疗报告", None, "患者：不舒服"), target, None


def meddg(rng):
    return ask("医生的下一句？", None, "患者：胃疼"), f"{rng.choice(FEEL)}多久了？可以吃{rng.choice(DRUG)}，café 少喝。", None


def text2dt(rng):
    def node(role, relation, logic="null"):
        count = 2 if logic != "null" else 1
        triples = [[rng.choice(DISEASE) + "患者", relation, one] for one in rng.sample(DRUG, count)]
        return f"：role={role}；logical_rel={logic}；triples={triples}"

    lines = [node("C", "临床表现", rng.choice(["and", "or", "null"])), node("D", "治疗药物"), node("D", "治疗药物", "or")]
    if rng.random() < 0.5:
        lines = [node("C", "基本情况"), *lines[1:2], *lines]
    numbered = [f"节点{i + 1}{line}" for i, line in enumerate(lines)]
    return ask("提取诊疗决策树", None, "指南"), "\n".join(["根据给定的指南文本抽取的诊疗决策树如下：", *numbered]), None


def causal(rng):
    a, b, c = rng.sample(FEEL, 3)
    lines = ["具有因果关系三元组如下：", f"头实体：{a}；尾实体：{b}"]
    if rng.random() < 0.6:
        lines += ["具有条件关系三元组如下：", f"头实体：{c}；尾三元组：头实体：{a}；尾实体：{b}；关系：因果关系"]
    lines += ["具有上下位关系的三元组如下：", f"头实体：{rng.choice(DISEASE)}；尾实体：{rng.choice(DISEASE)}"]
    return ask("抽取因果关系", None, f"{a}致{b}"), "\n".join(lines), None


TASKS = {
    "CMeEE-V2": ("ner", cmeee),
    "CMeIE-V2": ("spo_generation", cmeie),
    "CHIP-CDN": ("normalization", cdn),
    "CHIP-CDEE": ("event_extraction", cdee),
    "IMCS-V2-NER": ("ner", imcs_ner),
    "CHIP-MDCFNPC": ("attr_cls", mdcfnpc),
    "IMCS-V2-SR": ("attr_cls", sr),
    "IMCS-V2-DAC": ("cls", label("什么意图？", "关于症状的询问", "关于症状的回答", "给出诊断")),
    "IMCS-V2-MRG": ("report_generation", mrg),
    "CHIP-CTC": ("cls", label("什么类型？", "疾病", "药物", "年龄", "体征(医生检测）")),
    "CHIP-STS": ("cls", sts),
    "KUAKE-IR": ("matching", fixed("相关吗？", "相关", "不相关")),
    "KUAKE-QIC": ("cls", label("什么意图？", "病情诊断", "治疗方案", "医疗费用")),
    "KUAKE-QQR": ("matching", fixed("语义关系？", "完全一致", "后者是前者的语义子集", "后者是前者的语义父集", "语义无直接关联")),
    "KUAKE-QTR": ("matching", fixed("匹配程度？", "完全不匹配或者没有参考价值", "很少匹配有一些参考价值", "部分匹配", "完全匹配")),
    "MedDG": ("response_generation", meddg),
    "Text2DT": ("generation", text2dt),
    "CMedCausal": ("generation", causal),
}

# The answer where there is nothing to extract, in the official order of labels.
FIRST = {"IMCS-V2-DAC": NONE, "CHIP-CTC": NONE, "KUAKE-QIC": NONE, "CHIP-STS": "是的", "KUAKE-IR": "相关"}
FIRST |= {"KUAKE-QQR": "完全一致", "KUAKE-QTR": "完全不匹配或者没有参考价值"}
MACRO = ["CHIP-CTC", "KUAKE-QIC", "IMCS-V2-DAC"]


def spoilt(rng, name, target, other):
    """A reply that a model might give instead of the target."""
    if name in ("MedDG", "IMCS-V2-MRG"):
        return rng.choice([target, other, target[: len(target) // 2], "", target.replace("，", "， Ａ")])
    return rng.choice(
        [
            target,
            target,
            other,
            target.replace("：", ":", 1) if name not in ("Text2DT", "CMedCausal") else target,
            target + "\n" if name not in ("Text2DT",) else other,
            target.split("\n", 1)[-1] if name not in ("Text2DT", "CMedCausal") else other,
            "",
            f"　{target} " if name in FIRST else target.replace("，", "， "),
            "编造的标签" if name in FIRST else other,
        ]
    )


# The rules, independently of the product.


def parts(text, by="，"):
    return [one.strip() for one in text.split(by) if one.strip()]


def read(name, text, choices):
    """The structured answer: a string, a list of tuples, a list of nodes, or a dict of sections."""
    lines = text.split("\n")
    if name in ("CMeEE-V2", "IMCS-V2-NER"):
        return [(one, kind) for kind in choices for line in lines if line.startswith(kind + "实体") for one in parts(line.replace(kind + "实体：", ""))]
    if name == "CMeIE-V2":
        found = []
        for line in lines:
            predicate = line.split("关系的头尾实体对")[0][2:].strip()
            for pair in line.replace(f"具有{predicate}关系的头尾实体对如下：", "").split("。"):
                sides = pair.split("，尾实体为")
                if len(sides) >= 2:
                    found.append((predicate, sides[0].replace("头实体为", "").strip(), sides[1].replace("尾实体为", "").strip()))
        return found
    if name == "CHIP-CDN":
        return [(one,) for one in parts(lines[-1]) if one in choices]
    if name == "CHIP-CDEE":
        found = []
        for line in lines[1:]:
            fields = {}
            for part in line.split("；"):
                for key in ["主体词", "发生状态", "描述词", "解剖部位"]:
                    if part.startswith(key + "："):
                        part = part.replace(key + "：", "").strip()
                        fields[key] = parts(part) if key in ("描述词", "解剖部位") else part
            found.append((fields.get("主体词", ""), fields.get("发生状态", ""), fields.get("描述词", []), fields.get("解剖部位", [])))
        return found
    if name in ("CHIP-MDCFNPC", "IMCS-V2-SR"):
        other = "不标注" if name == "CHIP-MDCFNPC" else UNCLEAR
        pairs = [line.split("：") for line in lines[1:]]
        return [(pair[0].strip(), pair[1] if pair[1] in choices else other) for pair in pairs if len(pair) == 2]
    if name == "CMedCausal":
        found, relation = [], None
        for line in map(str.strip, lines):
            if "因果关系三元组如下" in line:
                relation = "因果关系"
            elif "条件关系三元组" in line:
                relation = "条件关系"
            elif "上下位关系" in line:
                relation = "上下位关系"
            elif relation == "条件关系":
                head = line.split("头实体：")[1].split("；尾实体：")[0]
                match = re.search("；尾三元组：头实体：(.*?)；尾实体：(.*?)；关系：因果关系$", line)
                found.append((relation, head, list(match.groups())))
            elif line:
                found.append((relation, *re.match("头实体：(.*?)；尾实体：(.*)$", line).groups()))
        return found
    if name == "Text2DT":
        nodes = []
        for line in lines:
            match = re.search("：role=(.*?)；logical_rel=(.*?)；triples=(.*)$", line)
            if match:
                nodes.append([match[1], match[2], ast.literal_eval(match[3])])
        return nodes or [["D", "null", []]]
    if name == "IMCS-V2-MRG":
        sections = {}
        for line in text.strip().split("\n")[1:]:
            for key in SECTIONS:
                if line.startswith(key + "："):
                    sections[key] = line.strip().split(key + "：")[-1].strip()
        return sections
    answer = text.strip()
    return {"相同": "是的", "不同": "不是"}.get(answer, answer) if name == "CHIP-STS" else answer


def set_f1(golds, answers):
    right = given = wanted = 0
    for gold, answer in zip(golds, answers):
        gold, answer = ({json.dumps(one, ensure_ascii=False) for one in side} for side in (gold, answer))
        right, given, wanted = right + len(gold & answer), given + len(answer), wanted + len(gold)
    return 2 * right / (given + wanted)


def rouge(golds, answers):
    from rouge_chinese import Rouge
    from transformers import BasicTokenizer

    tokenize = BasicTokenizer(tokenize_chinese_chars=True).tokenize
    words = lambda text: " ".join(tokenize(text)).strip() or "无 。"
    scores = Rouge().get_scores([words(one) for one in answers], [words(one) for one in golds], avg=True)
    return {key: scores[key]["f"] for key in ("rouge-l", "rouge-1", "rouge-2")}


def score(name, golds, answers):
    from sklearn.metrics import classification_report

    if name in FIRST:
        answers = [one or FIRST[name] for one in answers]
        report = classification_report(golds, answers, output_dict=True, zero_division=0)
        return {"macro-f1": report["macro avg"]["f1-score"], "weighted-f1": report["weighted avg"]["f1-score"]}
    if name == "MedDG":
        return rouge(golds, answers)
    if name == "IMCS-V2-MRG":
        pairs = [(gold[key], answer.get(key, "")) for gold, answer in zip(golds, answers) for key in gold]
        return rouge([gold for gold, _ in pairs], [answer for _, answer in pairs])
    if name == "Text2DT":
        return None
    return {"f1": set_f1(golds, answers)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    for split, size in (("train", 3), ("dev", 4), ("test", 2)):
        parser.add_argument(f"--{split}", type=int, default=size)
    args = parser.parse_args()
    rng = random.Random(18)
    folder = args.out / "CBLUE" / "PromptCBLUE"
    folder.mkdir(parents=True, exist_ok=True)
    dev = []
    for split in ("train", "dev", "test"):
        records = []
        for name, (kind, make) in TASKS.items():
            for _ in range(getattr(args, split)):
                prompt, target, choices = make(rng)
                record = {"input": prompt, "target": target, "answer_choices": choices, "task_type": kind}
                records.append(record | {"task_dataset": name, "sample_id": ""})
        rng.shuffle(records)
        for number, record in enumerate(records):
            record["sample_id"] = f"{split}-{number}"
        dev = records if split == "dev" else dev
        written = [record | {"target": ""} if split == "test" else record for record in records]
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in written)
        (folder / f"{split}.json").write_text(lines, encoding="utf-8")
    replies, expected = {}, {}
    for name, (_, make) in TASKS.items():
        own = [record for record in dev if record["task_dataset"] == name]
        said = {one["sample_id"]: spoilt(rng, name, one["target"], make(rng)[1]) for one in own}
        replies |= said
        golds = [read(name, one["target"], one["answer_choices"]) for one in own]
        answers = [read(name, said[one["sample_id"]], one["answer_choices"]) for one in own]
        ids = [one["sample_id"] for one in own]
        expected[name] = {"gold": dict(zip(ids, golds)), "answers": dict(zip(ids, answers)), "scores": score(name, golds, answers)}
    for file, content in (("answers", replies), ("expected", expected)):
        (args.out / f"{file}.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


main()
