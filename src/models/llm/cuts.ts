import type { Text } from '../../ground/language.ts';
import type { Usage } from '../../tasks/answer.ts';

/** Below this share of what questions usually take, a prompt was hardly read as a whole. */
const SUSPICIOUS = 0.5;
/** Tokens per estimated one: no tokenizer needs fewer on Chinese text. Applies if every prompt was truncated. */
const LEAST_USUAL = 0.8;

/** Watches for prompts that a service cut: some report success nevertheless, as Ollama does at its context length. */
export interface CutWatch {
  add(usage: Usage | undefined): void;
  /** A warning if the service counted far fewer tokens than some questions have; undefined if there is no sign of it. */
  note(url: string): Text | undefined;
}

export function watchCuts(): CutWatch {
  /** Tokens reported per estimated one. */
  const ratios: number[] = [];
  return {
    add(usage) {
      const { promptTokens = 0, estimatedPromptTokens = 0 } = usage ?? {};
      if (promptTokens > 0 && estimatedPromptTokens > 0) ratios.push(promptTokens / estimatedPromptTokens);
    },
    note(url) {
      const median = ratios.toSorted((a, b) => a - b)[ratios.length >> 1] ?? 0;
      const least = SUSPICIOUS * Math.max(LEAST_USUAL, median);
      const count = ratios.filter((ratio) => ratio < least).length;
      if (count === 0) return undefined;
      return {
        en: `For ${count} of ${ratios.length} questions, ${url} counted less than half of the tokens that such texts take: it may silently truncate prompts that exceed its context. Raise the context length of the server and run again with another --runs-dir.`,
        zh: `${ratios.length} 个问题中有 ${count} 个，${url} 统计的 token 数不到同类文本的一半：该服务可能把超出上下文的提示词截短而不报告。请调高服务的上下文长度，换一个 --runs-dir 重新提问。`,
      };
    },
  };
}
