import type { CommandSpec } from '../command.ts';
import { batchCommand } from './llm-batch.ts';
import { memorisedCommand } from './memorised.ts';

/** Requests to language models outside runs. */
export const llmCommand: CommandSpec = {
  name: 'llm',
  summary: {
    en: 'tools for language models outside `run`: batches, signs of memorised tests',
    zh: '运行之外的大语言模型工具：批处理、检查测试集是否被记住',
  },
  examples: [...memorisedCommand.examples],
  subcommands: [batchCommand, memorisedCommand],
};
