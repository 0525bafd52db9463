import type { CommandCall } from "./command_call.ts";

/** Writes a value as one JSON line where the call asks for it, else as text for people. */
export function writeAnswer(
  { options, ports }: Pick<CommandCall, "options" | "ports">,
  value: unknown,
  text: () => string,
): void {
  ports.stdout(options["json"] === true ? JSON.stringify(value) + "\n" : text());
}
