/** What `start` does. */
import { resolve } from "node:path";
import type { AuthConfig } from "../../actors/config.ts";
import { listTaskModules } from "../../actors/supervisor/task_modules.ts";
import { listenForStop } from "../../actors/supervisor/stop_signals.ts";
import { signToken } from "../auth.ts";
import { CliError } from "../cli/cli_error.ts";
import { localAddress, localUrl } from "../cli/mod.ts";
import { readNodeConfig } from "../cli/node_options.ts";
import { OptionReader } from "../cli/option_reader.ts";
import { grpcSupport } from "../cli/runtime_support.ts";
import { SYSTEM_FILES } from "../cli/system_ports.ts";
import { Client } from "../client/mod.ts";
import { type OpenNode, openNode } from "./open_node.ts";
import type { RunningNode, StartOptions } from "./start.ts";

/** By their names on the command line; `tasks` and `grpc` are read apart. */
const OPTIONS: readonly (keyof StartOptions)[] = [
  "http",
  "data",
  "databaseUrl",
  "executors",
  "concurrency",
  "auth",
  "drainMs",
  "logFormat",
  "logLevel",
  "allowTaskPermissions",
];
const TOKEN_SECONDS = 300;

/** See `start`. */
export async function runNode(options: StartOptions): Promise<RunningNode> {
  const config = await configOf(options);
  if (config.grpc !== null) {
    const support = grpcSupport(Deno.version.deno);
    if (support.kind === "refused") throw new Error(`Cannot start: ${support.detail}`);
  }
  const node = await openNode({ config, taskModules: await modulesOf(options.tasks ?? []) });
  const { http, grpc } = node.addresses;
  const url = localUrl(http, config.tls !== null);
  let stopped: Promise<number> | null = null;
  const stop = () => stopped ??= drainAndClose(node);
  return {
    url,
    grpcAddress: grpc && localAddress(grpc),
    client: new Client({ url, token: tokensFor(config.auth) }),
    failed: node.failed,
    stop,
    untilStopped: () => untilStopped(node, stop),
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

async function drainAndClose(node: OpenNode): Promise<number> {
  try {
    return await node.drain();
  } finally {
    await node.close();
  }
}

async function untilStopped(node: OpenNode, stop: () => Promise<number>): Promise<0 | 1> {
  const signals = listenForStop();
  try {
    const code = await Promise.race([
      signals.first.then(() => 0 as const),
      node.failed.then(() => 1 as const),
    ]);
    const cut = await Promise.race([stop().then(() => false), signals.again.then(() => true)]);
    if (cut) await node.close();
    return code;
  } finally {
    signals.dispose();
  }
}

/** The configuration as the command line would read it, whose words its refusals have. */
async function configOf(options: StartOptions) {
  const { tasks: _, grpc, ...others } = options;
  for (const name of Object.keys(others)) {
    if (!OPTIONS.some((option) => option === name)) {
      throw new TypeError(
        `Cannot start: there is no option ${name}; take tasks, grpc, ${OPTIONS.join(", ")}`,
      );
    }
  }
  const words = Object.entries(others).filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, typeof value === "boolean" ? value : String(value)]);
  const grpcWords = grpc === undefined ? {} : grpc === false ? { grpc } : { addr: grpc };
  const env = (name: string) => Deno.env.get(name);
  try {
    return await readNodeConfig(
      new OptionReader({ ...Object.fromEntries(words), ...grpcWords }, env),
      {
        env,
        cwd: Deno.cwd(),
        cpus: navigator.hardwareConcurrency,
        files: SYSTEM_FILES,
        randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      },
    );
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new TypeError(`Cannot start: ${error.message}`, { cause: error });
  }
}

/** URLs stand as they are, since a compiled program has its modules under URLs alone; paths are looked up. */
async function modulesOf(tasks: NonNullable<StartOptions["tasks"]>): Promise<string[]> {
  const given = typeof tasks === "string" || tasks instanceof URL ? [tasks] : tasks;
  const urls = [];
  for (const module of given) {
    if (module instanceof URL) urls.push(module.href);
    else if (module.startsWith("file:")) urls.push(module);
    else urls.push(...await listTaskModules(resolve(module)));
  }
  return urls;
}

/** Gives short-lived tokens, each used for most of its life. */
function tokensFor(auth: AuthConfig): () => Promise<string | null> {
  let [token, until] = ["", 0];
  return async () => {
    if (auth.kind === "none") return null;
    if (auth.kind === "jwks") {
      throw new Error(
        "This node takes tokens of an identity provider: make a Client with one of those",
      );
    }
    const now = Date.now();
    if (now >= until) {
      const { secret, issuer, audience } = auth;
      const claims = { sub: "library", scope: "admin", ttlSeconds: TOKEN_SECONDS };
      token = await signToken({ secret, issuer, audience, ...claims, now });
      until = now + TOKEN_SECONDS * 800;
    }
    return token;
  };
}
