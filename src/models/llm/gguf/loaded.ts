import { UserError } from '../../../ground/errors.ts';
import { createLimiter, type Limiter } from '../../shared/services/limiter.ts';
import type { GgufParameters } from './parameters.ts';
import {
  type ChatWrapper,
  installHint,
  type Llama,
  type LlamaContext,
  type LlamaModel,
  type LlamaSequence,
  type Runtime,
} from './runtime.ts';

export type ModelSettings = Pick<GgufParameters, 'file' | 'contextSize' | 'gpu' | 'threads'>;

/** A model in memory, with room for one conversation. */
export interface LoadedModel {
  readonly model: LlamaModel;
  readonly contextSize: number;
  readonly sequence: LlamaSequence;
  readonly wrapper: ChatWrapper;
  /** One call at a time. */
  readonly turns: Limiter;
  /** The grammar of a JSON schema, or of any JSON. */
  grammar(schema: object | 'json'): Promise<object>;
}

const inMemory = new Map<string, { users: number; readonly opened: Promise<Opened> }>();
type Opened = LoadedModel & { dispose(): Promise<void> };

/** A model that evaluations of this process share, and that leaves memory with the last `release`. */
export async function acquireModel(
  runtime: Runtime,
  settings: ModelSettings,
  signal?: AbortSignal,
): Promise<{ readonly loaded: LoadedModel; release(): Promise<void> }> {
  const { file, contextSize, gpu, threads } = settings;
  const id = JSON.stringify([file, contextSize, gpu, threads]);
  const entry = inMemory.get(id) ?? { users: 0, opened: openModel(runtime, settings, signal) };
  inMemory.set(id, entry);
  entry.users++;
  try {
    const loaded = await entry.opened;
    return {
      loaded,
      async release() {
        if (--entry.users > 0) return;
        if (inMemory.get(id) === entry) inMemory.delete(id);
        await loaded.dispose();
      },
    };
  } catch (error) {
    if (inMemory.get(id) === entry) inMemory.delete(id);
    throw error;
  }
}

async function openModel(runtime: Runtime, settings: ModelSettings, signal?: AbortSignal): Promise<Opened> {
  const said: string[] = [];
  const llama = await startLlama(runtime, settings, (message) => said.push(message.trim()));
  try {
    const model = await loadFile(llama, settings, said, signal);
    const context = await createContext(model, settings);
    const grammars = new Map<string, Promise<object>>();
    return {
      model,
      contextSize: context.contextSize,
      sequence: context.getSequence(),
      wrapper: wrapperOf(runtime, model, settings),
      turns: createLimiter({ most: 1 }),
      grammar(schema) {
        const id = JSON.stringify(schema);
        const known =
          grammars.get(id) ??
          (schema === 'json'
            ? llama.getGrammarFor('json')
            : llama.createGrammarForJsonSchema(Object(schema)));
        grammars.set(id, known);
        return known;
      },
      dispose: () => llama.dispose(),
    };
  } catch (error) {
    await llama.dispose();
    throw error;
  }
}

const GPUS = { off: false, best: 'auto', cuda: 'cuda', vulkan: 'vulkan', metal: 'metal' } as const;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function startLlama(
  runtime: Runtime,
  { gpu, threads }: ModelSettings,
  log: (message: string) => void,
): Promise<Llama> {
  try {
    return await runtime.getLlama({
      gpu: GPUS[gpu],
      build: 'never',
      progressLogs: false,
      logLevel: 'error',
      logger: (_, message) => log(message),
      ...(threads !== undefined && { maxThreads: threads }),
    });
  } catch (error) {
    const why = messageOf(error);
    throw new UserError(
      'no-llama-cpp',
      {
        en: `node-llama-cpp has no binary for this machine: ${why}`,
        zh: `node-llama-cpp 缺少适用于本机的预编译组件：${why}`,
      },
      { field: 'gpu', hint: installHint(gpu) },
    );
  }
}

async function loadFile(
  llama: Llama,
  { file }: ModelSettings,
  said: readonly string[],
  signal: AbortSignal | undefined,
): Promise<LlamaModel> {
  try {
    return await llama.loadModel({ modelPath: file, loadSignal: signal });
  } catch (error) {
    signal?.throwIfAborted();
    const why = said[0] ?? messageOf(error);
    throw new UserError(
      'bad-gguf',
      { en: `The model cannot be loaded: ${why}`, zh: `无法加载模型：${why}` },
      {
        file,
        hint: {
          en: 'Name a GGUF file of a language model that llama.cpp reads, downloaded in full.',
          zh: '请指定 llama.cpp 可读取且下载完整的 GGUF 语言模型文件。',
        },
      },
    );
  }
}

async function createContext(
  model: LlamaModel,
  { file, contextSize, threads }: ModelSettings,
): Promise<LlamaContext> {
  try {
    return await model.createContext({
      contextSize,
      sequences: 1,
      ...(threads !== undefined && { threads }),
    });
  } catch (error) {
    const why = messageOf(error);
    throw new UserError(
      'no-room',
      {
        en: `There is no room for a context of ${contextSize} tokens: ${why}`,
        zh: `无法分配 ${contextSize} 个 token 的上下文：${why}`,
      },
      {
        file,
        field: 'context-size',
        hint: {
          en: 'Choose a smaller context-size or a smaller model.',
          zh: '请减小 context-size 或换用更小的模型。',
        },
      },
    );
  }
}

/** How the model wants conversations written: by the template of its file. */
function wrapperOf(runtime: Runtime, model: LlamaModel, { file }: ModelSettings): ChatWrapper {
  const template = model.fileInfo.metadata.tokenizer?.chat_template;
  try {
    if (template === undefined) return runtime.resolveChatWrapper(model);
    return new runtime.JinjaTemplateChatWrapper({ template, tokenizer: model.tokenizer });
  } catch (error) {
    const why = messageOf(error);
    throw new UserError(
      'bad-chat-template',
      {
        en: `The chat template of the model cannot be used: ${why}`,
        zh: `无法使用模型自带的对话模板：${why}`,
      },
      {
        file,
        hint: {
          en: 'Serve the model with llama.cpp and use the kind llm.',
          zh: '请用 llama.cpp 提供服务，并改用 llm 类模型。',
        },
      },
    );
  }
}
