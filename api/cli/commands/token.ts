import type { Command } from "commander";
import type { Scope } from "../../auth.ts";
import { CliError, wrongUsage } from "../cli_error.ts";
import type { CommandBinder, CommandCall } from "../command_call.ts";
import { findSecret, signLocalToken } from "../local_token.ts";
import { readDataDir } from "../node_options.ts";
import { DURATION_MS, TEXT, type ValueKind } from "../value_kind.ts";

const HELP = `
The token is signed with DTASK_JWT_SECRET, or else the secret in the data folder.

Examples:
  dtask token
  dtask token --sub ci --scope tasks:write --ttl 30m
  curl -H "authorization: Bearer $(dtask token)" http://127.0.0.1:8080/api/tasks`;

const SCOPES: readonly Scope[] = ["tasks:read", "tasks:write", "admin"];
const TTL_MAX_MS = 10 * 365 * 86_400_000;

const SCOPE_LIST: ValueKind<string> = {
  takes: `one or more of ${SCOPES.join(", ")}, separated by spaces or commas`,
  parse(text) {
    const words = text.split(/[\s,]+/).filter((word) => word !== "");
    const known = words.every((word) => SCOPES.some((scope) => scope === word));
    return known && words.length > 0 ? words.join(" ") : undefined;
  },
};

const TTL_MS: ValueKind<number> = {
  takes: "a length of time from 1 second to 10 years, as in 30m, 1h or 3600",
  parse(text) {
    const ms = DURATION_MS.parse(text);
    return ms !== undefined && ms >= 1_000 && ms <= TTL_MAX_MS ? ms : undefined;
  },
};

/** Adds `dtask token`, which prints a token for a node whose secret this machine has. */
export function addToken(program: Command, binder: CommandBinder): void {
  const command = program.command("token")
    .description("print a token for the REST and gRPC APIs")
    .option("--sub <name>", "whom the token is for (default: cli)")
    .option("--scope <scopes>", `${SCOPES.join(", ")} (default: tasks:read tasks:write)`)
    .option("--ttl <time>", "how long it is valid: 30m, 1h, 3600 (default: 1h)")
    .option("--data <folder>", "the node's data folder (default: ./data)")
    .option("--json", "print a JSON object")
    .addHelpText("after", HELP);
  binder.bind(command, printToken);
}

async function printToken({ reader, own, options, ports }: CommandCall): Promise<number> {
  const sub = own.read("--sub", TEXT) ?? "cli";
  const scope = own.read("--scope", SCOPE_LIST) ?? "tasks:read tasks:write";
  const ttlSeconds = Math.round((own.read("--ttl", TTL_MS) ?? 3_600_000) / 1_000);
  if (ports.env("DTASK_JWKS_URL")) {
    throw wrongUsage("With DTASK_JWKS_URL, tokens come from the identity provider, not from here");
  }
  const dataDir = readDataDir(reader, ports.cwd);
  const secret = await findSecret(ports, dataDir);
  if (secret === null) {
    throw new CliError(
      `There is no secret in ${dataDir}: start a node there first, name its folder with --data, ` +
        "or set DTASK_JWT_SECRET",
    );
  }
  const token = await signLocalToken(ports, { secret, sub, scope, ttlSeconds });
  ports.stdout(
    options["json"] === true
      ? JSON.stringify({ token, sub, scope, expiresInSeconds: ttlSeconds }) + "\n"
      : token + "\n",
  );
  return 0;
}
