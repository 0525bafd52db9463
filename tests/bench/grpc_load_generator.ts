/**
 * The load generator of gRPC as a process of its own. Its one argument is a `GrpcPlan` as JSON; it prints a
 * `GrpcLoad` as JSON. Messages are made beforehand and answers are not decoded, so that the machine is the
 * server's as far as can be.
 */
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Buffer } from "node:buffer";
import { pathOf } from "../support/grpc_client.ts";
import { percentile } from "../support/load.ts";
import {
  SubmitStreamRequestSchema,
  type SubmitStreamResponse,
  SubmitStreamResponseSchema,
  SubmitTaskRequestSchema,
  TaskService,
} from "../../proto/gen/dtask/v1/task_service_pb.ts";

/** What to send, where, how long. */
export interface GrpcPlan {
  readonly kind: "unary" | "stream";
  readonly address: string;
  readonly durationMs: number;
  readonly token: string;
  /** Connections. */
  readonly connections: number;
  /** Calls under way at a time over all connections, or tasks in a message of a stream. */
  readonly width: number;
}

/** What a load did. */
export interface GrpcLoad {
  /** Tasks that were answered. */
  readonly tasks: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Calls, or tasks of a stream, that were refused. */
  readonly errors: number;
}

const TASK = { method: "noop" };
const IN_FLIGHT_MAX = 4_000;

async function unaryLoad(plan: GrpcPlan): Promise<GrpcLoad> {
  const clients = clientsOf(plan);
  const metadata = metadataOf(plan);
  const path = pathOf(TaskService.method.submitTask);
  const message = Buffer.from(
    toBinary(SubmitTaskRequestSchema, create(SubmitTaskRequestSchema, { task: TASK })),
  );
  const bytes = (sent: Buffer) => sent;
  const latencies: number[] = [];
  let errors = 0;
  const startedAt = performance.now();
  const lane = async (index: number) => {
    const client = clients[index % clients.length];
    while (client !== undefined && performance.now() - startedAt < plan.durationMs) {
      const sentAt = performance.now();
      await new Promise<void>((resolve) => {
        client.makeUnaryRequest(path, bytes, bytes, message, metadata, {}, (error) => {
          if (error !== null) errors++;
          resolve();
        });
      });
      latencies.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: plan.width }, (_, index) => lane(index)));
  const elapsedMs = performance.now() - startedAt;
  for (const client of clients) client.close();
  latencies.sort((a, b) => a - b);
  return {
    tasks: latencies.length - errors,
    perSecond: (latencies.length - errors) / elapsedMs * 1_000,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    errors,
  };
}

async function streamLoad(plan: GrpcPlan): Promise<GrpcLoad> {
  const clients = clientsOf(plan);
  const startedAt = performance.now();
  const streams = await Promise.all(clients.map((client) => streamTasks(client, plan)));
  const elapsedMs = performance.now() - startedAt;
  for (const client of clients) client.close();
  const latencies = streams.flatMap((stream) => stream.latencies).sort((a, b) => a - b);
  const errors = streams.reduce((sum, stream) => sum + stream.errors, 0);
  const tasks = streams.reduce((sum, stream) => sum + stream.acknowledged, 0) - errors;
  return {
    tasks,
    perSecond: tasks / elapsedMs * 1_000,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    errors,
  };
}

/**
 * One stream, with so many tasks without an answer at most: Deno's HTTP/2 says of a message that it was
 * written before there is room for it. The time of a message is until its last task is answered.
 */
function streamTasks(client: Client, plan: GrpcPlan) {
  const tasks = Array.from({ length: plan.width }, () => TASK);
  const message = Buffer.from(
    toBinary(SubmitStreamRequestSchema, create(SubmitStreamRequestSchema, { tasks })),
  );
  const call = client.makeBidiStreamRequest(
    pathOf(TaskService.method.submitStream),
    (sent: Buffer) => sent,
    (bytes) => fromBinary(SubmitStreamResponseSchema, bytes),
    metadataOf(plan),
  );
  const { promise, resolve, reject } = Promise.withResolvers<
    { acknowledged: number; latencies: number[]; errors: number }
  >();
  const sentAt: number[] = [];
  const latencies: number[] = [];
  let [acknowledged, errors] = [0, 0];
  call.on("data", ({ acknowledged: count, results }: SubmitStreamResponse) => {
    acknowledged = Number(count);
    errors += results.filter(({ refusal }) => refusal !== undefined).length;
    for (let done = latencies.length; done < Math.floor(acknowledged / plan.width); done++) {
      latencies.push(performance.now() - (sentAt[done] ?? 0));
    }
    send();
  });
  call.on("end", () => resolve({ acknowledged, latencies, errors }));
  call.on("error", reject);
  const startedAt = performance.now();
  const send = () => {
    if (performance.now() - startedAt >= plan.durationMs) return void call.end();
    while (sentAt.length * plan.width - acknowledged < IN_FLIGHT_MAX) {
      sentAt.push(performance.now());
      call.write(message);
    }
  };
  send();
  return promise;
}

function clientsOf({ address, connections }: GrpcPlan): readonly Client[] {
  const options = { "grpc.use_local_subchannel_pool": 1 };
  return Array.from(
    { length: connections },
    () => new Client(address, credentials.createInsecure(), options),
  );
}

function metadataOf({ token }: GrpcPlan): Metadata {
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  return metadata;
}

if (import.meta.main) {
  const plan: GrpcPlan = JSON.parse(Deno.args[0] ?? "");
  const load = await (plan.kind === "unary" ? unaryLoad : streamLoad)(plan);
  console.log(JSON.stringify(load));
}
