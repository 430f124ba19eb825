import type { Input } from '../../tasks/examples.ts';
import type { AnswerSchema } from '../../tasks/families/asking.ts';
import { messagesOf } from './conversation.ts';
import { keepsShape, RUNGS, type Rung } from './ladder.ts';
import { call, type Session, settingsOf } from './session.ts';

/** Maximum number of questions before a rung counts as undecided. */
const MOST_PROBED = 3;

const shapes = new Map<string, Promise<Rung | undefined>>();

/**
 * How this service enforces the shape of answers: determined once per endpoint and model, with the first question whose answer
 * tells, which is kept as any other; and recorded besides the calls, so that a run that resumes does not ask again.
 */
export async function findRung(session: Session, inputs: readonly Input[]): Promise<Rung> {
  const { structured } = session.parameters;
  const { asking, task } = session.interview;
  const schema = asking.schema(task);
  if (schema === undefined) return 'text';
  if (structured !== 'probe') return structured;
  if (session.calls.rung) return session.calls.rung;
  const { url, model } = session.service.endpoint;
  const id = `${url} ${model}`;
  const known = shapes.get(id) ?? probe(session, inputs, schema);
  shapes.set(id, known);
  const rung = await known.catch((error) => {
    shapes.delete(id);
    throw error;
  });
  if (rung === undefined) shapes.delete(id);
  else await session.calls.keepRung(rung);
  return rung ?? 'text';
}

/** Undefined if no answer is conclusive. */
async function probe(
  session: Session,
  inputs: readonly Input[],
  schema: AnswerSchema,
): Promise<Rung | undefined> {
  const { interview, choose } = session;
  for (const rung of RUNGS) {
    if (rung === 'text') return rung;
    let keeps: boolean | undefined;
    for (const input of inputs.slice(0, MOST_PROBED)) {
      const [messages] = messagesOf(interview, { input, shots: choose(input) });
      if (messages === undefined) continue;
      const { outcome, onDisk } = await call(session, messages, settingsOf(session, rung), 0);
      await onDisk;
      keeps = keepsShape(outcome, schema);
      if (keeps !== undefined) break;
    }
    if (keeps === undefined) return undefined;
    if (keeps) return rung;
  }
  return 'text';
}
