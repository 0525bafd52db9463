import type { Command } from "commander";
import type { NodeJson } from "../../client/mod.ts";
import type { CommandBinder, CommandCall } from "../command_call.ts";
import { addClientOptions, connect } from "../connection.ts";
import { makePaint, type Style } from "../paint.ts";
import { printableLine } from "../printable.ts";
import { formatTable } from "../table.ts";
import { relativeTime } from "../time_text.ts";

const STATE_STYLE: Readonly<Record<NodeJson["state"], Style>> = {
  active: "green",
  suspect: "yellow",
  lost: "red",
  left: "dim",
};

/** Adds `dtask nodes`, which lists the nodes that share a database. */
export function addNodes(program: Command, binder: CommandBinder): void {
  const command = program.command("nodes").description("list the nodes that share the database");
  addClientOptions(command).addHelpText("after", "\nExample:\n  dtask nodes --json");
  binder.bind(command, listNodes);
}

async function listNodes(call: CommandCall): Promise<number> {
  const { options, ports } = call;
  const nodes = await (await connect(call)).nodes();
  if (options["json"] === true) {
    ports.stdout(JSON.stringify({ items: nodes }) + "\n");
    return 0;
  }
  const now = ports.now();
  ports.stdout(formatTable({
    head: [
      "NODE",
      "STATE",
      "LEADS",
      "ADDRESS",
      "VERSION",
      "RUNS",
      "RESTARTS",
      "STARTED",
      "RENEWED",
      "TROUBLE",
    ],
    paint: makePaint(ports, "stdout"),
    rows: nodes.map((node) => {
      const { id, state, leader, address, version, load, startedAt, renewedAt } = node;
      return [
        printableLine(id, 60),
        { text: state, style: STATE_STYLE[state] },
        leader ? "yes" : "",
        printableLine(address.http ?? "-", 60),
        printableLine(version, 20),
        `${load.held} of ${load.slots}`,
        restartsOf(node),
        relativeTime(startedAt, now),
        relativeTime(renewedAt, now),
        { text: printableLine(troubleOf(node), 100), style: "yellow" },
      ];
    }),
  }));
  return 0;
}

/** Restarts of all its actors; nothing where it has not told of them. */
function restartsOf({ actors = [] }: NodeJson): string {
  return actors.length === 0 ? "" : String(actors.reduce((sum, { restarts }) => sum + restarts, 0));
}

/** Why it takes no work, or what of it is not there; nothing of a node that is gone. */
function troubleOf({ state, notReady = [], actors = [] }: NodeJson): string {
  if (state === "lost" || state === "left") return "";
  if (notReady.length > 0) return notReady.join("; ");
  return actors.filter((actor) => actor.state !== "ready")
    .map((actor) => `${actor.name} is ${actor.state}`).join("; ");
}
