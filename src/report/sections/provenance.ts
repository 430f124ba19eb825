import type { TaskAnalysis } from '../analysis.ts';
import { both, type Html, html } from '../html.ts';

/** What is needed to reproduce these figures. */
export function provenance({ runs }: TaskAnalysis): Html {
  return html`<details class="quiet"><summary>${both({ en: 'Provenance', zh: '运行信息' })}</summary>
    ${runs.map(({ run: { record } }) => {
      const { environment, model, times } = record;
      const rows: [Parameters<typeof both>[0], string][] = [
        [{ en: 'Run', zh: '运行' }, record.id],
        [{ en: 'Started', zh: '开始' }, times.startedAt],
        [
          { en: 'Seconds: training, prediction', zh: '训练、预测耗时（秒）' },
          `${times.fitSeconds.toFixed(1)}, ${times.predictSeconds.toFixed(2)}`,
        ],
        [{ en: 'Parameters', zh: '参数' }, JSON.stringify(model.parameters)],
        [
          { en: 'Examples: training, tuning, evaluation', zh: '训练、调优、评测样本数' },
          `${record.examples.train}, ${record.examples.dev}, ${record.examples.evaluated}`,
        ],
        [{ en: 'Splits', zh: '划分' }, record.splitRule],
        [
          { en: 'chineseblue', zh: 'chineseblue' },
          `${environment.chineseblue}${environment.git ? ` (${environment.git.commit.slice(0, 10)}${environment.git.dirty ? ', changed' : ''})` : ''}`,
        ],
        [
          { en: 'Machine', zh: '机器' },
          `${environment.platform}, ${environment.cpu}, ${environment.cores} × , ${environment.memoryGiB} GiB, Node ${environment.node}`,
        ],
        ...record.corpus.map(({ path, sha256 }): [Parameters<typeof both>[0], string] => [
          { en: path, zh: path },
          `sha256 ${sha256}`,
        ]),
      ];
      return html`<dl>${rows.map(([name, value]) => html`<div><dt>${both(name)}</dt><dd>${value}</dd></div>`)}</dl>`;
    })}</details>`;
}
