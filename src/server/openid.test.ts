import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from './api/app.ts';
import { type Listening, listen } from './api/listen.ts';
import {
  type Browser,
  CLIENT,
  openBrowser,
  signInAs,
  startProvider,
  type TestProvider,
} from './fixtures/provider.ts';
import { openTestSite, type TestSite } from './fixtures/site.ts';
import { inviteMember } from './members.ts';
import { createOpenId } from './openid.ts';
import { hashOf, issueToken, revokeTokens } from './tokens.ts';

const ADMIN = { role: 'admin', subject: '' } as const;
const SESSION = 'chineseblue_session';

let test: TestSite;
let provider: TestProvider;
let listening: Listening;

beforeAll(async () => {
  test = await openTestSite();
  // The site's address is known once it listens, the provider's once it has the site's.
  const first = await listen(createApp({ site: test.site }), { host: '127.0.0.1', port: 0 });
  const port = Number(new URL(first.url).port);
  await first.close();
  provider = await startProvider(`${first.url}/sign-in/openid/return`);
  const openid = createOpenId({ issuer: provider.issuer, ...CLIENT });
  const app = createApp({ site: test.site, openid, requests: 1e9, wrongTokens: 1e9 });
  listening = await listen(app, { host: '127.0.0.1', port });
}, 400_000);
afterAll(async () => {
  await listening?.close();
  provider?.close();
  await test?.close();
});

const invite = (team: string, ms = 60_000) => inviteMember(test.site, ADMIN, team, new Date(Date.now() + ms));
const sessions = () => test.site.kysely.selectFrom('session').selectAll().execute();
const actions = async (actor: string) =>
  (await test.site.kysely.selectFrom('audit').select(['actor', 'action']).orderBy('seq').execute())
    .filter((entry) => entry.actor.startsWith(actor))
    .map(({ action }) => action);

describe('sign-in by an OpenID provider', () => {
  let browser: Browser;

  it('signs in a person, who does not act for a team yet', async () => {
    browser = openBrowser();
    expect((await browser.get(`${listening.url}/sign-in`)).text).toContain('/sign-in/openid');
    const page = await signInAs(browser, listening.url, 'ana');
    expect([page.status, page.url]).toEqual([200, `${listening.url}/join`]);
    expect(page.text).toContain('Signed in as ');
    const [session] = await sessions();
    expect(session).toMatchObject({
      issuer: provider.issuer,
      subject: 'ana',
      name: 'Name of ana',
      token: null,
    });
    expect(session.hash).toBe(hashOf(browser.cookie(SESSION) ?? ''));
    expect(session.expires.getTime()).toBeGreaterThan(Date.now() + 11 * 3_600_000);
    expect(await actions('person ')).toEqual(['signed-in']);
  });

  it('joins a team by an invitation, once, before it expires', async () => {
    const join = (code: string, who = browser) => who.submit(`${listening.url}/join`, { code });
    const late = await invite('red', -1);
    expect(await join(late)).toMatchObject({ status: 400, text: expect.stringContaining('role="alert"') });
    const code = await invite('red');
    expect(JSON.stringify(await test.site.kysely.selectFrom('invite').selectAll().execute())).not.toContain(
      code,
    );
    expect((await join(code)).url).toBe(`${listening.url}/submissions`);
    expect((await join(code)).status).toBe(400);
    expect(await actions('person ')).toEqual(['signed-in', 'member-joined']);
    const again = openBrowser();
    expect((await signInAs(again, listening.url, 'ana')).url).toBe(`${listening.url}/submissions`);
    const nobody = await join(await invite('red'), openBrowser());
    expect(nobody.url).toBe(`${listening.url}/sign-in`);
  });

  it('another invitation replaces the team', async () => {
    await browser.submit(`${listening.url}/join`, { code: await invite('blue') });
    const members = await test.site.kysely.selectFrom('membership').selectAll().execute();
    expect(members).toMatchObject([{ issuer: provider.issuer, subject: 'ana', team: 'blue' }]);
  });

  it('accepts forms only from its own pages, and no cookie in the API', async () => {
    const elsewhere = { origin: 'http://elsewhere.example' };
    for (const path of ['/join', '/sign-out', '/sign-in'])
      expect((await browser.submit(listening.url + path, {}, elsewhere)).status).toBe(403);
    expect((await browser.get(`${listening.url}/api/v1/submissions`)).status).toBe(403);
  });

  it('accepts the response only in the browser that began, and only to its own request', async () => {
    const other = openBrowser();
    await other.get(`${listening.url}/sign-in/openid`);
    const before = (await sessions()).length;
    for (const query of ['', '?code=x&state=y', '?code=x', '?error=access_denied']) {
      const who = query === '' ? openBrowser() : other;
      const page = await who.get(`${listening.url}/sign-in/openid/return${query}`);
      expect([query, page.status]).toEqual([query, 401]);
      expect(page.text).toContain('role="alert"');
      await other.get(`${listening.url}/sign-in/openid`);
    }
    expect(await sessions()).toHaveLength(before);
  });

  it('signing out ends the session on the server', async () => {
    const cookie = `${SESSION}=${browser.cookie(SESSION)}`;
    const read = () => fetch(`${listening.url}/submissions`, { headers: { cookie }, redirect: 'manual' });
    expect((await read()).status).toBe(200);
    expect((await browser.submit(`${listening.url}/sign-out`, {})).url).toBe(`${listening.url}/`);
    expect((await read()).headers.get('location')).toBe('/sign-in');
    expect(await actions('person ')).toContain('signed-out');
  });

  it('reports a provider that does not answer or is not one', async () => {
    expect(() => createOpenId({ issuer: 'http://elsewhere.example', ...CLIENT })).toThrow(/not the address/);
    expect(() => createOpenId({ issuer: 'nonsense', ...CLIENT })).toThrow(/not the address/);
    const gone = createOpenId({ issuer: 'http://127.0.0.1:1', ...CLIENT });
    await expect(gone.begin(new URL(listening.url))).rejects.toMatchObject({ code: 'provider-unreachable' });
    const { url } = listening;
    await expect(createOpenId({ issuer: url, ...CLIENT }).begin(new URL(url))).rejects.toMatchObject({
      code: 'provider-unreachable',
    });
  });
});

describe('sign-in by a token', () => {
  const grant = { role: 'team', subject: 'red' } as const;
  const issue = (more: { readonly expires?: Date; readonly readOnly?: boolean } = {}) =>
    test.site.kysely.transaction().execute((tx) => issueToken(tx, ADMIN, { ...grant, ...more }));
  const signIn = async (token: string) => {
    const browser = openBrowser();
    return { browser, page: await browser.submit(`${listening.url}/sign-in`, { token }) };
  };

  it('keeps a session instead of the token, which ends with the token', async () => {
    const expires = new Date(Date.now() + 600_000);
    const token = await issue({ expires });
    const { browser, page } = await signIn(token);
    expect(page.url).toBe(`${listening.url}/submissions`);
    expect(browser.cookie(SESSION)).not.toContain(token);
    const ours = (await sessions()).find(({ token: hash }) => hash === hashOf(token));
    expect(ours?.expires).toEqual(expires);
    await test.site.kysely.transaction().execute((tx) => revokeTokens(tx, ADMIN, grant));
    expect((await browser.get(`${listening.url}/submissions`)).url).toBe(`${listening.url}/sign-in`);
  });

  it('a read-only token cannot submit by a form', async () => {
    const { browser } = await signIn(await issue({ readOnly: true }));
    expect((await browser.get(`${listening.url}/submissions`)).url).toBe(`${listening.url}/submissions`);
    const form = await browser.submit(`${listening.url}/challenges/ic/practice/submit`, { system: 'x' });
    expect(form.status).toBe(403);
  });
});
