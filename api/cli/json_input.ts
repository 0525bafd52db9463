import { resolve } from "node:path";
import type { JsonValue } from "../client/mod.ts";
import { parseExactJson } from "./argument_value.ts";
import { CliError, wrongUsage } from "./cli_error.ts";
import type { CliPorts } from "./cli_ports.ts";

/** The JSON in `file`, or on standard input for `-`, with every digit of its numbers. */
export async function readJsonInput(file: string, ports: CliPorts): Promise<JsonValue> {
  const text = await readText(file, ports);
  try {
    return parseExactJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CliError(`${file} is not JSON: ${error.message}`);
  }
}

async function readText(file: string, ports: CliPorts): Promise<string> {
  if (file === "-") return await ports.readStdin();
  const text = await ports.files.readText(resolve(ports.cwd, file));
  if (text === null) throw wrongUsage(`There is no file ${file}`);
  return text;
}
