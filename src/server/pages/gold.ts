import { html } from 'hono/html';
import type { Text } from '../../ground/language.ts';
import type { OpenedChallenge } from '../challenges.ts';
import type { GoldEvent } from '../gold-events.ts';
import { dataTable, type Markup, moment, page, type Reader } from './layout.ts';

/** Where gold is kept, and what that implies. */
const PLACES: Readonly<Record<'server' | 'remote', readonly Text[]>> = {
  server: [
    {
      en: 'It is in the database of this server, encrypted (AES-256-GCM), and decrypted in scoring processes only.',
      zh: '金标加密（AES-256-GCM）保存在本服务器的数据库中，仅在评分进程中解密。',
    },
    {
      en: 'Anyone with both the database and the key file can read it: the operators of the machine.',
      zh: '同时拥有数据库与密钥文件的人可以读取，即该机器的运维人员。',
    },
  ],
  remote: [
    {
      en: 'It stays where the host runs the workers of this challenge. This server has never had it: workers fetch answers and return aggregates.',
      zh: '金标留在主办方运行评分程序的机器上，本服务器从未持有：评分程序取回答案，只返回汇总统计。',
    },
  ],
};

/** Who can read the gold of a challenge, and what was done with it. */
export function goldPage(
  reader: Reader,
  { declared: { id, title, goldReaders, gold = 'server' } }: OpenedChallenge,
  events: readonly GoldEvent[],
): Markup {
  const say = (text: Text): string => text[reader.language];
  const content = html`<p><a href="/challenges/${id}">${say(title)}</a></p>
    <p>${say({ en: 'In the words of the host: ', zh: '主办方说明：' })}${say(goldReaders)}</p>
    ${PLACES[gold].map((text) => html`<p>${say(text)}</p>`)}
    <p>
      ${say({
        en: 'Nobody can read it over the network, neither participants nor the host nor the admin: no endpoint of this server returns gold, and no results of single items are stored.',
        zh: '任何人都无法通过网络读取金标，包括参赛者、主办方与管理员：本服务器没有返回金标的接口，也不保存逐条结果。',
      })}
    </p>
    ${dataTable(
      reader,
      [
        { title: { en: 'When', zh: '时间' } },
        { title: { en: 'Action', zh: '操作' } },
        { title: { en: 'By', zh: '操作者' } },
      ],
      events.map(
        ({ at, action, actor }) =>
          html`<tr><td class="moment">${moment(at)}</td><td>${say(ACTIONS[action])}</td><td>${actor}</td></tr>`,
      ),
      { en: 'From the audit log', zh: '摘自审计日志' },
    )}`;
  return page(reader, { en: 'Who can read the gold', zh: '谁可以读取金标' }, content);
}

const ACTIONS: Readonly<Record<GoldEvent['action'], Text>> = {
  'challenge-created': { en: 'The challenge was created', zh: '创建挑战赛' },
  'gold-reencrypted': { en: 'The gold was encrypted with another key', zh: '更换密钥重新加密' },
};
