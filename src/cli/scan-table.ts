import type { PersonalReport } from '../datasets/personal-scan.ts';
import { counted } from '../ground/counted.ts';
import type { Terminal } from './terminal.ts';

/** Places of each kind that are shown. */
const SHOWN = 3;

/** What looks like personal data: counts and places, never the data. */
export async function printPersonal(report: PersonalReport, terminal: Terminal): Promise<void> {
  const { say, table } = terminal;
  const { texts, touched, kinds } = report;
  if (kinds.length > 0)
    await table(
      [
        say({ en: 'personal data', zh: '个人信息' }),
        say({ en: 'found', zh: '处数' }),
        say({ en: 'texts', zh: '文本' }),
        say({ en: 'first locations', zh: '前几处位置' }),
      ],
      kinds.map(({ meaning, count, texts: own, places }) => [
        ...[say(meaning), String(count), String(own)],
        places
          .slice(0, SHOWN)
          .map(
            ({ file, line, id, start, end }) =>
              `${[file, line ?? id].filter(Boolean).join(':')} ${start}-${end}`,
          )
          .join('; '),
      ]),
    );
  terminal.note({
    en: `${touched} of ${counted(texts, 'text contains', 'texts contain')} likely personal data. Patterns only recognise the usual formats: read a sample yourself before sharing the data.`,
    zh: `${texts} 段文本中 ${touched} 段含疑似个人信息。规则只能识别有明显格式的内容，数据外传前请人工抽查。`,
  });
}
