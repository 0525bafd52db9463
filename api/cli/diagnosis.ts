import type { NodeConfig } from "../../actors/config.ts";
import { checkClock } from "./checks/clock_check.ts";
import { checkContents, checkDatabase } from "./checks/database_check.ts";
import { failed, type Finding, type Verdict } from "./checks/finding.ts";
import { checkDataFolder, checkDisk, probeFolder } from "./checks/folder_check.ts";
import {
  askNode,
  checkNode,
  type NodeReport,
  readNodeFile,
  type RunningNode,
} from "./checks/node_check.ts";
import { checkPort } from "./checks/port_check.ts";
import { checkSecret, findKnownSecret, probeToken } from "./checks/secret_check.ts";
import type { CliPorts, DatabaseCheck } from "./cli_ports.ts";
import { localUrl } from "./node_file.ts";
import { type AuthSource, readAuthSource, readNodeSettings } from "./node_options.ts";
import type { OptionReader } from "./option_reader.ts";
import { grpcSupport } from "./runtime_support.ts";
import { ADDRESS } from "./value_kind.ts";

export type { Finding } from "./checks/finding.ts";

export interface DiagnosisOptions {
  /** Reads all of the database. */
  readonly deep: boolean;
}

type Check = readonly [name: string, verdict: () => Verdict | Promise<Verdict>];
type Settings = Omit<NodeConfig, "auth">;

/** Checks everything that a start with these options would meet, and changes nothing. */
export async function diagnose(
  reader: OptionReader,
  ports: CliPorts,
  { deep }: DiagnosisOptions,
): Promise<readonly Finding[]> {
  let settings: Settings;
  let source: AuthSource;
  try {
    settings = await readNodeSettings(reader, ports);
    source = readAuthSource(reader, ports);
  } catch (error) {
    // Without a configuration there is nothing else to check.
    return [{ check: "config", ...failed(error) }, {
      check: "runtime",
      ...checkRuntime(ports, true),
    }];
  }
  const { dataDir } = settings;
  const file = await readNodeFile(dataDir, ports.files);
  const configured = localUrl(settings.http, settings.tls !== null);
  const isAsked = reader.read("--http", ADDRESS) !== null;
  const node = await checkNode(isAsked ? configured : file?.http ?? configured, { file, ports });
  const checks: readonly Check[] = [
    ["config", () => ({ level: "ok", detail: "every option and variable is valid" })],
    ["runtime", () => checkRuntime(ports, settings.grpc !== null)],
    ...folderChecks(dataDir, ports),
    ...recordChecks({ settings, source, node, ports }),
    ...(deep ? [["contents", () => checkContents(settings, ports)] as const] : []),
    ...portChecks(settings, { node, ports }),
    ["node", () => node.verdict],
  ];
  return await Promise.all(checks.map(async ([check, verdict]) => {
    try {
      return { check, ...await verdict() };
    } catch (error) {
      return { check, ...failed(error) };
    }
  }));
}

function folderChecks(dataDir: string, { files }: CliPorts): readonly Check[] {
  const probe = probeFolder(dataDir, files);
  return [
    ["data", async () => checkDataFolder(await probe, files)],
    ["disk", async () => checkDisk(await probe, files)],
  ];
}

interface Recorded {
  readonly settings: Settings;
  readonly source: AuthSource;
  readonly node: RunningNode;
  readonly ports: CliPorts;
}

/** Checks that need the secret, the database, and what a running node says of both. */
function recordChecks({ settings, source, node, ports }: Recorded): readonly Check[] {
  const known = settled(findKnownSecret(source, settings.dataDir, ports));
  const database = settled(ports.checkDatabase(settings));
  const report = settled(known.then((secret) => reportOf({ source, node, ports }, secret)));
  return [
    ["secret", async () =>
      await checkSecret({
        source,
        known: await known,
        report: await report,
        url: node.url,
        ports,
      })],
    ["database", async () => checkDatabase(await database)],
    ["clock", async () =>
      checkClock({
        now: ports.now(),
        newestAt: newestIn(await database.catch(() => null)),
        report: await report.catch(() => null),
      })],
  ];
}

async function reportOf(
  { source, node, ports }: Omit<Recorded, "settings">,
  secret: Awaited<ReturnType<typeof findKnownSecret>>,
): Promise<NodeReport | null> {
  const canAsk = node.isThere && (source.kind === "none" || secret !== null);
  if (!canAsk) return null;
  const token = secret === null ? null : await probeToken(secret, ports);
  return await askNode(node.url, { token, ports });
}

function newestIn(database: DatabaseCheck | null): number | null {
  return database?.kind === "ok" ? database.newestAt : null;
}

function portChecks(
  { http, grpc }: Settings,
  { node: { takes }, ports }: { readonly node: RunningNode; readonly ports: CliPorts },
): readonly Check[] {
  const checks: Check[] = [["http port", () => checkPort(http, { flag: "--http", takes, ports })]];
  if (grpc !== null) {
    checks.push(["grpc port", () => checkPort(grpc, { flag: "--addr", takes, ports })]);
  }
  return checks;
}

function checkRuntime({ denoVersion }: CliPorts, needsGrpc: boolean): Verdict {
  const support = grpcSupport(denoVersion);
  if (!needsGrpc || support.kind === "supported") {
    return { level: "ok", detail: `Deno ${denoVersion}` };
  }
  return { level: support.kind === "refused" ? "FAIL" : "warn", detail: support.detail };
}

/** Several checks wait for it, and the first that does reports its failure: it is never unheard. */
function settled<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  return work;
}
