import { readFile } from 'node:fs/promises';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { html, raw } from 'hono/html';
import type { UserError } from '../../ground/errors.ts';
import type { Text } from '../../ground/language.ts';
import type { InputShape } from '../../tasks/families/family.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Env } from '../api/context.ts';
import { chosenLanguage } from '../pages/language.ts';
import { frame, type Markup, type Reader } from '../pages/layout.ts';
import { STYLE } from '../pages/style.ts';
import type { ServedModel } from './answerer.ts';
import { addressOf, type BrowserFiles } from './browser-files.ts';

type Asked = Omit<Reader, 'actor'>;
type Say = (text: Text) => string;

/** Scripts and style sheet of the page, served unchanged. */
const ASSETS = ['main.js', 'drawing.js', 'playground.css'] as const;
const TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' } as const;

/** The page on which texts are typed, with its scripts. */
export function addPlaygroundPages(
  app: OpenAPIHono<Env>,
  models: readonly ServedModel[],
  browser: BrowserFiles,
): void {
  app.get('/', (c) => c.redirect('/playground', 303));
  app.get('/playground', (c) => {
    const asked = c.req.query('model');
    const model = models.find(({ name }) => name === asked) ?? models[0];
    return c.html(playgroundPage(chosenLanguage(c), models, model, browser));
  });
  app.get('/style.css', (c) => c.body(STYLE, 200, { 'content-type': TYPES.css }));
  for (const name of ASSETS)
    app.get(`/playground/${name}`, async (c) => {
      const text = await readFile(new URL(`./page/${name}`, import.meta.url), 'utf8');
      return c.body(text, 200, { 'content-type': name.endsWith('.css') ? TYPES.css : TYPES.js });
    });
}

function playgroundPage(
  asked: Asked,
  models: readonly ServedModel[],
  model: ServedModel,
  browser: BrowserFiles,
): Markup {
  const say: Say = (text) => text[asked.language];
  const { name, kind, task } = model;
  const { inputShape } = familyOf(task);
  const program = browser.models.get(name);
  const meanings = Object.fromEntries(task.labels.map(({ id, meaning }) => [id, say(meaning)]));
  const links = html`${models.map(
    (other) =>
      html`<a href="/playground?model=${other.name}" ${other === model ? raw('aria-current="page"') : ''}>${other.name}</a>`,
  )}`;
  const content = html`<p class="soft">${say(kind)} · ${say(task.title)} (${task.id})</p>
    <form
      id="ask"
      data-model="${name}"
      data-shape="${inputShape}"
      data-language="${asked.language}"
      data-meanings="${JSON.stringify(meanings)}"
      data-program="${program === undefined ? '' : addressOf(program)}"
    >
      ${fields(inputShape, say)} ${places(program !== undefined, browser.missing.get(name), say)}
      <p><button>${say({ en: 'Answer', zh: '预测' })}</button> <span id="state" role="status"></span></p>
    </form>
    <noscript><p class="alert">${say({ en: 'This page needs JavaScript.', zh: '本页需要启用 JavaScript。' })}</p></noscript>
    <section id="answer" aria-live="polite"></section>`;
  const head = html`<link rel="stylesheet" href="/playground/playground.css" />
    <script type="module" src="/playground/main.js"></script>`;
  return frame(asked, { title: { en: 'Playground', zh: '模型试用' }, links, content, head });
}

const AREAS: Readonly<Record<InputShape, readonly { readonly id: string; readonly title: Text }[]>> = {
  text: [{ id: 'text', title: { en: 'Text', zh: '文本' } }],
  pair: [
    { id: 'textA', title: { en: 'First text', zh: '第一段文本' } },
    { id: 'textB', title: { en: 'Second text', zh: '第二段文本' } },
  ],
  turns: [
    {
      id: 'turns',
      title: { en: 'Dialogue, one turn per line: speaker: text', zh: '对话，每行一轮：说话人：内容' },
    },
  ],
  documents: [
    { id: 'query', title: { en: 'Query', zh: '查询' } },
    { id: 'documents', title: { en: 'Documents, one per line', zh: '文档，每行一篇' } },
  ],
};

const fields = (shape: InputShape, say: Say): Markup =>
  html`${AREAS[shape].map(
    ({ id, title }) =>
      html`<label for="${id}">${say(title)}</label><textarea id="${id}" name="${id}" rows="4" required></textarea>`,
  )}`;

/** Where the model runs. */
function places(inBrowser: boolean, missing: UserError | undefined, say: Say): Markup {
  const server = say({ en: 'in this server', zh: '在服务器中运行' });
  const browser = say({
    en: 'in this browser: the text does not leave the page',
    zh: '在浏览器中运行：文本不会离开本页面',
  });
  const why = missing ? html`<p class="soft">${say(missing.text)} ${say(missing.hintText)}</p>` : '';
  return html`<fieldset>
    <legend>${say({ en: 'Where the model runs', zh: '模型运行位置' })}</legend>
    <label class="choice"><input type="radio" name="place" value="server" checked /> ${server}</label>
    <label class="choice"
      ><input type="radio" name="place" value="browser" ${inBrowser ? '' : 'disabled'} /> ${browser}</label
    >
    ${why}
  </fieldset>`;
}

/** The page shown in place of one that failed. */
export function playgroundError(asked: Asked, { text, hintText }: UserError): Markup {
  const say: Say = (both) => both[asked.language];
  const content = html`<p class="alert" role="alert">${say(text)}</p>
    <p>${say(hintText)}</p>
    <p><a href="/playground">${say({ en: 'Playground', zh: '模型试用' })}</a></p>`;
  return frame(asked, { title: { en: 'Something went wrong', zh: '操作未成功' }, links: '', content });
}
