import type { Command } from "commander";
import { Client, type TokenSource } from "../client/mod.ts";
import { wrongUsage } from "./cli_error.ts";
import type { CliPorts } from "./cli_ports.ts";
import type { CommandCall } from "./command_call.ts";
import { findSecret, signLocalToken } from "./local_token.ts";
import { nodeFilePath, parseNodeFile } from "./node_file.ts";
import { DEFAULT_HTTP, readDataDir } from "./node_options.ts";
import { formatAddress, HTTP_URL, isLoopback, TEXT } from "./value_kind.ts";

/** A person waits: a node that is away should be told soon. */
const MAX_RETRIES = 3;
/** Enough, with growing pauses, for a node that was there to be started again. */
const PATIENT_RETRIES = 20;
const TOKEN_SECONDS = 300;
/** A signed token is used for less than it is valid. */
const TOKEN_REUSE_MS = 240_000;

/** Where a client command goes, and with what right. */
export interface NodeLocation {
  readonly url: string;
  readonly token: TokenSource;
}

/** Declares what every client command takes. */
export function addClientOptions(command: Command): Command {
  return command
    .option("--url <url>", "URL of the node (default: the node of the data folder)")
    .option("--token <jwt>", "bearer token (default: made with the data folder's secret)")
    .option("--data <folder>", "the node's data folder, on its machine (default: ./data)")
    .option("--json", "print machine-readable output");
}

/** A client of the node that the call means. */
export async function connect(call: CommandCall): Promise<Client> {
  return (await connectToWait(call)).client;
}

/** The same with one beside it for what has begun there, which outlasts a restart of the node. */
export async function connectToWait(
  call: CommandCall,
): Promise<{ readonly client: Client; readonly patient: Client }> {
  const { fetch, random } = call.ports;
  const options = { ...await locateNode(call), fetch, random };
  return {
    client: new Client({ ...options, maxRetries: MAX_RETRIES }),
    patient: new Client({ ...options, maxRetries: PATIENT_RETRIES }),
  };
}

/** Finds the node: by option or variable, else by what a node left in its data folder. */
export async function locateNode(
  { reader, ports }: Pick<CommandCall, "reader" | "ports">,
): Promise<NodeLocation> {
  const dataDir = readDataDir(reader, ports.cwd);
  const asked = reader.read("--url", HTTP_URL);
  const url = asked ?? await urlOfFolder(ports, dataDir) ?? `http://${formatAddress(DEFAULT_HTTP)}`;
  const token = reader.read("--token", TEXT);
  if (token !== null && /[^\x21-\x7e]/.test(token)) {
    throw wrongUsage("--token takes a JWT, which has no spaces and no line ends");
  }
  return { url, token: token ?? await ownToken(ports, dataDir, url) };
}

async function urlOfFolder(ports: CliPorts, dataDir: string): Promise<string | null> {
  const text = await ports.files.readText(nodeFilePath(dataDir));
  return text === null ? null : parseNodeFile(text)?.http ?? null;
}

/**
 * Signs tokens as they are needed. Never for another machine: what a foreign server would get is
 * an administrator's token for the node of this one.
 */
async function ownToken(ports: CliPorts, dataDir: string, url: string): Promise<TokenSource> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  if (!isLoopback(host) && url !== await urlOfFolder(ports, dataDir)) return null;
  if (ports.env("DTASK_JWKS_URL")) return null;
  const secret = await findSecret(ports, dataDir);
  if (secret === null) return null;
  let signed: { readonly token: string; readonly until: number } | null = null;
  return async () => {
    if (signed === null || ports.now() >= signed.until) {
      const until = ports.now() + TOKEN_REUSE_MS;
      const claims = { secret, sub: "cli", scope: "admin", ttlSeconds: TOKEN_SECONDS };
      signed = { token: await signLocalToken(ports, claims), until };
    }
    return signed.token;
  };
}
