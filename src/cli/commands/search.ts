import { EXIT, UserError } from '../../ground/errors.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { CommandSpec } from '../command.ts';
import { openTaskData } from '../open-task.ts';
import { chooseTask, DATA_DIR, SPLIT, TASK_FILE, textOption } from '../options.ts';

const CUTOFFS = [1, 5, 10, 100] as const;
const OWNER = { name: { en: 'search', zh: '检索命令' } };

export const searchCommand: CommandSpec = {
  name: 'search',
  summary: {
    en: 'search all titles or answers of a task with BM25: one query, or recall@k and nDCG@k of all',
    zh: '用 BM25 检索任务的全部标题或答案：单个查询，或整体 recall@k 与 nDCG@k',
  },
  options: [
    { flags: '--task <name>', summary: { en: 'a ranking or similarity task', zh: '排序或相似度任务' } },
    {
      flags: '--query <text>',
      summary: { en: 'show what is found for this query', zh: '显示该查询的检索结果' },
    },
    { flags: '--show <n>', summary: { en: 'results shown', zh: '显示的结果数' }, default: '10' },
    {
      flags: '--tokens <kind>',
      summary: { en: 'unigram, bigram, mixed or word', zh: 'unigram、bigram、mixed 或 word' },
      default: 'mixed',
    },
    SPLIT,
    TASK_FILE,
    DATA_DIR,
  ],
  examples: ['chineseblue search --task cMedIR', 'chineseblue search --task cMedQA --query 感冒吃什么药'],
  async run({ options, terminal, signal }) {
    const task = await chooseTask(options);
    if (!familyOf(task).judgedDocuments) {
      throw new UserError(
        'not-searchable',
        { en: `${task.id} has no documents to search`, zh: `${task.id} 没有可检索的文档` },
        {
          hint: { en: 'Choose a ranking or similarity task.', zh: '请选择排序或相似度任务。' },
          exitCode: EXIT.usage,
        },
      );
    }
    const { createTokenizer } = await import('../../models/shared/features/tokens.ts');
    const { parameters } = await import('../../models/bm25/parameters.ts');
    const { parseParameters } = await import('../../ground/parameters.ts');
    const { collectionOf } = await import('../../models/shared/retrieval/collection.ts');
    const { dataset, part } = await openTaskData(options, task);
    const split = await dataset.split(part);
    const given = { tokens: textOption(options, 'tokens') };
    const { tokens, ...constants } = parseParameters(parameters, given, OWNER);
    const collection = collectionOf(task, split.examples);

    if (typeof options.query === 'string') {
      const { indexDocuments } = await import('../../models/shared/retrieval/bm25index.ts');
      const tokenize = createTokenizer(tokens);
      const index = await indexDocuments(collection.documents.map(tokenize), constants, signal);
      const hits = index
        .search(tokenize(options.query), Number(textOption(options, 'show')))
        .map(({ document, score }) => ({ score, document: collection.documents[document] }));
      if (terminal.json) return terminal.printJson(hits);
      for (const { score, document } of hits) terminal.print(`${score.toFixed(3)}  ${document}`);
      return;
    }
    const { evaluateRetrieval } = await import('../../evaluation/retrieval.ts');
    const scores = await evaluateRetrieval(collection, tokens, constants, CUTOFFS, signal);
    if (terminal.json)
      return terminal.printJson({ task: task.id, synthetic: split.synthetic, tokens, ...scores });
    const { documents, queries, queriesWithoutRelevant, indexSeconds, searchMilliseconds } = scores;
    const synthetic = split.synthetic ? terminal.say({ en: ' (synthetic sample)', zh: '（合成样例）' }) : '';
    terminal.print(
      terminal.say({
        en: `${task.id}${synthetic}: ${documents} documents, ${queries} queries with a relevant one (${queriesWithoutRelevant} without); indexed in ${indexSeconds.toFixed(2)} s, ${searchMilliseconds.toFixed(3)} ms a search`,
        zh: `${task.id}${synthetic}：${documents} 个文档，${queries} 个有相关文档的查询（另有 ${queriesWithoutRelevant} 个没有）；建索引 ${indexSeconds.toFixed(2)} 秒，每次检索 ${searchMilliseconds.toFixed(3)} 毫秒`,
      }),
    );
    const percent = (share: number): string => (share * 100).toFixed(1);
    await terminal.table(
      ['k', 'recall@k, %', 'nDCG@k, %'],
      CUTOFFS.map((k) => [String(k), percent(scores.recall[k]), percent(scores.ndcg[k])]),
    );
  },
};
