/**
 * Generates `proto/gen` from the `.proto` files, or checks that it is current:
 *
 *     deno run -A .ci/generate_proto.ts             lint, then write proto/gen
 *     deno run -A .ci/generate_proto.ts --check     lint, compare with proto/gen, refuse breaking changes
 *     deno run -A .ci/generate_proto.ts --release   take the contract as it is now as the one to keep
 *
 * buf and protoc-gen-es come as npm packages of pinned versions, with a lock file of their own:
 * nothing that only generates code becomes a dependency of the product. No install script runs.
 */
import { dirname, join, relative } from "node:path";

const BUF = "npm:@bufbuild/buf@1.74.0";
const ROOT = join(import.meta.dirname ?? ".", "..");
const PROTO = join(ROOT, "proto");
const LOCK = join(ROOT, ".ci", "generate_proto.lock");
/** What clients rely on: the descriptors as of the last `--release`, as JSON so that it diffs. */
const RELEASED = join(PROTO, "released.json");
const REGENERATE = "deno run -A .ci/generate_proto.ts";

/** Thrown for what the reader has to put right; its message is all that is printed. */
class ProtoError extends Error {}

/** Runs buf in `proto/` and returns what it printed; throws with that text when it fails. */
async function buf(args: readonly string[], what: string): Promise<string> {
  const path = `${dirname(Deno.execPath())}:${Deno.env.get("PATH") ?? ""}`;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-config", `--lock=${LOCK}`, "--frozen", "-A", BUF, ...args],
    cwd: PROTO,
    env: { PATH: path },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (success) return text;
  throw new ProtoError(`${what}\n${text}${new TextDecoder().decode(stderr)}`.trimEnd());
}

async function lint(): Promise<void> {
  await buf(["lint"], "The .proto files break a rule of proto/buf.yaml:");
}

async function generate(folder: string): Promise<void> {
  await buf(["generate", "--output", folder], "Cannot generate code from the .proto files:");
}

async function guardContract(): Promise<void> {
  await buf(
    ["breaking", "--against", RELEASED],
    "The .proto files break clients of the released contract (proto/released.json):",
  );
}

/** Every file below `folder` with its text, by its path inside the folder. */
async function readTree(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for await (const entry of Deno.readDir(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory) folders.push(path);
      else files.set(relative(folder, path), await Deno.readTextFile(path));
    }
  }
  return files;
}

/** Generates into a temporary folder and names every file that differs from the committed one. */
async function compare(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dtask-proto-" });
  try {
    await generate(folder);
    const fresh = await readTree(join(folder, "gen"));
    const committed = await readTree(join(PROTO, "gen"));
    const stale = [...new Set([...fresh.keys(), ...committed.keys()])]
      .filter((path) => fresh.get(path) !== committed.get(path))
      .map((path) => `  proto/gen/${path}`);
    if (stale.length > 0) {
      throw new ProtoError(`Stale generated files:\n${stale.join("\n")}\nRun: ${REGENERATE}`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Replaces `proto/gen`, so that files of removed .proto files go too. */
async function regenerate(): Promise<void> {
  await Deno.remove(join(PROTO, "gen"), { recursive: true });
  await generate(PROTO);
}

/** Writes the released descriptors indented, one change a line. */
async function release(): Promise<void> {
  const image = await buf(
    ["build", "--exclude-source-info", "--output", "-#format=json"],
    "Cannot build the .proto files:",
  );
  await Deno.writeTextFile(RELEASED, JSON.stringify(JSON.parse(image), null, 2) + "\n");
}

/** Does what `option` asks for and returns the line that reports it. */
async function run(option: string | undefined): Promise<string> {
  await lint();
  switch (option) {
    case undefined:
      await regenerate();
      return "proto/gen is written.";
    case "--check":
      await compare();
      await guardContract();
      return "proto/gen is current and breaks no client.";
    case "--release":
      await release();
      return "proto/released.json is written.";
    default:
      throw new ProtoError(`Unknown option "${option}". Use none, --check or --release.`);
  }
}

if (import.meta.main) {
  try {
    // deno-lint-ignore no-console -- a command line
    console.log(await run(Deno.args[0]));
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error;
    // deno-lint-ignore no-console -- a command line
    console.error(error.message);
    Deno.exit(1);
  }
}
