/**
 * What programs outside of a node import as `dtask`: the client, and what definitions of tasks are made
 * with, so that both sides can share them. `deno task client` makes one module of it, with its types.
 *
 * @module
 */
export * from "../tasks/sdk/mod.ts";
export * from "./client/mod.ts";
