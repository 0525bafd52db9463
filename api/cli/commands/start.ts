import type { Command } from "commander";
import { wrongUsage } from "../cli_error.ts";
import type { CommandBinder } from "../command_call.ts";
import { addNodeOptions, readNodeConfig } from "../node_options.ts";
import { grpcSupport } from "../runtime_support.ts";

const HELP = `
Every option is also a variable (--drain-ms is DTASK_DRAIN_MS); the option wins.
Tokens are checked with DTASK_JWT_SECRET (at least 32 bytes) or the keys at DTASK_JWKS_URL, and
DTASK_JWT_ISSUER and DTASK_JWT_AUDIENCE where set. With neither, a secret is made in the data folder.

Examples:
  dtask start
  dtask start --data /var/lib/dtask --http 0.0.0.0:8080 --log-format json
  dtask start --tasks ./my_tasks --no-grpc`;

/** Adds `dtask start`, which runs a node until it is stopped. */
export function addStart(program: Command, binder: CommandBinder): void {
  const command = program.command("start").description("run a node").addHelpText("after", HELP);
  addNodeOptions(command);
  binder.bind(command, async ({ reader, ports }) => {
    const config = await readNodeConfig(reader, ports);
    if (config.grpc !== null) {
      const support = grpcSupport(ports.denoVersion);
      if (support.kind === "refused") throw wrongUsage(support.detail);
      if (support.kind === "unproven") ports.stderr(`dtask: warning: ${support.detail}\n`);
    }
    if (config.allowShell && !ports.mayRun()) {
      throw wrongUsage(
        "--allow-shell needs the right to run programs: start with deno task start:shell",
      );
    }
    return await ports.startNode(config);
  });
}
