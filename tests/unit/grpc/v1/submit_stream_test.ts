import type { ServerDuplexStream } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { ok, refuse, type Result } from "../../../../actors/domain/error.ts";
import type { Submission, SubmittedTask } from "../../../../actors/protocol.ts";
import { decodeJson } from "../../../../api/grpc/v1/json_method.ts";
import { encoderOf } from "../../../../api/grpc/v1/message_encoder.ts";
import { SubmitStream } from "../../../../api/grpc/v1/submit_stream.ts";
import {
  SubmitStreamRequestSchema,
  type SubmitStreamResponse,
  SubmitStreamResponseSchema,
  TaskService,
} from "../../../../proto/gen/dtask/v1/task_service_pb.ts";
import { signAccessToken } from "../../../support/access_token.ts";
import { FAKE_SECRET } from "../../../support/fake_config.ts";
import { FakeGrpcNode, type FakeGrpcNodeOptions } from "../../../support/fake_grpc_node.ts";
import { fakeTask } from "../../../support/fake_task.ts";
import { GrpcClient } from "../../../support/grpc_client.ts";
import { detailsOf } from "../../../support/grpc_details.ts";
import { duplexStream } from "../../../support/grpc_stream.ts";

const { submitStream } = TaskService.method;
const task = (id: string, method = "hold") => ({ id, method });
const tasks = (count: number, prefix = "t") =>
  Array.from({ length: count }, (_, i) => task(`${prefix}${i}`));

async function open(options: FakeGrpcNodeOptions = {}) {
  const node = await FakeGrpcNode.start(options);
  const client = new GrpcClient(node.address, { token: await signAccessToken(FAKE_SECRET) });
  const stream = duplexStream(client, submitStream);
  return {
    node,
    stream,
    async [Symbol.asyncDispose]() {
      stream[Symbol.dispose]();
      client[Symbol.dispose]();
      await node[Symbol.asyncDispose]();
    },
  };
}

function resultsOf(messages: readonly SubmitStreamResponse[]) {
  return messages.flatMap(({ results }) => results);
}

Deno.test("SubmitStream answers every task in the order sent, whatever the size of the messages", async () => {
  await using opened = await open();
  const { stream } = opened;
  const sent = [tasks(1, "a"), tasks(700, "b"), tasks(3, "c")];
  for (const message of sent) await stream.send({ tasks: message });
  stream.end();
  const { messages, error } = await stream.answers.rest();
  assert.equal(error, null);
  assert.deepEqual(resultsOf(messages).map(({ id }) => id), sent.flat().map(({ id }) => id));
  assert.ok(resultsOf(messages).every(({ created }) => created));
  assert.equal(messages.at(-1)?.acknowledged, 704n);
});

Deno.test("SubmitStream refuses tasks alone, in their place, and goes on", async () => {
  await using opened = await open();
  const { stream } = opened;
  await stream.send({ tasks: [task("a"), { id: "b", method: "hold", priority: 999 }] });
  await stream.send({ tasks: [task("a"), task("c", "nobody"), task("d")] });
  stream.end();
  const results = resultsOf((await stream.answers.rest()).messages);
  assert.deepEqual(results.map(({ id, created, refusal }) => [id, created, refusal?.reason]), [
    ["a", true, undefined],
    ["", false, "invalid_argument"],
    ["a", false, undefined],
    ["", false, "unknown_method"],
    ["d", true, undefined],
  ]);
  assert.deepEqual(results[1]?.refusal?.violations[0]?.field, "tasks[1].priority");
});

Deno.test("SubmitStream ends with what was wrong with a message, once what came before is answered", async () => {
  await using opened = await open();
  const { stream } = opened;
  await stream.send({ tasks: tasks(300) });
  await stream.send({ tasks: [] });
  const { messages, error } = await stream.answers.rest();
  assert.equal(error?.code, status.INVALID_ARGUMENT);
  assert.ok(error);
  assert.equal(detailsOf(error).violations[0]?.field, "tasks");
  assert.ok(resultsOf(messages).length <= 300);
  assert.equal(BigInt(resultsOf(messages).length), messages.at(-1)?.acknowledged ?? 0n);
});

Deno.test("SubmitStream of a draining node answers what it took and says when to come again", async () => {
  await using opened = await open();
  const { node, stream } = opened;
  const gate = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  node.gate = gate.promise;
  node.onSubmit = () => taken.resolve();
  await stream.send({ tasks: tasks(2) });
  await taken.promise;
  node.tell({ kind: "StopAccepting" });
  gate.resolve();
  const { messages, error } = await stream.answers.rest();
  assert.deepEqual(resultsOf(messages).map(({ id }) => id), ["t0", "t1"]);
  assert.ok(error);
  assert.equal(error.code, status.UNAVAILABLE);
  assert.equal(detailsOf(error).reason, "stopping");
});

Deno.test("SubmitStream is slowed down by the rate limit, and loses nothing to it", async () => {
  await using opened = await open({ config: { rateLimit: 20 } });
  const { stream } = opened;
  for (let i = 0; i < 40; i++) await stream.send({ tasks: [task(`t${i}`)] });
  stream.end();
  const { messages, error } = await stream.answers.rest();
  assert.equal(error, null);
  assert.deepEqual(resultsOf(messages).map(({ id }) => id), tasks(40).map(({ id }) => id));
});

Deno.test("SubmitStream asks for the scope of writers", async () => {
  await using node = await FakeGrpcNode.start();
  const token = await signAccessToken(FAKE_SECRET, { scope: "tasks:read" });
  using client = new GrpcClient(node.address, { token });
  using stream = duplexStream(client, submitStream);
  const { error } = await stream.answers.rest();
  assert.equal(error?.code, status.PERMISSION_DENIED);
});

/** What the server sees of a stream, without a network in between that holds some of it. */
class FakeCall extends EventEmitter {
  cancelled = false;
  paused = false;
  full = false;
  readonly written: SubmitStreamResponse[] = [];

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  write(bytes: Uint8Array): boolean {
    this.written.push(fromBinary(SubmitStreamResponseSchema, bytes));
    return !this.full;
  }

  get answered(): number {
    return this.written.reduce((sum, { results }) => sum + results.length, 0);
  }
}

/** A stream whose submissions are answered when the test says so. */
function fakeStream() {
  const call = new FakeCall();
  const waiting: (() => void)[] = [];
  const submit = (items: readonly Submission[]) =>
    new Promise<readonly Result<SubmittedTask>[]>((resolve) => {
      waiting.push(() => resolve(items.map((item) => ok({ created: true, task: fakeTask(item) }))));
    });
  const stream = new SubmitStream(call as unknown as ServerDuplexStream<Uint8Array, Uint8Array>, {
    node: { service: { submit } as never, now: () => 0 },
    decode: decodeJson(submitStream),
    encode: encoderOf(submitStream.output),
    traceparent: null,
    limitRate: null,
  });
  const over = stream.run();
  const send = (count: number) =>
    call.emit(
      "data",
      toBinary(
        SubmitStreamRequestSchema,
        create(SubmitStreamRequestSchema, { tasks: tasks(count) }),
      ),
    );
  return { call, waiting, stream, over, send };
}

/** Lets everything happen that waits for nothing but its turn. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("SubmitStream reads on only while a bounded number of tasks has no answer", async () => {
  const { call, waiting, over, send } = fakeStream();
  send(3_000);
  assert.equal(call.paused, false);
  send(3_000);
  assert.equal(call.paused, true);
  assert.equal(waiting.length, 4, "so many submissions are under way");
  while (call.answered < 6_000) {
    assert.ok(waiting.length <= 4);
    waiting.shift()?.();
    await turn();
  }
  assert.equal(call.paused, false);
  call.emit("end");
  assert.deepEqual(await over, ok(null));
});

Deno.test("SubmitStream submits nothing more while its client does not read the answers", async () => {
  const { call, waiting, over, send } = fakeStream();
  send(2_000);
  call.full = true;
  for (let i = 0; i < 4; i++) waiting.shift()?.();
  await turn();
  assert.deepEqual([call.answered, waiting.length], [1_000, 0]);
  call.full = false;
  call.emit("drain");
  while (waiting.length > 0) {
    waiting.shift()?.();
    await turn();
  }
  call.emit("end");
  await over;
  assert.equal(call.answered, 2_000);
});

Deno.test("SubmitStream keeps the order of answers when submissions are answered in another", async () => {
  const { call, waiting, over, send } = fakeStream();
  send(500);
  waiting.pop()?.();
  await turn();
  assert.equal(call.answered, 0);
  waiting.pop()?.();
  call.emit("end");
  await over;
  const ids = call.written.flatMap(({ results }) => results.map(({ id }) => id));
  assert.deepEqual(ids, tasks(500).map(({ id }) => id));
});

Deno.test("SubmitStream is over when its client is gone", async () => {
  const { call, over, send, stream, waiting } = fakeStream();
  send(2_000);
  call.cancelled = true;
  call.emit("cancelled");
  assert.deepEqual(await over, ok(null));
  for (const answer of waiting.splice(0)) answer();
  await turn();
  assert.equal(waiting.length, 0, "what waited is not submitted any more");
  stream.fail(refuse("unavailable", "stopping", "…").error);
  assert.equal(call.answered, 0);
});
