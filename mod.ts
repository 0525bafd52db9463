/**
 * What a user's program imports as `dtask`.
 *
 * Executors load this module too, with the tasks that import it and without any rights: what it
 * brings along must load in an isolate that may not read, connect or see the environment.
 *
 * @module
 */
export * from "./api/client_library.ts";
export { type TestNode, testNode, type TestNodeOptions } from "./api/testing/test_node.ts";
export { type RunningNode, start, type StartOptions } from "./api/node/start.ts";
