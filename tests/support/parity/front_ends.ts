/** The two ways in, side by side on one node: calls both, and brings their answers into one form. */
import type { ServiceError } from "@grpc/grpc-js";
import type { DescMessage, DescMethod } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { ERROR_STATUS } from "../../../api/error_status.ts";
import { fieldPath } from "../../../api/grpc/v1/field_path.ts";
import { GrpcClient, refusalOf } from "../grpc_client.ts";
import { detailsOf } from "../grpc_details.ts";
import { messageJson } from "../message_json.ts";
import type { NodeProcess } from "../node_process.ts";
import type { Json, ParityCase, ParityOperation } from "./operation.ts";

type Side = "rest" | "grpc";
type Method = DescMethod & { readonly input: DescMessage; readonly output: DescMessage };

const LOOKS_MAX = 100;
const BETWEEN_LOOKS_MS = 50;
/** Longer than anything takes on a busy machine. */
const PATIENCE_MS = 120_000;

/** REST and gRPC of one node. */
export class FrontEnds implements Disposable {
  readonly #node: NodeProcess;
  readonly #client: GrpcClient;

  private constructor(node: NodeProcess, client: GrpcClient) {
    this.#node = node;
    this.#client = client;
  }

  /** Connects to a node; `token` goes with every call, null for none. */
  static of(node: NodeProcess, token: string | null): FrontEnds {
    const options = token === null ? {} : { token };
    return new FrontEnds(node, new GrpcClient(node.grpc ?? "", options));
  }

  /**
   * Drives one situation through both and compares. What is only looked at may change between the two
   * looks, since tasks run meanwhile: then both look again.
   */
  async compare(operation: ParityOperation, situation: ParityCase): Promise<void> {
    const looks = operation.route.startsWith("GET ") ? LOOKS_MAX : 1;
    for (let look = 1;; look++) {
      try {
        return await this.#compareOnce(operation, situation);
      } catch (error) {
        if (look >= looks || !(error instanceof assert.AssertionError)) throw error;
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
      }
    }
  }

  async #compareOnce(operation: ParityOperation, situation: ParityCase): Promise<void> {
    const rest = await this.#throughRest(operation, situation);
    assert.equal(rest.status, situation.status, JSON.stringify(rest.body));
    await this.#prepare(situation, "grpc");
    const call = this.callGrpc(operation.method, situation);
    if (rest.status >= 400) {
      await this.#compareRefusals(operation.method, situation, rest.body, await refusalOf(call));
      return;
    }
    const expected = operation.wrap(rest.body, rest.status);
    const { output } = operation.method;
    const actual = withoutRefusals(messageJson(output, await call));
    const changing = JSON.stringify([situation.target, situation.body ?? ""]).includes("$-");
    const form = (json: unknown) => clean(json, { ignore: operation.ignore ?? [], changing });
    assert.deepEqual(form(actual), form(expected));
  }

  /** Calls gRPC's method for a situation, as its own side. */
  callGrpc(method: DescMethod, { target, request = {}, headers }: ParityCase) {
    const name = method.input.fields.find(({ name }) => name === "id" || name === "name")?.name;
    const about = target === undefined || name === undefined ? {} : { [name]: target };
    const message = sideOf({ ...about, ...request }, "grpc");
    const options = { deadline: Date.now() + PATIENCE_MS };
    return this.#client.unary(method as Method, message, options, headers);
  }

  /** Calls REST's route for a situation, with another token than the node's admin's where given. */
  callRest(
    { route }: ParityOperation,
    { target = "", query, body, headers }: ParityCase,
    token?: string | null,
  ) {
    const [method = "", path = ""] = route.split(" ");
    const named = path.replace(/\{\w+\}/, encodeURIComponent(sideOf(target, "rest")));
    const search = query === undefined ? "" : `?${new URLSearchParams(query)}`;
    const options = {
      ...headers === undefined ? {} : { headers },
      ...token === undefined ? {} : { token },
    };
    return this.#node.fetchApi(method, named + search, sideOf(body, "rest"), options);
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  async #throughRest(operation: ParityOperation, situation: ParityCase) {
    await this.#prepare(situation, "rest");
    return await this.callRest(operation, situation);
  }

  async #prepare({ given = [], ended = [] }: ParityCase, side: Side): Promise<void> {
    for (const [route, body] of given) {
      const [method = "", path = ""] = sideOf(route, side).split(" ");
      const answer = await this.#node.fetchApi(method, path, sideOf(body, side));
      assert.ok(answer.status < 300, `${route}: ${JSON.stringify(answer.body)}`);
    }
    for (const id of ended) await awaitEnd(this.#node, sideOf(id, side));
  }

  #compareRefusals(
    method: DescMethod,
    { early = false }: ParityCase,
    problem: Json,
    refusal: ServiceError,
  ): void {
    const kinds = Object.values(ERROR_STATUS).filter(({ http }) => http === problem.status);
    assert.ok(
      kinds.some(({ grpc }) => grpc === refusal.code),
      `${refusal.code} for ${problem.status}`,
    );
    if (early) return;
    const details = detailsOf(refusal);
    assert.equal(details.reason, problem.code);
    const faults = (problem.errors ?? []).map(({ pointer, message }: Json) => ({
      field: fieldOf(method, pointer),
      description: message,
    }));
    assert.deepEqual(details.violations, faults);
    if (faults.length === 0) assert.equal(plain(details.message), plain(problem.detail));
  }
}

/** Waits for a task to end. */
export async function awaitEnd(node: NodeProcess, id: string): Promise<void> {
  const { status } = await node.fetchApi("GET", `/api/tasks/${id}/result?waitMs=60000`);
  assert.ok(status === 200 || status === 409, `task ${id} has not ended: ${status}`);
}

function fieldOf(method: DescMethod, pointer: string): string {
  if (pointer !== "/path") return fieldPath(method.input, pointer);
  return method.input.fields.find(({ name }) => name === "id" || name === "name")?.name ?? "";
}

/** A batch's refusals are compared by their reasons: where they point is tested beside the codec. */
function withoutRefusals(json: Json): Json {
  if (!Array.isArray(json.results)) return json;
  const results = json.results.map((result: Json) =>
    result.refusal === undefined ? result : { refusal: result.refusal.reason }
  );
  return { ...json, results };
}

/** `value` with each `$-` in it replaced by the name of the side. */
function sideOf<T>(value: T, side: Side): T {
  if (typeof value === "string") return value.replaceAll("$-", `${side}-`) as T;
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => sideOf(item, side)) as T;
  const entries = Object.entries(value).map(([name, item]) => [name, sideOf(item, side)]);
  return Object.fromEntries(entries) as T;
}

function plain(text: string): string {
  return text.replaceAll(/\b(rest|grpc)-/g, "$-");
}

interface CleanOptions {
  readonly ignore: readonly string[];
  /** The two sides changed something of their own: times and stamps differ. */
  readonly changing: boolean;
}

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
/** Made anew for each task. */
const MADE = ["seq", "id", "started"];

/** An answer without what says nothing, and without what two calls can't have in common. */
function clean(json: unknown, options: CleanOptions): unknown {
  if (typeof json === "string") {
    return options.changing && TIME.test(json) ? "time" : plain(json);
  }
  if (Array.isArray(json)) return json.map((item) => clean(item, options));
  if (typeof json !== "object" || json === null) return json;
  const members = Object.entries(json)
    .filter(([name]) => !options.ignore.includes(name))
    .filter(([name]) => !(options.changing && MADE.includes(name)))
    .map(([name, value]) => [name, name === "seq" ? String(value) : clean(value, options)] as const)
    .filter(([, value]) => !saysNothing(value));
  return Object.fromEntries(members);
}

function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (value === 0 || value === "" || value === "0" || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
