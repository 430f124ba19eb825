import { UserError } from '../../../ground/errors.ts';
import type { Price } from './profile.ts';

/** Spending limits; absent: unlimited. */
export interface Limits {
  readonly maxCalls?: number;
  readonly maxTotalTokens?: number;
  /** In the currency of the price. */
  readonly maxCost?: number;
}

/** Spending on calls to services by this process. */
export interface Spending {
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cost: number;
}

/** One purse per command: all evaluations of a process spend from it. */
const spent = { calls: 0, promptTokens: 0, completionTokens: 0, cost: 0 };

export const spending = (): Spending => ({ ...spent });

export const costOf = (
  price: Price | undefined,
  { promptTokens = 0, completionTokens = 0 }: Tokens,
): number =>
  price === undefined ? 0 : (promptTokens * price.prompt + completionTokens * price.completion) / 1e6;

export interface Tokens {
  readonly promptTokens?: number;
  readonly completionTokens?: number;
}

/** Usage as reported by the service, else as estimated. */
export const tokensOf = ({
  promptTokens,
  completionTokens,
  estimated,
}: Tokens & { readonly estimated?: Tokens }): Tokens => ({
  promptTokens: promptTokens ?? estimated?.promptTokens,
  completionTokens: completionTokens ?? estimated?.completionTokens,
});

/**
 * Counts a call before it is sent. Throws a UserError `budget-reached` if a limit would be passed: calls are counted
 * exactly, tokens and cost when a reply reports them, so that calls under way may still add to these.
 */
export function beginCall({ maxCalls, maxTotalTokens, maxCost }: Limits): void {
  const tokens = spent.promptTokens + spent.completionTokens;
  if (maxCalls !== undefined && spent.calls >= maxCalls) throw reached('max-calls', maxCalls);
  if (maxTotalTokens !== undefined && tokens >= maxTotalTokens)
    throw reached('max-total-tokens', maxTotalTokens);
  if (maxCost !== undefined && spent.cost >= maxCost) throw reached('max-cost', maxCost);
  spent.calls++;
}

export function addUsage(usage: Tokens, price: Price | undefined): void {
  spent.promptTokens += usage.promptTokens ?? 0;
  spent.completionTokens += usage.completionTokens ?? 0;
  spent.cost += costOf(price, usage);
}

const reached = (field: string, limit: number): UserError =>
  new UserError(
    'budget-reached',
    { en: `The limit of ${limit} is reached`, zh: `已达到上限 ${limit}` },
    {
      field,
      hint: {
        en: 'All answers so far are kept: run the command again with a higher limit to resume.',
        zh: '已有回答均已保存：调高上限后重新执行该命令即可继续。',
      },
    },
  );
