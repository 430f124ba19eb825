import {
  type FieldChecks,
  optionalStrings,
  type PlainRecord,
  type RecordReader,
  readSpan,
} from '../shared/record.ts';
import { readTurns } from '../shared/turns.ts';
import type { Turn } from '../shared/types.ts';
import type { GivenMention, MentionStatusTypes } from './types.ts';

const TURN = { en: 'the 0-based number of a turn', zh: '从 0 开始的句子序号' };
const AS_MANY = { en: 'one status for each mention', zh: '与 mentions 等长的数组' };

const readMentions = (
  { mentions }: PlainRecord,
  turns: readonly Turn[],
  check: FieldChecks,
): GivenMention[] =>
  check.array(mentions, 'mentions').map((item, i) => {
    const at = `mentions[${i}]`;
    const mention = check.object(item, at);
    const { turn } = mention;
    if (typeof turn !== 'number' || turns[turn] === undefined)
      throw check.unexpected(turn, TURN, `${at}.turn`);
    return {
      turn,
      ...readSpan(mention, turns[turn].text, check, at),
      ...optionalStrings(mention, ['name'], check, at),
    };
  });

/** `{"turns": [{"speaker", "text"}], "mentions": [{"turn", "start", "end", "name"?}], "statuses"?: ["…"]}`. */
export const record: RecordReader<MentionStatusTypes> = {
  shape:
    '{"id": "…", "turns": [{"speaker": "…", "text": "…"}], "mentions": [{"turn": 0, "start": 0, "end": 2}]}',
  goldField: 'statuses',
  input(value, check) {
    const { turns } = readTurns(value, check);
    return { turns, mentions: readMentions(value, turns, check) };
  },
  gold: ({ statuses }, check, { mentions }) => {
    const list = check.array(statuses, 'statuses');
    if (list.length !== mentions.length) throw check.unexpected(list, AS_MANY, 'statuses');
    return { statuses: list.map((status, i) => check.label(status, `statuses[${i}]`)) };
  },
};
