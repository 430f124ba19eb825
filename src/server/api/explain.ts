import { HTTPException } from 'hono/http-exception';
import * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { issueText } from '../../ground/issues.ts';

/** Turns library errors about a caller's input into UserErrors. */
export function explain(error: unknown): unknown {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return new UserError('bad-request', issueText(issue), { field: issue.path.join('.') });
  }
  if (!(error instanceof Error)) return error;
  if (error instanceof HTTPException && error.status === 403) return otherSite();
  if (isBusy(error)) return databaseBusy();
  const isBadBody = error instanceof SyntaxError || error instanceof HTTPException;
  const isBadText = 'code' in error && error.code === NO_TEXT;
  return isBadBody || isBadText ? new UserError('bad-request', badBody) : error;
}

/** Messages of the connection pool when no connection became free in time; its errors have no code. */
const NO_CONNECTION: ReadonlySet<string> = new Set([
  'timeout exceeded when trying to connect',
  'Connection terminated due to connection timeout',
]);
/** Code of a database that has no connection left. */
const TOO_MANY_CONNECTIONS = '53300';

const isBusy = (error: Error): boolean =>
  NO_CONNECTION.has(error.message) || ('code' in error && error.code === TOO_MANY_CONNECTIONS);

const databaseBusy = (): UserError =>
  new UserError(
    'busy',
    { en: 'The server is overloaded', zh: '服务器繁忙' },
    { hint: { en: 'Try again in a few seconds.', zh: '请稍候重试。' } },
  );

/** Code of a database for text that it cannot store: the character 0. */
const NO_TEXT = '22021';

const badBody = { en: 'The request cannot be read', zh: '无法解析请求' };

const otherSite = (): UserError =>
  new UserError('forbidden', { en: 'This form came from another site', zh: '该表单来自其他站点' });
