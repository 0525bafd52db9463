import assert from "node:assert/strict";
import { eventually } from "./eventually.ts";
import type { NodeProcess } from "./node_process.ts";

/** An actor as `/api/system` shows it. */
export interface ActorAnswer {
  readonly name: string;
  readonly state: string;
  readonly restarts: number;
}

const ANSWER_MS = 5_000;
const RESTART_MS = 60_000;

/** The actors of the node; null while the interface that would tell is itself away. */
export async function readActors(node: NodeProcess): Promise<readonly ActorAnswer[] | null> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const { status, body } = await node.fetchApi("GET", "/api/system", undefined, { signal });
    return status === 200 ? body.actors : null;
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return null;
    throw error;
  }
}

/** Makes an actor fail and waits until it has been restarted and the node is ready again. */
export async function failActor(node: NodeProcess, actor: string, fault: string): Promise<void> {
  const before = await eventually(() => readActors(node), { what: "the node tells its actors" });
  const restarts = before.find(({ name }) => name === actor)?.restarts;
  assert.ok(restarts !== undefined, `there is no ${actor}: ${JSON.stringify(before)}`);
  await injectFault(node, actor, fault);
  await eventually(async () => {
    const actors = await readActors(node);
    const found = actors?.find(({ name }) => name === actor);
    return found !== undefined && found.restarts > restarts &&
      actors?.every(({ state }) => state === "ready");
  }, { what: `${actor} is restarted after "${fault}"`, deadlineMs: RESTART_MS });
}

/** Asks for the fault. The answer may be lost with the front-end that would have given it. */
export async function injectFault(node: NodeProcess, actor: string, fault: string): Promise<void> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const body = { actor, fault };
    const answer = await node.fetchApi("POST", "/api/system/faults", body, { signal });
    assert.ok(answer.status < 300 || answer.status >= 500, JSON.stringify(answer.body));
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
  }
}
