import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type GraphNode,
  type GraphPlan,
  planGraph,
} from "../../../actors/domain/dependency_graph.ts";
import type { ErrorData } from "../../../actors/domain/error.ts";

const nothingOutside: (dep: string) => boolean = () => false;

function planOf(nodes: readonly GraphNode[], isExternal = nothingOutside): GraphPlan {
  const result = planGraph(nodes, isExternal);
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return result.value;
}

function refusalOf(nodes: readonly GraphNode[], isExternal = nothingOutside): ErrorData {
  const result = planGraph(nodes, isExternal);
  assert.ok(!result.ok, "the graph should be refused");
  assert.equal(result.error.code, "invalid_argument");
  return result.error;
}

const node = (key: string, ...deps: string[]): GraphNode => ({ key, deps });

/** Names that a careless map would trip over. */
const KEYS = ["__proto__", "constructor", "toString", "a", "b", "c", "d", "e", "f", "g", "h"];

/** A graph without cycles: each node depends on earlier ones or outside; then shuffled. */
const someGraph = fc.nat(KEYS.length).chain((size) =>
  fc.tuple(
    fc.shuffledSubarray(KEYS, { minLength: size, maxLength: size }),
    fc.array(fc.array(fc.nat(20), { maxLength: 4 }), { minLength: size, maxLength: size }),
    fc.infiniteStream(fc.nat()),
  )
).map(([keys, picks, dice]) => {
  const nodes = keys.map((key, index) => {
    const choices = [...keys.slice(0, index), "outside"];
    return node(key, ...(picks[index] ?? []).map((pick) => choices[pick % choices.length] ?? ""));
  });
  const rolled = nodes.map((n) => ({ n, roll: dice.next().value ?? 0 }));
  return rolled.sort((a, b) => a.roll - b.roll).map(({ n }) => n);
});

/** Waves by their definition. */
function naiveWave(nodes: readonly GraphNode[], key: string): number {
  const deps = nodes.find((n) => n.key === key)?.deps ?? [];
  const inside = deps.filter((dep) => nodes.some((n) => n.key === dep));
  return inside.length === 0 ? 0 : 1 + Math.max(...inside.map((dep) => naiveWave(nodes, dep)));
}

Deno.test("dependency_graph waves are one more than the highest of the dependencies", () => {
  fc.assert(fc.property(someGraph, (nodes) => {
    const { waves } = planOf(nodes, (dep) => dep === "outside");
    assert.deepEqual(waves, nodes.map(({ key }) => naiveWave(nodes, key)));
  }));
});

Deno.test("dependency_graph order has every node once, after its dependencies", () => {
  fc.assert(fc.property(someGraph, (nodes) => {
    const { order } = planOf(nodes, () => true);
    assert.deepEqual([...order].sort((a, b) => a - b), [...nodes.keys()]);
    const place = new Map(order.map((index, at) => [nodes[index]?.key, at]));
    for (const { key, deps } of nodes) {
      for (const dep of deps) assert.ok((place.get(dep) ?? -1) < (place.get(key) ?? -1));
    }
  }));
});

Deno.test("dependency_graph with one edge back names a real cycle", () => {
  const withCycle = someGraph.chain((nodes) =>
    fc.tuple(fc.constant(nodes), fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1 }))
  ).map(([nodes, edges]) =>
    edges.reduce((graph, [from, to]) => {
      const target = graph[to % graph.length]?.key;
      return graph.map((n, index) =>
        index === from % graph.length && target !== undefined && target !== n.key
          ? node(n.key, target, ...n.deps)
          : n
      );
    }, nodes)
  );
  let cycles = 0;
  const property = fc.property(withCycle, (nodes) => {
    const result = planGraph(nodes, () => true);
    if (result.ok) return;
    cycles++;
    assert.equal(result.error.reason, "cycle");
    const names = (result.error.message.split("cycle: ")[1] ?? "").split(" → ");
    assert.ok(names.length >= 3 && names[0] === names.at(-1), "it ends where it begins");
    assert.equal(new Set(names).size, names.length - 1, "no detours");
    for (const [at, name] of names.slice(0, -1).entries()) {
      const deps = nodes.find(({ key }) => key === name)?.deps ?? [];
      assert.ok(deps.includes(names[at + 1] ?? ""), `${name} depends on ${names[at + 1]}`);
    }
    const [, index, place] =
      result.error.errors?.[0]?.pointer.match(/^\/tasks\/(\d+)\/deps\/(\d+)$/) ?? [];
    assert.equal(nodes[Number(index)]?.key, names[0]);
    assert.equal(nodes[Number(index)]?.deps[Number(place)], names[1]);
  });
  fc.assert(property, { numRuns: 500 });
  assert.ok(cycles > 50, "the property met cycles");
});

Deno.test("dependency_graph names a cycle with its place", () => {
  const { reason, message, errors } = refusalOf([node("x"), node("a", "x", "b"), node("b", "a")]);
  assert.equal(reason, "cycle");
  assert.equal(message, 'Cannot submit task "a": its dependencies form a cycle: a → b → a');
  assert.deepEqual(errors, [{ pointer: "/tasks/1/deps/1", message }]);
});

Deno.test("dependency_graph names the cycle and not the tasks that wait for it", () => {
  const { message } = refusalOf([
    node("last", "a"),
    node("a", "b"),
    node("b", "c"),
    node("c", "b"),
  ]);
  assert.match(message, /task "b".*: b → c → b$/);
});

Deno.test("dependency_graph refuses an unknown dependency", () => {
  const { reason, message, errors } = refusalOf([node("c"), node("a", "c", "b")]);
  assert.equal(reason, "unknown_dependency");
  assert.equal(message, 'Cannot submit task "a": dependency "b" does not exist');
  assert.deepEqual(errors, [{ pointer: "/tasks/1/deps/1", message }]);
});

Deno.test("dependency_graph refuses prototype names as unknown dependencies", () => {
  for (const name of ["__proto__", "constructor", "hasOwnProperty"]) {
    assert.equal(refusalOf([node("a", name)]).reason, "unknown_dependency");
  }
});

Deno.test("dependency_graph refuses a task that depends on itself, even where an outer one exists", () => {
  const { reason, message, errors } = refusalOf([node("a", "a")], () => true);
  assert.equal(reason, "self_dependency");
  assert.equal(message, 'Cannot submit task "a": it depends on itself');
  assert.equal(errors?.[0]?.pointer, "/tasks/0/deps/0");
});

Deno.test("dependency_graph refuses a key that is taken", () => {
  const { reason, errors } = refusalOf([node("a"), node("b"), node("a")]);
  assert.equal(reason, "duplicate_key");
  assert.equal(errors?.[0]?.pointer, "/tasks/2/key");
});

Deno.test("dependency_graph lists every fault, within bounds", () => {
  const { reason, errors } = refusalOf([node("a", "a", "x"), node("a")]);
  assert.equal(reason, "duplicate_key");
  assert.deepEqual(errors?.map(({ pointer }) => pointer), [
    "/tasks/1/key",
    "/tasks/0/deps/0",
    "/tasks/0/deps/1",
  ]);
  const many = Array.from({ length: 100 }, (_, index) => node(`n${index}`, "x"));
  assert.equal(refusalOf(many).errors?.length, 20);
});

Deno.test("dependency_graph asks for the outside only what is no key of the graph", () => {
  const asked: string[] = [];
  const plan = planOf([node("a"), node("b", "a", "x")], (dep) => asked.push(dep) > 0);
  assert.deepEqual([asked, plan.waves], [["x"], [0, 1]]);
});

Deno.test("dependency_graph counts a dependency that is named twice as one level", () => {
  assert.deepEqual(planOf([node("b", "a", "a"), node("a")]).waves, [1, 0]);
});

Deno.test("dependency_graph takes a chain of 10,000 tasks, and names its cycle briefly", () => {
  const size = 10_000;
  const chain = Array.from(
    { length: size },
    (_, index) => node(`k${index}`, ...(index + 1 < size ? [`k${index + 1}`] : [])),
  );
  assert.equal(planOf(chain).waves[0], size - 1);
  const closed = [...chain.slice(0, -1), node(`k${size - 1}`, "k0")];
  const { message } = refusalOf(closed);
  assert.match(message, /cycle: k0 → k1 → .* → … 9961 more … → .* → k9999 → k0$/);
  assert.ok(message.length < 1_000);
});
