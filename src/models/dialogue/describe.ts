import type { Text } from '../../ground/language.ts';
import { type Description, describeFeature } from '../shared/features/describe.ts';

/** What a turn or clause does. */
const CUES: readonly (readonly [cue: string, zh: string])[] = [
  ['asks', '询问'],
  ['denies', '否定'],
  ['doubts', '推测'],
];

/** The part after the speaker's `|`, or everything if no speaker is part of the feature. */
const DETAILS: readonly (readonly [pattern: string, zh: string])[] = [
  ['name=', '名称='],
  ['before=', '前文='],
  ['after=', '后文='],
  ['turn=', '本轮含'],
  ['turn first$', '首轮'],
  ['turn early$', '前几轮'],
  ['turn later$', '后续轮次'],
  ['nothing but the mention$', '整轮仅为该提及'],
  ['in the question$', '见于提问'],
  ['in the answer$', '见于回答'],
  ['question none$', '之前无提问'],
  ['answer none$', '之后无回答'],
  ['question=', '提问='],
  ['answer=', '回答='],
  ['question~', '提问含'],
  ['answer~', '回答含'],
  ...CUES.flatMap(([cue, zh]) => [
    [`${cue}$`, `本轮有${zh}`] as const,
    [`clause before ${cue}$`, `前一分句有${zh}`] as const,
    [`clause after ${cue}$`, `后一分句有${zh}`] as const,
    [`question ${cue}$`, `提问有${zh}`] as const,
    [`answer ${cue}$`, `回答有${zh}`] as const,
  ]),
];

/** The features of `statusFeatures`. */
const DESCRIPTIONS: readonly Description[] = [
  [/^speaker=/, '说话人='],
  [/^name=/, '名称='],
  [/^mention=/, '提及='],
  [/^before=/, '前文='],
  [/^after=/, '后文='],
  [/^left=/, '左侧含'],
  [/^right=/, '右侧含'],
  ...DETAILS.flatMap(([pattern, zh]): Description[] => [
    [new RegExp(`^asks ([^|]*)\\|${pattern}`), `询问时 $1|${zh}`],
    [new RegExp(`^says ([^|]*)\\|${pattern}`), `陈述时 $1|${zh}`],
    [new RegExp(`^([^|]*)\\|${pattern}`), `$1|${zh}`],
  ]),
  ...CUES.flatMap(([cue, zh]): Description[] => [
    [new RegExp(`^([^|]*)\\|also before by (.*) ${cue}$`, 's'), `$1|此前$2也提到，有${zh}`],
    [new RegExp(`^([^|]*)\\|also after by (.*) ${cue}$`, 's'), `$1|此后$2也提到，有${zh}`],
  ]),
  [/^([^|]*)\|also before by (.*)$/s, '$1|此前$2也提到'],
  [/^([^|]*)\|also after by (.*)$/s, '$1|此后$2也提到'],
];

/** How a feature of a status reads. */
export const describeStatusFeature = (name: string): Text => describeFeature(name, DESCRIPTIONS);
