import { join } from 'node:path';
import { openDataset } from '../../datasets/dataset.ts';
import { counted } from '../../ground/counted.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { readTextFile } from '../../ground/files.ts';
import { listed } from '../../ground/language.ts';
import { encodeBio } from '../../metrics/bio.ts';
import type { Details } from '../../metrics/metric.ts';
import { sumCounts } from '../../statistics/counts.ts';
import type { Example, Prediction } from '../../tasks/examples.ts';
import type { ReleasedTags } from './released-tags.ts';
import type { JudgedCorpus, Measure, Reproduced, Reproduction } from './reproduction.ts';
import { readTaggedLines, type SeenPieces, seePieces, type TaggedLine } from './tagged-lines.ts';

/** `max_seq_length` 128 without `[CLS]` and `[SEP]`. */
export const PIECES_SEEN = 126;

const COUNTS = 3;
const [RIGHT, PREDICTED, GOLD] = [0, 1, 2];

/** `a / b`, and 0 where `b` is 0, as `tf_metrics` and scikit-learn (`zero_division=0`) have it. */
const shareOf = (a: number, b: number): number => (b === 0 ? 0 : a / b);

/** Mean precision, recall and F1 over tags from (right, predicted, gold) a tag; an absent tag counts 0. */
export function macroOverTags(counts: ArrayLike<number>): { precision: number; recall: number; f1: number } {
  const tags = counts.length / COUNTS;
  const sum = { precision: 0, recall: 0, f1: 0 };
  for (let tag = 0; tag < tags; tag++) {
    const at = tag * COUNTS;
    const precision = shareOf(counts[at + RIGHT], counts[at + PREDICTED]);
    const recall = shareOf(counts[at + RIGHT], counts[at + GOLD]);
    sum.precision += precision;
    sum.recall += recall;
    sum.f1 += shareOf(2 * precision * recall, precision + recall);
  }
  return { precision: sum.precision / tags, recall: sum.recall / tags, f1: sum.f1 / tags };
}

/** A document as the script saw it. */
interface SeenDocument extends SeenPieces {
  /** Id of the gold tag of every line; 0 for a tag that is not in the list. */
  readonly gold: Int32Array;
}

/**
 * Adds a document's counts. `predicted` has the id of a tag per line; undefined means no answer: every token
 * then counts as the scored tag after the gold one, cyclically, and so as wrong.
 */
function countDocument(
  { lines, first, gold }: SeenDocument,
  predicted: Int32Array | undefined,
  lastScored: number,
  counts: Float64Array,
  offset: number,
): void {
  for (let piece = 0; piece < lines.length; piece++) {
    if (first[piece] === 0) continue;
    const right = gold[lines[piece]];
    const answer = predicted ? predicted[lines[piece]] : (right % lastScored) + 1;
    if (right >= 1 && right <= lastScored) counts[offset + (right - 1) * COUNTS + GOLD]++;
    if (answer >= 1 && answer <= lastScored) {
      counts[offset + (answer - 1) * COUNTS + PREDICTED]++;
      if (answer === right) counts[offset + (answer - 1) * COUNTS + RIGHT]++;
    }
  }
}

/** The published number of an NER task. */
export function tokenTagReproduction({ task, tags, lastScored }: ReleasedTags): Reproduction {
  const left = listed(tags.slice(lastScored));
  return {
    id: `ner/as-published/token-tag-macro-f1/${task}@1`,
    title: { en: 'Token-tag macro F1, as published', zh: '词元标签宏平均 F1（按论文代码）' },
    split: 'test',
    needsVocabulary: true,
    definition: {
      en: `Known from the released script of ${task}: the BIO file of test (the script calls it dev) is read line by line; each line's character is cut into WordPieces by itself, a document keeps its first ${PIECES_SEEN}, and nothing after them is scored. Tags have ids in the order of the script's list, from 1: ${tags.map((tag, i) => `${i + 1} ${tag}`).join(', ')}. For each of the ids 1 to ${lastScored}, over all kept WordPieces, precision = right / predicted, recall = right / gold and F1 = 2PR/(P+R), each 0 where it divides by 0; the score is the unweighted mean F1 of these ${lastScored} ids. So O is scored like an entity, B and I of a type are two classes, and ${left.en} count only through the errors that they cause elsewhere. Inferred: padding, [CLS] and [SEP] also stand in the script's table; their gold is none of the scored ids, and here a model is assumed to get them right. Further WordPieces of one character, for which the script has no id (it would stop; the released files have none), take up positions and are not scored. Predicted entities become flat tags: of two that overlap the one that starts first is kept, then the longer. A missing answer counts every token as the scored tag after the gold one, cyclically.`,
      zh: `由 ${task} 发布的脚本可知：按行读取测试集的 BIO 文件（脚本中称为 dev），每行的字单独切成词元，每篇只保留前 ${PIECES_SEEN} 个，其后一概不评。标签按脚本列表的次序从 1 编号：${tags.map((tag, i) => `${i + 1} ${tag}`).join('、')}。在全部保留的词元上，对编号 1 至 ${lastScored} 各算精确率 = 正确 / 预测、召回率 = 正确 / 金标、F1 = 2PR/(P+R)，分母为 0 时记 0；得分为这 ${lastScored} 个 F1 的不加权平均。因此 O 也像实体一样计分，同一类型的 B 与 I 是两个类别，而 ${left.zh} 除了影响其他标签之外不计分。推断：填充、[CLS]、[SEP] 也在脚本的统计表里，其金标不属于被评编号，这里视模型都答对。一个字的后续词元在脚本中没有编号（脚本会中断；发布的文件中没有这种情况），这里占位但不评分。预测的实体转为平面标签：重叠时保留起点在前者，起点相同保留较长者。缺失的答案按每个词元都答成金标之后的下一个被评标签（循环）计。`,
    },
    difference: {
      en: `The published rule looks at the first ${PIECES_SEEN} WordPieces of a document only, one character at a time, so gold after them costs nothing; it scores O, which is most of the text and easy, as one of ${lastScored} classes; it gives credit for single tokens, so an entity with a wrong boundary still earns most of its points; and it leaves ${left.en} out. Our rule asks for whole entities, all of them, with exact boundaries and type. The two numbers measure different things: compare a new model with the paper in the right-hand column only, and bear in mind that the published models were also trained on only the first ${PIECES_SEEN} WordPieces of each document.`,
      zh: `论文口径只看每篇的前 ${PIECES_SEEN} 个词元（逐字切分），其后的金标漏掉也不扣分；把占文本大半、最容易的 O 当作 ${lastScored} 个类别之一；按单个词元给分，边界错的实体仍能得到大部分分数；并且略去 ${left.zh}。我们的口径要求全部实体的边界与类型都完全正确。两个数字衡量的不是一回事：与论文比较时只看右列，并请记住论文中的模型训练时也只见过每篇的前 ${PIECES_SEEN} 个词元。`,
    },
    published: (declared) => declared.published.map(({ model, value }) => ({ model, value: value / 100 })),
    open: (corpus) => openTokenTags(corpus, { task, tags, lastScored }),
  };
}

/** Reads what the rule needs: the BIO file, cut into WordPieces as the script cuts it. */
async function openTokenTags(corpus: JudgedCorpus, { tags, lastScored }: ReleasedTags): Promise<Measure> {
  const { tokenizer } = corpus;
  if (!tokenizer) throw vocabularyMissing();
  const idOf = new Map(tags.map((tag, i) => [tag, i + 1]));
  const width = lastScored * COUNTS;
  const examples = corpus.examples as readonly Example<'ner'>[];
  const { file, documents } = await readDocuments(corpus);
  const seen = documents.map((document, i): SeenDocument => {
    requireSameLength(examples[i], document, file);
    const gold = Int32Array.from(document, ({ tag }) => idOf.get(tag) ?? 0);
    return { ...seePieces(document, tokenizer, PIECES_SEEN), gold };
  });
  const tagsOf = (example: Example<'ner'>, prediction: Prediction<'ner'> | undefined) =>
    prediction &&
    Int32Array.from(encodeBio(example.input.text, prediction.entities).tags, (tag) => idOf.get(tag) ?? 0);
  // Every tag is scored separately.
  const supports = Array.from({ length: lastScored }, (_, tag) => tag * COUNTS + GOLD);
  const kept = seen.reduce((sum, { lines }) => sum + lines.length, 0);
  const all = documents.reduce((sum, document) => sum + document.length, 0);
  return {
    scope: {
      en: `${kept} WordPieces of ${counted(all, 'character')} in ${counted(seen.length, 'document')}`,
      zh: `${seen.length} 篇文档 ${all} 个字中的 ${kept} 个词元`,
    },
    visible: examples.map(({ input: { text } }, i) => (seen[i] ? endOfSeen(text, seen[i]) : 0)),
    score(predictions): Reproduced {
      const counts = new Float64Array(seen.length * width);
      for (const [i, document] of seen.entries()) {
        const answer = tagsOf(examples[i], predictions[i] as Prediction<'ner'> | undefined);
        countDocument(document, answer, lastScored, counts, i * width);
      }
      const sums = sumCounts(counts, width);
      const scoreOf = (totals: Float64Array): number => macroOverTags(totals).f1;
      return { value: scoreOf(sums), counts, width, scoreOf, supports, details: detailsOf(sums, tags) };
    },
  };
}

const vocabularyMissing = (): UserError =>
  new UserError(
    'no-vocabulary',
    { en: 'The published NER score is computed over WordPieces', zh: '论文的 NER 得分按 WordPiece 词元计算' },
    {
      hint: {
        en: 'Give the vocab.txt of the model: --vocab FILE.',
        zh: '请指定模型的 vocab.txt：--vocab FILE。',
      },
      exitCode: EXIT.usage,
    },
  );

function detailsOf(sums: Float64Array, tags: readonly string[]): Details {
  const rows = Array.from({ length: sums.length / COUNTS }, (_, tag): Details => {
    const [right, predicted, gold] = sums.slice(tag * COUNTS, (tag + 1) * COUNTS);
    const { f1 } = macroOverTags([right, predicted, gold]);
    return { tag: tags[tag], right, predicted, gold, f1 };
  });
  return { ...macroOverTags(sums), tags: rows };
}

/** The BIO file of the split, as the script reads it: documents aligned with the examples, the last perhaps lost. */
async function readDocuments({ task, split, dataDir, examples }: JudgedCorpus) {
  const alternative = await openDataset({ task, dir: dataDir, source: 'alternative' });
  const { files } = await alternative.split(split);
  const file = join(dataDir, files[0].path);
  const text = await readTextFile(file);
  const documents = readTaggedLines(text);
  if (documents.length !== examples.length && documents.length !== examples.length - 1) {
    throw new UserError(
      'not-comparable',
      {
        en: `${counted(documents.length, 'document')} in the BIO file, ${examples.length} in the JSON file`,
        zh: `BIO 文件有 ${documents.length} 篇文档，JSON 文件有 ${examples.length} 篇`,
      },
      {
        file,
        hint: {
          en: `Fetch both again: \`chineseblue data get ${task.id} --force\`.`,
          zh: `请重新下载：\`chineseblue data get ${task.id} --force\`。`,
        },
      },
    );
  }
  return { file, documents };
}

function requireSameLength(
  { id, input }: Example<'ner'>,
  document: readonly TaggedLine[],
  file: string,
): void {
  const characters = Array.from(input.text).length;
  if (characters === document.length) return;
  throw new UserError(
    'not-comparable',
    {
      en: `The BIO file has ${counted(document.length, 'character')} where the JSON text has ${characters}`,
      zh: `BIO 文件有 ${document.length} 个字符，而 JSON 文本有 ${characters} 个`,
    },
    {
      file,
      id,
      hint: { en: 'Both must be the same release of the corpus.', zh: '两者须为语料的同一发布版本。' },
    },
  );
}

/** First code unit after the last line that is at least partly read; the end of the text if nothing is truncated. */
function endOfSeen(text: string, { lines, gold }: SeenDocument): number {
  if (lines.length < PIECES_SEEN || lines[lines.length - 1] === gold.length - 1) return text.length;
  return Array.from(text)
    .slice(0, lines[lines.length - 1] + 1)
    .join('').length;
}
