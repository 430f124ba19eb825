import type { RetrievalScores, Search } from '../../evaluation/retrieval.ts';
import { counted } from '../../ground/counted.ts';
import type { Text } from '../../ground/language.ts';
import { choice, integer, text, withDefaults } from '../../ground/parameters.ts';
import { parameters as bm25 } from '../../models/bm25/parameters.ts';
import { TOKEN_KINDS } from '../../models/shared/features/tokens.ts';
import type { Retriever } from '../../models/shared/retrieval/retriever.ts';
import type { Task } from '../../tasks/task.ts';
import { defineCommand } from '../command.ts';
import { openTaskData } from '../open-task.ts';
import { DATA_DIR, SPLIT, TASK, TASK_FILE } from '../options.ts';
import type { Terminal } from '../terminal.ts';

const CUTOFFS = [1, 5, 10, 100] as const;
/** More results than this are no longer looked at. */
const MAX_SHOWN = 10_000;

export const searchCommand = defineCommand({
  name: 'search',
  summary: {
    en: 'search all titles or answers of a task with BM25 or vectors, and optionally rerank: one query, or recall@k and nDCG@k over all queries',
    zh: '用 BM25 或文本向量检索任务的全部标题或答案，可再重排序：单个查询，或整体 recall@k 与 nDCG@k',
  },
  options: {
    task: { ...TASK.task, summary: { en: 'a ranking or similarity task', zh: '排序或相似度任务' } },
    query: text({ summary: { en: 'show what is found for this query', zh: '显示该查询的检索结果' } }),
    show: integer({
      min: 1,
      max: MAX_SHOWN,
      default: 10,
      summary: { en: 'results shown', zh: '显示的结果数' },
    }),
    tokens: choice(TOKEN_KINDS, {
      default: 'mixed',
      summary: { en: 'how texts are tokenised', zh: '文本的切分单位' },
    }),
    encoder: text({
      placeholder: 'dir',
      summary: {
        en: 'search by the vectors of this encoder instead (a folder or model name)',
        zh: '改用该编码器的文本向量检索（目录或模型名称）',
      },
    }),
    rerank: text({
      placeholder: 'kind:path',
      summary: {
        en: 'a kept model of the task that reranks the first results',
        zh: '对靠前结果重新排序的已保存模型（同一任务）',
      },
    }),
    depth: integer({
      min: 1,
      max: MAX_SHOWN,
      default: 20,
      summary: { en: 'number of results that --rerank reorders', zh: '--rerank 重新排序的结果数' },
    }),
    ...SPLIT,
    ...TASK_FILE,
    ...DATA_DIR,
  },
  needs: { show: ['query'], depth: ['rerank'] },
  excludes: { encoder: ['tokens'] },
  examples: [
    'chineseblue search --task cMedIR',
    'chineseblue search --task cMedQA --query 感冒吃什么药',
    'chineseblue search --task cMedIR --encoder bge-small-zh-v1.5',
    'chineseblue search --task cMedIR --rerank bert:my-model',
  ],
  async run({ options, terminal, signal }) {
    const { query, show, tokens, encoder, rerank, depth } = options;
    const { evaluateRetrieval, openCollection, searchCollection } = await import(
      '../../evaluation/retrieval.ts'
    );
    const { task, dataset, part } = await openTaskData(options);
    const split = await dataset.split(part);
    const collection = openCollection(task, split);
    const open = async (documents: readonly string[]): Promise<Retriever> => {
      if (encoder === undefined) {
        const { openBm25Retriever } = await import('../../models/shared/retrieval/retriever.ts');
        return openBm25Retriever(documents, withDefaults(bm25, { tokens }), signal);
      }
      const { openVectorRetriever } = await import('../../models/embedding/retriever.ts');
      const progress = terminal.progress(terminal.say({ en: 'Embedding', zh: '计算向量' }));
      const watching = { signal, onProgress: progress.update };
      return openVectorRetriever(documents, { init: encoder, task }, watching).finally(progress.stop);
    };
    const search: Search = { open, reranker: await rerankerOf(rerank, depth, task) };
    if (query !== undefined) {
      const hits = await searchCollection(collection, { text: query, count: show }, search, { signal });
      if (terminal.json) return terminal.printJson(hits);
      for (const { score, document } of hits) terminal.print(`${score.toFixed(3)}  ${document}`);
      return;
    }
    const progress = search.reranker && terminal.progress(terminal.say({ en: 'Reranking', zh: '重排序' }));
    const watcher = { signal, onProgress: progress?.update };
    const scores = await evaluateRetrieval(collection, search, CUTOFFS, watcher).finally(progress?.stop);
    if (terminal.json)
      return terminal.printJson({
        ...{ task: task.id, synthetic: split.synthetic, encoder, rerank, ...scores },
        ...(encoder === undefined && { tokens }),
      });
    terminal.print(terminal.say(describeSearch(task, split.synthetic, scores)));
    await printScores(scores, terminal);
  },
});

async function rerankerOf(name: string | undefined, depth: number, task: Task): Promise<Search['reranker']> {
  if (name === undefined) return undefined;
  const { loadKept } = await import('../../evaluation/fitted.ts');
  return { kept: await loadKept(name, task), task, depth };
}

function describeSearch(task: Task, isSynthetic: boolean, scores: RetrievalScores): Text {
  const { documents, queries, queriesWithoutRelevant, indexSeconds, searchMilliseconds, reranked } = scores;
  const synthetic = isSynthetic ? { en: ' (synthetic sample)', zh: '（合成样例）' } : { en: '', zh: '' };
  const again = reranked
    ? {
        en: `; the first ${reranked.depth} reranked in ${reranked.millisecondsPerQuery.toFixed(1)} ms per query`,
        zh: `；前 ${reranked.depth} 个重排序，每个查询 ${reranked.millisecondsPerQuery.toFixed(1)} 毫秒`,
      }
    : { en: '', zh: '' };
  return {
    en: `${task.id}${synthetic.en}: ${counted(documents, 'document')}, ${counted(queries, 'query', 'queries')} with a relevant one (${queriesWithoutRelevant} without); indexed in ${indexSeconds.toFixed(2)} s, ${searchMilliseconds.toFixed(3)} ms per search${again.en}`,
    zh: `${task.id}${synthetic.zh}：${documents} 个文档，${queries} 个有相关文档的查询（另有 ${queriesWithoutRelevant} 个没有）；建索引 ${indexSeconds.toFixed(2)} 秒，每次检索 ${searchMilliseconds.toFixed(3)} 毫秒${again.zh}`,
  };
}

function printScores(scores: RetrievalScores, terminal: Terminal): Promise<unknown> {
  const { reranked } = scores;
  const percent = (share: number): string => (share * 100).toFixed(1);
  const after = (head: string): string => terminal.say({ en: `${head}, reranked`, zh: `${head}（重排后）` });
  const names = ['recall@k, %', 'nDCG@k, %'];
  return terminal.table(
    ['k', ...names, ...(reranked ? names.map(after) : [])],
    CUTOFFS.map((k) => [
      String(k),
      ...[scores, ...(reranked ? [reranked] : [])].flatMap(({ recall, ndcg }) => [
        percent(recall[k]),
        percent(ndcg[k]),
      ]),
    ]),
  );
}
