/**
 * Writes the card of a pretrained model, MODEL/README.md, from the files of its pretraining: no figure is typed by hand.
 *
 *   npx node scripts/card.ts models/cbert-tiny --log DIR/pretraining/train.jsonl --corpus CORPUS/manifest.json \
 *     --commands commands.txt [--compare bench/results/pretraining-compare.json]
 *   npx node scripts/card.ts models/cbert-small --init bge-small-zh-v1.5 --arm cbert-small …
 *
 * --init: the encoder whose pretraining was continued; --arm: the model's arm in bench/grid, which provides its evaluation
 * (bench/grid/page.ts renews it when cells are added).
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { cardEvaluation } from '../bench/grid/card.ts';
import { ARMS } from '../bench/grid/recipes.ts';
import { readWeights } from '../src/encoders/weights/read.ts';
import { writeAtomic } from '../src/ground/files.ts';

/** Licence and origin of every source that shipped models may be trained on, by file name or suffix. */
const SOURCES: readonly (readonly [pattern: RegExp, licence: string, origin: string])[] = [
  [
    /^huatuo-.*\.json$/,
    'Apache-2.0',
    '[Huatuo-Llama-Med-Chinese](https://github.com/SCIR-HI/Huatuo-Llama-Med-Chinese)',
  ],
  [
    /^medical-dialogue-.*\.csv$/,
    'MIT',
    '[Chinese-medical-dialogue-data](https://github.com/Toyhom/Chinese-medical-dialogue-data)',
  ],
  [
    /^CMDD train$/,
    'Apache-2.0',
    '[ChineseBLUE](https://github.com/alibaba-research/ChineseBLUE); first published with EMNLP 2019, D19-1508',
  ],
  [/ train$/, 'Apache-2.0', '[ChineseBLUE](https://github.com/alibaba-research/ChineseBLUE)'],
];

/** Encoders from which a shipped model may continue pretraining. */
const INITS: Readonly<Record<string, { readonly licence: string; readonly origin: string }>> = {
  'bge-small-zh-v1.5': { licence: 'MIT', origin: 'https://huggingface.co/BAAI/bge-small-zh-v1.5' },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    log: { type: 'string' },
    corpus: { type: 'string' },
    commands: { type: 'string' },
    init: { type: 'string' },
    arm: { type: 'string' },
    compare: {
      type: 'string',
      default: join(import.meta.dirname, '../bench/results/pretraining-compare.json'),
    },
  },
});
const [folder] = positionals;
if (!folder || !values.log || !values.corpus || !values.commands) {
  throw new Error('MODEL --log train.jsonl --corpus manifest.json --commands FILE');
}
const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

interface HeldOut {
  readonly loss: number;
  readonly masked: number;
  readonly entity: number | null;
  readonly span: number | null;
  readonly other: number | null;
  readonly next: number | null;
  readonly tokens: number;
  readonly pairs: number;
}
interface Step {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly masked: number;
  readonly next?: number;
  readonly rate: number;
}
interface Source {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly documents: number;
}

const name = basename(folder);
const { config, tensors } = await readWeights(folder);
const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
const bytes = statSync(join(folder, 'model.safetensors')).size;
const lines: ({ step: number; heldOut?: HeldOut } & Partial<Step>)[] = readFileSync(values.log, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line));
const looks = lines.flatMap(({ step, heldOut }) => (heldOut ? [{ step, ...heldOut }] : []));
const steps = lines.filter((line): line is Step => line.loss !== undefined);
const [first, last] = [looks[0], looks[looks.length - 1]];
const end = steps[steps.length - 1];
const { sources, documents, sentences, evaluation } = readJson(values.corpus);
const totalBytes = (sources as Source[]).reduce((sum, source) => sum + source.bytes, 0);

const percent = (share: number | null): string => (share === null ? '–' : `${(100 * share).toFixed(1)} %`);
const count = (value: number): string => value.toLocaleString('en').replaceAll(',', ' ');
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
/** About this many evaluations are shown, evenly over training, including the first and the last. */
const SHOWN = 8;
const shown = looks.filter((_, i) => i % Math.ceil(looks.length / SHOWN) === 0 || i === looks.length - 1);

function sourceRow({ path, bytes: size, documents: read }: Source): string {
  const own = basename(path);
  const found = SOURCES.find(([pattern]) => pattern.test(own));
  if (!found) throw new Error(`${own} has no known licence: such a model is not shipped`);
  return row([own, found[2], found[1], (size / 1e6).toFixed(1), count(read)]);
}

const arm = ARMS.find((one) => one === values.arm);
const compare = !arm && existsSync(values.compare) ? readJson(values.compare) : undefined;
const compared: string[] = compare
  ? [
      '## Evaluation',
      '',
      `Fine-tuned and compared with the same architecture and vocabulary from random weights: ${compare.seeds.length} seeds; primary metric on test in percent, ± standard deviation over seeds; differences with 95 % intervals (paired bootstrap over test examples). Recipes and all runs: \`bench/pretraining/compare.ts\`.`,
      '',
      row([
        'task',
        ...compare.tasks[0].systems.map((system: { name: string }) => system.name),
        'difference of the first two',
      ]),
      row(['---', ...compare.tasks[0].systems.map(() => '---:'), '---:']),
      // biome-ignore lint/suspicious/noExplicitAny: JSON of the benchmark
      ...compare.tasks.map(({ task, systems, pairs }: any) =>
        row([
          task,
          ...systems.map(
            ({ test }: { test: { mean: number; deviation: number } }) =>
              `${(100 * test.mean).toFixed(1)} ± ${(100 * test.deviation).toFixed(1)}`,
          ),
          `${(100 * pairs[0].difference).toFixed(1)} [${(100 * pairs[0].low).toFixed(1)}, ${(100 * pairs[0].high).toFixed(1)}]`,
        ]),
      ),
      '',
    ]
  : [];

const init = values.init === undefined ? undefined : INITS[values.init];
if (values.init && !init)
  throw new Error(`${values.init} has no known licence: models trained from it are not shipped`);
const method =
  'the method of C-BERT (Zhang et al. 2020, arXiv:2008.10813): whole entity masking, whole span masking, next sentence prediction on real sentences.';
const made = init
  ? `Built from [${values.init}](${init.origin}) (${init.licence}) by trimming its vocabulary to that of medical text and continuing pretraining with chineseblue by ${method}`
  : `Pretrained from scratch with chineseblue by ${method}`;
const highest = Math.max(...steps.map(({ rate }) => rate));
const card = [
  '---',
  'language: zh',
  'license: apache-2.0',
  'library_name: transformers',
  'pipeline_tag: fill-mask',
  'tags: [bert, chinese, biomedical, clinical, fill-mask]',
  '---',
  '',
  `# ${name}`,
  '',
  `A small Chinese biomedical BERT: ${config.layers} layers of ${config.hiddenSize}, ${config.heads} heads, ${count(config.vocabSize)} WordPieces, ${count(parameters)} parameters, ${(bytes / 1e6).toFixed(1)} MB. ${made} It ships with the package so that fine-tuning works out of the box; it is not the MC-BERT that the authors published, which is ${parameters > 1e7 ? 'six' : 'twenty'} times as large and trained on far more text.`,
  '',
  '```sh',
  `chineseblue run --task cMedIC --model bert:${name}`,
  `chineseblue fill-mask ${name} '孩子一直[MASK][MASK]，吃什么药？'`,
  '```',
  '',
  `\`transformers\`: \`BertForPreTraining.from_pretrained("models/${name}")\`.`,
  '',
  '## Data',
  '',
  `${(totalBytes / 1e6).toFixed(1)} MB of files with a clear licence. After removing duplicate and near-duplicate documents and boilerplate, ${count(documents.kept)} documents with ${count(sentences.kept)} sentences remain. ${count(sentences.removed.evaluation ?? 0)} sentences were removed because they contain text of a dev or test split (${evaluation.tasks.join(', ')}).`,
  '',
  row(['file or split', 'origin', 'licence', 'MB', 'documents']),
  row(['---', '---', '---', '---:', '---:']),
  ...(sources as Source[]).map(sourceRow),
  '',
  '## Training',
  '',
  '```sh',
  readFileSync(values.commands, 'utf8').trim(),
  '```',
  '',
  `${count(end.step)} updates, ${end.epoch.toFixed(1)} epochs, with new masks in each; peak learning rate ${Number(highest.toPrecision(2))}. Final training loss ${end.loss.toFixed(2)}: ${end.masked.toFixed(2)} on masked tokens${end.next === undefined ? '' : ` and ${end.next.toFixed(2)} on sentence pairs`}.`,
  '',
  `On held-out documents (${count(last.tokens)} masked tokens, ${count(last.pairs)} pairs; loss ${first.loss.toFixed(2)} before training):`,
  '',
  row(['updates', 'loss', 'masked-token accuracy', 'entities', 'spans', 'other', 'pair accuracy']),
  row(['---:', '---:', '---:', '---:', '---:', '---:', '---:']),
  ...shown.map((look) =>
    row([
      count(look.step),
      look.loss.toFixed(3),
      ...[look.masked, look.entity, look.span, look.other, look.next].map(percent),
    ]),
  ),
  '',
  ...(arm ? cardEvaluation(arm, name, String(values.init)) : compared),
  '## Limits',
  '',
  '- It is small and was trained on little text, mostly online patient questions and answers, hospital records from a single release and clinical trial criteria. It knows little about other kinds of text, and nothing more recent.',
  '- It is meant for fine-tuning and comparison, not for decisions about patients: it predicts likely text, not medical facts, which may be wrong or harmful as advice.',
  '- It was pretrained on the train splits of the tasks it is evaluated on, without labels but with their annotated terms as a lexicon. Dev and test text was removed as described above; close paraphrases may remain.',
  '- It covers Simplified Chinese; rare and traditional characters are not in its vocabulary.',
  '- It inherits the biases of its sources: who asks questions online, and how the answers are written.',
  '',
  '## Licence',
  '',
  `${init ? `Initial weights: ${init.licence} (\`LICENSE.${values.init}\`). Everything else: ` : ''}Apache-2.0, like chineseblue. The texts keep the licences listed above; none of them are included in this folder.`,
  '',
].join('\n');
await writeAtomic(join(folder, 'README.md'), card);
console.log(`${join(folder, 'README.md')}: ${card.length} characters`);
