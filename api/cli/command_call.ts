import type { Command } from "commander";
import type { CliPorts } from "./cli_ports.ts";
import { OptionReader } from "./option_reader.ts";

/** One call of a command: what was given, and the world to act on. */
export interface CommandCall {
  /** The operands in order, variadic ones among them. */
  readonly args: readonly string[];
  /** Commander's options, those of the parent commands included. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Options that are also variables: those of a node, and where a client finds it. */
  readonly reader: OptionReader;
  /** A command's own options, from the command line alone: a `DTASK_…` set for a node is not meant. */
  readonly own: OptionReader;
  readonly ports: CliPorts;
}

/** Does a command's work; resolves to the exit code. */
export type CommandAction = (call: CommandCall) => Promise<number>;

/** Binds actions to commands and keeps the exit code of the one that ran. */
export class CommandBinder {
  readonly #ports: CliPorts;
  #exitCode = 0;

  constructor(ports: CliPorts) {
    this.#ports = ports;
  }

  get exitCode(): number {
    return this.#exitCode;
  }

  /** Makes `action` what `command` does. */
  bind(command: Command, action: CommandAction): void {
    command.action(async () => {
      const options = command.optsWithGlobals<Record<string, unknown>>();
      this.#exitCode = await action({
        args: command.args,
        options,
        reader: new OptionReader(options, this.#ports.env),
        own: new OptionReader(options, () => undefined),
        ports: this.#ports,
      });
    });
  }
}

/** The operand at `index`. Commander has refused a call without one that is required. */
export function operand(call: CommandCall, index: number): string {
  const text = call.args[index];
  if (text === undefined) throw new Error(`The command declares no operand ${index}`);
  return text;
}
