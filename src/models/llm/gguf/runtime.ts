import { UserError } from '../../../ground/errors.ts';
import type { GgufParameters } from './parameters.ts';

/** The version with the interface below: the peer dependency of package.json. */
export const VERSION = '3.21.1';

/** Not a literal type: the package is an optional peer, whose types are not at hand. */
const PACKAGE: string = 'node-llama-cpp';

export type Token = number;

/** The parts of node-llama-cpp that are used here. */
export interface Runtime {
  getLlama(options: {
    readonly gpu: false | 'auto' | 'cuda' | 'vulkan' | 'metal';
    readonly build: 'never';
    readonly progressLogs: false;
    readonly logLevel: 'error';
    readonly logger: (level: string, message: string) => void;
    readonly maxThreads?: number;
  }): Promise<Llama>;
  readonly JinjaTemplateChatWrapper: new (options: {
    readonly template: string;
    readonly tokenizer: object;
  }) => ChatWrapper;
  resolveChatWrapper(model: LlamaModel): ChatWrapper;
  readonly LlamaGrammarEvaluationState: new (options: {
    readonly model: LlamaModel;
    readonly grammar: object;
  }) => object;
}

export interface Llama {
  loadModel(options: { readonly modelPath: string; readonly loadSignal?: AbortSignal }): Promise<LlamaModel>;
  createGrammarForJsonSchema(schema: object): Promise<object>;
  getGrammarFor(type: 'json'): Promise<object>;
  dispose(): Promise<void>;
}

export interface LlamaModel {
  readonly tokenizer: object;
  readonly fileInfo: {
    readonly metadata: {
      readonly general?: { readonly name?: string };
      readonly tokenizer?: { readonly chat_template?: string };
    };
  };
  detokenize(tokens: readonly Token[]): string;
  createContext(options: {
    readonly contextSize: number;
    readonly sequences: 1;
    readonly threads?: number;
  }): Promise<LlamaContext>;
}

export interface LlamaContext {
  readonly contextSize: number;
  getSequence(): LlamaSequence;
}

export interface LlamaSequence {
  clearHistory(): Promise<void>;
  eraseContextTokenRanges(ranges: readonly { readonly start: number; readonly end: number }[]): Promise<void>;
  controlledEvaluate(
    input: readonly (Token | [Token, { readonly generateNext: { readonly probabilities: true } }])[],
  ): Promise<readonly ({ readonly next: { readonly probabilities?: Map<Token, number> } } | undefined)[]>;
  evaluate(
    tokens: readonly Token[],
    options: {
      readonly temperature: number;
      readonly seed: number;
      readonly grammarEvaluationState?: object;
    },
  ): AsyncIterable<Token>;
}

type ChatItem =
  | { readonly type: 'system' | 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: readonly string[] };

export interface ChatWrapper {
  generateContextState(options: { readonly chatHistory: readonly ChatItem[] }): {
    readonly contextText: { toString(): string; tokenize(tokenizer: object): Token[] };
  };
}

/** Loads the optional peer. Throws a UserError `no-node-llama-cpp` that says how to install it. */
export async function loadRuntime(name = PACKAGE): Promise<Runtime> {
  try {
    return await import(name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const absent = code === 'ERR_MODULE_NOT_FOUND' || /Cannot find (package|module)/.test(message);
    if (!absent) throw error;
    throw new UserError(
      'no-node-llama-cpp',
      {
        en: 'Models of GGUF files need the package node-llama-cpp, which is not installed',
        zh: '运行 GGUF 模型需要 node-llama-cpp，当前未安装该软件包',
      },
      { field: 'model', hint: installHint('off') },
    );
  }
}

/** Packages with the compiled parts, by platform and architecture of Node, and the GPU backends besides Metal that they support. */
const BINARIES: Readonly<Record<string, { readonly name: string; readonly gpus: readonly string[] }>> = {
  'linux-x64': { name: 'linux-x64', gpus: ['cuda', 'vulkan'] },
  'linux-arm64': { name: 'linux-arm64', gpus: [] },
  'linux-arm': { name: 'linux-armv7l', gpus: [] },
  'linux-riscv64': { name: 'linux-riscv64', gpus: [] },
  'darwin-arm64': { name: 'mac-arm64-metal', gpus: [] },
  'darwin-x64': { name: 'mac-x64', gpus: [] },
  'win32-x64': { name: 'win-x64', gpus: ['cuda', 'vulkan'] },
  'win32-arm64': { name: 'win-arm64', gpus: [] },
};

/** The command that installs the peer without the compiled parts for other machines. */
export function installCommand(
  gpu: GgufParameters['gpu'],
  platform = `${process.platform}-${process.arch}`,
): string {
  const binary = Object.hasOwn(BINARIES, platform) ? BINARIES[platform] : undefined;
  if (!binary) return `npm i node-llama-cpp@${VERSION}`;
  const names = [binary.name, ...(binary.gpus.includes(gpu) ? [`${binary.name}-${gpu}`] : [])];
  const packages = names.map((name) => `@node-llama-cpp/${name}@${VERSION}`).join(' ');
  return `npm i --omit=optional node-llama-cpp@${VERSION} ${packages}`;
}

export const installHint = (gpu: GgufParameters['gpu']) => ({
  en: `Install it: ${installCommand(gpu)}`,
  zh: `安装命令：${installCommand(gpu)}`,
});
