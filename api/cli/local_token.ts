import { signToken } from "../auth.ts";
import type { CliPorts } from "./cli_ports.ts";
import { readNodeSecret } from "./node_secret.ts";
import { readEnvSecret } from "./node_options.ts";

/** What a token made on the node's machine says. */
export interface LocalTokenOptions {
  readonly secret: string;
  readonly sub: string;
  /** Scopes, separated by spaces. */
  readonly scope: string;
  readonly ttlSeconds: number;
}

/** The secret that a node on this data folder checks tokens with; null where it has none (yet). */
export async function findSecret(
  ports: Pick<CliPorts, "env" | "files">,
  dataDir: string,
): Promise<string | null> {
  return readEnvSecret(ports) ?? await readNodeSecret(ports.files, dataDir);
}

/** Signs a token for the node whose secret, issuer and audience this environment has. */
export function signLocalToken(
  ports: Pick<CliPorts, "env" | "now">,
  options: LocalTokenOptions,
): Promise<string> {
  return signToken({
    ...options,
    now: ports.now(),
    issuer: ports.env("DTASK_JWT_ISSUER") || null,
    audience: ports.env("DTASK_JWT_AUDIENCE") || null,
  });
}
