import type { OpenId } from '../openid.ts';
import type { Site } from '../site.ts';
import type { Actor } from '../tokens.ts';
import type { CallerOf } from './caller.ts';

/** What handlers know about a request. */
export interface Env {
  Variables: {
    readonly actor: Actor;
    /** Who calls, for limits and for the audit log: an address. */
    readonly caller: string;
  };
}

/** How a server answers. */
export interface AppSettings {
  readonly site: Site;
  /** The address at which browsers reach this server, if it is not the one on which it listens. */
  readonly publicUrl?: string;
  /** Sign-in by a provider, where there is one. */
  readonly openid?: OpenId;
  /** How the address of a caller is found. Default: the other end of the connection. */
  readonly callerOf?: CallerOf;
  /** Requests of one address in ten seconds. Default 1000. */
  readonly requests?: number;
  /** Wrong tokens of one address in a minute. Default 20. */
  readonly wrongTokens?: number;
  /** Uploads accepted at a time. Default 32. */
  readonly uploads?: number;
  /** Receives internal errors, which no caller has caused. */
  readonly onError?: (error: unknown) => void;
}
