import { basename, extname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../ground/errors.ts';
import { choice, flag, text } from '../../ground/parameters.ts';
import type { Client } from '../../server/client.ts';
import type { SubmissionView } from '../../server/view.ts';
import { defineCommand } from '../command.ts';
import { clientOf, SERVER } from '../site-options.ts';
import type { Terminal } from '../terminal.ts';

/** How often the state of a submission is polled. */
const POLL_MS = 1000;

export const submitCommand = defineCommand({
  name: 'submit',
  summary: { en: 'submit predictions to an evaluation server', zh: '向评测服务器提交预测' },
  operands: '<file>',
  options: {
    ...SERVER,
    challenge: text({ required: true, placeholder: 'id', summary: { en: 'the challenge', zh: '挑战赛' } }),
    phase: choice(['practice', 'test', 'final'], {
      default: 'test',
      summary: { en: 'the phase of the challenge', zh: '挑战赛的阶段' },
    }),
    system: text({
      placeholder: 'name',
      summary: {
        en: 'name of the system on the leaderboard (default: that of the file)',
        zh: '排行榜上的系统名（默认取文件名）',
      },
    }),
    modelCard: text({
      placeholder: 'file',
      summary: {
        en: 'JSON: seeds, training data, weights… (docs/server.md)',
        zh: 'JSON：种子、训练数据、权重等（见 docs/server.md）',
      },
    }),
    wait: flag({
      default: true,
      summary: {
        en: 'return once the file is received, without waiting for the score',
        zh: '收到后立即返回，不等评分结束',
      },
    }),
  },
  examples: ['chineseblue submit --server http://127.0.0.1:8930 --challenge cMedIC predictions.jsonl'],
  async run({ operands: [file], options, terminal, signal }) {
    const { challenge, phase, modelCard, wait } = options;
    const { submissionSchema } = await import('../../server/api/schemas.ts');
    const client = await clientOf(options, signal);
    const system = options.system ?? basename(file, extname(file));
    const query = new URLSearchParams({ system });
    if (modelCard !== undefined) query.set('card', await readCard(modelCard));
    const path = `/api/v1/challenges/${encodeURIComponent(challenge)}/${phase}`;
    let seen = await client.upload(`${path}/submissions?${query}`, file, submissionSchema);
    const progress = terminal.progress({ en: 'Scoring', zh: '评分中' });
    try {
      while (wait && seen.ended === undefined) {
        await delay(POLL_MS, undefined, { signal });
        seen = await client.get(`/api/v1/submissions/${seen.id}`, submissionSchema);
      }
    } finally {
      progress.stop();
    }
    const score = terminal.json ? '' : await written(seen.score ?? undefined, challenge, client);
    await show(seen as SubmissionView, score, terminal);
    if (seen.state === 'failed') throw notScored(file);
    if (seen.state === 'rejected')
      throw refused(seen.problems ?? [], file, `${options.server}${path}/questions`);
  },
});

async function readCard(file: string): Promise<string> {
  const { readJsonFile } = await import('../../ground/json-file.ts');
  const hint = { en: 'docs/server.md describes model cards.', zh: '模型卡的格式见 docs/server.md。' };
  return JSON.stringify(await readJsonFile(file, 'not-json', hint));
}

const STATES = {
  queued: { en: 'queued', zh: '排队中' },
  scoring: { en: 'being scored', zh: '评分中' },
  scored: { en: 'scored', zh: '已评分' },
  rejected: { en: 'rejected', zh: '已拒绝' },
  failed: { en: 'failed', zh: '评分失败' },
} as const;

/** A score in the unit of the challenge's primary convention, after a space; empty where there is none to show. */
async function written(score: number | undefined, challenge: string, client: Client): Promise<string> {
  if (score === undefined) return '';
  const { challengeSchema } = await import('../../server/api/schemas.ts');
  const { formatScore } = await import('../tables.ts');
  const all = await client.get('/api/v1/challenges', challengeSchema.array());
  const primary = all.find(({ id }) => id === challenge)?.primary;
  return ` ${primary === undefined ? score : formatScore(score, primary)}`;
}

async function show(seen: SubmissionView, score: string, terminal: Terminal): Promise<void> {
  if (terminal.json) return terminal.printJson(seen);
  const { say } = terminal;
  const state = STATES[seen.state];
  terminal.print(`${seen.id} ${say(state)}${score}`);
  if (seen.problems && seen.problems.length > 0)
    await terminal.table(
      [
        say({ en: 'line', zh: '行' }),
        'id',
        say({ en: 'code', zh: '代码' }),
        say({ en: 'problem', zh: '问题' }),
      ],
      seen.problems.map(({ line, id, code, message }) => [String(line ?? ''), id ?? '', code, say(message)]),
    );
}

/** Problems of a file that answers something else than the phase asks. */
const OTHER = new Set(['other-task', 'other-split', 'other-scheme', 'other-corpus', 'other-text']);

function refused(problems: readonly { readonly code: string }[], file: string, questions: string): UserError {
  const hint = problems.some(({ code }) => OTHER.has(code))
    ? {
        en: `The questions are at ${questions}; \`chineseblue predict --input\` reads them.`,
        zh: `题目见 ${questions}，可由 \`chineseblue predict --input\` 读取。`,
      }
    : {
        en: '`chineseblue check` reports the same problems without a server.',
        zh: '`chineseblue check` 可在本地作同样检查。',
      };
  return new UserError(
    'submission-rejected',
    { en: 'The file was rejected; it does not count against the quota', zh: '文件被拒绝，不计入提交次数' },
    { file, hint },
  );
}

const notScored = (file: string): UserError =>
  new UserError(
    'submission-failed',
    { en: 'Scoring failed; the submission does not count against the quota', zh: '评分失败，不计入提交次数' },
    { file, hint: { en: 'Submit the file again, or ask the host.', zh: '请重新提交，或联系主办方。' } },
  );
