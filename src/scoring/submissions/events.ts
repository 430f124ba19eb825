import { AFFIRMED } from '../../datasets/formats/cblue/cdee.ts';
import { isStrings } from '../../tasks/families/event/answers.ts';
import { listFindings, missed, refused, type SubmissionShape, textOf } from './shape.ts';

/** CHIP-CDEE: an empty tendency says that the finding is there. */
export const events: SubmissionShape = {
  ending: '.json',
  form: { kind: 'array', key: 'text' },
  answer({ prediction }) {
    const found = prediction && 'events' in prediction ? prediction.events : [];
    return {
      event: found.map(({ core, tendency, characters, anatomy }) => ({
        core_name: core,
        tendency: tendency === AFFIRMED ? '' : tendency,
        character: characters,
        anatomy_list: anatomy,
      })),
    };
  },
  findings(value, question, { labels }) {
    const tendencies = ['', ...labels.map(({ id }) => id).filter((id) => id !== AFFIRMED)];
    const seen = new Set<string>();
    return listFindings(value, 'event', (event, field) => {
      const { core_name: core, tendency, character, anatomy_list: anatomy } = event;
      if (typeof core !== 'string' || !isStrings(character) || !isStrings(anatomy)) {
        const message = {
          en: 'core_name must be a string, character and anatomy_list arrays of strings',
          zh: 'core_name 应为字符串，character 与 anatomy_list 应为字符串数组',
        };
        return [refused('wrong-type', field, message)];
      }
      if (!tendencies.some((known) => known === tendency)) {
        const message = { en: `There is no tendency "${tendency}"`, zh: `没有发生状态“${tendency}”` };
        return [refused('unknown-label', `${field}.tendency`, message)];
      }
      const key = JSON.stringify([core, tendency, [...character].sort(), [...anatomy].sort()]);
      if (seen.has(key))
        return [missed('duplicate-event', field, { en: 'The event is given twice', zh: '事件重复' })];
      seen.add(key);
      const text = textOf(question);
      if (text === undefined || text.includes(core)) return [];
      return [
        missed('not-in-text', field, { en: `"${core}" is not in the text`, zh: `“${core}”不在文本中` }),
      ];
    });
  },
};
