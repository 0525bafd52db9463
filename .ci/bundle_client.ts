/**
 * Makes one JavaScript module of the client library, for programs in Node and for web pages, and one
 * file with its types beside it. There is nothing to install for either.
 *
 *     deno task client [--output FILE]
 */
import { runDeno } from "./child_process.ts";
import { writeClientDeclarations } from "./client_declarations.ts";

const DEFAULT_OUTPUT = "dist/dtask_client.js";

/** Writes the module; throws with what `deno bundle` says where that is impossible. */
export async function bundleClient(output: string): Promise<void> {
  const entry = new URL("../api/client_library.ts", import.meta.url);
  await bundle(entry.pathname, output);
}

/** Writes `entry` and all that it imports as one module for browsers, which Node takes, too. */
export async function bundle(entry: string, output: string): Promise<void> {
  const args = ["bundle", "--quiet", "--platform=browser", "--output", output, entry];
  const { success, output: said } = await runDeno(args);
  if (!success) throw new Error(`Cannot bundle ${entry}:\n${said}`);
}

/** Where TypeScript looks for the types of `module`; null where that has no name of a module. */
function typesOf(module: string): string | null {
  const [name, kind] = /\.(m?)js$/.exec(module) ?? [];
  return name === undefined ? null : `${module.slice(0, -name.length)}.d.${kind}ts`;
}

if (import.meta.main) {
  const [option, value, ...rest] = Deno.args.flatMap((arg) => arg.split("="));
  if (rest.length > 0 || option !== undefined && (option !== "--output" || value === undefined)) {
    console.error(`Cannot bundle with "${Deno.args.join(" ")}": give --output FILE or nothing`);
    Deno.exit(2);
  }
  const output = value ?? DEFAULT_OUTPUT;
  const types = typesOf(output);
  if (types === null) {
    console.error(`Cannot make the module "${output}": its name has to end in .js or .mjs`);
    Deno.exit(2);
  }
  await Promise.all([bundleClient(output), writeClientDeclarations(types)]);
  console.log(`made ${output} and ${types}`);
}
