import { counted } from '../../ground/counted.ts';
import { UserError } from '../../ground/errors.ts';
import { defineCommand } from '../command.ts';
import { clientOf, SERVER } from '../site-options.ts';

const verify = defineCommand({
  name: 'verify',
  summary: {
    en: 'follow the chain of hashes from the first entry to the last',
    zh: '从首条到末条核对哈希链',
  },
  options: SERVER,
  examples: ['chineseblue audit-log verify --server http://127.0.0.1:8930'],
  async run({ options, terminal, signal }) {
    const { followChain, AUDIT_PAGE } = await import('../../server/audit-log.ts');
    const { auditPageSchema } = await import('../../server/api/schemas.ts');
    const client = await clientOf(options, signal);
    const verdict = await followChain((after) =>
      client.get(`/api/v1/audit-log?after=${after}&limit=${AUDIT_PAGE}`, auditPageSchema),
    );
    if (terminal.json) terminal.printJson(verdict);
    if (!verdict.intact) {
      const { brokenAt } = verdict;
      throw new UserError(
        'log-broken',
        {
          en: `The audit log is broken at entry ${brokenAt}: it is missing or was changed`,
          zh: `审计日志在第 ${brokenAt} 条处断开：该条缺失或被改动`,
        },
        { hint: { en: 'Compare it with a backup.', zh: '请与备份比对。' } },
      );
    }
    const { entries, head } = verdict;
    if (!terminal.json)
      terminal.printText({
        en: `${counted(entries, 'entry', 'entries')}, intact. Keep the last hash elsewhere: ${head}`,
        zh: `共 ${entries} 条，完好。请另行保存末条哈希：${head}`,
      });
  },
});

export const auditLogCommand = defineCommand({
  name: 'audit-log',
  summary: { en: 'the append-only log of an evaluation server', zh: '评测服务器的只追加审计日志' },
  examples: ['chineseblue audit-log verify --server http://127.0.0.1:8930'],
  subcommands: [verify],
});
