/** Clients that treat a gRPC server's HTTP/2 connections badly. Each function ends what it opened. */
import { create, toBinary } from "@bufbuild/protobuf";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import { connect as connectSocket, type Socket } from "node:net";
import { TaskRequestSchema, TaskScheduler } from "../../proto/gen/task_scheduler_pb.ts";
import { pathOf } from "./grpc_client.ts";

/** A served node. */
export interface ChurnTarget {
  /** `host:port`. */
  readonly address: string;
  readonly token: string;
}

/** What happens to one connection in the end. */
export type CutKind = "destroy" | "socket" | "goaway";

/** How many things are done, and how many of them at a time. */
export interface ChurnAmount {
  readonly count: number;
  readonly atOnce: number;
}

interface Connection {
  readonly session: ClientHttp2Session;
  readonly socket: Socket;
}

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/** An empty SETTINGS frame. */
const SETTINGS = [0, 0, 0, 4, 0, 0, 0, 0, 0];
const CUTS: readonly CutKind[] = ["destroy", "socket", "goaway"];

/**
 * Opens connections, has one call answered on each, leaves a second one open and cuts the
 * connection under it. Gives how many first calls were answered.
 */
export async function cutConnections(target: ChurnTarget, amount: ChurnAmount): Promise<number> {
  let answered = 0;
  await inGroups(amount, async (index) => {
    const connection = await openSession(target);
    const { session } = connection;
    const first = openCall(session, target, submission("noop"));
    if (await bytesOf(first) > 0) answered++;
    openCall(session, target, submission("sleep"));
    await cut(connection, CUTS[index % CUTS.length] ?? "destroy");
  });
  return answered;
}

/** Opens streams and resets them at once, `perConnection` on each connection. */
export async function resetStreams(
  target: ChurnTarget,
  amount: ChurnAmount & { readonly perConnection: number },
): Promise<void> {
  await inGroups(amount, async () => {
    const connection = await openSession(target);
    const streams = Array.from({ length: amount.perConnection }, (_, index) => {
      const stream = openCall(connection.session, target, submission("noop"), {
        halfClose: index % 2 === 0,
      });
      stream.close(index % 3 === 0 ? constants.NGHTTP2_INTERNAL_ERROR : constants.NGHTTP2_CANCEL);
      return stream;
    });
    await Promise.all(streams.map(closed));
    await cut(connection, "destroy");
  });
}

/** Sends what is no HTTP/2, or begins as if it were, and waits until the server hangs up or cuts. */
export async function sendGarbage(target: ChurnTarget, amount: ChurnAmount): Promise<void> {
  await inGroups(amount, async (index) => {
    const [host, port] = hostAndPort(target.address);
    const socket = connectSocket(port, host);
    socket.on("error", () => {}); // the server may reset it, which is the point
    await once(socket, "connect");
    socket.write(garbage(index));
    // A frame that promises more than it brings keeps the server waiting: that one is cut.
    const hangUp = closeOf(socket);
    socket.resume();
    socket.end();
    if (index % 2 === 0) socket.destroy();
    else setTimeout(() => socket.destroy(), 500);
    await hangUp;
  });
}

function garbage(index: number): Uint8Array {
  const noise = Uint8Array.from({ length: 64 }, (_, i) => (i * 37 + index * 101) % 256);
  const frames: readonly (readonly number[])[] = [
    [...noise],
    [...SETTINGS, ...noise],
    // HEADERS on stream 1 with a block that is no HPACK.
    [...SETTINGS, 0, 0, 64, 1, 4, 0, 0, 0, 1, ...noise],
    // DATA on a stream that was never opened.
    [...SETTINGS, 0, 0, 64, 0, 1, 0, 0, 0, 9, ...noise],
    // WINDOW_UPDATE by nothing, and RST_STREAM of an idle stream.
    [...SETTINGS, 0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [...SETTINGS, 0, 0, 4, 3, 0, 0, 0, 0, 7, 0, 0, 0, 8],
    // A frame that says it has 16 MiB.
    [...SETTINGS, 255, 255, 255, 0, 0, 0, 0, 0, 1, ...noise],
  ];
  const prefix = index % frames.length === 0 ? "" : PREFACE;
  return Buffer.concat([Buffer.from(prefix), Uint8Array.from(frames[index % frames.length] ?? [])]);
}

async function openSession({ address }: ChurnTarget): Promise<Connection> {
  const [host, port] = hostAndPort(address);
  const socket = connectSocket(port, host);
  socket.on("error", () => {}); // it is going to be cut
  const session = connect(`http://${address}`, { createConnection: () => socket });
  session.on("error", () => {});
  await once(session, "connect");
  return { session, socket };
}

function openCall(
  session: ClientHttp2Session,
  { token }: ChurnTarget,
  message: Uint8Array,
  { halfClose = true }: { readonly halfClose?: boolean } = {},
): ClientHttp2Stream {
  const stream = session.request({
    ":method": "POST",
    ":path": pathOf(TaskScheduler.method.submitTask),
    "content-type": "application/grpc",
    "te": "trailers",
    "authorization": `Bearer ${token}`,
  });
  stream.on("error", () => {}); // it is going to be reset
  if (halfClose) stream.end(message);
  else stream.write(message.subarray(0, 3));
  return stream;
}

/** A length-prefixed `TaskRequest`. */
function submission(method: string): Uint8Array {
  const args = method === "sleep" ? [SLEEP_MS] : [];
  const body = toBinary(TaskRequestSchema, create(TaskRequestSchema, { method, args }));
  const framed = Buffer.alloc(5 + body.length);
  framed.writeUInt32BE(body.length, 1);
  framed.set(body, 5);
  return framed;
}

/** 300 ms as a `google.protobuf.Int32Value`. */
const SLEEP_MS = {
  typeUrl: "type.googleapis.com/google.protobuf.Int32Value",
  value: Uint8Array.of(8, 0xac, 2),
};

async function bytesOf(stream: ClientHttp2Stream): Promise<number> {
  let bytes = 0;
  stream.on("data", (chunk: Uint8Array) => bytes += chunk.length);
  await closed(stream);
  return bytes;
}

async function closed(stream: ClientHttp2Stream): Promise<void> {
  if (!stream.destroyed) await closeOf(stream);
}

/** Unlike `once`, it does not reject at an error, which is expected of everything here. */
function closeOf(emitter: ClientHttp2Stream | ClientHttp2Session | Socket): Promise<void> {
  return new Promise((resolve) => emitter.once("close", () => resolve()));
}

async function cut({ session, socket }: Connection, kind: CutKind): Promise<void> {
  const end = session.destroyed ? Promise.resolve() : closeOf(session);
  if (kind === "goaway") session.goaway(constants.NGHTTP2_PROTOCOL_ERROR);
  if (kind === "socket") socket.destroy();
  session.destroy();
  await end;
}

async function inGroups(
  { count, atOnce }: ChurnAmount,
  run: (index: number) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < count; start += atOnce) {
    const size = Math.min(atOnce, count - start);
    await Promise.all(Array.from({ length: size }, (_, i) => run(start + i)));
  }
}

function hostAndPort(address: string): readonly [string, number] {
  const { hostname, port } = new URL(`http://${address}`);
  return [hostname.replace(/^\[(.*)\]$/, "$1"), Number(port)];
}
