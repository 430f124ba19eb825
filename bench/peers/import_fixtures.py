"""Writes src/datasets/imports/fixtures/: workbooks and datasets as written by openpyxl, XlsxWriter, pyarrow and datasets.

Run with the Python of bench/peers/setup.sh: python bench/peers/import_fixtures.py
All texts are synthetic. tables.test.ts has the expected contents of each file.
"""

import datetime
import json
import os
import random
import shutil
import tempfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from cassis import Cas, TypeSystem
from datasets import ClassLabel, Dataset, Features, List, Value
from label_studio_sdk.converter import Converter
from openpyxl.styles import numbers

FOLDER = Path(__file__).parents[2] / "src/datasets/imports/fixtures"


def ward_workbook():
    """Several sheets, a merged title, merged cells in a column, codes with leading zeros, dates, errors."""
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "说明"
    notes["A1"] = "本表由病区填写"
    for title, start in (("训练集", 0), ("测试集", 4)):
        sheet = book.create_sheet(title)
        sheet.append(["病区分诊表"])
        sheet.merge_cells("A1:E1")
        sheet.append(["编号", "文本", "标签", "患者", "日期"])
        for i in range(4):
            number = start + i
            text = ["头痛三天 & 发热", "咳嗽\n有痰", "🩺复查", "  腹痛<一周>"][i] + str(number)
            label = [1, "2", 1, 2.0][i]
            sheet.append([number, text, label, f"患者{number}", datetime.date(2026, 3, 1 + number)])
            sheet.cell(sheet.max_row, 1).number_format = "000000"
        sheet.merge_cells("D3:D4")
    book["测试集"]["F2"] = "备注"
    book["测试集"]["F3"] = "#N/A"
    book["测试集"]["F3"].data_type = "e"
    book["测试集"]["F4"] = "=B4&C4"
    book["测试集"]["G2"].number_format = numbers.FORMAT_DATE_YYYYMMDD2
    hidden = book.create_sheet("草稿")
    hidden.append(["文本", "标签"])
    hidden.append(["不应读取", "9"])
    hidden.sheet_state = "hidden"
    book.properties.created = book.properties.modified = datetime.datetime(2026, 1, 1)
    book.save(FOLDER / "ward.xlsx")


def triage_workbook():
    """Formulas with their values, inline strings, rich text, empty cells and rows; for the walk-through."""
    book = xlsxwriter.Workbook(FOLDER / "triage.xlsx")
    book.set_properties({"created": datetime.datetime(2026, 1, 1)})
    sheet = book.add_worksheet("分诊")
    sheet.write_row(0, 0, ["文本", "类别", "登记时间"])
    bold = book.add_format({"bold": True})
    moment = book.add_format({"num_format": 'yyyy"年"m"月"d"日" hh:mm'})
    rand = random.Random(18)
    parts = {
        "急诊": ["突发胸痛", "呼吸困难", "意识不清", "大量呕血", "抽搐不止"],
        "门诊": ["复查血压", "开慢病药", "咨询饮食", "皮肤瘙痒", "换药拆线"],
        "预约": ["预约胃镜", "预约体检", "改约复诊", "预约疫苗", "预约口腔科"],
    }
    when = ["今晨", "昨晚", "两天前", "一周来", "近一月", "饭后", "运动后", "夜间"]
    who = ["老人", "孩子", "本人", "家属", "孕妇", "邻居"]
    rows = [(f"{who[i % 6]}{rand.choice(when)}{kind[i % 5]}，{rand.choice(['请协助', '想问一下', '怎么办', '需要排队吗'])}{i}", label)
            for i in range(25) for label, kind in parts.items()]
    rand.shuffle(rows)
    for i, (text, label) in enumerate(rows):
        row = i + 1 + (i > 40)  # an empty row in the middle
        if i == 0:
            sheet.write_rich_string(row, 0, bold, text[:2], text[2:])
        else:
            sheet.write_string(row, 0, text)
        if i % 10 == 3:
            sheet.write_formula(row, 1, f'=IF(TRUE,"{label}","")', None, label)
        else:
            sheet.write_string(row, 1, label)
        sheet.write_datetime(row, 2, datetime.datetime(2026, 3, 1, 8, 30) + datetime.timedelta(hours=i), moment)
    book.close()


TOKENS = [
    (["甲", "型", "肺", "炎", "用", "CT", "scan", "2"], [1, 2, 2, 2, 0, 3, 4, 0]),
    (["无", "异", "常"], [0, 0, 0]),
    (["🩺", "乙", "病"], [0, 1, 2]),
]
NAMES = ["O", "B-dis", "I-dis", "B-pro", "I-pro"]


def dataset_folder():
    """As `push_to_hub` leaves it: shards of Parquet by split, and a card."""
    folder = FOLDER / "dataset"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    features = Features({"id": Value("string"), "tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=NAMES))})
    for split, shards in (("train", 2), ("validation", 1), ("test", 1)):
        for shard in range(shards):
            rows = [(f"{split}-{shard}-{i}", tokens, tags) for i, (tokens, tags) in enumerate(TOKENS)]
            columns = {"id": [row[0] for row in rows], "tokens": [row[1] for row in rows], "ner_tags": [row[2] for row in rows]}
            data = Dataset.from_dict(columns, features=features)
            data.to_parquet(folder / "data" / f"{split}-{shard:05d}-of-{shards:05d}.parquet")
    lines = [json.dumps({"text": text, "label": label}, ensure_ascii=False) for text, label in (("甲", 0), ("乙", 1), ("丙", -1))]
    (folder / "topics").mkdir()
    (folder / "topics" / "test.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    card = """---
license: other
configs:
- config_name: ner
  default: true
  data_files:
  - split: train
    path: data/train-*
  - split: validation
    path: "data/validation-*"
  - split: test
    path:
    - data/test-*
- config_name: topics   # two classes
  data_files:
    - {split}
dataset_info:
- config_name: topics
  features:
  - name: text
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': urgent
          '1': routine
---

# Invented
""".replace("    - {split}", "    - split: test\n      path: topics/*.jsonl")
    (folder / "README.md").write_text(card, encoding="utf-8")


def parquet_files():
    """Codecs, 64-bit numbers, dates, entities as lists of structs, several groups of rows."""
    entity = pa.struct([("start_offset", pa.int64()), ("end_offset", pa.int64()), ("label", pa.string())])
    table = pa.table({
        "id": pa.array([9007199254740993, 2, 3], pa.int64()),
        "text": ["😀甲病", "乙病用丙药", "无"],
        "day": pa.array([datetime.date(2026, 3, d) for d in (1, 2, 3)]),
        "entities": pa.array([
            [{"start_offset": 1, "end_offset": 3, "label": "dis"}],
            [{"start_offset": 0, "end_offset": 2, "label": "dis"}, {"start_offset": 3, "end_offset": 5, "label": "dru"}],
            [],
        ], pa.list_(entity)),
    })
    pq.write_table(table, FOLDER / "test-entities.zstd.parquet", compression="zstd", row_group_size=2)
    predictions = pa.table({"id": ["0", "1", "2"], "label": ["a", "b", "a"]})
    pq.write_table(predictions, FOLDER / "predictions.snappy.parquet", compression="snappy")


def cas_json():
    """Entities and a relation after an astral character, as dkpro-cassis writes UIMA CAS JSON."""
    types = TypeSystem()
    entity = types.create_type("de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity")
    types.create_feature(entity, "value", "uima.cas.String")
    token = types.create_type("de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token")
    relation = types.create_type("webanno.custom.Treats")
    types.create_feature(relation, "Governor", entity)
    types.create_feature(relation, "Dependent", entity)
    types.create_feature(relation, "label", "uima.cas.String")
    cas = Cas(typesystem=types, sofa_string="🩺甲病用乙药", sofa_mime="text/plain")
    # cassis counts code points and writes UTF-16
    disease, drug = entity(begin=1, end=3, value="dis"), entity(begin=4, end=6, value="dru")
    cas.add_all([token(begin=1, end=3), disease, drug, relation(begin=4, end=6, Governor=disease, Dependent=drug, label="治")])
    cas.to_json(FOLDER / "test-cas.json", pretty_print=True)


STUDIO = """<View><Labels name="label" toName="text"><Label value="dis"/><Label value="dru"/></Labels>
<Text name="text" value="$text"/></View>"""


def label_studio():
    """JSON-MIN, CSV and CoNLL as the converter of Label Studio writes them; offsets are code points."""
    def span(start, end, text, label):
        value = {"start": start, "end": end, "text": text, "labels": [label]}
        return {"id": text, "from_name": "label", "to_name": "text", "type": "labels", "value": value}

    def task(number, text, *spans):
        when = "2026-01-01T00:00:00Z"
        own = {"id": number, "completed_by": {"id": 1, "email": "a@example.org"}, "was_cancelled": False}
        annotation = {**own, "created_at": when, "updated_at": when, "lead_time": 1.5, "result": list(spans)}
        return {"id": number, "data": {"text": text}, "annotations": [annotation], "predictions": []}

    tasks = [
        task(1, "🩺甲病用乙药", span(1, 3, "甲病", "dis"), span(4, 6, "乙药", "dru")),
        task(2, "丙病 CT 无", span(0, 2, "丙病", "dis")),
    ]
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "in.json")
        Path(source).write_text(json.dumps(tasks), encoding="utf-8")
        for form, name in (("JSON_MIN", "result.json"), ("CSV", "result.csv"), ("CONLL2003", "result.conll")):
            out = Path(folder) / form
            Converter(STUDIO, folder).convert(source, str(out), form, is_dir=False)
            shutil.copy(out / name if out.is_dir() else out, FOLDER / f"test-studio{Path(name).suffix}")


FOLDER.mkdir(exist_ok=True)
ward_workbook()
triage_workbook()
dataset_folder()
parquet_files()
cas_json()
label_studio()
