import type { Text } from '../../ground/language.ts';

/** The events of training. */
export type TrainingEvent<Scores = unknown> =
  | CompiledEvent
  | ResumedEvent
  | SkippedEvent
  | StepEvent
  | ScoreEvent<Scores>
  | CheckpointEvent;

/** A graph was compiled for batches of this shape. */
export interface CompiledEvent {
  readonly kind: 'compiled';
  readonly batch: number;
  readonly length: number;
}

/** Training resumes from the checkpoint of this step. */
export interface ResumedEvent {
  readonly kind: 'resumed';
  readonly step: number;
}

/** A checkpoint that training does not resume from. */
export interface SkippedEvent {
  readonly kind: 'skipped';
  readonly file: string;
  readonly why: Text;
}

/** Means over the steps since the last event of this kind. */
export interface StepEvent {
  readonly kind: 'step';
  /** Share of the training that is done, 0 to 1. */
  readonly share: number;
  /** Updates made, and updates planned. */
  readonly step: number;
  readonly steps: number;
  /** As in `train.jsonl`: the index of the epoch where `epochs` is known, else passes over the text so far. */
  readonly epoch: number;
  readonly epochs?: number;
  /** The loss and its parts by name. */
  readonly loss: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly tokensPerSecond: number;
  readonly secondsLeft: number;
  /** The best score on dev so far. */
  readonly best?: number;
}

/** The model was evaluated. `quality` is larger for better models, and absent if none is chosen. */
export interface ScoreEvent<Scores> {
  readonly kind: 'score';
  readonly step: number;
  readonly epoch: number;
  readonly scores: Scores;
  readonly quality?: number;
}

/** A checkpoint was written. */
export interface CheckpointEvent {
  readonly kind: 'checkpoint';
  readonly step: number;
}

/** One line about an event for people, if it is worth reporting. */
export function describeEvent(event: TrainingEvent): Text | undefined {
  switch (event.kind) {
    case 'step':
      return describeStep(event);
    case 'skipped':
      return {
        en: `Not resumed from ${event.file}: ${event.why.en}`,
        zh: `未从 ${event.file} 恢复：${event.why.zh}`,
      };
    case 'resumed':
      return { en: `Resuming from step ${event.step}`, zh: `从第 ${event.step} 步恢复训练` };
    default:
      return undefined;
  }
}

function describeStep(event: StepEvent): Text {
  const { step, steps, epochs, best, secondsLeft } = event;
  const epoch = epochs === undefined ? event.epoch.toFixed(2) : `${event.epoch + 1}/${epochs}`;
  const loss = event.loss.toFixed(4);
  const dev = best === undefined ? undefined : best.toFixed(4);
  return {
    en: [
      `epoch ${epoch}`,
      `step ${step}/${steps}`,
      `loss ${loss}`,
      ...(dev ? [`best ${dev}`] : []),
      `${event.tokensPerSecond} tokens/s`,
      `${duration(secondsLeft).en} left`,
    ].join(', '),
    zh: [
      `第 ${epoch} 轮`,
      `第 ${step}/${steps} 步`,
      `损失 ${loss}`,
      ...(dev ? [`最优 ${dev}`] : []),
      `${event.tokensPerSecond} 词元/秒`,
      `剩余 ${duration(secondsLeft).zh}`,
    ].join('，'),
  };
}

function duration(seconds: number): Text {
  if (seconds < 60) return { en: `${Math.ceil(seconds)} s`, zh: `${Math.ceil(seconds)} 秒` };
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return { en: `${minutes} min`, zh: `${minutes} 分钟` };
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return { en: `${hours} h ${rest} min`, zh: `${hours} 小时 ${rest} 分钟` };
}
