import * as client from 'openid-client';
import { EXIT, UserError } from '../ground/errors.ts';
import type { SignedIn } from './sessions.ts';

/** This server's registration with an OpenID provider. */
export interface OpenIdSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent for a public client, which PKCE alone protects. */
  readonly clientSecret?: string;
}

/** What a browser keeps between leaving for the provider and coming back. */
export interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Sign-in by the authorization code flow of OpenID Connect, with PKCE, state and nonce. */
export interface OpenId {
  /** Where to send the browser, and what it keeps meanwhile. Throws a UserError `provider-unreachable`. */
  begin(redirect: URL): Promise<{ readonly url: URL; readonly flow: Flow }>;
  /** Who came back to `address`, as the provider confirms. Throws a UserError `sign-in-failed`. */
  finish(address: URL, flow: Flow): Promise<Required<SignedIn>['person']>;
}

const SCOPE = 'openid profile';

/**
 * Sign-in by a provider, whose description is fetched when it is first needed. Throws a UserError `bad-issuer`: addresses
 * beyond this machine must have TLS.
 */
export function createOpenId({ issuer, clientId, clientSecret }: OpenIdSettings): OpenId {
  const isLocal = requireIssuer(issuer);
  let known: Promise<client.Configuration> | undefined;
  const discover = (): Promise<client.Configuration> => {
    known ??= client
      .discovery(new URL(issuer), clientId, clientSecret, clientSecret ? undefined : client.None(), {
        execute: isLocal ? [client.allowInsecureRequests] : [],
      })
      .catch((error) => {
        known = undefined;
        throw unreachable(error);
      });
    return known;
  };
  return {
    async begin(redirect) {
      const configuration = await discover();
      const verifier = client.randomPKCECodeVerifier();
      const flow = { state: client.randomState(), nonce: client.randomNonce(), verifier };
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirect.href,
        scope: SCOPE,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: flow.state,
        nonce: flow.nonce,
      });
      return { url, flow };
    },
    async finish(address, { state, nonce, verifier }) {
      const configuration = await discover();
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
      const tokens = await client
        .authorizationCodeGrant(configuration, address, { ...checks, idTokenExpected: true })
        .catch((error) => {
          throw signInFailed(error);
        });
      const claims = tokens.claims();
      if (!claims) throw signInFailed();
      const name = [claims.name, claims.preferred_username].find((given) => typeof given === 'string');
      return { issuer: claims.iss, subject: claims.sub, name: String(name ?? '') };
    },
  };
}

/** Whether the issuer is on this machine, where TLS is not needed. */
function requireIssuer(issuer: string): boolean {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  const isLocal = url?.protocol === 'http:' && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname);
  if (isLocal || url?.protocol === 'https:') return isLocal;
  throw new UserError(
    'bad-issuer',
    { en: `"${issuer}" is not the address of an OpenID provider`, zh: `“${issuer}”不是 OpenID 提供方地址` },
    {
      hint: { en: 'Write it as https://HOST.', zh: '格式为 https://主机。' },
      exitCode: EXIT.usage,
    },
  );
}

/** The code of a library's error, without anything that was exchanged. */
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const unreachable = (error: unknown): UserError =>
  new UserError(
    'provider-unreachable',
    {
      en: `The OpenID provider gave an invalid response (${codeOf(error)})`,
      zh: `OpenID 提供方没有正确响应（${codeOf(error)}）`,
    },
    { hint: { en: 'Try again later, or use a token.', zh: '请稍后重试，或使用令牌登录。' } },
  );

const signInFailed = (error?: unknown): UserError =>
  new UserError(
    'sign-in-failed',
    {
      en: `The OpenID provider did not confirm who you are (${codeOf(error)})`,
      zh: `OpenID 提供方未能确认您的身份（${codeOf(error)}）`,
    },
    { hint: { en: 'Sign in again.', zh: '请重新登录。' } },
  );
