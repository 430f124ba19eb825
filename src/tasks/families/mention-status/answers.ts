import type { Task } from '../../task.ts';
import type { ExampleOf, Fault } from '../family.ts';
import type { Line } from '../shared/faults.ts';
import { readLabelList } from '../shared/label-list.ts';
import { listed } from '../shared/listed.ts';
import { wrongLabel } from '../shared/wrong.ts';
import { MENTIONS } from './conventions.ts';
import type { MentionStatusTypes } from './types.ts';

type Answer = MentionStatusTypes['prediction'];
type Input = MentionStatusTypes['input'];

/** Reads `{"statuses": ["…"]}`, one for each mention. */
export function parseStatuses(line: Line, { mentions }: Input, task: Task): Answer | readonly Fault[] {
  const statuses = readLabelList(line, 'statuses', mentions.length, MENTIONS, task);
  return 'faults' in statuses ? statuses.faults : { statuses };
}

/** A wrong status for every mention. */
export const missingStatuses = ({ gold }: ExampleOf<MentionStatusTypes>, task: Task): Answer => ({
  statuses: gold.statuses.map((status) => wrongLabel(task, status)),
});

/** What a mention reads. */
export const surfaceOf = ({ turns, mentions }: Input, i: number): string => {
  const { turn, start, end } = mentions[i];
  return turns[turn].text.slice(start, end);
};

/** `头痛=阳性、发热=阴性`. */
export const briefStatuses = ({ statuses }: Answer, input: Input): string =>
  listed(statuses.map((status, i) => `${surfaceOf(input, i)}=${status}`));
