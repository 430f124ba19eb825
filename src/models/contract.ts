import type { Text } from '../ground/language.ts';
import type { GivenParameters, ParameterSpecs, Parsed, Resolved } from '../ground/parameters.ts';
import type { Answer, Usage } from '../tasks/answer.ts';
import type { Example, FamilyId, Input, Prediction } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import type { OnlyFor } from './only-for.ts';

/** The version of this contract. A kind names the one it was written for; another one is refused by name. */
export const CONTRACT = 1;

/** The reply for one input, exactly as the journal stores it. */
export interface Reply {
  /** Plain JSON: the prediction itself where a kind computes it, or what a service sent. */
  readonly raw: unknown;
  /** The identity of the call, for kinds with paid answers. Absent: the id of the input. */
  readonly key?: string;
  readonly usage?: Usage;
}

/** The conversation about one input, in readable form. */
export interface Conversation {
  readonly asked: readonly { readonly role: string; readonly content: string }[];
  /** As received; several if the question was repeated. */
  readonly answers: readonly Spoken[];
}

/** One answer in words. */
export interface Spoken {
  readonly text: string;
  /** The reasoning of a thinking model. */
  readonly thought?: string;
}

/** How a model is run on questions. */
export interface AnswerOptions {
  /** Checked between answers, at least once a second if possible: its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called once for every input, in any order, as soon as its reply is available. */
  readonly onAnswer: (index: number, reply: Reply) => void;
  /**
   * Indices that were answered in an earlier attempt: they are skipped. A kind whose answers depend on what
   * else is in a batch packs all inputs as it would without them, and leaves out the batches that hold nothing else.
   */
  readonly answered?: ReadonlySet<number>;
}

/** Estimated usage before anything is sent; token counts are approximate. */
export interface Estimate {
  /** Destination of the texts. */
  readonly destination: string;
  readonly calls: number;
  readonly promptTokens: number;
  /** The maximum over all answers. */
  readonly mostCompletionTokens: number;
  /** Absent if no price is known. */
  readonly cost?: { readonly least: number; readonly most: number };
  readonly currency?: string;
}

/** A batch as the service describes it. */
export interface BatchState {
  readonly id: string;
  /** `validating`, `in_progress`, `completed`, `failed`, `expired`, `cancelled`… */
  readonly status: string;
  readonly requests: number;
  readonly completed: number;
  readonly failed: number;
  /** Its answers are in the journal. */
  readonly collected: boolean;
}

/** Calls through a batch API: their answers go to the journal of the run, where `answer` finds them. */
export interface BatchModel<F extends FamilyId = FamilyId> {
  /** Submits every call that is neither answered nor in an open batch. */
  submit(inputs: readonly Input<F>[], signal?: AbortSignal): Promise<readonly BatchState[]>;
  status(inputs: readonly Input<F>[], signal?: AbortSignal): Promise<readonly BatchState[]>;
  /** Stores the answers of finished batches. */
  collect(inputs: readonly Input<F>[], signal?: AbortSignal): Promise<readonly BatchState[]>;
}

/** A fitted model. Gold is never shown to it. */
export interface FittedModel<F extends FamilyId = FamilyId> {
  answer(inputs: readonly Input<F>[], options: AnswerOptions): Promise<void>;
  /** Size of the fitted model in bytes, for the tables. */
  readonly bytes?: number;
  /** How many examples it was trained on, if that may be fewer than all. */
  readonly learntFrom?: number;
  /** Writes the fitted model to a file or folder; the kind's `load` reads it back. */
  save?(path: string): Promise<void>;
  /** Inference through the batch API of a service, if supported: hours later, at a lower price. */
  readonly batch?: BatchModel<F>;
  /** Estimated usage for these inputs, for kinds with paid answers. Sends nothing. */
  estimate?(inputs: readonly Input<F>[]): Promise<Estimate>;
  /** Why this prediction: readable lines in both languages, heaviest first. */
  explain?(input: Input<F>): readonly Text[];
  /** One vector per text. */
  embed?(
    texts: readonly string[],
    options: { readonly signal?: AbortSignal },
  ): Promise<readonly Float32Array[]>;
}

/** A kept run that a model is made of. */
export interface Member {
  /** The id of the run. */
  readonly name: string;
  readonly kind: ModelKind;
  /** Its kept model. Throws a UserError if it is damaged. */
  load(): Promise<FittedModel>;
}

/** What a model is trained on. */
export interface FitRequest<F extends FamilyId = FamilyId, P = GivenParameters> {
  readonly task: Task;
  readonly train: readonly Example<F>[];
  /** For choosing thresholds, early stopping…; may be empty. Never test. */
  readonly dev: readonly Example<F>[];
  readonly seed: number;
  readonly parameters: P;
  /** The runs that the kind's `membersParameter` names: of this task, and fitted on this train. */
  readonly members?: readonly Member[];
  /**
   * The primary score of answers to `examples` (all or a part of dev), larger is better; NaN if undefined.
   * Models need not know how it is computed.
   */
  score(examples: readonly Example<F>[], predictions: readonly Prediction<F>[]): number;
  /** Share of the work done, 0 to 1, and what is being done. */
  readonly onProgress?: (share: number, note?: Text) => void;
  /** Called before the work begins with warnings, one paragraph each. */
  readonly onNote?: (note: Text) => void;
  /** Checked at safe points: the model throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Directory of checkpoints for models with long training; absent for fast ones. */
  readonly directory?: string;
  /** Start from scratch: checkpoints in `directory` are not used. */
  readonly force?: boolean;
}

/** One way to fit a family. A function for several families (`FitRequest<'similarity' | 'inference', P>`) is one too. */
export type Fit<F extends FamilyId, P = GivenParameters> = {
  /** A method, so that the task's family may choose among the ways of a kind: examples always are of that family. */
  fit(request: FitRequest<F, P>): Promise<FittedModel<F>>;
}['fit'];

/** A kind has a fit function for every family that it serves. */
export type Fits<P = GivenParameters> = { readonly [F in FamilyId]?: Fit<F, P> };

/** The implementation of a kind, in a module that is imported on first use. */
export interface Implementation<P = GivenParameters> {
  readonly fit: Fits<P>;
  /** Estimated usage of fitting and inference, if known before fitting. Sends nothing. Absent: the fitted model provides it. */
  estimate?(request: FitRequest<FamilyId, P>, inputs: readonly Input[]): Promise<Estimate | undefined>;
  /** `parameters` has those of the kind's that are `answering`, where they were given. */
  load?(path: string, task: Task, parameters: Partial<P>): Promise<FittedModel>;
}

/** What a fitted model of a kind supports besides prediction. */
export interface Capabilities {
  readonly save: boolean;
  readonly load: boolean;
  readonly explain: boolean;
  readonly embed: boolean;
}

/** How the group `quick` runs a kind. */
export interface QuickLook {
  /** Parameters that replace the defaults, by family. */
  parameters?(family: FamilyId): GivenParameters;
  /** Only on the first task of each family, because it takes long. */
  readonly oncePerFamily?: boolean;
  /** Shown before it begins, with the number of such evaluations. */
  note?(evaluations: number): Text;
}

/** The context in which `resolve` replaces `auto`. */
export interface ResolveContext {
  readonly task: Task;
}

/** A kind of model as its folder describes it. `defineModel` turns it into a `ModelKind`. */
export interface ModelDefinition<S extends ParameterSpecs> {
  readonly contract: typeof CONTRACT;
  readonly id: string;
  /**
   * Part of a run's identity: raised when the same parameters may give another result, or when a default changes (records of
   * this version without a parameter had its default).
   */
  readonly version: number;
  readonly summary: Text;
  readonly families: readonly FamilyId[];
  /** Why it does not support others that one would expect. */
  readonly lacks?: Readonly<Partial<Record<FamilyId, Text>>>;
  readonly parameters: S;
  /** Parameters that only some of the families use: they are refused for others, unless they are at their default. */
  readonly onlyFor?: OnlyFor<keyof S & string>;
  /** The parameter that `kind:value` on the command line sets, e.g. the directory of a BERT. */
  readonly mainParameter?: keyof S & string;
  /**
   * The parameter that names kept runs, joined by +, that the kind is made of: the evaluation opens and checks
   * them, and gives their models to `fit` as `members`.
   */
  readonly membersParameter?: keyof S & string;
  /** Suffix of the name in tables if parameters change the nature of the answers; else empty. */
  variant?(parameters: NoInfer<Parsed<S>>): string;
  /** Whether the seed changes anything: if not, one seed is enough. */
  readonly seeded: boolean;
  readonly capabilities: Capabilities;
  /** Counted among `all-baselines`. */
  readonly baseline?: boolean;
  /** Takes minutes where others take seconds: it is started first, so that no core idles at the end. */
  readonly slow?: boolean;
  /**
   * Calls a service, always or with these parameters: it runs in the parent process, because one limiter and one budget
   * hold per command.
   */
  readonly remote?: boolean | ((parameters: NoInfer<Parsed<S>>) => boolean);
  /** It needs no training examples. */
  readonly untrained?: boolean;
  /** Present if the group `quick` includes the kind; undefined if it cannot run here (weights are absent). */
  quickLook?(): QuickLook | undefined;
  /**
   * What the parameters point to outside of themselves (pretrained weights), as a SHA-256 of its content: part of
   * what a run depends on. Empty if they point to nothing. Throws a UserError if it is absent.
   */
  startingPoint?(parameters: NoInfer<Parsed<S>>): Promise<string>;
  /** The URL that texts are sent to, for kinds that call a service. Throws a UserError if none is known. */
  destination?(parameters: NoInfer<Parsed<S>>): Promise<string | undefined>;
  /** Replaces every `auto`. Absent if no parameter has one. */
  resolve?(parameters: NoInfer<Parsed<S>>, context: ResolveContext): Promise<NoInfer<Resolved<S>>>;
  /**
   * Reads a reply as an answer. Absent: the reply's `raw` is the prediction, or `{ failure }` where a call for it failed.
   * Pure, so that a better reader needs no new call.
   */
  interpret?(raw: unknown, input: Input, task: Task): Answer;
  /** One reply per repeat, each readable by `interpret`, for kinds that may ask more than once. */
  repeats?(raw: unknown): readonly unknown[];
  /** Questions and answers by the id of the example, as stored by the run in `directory`. */
  conversations?(
    directory: string,
    replies: ReadonlyMap<string, Reply>,
  ): Promise<ReadonlyMap<string, Conversation>>;
  readonly implementation: () => Promise<Implementation<NoInfer<Resolved<S>>>>;
}

/** A kind of model, ready to use: every member validates its arguments. */
export interface ModelKind
  extends Pick<
    ModelDefinition<ParameterSpecs>,
    | 'contract'
    | 'id'
    | 'version'
    | 'summary'
    | 'families'
    | 'lacks'
    | 'parameters'
    | 'onlyFor'
    | 'mainParameter'
    | 'membersParameter'
    | 'seeded'
    | 'capabilities'
    | 'baseline'
    | 'slow'
    | 'untrained'
    | 'quickLook'
  > {
  /** Whether replies are more than predictions, and the journal therefore worth keeping. */
  readonly interprets: boolean;
  /** Parsed and with every `auto` replaced: what a record keeps. Throws UserErrors that name the parameter. */
  resolve(given: GivenParameters, context: ResolveContext): Promise<GivenParameters>;
  startingPoint(resolved: GivenParameters): Promise<string>;
  /** Suffix of the name in tables; mostly empty. */
  variant(given: GivenParameters): string;
  /** Whether these parameters have it call a service. */
  isRemote(given: GivenParameters): boolean;
  /** Estimated usage of fitting and inference; undefined for kinds whose answers are free. Sends nothing. */
  estimate(request: FitRequest, inputs: readonly Input[]): Promise<Estimate | undefined>;
  /** Undefined for kinds that call no service. */
  destination(given: GivenParameters): Promise<string | undefined>;
  interpret(raw: unknown, input: Input, task: Task): Answer;
  /** One reply per repeat; empty for kinds that ask once. */
  repeats(raw: unknown): readonly unknown[];
  /** Undefined for kinds without prompts. */
  conversations(
    directory: string,
    replies: ReadonlyMap<string, Reply>,
  ): Promise<ReadonlyMap<string, Conversation> | undefined>;
  /** `parameters` may be given or resolved ones. Throws a UserError `family-not-served` or `empty-train`. */
  fit(request: FitRequest): Promise<FittedModel>;
  /** A given `auto` means: as fitted. Throws a UserError `fixed-parameter` for a given one that was fixed at fitting. */
  load(path: string, task: Task, given?: GivenParameters): Promise<FittedModel>;
}
