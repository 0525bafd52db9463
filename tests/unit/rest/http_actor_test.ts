import assert from "node:assert/strict";
import type { ActorContext, ActorRef, AskResult, Protocol } from "../../../actors/runtime/actor.ts";
import { type HttpReady, startHttpActor } from "../../../api/rest/http_actor.ts";
import { fakeConfig } from "../../support/fake_config.ts";
import { fakeTask } from "../../support/fake_task.ts";

/** A context whose actors know one running task. */
function context(failed: (error: unknown) => void): ActorContext {
  const task = fakeTask({ id: "a", method: "noop", args: "[]", deps: [] } as never);
  const ref = {
    name: "fake",
    tell: () => true,
    ask: (message: { kind: string }): Promise<AskResult<unknown>> =>
      Promise.resolve(
        message.kind === "GetTasks"
          ? { ok: true, value: [task] }
          : { ok: true, value: { tasks: [], deleted: [], lastSeq: 0, more: false, reset: false } },
      ),
  };
  return {
    name: "http",
    incarnation: "1",
    ref: <P extends Protocol>() => ref as unknown as ActorRef<P>,
    peers: () => [],
    fail: failed,
  };
}

function init(port = 0) {
  const config = {
    ...fakeConfig(),
    http: { host: "127.0.0.1", port },
    auth: { kind: "none" } as const,
  };
  return { config, node: "n-1", methods: [], tls: null };
}

Deno.test("http actor listens, stops accepting, and ends waits and streams when it stops", async () => {
  const errors: unknown[] = [];
  const { behaviour, ready } = await startHttpActor(init(), context((error) => errors.push(error)));
  const { host, port } = ready as HttpReady;
  const url = `http://${host}:${port}`;
  assert.ok(port > 0);
  const stream = await fetch(`${url}/api/events`);
  const wait = fetch(`${url}/api/tasks/a/result?waitMs=60000`);
  // The stream's first bytes tell that the server works while the wait is on its way to it.
  const reader = stream.body?.getReader();
  await reader?.read();
  assert.equal(behaviour.receive({ kind: "StopAccepting" }, { name: "supervisor" }), null);
  const refused = await fetch(`${url}/api/tasks`, { method: "POST", body: "{}" });
  assert.equal(refused.status, 503);
  await refused.body?.cancel();
  await behaviour.stop?.();
  assert.equal((await reader?.read())?.done, true);
  const waited = await wait;
  assert.equal(waited.status, 202);
  await waited.body?.cancel();
  await assert.rejects(fetch(`${url}/healthz`));
  assert.deepEqual(errors, []);
});

Deno.test("http actor fails to start where its port is taken", async () => {
  const { behaviour, ready } = await startHttpActor(init(), context(() => {}));
  const { port } = ready as HttpReady;
  await assert.rejects(
    startHttpActor(init(port), context(() => {})),
    /on 127\.0\.0\.1:\d+ for REST: another process has it; .* choose another address with --http/,
  );
  await behaviour.stop?.();
});
