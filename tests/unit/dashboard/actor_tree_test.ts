import assert from "node:assert/strict";
import {
  type Actor,
  placeActors,
  waitingText,
} from "../../../api/dashboard/pages/system/actor_tree.ts";

function actor(name: string, parent: string | null): Actor {
  const rest = { restarts: 0, startedAt: null, lastError: null, lastErrorAt: null, lanes: {} };
  return { name, parent, state: "ready", ...rest };
}

Deno.test("actor tree has parents before children, and executor 2 before executor 10", () => {
  const actors = [
    actor("executor-10", "supervisor"),
    actor("child", "executor-2"),
    actor("executor-2", "supervisor"),
    actor("supervisor", null),
    actor("orphan", "whoever"),
  ];
  assert.deepEqual(placeActors(actors).map(({ actor: { name }, level }) => [name, level]), [
    ["orphan", 0],
    ["supervisor", 0],
    ["executor-2", 1],
    ["child", 2],
    ["executor-10", 1],
  ]);
});

Deno.test("actor tree shows nothing twice, and follows no circle", () => {
  const circle = [actor("a", "b"), actor("b", "a"), actor("c", null), actor("c", null)];
  assert.deepEqual(placeActors(circle).map(({ actor: { name } }) => name), ["c"]);
});

Deno.test("actor's mailbox is described by the lanes in which something waits", () => {
  assert.equal(waitingText({ lanes: { control: 0, reads: 0 } }), null);
  assert.equal(waitingText({ lanes: { control: 1, reads: 1_200 } }), "1 control, 1,200 reads");
});
