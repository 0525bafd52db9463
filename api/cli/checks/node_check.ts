/** A node that may be running: whether it answers, as what it counts, and what it says of itself. */
import { ApiError, ConnectionError } from "../../client/mod.ts";
import { HttpTransport } from "../../client/http_transport.ts";
import type { CliFiles, CliPorts } from "../cli_ports.ts";
import { type NodeFile, nodeFilePath, parseNodeFile } from "../node_file.ts";
import { messageOf, type Verdict } from "./finding.ts";

/** How long a node may take to answer. */
const PROBE_MS = 3_000;

/** What answers where a node should, if anything does. */
export interface RunningNode {
  readonly url: string;
  readonly verdict: Verdict;
  readonly isThere: boolean;
  /** Whether it has the `host:port`. */
  readonly takes: (address: string) => boolean;
}

export interface NodeProbe {
  /** What the last node on the data folder left there. */
  readonly file: NodeFile | null;
  readonly ports: CliPorts;
}

/** Asks whatever listens at `url` whether it is a node that is ready. */
export async function checkNode(url: string, { file, ports }: NodeProbe): Promise<RunningNode> {
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
    return { url, verdict: { level: "ok", detail: `${url} is ready` }, isThere: true, takes };
  } catch (error) {
    if (error instanceof ApiError && error.status === 503) {
      const detail = `${url} is not ready: ${reasonsOf(error) || error.detail}`;
      return { url, verdict: { level: "FAIL", detail }, isThere: true, takes };
    }
    const verdict = verdictOfSilence(error, { url, file });
    return { url, verdict, isThere: false, takes: () => false };
  }
}

/** What a running node says of itself. */
export interface NodeReport {
  /** By how much its clock is ahead of this machine's; 0 where they may agree; null: it did not say. */
  readonly aheadMs: number | null;
  /** True where it does not take the token. */
  readonly refused: boolean;
  readonly clockSteps: number;
  /** ISO 8601. */
  readonly lastStepAt: string | null;
  readonly lastStepMs: number;
}

/** Asks a node for `/api/system`; null where it gives no useful answer. */
export async function askNode(
  url: string,
  { token, ports }: { readonly token: string | null; readonly ports: CliPorts },
): Promise<NodeReport | null> {
  const before = ports.now();
  let response: Response;
  let body: unknown;
  try {
    response = await ports.fetch(`${url}/api/system`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PROBE_MS),
    });
    body = await response.json();
  } catch {
    // It was there a moment ago: the check of the node itself tells how it is.
    return null;
  }
  const date = Date.parse(response.headers.get("date") ?? "");
  const aheadMs = Number.isNaN(date) ? null : aheadOf(date, { before, after: ports.now() });
  return { aheadMs, refused: response.status === 401, ...clockStepsIn(body) };
}

/** A `Date` header is cut to seconds, and was made between two readings of this machine's clock. */
function aheadOf(
  date: number,
  { before, after }: { readonly before: number; readonly after: number },
): number {
  if (date > after) return date - after;
  return date + 1_000 < before ? date + 1_000 - before : 0;
}

function clockStepsIn(body: unknown): Pick<NodeReport, "clockSteps" | "lastStepAt" | "lastStepMs"> {
  const none = { clockSteps: 0, lastStepAt: null, lastStepMs: 0 };
  if (typeof body !== "object" || body === null) return none;
  const { clockSteps, lastClockStep } = body as Readonly<Record<string, unknown>>;
  if (typeof clockSteps !== "number") return none;
  if (typeof lastClockStep !== "object" || lastClockStep === null) return { ...none, clockSteps };
  const { at, byMs } = lastClockStep as Readonly<Record<string, unknown>>;
  if (typeof at !== "string" || typeof byMs !== "number") return { ...none, clockSteps };
  return { clockSteps, lastStepAt: at, lastStepMs: byMs };
}

/** What the last node on a data folder left there; null where it left nothing. */
export async function readNodeFile(dataDir: string, files: CliFiles): Promise<NodeFile | null> {
  const text = await files.readText(nodeFilePath(dataDir));
  return text === null ? null : parseNodeFile(text);
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

function reasonsOf({ problem }: ApiError): string {
  const reasons = problem["reasons"];
  return Array.isArray(reasons) ? reasons.join(", ") : "";
}
