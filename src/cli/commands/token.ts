import { choice, flag, integer, type Parsed, text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import { clientOf, SERVER } from '../site-options.ts';

const WHOSE = {
  ...SERVER,
  role: choice(['admin', 'host', 'worker', 'team'], {
    required: true,
    summary: {
      en: 'host or worker of one challenge, a team, or the admin',
      zh: '某挑战赛的主办方或评分程序、队伍或管理员',
    },
  }),
  subject: text({
    placeholder: 'name',
    default: '',
    summary: { en: 'the challenge or the team', zh: '挑战赛或队伍' },
  }),
};
const DAYS = { min: 1, max: 3650 };

const queryOf = ({ role, subject }: Pick<Parsed<typeof WHOSE>, 'role' | 'subject'>): string =>
  `/api/v1/tokens?${new URLSearchParams({ role, subject })}`;

const issue = defineCommand({
  name: 'issue',
  summary: {
    en: 'issue a token, which is shown once',
    zh: '签发令牌，仅显示一次',
  },
  options: {
    ...WHOSE,
    days: integer({
      ...DAYS,
      summary: { en: 'days until it expires (default: never)', zh: '有效天数（默认不过期）' },
    }),
    readOnly: flag({
      default: false,
      summary: { en: 'read-only: the token can change nothing', zh: '只读，不能修改任何内容' },
    }),
    note: text({
      placeholder: 'text',
      summary: { en: 'purpose of the token, shown in the list', zh: '用途说明，显示在列表中' },
    }),
  },
  examples: [
    'chineseblue token issue --role worker --subject ward --days 90 --server https://evaluation.example',
  ],
  async run({ options, terminal, signal }) {
    const { newTokenSchema } = await import('../../server/api/schemas.ts');
    const { role, subject, days, readOnly, note } = options;
    const client = await clientOf(options, signal);
    const body = { role, subject, days, readOnly, note };
    const made = await client.send('POST', '/api/v1/tokens', body, newTokenSchema);
    if (terminal.json) return terminal.printJson(made);
    terminal.printText({
      en: `The token, shown only once: ${made.token}`,
      zh: `令牌（仅显示这一次）：${made.token}`,
    });
  },
});

const list = defineCommand({
  name: 'list',
  summary: { en: 'list tokens without their values', zh: '列出令牌（不含令牌本身）' },
  options: WHOSE,
  examples: ['chineseblue token list --role team --subject red --server https://evaluation.example'],
  async run({ options, terminal, signal }) {
    const { tokenListSchema } = await import('../../server/api/schemas.ts');
    const tokens = await (await clientOf(options, signal)).get(queryOf(options), tokenListSchema);
    if (terminal.json) return terminal.printJson(tokens);
    const { say } = terminal;
    await terminal.table(
      [
        'id',
        say({ en: 'rights', zh: '权限' }),
        say({ en: 'issued', zh: '签发' }),
        say({ en: 'expires', zh: '到期' }),
        say({ en: 'note', zh: '说明' }),
      ],
      tokens.map(({ id, readOnly, created, expires, note }) => [
        id,
        say(readOnly ? { en: 'read', zh: '只读' } : { en: 'all', zh: '全部' }),
        created.slice(0, 10),
        expires?.slice(0, 10) ?? say({ en: 'never', zh: '不过期' }),
        note,
      ]),
    );
  },
});

const revoke = defineCommand({
  name: 'revoke',
  summary: { en: 'revoke one token, or all tokens of a subject', zh: '吊销一个令牌，或某主体的全部令牌' },
  operands: '[id]',
  options: WHOSE,
  examples: [
    'chineseblue token revoke 0123456789abcdef --role team --subject red --server https://evaluation.example',
  ],
  async run({ operands: [id], options, terminal, signal }) {
    const { doneSchema } = await import('../../server/api/schemas.ts');
    const { role, subject } = options;
    const one = id === undefined ? '' : `&id=${encodeURIComponent(id)}`;
    await (await clientOf(options, signal)).send('DELETE', queryOf(options) + one, {}, doneSchema);
    if (terminal.json) return terminal.printJson({ role, subject, id });
    terminal.printText({ en: 'Revoked.', zh: '已吊销。' });
  },
});

const invite = defineCommand({
  name: 'invite',
  summary: {
    en: 'create an invitation code with which someone who signs in on the website joins a team',
    zh: '生成邀请码，供在网页登录的人加入队伍',
  },
  operands: '<team>',
  options: {
    ...SERVER,
    days: integer({
      min: 1,
      max: 90,
      default: 7,
      summary: { en: 'days until it expires', zh: '有效天数' },
    }),
  },
  examples: ['chineseblue token invite red --server https://evaluation.example'],
  async run({ operands: [team], options, terminal, signal }) {
    const { inviteSchema } = await import('../../server/api/schemas.ts');
    const path = `/api/v1/teams/${encodeURIComponent(team)}/members`;
    const { days } = options;
    const made = await (await clientOf(options, signal)).send('POST', path, { days }, inviteSchema);
    if (terminal.json) return terminal.printJson(made);
    terminal.printText({
      en: `The invitation to ${team}, for one person, until ${made.expires}: ${made.code}`,
      zh: `${team} 的邀请码（限一人，${made.expires} 前有效）：${made.code}`,
    });
  },
});

export const tokenCommand = defineCommand({
  name: 'token',
  summary: { en: 'issue and revoke tokens of an evaluation server', zh: '签发与吊销评测服务器的令牌' },
  examples: ['chineseblue token list --role admin --server http://127.0.0.1:8930'],
  subcommands: [issue, list, revoke, invite],
});
