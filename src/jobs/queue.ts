import type { Transaction } from 'kysely';

/** How long work may take and how often it is tried. */
export interface QueueSettings {
  /** Attempts in all; after the last one that fails the job has failed for good. Default 3. */
  readonly attempts?: number;
  /** Wait before the second attempt, in seconds; it doubles with every further one, up to a minute. Default 1. */
  readonly retrySeconds?: number;
  /** A lease without a heartbeat for this long ends, in seconds; at least 10. Default 10. */
  readonly heartbeatSeconds?: number;
  /** The longest that an attempt may take, in seconds, heartbeats or not; at most a day. Default 900. */
  readonly leaseSeconds?: number;
  /** Where notices of failure go; queues that name the same one are settled together. Default: a separate one for the queue. */
  readonly notices?: string;
}

/** A job to be added. */
export interface NewJob<Data> {
  /** A UUID. */
  readonly id: string;
  readonly data: Data;
}

/** A job held by one worker. Only the holder of the latest attempt can end it. */
export interface Lease<Data> {
  readonly id: string;
  readonly data: Data;
  /** From 1. */
  readonly attempt: number;
}

/** A job that has failed for good, leased to the process that reports it. */
export interface Failure<Data> extends Lease<Data> {
  /** The id of the job that failed; `id` is that of this notice. */
  readonly job: string;
  /** The error of the last attempt, or that its worker stopped sending heartbeats. */
  readonly reason: string;
}

/** Where a job is. Every job comes to `completed` or `failed`. */
export type JobState =
  /** `ahead`: jobs that will be taken before it. */
  | { readonly state: 'waiting'; readonly ahead: number }
  | { readonly state: 'active' | 'completed' | 'failed' };

/** What is stored in the same transaction in which a job ends. */
export type Write<Schema> = (transaction: Transaction<Schema>) => Promise<void>;

/** Jobs of one kind, first come first served, each leased to one worker at a time. */
export interface Queue<Data extends object, Schema> {
  /**
   * Adds a job in a transaction: it exists once the transaction commits. An existing job of this id (a UUID) is left unchanged.
   */
  enqueue(id: string, data: Data, transaction: Transaction<Schema>): Promise<void>;
  /** As `enqueue`, many jobs per statement. Of jobs with one id the first is added. */
  enqueueAll(jobs: readonly NewJob<Data>[], transaction: Transaction<Schema>): Promise<void>;
  /** Takes the next job; undefined where none waits. */
  lease(): Promise<Lease<Data> | undefined>;
  /** Sends a heartbeat. False if the lease has expired: another worker has the job now, and this result must be dropped. */
  keep(lease: Lease<Data>): Promise<boolean>;
  /**
   * Completes a job. `write` stores the result in the same transaction: exactly once, however often the job was
   * attempted. False, with nothing stored, where the lease has ended.
   */
  complete(lease: Lease<Data>, write: Write<Schema>): Promise<boolean>;
  /** Ends an attempt: the job is tried again later, or has failed for good. False where the lease has ended. */
  fail(lease: Lease<Data>, reason: string): Promise<boolean>;
  /** Takes the notice of a job that has failed for good; undefined where there is none. */
  leaseFailure(): Promise<Failure<Data> | undefined>;
  /** Ends such a notice, as `complete` ends a job: what follows from the failure is stored exactly once. */
  settleFailure(failure: Failure<Data>, write: Write<Schema>): Promise<boolean>;
  /** The ids of all jobs that workers hold, and of those that have failed for good and are still on record. */
  unfinished(): Promise<{ readonly active: readonly string[]; readonly failed: readonly string[] }>;
  /** Undefined for an unknown id. */
  stateOf(id: string): Promise<JobState | undefined>;
}
