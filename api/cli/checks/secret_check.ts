/** What tokens are checked with, here and by a node that runs. */
import { join } from "node:path";
import type { CliPorts } from "../cli_ports.ts";
import { signLocalToken } from "../local_token.ts";
import type { AuthSource } from "../node_options.ts";
import { readNodeSecret, SECRET_FILE } from "../node_secret.ts";
import type { Verdict } from "./finding.ts";
import type { NodeReport } from "./node_check.ts";

const TOKEN_TTL_SECONDS = 60;

/** A secret as this command would have it, and where it is from. */
export interface KnownSecret {
  readonly secret: string;
  readonly from: string;
}

/** The secret that a start would take; null where it would make one, or needs none. */
export async function findKnownSecret(
  source: AuthSource,
  dataDir: string,
  ports: CliPorts,
): Promise<KnownSecret | null> {
  if (source.kind !== "secret") return null;
  if (source.secret !== null) return { secret: source.secret, from: "DTASK_JWT_SECRET" };
  const secret = await readNodeSecret(ports.files, dataDir);
  return secret === null ? null : { secret, from: join(dataDir, SECRET_FILE) };
}

/** A short-lived token with every right, signed with `secret`. */
export function probeToken({ secret }: KnownSecret, ports: CliPorts): Promise<string> {
  return signLocalToken(ports, {
    secret,
    sub: "doctor",
    scope: "admin",
    ttlSeconds: TOKEN_TTL_SECONDS,
  });
}

interface SecretCheck {
  readonly source: AuthSource;
  readonly known: KnownSecret | null;
  /** What the node that runs at `url` said; null where none does, or it was not asked. */
  readonly report: NodeReport | null;
  readonly url: string;
  readonly ports: CliPorts;
}

/** Whether the secret is there, strong, private, and the one that a running node has. */
export async function checkSecret(check: SecretCheck): Promise<Verdict> {
  const { source, known, report, ports } = check;
  if (report?.refused === true) return refusedVerdict(check);
  if (source.kind === "none") {
    return {
      level: "warn",
      detail: "none: everyone who can connect may do everything (--no-auth)",
    };
  }
  if (source.kind === "jwks") return { level: "ok", detail: `keys from ${source.url}` };
  if (known === null) return { level: "ok", detail: "none yet; the first start makes one" };
  if (source.secret !== null) return { level: "ok", detail: `from ${known.from}` };
  const mode = (await ports.files.facts(known.from))?.mode ?? null;
  if (mode !== null && (mode & 0o077) !== 0) {
    const octal = mode.toString(8).padStart(4, "0");
    const detail = `${known.from} has mode ${octal}: others can read it; chmod 600 it`;
    return { level: "warn", detail };
  }
  return { level: "ok", detail: `${known.from} is there and private` };
}

function refusedVerdict({ known, report, url, ports }: SecretCheck): Verdict {
  if (known === null) {
    const detail = `the node at ${url} asks for tokens, and was asked without one (--no-auth)`;
    return { level: "warn", detail };
  }
  if (Math.abs(report?.aheadMs ?? 0) > 1_000 * TOKEN_TTL_SECONDS / 2) {
    return { level: "warn", detail: `not tried: the clock of the node at ${url} is another` };
  }
  const claims = ["DTASK_JWT_ISSUER", "DTASK_JWT_AUDIENCE"].filter((name) => ports.env(name));
  const suspects = claims.length === 0 ? "" : `, ${claims.join(", ")}`;
  return {
    level: "FAIL",
    detail:
      `the node at ${url} refuses tokens signed with ${known.from}${suspects}: it runs with ` +
      "another secret. Give this command the node's own (its --data, its DTASK_JWT_SECRET), or " +
      "start the node again with this one",
  };
}
