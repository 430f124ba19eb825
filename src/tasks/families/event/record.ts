import { type FieldChecks, type RecordReader, readText, TEXT_SHAPE } from '../shared/record.ts';
import type { EventTypes } from './types.ts';

const strings = (value: unknown, field: string, check: FieldChecks): string[] =>
  check.array(value ?? [], field).map((item, i) => check.string(item, `${field}[${i}]`));

/** `{"text", "events"?: [{"core", "tendency", "characters"?: ["…"], "anatomy"?: ["…"]}]}`. */
export const record: RecordReader<EventTypes> = {
  shape: TEXT_SHAPE,
  goldField: 'events',
  input: readText,
  gold: ({ events }, check) => ({
    events: check.array(events, 'events').map((item, i) => {
      const at = `events[${i}]`;
      const event = check.object(item, at);
      return {
        core: check.string(event.core, `${at}.core`),
        tendency: check.label(event.tendency, `${at}.tendency`),
        characters: strings(event.characters, `${at}.characters`, check),
        anatomy: strings(event.anatomy, `${at}.anatomy`, check),
      };
    }),
  }),
};
