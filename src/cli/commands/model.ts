import type { OnnxImport } from '../../encoders/folder/import_onnx.ts';
import type { Precision } from '../../encoders/weights/safetensors_write.ts';
import { counted } from '../../ground/counted.ts';
import { joinTexts, listed, type Text } from '../../ground/language.ts';
import { choice, flag, integer, list as listOf, text } from '../../ground/parameters.ts';
import type { Task } from '../../tasks/task.ts';
import { type CommandSpec, defineCommand } from '../command.ts';
import { chooseTasks, dataDirOf } from '../open-task.ts';
import { DATA_DIR, TASK_FILE } from '../options.ts';

const dtype = choice(['fp32', 'fp16'] satisfies readonly Precision[], {
  default: 'fp32',
  summary: { en: 'precision of the weights', zh: '权重精度' },
});

const importing = defineCommand({
  name: 'import',
  summary: {
    en: 'convert ONNX, PyTorch or TensorFlow 1 weights to a Hugging Face folder',
    zh: '将 ONNX、PyTorch 或 TensorFlow 1 权重转换为 Hugging Face 目录',
  },
  operands: '<path>',
  options: {
    out: text({
      required: true,
      placeholder: 'dir',
      summary: { en: 'the folder to write', zh: '输出目录' },
    }),
    dtype,
  },
  examples: [
    'chineseblue model import mc_bert_base --out mc-bert',
    'chineseblue model import bge-small-zh/onnx/model.onnx --out bge-small-zh-weights',
    'chineseblue model import cbert --dtype fp16 --out cbert-fp16',
  ],
  async run({ operands, options: { out, dtype }, terminal }) {
    const { importModel } = await import('../../encoders/folder/import.ts');
    const { format, config, tensors, parameters, onnx } = await importModel(operands[0], out, dtype);
    const { transformersClass: architecture } = config;
    if (terminal.json) return terminal.printJson({ out, format, architecture, tensors, parameters, onnx });
    terminal.print(
      terminal.say({
        en: `${out}: ${architecture}, ${tensors} tensors, ${parameters} parameters, converted from ${format}. Fine-tune it with --model bert:${out}`,
        zh: `${out}：${architecture}，${tensors} 个张量，${parameters} 个参数，来自 ${format}。用 --model bert:${out} 微调`,
      }),
    );
    for (const line of onnx ? compared(onnx) : []) terminal.note(terminal.say(line));
  },
});

/** How a model that was read from an ONNX file compares with it. */
function compared({ from, precision, configuration, comparison, unread }: OnnxImport): Text[] {
  const { texts, difference, cosine } = comparison;
  const [apart, close, names] = [difference.toExponential(1), cosine.toFixed(6), listed(unread)];
  return [
    {
      en: `Compared with ${from} (${precision}) on ${counted(texts, 'text')}: largest difference ${apart} of the largest value, smallest cosine ${close}.`,
      zh: `与 ${from}（${precision}）在 ${texts} 条文本上比较：最大差异为最大值的 ${apart}，最小余弦 ${close}。`,
    },
    ...(configuration === 'graph'
      ? [
          {
            en: 'No config.json: the configuration was read from the graph.',
            zh: '没有 config.json，配置取自计算图。',
          },
        ]
      : []),
    ...(unread.length > 0
      ? [{ en: `Not recognised and left out: ${names.en}.`, zh: `未识别、未导入的输出：${names.zh}。` }]
      : []),
  ];
}

const get = defineCommand({
  name: 'get',
  summary: {
    en: 'download, verify and convert a published model (names: model list); HF_ENDPOINT sets a mirror, HF_TOKEN an access token',
    zh: '下载已发布的模型（名称见 model list）：可续传、校验并转换；HF_ENDPOINT 指定镜像，HF_TOKEN 指定账号令牌',
  },
  operands: '<name>',
  options: {
    from: text({
      placeholder: 'path',
      summary: {
        en: 'a mirror (URL of an archive or a folder), a local archive, or a folder',
        zh: '镜像（归档或目录的 URL）、本地归档或目录',
      },
    }),
    out: text({
      placeholder: 'dir',
      summary: {
        en: 'the folder to write; if omitted, the cache, where the model is found by its name',
        zh: '输出目录，省略时为缓存目录（可按名称使用）',
      },
    }),
    dtype,
    force: flag({ default: false, summary: { en: 'download it again', zh: '重新下载' } }),
  },
  examples: [
    'chineseblue model get bge-small-zh-v1.5',
    'HF_ENDPOINT=https://hf-mirror.com chineseblue model get chinese-roberta-wwm-ext',
    'chineseblue model get mc-bert',
    'chineseblue model get mc-bert --from mc_bert_base.zip',
    'chineseblue model get mc-bert --from https://hf-mirror.com/freedomking/mc-bert/resolve/main',
  ],
  async run({ operands: [name], options, terminal, signal }) {
    const { describePublisher, getModel } = await import('../../encoders/folder/get.ts');
    const { from, out, dtype: precision, force } = options;
    const progress = terminal.progress(terminal.say({ en: 'Downloading', zh: '下载中' }));
    const { folder, kept, source } = await getModel(name, {
      from,
      out,
      force,
      precision,
      onProgress: progress.update,
      onFailure: (publisher, { text }) =>
        terminal.note(
          terminal.say({
            en: `From ${publisher}: ${text.en}. Trying the next source.`,
            zh: `来源 ${describePublisher(publisher).zh}：${text.zh}。尝试下一来源。`,
          }),
        ),
      signal,
    }).finally(progress.stop);
    if (terminal.json) return terminal.printJson({ folder, kept, source });
    const publisher = describePublisher(source?.publisher ?? '');
    const at = source?.commit ? ` @ ${source.commit}` : '';
    const state = kept
      ? terminal.say({ en: 'already exists', zh: '已存在' })
      : terminal.say({ en: `from ${publisher.en}${at}`, zh: `来自 ${publisher.zh}${at}` });
    terminal.print(`${folder}: ${state}`);
    for (const { path, sha256, verified } of source?.files ?? []) {
      const checked = verified
        ? terminal.say({ en: 'verified', zh: '与预期一致' })
        : terminal.say({
            en: 'recorded, not verified: no checksum is published',
            zh: '已记录，未校验：来源未公布校验值',
          });
      terminal.note(`${path}: SHA-256 ${sha256} (${checked})`);
    }
    terminal.note(
      terminal.say({
        en: `Fine-tune it with --model bert:${out ?? name}`,
        zh: `用 --model bert:${out ?? name} 微调`,
      }),
    );
  },
});

const list = defineCommand({
  name: 'list',
  summary: { en: 'list named models: shipped, downloaded, downloadable', zh: '列出有名称的模型' },
  examples: ['chineseblue model list'],
  async run({ terminal }) {
    const { listModels } = await import('../../encoders/folder/list.ts');
    const { describePublisher } = await import('../../encoders/folder/get.ts');
    const models = await listModels();
    if (terminal.json) return terminal.printJson(models);
    const states = {
      shipped: terminal.say({ en: 'shipped', zh: '随包提供' }),
      fetched: terminal.say({ en: 'downloaded', zh: '已下载' }),
      fetchable: terminal.say({ en: 'downloadable: model get', zh: '可下载：model get' }),
    };
    const undeclared = terminal.say({ en: 'see its source', zh: '见其来源' });
    const head = {
      en: ['name', 'state', 'MiB', 'licence', 'source', 'folder'],
      zh: ['名称', '状态', 'MiB', '许可', '来源', '目录'],
    };
    await terminal.table(
      head[terminal.language],
      models.map(({ name, state, bytes, licence, source, from, folder }) => [
        name,
        states[state],
        bytes === undefined ? '' : (bytes / 2 ** 20).toFixed(1),
        licence || (source ? undeclared : ''),
        from
          ? terminal.say(joinTexts([describePublisher(from.publisher), from.page], { en: '; ', zh: '；' }))
          : source,
        folder ?? '',
      ]),
    );
  },
});

const trim = defineCommand({
  name: 'trim',
  summary: {
    en: 'drop the word embeddings that the given texts never use; outputs for texts within the remaining vocabulary are bit-identical',
    zh: '删去给定文本从不使用的词嵌入；只用到其余词元的文本，计算结果逐位不变',
  },
  operands: '<model>',
  options: {
    out: text({ required: true, placeholder: 'dir', summary: { en: 'the folder to write', zh: '输出目录' } }),
    texts: listOf({
      placeholder: 'files',
      summary: {
        en: 'files or directories of texts, comma-separated (text, JSON, CSV)',
        zh: '文本文件或目录，以逗号分隔（文本、JSON、CSV）',
      },
    }),
    task: listOf({
      summary: {
        en: 'tasks whose texts are read from all splits, or all for every available task',
        zh: '读取其全部划分文本的任务，或 all（现有全部）',
      },
    }),
    minCount: integer({
      min: 1,
      default: 1,
      summary: { en: 'minimum number of occurrences of a token', zh: '词元的最少出现次数' },
    }),
    dtype,
    ...TASK_FILE,
    ...DATA_DIR,
  },
  needs: { dataDir: ['task', 'taskFile'] },
  examples: [
    'chineseblue model trim bge-small-zh-v1.5 --task all --out bge-trimmed',
    'chineseblue model trim DIR --texts corpus/,notes.csv --min-count 2 --dtype fp16 --out DIR2',
  ],
  async run({ operands: [from], options, terminal, signal }) {
    const { trimModel } = await import('../../encoders/folder/trim.ts');
    const { readTexts } = await import('../../pretraining/corpus/texts.ts');
    const { out, texts: inputs, minCount, dtype: precision } = options;
    const { dataDir, tasks } = await availableTasks(options);
    const texts = readTexts({ inputs, tasks, dataDir });
    const trimmed = await trimModel(from, out, texts, { minCount, precision, signal });
    if (terminal.json) return terminal.printJson({ out, ...trimmed });
    const { before, after, parameters, texts: read, tokens, unknown, lost } = trimmed;
    const share = ((100 * lost) / tokens).toFixed(3);
    terminal.print(
      terminal.say({
        en: `${out}: ${after} of ${before} tokens, ${parameters} parameters. In ${counted(read, 'text')}, ${tokens} tokens: ${lost} lost (${share} %), ${unknown} were [UNK] before.`,
        zh: `${out}：保留 ${before} 个词元中的 ${after} 个，共 ${parameters} 个参数。${read} 条文本共 ${tokens} 个词元：丢失 ${lost} 个（${share}%），原本为 [UNK] 的 ${unknown} 个。`,
      }),
    );
  },
});

/** The tasks of `--task` with data; `all` stands for those that have any. */
async function availableTasks({
  task,
  taskFile,
  dataDir,
}: {
  readonly task: readonly string[];
  readonly taskFile?: string;
  readonly dataDir?: string;
}): Promise<{ dataDir: string; tasks: readonly Task[] }> {
  const dir = await dataDirOf({ dataDir });
  if (task.length === 0 && taskFile === undefined) return { dataDir: dir, tasks: [] };
  const { availableSplits } = await import('../../datasets/dataset.ts');
  const { tasks, named } = await chooseTasks(task, taskFile, dir);
  return {
    dataDir: dir,
    tasks: named ? tasks : tasks.filter((one) => availableSplits({ task: one, dir }).length > 0),
  };
}

export const modelCommand: CommandSpec = {
  name: 'model',
  summary: { en: 'list, download, import and trim models', zh: '列出、下载、导入与裁剪模型' },
  subcommands: [list, get, importing, trim],
  examples: ['chineseblue model list', 'chineseblue model import mc_bert_base --out mc-bert'],
};
