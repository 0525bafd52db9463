/** The messages of `dtask.v1` and the JSON of the API, against the library's own encoding of messages. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import assert from "node:assert/strict";
import { fieldPath } from "../../../../api/grpc/v1/field_path.ts";
import { decoderOf } from "../../../../api/grpc/v1/message_decoder.ts";
import { encoderOf } from "../../../../api/grpc/v1/message_encoder.ts";
import {
  ListDeadLettersRequestSchema,
  RedriveDeadLettersRequestSchema,
} from "../../../../proto/gen/dtask/v1/dead_letter_service_pb.ts";
import { SystemSchema } from "../../../../proto/gen/dtask/v1/node_service_pb.ts";
import {
  Overlap,
  ScheduleSchema,
  SetScheduleRequestSchema,
} from "../../../../proto/gen/dtask/v1/schedule_service_pb.ts";
import {
  Backoff,
  Jitter,
  TaskFilterSchema,
  TaskReason,
  TaskSchema,
  TaskStatus,
  TaskSubmissionSchema,
  TriggerRule,
  UniqueBy,
} from "../../../../proto/gen/dtask/v1/task_pb.ts";
import {
  ListTasksRequestSchema,
  SubmitTaskRequestSchema,
  SubmitTasksRequestSchema,
} from "../../../../proto/gen/dtask/v1/task_service_pb.ts";

const seconds = (count: number, nanos = 0) => ({ seconds: BigInt(count), nanos });

Deno.test("message_decoder reads every field of a submission as REST's JSON has it", () => {
  const message = create(SubmitTaskRequestSchema, {
    task: {
      id: "a",
      key: "k",
      method: "add",
      args: [{ kind: { case: "numberValue", value: 1 } }, {}],
      deps: ["x", "y"],
      triggerRule: TriggerRule.ALL_DONE,
      queue: "q",
      priority: -7,
      delay: seconds(1, 500_000_001),
      runAt: seconds(1_700_000_000, 999_999_999),
      expiresAt: seconds(-1, 500_000_000),
      timeout: seconds(0),
      heartbeatTimeout: seconds(2),
      concurrencyKey: "c",
      retry: {
        maxAttempts: 3,
        backoff: Backoff.FIXED,
        initial: seconds(1),
        factor: 1.5,
        max: seconds(60),
        jitter: Jitter.NONE,
      },
      labels: { a: "1", ["__proto__"]: "2" },
      unique: {
        key: "u",
        by: UniqueBy.METHOD,
        within: seconds(3),
        states: [TaskStatus.PENDING, 99 as TaskStatus],
      },
      failureHandling: { case: "onFailure", value: { method: "alarm", labels: { l: "" } } },
    },
  });
  const json = decoderOf(SubmitTaskRequestSchema)(toBinary(SubmitTaskRequestSchema, message));
  const labels = JSON.parse('{"a":"1","__proto__":"2"}');
  assert.deepEqual(json, {
    id: "a",
    key: "k",
    method: "add",
    args: [1, undefined],
    deps: ["x", "y"],
    triggerRule: "all_done",
    queue: "q",
    priority: -7,
    delayMs: 1_501,
    runAt: "2023-11-14T22:13:20.999Z",
    expiresAt: "1969-12-31T23:59:59.500Z",
    timeoutMs: 0,
    heartbeatTimeoutMs: 2_000,
    concurrencyKey: "c",
    retry: {
      maxAttempts: 3,
      backoff: "fixed",
      initialMs: 1_000,
      factor: 1.5,
      maxMs: 60_000,
      jitter: "none",
    },
    labels,
    unique: { key: "u", by: "method", withinMs: 3_000, states: ["pending", 99] },
    onFailure: { method: "alarm", labels: { l: "" } },
  });
});

Deno.test("message_decoder takes what is not said, and what is said to be nothing, as absent", () => {
  const decode = decoderOf(TaskSubmissionSchema);
  const empty = create(TaskSubmissionSchema, {});
  assert.deepEqual(decode(toBinary(TaskSubmissionSchema, empty)), {});
  // Zeros that a client sends all the same: method "", priority 0, trigger rule 0.
  const zeros = new BinaryWriter().tag(3, WireType.LengthDelimited).string("")
    .tag(8, WireType.Varint).int32(0).tag(6, WireType.Varint).int32(0).finish();
  assert.deepEqual(decode(zeros), {});
  const none = create(TaskSubmissionSchema, {
    failureHandling: { case: "noOnFailure", value: true },
  });
  assert.deepEqual(decode(toBinary(TaskSubmissionSchema, none)), { onFailure: null });
});

Deno.test("message_decoder leaves what no JSON can say for the schema to refuse", () => {
  const decode = decoderOf(TaskSubmissionSchema);
  const of = (init: Parameters<typeof create<typeof TaskSubmissionSchema>>[1]) =>
    decode(toBinary(TaskSubmissionSchema, create(TaskSubmissionSchema, init)));
  assert.deepEqual(of({ triggerRule: 77 as TriggerRule }), { triggerRule: 77 });
  assert.deepEqual(of({ delay: seconds(1, -1) }), { delayMs: Number.NaN });
  assert.deepEqual(of({ runAt: seconds(10 ** 15) }), { runAt: "out of range" });
  assert.deepEqual(of({ runAt: seconds(0, -1) }), { runAt: "out of range" });
});

Deno.test("message_decoder merges parts, reads packed and single items, and passes over the unknown", () => {
  const decode = decoderOf(TaskSubmissionSchema);
  const writer = new BinaryWriter();
  for (const attempts of [2, 0]) {
    writer.tag(15, WireType.LengthDelimited).fork();
    if (attempts > 0) writer.tag(1, WireType.Varint).int32(attempts);
    else writer.tag(2, WireType.Varint).int32(1);
    writer.join();
  }
  writer.tag(17, WireType.LengthDelimited).fork();
  writer.tag(4, WireType.Varint).int32(1);
  writer.tag(4, WireType.LengthDelimited).fork().int32(2).int32(3).join();
  writer.join();
  writer.tag(999, WireType.LengthDelimited).string("of a later version");
  assert.deepEqual(decode(writer.finish()), {
    retry: { maxAttempts: 2, backoff: "fixed" },
    unique: { states: ["scheduled", "blocked", "pending"] },
  });
});

Deno.test("message_decoder refuses bytes that are no message of the type", () => {
  const decode = decoderOf(SubmitTaskRequestSchema);
  const task = (write: (writer: BinaryWriter) => unknown) => {
    const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).fork();
    write(writer);
    return writer.join().finish();
  };
  const refused = (bytes: Uint8Array, why: RegExp) => assert.throws(() => decode(bytes), why);
  refused(task((w) => w.tag(3, WireType.Varint).uint32(1)), /method has wire type 0/);
  refused(task((w) => w.tag(8, WireType.LengthDelimited).string("1")), /priority has wire type 2/);
  refused(task((w) => w.tag(3, WireType.LengthDelimited).bytes(new Uint8Array([0xff]))), /./);
  refused(new Uint8Array([10, 200, 1, 1]), /too early/);
  refused(task((w) => w.tag(3, WireType.LengthDelimited).uint32(99)), /./);
  refused(
    task((w) => w.tag(16, WireType.LengthDelimited).fork().tag(2, 0).uint32(1).join()),
    /entry/,
  );
});

Deno.test("message_encoder writes a task whose every field the library reads", () => {
  const view = {
    id: "a",
    workflowId: null,
    key: "k",
    method: "add",
    args: [1],
    deps: ["b"],
    triggerRule: "none_failed_min_one_success",
    queue: "default",
    priority: -1,
    status: "completed",
    reason: "poison",
    wave: 0,
    run: 2,
    attempt: 1,
    maxAttempts: 5,
    crashes: 0,
    runAt: null,
    createdAt: "1969-12-31T23:59:59.500Z",
    startedAt: "2026-11-21T20:15:42.010Z",
    finishedAt: null,
    cancelRequestedAt: null,
    timeoutMs: 300_500,
    result: null,
    error: { name: "Error", message: "m", stack: null },
    progress: { fraction: 0.5, note: null },
    labels: { a: "" },
    concurrencyKey: null,
    node: "n",
    executor: "e",
    definition: "d",
    seq: "9007199254740993",
    unknown: "of a later version",
  };
  const task = fromBinary(TaskSchema, encoderOf(TaskSchema)(view));
  assert.deepEqual(
    task,
    create(TaskSchema, {
      id: "a",
      key: "k",
      method: "add",
      args: [{ kind: { case: "numberValue", value: 1 } }],
      deps: ["b"],
      triggerRule: TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS,
      queue: "default",
      priority: -1,
      status: TaskStatus.COMPLETED,
      reason: TaskReason.POISON,
      run: 2,
      attempt: 1,
      maxAttempts: 5,
      createdAt: seconds(-1, 500_000_000),
      startedAt: seconds(Date.parse("2026-11-21T20:15:42Z") / 1_000, 10_000_000),
      timeout: seconds(300, 500_000_000),
      result: { kind: { case: "nullValue", value: 0 } },
      error: { name: "Error", message: "m" },
      progress: { fraction: 0.5 },
      labels: { a: "" },
      node: "n",
      executor: "e",
      definition: "d",
      seq: 2n ** 53n + 1n,
    }),
  );
  const running = encoderOf(TaskSchema)({ ...view, status: "running" });
  assert.equal(fromBinary(TaskSchema, running).result, undefined, "no result is not null");
});

Deno.test("message_encoder gathers what messages group, and message_decoder spreads it", () => {
  const json = {
    name: "nightly",
    cron: "0 3 * * *",
    overlap: "skip",
    jitterMs: 0,
    paused: false,
    method: "report",
    args: [1],
    onFailure: null,
    workflow: null,
    nextFireTimes: ["2026-11-22T03:00:00.000Z"],
  };
  const schedule = fromBinary(ScheduleSchema, encoderOf(ScheduleSchema)(json));
  assert.equal(schedule.settings?.overlap, Overlap.SKIP);
  assert.equal(schedule.settings.work.case, "task");
  assert.deepEqual(schedule.settings.work.value.failureHandling, {
    case: "noOnFailure",
    value: true,
  });
  const { settings } = schedule;
  const request = create(SetScheduleRequestSchema, { name: "nightly", settings });
  const { nextFireTimes: _, paused: __, workflow: ___, ...sent } = json;
  const bytes = toBinary(SetScheduleRequestSchema, request);
  assert.deepEqual(decoderOf(SetScheduleRequestSchema)(bytes), sent);
});

Deno.test("message_encoder writes negative spans and maps of numbers", () => {
  const bytes = encoderOf(SystemSchema)({
    lastClockStep: { at: "2026-11-22T00:00:00.000Z", byMs: -1_500 },
    actors: [{ name: "a", lanes: { control: 0, reads: 3 } }],
  });
  const system = fromBinary(SystemSchema, bytes);
  assert.deepEqual(
    [system.lastClockStep?.by?.seconds, system.lastClockStep?.by?.nanos],
    [-1n, -500_000_000],
  );
  assert.deepEqual(system.actors[0]?.lanes, { control: 0, reads: 3 });
});

Deno.test("field_path names a place as the message has it", () => {
  const of = (pointer: string) => fieldPath(SubmitTasksRequestSchema, pointer);
  assert.equal(of(""), "");
  assert.equal(of("/tasks"), "tasks");
  assert.equal(of("/tasks/3/delayMs"), "tasks[3].delay");
  assert.equal(of("/tasks/0/retry/initialMs"), "tasks[0].retry.initial");
  assert.equal(of("/tasks/0/args/1/a~1b/2"), 'tasks[0].args[1]["a/b"][2]');
  assert.equal(of("/tasks/0/labels/a.b"), 'tasks[0].labels["a.b"]');
  assert.equal(of("/tasks/0/nothing of ours"), 'tasks[0]["nothing of ours"]');
  assert.equal(fieldPath(SubmitTaskRequestSchema, "/timeoutMs"), "task.timeout");
  assert.equal(fieldPath(SubmitTaskRequestSchema, "/onFailure/args/0"), "task.on_failure.args[0]");
  assert.equal(fieldPath(SetScheduleRequestSchema, "/method"), "settings.task.method");
  assert.equal(fieldPath(ListTasksRequestSchema, "/q"), "filter.id_prefix");
  assert.equal(fieldPath(ListDeadLettersRequestSchema, "/limit"), "limit");
  assert.equal(fieldPath(RedriveDeadLettersRequestSchema, "/filter/since"), "filter.since");
  assert.equal(fieldPath(TaskFilterSchema, "/status"), "statuses");
});
