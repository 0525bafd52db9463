import assert from "node:assert/strict";
import fc from "fast-check";
import { LOOK_AT_EVERYTHING, NO_NEWS } from "../../../actors/cluster/merge_news.ts";
import { decodeNews, encodeNews } from "../../../actors/cluster/news_text.ts";
import type { NodeNews } from "../../../actors/protocol.ts";

const name = fc.string({ minLength: 1, maxLength: 60, unit: "binary" });
const whole = fc.nat({ max: 2 ** 31 - 1 });
const run = fc.record({ num: whole, run: whole }, { noNullPrototype: true });
const newsOf = (most: number): fc.Arbitrary<NodeNews> =>
  fc.record({
    lastSeq: fc.maxSafeNat(),
    ended: fc.option(fc.array(name, { maxLength: most })),
    endedWorkflows: fc.array(name, { maxLength: 20 }),
    logged: fc.option(fc.array(whole, { maxLength: most })),
    ready: fc.array(fc.record({ queue: name, pool: name }, { noNullPrototype: true }), {
      maxLength: 20,
    }),
    freed: fc.array(name, { maxLength: 20 }),
    cancels: fc.uniqueArray(
      fc.record({
        node: name,
        runs: fc.array(run, { minLength: 1, maxLength: 20 }),
      }, { noNullPrototype: true }),
      { maxLength: 3, selector: ({ node }) => node },
    ),
    refresh: fc.boolean(),
  }, { noNullPrototype: true });

/** What several texts tell together. */
function heard(texts: readonly string[]): NodeNews {
  const all = texts.map((text) => decodeNews(text).news);
  const runs = Map.groupBy(all.flatMap(({ cancels }) => cancels), ({ node }) => node);
  return {
    lastSeq: Math.max(...all.map(({ lastSeq }) => lastSeq)),
    ended: all.some(({ ended }) => ended === null) ? null : all.flatMap(({ ended }) => ended ?? []),
    endedWorkflows: all.flatMap(({ endedWorkflows }) => endedWorkflows),
    logged: all.some(({ logged }) => logged === null)
      ? null
      : all.flatMap(({ logged }) => logged ?? []),
    ready: all.flatMap(({ ready }) => ready),
    freed: all.flatMap(({ freed }) => freed),
    cancels: [...runs].map(([node, parts]) => ({ node, runs: parts.flatMap(({ runs }) => runs) })),
    refresh: all.some(({ refresh }) => refresh),
  };
}

Deno.test("news_text tells what it was given, in texts that PostgreSQL takes", () => {
  fc.assert(fc.property(name, newsOf(60), (node, news) => {
    const texts = encodeNews(node, news);
    for (const text of texts) {
      assert.ok(new TextEncoder().encode(text).length < 8_000);
      assert.equal(decodeNews(text).node, node);
    }
    assert.deepEqual(heard(texts), news);
  }));
});

Deno.test("news_text has those look who wait, where more has ended than can be told", () => {
  const ended = Array.from({ length: 5_000 }, (_, index) => `an-id-of-some-length-${index}`);
  const ready = [{ queue: "default", pool: "async" }];
  const texts = encodeNews("n-1", { ...NO_NEWS, lastSeq: 7, ended, ready });
  assert.deepEqual(heard(texts), { ...NO_NEWS, lastSeq: 7, ended: null, logged: null, ready });
});

Deno.test("news_text has everything looked at where even the rest is too much", () => {
  const queue = "q".repeat(200);
  const ready = Array.from({ length: 400 }, (_, index) => ({ queue, pool: `async ${index}` }));
  const texts = encodeNews("n-1", { ...NO_NEWS, lastSeq: 7, ready });
  assert.deepEqual(texts.map(decodeNews), [
    { node: "n-1", news: { ...LOOK_AT_EVERYTHING, lastSeq: 7 } },
  ]);
});

Deno.test("news_text passes over fields of a later version", () => {
  const heard = decodeNews('{"n":"n-2","s":5,"later":[1]}');
  assert.deepEqual(heard, { node: "n-2", news: { ...NO_NEWS, lastSeq: 5 } });
});

Deno.test("news_text has everything looked at for a text that it can't read", () => {
  const broken = ["", "null", "[]", '"n"', '{"n":1,"s":1}', '{"n":"a"}', '{"n":"a","s":1,"e":[1]}'];
  broken.push(
    '{"n":"a","s":1,"r":[["q"]]}',
    '{"n":"a","s":1,"c":[["n",1]]}',
    '{"n":"a","s":1,"l":["7"]}',
  );
  for (const text of broken) {
    assert.deepEqual(decodeNews(text), { node: "", news: LOOK_AT_EVERYTHING }, text);
  }
});
