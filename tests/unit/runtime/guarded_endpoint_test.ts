import assert from "node:assert/strict";
import { guardedEndpoint } from "../../../actors/runtime/guarded_endpoint.ts";
import { expose } from "comlink";
import {
  PATIENT,
  probeSpec,
  ProbeSystem,
  valueOf,
} from "../../support/runtime_actors/probe_system.ts";

const raw = (value: unknown) => ({ type: "RAW", value });

/** Sends `hostile` and then a proper call to a guarded object; resolves to the ids of the answers. */
async function answersTo(hostile: readonly Record<string, unknown>[]): Promise<readonly unknown[]> {
  const { port1, port2 } = new MessageChannel();
  const taken: unknown[] = [];
  expose(
    { deliver: (batch: unknown) => void taken.push(batch) },
    guardedEndpoint(port1, ["deliver"]),
  );
  const answers: unknown[] = [];
  await new Promise<void>((resolve) => {
    port2.onmessage = ({ data }) => {
      answers.push(data.id);
      if (data.id === "proper") resolve();
    };
    hostile.forEach((message, index) => port2.postMessage({ id: `hostile ${index}`, ...message }));
    port2.postMessage({ id: "proper", type: "APPLY", path: ["deliver"], argumentList: [raw(1)] });
  });
  port1.close();
  port2.close();
  assert.deepEqual(taken, [1]);
  return answers;
}

Deno.test("guarded_endpoint lets nothing through but calls of the methods named", async () => {
  const answers = await answersTo([
    { type: "CONSTRUCT", path: ["deliver", "constructor"], argumentList: [raw("return 1")] },
    { type: "APPLY", path: ["deliver", "constructor"], argumentList: [raw("return 1")] },
    { type: "APPLY", path: ["toString"], argumentList: [] },
    {
      type: "APPLY",
      path: ["deliver"],
      argumentList: [{ type: "HANDLER", name: "proxy", value: 1 }],
    },
    { type: "GET", path: ["deliver", "name"] },
    { type: "SET", path: ["deliver"], value: raw(2) },
    { type: "ENDPOINT" },
    { type: "RELEASE" },
  ]);
  assert.deepEqual(answers, ["proper"]);
});

Deno.test("worker_transport lets no other code of the isolate hear what the supervisor sends", async () => {
  await using at = new ProbeSystem();
  const entry = new URL("../../support/runtime_actors/eavesdropper.ts", import.meta.url);
  await at.system.start([probeSpec("ears", { entry }), probeSpec("b", { links: ["ears"] })]);
  assert.equal(valueOf(await at.probe("ears").ask({ kind: "Echo", value: 1 }, PATIENT)), 0);
});
