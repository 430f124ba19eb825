import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ParsedConversation } from '../evaluation/conversations.ts';
import { guess, imaginedPairs, imaginedRun, taskNamed } from '../evaluation/fixtures/imagined.ts';
import type { OpenedRun } from '../evaluation/opened.ts';
import { CHROMIUM, openBrowser } from '../ground/fixtures/browser.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import { analyse } from './analysis.ts';
import { safeJson } from './page.ts';
import { writeAnalyses } from './report.ts';

/** Strings that text from a corpus or a model may contain and that a page must show unchanged. */
const PAYLOADS: readonly string[] = JSON.parse(
  readFileSync(new URL('fixtures/payloads.json', import.meta.url), 'utf8'),
);
const PATIENCE_MS = 60_000;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chineseblue-page-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function report(name: string, runs: readonly OpenedRun[]): Promise<string> {
  const file = join(directory, `${name}.html`);
  await writeAnalyses(file, await analyse(runs, async () => []), new Date(0));
  return file;
}

/** Runs of four families in which every text is a payload, also names that the models chose. */
function hostileRuns(): OpenedRun[] {
  const ner: Example<'ner'>[] = PAYLOADS.map((text, i) => ({
    id: `${text}${i}`,
    group: text,
    input: { text },
    gold: { entities: [{ start: 0, end: Math.min(3, text.length), type: 'disease' }] },
  }));
  const dialogues: Example<'dialogue'>[] = PAYLOADS.map((text, i) => ({
    id: `d${i}`,
    input: { turns: [{ speaker: text, text }] },
    gold: {
      symptoms: [{ name: text, status: 'true' }],
      entities: [{ turn: 0, start: 0, end: 1, name: text, status: 'true' }],
    },
  }));
  const queries: Example<'ranking'>[] = PAYLOADS.map((text, i) => ({
    id: `q${i}`,
    input: { query: text, documents: [{ title: text, url: `https://evil.example/${text}` }, { title: 'b' }] },
    gold: { relevance: [1, 0] },
  }));
  const labels: Example<'classification'>[] = PAYLOADS.map((text, i) => ({
    id: `c${i}`,
    input: { text },
    gold: { label: text },
  }));
  const hostileTask = {
    ...taskNamed('cMedIC'),
    labels: PAYLOADS.map((id) => ({ id, meaning: { en: id, zh: id } })),
  };
  const of = <P extends Prediction>(
    task: OpenedRun['task'],
    examples: readonly Example[],
    answer: (i: number) => P,
  ): OpenedRun => {
    const run = imaginedRun({
      task,
      examples,
      predictions: examples.map((_, i) => answer(i)),
      model: PAYLOADS[0],
      splitRule: PAYLOADS[1],
    });
    return {
      ...run,
      record: {
        ...run.record,
        model: { ...run.record.model, id: PAYLOADS[0], parameters: { [PAYLOADS[6]]: PAYLOADS[1] } },
      },
    };
  };
  return [
    of(taskNamed('cMedQANER'), ner, (i) => ({ entities: [{ start: 0, end: 1, type: PAYLOADS[i] }] })),
    of(taskNamed('CMDD'), dialogues, (i) => ({
      symptoms: [{ name: PAYLOADS[i], status: 'false' as const }],
    })),
    of(taskNamed('cMedIR'), queries, () => ({ scores: [0, 1] })),
    of(hostileTask, labels, (i) => ({ label: PAYLOADS[(i + 1) % PAYLOADS.length] })),
  ];
}

describe('the file', () => {
  it('contains no markup from a corpus, and only the script that its policy names', async () => {
    const page = await readFile(await report('static', hostileRuns()), 'utf8');
    const scripts = [...page.matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes);
    expect(scripts.filter((attributes) => attributes === '')).toHaveLength(1);
    expect(
      scripts.every((attributes) =>
        /^( type="(application\/json|text\/plain)" id="(index|chunk)-[\d-]+")?$/.test(attributes),
      ),
    ).toBe(true);
    const found = (pattern: RegExp): string | undefined => pattern.exec(page)?.[0].slice(0, 100);
    expect(found(/<(img|iframe|object|base|form|math|details[^>]*ontoggle)[ />]/i)).toBeUndefined();
    expect(found(/<[a-z]+(\s+[a-z-]+(="[^"]*")?)*\s+(src|href)="(?!#|data:,)/i)).toBeUndefined();
    expect(found(/<[a-z]+(\s+[a-z-]+(="[^"]*")?)*\s+on[a-z]+=/i)).toBeUndefined();
    expect(found(/[\u0000-\u0008]/)).toBeUndefined();
    expect(found(/default-src &#39;none&#39;; script-src &#39;sha256-[^ ]{44}&#39;/)).toBeDefined();
  });

  it('is the same for the same runs', async () => {
    const examples = imaginedPairs(20);
    const run = imaginedRun({ task: taskNamed('cMedQQ'), examples, predictions: guess(examples, 0.7, 1) });
    expect(await readFile(await report('a', [run]), 'utf8')).toBe(
      await readFile(await report('b', [run]), 'utf8'),
    );
  });

  it('JSON in a script cannot end it', () => {
    for (const payload of PAYLOADS) {
      const written = safeJson({ payload });
      expect(written).not.toMatch(/[<>]/);
      expect(JSON.parse(written)).toEqual({ payload });
    }
  });
});

describe.skipIf(!CHROMIUM)(
  'in a browser (skipped: no Chromium is found; set CHROMIUM)',
  { timeout: PATIENCE_MS },
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    }, PATIENCE_MS);
    afterAll(() => browser?.close());

    /** Opens a report and collects everything that a sound page never does. */
    async function open(
      file: string,
      options: Parameters<Browser['newPage']>[0] = {},
    ): Promise<{ page: Page; complaints: string[] }> {
      const page = await browser.newPage({ locale: 'en-US', ...options });
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('dialog', (dialog) => complaints.push(`dialog ${dialog.message()}`));
      page.on('request', (request) => {
        if (!/^(file|data):/.test(request.url())) complaints.push(`request ${request.url()}`);
      });
      await page.goto(pathToFileURL(file).href);
      return { page, complaints };
    }

    const pairs = imaginedPairs(1200);
    const two = () =>
      ['good', 'poor'].map((model, i) =>
        imaginedRun({
          task: taskNamed('cMedQQ'),
          examples: pairs,
          predictions: guess(pairs, 0.9 - 0.3 * i, 5),
          model,
        }),
      );

    it('shows hostile text as text and runs none of it', async () => {
      const { page, complaints } = await open(await report('hostile', hostileRuns()));
      for (const host of await page.locator('.browser').all()) {
        await host.scrollIntoViewIfNeeded();
        await host.locator('.row .snippet:not(:text-is("…"))').first().waitFor();
        const list = host.locator('.list');
        await list.focus();
        for (let i = 0; i < PAYLOADS.length; i++) await page.keyboard.press('ArrowDown');
        await expect.poll(() => host.locator('.detail').textContent()).not.toBe('');
      }
      expect(await page.evaluate('globalThis.hit')).toBeUndefined();
      expect(
        await page
          .locator('.browser img, .browser script, .browser iframe, .browser svg, .browser a')
          .count(),
      ).toBe(0);
      const first = page.locator('.browser').first();
      await first.locator('input[type=search]').fill(PAYLOADS[1]);
      await expect.poll(() => first.locator('.count').textContent()).toMatch(/^1 \//);
      expect(await first.locator('.detail .text').first().textContent()).toContain(PAYLOADS[1].slice(3));
      expect(complaints).toEqual([]);
      await page.close();
    });

    it('renders only visible rows, and filters, sorts and searches all of them', async () => {
      const runs = two();
      const { page, complaints } = await open(await report('two', runs));
      const host = page.locator('.browser');
      await host.scrollIntoViewIfNeeded();
      await host.locator('.row').first().waitFor();
      const wrong = runs.map(
        ({ predictions }) =>
          predictions.filter((p, i) => (p as { label: string }).label !== pairs[i].gold.label).length,
      );
      expect(await host.locator('.count').textContent()).toBe(`${wrong[0]} / 1200 examples`);
      expect(await host.locator('.row').count()).toBeLessThan(40);
      const choose = (name: string, label: string) =>
        host.getByLabel(name, { exact: true }).selectOption({ label });
      await choose('Run', 'poor #0');
      await expect.poll(() => host.locator('.count').textContent()).toBe(`${wrong[1]} / 1200 examples`);
      await choose('Show', 'all examples');
      await expect.poll(() => host.locator('.count').textContent()).toBe('1200 / 1200 examples');
      await host.locator('.list').focus();
      await page.keyboard.press('End');
      await expect.poll(() => host.locator('.detail').textContent()).toContain('问题1199');
      expect(await host.locator('.row[aria-selected=true]').getAttribute('aria-posinset')).toBe('1200');
      await host.locator('input[type=search]').fill('答案1034');
      await expect.poll(() => host.locator('.count').textContent()).toBe('1 / 1200 examples');
      expect(complaints).toEqual([]);
      await page.close();
    });

    it('shows prompt, reasoning and reply of a language model next to the parsed answer and gold', async () => {
      const said = (texts: string[], reading: Partial<ParsedConversation>): ParsedConversation => ({
        asked: [{ role: 'user', content: `${PAYLOADS[1]}两句是否同义？` }],
        answers: texts.map((text, i) => ({ text, ...(i === 0 && { thought: '先比较症状。' }) })),
        answer: { status: 'unreadable', reason: 'no-json' },
        ...reading,
      });
      const asked = imaginedPairs(2);
      const run = (model: string, predictions: (Prediction | undefined)[]) =>
        imaginedRun({ task: taskNamed('cMedQQ'), examples: asked, predictions, model });
      const query: Example<'ranking'> = {
        id: 'q',
        input: { query: '感冒', documents: [{ title: '甲' }, { title: '乙' }] },
        gold: { relevance: [1, 0] },
      };
      const ranked = ['first', 'second'].map((model) =>
        imaginedRun({
          ...{ task: taskNamed('cMedIR'), examples: [query], model },
          predictions: [{ scores: [0, 1] }],
        }),
      );
      const analyses = await analyse(
        [run('asked', [undefined, { label: '0' }]), run('other', [{ label: '1' }, undefined]), ...ranked],
        async () => [],
      );
      const answered: ParsedConversation['answer'] = { status: 'answered', prediction: { label: '0' } };
      const words = [
        [[said(['二者同义'], {}), said(['{"label":"0"}'], { answer: answered })], undefined],
        [[said(['{"grade":0}', '{"grade":1}'], {})], [said(['{"grade":2}', '{"grade":3}'], {})]],
      ];
      const file = join(directory, 'said.html');
      const withWords = analyses.map((task, t) => ({
        ...task,
        runs: task.runs.map((one, r) => ({ ...one, said: words[t][r] })),
      }));
      await writeAnalyses(file, withWords, new Date(0));
      const { page, complaints } = await open(file);
      const detailOf = async (at: number) => {
        const host = page.locator('.browser').nth(at);
        await host.scrollIntoViewIfNeeded();
        await host.locator('.row').first().waitFor();
        await host.locator('.list').focus();
        await page.keyboard.press('Home');
        await expect.poll(() => host.locator('.detail').textContent()).not.toBe('');
        return host.locator('.detail');
      };
      const pair = await detailOf(0);
      const parts = pair.locator('details');
      expect(await parts.locator('summary').allTextContents()).toEqual(['Raw answer', 'Reasoning', 'Prompt']);
      expect(await parts.locator('pre').allTextContents()).toEqual([
        ...['二者同义', '先比较症状。', `${PAYLOADS[1]}两句是否同义？`],
      ]);
      // The reasoning is included, and shown on request.
      expect(await parts.locator('pre').nth(0).isVisible()).toBe(true);
      expect(await parts.locator('pre').nth(1).isVisible()).toBe(false);
      await parts.nth(1).locator('summary').click();
      expect(await parts.locator('pre').nth(1).isVisible()).toBe(true);
      expect(await pair.locator('.note').allTextContents()).toEqual([
        'no valid answer',
        'unreadable: no-json',
      ]);
      expect(await pair.locator('.line').allTextContents()).toEqual(['Gold0', 'Gold0', 'Answer1']);
      // In another language the same parts are open, and the focus stays.
      await parts.nth(1).locator('summary').focus();
      await page.evaluate(`document.getElementById('language').click()`);
      expect(await parts.locator('summary').allTextContents()).toEqual(['原始回答', '思考过程', '提示词']);
      expect(await parts.locator('pre').nth(1).isVisible()).toBe(true);
      expect(await page.evaluate('document.activeElement.textContent')).toBe('思考过程');
      await page.locator('#language').click();
      const list = await detailOf(1);
      expect(await list.locator('h4').allTextContents()).toEqual(['first #0', 'second #0']);
      expect(await list.locator('details[open] pre').allTextContents()).toEqual(
        [0, 1, 2, 3].map((grade) => `{"grade":${grade}}`),
      );
      expect(await list.locator('details[open] .who').allTextContents()).toEqual(['1', '2', '1', '2']);
      expect(complaints).toEqual([]);
      await page.close();
    });

    it('is in Chinese and English, and has a dark theme', async () => {
      const { page } = await open(await report('switches', two()), { locale: 'zh-CN', colorScheme: 'light' });
      expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hans');
      expect(await page.locator('h2').first().innerText()).toBe('得分');
      expect(await page.locator('nav').first().getAttribute('aria-label')).toBe('章节');
      expect(await page.locator('#theme').getAttribute('aria-label')).toBe('浅色或深色');
      await page.locator('#language').click();
      expect(await page.locator('h2').first().innerText()).toBe('Score');
      const host = page.locator('.browser');
      await host.scrollIntoViewIfNeeded();
      await host.locator('.row').first().waitFor();
      const focused = () => page.evaluate('document.activeElement.id');
      for (const control of await host.locator('.controls :is(select, input)').all()) {
        await control.focus();
        const id = await control.getAttribute('id');
        // As a mouse does it where buttons take no focus, or a voice.
        await page.evaluate(`document.getElementById('language').click()`);
        expect(await focused()).toBe(id);
      }
      await page.keyboard.type('问题');
      await page.locator('#language').press('Enter');
      expect(await focused()).toBe('language');
      expect(await host.locator('input').inputValue()).toBe('问题');
      const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
      const light = await background();
      await page.locator('#theme').click();
      expect(await background()).not.toBe(light);
      await page.close();
    });

    it.each([
      ['1280 px, light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' as const }],
      ['390 px, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const }],
    ])('passes axe and is never wider than the screen: %s', async (_name, options) => {
      const { page } = await open(await report('axe', [...two(), hostileRuns()[1]]), options);
      for (const host of await page.locator('.browser').all()) {
        await host.scrollIntoViewIfNeeded();
        await host.locator('.row').first().waitFor();
      }
      // Added by hand: the page's own policy lets no script element in.
      await page.evaluate(axe.source);
      const violations = await page.evaluate(
        'axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))',
      );
      expect(violations).toEqual([]);
      const tooWide = `[...document.querySelectorAll('main *, header *')].filter((element) => !element.closest('.scroll, .list, .detail, nav, .bar')
        && element.getBoundingClientRect().right > innerWidth).map((element) => element.outerHTML.slice(0, 120))`;
      expect(await page.evaluate(tooWide)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      await page.close();
    });

    it('prints every run, and no controls', async () => {
      const { page } = await open(await report('print', two()));
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('.switches').isVisible()).toBe(false);
      expect(await page.locator('.browser').isVisible()).toBe(false);
      const pdf = await page.pdf({ format: 'A4' });
      expect(pdf.subarray(0, 4).toString()).toBe('%PDF');
      expect(await page.locator('details.run:not([open])').count()).toBe(0);
      await page.close();
    });
  },
);
