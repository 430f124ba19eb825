import type { Estimate } from '../models/contract.ts';
import type { Terminal } from './terminal.ts';

/** What asking a service about a task would take. */
export interface NamedEstimate extends Estimate {
  readonly task: string;
  readonly model: string;
}

/** The table of `--dry-run`. */
export async function printEstimates(estimates: readonly NamedEstimate[], terminal: Terminal): Promise<void> {
  const { say } = terminal;
  if (estimates.length === 0)
    return terminal.printText({
      en: 'None of these models calls a service: there are no calls and no cost.',
      zh: '这些模型都不调用服务：没有调用，也没有费用。',
    });
  await terminal.table(
    [
      say({ en: 'task', zh: '任务' }),
      say({ en: 'model', zh: '模型' }),
      say({ en: 'calls', zh: '调用数' }),
      say({ en: 'prompt tokens, approx.', zh: '输入 token（约）' }),
      { head: say({ en: 'answer tokens, maximum', zh: '输出 token 上限' }), dropRank: 2 },
      say({ en: 'cost, at least', zh: '费用下限' }),
      say({ en: 'cost, at most', zh: '费用上限' }),
      { head: say({ en: 'sent to', zh: '发送至' }), dropRank: 1 },
    ],
    estimates.map(
      ({ task, model, calls, promptTokens, mostCompletionTokens, cost, currency = '', destination }) => [
        ...[task, model, ...[calls, promptTokens, mostCompletionTokens].map(String)],
        ...[cost?.least, cost?.most].map((sum) => (sum === undefined ? '' : `${sum.toFixed(2)} ${currency}`)),
        destination,
      ],
    ),
  );
}
