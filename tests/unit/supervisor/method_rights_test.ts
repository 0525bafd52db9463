import assert from "node:assert/strict";
import type { MethodDefinition } from "../../../actors/domain/task.ts";
import {
  methodsGoingOn,
  offeredMethods,
  permissionsOfPool,
} from "../../../actors/supervisor/method_rights.ts";
import { nodeAddress } from "../../../actors/supervisor/ready_data.ts";

function definition(name: string, more: Partial<MethodDefinition> = {}): MethodDefinition {
  return {
    name,
    aliases: [],
    mode: "async",
    queue: null,
    timeoutMs: null,
    heartbeatTimeoutMs: null,
    retry: null,
    permissions: {},
    inputSchema: null,
    description: null,
    definition: "sha256-x",
    ...more,
  };
}

const NET = { net: ["a.example"] };

Deno.test("method rights of a pool are those of the tasks that lead to it", () => {
  const definitions = [definition("plain"), definition("reaching", { permissions: NET })];
  const rightsOf = (pool: string, allowTaskPermissions = true) =>
    permissionsOfPool(pool, definitions, { allowTaskPermissions });
  assert.deepEqual(rightsOf("async"), {});
  assert.deepEqual(rightsOf('async+net=["a.example"]'), NET);
  assert.deepEqual(rightsOf('alone+net=["a.example"]'), NET);
  assert.equal(rightsOf("async+env=*"), null, "no task leads to it");
  assert.equal(rightsOf('async+net=["a.example"]', false), null, "nobody may have them");
});

Deno.test("method rights: what is built in has its own, in a pool that no one else gets", () => {
  const definitions = [
    definition("users", { permissions: { net: true } }),
    definition("http", { permissions: { net: true }, builtin: true }),
    definition("plain", { builtin: true }),
  ];
  const rightsOf = (pool: string, allowTaskPermissions: boolean) =>
    permissionsOfPool(pool, definitions, { allowTaskPermissions });
  assert.deepEqual(rightsOf("async+builtin+net=*", false), { net: true });
  assert.deepEqual(rightsOf("alone+builtin+net=*", false), { net: true });
  assert.equal(rightsOf("async+net=*", false), null);
  assert.deepEqual(rightsOf("async+net=*", true), { net: true });
  assert.equal(
    rightsOf("async+builtin", false),
    null,
    "without rights it needs no pool of its own",
  );
});

Deno.test("method rights: programs are started only where that is allowed", () => {
  const run = { run: true } as const;
  const definitions = [
    definition("shell", { permissions: run, builtin: true }),
    definition("http", { permissions: { net: true }, builtin: true }),
    definition("users", { permissions: run }),
  ];
  const names = (allowShell: boolean) =>
    offeredMethods(definitions, { allowShell }).map(({ name }) => name);
  assert.deepEqual(names(true), ["shell", "http", "users"]);
  assert.deepEqual(names(false), ["http", "users"]);
});

Deno.test("method rights: what goes on without the lease does so under every name", () => {
  const definitions = [
    definition("stops"),
    definition("goes.on", { aliases: ["also"], onLeaseLost: "continue" }),
  ];
  assert.deepEqual(methodsGoingOn(definitions), ["goes.on", "also"]);
});

Deno.test("a node's address is what its front-ends told, as far as they did", () => {
  const http = { host: "::1", port: 8080 };
  assert.deepEqual(nodeAddress({ http, grpc: undefined, tls: true }), {
    http: "https://[::1]:8080",
    grpc: null,
  });
  const grpc = { host: "127.0.0.1", port: 50051 };
  assert.deepEqual(nodeAddress({ http: undefined, grpc, tls: false }), {
    http: null,
    grpc: "127.0.0.1:50051",
  });
});
