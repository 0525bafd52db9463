/**
 * Every message between actors, with its reply. A message is a plain object told apart by `kind`:
 * commands are imperative, events past tense. An actor's `…Protocol` names what it takes and what
 * each `ask` of it resolves to; a kind without an entry in `replies` can only be told.
 */
export type * from "./protocol/submission.ts";
export type * from "./protocol/scheduler.ts";
export type * from "./protocol/dead_letters.ts";
export type * from "./protocol/task_changes.ts";
export type * from "./protocol/schedules.ts";
export type * from "./protocol/dispatcher.ts";
export type * from "./protocol/executor.ts";
export type * from "./protocol/reader.ts";
export type * from "./protocol/events.ts";
export type * from "./protocol/cluster.ts";
export type * from "./protocol/supervisor.ts";
export type * from "./protocol/explain.ts";
export type * from "./protocol/cluster_news.ts";
export type * from "./protocol/node_news.ts";
