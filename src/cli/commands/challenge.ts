import { counted } from '../../ground/counted.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { text } from '../../ground/parameters.ts';
import type { Client } from '../../server/client.ts';
import { defineCommand } from '../command.ts';
import { chooseTask, dataDirOf } from '../open-task.ts';
import { DATA_DIR, SUBSETS, TASK_FILE } from '../options.ts';
import { clientOf, existingSite, REMOTE, SERVER, SITE, siteSettings } from '../site-options.ts';
import type { Terminal } from '../terminal.ts';

const create = defineCommand({
  name: 'create',
  summary: {
    en: 'create a challenge from its file: on the server machine (stop a server on PGlite first), or with --server on the machine that keeps remote gold',
    zh: '由挑战赛文件创建挑战赛；在服务器本机运行（使用 PGlite 时须先停止），金标为 remote 时在金标所在处加 --server 运行',
  },
  operands: '<file>',
  options: { ...SITE, ...REMOTE, ...TASK_FILE, ...DATA_DIR, ...SUBSETS },
  needs: { tokenFile: ['server'] },
  excludes: { server: ['dir', 'database', 'keyFile', 'workers', 'subsets'] },
  examples: [
    'chineseblue challenge create ward.json --data-dir corpora --subsets clean',
    'chineseblue challenge create ward.json --data-dir corpora --server https://evaluation.example',
  ],
  async run({ operands: [file], options, terminal, signal }) {
    const { readChallengeFile } = await import('../../server/challenge.ts');
    const declared = await readChallengeFile(file);
    const { taskFile, dataDir, server, tokenFile, subsets } = options;
    const task = await chooseTask({ task: [declared.task], taskFile, dataDir });
    const dir = await dataDirOf(options);
    if (server !== undefined) {
      const client = await clientOf({ server, tokenFile }, signal);
      const { prepareRegistration } = await import('../../server/registration.ts');
      const { newChallengeSchema } = await import('../../server/api/schemas.ts');
      if (declared.gold !== 'remote') throw staysHere(file);
      const body = await prepareRegistration(declared, task, dir);
      await client.send('POST', '/api/v1/challenges', body, newChallengeSchema);
      return printCreated(terminal, declared.id);
    }
    const { createChallenge } = await import('../../server/challenges.ts');
    const { openSite } = await import('../../server/site.ts');
    const site = await openSite(await siteSettings(options));
    try {
      await createChallenge(site, { role: 'admin' }, { declared, task, dir, subsets });
    } finally {
      await site.close();
    }
    printCreated(terminal, declared.id);
  },
});

function printCreated(terminal: Terminal, id: string): void {
  if (terminal.json) terminal.printJson({ id });
  else terminal.printText({ en: `${id} was created and is open`, zh: `${id} 已创建并开放` });
}

const staysHere = (file: string): UserError =>
  new UserError(
    'gold-is-here',
    {
      en: 'Only challenges with remote gold can be created over the network',
      zh: '只有金标为 remote 的挑战赛才能通过网络创建',
    },
    {
      file,
      field: 'gold',
      hint: {
        en: 'Set "gold": "remote", or run the command on the server machine without --server.',
        zh: '请写 "gold": "remote"，或在服务器本机上去掉 --server。',
      },
      exitCode: EXIT.usage,
    },
  );

const exportAll = defineCommand({
  name: 'export',
  summary: {
    en: 'export all data of a server to a file; stop a server on PGlite first',
    zh: '将服务器的全部内容写入文件；使用 PGlite 的服务器须先停止',
  },
  operands: '<file>',
  options: SITE,
  examples: ['chineseblue challenge export site.jsonl.gz'],
  async run({ operands: [file], options, terminal }) {
    const { exportSite } = await import('../../server/transfer.ts');
    const { openSite } = await import('../../server/site.ts');
    const site = await openSite(await existingSite(options));
    const rows = await exportSite(site, file).finally(site.close);
    if (terminal.json) return terminal.printJson({ file, rows });
    terminal.printText({ en: `${file}: ${counted(rows, 'row')}`, zh: `${file}：${rows} 行` });
  },
});

const importAll = defineCommand({
  name: 'import',
  summary: {
    en: 'import an export into a new directory or database; copy the key file separately',
    zh: '将导出文件读入新的目录或数据库；密钥文件须另行复制',
  },
  operands: '<file>',
  options: SITE,
  examples: ['chineseblue challenge import site.jsonl.gz --database postgres://me@localhost/evaluation'],
  async run({ operands: [file], options, terminal }) {
    const { importSite, requireExport } = await import('../../server/transfer.ts');
    await requireExport(file);
    const { openSite } = await import('../../server/site.ts');
    const site = await openSite(await siteSettings(options));
    const rows = await importSite(site, file).finally(site.close);
    if (terminal.json) return terminal.printJson({ file, rows });
    terminal.printText({ en: `${file}: ${counted(rows, 'row')}`, zh: `${file}：${rows} 行` });
  },
});

const rekey = defineCommand({
  name: 'rekey',
  summary: {
    en: 're-encrypt all gold with the first key of the key file; stop a server on PGlite first',
    zh: '用密钥文件中的首个密钥重新加密全部金标；使用 PGlite 的服务器须先停止',
  },
  options: SITE,
  examples: ['chineseblue challenge rekey --key-file gold.key'],
  async run({ options, terminal }) {
    const { reencryptGold } = await import('../../server/challenges.ts');
    const { openSite } = await import('../../server/site.ts');
    const site = await openSite(await existingSite(options));
    const splits = await reencryptGold(site, { role: 'admin' }).finally(site.close);
    if (terminal.json) return terminal.printJson({ splits });
    terminal.printText({
      en: `${counted(splits, 'split')} encrypted with the first key; older keys are no longer needed`,
      zh: `已用首个密钥加密 ${splits} 个划分，旧密钥不再需要`,
    });
  },
});

const open = defineCommand({
  name: 'open',
  summary: { en: 'reopen a challenge for submissions', zh: '重新开放挑战赛' },
  operands: '<id>',
  options: SERVER,
  examples: ['chineseblue challenge open ward --server http://127.0.0.1:8930'],
  async run({ operands: [id], options, terminal, signal }) {
    await setState(await clientOf(options, signal), id, 'open');
    if (terminal.json) return terminal.printJson({ id, state: 'open' });
    terminal.printText({ en: `${id} is open`, zh: `${id} 已开放` });
  },
});

const close = defineCommand({
  name: 'close',
  summary: {
    en: 'close a challenge to submissions and publish all scores',
    zh: '停止接收提交并公布全部得分',
  },
  operands: '<id>',
  options: SERVER,
  examples: ['chineseblue challenge close ward --server http://127.0.0.1:8930'],
  async run({ operands: [id], options, terminal, signal }) {
    await setState(await clientOf(options, signal), id, 'closed');
    if (terminal.json) return terminal.printJson({ id, state: 'closed' });
    terminal.printText({ en: `${id} is closed`, zh: `${id} 已关闭` });
  },
});

async function setState(client: Client, id: string, state: 'open' | 'closed'): Promise<void> {
  const { doneSchema } = await import('../../server/api/schemas.ts');
  const path = `/api/v1/challenges/${encodeURIComponent(id)}/state`;
  await client.send('PUT', path, { state }, doneSchema);
}

const team = defineCommand({
  name: 'team',
  summary: {
    en: 'create a team on a running server; its token is shown once',
    zh: '在运行中的服务器上创建队伍；令牌仅显示一次',
  },
  operands: '<name>',
  options: {
    ...SERVER,
    contact: text({
      placeholder: 'text',
      summary: { en: 'contact details, visible to the admin only', zh: '联系方式，仅管理员可见' },
    }),
  },
  examples: ['chineseblue challenge team red --server http://127.0.0.1:8930'],
  async run({ operands: [id], options, terminal, signal }) {
    const { newTeamSchema } = await import('../../server/api/schemas.ts');
    const client = await clientOf(options, signal);
    const made = await client.send('POST', '/api/v1/teams', { id, contact: options.contact }, newTeamSchema);
    if (terminal.json) return terminal.printJson(made);
    terminal.printText({
      en: `The token of ${id}, shown only once: ${made.token}`,
      zh: `${id} 的令牌（仅显示这一次）：${made.token}`,
    });
  },
});

const invite = defineCommand({
  name: 'invite',
  summary: {
    en: 'invite a team to an invitation-only challenge',
    zh: '邀请队伍参加仅限受邀队伍的挑战赛',
  },
  operands: '<id> <team>',
  options: SERVER,
  examples: ['chineseblue challenge invite ward red --server http://127.0.0.1:8930'],
  async run({ operands: [id, name], options, terminal, signal }) {
    const { doneSchema } = await import('../../server/api/schemas.ts');
    const client = await clientOf(options, signal);
    const path = `/api/v1/challenges/${encodeURIComponent(id)}/teams/${encodeURIComponent(name)}`;
    await client.send('PUT', path, {}, doneSchema);
    if (terminal.json) return terminal.printJson({ id, team: name });
    terminal.printText({ en: `${name} can now take part in ${id}`, zh: `${name} 可参加 ${id}` });
  },
});

const reproduced = defineCommand({
  name: 'reproduced',
  summary: {
    en: 'mark a leaderboard result as independently reproduced (the submission id is shown on the page of its team)',
    zh: '将排行榜上的结果标记为已被他人复现；提交编号见队伍页面',
  },
  operands: '<submission>',
  options: {
    ...SERVER,
    note: text({
      placeholder: 'text',
      summary: {
        en: 'who reproduced it and from what, visible to everyone; if omitted, the mark is removed',
        zh: '由谁、依据什么复现，所有人可见；省略则撤销标记',
      },
    }),
  },
  examples: [
    'chineseblue challenge reproduced 0d6f… --note "From their code, by us" --server http://127.0.0.1:8930',
  ],
  async run({ operands: [id], options, terminal, signal }) {
    const { doneSchema } = await import('../../server/api/schemas.ts');
    const client = await clientOf(options, signal);
    const note = options.note ?? null;
    await client.send(
      'PUT',
      `/api/v1/submissions/${encodeURIComponent(id)}/reproduction`,
      { note },
      doneSchema,
    );
    if (terminal.json) return terminal.printJson({ id, note });
    terminal.printText(
      note === null
        ? { en: `${id} is no longer marked`, zh: `已撤销 ${id} 的标记` }
        : { en: `${id} is marked as reproduced`, zh: `${id} 已标记为“已复现”` },
    );
  },
});

export const challengeCommand = defineCommand({
  name: 'challenge',
  summary: { en: 'host challenges on an evaluation server', zh: '在评测服务器上举办挑战赛' },
  examples: ['chineseblue challenge create ward.json --data-dir corpora'],
  subcommands: [create, exportAll, importAll, rekey, open, close, team, invite, reproduced],
});
