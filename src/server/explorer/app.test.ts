import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { samplesDir } from '../../datasets/directory.ts';
import { evaluate } from '../../evaluation/evaluate.ts';
import { findTask, tasks } from '../../tasks/registry.ts';
import { requireLoopback } from '../loopback.ts';
import { createExplorer } from './app.ts';

let directory: string;
let app: ReturnType<typeof createExplorer>;
const ids: string[] = [];
const faults: unknown[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chineseblue-explorer-'));
  const dataDir = samplesDir();
  const root = join(directory, 'runs');
  for (const model of ['majority', 'knn'])
    ids.push((await evaluate({ task: findTask('cMedIC'), model, dataDir, root })).record.id);
  await cp(join(root, ids[0]), join(root, 'damaged'), { recursive: true });
  await writeFile(join(root, 'damaged', 'scores.json'), '{}');
  app = createExplorer({ runsDir: root, dataDir, among: tasks, onError: (error) => faults.push(error) });
}, 60_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

const get = (path: string, headers: Record<string, string> = {}) =>
  app.request(`http://localhost${path}`, { headers: { host: '127.0.0.1:8930', ...headers } });
const text = async (path: string, headers?: Record<string, string>) => (await get(path, headers)).text();

it('lists runs by what they answered, and names those that are damaged', async () => {
  const page = await text('/');
  for (const id of ids) expect(page).toContain(`name="run" value="${id}"`);
  expect(page).toContain('damaged');
  expect(page).not.toContain('value="damaged"');
  expect(await text('/', { 'accept-language': 'zh' })).toContain('查看错误、比较与图表');
});

it('shows the report of the selected runs, as the report command writes it', async () => {
  const response = await get(`/report?run=${ids[0]}&run=${ids[1]}`);
  const page = await response.text();
  expect(page).toContain('id="browser-0"');
  expect(page).toMatch(
    /http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; script-src/,
  );
  expect(page).toContain('Comparison');
  expect(response.headers.get('x-frame-options')).not.toBeNull();
});

it('opens only runs of its directory', async () => {
  for (const path of ['/report', '/report?run=../../etc', `/report?run=${ids[0]}&run=none`, '/nothing'])
    expect([path, (await get(path)).status]).toEqual([path, 404]);
});

it('audits a corpus', async () => {
  expect(await text('/audits/cMedIC')).toContain('Audit of cMedIC');
  expect(await text('/audits/cMedIC', { 'accept-language': 'zh' })).toContain('cMedIC 语料审查');
  expect((await get('/audits/none')).status).toBe(400);
});

it('serves only this machine: refuses other addresses and other Host names', async () => {
  expect((await get('/', { host: 'evil.example' })).status).toBe(403);
  const what = { en: 'The explorer', zh: '浏览器' };
  for (const host of ['127.0.0.1', 'localhost', '::1'])
    expect(() => requireLoopback(host, what)).not.toThrow();
  for (const host of ['0.0.0.0', '10.0.0.1', 'example.org', '127.0.0.1.example.org'])
    expect(() => requireLoopback(host, what)).toThrow(expect.objectContaining({ code: 'loopback-only' }));
  expect(faults).toEqual([]);
});
