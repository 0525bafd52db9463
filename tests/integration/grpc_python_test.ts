/** The gRPC service as a client sees it that was written from the contract in another language. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startNode } from "../support/node_process.ts";
import { testOrSkip } from "../support/test_or_skip.ts";

/** Debian's own interpreter, for which the packages are; another on the PATH would lack them. */
const PYTHON = "/usr/bin/python3";
const CLIENT = fileURLToPath(new URL("../support/python_grpc_client.py", import.meta.url));

/** An answer of `SubmitTask` as the client prints it; the id is checked where it matters. */
interface Answer {
  readonly status?: string;
  readonly result?: string;
  readonly code?: string;
}

type Answers = Readonly<Record<string, Answer>>;

interface Printed {
  readonly sums: Answers;
  readonly echoes: Answers;
  readonly collections: Answers;
  readonly refusals: Answers & { readonly stored: readonly unknown[] };
  readonly running_dependency: Answers;
  readonly identity: {
    readonly same: readonly Answer[];
    readonly other: Answer;
    readonly made_id: boolean;
  };
  readonly deadline: Answer;
  readonly at_once: unknown;
  readonly delete: Answer;
  readonly anonymous: Answer;
}

testOrSkip({
  name: "grpc gives a Python client written from the contract the answers it promises",
  skip: missing(),
  fn: async () => {
    await using node = await startNode();
    const printed = await runClient(node.grpc ?? "", await node.token());
    assertValues(printed);
    assertRefusals(printed);
    assertLife(printed);
  },
});

function assertValues({ sums, echoes, collections }: Printed): void {
  assert.deepEqual(brief(sums), {
    add: "SUCCESS 42",
    original_name: "SUCCESS 3",
    int64: "SUCCESS 9223372036854775808",
    double: "SUCCESS 0.75",
    remove: "SUCCESS 5",
    too_few: "SUCCESS Error: Need at least 2 arguments",
  });
  assert.deepEqual(brief(echoes), {
    bool: "SUCCESS true,false",
    string: "SUCCESS a,ü😀,",
    bytes: "SUCCESS hé",
  });
  assert.deepEqual(brief(collections), {
    own: "SUCCESS Array: 2 items, Map: 3 items",
    older: "SUCCESS Array: 2 items, Map: 3 items",
    standard: "SUCCESS Array: 3 items, Map: 2 items",
  });
}

function assertRefusals({ refusals, anonymous }: Printed): void {
  const { stored, broken_bytes: broken, ...others } = refusals;
  assert.deepEqual(brief(others), {
    unknown_method: "FAILED Error: Method not found",
    unknown_dependency: "FAILED Dependency ID not found: nowhere",
    unknown_type: 'FAILED Cannot decode argument 2: unknown type "type.googleapis.com/acme.Thing"',
  });
  assert.equal(broken?.status, "FAILED");
  assert.match(broken?.result ?? "", /google\.protobuf\.Int32Value/);
  assert.deepEqual(stored, Array(4).fill({ ready: false, result: "" }));
  assert.equal(anonymous.code, "UNAUTHENTICATED");
}

function assertLife(printed: Printed): void {
  const { running_dependency: life, identity } = printed;
  assert.equal(life["first"]?.status, "PENDING");
  assert.deepEqual(life["while_running"], { ready: false, result: "" });
  assert.equal(text(life["second"]), "SUCCESS 42");
  assert.deepEqual(life["first_after"], { ready: true, result: "1500" });
  assert.deepEqual(identity.same.map(text), ["SUCCESS 2", "SUCCESS 2"]);
  assert.equal(identity.other.code, "ALREADY_EXISTS");
  assert.equal(identity.made_id, true);
  assert.equal(printed.deadline.status, "PENDING");
  assert.deepEqual(printed.at_once, { right: 500, ids: 500 });
  assert.equal(text(printed.delete), "SUCCESS Deleted 2 items");
}

function brief(answers: Answers): Record<string, string> {
  return Object.fromEntries(Object.entries(answers).map(([name, each]) => [name, text(each)]));
}

function text(answer: Answer | undefined): string {
  return answer?.code ?? `${answer?.status} ${answer?.result}`;
}

async function runClient(address: string, token: string): Promise<Printed> {
  const { success, stdout, stderr } = await new Deno.Command(PYTHON, {
    args: [CLIENT, address, token],
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Why the client cannot run here; null where it can. */
function missing(): string | null {
  try {
    const args = ["-c", "import grpc, google.protobuf"];
    const { success } = new Deno.Command(PYTHON, { args, stderr: "null" }).outputSync();
    if (success) return null;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return `${PYTHON} with python3-grpcio and python3-protobuf is not installed`;
}
