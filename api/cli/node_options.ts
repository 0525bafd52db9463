import { Buffer } from "node:buffer";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Address, AuthConfig, NodeConfig } from "../../actors/config.ts";
import { DEFAULT_RETENTION, type RetentionPolicy } from "../../actors/domain/retention.ts";
import { wrongUsage } from "./cli_error.ts";
import type { CliPorts } from "./cli_ports.ts";
import { readOrMakeNodeSecret, SECRET_MIN_BYTES } from "./node_secret.ts";
import type { OptionReader } from "./option_reader.ts";
import {
  ADDRESS,
  DATABASE_URL,
  formatAddress,
  HTTP_URL,
  IP_RANGES,
  isLoopback,
  KEPT_MS,
  oneOf,
  TEXT,
  wholeNumber,
} from "./value_kind.ts";

/** Where a node listens and keeps its data unless told otherwise. */
export const DEFAULT_GRPC: Address = { host: "::1", port: 50_051 };
export const DEFAULT_HTTP: Address = { host: "127.0.0.1", port: 8_080 };
export const DEFAULT_DATA = "./data";

const HOUR_MS = 3_600_000;

/** Every option of `dtask start` with its explanation; each is a `DTASK_…` variable too. */
const OPTIONS: readonly (readonly [flags: string, help: string])[] = [
  ["-a, --addr <host:port>", "gRPC address (default: [::1]:50051, or 127.0.0.1 without IPv6)"],
  ["--no-grpc", "serve no gRPC"],
  ["--http <host:port>", "address of REST and dashboard (default: 127.0.0.1:8080)"],
  ["--data <folder>", "folder of the database, the secret and the node file (default: ./data)"],
  ["--database-url <url>", "PostgreSQL instead of the data folder; nodes can share it"],
  ["--executors <n>", "executor isolates of each mode (default: one a core, at least 2)"],
  ["--concurrency <n>", "async tasks at a time in one executor (default: 100)"],
  ["--tasks <path>", "folder or module with your own tasks"],
  ["--no-auth", "no tokens; loopback addresses only"],
  ["--insecure", "allow --no-auth on addresses that others can reach"],
  ["--tls-cert <file>", "certificate chain for REST and gRPC, in PEM"],
  ["--tls-key <file>", "private key of the certificate, in PEM"],
  ["--drain-ms <ms>", "how long running code may finish at a stop (default: 10000)"],
  ["--log-format <format>", "pretty or json (default: pretty)"],
  ["--log-level <level>", "debug, info, warning or error (default: info)"],
  ["--allow-task-permissions", "give tasks the rights that their definitions ask for"],
  ["--allow-shell", "let shell.run start programs; needs the right to (deno task start:shell)"],
  ["--http-allow <ranges>", "private addresses that http.request may reach (default: none)"],
  ["--sync-wait-ms <ms>", "longest wait of a synchronous gRPC SubmitTask (default: 60000)"],
  ["--async-wait-ms <ms>", "longest wait of an asynchronous one (default: 1000)"],
  ["--result-cache-mb <mb>", "finished results kept in memory (default: 64)"],
  ["--retention-completed <time>", "how long completed work is kept, or never (default: 7d)"],
  ["--retention-cancelled <time>", "how long cancelled work is kept (default: 7d)"],
  ["--retention-skipped <time>", "how long skipped tasks are kept (default: 7d)"],
  ["--retention-failed <time>", "how long failed work is kept (default: 30d)"],
  ["--rate-limit <n>", "requests a second allowed to one token subject (default: no limit)"],
];

/** Declares the options of `dtask start` on `command`. */
export function addNodeOptions(command: Command): void {
  for (const [flags, help] of OPTIONS) command.option(flags, help);
}

/**
 * The configuration that commander's `options` and the environment ask for. Makes the secret on a
 * first start with authentication. Throws a usage error of one line that names what is wrong.
 */
export async function readNodeConfig(
  reader: OptionReader,
  ports: Pick<CliPorts, "env" | "cwd" | "cpus" | "files" | "randomBytes">,
): Promise<NodeConfig> {
  const settings = await readNodeSettings(reader, ports);
  const source = readAuthSource(reader, ports);
  if (source.kind !== "secret") return { ...settings, auth: source };
  const secret = source.secret ??
    await readOrMakeNodeSecret(ports.files, settings.dataDir, ports.randomBytes);
  return { ...settings, auth: { ...source, secret } };
}

/** All of the configuration but who may call; checked, and nothing is made. */
export async function readNodeSettings(
  reader: OptionReader,
  ports: Pick<CliPorts, "env" | "cwd" | "cpus" | "files">,
): Promise<Omit<NodeConfig, "auth">> {
  const settings = readSettings(reader, ports);
  if (reader.isOn("--no-auth") && !reader.isOn("--insecure")) {
    refuseOpenAddress([settings.http, settings.grpc]);
  }
  const source = readAuthSource(reader, ports);
  if (settings.databaseUrl !== null) needSharedSecret(source);
  await checkPaths(settings, ports);
  return settings;
}

/** The data folder that `--data` or `DTASK_DATA` names, as an absolute path. */
export function readDataDir(reader: OptionReader, cwd: string): string {
  return resolve(cwd, reader.read("--data", TEXT) ?? DEFAULT_DATA);
}

function readSettings(
  reader: OptionReader,
  ports: Pick<CliPorts, "env" | "cwd" | "cpus">,
): Omit<NodeConfig, "auth"> {
  const tasks = reader.read("--tasks", TEXT);
  const waitMs = wholeNumber(0, HOUR_MS);
  return {
    http: reader.read("--http", ADDRESS) ?? DEFAULT_HTTP,
    grpc: readGrpc(reader),
    dataDir: readDataDir(reader, ports.cwd),
    databaseUrl: reader.read("--database-url", DATABASE_URL),
    executors: reader.read("--executors", wholeNumber(1, 256)) ?? Math.max(2, ports.cpus),
    concurrency: reader.read("--concurrency", wholeNumber(1, 10_000)) ?? 100,
    tasks: tasks === null ? null : resolve(ports.cwd, tasks),
    tls: readTls(reader, ports.cwd),
    drainMs: reader.read("--drain-ms", waitMs) ?? 10_000,
    logFormat: reader.read("--log-format", oneOf("pretty", "json")) ?? "pretty",
    logLevel: reader.read("--log-level", oneOf("debug", "info", "warning", "error")) ?? "info",
    allowTaskPermissions: reader.isOn("--allow-task-permissions"),
    allowShell: reader.isOn("--allow-shell"),
    httpAllow: reader.read("--http-allow", IP_RANGES) ?? [],
    syncWaitMs: reader.read("--sync-wait-ms", waitMs) ?? 60_000,
    asyncWaitMs: reader.read("--async-wait-ms", waitMs) ?? 1_000,
    resultCacheBytes: (reader.read("--result-cache-mb", wholeNumber(1, 65_536)) ?? 64) * 2 ** 20,
    retention: readRetention(reader),
    rateLimit: reader.read("--rate-limit", wholeNumber(1, 1_000_000)),
    // For the project's own tests: a variable only, so that no option list invites to try it.
    enableFaults: ports.env("DTASK_ENABLE_FAULTS") === "1",
  };
}

function readGrpc(reader: OptionReader): NodeConfig["grpc"] {
  const asked = reader.read("--addr", ADDRESS);
  if (reader.isOn("--no-grpc")) return null;
  return asked === null ? { ...DEFAULT_GRPC, asked: false } : { ...asked, asked: true };
}

function readRetention(reader: OptionReader): RetentionPolicy {
  const read = (flag: string, otherwise: number | null) => {
    const time = reader.read(flag, KEPT_MS);
    return time === null ? otherwise : time === "never" ? null : time;
  };
  const { completedMs, cancelledMs, skippedMs, failedMs } = DEFAULT_RETENTION;
  return {
    completedMs: read("--retention-completed", completedMs),
    cancelledMs: read("--retention-cancelled", cancelledMs),
    skippedMs: read("--retention-skipped", skippedMs),
    failedMs: read("--retention-failed", failedMs),
  };
}

function readTls(reader: OptionReader, cwd: string): NodeConfig["tls"] {
  const cert = reader.read("--tls-cert", TEXT);
  const key = reader.read("--tls-key", TEXT);
  if (cert !== null && key !== null) {
    return { certFile: resolve(cwd, cert), keyFile: resolve(cwd, key) };
  }
  if (cert !== null) throw wrongUsage("--tls-cert needs --tls-key, the private key's PEM file");
  if (key !== null) throw wrongUsage("--tls-key needs --tls-cert, the certificate's PEM file");
  return null;
}

/** Nodes that share a database take each other's tokens, so that none may make a secret of its own. */
function needSharedSecret(source: AuthSource): void {
  if (source.kind !== "secret" || source.secret !== null) return;
  throw wrongUsage(
    "--database-url needs DTASK_JWT_SECRET or DTASK_JWKS_URL, the same on every node: " +
      "their tokens have to be valid on all of them",
  );
}

function refuseOpenAddress(addresses: readonly (Address | null)[]): void {
  const open = addresses.find((address) => address !== null && !isLoopback(address.host));
  if (open === undefined || open === null) return;
  throw wrongUsage(
    `--no-auth takes loopback addresses only, and others can reach ${formatAddress(open)}; ` +
      "leave it out, or add --insecure if everyone who can connect may run tasks",
  );
}

async function checkPaths(
  { tasks, tls }: Pick<NodeConfig, "tasks" | "tls">,
  { files }: Pick<CliPorts, "files">,
): Promise<void> {
  const needed = [
    ["--tasks", "a folder or module that exists", tasks],
    ["--tls-cert", "a PEM file that exists", tls?.certFile ?? null],
    ["--tls-key", "a PEM file that exists", tls?.keyFile ?? null],
  ] as const;
  for (const [flag, takes, path] of needed) {
    if (path !== null && await files.facts(path) === null) {
      throw wrongUsage(`${flag} takes ${takes}, not ${JSON.stringify(path)}`);
    }
  }
  if (tls === null) return;
  await checkPem(tls.certFile, { flag: "--tls-cert", what: "CERTIFICATE", files });
  await checkPem(tls.keyFile, { flag: "--tls-key", what: "PRIVATE KEY", files });
}

/** Whether a file holds what its option is for: the listeners would not say whose fault it is. */
async function checkPem(
  path: string,
  { flag, what, files }: {
    readonly flag: string;
    readonly what: string;
    readonly files: Pick<CliPorts["files"], "readText">;
  },
): Promise<void> {
  const text = await files.readText(path);
  if (new RegExp(`^-----BEGIN [A-Z ]*${what}-----`, "m").test(text ?? "")) return;
  throw wrongUsage(`${flag} takes a PEM file with a ${what}, and ${JSON.stringify(path)} has none`);
}

/** How tokens are checked; `secret: null` stands for the one in the data folder, made when missing. */
export type AuthSource =
  | Exclude<AuthConfig, { readonly kind: "secret" }>
  | (Omit<Extract<AuthConfig, { readonly kind: "secret" }>, "secret"> & {
    readonly secret: string | null;
  });

/** How the options and the environment want tokens to be checked. */
export function readAuthSource(reader: OptionReader, ports: Pick<CliPorts, "env">): AuthSource {
  const secret = readEnvSecret(ports);
  const url = variable(ports, "DTASK_JWKS_URL");
  if (url !== null && secret !== null) {
    throw wrongUsage("DTASK_JWT_SECRET and DTASK_JWKS_URL exclude each other: set one of them");
  }
  if (url !== null && HTTP_URL.parse(url) === undefined) {
    throw wrongUsage(`DTASK_JWKS_URL takes ${HTTP_URL.takes}, not ${JSON.stringify(url)}`);
  }
  if (reader.isOn("--no-auth")) return { kind: "none" };
  const claims = {
    issuer: variable(ports, "DTASK_JWT_ISSUER"),
    audience: variable(ports, "DTASK_JWT_AUDIENCE"),
  };
  return url === null ? { kind: "secret", secret, ...claims } : { kind: "jwks", url, ...claims };
}

/** The secret from `DTASK_JWT_SECRET`, or null. Its text never appears in an error. */
export function readEnvSecret(ports: Pick<CliPorts, "env">): string | null {
  const secret = variable(ports, "DTASK_JWT_SECRET");
  if (secret === null) return null;
  const bytes = Buffer.byteLength(secret);
  if (bytes < SECRET_MIN_BYTES) {
    throw wrongUsage(
      `DTASK_JWT_SECRET takes at least ${SECRET_MIN_BYTES} bytes, and this one has ${bytes}`,
    );
  }
  return secret;
}

function variable(ports: Pick<CliPorts, "env">, name: string): string | null {
  const text = ports.env(name) ?? "";
  return text === "" ? null : text;
}
