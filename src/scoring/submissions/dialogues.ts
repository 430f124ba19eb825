import { counted } from '../../ground/counted.ts';
import type { Task } from '../../tasks/task.ts';
import {
  type Finding,
  labelFinding,
  missed,
  pointsBefore,
  refused,
  type SubmissionShape,
  textOf,
} from './shape.ts';

/** IMCS-V2-NER: one tag per character, joined by blanks, under the number of the sentence. */
export const sentenceTags: SubmissionShape = {
  ending: '.json',
  form: { kind: 'dialogues' },
  answer({ question, prediction }) {
    const text = textOf(question) ?? '';
    const tags = Array.from(text, () => 'O');
    const found = prediction && 'entities' in prediction ? (prediction.entities ?? []) : [];
    for (const entity of found) {
      if (!('type' in entity)) continue;
      const [from, to] = [entity.start, entity.end].map((offset) => pointsBefore(text, offset));
      if (tags.slice(from, to).some((tag) => tag !== 'O')) continue;
      for (let i = from; i < to; i++) tags[i] = `${i === from ? 'B' : 'I'}-${entity.type}`;
    }
    return tags.join(' ');
  },
  findings(value, question, task) {
    const field = 'BIO_label';
    if (typeof value !== 'string')
      return [
        refused('wrong-type', field, { en: 'Tags must be one string', zh: '标签应为以空格分隔的字符串' }),
      ];
    const tags = value.split(' ').filter((tag) => tag !== '');
    const text = textOf(question);
    const characters = text === undefined ? tags.length : Array.from(text).length;
    if (tags.length !== characters) {
      const message = {
        en: `${counted(tags.length, 'tag')} for ${counted(characters, 'character')}`,
        zh: `有 ${tags.length} 个标签，而句子有 ${characters} 个字符`,
      };
      return [refused('wrong-count', field, message)];
    }
    return tags.flatMap((tag, i) => tagFindings(tag, tags[i - 1] ?? 'O', task));
  },
};

function tagFindings(tag: string, before: string, task: Task): Finding[] {
  if (tag === 'O') return [];
  const [letter, type] = [tag.slice(0, 2), tag.slice(2)];
  if (letter !== 'B-' && letter !== 'I-')
    return [refused('bad-tag', 'BIO_label', { en: `"${tag}" is not a tag`, zh: `“${tag}”不是标签` })];
  const wrong = labelFinding(type, 'BIO_label', task);
  if (wrong.length > 0 || letter === 'B-' || before.slice(2) === type) return wrong;
  const message = {
    en: `"${tag}" after "${before}" continues nothing and is not scored`,
    zh: `“${tag}”前为“${before}”，未延续任何实体，不计分`,
  };
  return [missed('orphan-tag', 'BIO_label', message)];
}

/** IMCS-V2-DAC: the act of each sentence, under its number. Without an answer it is the last label, `Other`. */
export const sentenceActs: SubmissionShape = {
  ending: '.json',
  form: { kind: 'dialogues' },
  answer({ question, prediction }, { labels }) {
    if (prediction && 'acts' in prediction) return prediction.acts;
    const turns = 'turns' in question.input ? question.input.turns : [];
    return turns.map(() => labels[labels.length - 1].id);
  },
  findings: (value, _question, task) => labelFinding(value, 'dialogue_act', task),
};
