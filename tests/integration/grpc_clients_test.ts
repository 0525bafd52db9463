/** `dtask.v1` as clients in other languages see it, which were written from the .proto files alone. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { testOrSkip } from "../support/test_or_skip.ts";

const PROTO = fileURLToPath(new URL("../../proto", import.meta.url));
const CLIENTS = fileURLToPath(new URL("../support/clients", import.meta.url));
/** Debian's own, for which its packages are; others on the PATH would lack them. */
const [PYTHON, PROTOC, GO] = ["/usr/bin/python3", "/usr/bin/protoc", "/usr/bin/go"];
const GO_PLUGIN = "/usr/bin/protoc-gen-go";
const GO_PACKAGES = "/usr/share/gocode";
/** Debian's plugin is older than the packages that protobuf's own files name. */
const GO_TYPES = ["timestamp", "duration", "struct"].map((name) =>
  `Mgoogle/protobuf/${name}.proto=github.com/golang/protobuf/ptypes/${name}`
);

/** What every client has to see. */
const SEEN = {
  results: {
    sum: 42,
    large: "9223372036854775808",
    next: 43,
    text: "hé",
    count: "Array: 2 items, Map: 1 items",
  },
  streamed: 1_000,
  refusal: { reason: "invalid_argument", fields: ["task.priority"] },
};

/** Why a client cannot run here; null where it can. */
type Lack = string | null;

testOrSkip({
  name: "dtask.v1 gives a client in Python what the .proto files promise",
  skip: missingForPython(),
  fn: () => tryClient(runPython, "INVALID_ARGUMENT"),
});

testOrSkip({
  name: "dtask.v1 gives a client in Go what the .proto files promise",
  skip: missingForGo(),
  fn: () => tryClient(runGo, "InvalidArgument"),
});

type Client = (node: NodeProcess, folder: string) => Promise<string>;

async function tryClient(client: Client, code: string): Promise<void> {
  await using node = await startNode();
  const folder = await Deno.makeTempDir({ prefix: "dtask-clients-" });
  try {
    assertSeen(await client(node, folder), code);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Each language has its own way to write a status. */
function assertSeen(text: string, code: string): void {
  assert.deepEqual(JSON.parse(text), { ...SEEN, refusal: { code, ...SEEN.refusal } });
}

async function runPython(node: NodeProcess, folder: string): Promise<string> {
  const out = join(folder, "python");
  await Deno.mkdir(out);
  const files = [...protoFiles("dtask/v1"), ...protoFiles("google/rpc")];
  await run(PROTOC, ["-I", PROTO, `--python_out=${out}`, ...files]);
  const client = join(CLIENTS, "client.py");
  return await run(PYTHON, ["-B", client, node.grpc ?? "", await node.token(), out]);
}

async function runGo(node: NodeProcess, folder: string): Promise<string> {
  const path = join(folder, "go");
  await Deno.mkdir(join(path, "src", "client"), { recursive: true });
  const options = ["plugins=grpc", ...GO_TYPES].join();
  const out = `--go_out=${options}:${join(path, "src")}`;
  await run(PROTOC, ["-I", PROTO, out, ...protoFiles("dtask/v1")]);
  await Deno.copyFile(join(CLIENTS, "client.go"), join(path, "src", "client", "main.go"));
  const binary = join(path, "client.out");
  // No network: what is not among Debian's packages is not there.
  const env = {
    GOPATH: `${path}:${GO_PACKAGES}`,
    GO111MODULE: "off",
    GOPROXY: "off",
    GOFLAGS: "",
    // Where there is no home, Go would not know where to keep what it has built.
    ...(Deno.env.has("HOME") ? {} : { GOCACHE: join(folder, "go-cache") }),
  };
  await run(GO, ["build", "-o", binary, "client"], env);
  return await run(binary, [node.grpc ?? "", await node.token()]);
}

function protoFiles(folder: string): readonly string[] {
  return [...Deno.readDirSync(join(PROTO, folder))].map(({ name }) => `${folder}/${name}`);
}

async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert.ok(success, `${program}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

function missingForPython(): Lack {
  if (!isThere(PYTHON) || !isThere(PROTOC)) return "python3 or protobuf-compiler is not installed";
  const args = ["-c", "import grpc, google.protobuf"];
  const { success } = new Deno.Command(PYTHON, { args, stderr: "null" }).outputSync();
  return success ? null : "python3-grpcio or python3-protobuf is not installed";
}

/** Not installed by `.ci/run`: Go and its packages are 500 MB. */
function missingForGo(): Lack {
  const needed = [GO, PROTOC, GO_PLUGIN, `${GO_PACKAGES}/src/google.golang.org/grpc`];
  if (needed.every(isThere)) return null;
  return "golang-go, golang-google-grpc-dev or golang-goprotobuf-dev is not installed";
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
