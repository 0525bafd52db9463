import { dirname, join } from "node:path";
import type { Address } from "../../actors/config.ts";
import { ApiError, ConnectionError } from "../client/mod.ts";
import { HttpTransport } from "../client/http_transport.ts";
import { CliError } from "./cli_error.ts";
import type { CliFiles, CliPorts } from "./cli_ports.ts";
import { localAddress, localUrl, type NodeFile, nodeFilePath, parseNodeFile } from "./node_file.ts";
import { readAuthSource, readNodeSettings } from "./node_options.ts";
import { readNodeSecret, SECRET_FILE } from "./node_secret.ts";
import type { OptionReader } from "./option_reader.ts";
import { grpcSupport } from "./runtime_support.ts";
import { ADDRESS, formatAddress } from "./value_kind.ts";

/** What one check found. */
export interface Finding {
  readonly check: string;
  readonly level: "ok" | "warn" | "FAIL";
  readonly detail: string;
}

type Verdict = Omit<Finding, "check">;

const PROBE_MS = 3_000;

/** Checks everything that a start with these options would meet, and changes nothing. */
export async function diagnose(
  reader: OptionReader,
  ports: CliPorts,
): Promise<readonly Finding[]> {
  let settings: Awaited<ReturnType<typeof readNodeSettings>>;
  try {
    settings = await readNodeSettings(reader, ports);
  } catch (error) {
    // Without a configuration there is nothing else to check.
    return [{ check: "config", ...fail(error) }, {
      check: "runtime",
      ...checkRuntime(ports, true),
    }];
  }
  const { dataDir } = settings;
  const file = await readNodeFile(dataDir, ports.files);
  const configured = localUrl(settings.http, settings.tls !== null);
  const isAsked = reader.read("--http", ADDRESS) !== null;
  const node = await checkNode(isAsked ? configured : file?.http ?? configured, { file, ports });
  const checks: readonly (readonly [string, Verdict | Promise<Verdict>])[] = [
    ["config", { level: "ok", detail: "every option and variable is valid" }],
    ["runtime", checkRuntime(ports, settings.grpc !== null)],
    ["data", checkDataFolder(dataDir, ports.files)],
    ["secret", checkSecret(reader, dataDir, ports)],
    ["database", checkDatabase(dataDir, ports)],
    ["http port", checkPort(settings.http, node.takes, ports)],
    ...(settings.grpc === null
      ? []
      : [["grpc port", checkPort(settings.grpc, node.takes, ports)] as const]),
    ["node", node.verdict],
  ];
  return await Promise.all(checks.map(async ([check, verdict]) => {
    try {
      return { check, ...await verdict };
    } catch (error) {
      return { check, ...fail(error) };
    }
  }));
}

function checkRuntime({ denoVersion }: CliPorts, needsGrpc: boolean): Verdict {
  const support = grpcSupport(denoVersion);
  if (!needsGrpc || support.kind === "supported") {
    return { level: "ok", detail: `Deno ${denoVersion}` };
  }
  return { level: support.kind === "refused" ? "FAIL" : "warn", detail: support.detail };
}

async function checkDataFolder(dataDir: string, files: CliFiles): Promise<Verdict> {
  const facts = await files.facts(dataDir);
  if (facts !== null && facts.kind !== "folder") {
    return { level: "FAIL", detail: `${dataDir} is no folder; --data takes one` };
  }
  const folder = facts === null ? await nearestFolder(dataDir, files) : dataDir;
  try {
    await files.tryWrite(folder);
  } catch (error) {
    return { level: "FAIL", detail: `${folder} is not writable: ${messageOf(error)}` };
  }
  return {
    level: "ok",
    detail: facts === null
      ? `${dataDir} will be made by the first start`
      : `${dataDir} is writable`,
  };
}

/** The folder in which the first missing one would be made. */
async function nearestFolder(path: string, files: CliFiles): Promise<string> {
  let folder = dirname(path);
  while (folder !== dirname(folder) && await files.facts(folder) === null) folder = dirname(folder);
  return folder;
}

async function checkSecret(
  reader: OptionReader,
  dataDir: string,
  ports: CliPorts,
): Promise<Verdict> {
  const source = readAuthSource(reader, ports);
  if (source.kind === "none") {
    return {
      level: "warn",
      detail: "none: everyone who can connect may do everything (--no-auth)",
    };
  }
  if (source.kind === "jwks") return { level: "ok", detail: `keys from ${source.url}` };
  if (source.secret !== null) return { level: "ok", detail: "from DTASK_JWT_SECRET" };
  if (await readNodeSecret(ports.files, dataDir) === null) {
    return { level: "ok", detail: "none yet; the first start makes one" };
  }
  const path = join(dataDir, SECRET_FILE);
  const mode = (await ports.files.facts(path))?.mode ?? null;
  if (mode !== null && (mode & 0o077) !== 0) {
    const octal = mode.toString(8).padStart(4, "0");
    return { level: "warn", detail: `${path} has mode ${octal}: others can read it; chmod 600 it` };
  }
  return { level: "ok", detail: `${path} is there and private` };
}

async function checkDatabase(dataDir: string, ports: CliPorts): Promise<Verdict> {
  const found = await ports.checkDatabase(dataDir);
  switch (found.kind) {
    case "absent":
      return { level: "ok", detail: "none yet; the first start makes it" };
    case "ok":
      return { level: "ok", detail: `opens, schema version ${found.schemaVersion}` };
    case "in_use":
      return { level: "ok", detail: `in use: ${found.detail}` };
    case "failed":
      return { level: "FAIL", detail: found.detail };
  }
}

async function checkPort(
  address: Address,
  takes: RunningNode["takes"],
  ports: CliPorts,
): Promise<Verdict> {
  const text = formatAddress(address);
  const found = await ports.checkBind(address);
  if (found === "free") return { level: "ok", detail: `${text} is free` };
  if (found === "in_use") {
    return takes(localAddress(address))
      ? { level: "ok", detail: `${text} is taken by the node that runs` }
      : { level: "FAIL", detail: `${text} is taken by something else; choose another` };
  }
  const isFallback = "asked" in address && address.asked === false;
  return isFallback
    ? { level: "warn", detail: `${text}: ${found.failed}; a start takes 127.0.0.1 instead` }
    : { level: "FAIL", detail: `${text}: ${found.failed}` };
}

/** What answers where a node should, if anything does. */
interface RunningNode {
  readonly verdict: Verdict;
  /** Whether it has the `host:port`. */
  readonly takes: (address: string) => boolean;
}

interface NodeProbe {
  /** What the last node on the data folder left there. */
  readonly file: NodeFile | null;
  readonly ports: CliPorts;
}

async function checkNode(url: string, { file, ports }: NodeProbe): Promise<RunningNode> {
  const transport = new HttpTransport({
    url,
    token: null,
    fetch: ports.fetch,
    maxRetries: 0,
    backoff: { initialMs: 1, maxMs: 1, random: ports.random },
    timeoutMs: PROBE_MS,
  });
  // A node elsewhere on this machine, without a file here, may well have the gRPC port too.
  const takes = (address: string) =>
    file === null || url !== file.http || address === new URL(url).host || address === file.grpc;
  try {
    await transport.request({ path: "/readyz" });
    return { verdict: { level: "ok", detail: `${url} is ready` }, takes };
  } catch (error) {
    if (error instanceof ApiError && error.status === 503) {
      const detail = `${url} is not ready: ${reasonsOf(error) || error.detail}`;
      return { verdict: { level: "FAIL", detail }, takes };
    }
    return { verdict: verdictOfSilence(error, { url, file }), takes: () => false };
  }
}

function verdictOfSilence(
  error: unknown,
  { url, file }: { readonly url: string; readonly file: NodeFile | null },
): Verdict {
  if (!(error instanceof ConnectionError)) {
    return { level: "FAIL", detail: `${url} is answered by something else: ${messageOf(error)}` };
  }
  if (url !== file?.http) return { level: "ok", detail: `none runs at ${url}` };
  const detail = `nothing answers at ${url}, where process ${file.pid} ran: was it killed?`;
  return { level: "warn", detail };
}

async function readNodeFile(dataDir: string, files: CliFiles): Promise<NodeFile | null> {
  const text = await files.readText(nodeFilePath(dataDir));
  return text === null ? null : parseNodeFile(text);
}

function reasonsOf({ problem }: ApiError): string {
  const reasons = problem["reasons"];
  return Array.isArray(reasons) ? reasons.join(", ") : "";
}

function fail(error: unknown): Verdict {
  // What is no CliError is unforeseen, and says so by its name.
  const name = error instanceof CliError || !(error instanceof Error) ? "" : `${error.name}: `;
  return { level: "FAIL", detail: name + messageOf(error) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
