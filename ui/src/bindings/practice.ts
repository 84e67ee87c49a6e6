// Generated from the practice receiver's views. Do not edit: `cargo xtask fix` writes it anew.

export type PracticeView = { running: boolean, 
/**
 * `http://127.0.0.1:8799`; `null` while it does not run.
 */
base_url: string | null, 
/**
 * Where a stream of the provider `practice` sends to: `<base_url>/practice`.
 */
practice_url: string | null, 
/**
 * One entry for each protocol it speaks.
 */
protocols: Array<Protocol>, fault: Fault, 
/**
 * Events taken since it started.
 */
events: number, 
/**
 * Requests answered since it started, refused ones included.
 */
requests: number, 
/**
 * The newest arrivals, newest first, at most 200.
 */
arrivals: Array<Arrival>, };

export type Protocol = { 
/**
 * Provider id.
 */
provider: string, name: string, 
/**
 * Field name to value; practice credentials, worth nothing anywhere else.
 */
values: Array<[string, string]>, };

export type Arrival = { id: number, at: string, 
/**
 * Provider id of the protocol it spoke.
 */
provider: string, method: string, 
/**
 * Without its query, and without what is secret in it.
 */
path: string, 
/**
 * 0 where there was no answer.
 */
status: number, 
/**
 * Events taken.
 */
events: number, 
/**
 * Bytes of the body as it came.
 */
bytes: number, gzip: boolean, 
/**
 * Why it was refused, or a part of it left out, in the words of a person.
 */
refusal: string | null, 
/**
 * The answer's body.
 */
answer: string, 
/**
 * The body, decompressed, cut at 64 KiB.
 */
body: string, 
/**
 * Event types of the first events taken, for a one-line summary.
 */
event_types: Array<string>, };

export type Fault = { "kind": "none" } | { "kind": "status", status: number, retry_after: number | null, percent: number, } | { "kind": "delay", milliseconds: number, } | { "kind": "reset", after_taking: boolean, percent: number, } | { "kind": "partial", marker: string, } | { "kind": "limit", bytes: number, } | { "kind": "hang" } | { "kind": "garbage" };
