import { type Address, type NodeConfig, VERSION } from "../../actors/config.ts";
import { shownDatabaseUrl } from "../../actors/config_database.ts";
import { signToken } from "../auth.ts";
import { localUrl } from "./node_file.ts";
import { formatAddress } from "./value_kind.ts";

/** How long the token in the dashboard's link is valid. */
const DASHBOARD_TOKEN_SECONDS = 3_600;

/** A node that stands, as its start-up lines describe it. */
export interface StartBannerOptions {
  readonly config: Pick<NodeConfig, "auth" | "dataDir" | "databaseUrl" | "logFormat" | "tls">;
  /** Where it really listens. */
  readonly http: Address;
  readonly grpc: Address | null;
  /** Short-lived, for the link to the dashboard; null where none can be signed. */
  readonly dashboardToken: string | null;
  readonly now: number;
}

/**
 * What a start prints, with the line's end: a few lines for people, or one JSON line. The token
 * stands in the link's fragment, which browsers do not send, and only in the lines for people: JSON
 * lines are collected.
 */
export function startBanner(options: StartBannerOptions): string {
  const { config, http, grpc } = options;
  const url = localUrl(http, config.tls !== null);
  const database = config.databaseUrl === null ? null : shownDatabaseUrl(config.databaseUrl);
  if (config.logFormat === "json") {
    return JSON.stringify({
      time: new Date(options.now).toISOString(),
      level: "info",
      message: "node started",
      version: VERSION,
      http: url,
      grpc: grpc === null ? null : formatAddress(grpc),
      dashboard: `${url}/`,
      dataDir: config.dataDir,
      database,
      auth: config.auth.kind,
    }) + "\n";
  }
  const link = options.dashboardToken === null ? "" : `#token=${options.dashboardToken}`;
  const lines = [
    ["REST", `${url}/api   (docs: ${url}/docs)`],
    ["gRPC", grpc === null ? "off" : formatAddress(grpc)],
    ["Dashboard", `${url}/${link}`],
    ["Data", config.dataDir],
    ...(database === null ? [] : [["Database", database] as const]),
    ["Auth", AUTH_TEXT[config.auth.kind]],
  ] as const;
  const rows = lines.map(([name, text]) => `  ${name.padEnd(11)}${text}\n`);
  return `dtask ${VERSION} is ready\n\n${rows.join("")}\n`;
}

/** The token for the dashboard's link; null where the node has no secret to sign one with. */
export async function dashboardToken(
  auth: NodeConfig["auth"],
  now: number,
): Promise<string | null> {
  if (auth.kind !== "secret") return null;
  return await signToken({
    secret: auth.secret,
    sub: "dashboard",
    scope: "admin",
    ttlSeconds: DASHBOARD_TOKEN_SECONDS,
    now,
    issuer: auth.issuer,
    audience: auth.audience,
  });
}

const AUTH_TEXT = {
  none: "none: everyone who can connect may do everything",
  secret: 'tokens; "dtask token" makes one',
  jwks: "tokens of your identity provider",
} as const;
