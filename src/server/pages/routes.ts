import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { UserError } from '../../ground/errors.ts';
import type { Env } from '../api/context.ts';
import { cardSchema } from '../api/schemas.ts';
import { withFile } from '../api/upload.ts';
import { boardOf } from '../board.ts';
import { PHASES, phaseOf } from '../challenge.ts';
import { findChallenge, listChallenges } from '../challenges.ts';
import { compareOnBoard } from '../comparison.ts';
import { goldEvents } from '../gold-events.ts';
import { historyOf } from '../history.ts';
import { submit } from '../submit.ts';
import { findSeen, listSeen } from '../take-part.ts';
import { requireAllowed } from '../tokens.ts';
import { listSubmissions, viewSubmission } from '../view.ts';
import { addAccount } from './account.ts';
import { boardPage } from './board.ts';
import { challengePage, homePage } from './challenge.ts';
import { comparisonPage } from './comparison.ts';
import { goldPage } from './gold.ts';
import { historyPage } from './history.ts';
import { form, type Pages, reading } from './reading.ts';
import { STYLE } from './style.ts';
import { submissionPage, submissionsPage } from './submissions.ts';
import { KINDS } from './words.ts';

const LISTED = 100;

/** The pages, which work without scripts. */
export function addPages(app: OpenAPIHono<Env>, pages: Pages): void {
  app.get('/style.css', (c) => c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));
  addReading(app, pages);
  addAccount(app, pages);
  addSubmitting(app, pages);
}

function addReading(app: OpenAPIHono<Env>, pages: Pages): void {
  const { site } = pages;
  app.get('/', async (c) => {
    const who = await reading(c, pages);
    return c.html(homePage(who, await listSeen(site, who.actor)));
  });
  app.get('/challenges/:id', async (c) => {
    const who = await reading(c, pages);
    const challenge = await findSeen(site, who.actor, c.req.param('id'));
    const names = PHASES.filter((name) => challenge.declared.phases[name]);
    const boards = await Promise.all(names.map((name) => boardOf(site, challenge, name)));
    return c.html(challengePage(who, challenge, boards));
  });
  app.get('/challenges/:id/gold', async (c) => {
    const who = await reading(c, pages);
    const challenge = await findSeen(site, who.actor, c.req.param('id'));
    const events = await goldEvents(site, challenge.declared.id);
    return c.html(goldPage(who, challenge, events));
  });
  addBoards(app, pages);
  app.get('/submissions', async (c) => {
    const who = await reading(c, pages);
    if (who.actor.role !== 'team') return c.redirect(who.person ? '/join' : '/sign-in', 303);
    const challenges = await listChallenges(site);
    const primaries = new Map(challenges.map(({ declared, primary }) => [declared.id, primary]));
    const views = await listSubmissions(site, who.actor.team, { limit: LISTED });
    return c.html(submissionsPage(who, views, (id) => primaries.get(id) ?? ''));
  });
  app.get('/submissions/:id', async (c) => {
    const who = await reading(c, pages);
    const view = await viewSubmission(site, who.actor, c.req.param('id'));
    const { primary } = await findChallenge(site, view.challenge);
    return c.html(submissionPage(who, view, primary));
  });
}

/** The board of a phase, and the pages derived from it. */
function addBoards(app: OpenAPIHono<Env>, pages: Pages): void {
  const { site } = pages;
  const phaseAsked = async (c: Context<Env>) => {
    const who = await reading(c, pages);
    const challenge = await findSeen(site, who.actor, c.req.param('id') ?? '');
    const phase = PHASES.find((name) => name === c.req.param('phase'));
    phaseOf(challenge.declared, phase ?? '');
    return { who, challenge, phase: phase! };
  };
  app.get('/challenges/:id/:phase', async (c) => {
    const { who, challenge, phase } = await phaseAsked(c);
    const { subset, convention, kind } = c.req.query();
    const board = await boardOf(site, challenge, phase, { subset, convention });
    const only = KINDS.find((known) => known === kind);
    return c.html(boardPage(who, challenge, board, only));
  });
  app.get('/challenges/:id/:phase/teams/:team', async (c) => {
    const { who, challenge, phase } = await phaseAsked(c);
    const history = await historyOf(site, challenge, phase, c.req.param('team'));
    return c.html(historyPage(who, challenge, history));
  });
  app.get('/challenges/:id/:phase/compare', async (c) => {
    const { who, challenge, phase } = await phaseAsked(c);
    const { a = '', b = '' } = c.req.query();
    const compared = await compareOnBoard(site, challenge, phase, [a, b]);
    return c.html(comparisonPage(who, challenge, compared));
  });
}

function addSubmitting(app: OpenAPIHono<Env>, pages: Pages): void {
  const { site, gate } = pages;
  app.post('/challenges/:id/:phase/submit', ...form(pages), async (c) => {
    const { actor } = await reading(c, pages);
    requireAllowed(actor.role === 'team' && !actor.readOnly);
    const { team } = actor;
    const phase = PHASES.find((name) => name === c.req.param('phase'));
    if (!phase) throw noFile();
    const challenge = c.req.param('id');
    const id = await gate(async () => {
      const { file, system, ...given } = await c.req.parseBody();
      if (!(file instanceof File)) throw noFile();
      const card = cardSchema.parse(cardOf(given));
      const handed = { challenge, phase, team, system: String(system ?? ''), card };
      return withFile(file.stream(), site.temporary, (path) => submit(site, { ...handed, file: path }));
    });
    return c.redirect(`/submissions/${id}`, 303);
  });
}

/** The fields of a form that were filled in; the currency is ignored without a cost. */
function cardOf({
  cost = '',
  currency,
  ...given
}: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const filled = Object.entries(given)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => [key, key === 'trainedOnDev' ? value === 'true' : value]);
  const known = cost === '' ? {} : { cost: { amount: Number(cost), currency } };
  return { ...Object.fromEntries(filled), ...known };
}

const noFile = (): UserError =>
  new UserError('bad-request', { en: 'The form is not complete', zh: '表单不完整' }, { field: 'file' });
