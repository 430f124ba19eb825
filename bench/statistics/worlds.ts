/**
 * Synthetic worlds for coverage.ts: a large pool of clustered units with gold and the predictions of an imperfect
 * system, from which samples are drawn. The score of the full pool is the true value that an interval should cover.
 */
import { createRandom, type Random } from '../../src/ground/random.ts';
import type { Answered, FamilyId } from '../../src/tasks/examples.ts';
import { familyOf } from '../../src/tasks/families/registry.ts';
import { findTask } from '../../src/tasks/registry.ts';
import type { Task } from '../../src/tasks/task.ts';

/** A world: its task, how many units a sample has, and how often its rare labels occur. */
export interface World {
  readonly name: string;
  readonly family: FamilyId;
  readonly units: number;
  readonly labels: number;
  /** Number of labels that occur in about `RARE_UNITS` units of a sample. */
  readonly rare: number;
}

/** Expected units of a sample with gold of each rare label. */
export const RARE_UNITS = 20;

const world = (family: FamilyId, units: number, labels: number, rare: number): World => ({
  name: `${family}, ${units} units, ${labels} labels, ${rare} rare`,
  family,
  units,
  labels,
  rare,
});

export const WORLDS: readonly World[] = [
  world('similarity', 100, 2, 1),
  world('similarity', 400, 2, 1),
  world('classification', 100, 6, 4),
  world('classification', 400, 12, 9),
  world('inference', 100, 3, 1),
  world('multilabel', 100, 6, 4),
  world('multilabel', 400, 12, 9),
  world('ner', 100, 6, 4),
  world('ner', 400, 12, 9),
  world('relation', 100, 6, 4),
  world('relation', 400, 12, 9),
  world('dialogue', 100, 3, 1),
  world('dialogue', 400, 3, 1),
  world('ranking', 100, 2, 0),
  world('ranking', 400, 2, 0),
];

/** A released task whose data declaration is used for families without a released task. */
const BASE = 'cMedTC';

/** A task of the world's family with labels `1` to `labels`; `1` is the first rare one, and the positive one. */
export function taskOf({ family, labels }: World): Task {
  const task: Task = {
    ...findTask(BASE),
    family,
    labels: Array.from({ length: labels }, (_, i) => ({
      id: String(i + 1),
      meaning: { en: `label ${i + 1}`, zh: `标签 ${i + 1}` },
    })),
    positive: '1',
    relevantFrom: 1,
  };
  return { ...task, primary: familyOf(task).conventions[0].id };
}

/** Probability that the system gets one element right, before the difficulty of the unit. */
const SKILL = 0.75;
/** Units are easy or hard as a whole: this much is added to or subtracted from the skill. */
const DIFFICULTY = 0.15;
const MAX_ITEMS = 4;

/** The inputs of an item generator. */
interface Draw {
  readonly random: Random;
  /** A gold label, rare ones rarely. */
  label(): string;
  /** Any label, all equally likely. */
  anyLabel(): string;
  /** Whether the system gets the next element right. */
  right(): boolean;
}

/** The units of a world: lists of items that depend on each other. */
export function poolOf(world: World, size: number, seed: number): Answered[][] {
  const random = createRandom(seed, world.name);
  const item = ITEMS[world.family];
  if (!item) throw new Error(`there is no world of ${world.family}`);
  const isSingle = SINGLE.has(world.family);
  // A rare label is drawn with the probability at which RARE_UNITS of a sample's units are expected to have it.
  const elements = isSingle ? 1 : MEAN_ELEMENTS;
  const share = RARE_UNITS / world.units / (((1 + MAX_ITEMS) / 2) * elements);
  return Array.from({ length: size }, () => {
    const skill = SKILL + (random.next() < 0.5 ? DIFFICULTY : -DIFFICULTY);
    const anyLabel = (): string => String(1 + random.below(world.labels));
    const draw: Draw = {
      random,
      anyLabel,
      right: () => random.next() < skill,
      label() {
        const place = random.next();
        if (place < world.rare * share) return String(1 + Math.floor(place / share));
        return String(1 + world.rare + random.below(world.labels - world.rare));
      },
    };
    return Array.from({ length: 1 + random.below(MAX_ITEMS) }, () => item(draw, world));
  });
}

/** Entities, triples, symptoms: up to this many per item. */
const ELEMENTS = 4;
const MEAN_ELEMENTS = 1.5;
const SINGLE: ReadonlySet<FamilyId> = new Set(['classification', 'similarity', 'inference', 'ranking']);

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

/** A score per label, with a larger margin for gold where the system is right. */
function scores({ random, right }: Draw, { labels }: World, gold: readonly string[]): Record<string, number> {
  const lift = right() ? 2 : 0;
  return Object.fromEntries(
    times(labels, (i) => [
      String(i + 1),
      Math.round(10 * (random.next() + random.next() + (gold.includes(String(i + 1)) ? lift / 2 : 0))) / 10,
    ]),
  );
}

function singleLabel(input: Answered['input']) {
  return (draw: Draw, world: World): Answered => {
    const gold = draw.label();
    const label = draw.right() ? gold : draw.anyLabel();
    return { input, gold: { label }, prediction: { label: gold, scores: scores(draw, world, [gold]) } };
  };
}

const TEXT = '〇'.repeat(8 * ELEMENTS);
const TEXT_INPUT = { text: TEXT };

const ITEMS: Readonly<Partial<Record<FamilyId, (draw: Draw, world: World) => Answered>>> = {
  classification: singleLabel(TEXT_INPUT),
  similarity: singleLabel({ textA: 'a', textB: 'b' }),
  inference: singleLabel({ textA: 'a', textB: 'b' }),
  multilabel(draw, world) {
    const gold = [...new Set(times(1 + draw.random.below(ELEMENTS - 1), draw.label))];
    const labels = [...new Set(gold.map((label) => (draw.right() ? label : draw.anyLabel())))];
    return {
      input: TEXT_INPUT,
      gold: { labels: gold },
      prediction: { labels, scores: scores(draw, world, gold) },
    };
  },
  ner(draw) {
    const gold = times(draw.random.below(ELEMENTS), (i) => ({
      start: 8 * i,
      end: 8 * i + 4,
      type: draw.label(),
    }));
    const entities = gold.flatMap((entity) => {
      if (draw.right()) return [entity];
      const kind = draw.random.below(3);
      if (kind === 0) return [];
      return [kind === 1 ? { ...entity, end: entity.end - 1 } : { ...entity, type: draw.anyLabel() }];
    });
    return { input: TEXT_INPUT, gold: { entities: gold }, prediction: { entities } };
  },
  relation(draw) {
    const triple = (i: number) => ({ subject: `主${i}体`, predicate: draw.label(), object: `客${i}体` });
    const gold = times(draw.random.below(ELEMENTS), triple);
    const triples = gold.flatMap((one) => {
      if (draw.right()) return [one];
      const kind = draw.random.below(3);
      if (kind === 0) return [];
      return [kind === 1 ? { ...one, object: one.object.slice(1) } : { ...one, predicate: draw.anyLabel() }];
    });
    return { input: TEXT_INPUT, gold: { triples: gold }, prediction: { triples } };
  },
  dialogue(draw) {
    const statuses = ['uncertain', 'true', 'false'] as const;
    const statusOf = (label: string) => statuses[Number(label) - 1];
    const count = draw.random.below(ELEMENTS);
    const symptoms = times(count, (i) => ({ name: `症状${i}`, status: statusOf(draw.label()) }));
    const entities = times(count, (i) => ({ turn: 0, start: 8 * i, end: 8 * i + 4 }));
    return {
      input: { turns: [{ speaker: '病人', text: TEXT }] },
      gold: { symptoms, entities },
      prediction: {
        symptoms: symptoms.flatMap((symptom) => {
          if (draw.right()) return [symptom];
          const kind = draw.random.below(3);
          if (kind === 0) return [];
          return [
            kind === 1 ? { ...symptom, name: '误' } : { ...symptom, status: statusOf(draw.anyLabel()) },
          ];
        }),
        entities: entities.map((entity) => (draw.right() ? entity : { ...entity, end: entity.end - 1 })),
      },
    };
  },
  ranking(draw) {
    const relevance = times(2 + draw.random.below(4), () => (draw.random.next() < 0.3 ? 1 : 0));
    return {
      input: { query: '问', documents: relevance.map((_, i) => ({ title: String(i) })) },
      gold: { relevance },
      prediction: {
        scores: relevance.map((grade) =>
          Math.round(8 * (draw.random.next() + (draw.right() ? grade / 2 : 0))),
        ),
      },
    };
  },
};
