import assert from "node:assert/strict";
import fc from "fast-check";
import {
  graphView,
  groupId,
  type ViewOptions,
} from "../../../api/dashboard/pages/workflow/graph_view.ts";
import { heldBack } from "../../../api/dashboard/pages/workflow/held_back.ts";
import { type Box, layout } from "../../../api/dashboard/pages/workflow/layout.ts";
import { StatusBoard } from "../../../api/dashboard/pages/workflow/status_board.ts";
import { taskGraph } from "../../../api/dashboard/pages/workflow/task_graph.ts";
import { searchTasks } from "../../../api/dashboard/pages/workflow/task_search.ts";
import { graphs, graphTask, montage } from "./workflow_samples.ts";

const ALL: ViewOptions = { grouped: false, open: new Set() };
const GROUPED: ViewOptions = { grouped: true, open: new Set() };

/** How a graph is looked at: grouped or not, with any of the groups of three methods open. */
const OPTIONS: fc.Arbitrary<ViewOptions> = fc.record({
  grouped: fc.boolean(),
  open: fc.uniqueArray(fc.tuple(fc.nat(4), fc.constantFrom("a", "b", "c")))
    .map((kinds) => new Set(kinds.map(([wave, method]) => groupId(wave, method)))),
});

Deno.test("task_graph leaves out dependencies on tasks of elsewhere", () => {
  const graph = taskGraph([graphTask("a"), graphTask("b", ["a", "elsewhere"], { wave: 1 })]);
  assert.deepEqual(graph.parents, [[], [0]]);
  assert.deepEqual([graph.children, graph.waves], [[[1], []], 2]);
});

Deno.test("graph_view has every task in one item, and an edge wherever one depends on another", () => {
  fc.assert(fc.property(graphs(), OPTIONS, (graph, options) => {
    const view = graphView(graph, options);
    const shown = view.items.filter(({ group }) => group?.open !== true);
    const tasks = shown.flatMap((item) => item.tasks.map((task) => [task, item.id] as const));
    assert.deepEqual(
      tasks.toSorted(([a], [b]) => a - b),
      graph.tasks.map((_, index) => [index, view.itemOf[index]]),
    );
    const drawn = new Map(view.edges.map((edge) => [`${edge.source} ${edge.target}`, edge.count]));
    let dependencies = 0;
    graph.parents.forEach((parents, child) => {
      for (const parent of parents) {
        assert.ok(drawn.has(`${view.itemOf[parent]} ${view.itemOf[child]}`));
        dependencies++;
      }
    });
    assert.equal([...drawn.values()].reduce((sum, count) => sum + count, 0), dependencies);
  }));
});

Deno.test("graph_view draws a wave's tasks of one method as one, until they are opened", () => {
  const tasks = ["a", "b", "c", "d"].map((id) => graphTask(id, [], { method: "many" }));
  const last = graphTask("last", ["a", "b", "c", "d"], { wave: 1, method: "few" });
  const graph = taskGraph([...tasks, last]);
  const closed = graphView(graph, GROUPED);
  assert.deepEqual(closed.items.map(({ id, tasks }) => [id, tasks.length]), [
    ["group:0:many", 4],
    ["task:4", 1],
  ]);
  assert.deepEqual(closed.edges.map(({ source, target, count }) => [source, target, count]), [
    ["group:0:many", "task:4", 4],
  ]);
  const open = graphView(graph, { grouped: true, open: new Set(["group:0:many"]) });
  assert.equal(open.items.filter(({ within }) => within === "group:0:many").length, 4);
  assert.equal(open.edges.length, 4);
});

Deno.test("layout puts waves side by side, and nothing on top of anything", () => {
  fc.assert(fc.property(graphs(), OPTIONS, (graph, options) => {
    const view = graphView(graph, options);
    const { boxes, waves } = layout(view);
    const placed = [...boxes].map(([, box]) => box);
    assert.equal(boxes.size, view.items.length);
    placed.forEach((box, index) => {
      for (const other of placed.slice(index + 1)) assert.ok(!overlap(box, other));
    });
    waves.slice(1).forEach((wave, index) => {
      const before = waves[index];
      assert.ok(before && wave.wave > before.wave && wave.x > before.x + before.width);
    });
    assert.equal(waves.reduce((sum, { tasks }) => sum + tasks, 0), graph.tasks.length);
    for (const { id, wave } of view.items) {
      const [box, around] = [boxes.get(id), waves.find((one) => one.wave === wave)];
      assert.ok(box && around && within(box, around), `${id} is not in its wave`);
    }
    assert.deepEqual(layout(graphView(graph, options)), { boxes, waves });
  }));
});

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function within(inner: Box, outer: Box): boolean {
  return inner.x >= outer.x && inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height;
}

Deno.test("layout brings what is connected to the same height", () => {
  const graph = montage();
  const view = graphView(graph, ALL);
  const { boxes } = layout(view);
  const middle = (id: string) => (boxes.get(id)?.y ?? 0) + (boxes.get(id)?.height ?? 0) / 2;
  const length = (pairs: readonly (readonly [string, string])[]) =>
    pairs.reduce((sum, [a, b]) => sum + Math.abs(middle(a) - middle(b)), 0);
  const edges = view.edges.map(({ source, target }) => [source, target] as const);
  const unrelated = edges.map(([source], index) =>
    [source, edges[(index * 7 + 311) % edges.length]?.[1] ?? ""] as const
  );
  assert.ok(length(edges) < length(unrelated) / 2, `${length(edges)} of ${length(unrelated)}`);
});

Deno.test("layout takes ten thousand tasks", () => {
  const wide = Array.from({ length: 9_999 }, (_, index) => graphTask(`t${index}`));
  const all = [...wide, graphTask("last", wide.map(({ id }) => id), { wave: 1 })];
  const { boxes, waves: [first] } = layout(graphView(taskGraph(all), ALL));
  assert.equal(boxes.size, 10_000);
  // A wave of many is a field rather than a line.
  assert.ok(first && first.height < 6_000 && first.width < 30_000);
});

Deno.test("held_back names what waits behind a failure or was skipped for it", () => {
  const graph = taskGraph([
    graphTask("failed"),
    graphTask("skipped", ["failed"], { wave: 1 }),
    graphTask("cleaned", ["failed"], { wave: 1, triggerRule: "all_done" }),
    graphTask("last", ["skipped"], { wave: 2 }),
    graphTask("other"),
    graphTask("waits for another", ["other"], { wave: 1 }),
  ]);
  const statuses = ["failed", "skipped", "completed", "blocked", "running", "blocked"] as const;
  assert.deepEqual([...heldBack(graph, statuses, [0])].toSorted(), [1, 3]);
  assert.equal(heldBack(graph, statuses, []).size, 0);
});

Deno.test("status_board tells who listens, and which way a failure goes", () => {
  const graph = taskGraph([
    graphTask("failed"),
    graphTask("skipped", ["failed"], { wave: 1 }),
    graphTask("done"),
    graphTask("last", ["skipped", "done"], { wave: 2 }),
  ]);
  const board = new StatusBoard(graph);
  let told = 0;
  const unsubscribe = board.subscribe(() => told++);
  const before = board.version();
  board.show(["failed", "skipped", "completed", "blocked"]);
  unsubscribe();
  assert.deepEqual([told, board.version() === before], [1, false]);
  assert.deepEqual([0, 1, 2, 3].map((task) => board.isHeld(task)), [false, true, false, true]);
  const edges = [board.edgeState(0, 1), board.edgeState(1, 3), board.edgeState(2, 3)];
  assert.deepEqual(edges, ["failed", "failed", "passed"]);
  assert.deepEqual(JSON.parse(board.summaryOf([1, 2, 3])), {
    skipped: 1,
    completed: 1,
    blocked: 1,
  });
  assert.deepEqual([board.mainStatusOf([2, 1]), board.mainStatusOf([2, 0])], ["skipped", "failed"]);
  board.show(["running", "blocked", "running", "blocked"]);
  assert.equal(board.edgeState(0, 1), "open");
});

Deno.test("task_search finds keys, ids and methods, the best match first", () => {
  const graph = taskGraph([
    graphTask("1", [], { key: "mProject_10", method: "project" }),
    graphTask("2", [], { key: "project", method: "add" }),
    graphTask("3", [], { key: null, method: "projection" }),
    graphTask("4", [], { key: "other", method: "add" }),
  ]);
  assert.deepEqual(searchTasks(graph, " PROJECT ", 9), [1, 0, 2]);
  assert.deepEqual(searchTasks(graph, "3", 9), [2]);
  assert.deepEqual(searchTasks(graph, "add", 1), [1]);
  assert.deepEqual(searchTasks(graph, " ", 9), []);
});
