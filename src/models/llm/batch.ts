import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, writeJson } from '../../ground/files.ts';
import type { Input } from '../../tasks/examples.ts';
import type { BatchModel, BatchState } from '../contract.ts';
import { type BatchService, openBatchService, type ServiceBatch } from '../shared/services/batches.ts';
import { addUsage, beginCall, type Limits } from '../shared/services/budget.ts';
import { type CallSettings, requirePrice } from '../shared/services/caller.ts';
import { readChatBody } from '../shared/services/chat.ts';
import { estimateTokens } from '../shared/services/estimate.ts';
import { requestBody } from '../shared/services/service.ts';
import { keptReply } from './calls.ts';
import type { Rung } from './ladder.ts';
import { type PlannedCall, plannedCalls, type Session } from './session.ts';

/** Most requests and bytes of one batch, as OpenAI has it. */
const MAX_REQUESTS = 50_000;
const MAX_BYTES = 190 * 1024 * 1024;
const FILE = 'batches.json';
/** Statuses after which nothing more comes. */
const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'expired', 'cancelled']);

const stateJson = z.object({
  schema: z.literal('chineseblue/batches@1'),
  batches: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      requests: z.number(),
      completed: z.number(),
      failed: z.number(),
      collected: z.boolean(),
      /** Keys of its calls. */
      keys: z.array(z.string()),
    }),
  ),
});
type Kept = z.infer<typeof stateJson>['batches'][number];

/** Runs something with an open session; the first inputs determine how the service enforces the shape of answers. */
export type UseSession = (
  asked: { readonly inputs: readonly Input[]; readonly signal?: AbortSignal },
  use: (session: Session, rung: Rung, settings: CallSettings) => Promise<void>,
) => Promise<void>;

/** Batches of the run in `directory`; their ids and states are kept next to the journal. */
export function batchOf(directory: string | undefined, useSession: UseSession): BatchModel | undefined {
  if (directory === undefined) return undefined;
  const file = join(directory, FILE);

  const withService = async (
    inputs: readonly Input[],
    signal: AbortSignal | undefined,
    use: (work: Work) => Promise<void>,
  ): Promise<readonly BatchState[]> => {
    const batches = await readBatches(file);
    await useSession({ inputs, signal }, async (session, rung, settings) => {
      const service = await openBatchService(session.service.endpoint, settings, signal);
      const save = (): Promise<void> => writeJson(file, { schema: 'chineseblue/batches@1', batches });
      try {
        await use({ session, limits: settings.limits, rung, service, batches, save });
      } finally {
        service.close();
      }
    });
    return batches.map(({ keys: _, ...state }) => state);
  };
  return {
    submit: (inputs, signal) => withService(inputs, signal, (work) => submit(work, inputs)),
    status: (inputs, signal) => withService(inputs, signal, refresh),
    collect: (inputs, signal) => withService(inputs, signal, (work) => collect(work, inputs)),
  };
}

interface Work {
  readonly session: Session;
  readonly limits: Limits;
  readonly rung: Rung;
  readonly service: BatchService;
  readonly batches: Kept[];
  save(): Promise<void>;
}

async function readBatches(file: string): Promise<Kept[]> {
  if (!existsSync(file)) return [];
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw explainFileError(error, file);
  }
  try {
    return stateJson.parse(JSON.parse(text)).batches;
  } catch {
    throw new UserError(
      'damaged-batches',
      { en: 'The file of batches cannot be read', zh: '批处理记录文件无法读取' },
      {
        file,
        hint: {
          en: 'Remove it to submit everything again that is not in the journal.',
          zh: '删除该文件后，将重新提交日志中没有的全部请求。',
        },
      },
    );
  }
}

const updated = (kept: Kept, { status, request_counts: counts }: ServiceBatch): Kept => ({
  ...kept,
  status,
  completed: counts?.completed ?? kept.completed,
  failed: counts?.failed ?? kept.failed,
});

async function submit(
  { session, limits, rung, service, batches, save }: Work,
  inputs: readonly Input[],
): Promise<void> {
  const open = new Set(batches.flatMap(({ collected, keys }) => (collected ? [] : keys)));
  const wanted = new Map(
    inputs
      .flatMap((input) => plannedCalls(session, input, rung))
      .filter(({ key }) => !open.has(key) && !session.calls.has(key))
      .map((call) => [call.key, call]),
  );
  const { allowed, reached } = withinLimits([...wanted.values()], limits, session);
  for (const calls of chunks(allowed, session)) {
    const created = await service.create(calls.map(({ line }) => line).join(''));
    const keys = calls.map(({ key }) => key);
    const begun = { id: created.id, requests: keys.length, completed: 0, failed: 0, collected: false, keys };
    batches.push(updated({ ...begun, status: created.status }, created));
    // At once: a batch that is not recorded would be submitted, and paid for, again.
    await save();
  }
  if (reached) throw reached;
}

/** The calls within the limits, each counted with its longest possible answer; and the error if a limit is reached. */
function withinLimits(
  calls: readonly PlannedCall[],
  limits: Limits,
  { service: { endpoint } }: Session,
): { readonly allowed: readonly PlannedCall[]; readonly reached?: UserError } {
  requirePrice(endpoint, limits);
  const allowed: PlannedCall[] = [];
  for (const call of calls) {
    try {
      beginCall(limits);
    } catch (error) {
      if (error instanceof UserError) return { allowed, reached: error };
      throw error;
    }
    const promptTokens = estimateTokens(call.messages);
    addUsage({ promptTokens, completionTokens: Number(call.settings.max_tokens) }, endpoint.price);
    allowed.push(call);
  }
  return { allowed };
}

/** Requests as lines, in groups of the size of a batch. */
function* chunks(
  calls: readonly PlannedCall[],
  { service: { endpoint } }: Session,
): Generator<{ key: string; line: string }[]> {
  let group: { key: string; line: string }[] = [];
  let bytes = 0;
  for (const { key, messages, settings } of calls) {
    const body = requestBody(endpoint, { messages, ...settings });
    const line = `${JSON.stringify({ custom_id: key, method: 'POST', url: '/v1/chat/completions', body })}\n`;
    const size = Buffer.byteLength(line);
    if (group.length === MAX_REQUESTS || (group.length > 0 && bytes + size > MAX_BYTES)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push({ key, line });
    bytes += size;
  }
  if (group.length > 0) yield group;
}

async function refresh({ service, batches, save }: Work): Promise<void> {
  for (const [i, kept] of batches.entries())
    if (!kept.collected) batches[i] = updated(kept, await service.read(kept.id));
  await save();
}

const lineJson = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.number(), body: z.unknown() }).nullish(),
});

/** Puts the answers of ended batches into the journal. Failed requests are not kept: they are submitted or called again. */
async function collect(
  { session, rung, service, batches, save }: Work,
  inputs: readonly Input[],
): Promise<void> {
  const planned = new Map(
    inputs.flatMap((input) => plannedCalls(session, input, rung)).map((call) => [call.key, call]),
  );
  for (const [i, kept] of batches.entries()) {
    if (kept.collected) continue;
    const state = await service.read(kept.id);
    batches[i] = updated(kept, state);
    if (!ENDED.has(state.status)) continue;
    if (state.output_file_id) await keepAnswers(service, state.output_file_id, planned, session);
    batches[i] = { ...batches[i], collected: true };
    await save();
  }
  await save();
}

async function keepAnswers(
  service: BatchService,
  file: string,
  planned: ReadonlyMap<string, PlannedCall>,
  { calls }: Session,
): Promise<void> {
  const writing = new Map<string, Promise<void>>();
  await service.download(file, (line) => {
    if (line.trim() === '') return;
    const { custom_id: key, response } = readLine(line) ?? {};
    const call = key === undefined ? undefined : planned.get(key);
    if (!call || response?.status_code !== 200 || calls.has(call.key) || writing.has(call.key)) return;
    const outcome = readChatBody(response.body);
    if ('failure' in outcome) return;
    const reply = keptReply(call.messages, outcome, { attempts: 1, ms: 0 });
    const kept = calls.keep(call.key, call.messages, call.settings, reply);
    // Its error is thrown below: the rest of the file comes first.
    kept.catch(() => {});
    writing.set(call.key, kept);
  });
  await Promise.all(writing.values());
}

function readLine(line: string): z.infer<typeof lineJson> | undefined {
  try {
    return lineJson.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
