import type { Command } from "commander";
import { type CommandBinder, operand } from "../command_call.ts";
import { addClientOptions, connect } from "../connection.ts";
import { explanationText } from "../explanation_text.ts";
import { makePaint } from "../paint.ts";

const HELP = `
Examples:
  dtask explain 0199…
  dtask explain 0199… --json`;

/** Adds `dtask explain ID`. */
export function addExplain(program: Command, binder: CommandBinder): void {
  const command = program.command("explain")
    .description("say why a task is not running, and what would change that")
    .argument("<id>", "its id");
  addClientOptions(command).addHelpText("after", HELP);
  binder.bind(command, async (call) => {
    const explanation = await (await connect(call)).explain(operand(call, 0));
    const { options, ports } = call;
    ports.stdout(
      options["json"] === true
        ? JSON.stringify(explanation) + "\n"
        : explanationText(explanation, makePaint(ports, "stdout")),
    );
    return 0;
  });
}
