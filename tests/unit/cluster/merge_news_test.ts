import assert from "node:assert/strict";
import { mergeNews, NO_NEWS } from "../../../actors/cluster/merge_news.ts";

Deno.test("merge_news keeps each place once, and the newest stamp", () => {
  const place = { queue: "q", pool: "async" };
  const a = { ...NO_NEWS, lastSeq: 9, ended: ["a"], ready: [place], freed: ["q"] };
  const b = { ...NO_NEWS, lastSeq: 5, ended: ["b"], ready: [place], freed: ["q", "r"] };
  assert.deepEqual(mergeNews(a, b), { ...a, ended: ["a", "b"], freed: ["q", "r"] });
});

Deno.test("merge_news forgets which tasks have ended when they are too many, not that some have", () => {
  const ended = Array.from({ length: 1_500 }, (_, index) => `${index}`);
  const both = mergeNews({ ...NO_NEWS, ended }, { ...NO_NEWS, ended });
  assert.deepEqual(both, { ...NO_NEWS, ended: null });
  assert.equal(mergeNews(both, { ...NO_NEWS, ended: ["a"] }).ended, null);
});

Deno.test("merge_news keeps each grown log once, and forgets which they are when they are too many", () => {
  const news = (...logged: number[]) => ({ ...NO_NEWS, logged });
  assert.deepEqual(mergeNews(news(1, 2), news(2, 3)).logged, [1, 2, 3]);
  const many = news(...Array.from({ length: 501 }, (_, index) => index));
  assert.deepEqual(mergeNews(many, NO_NEWS), { ...NO_NEWS, logged: null });
  assert.equal(mergeNews({ ...NO_NEWS, logged: null }, news(1)).logged, null);
});

Deno.test("merge_news asks to look at everything when the rest grows too long", () => {
  const freed = Array.from({ length: 501 }, (_, index) => `queue ${index}`);
  const merged = mergeNews({ ...NO_NEWS, lastSeq: 3, ended: ["a"], freed }, NO_NEWS);
  assert.deepEqual(merged, { ...NO_NEWS, lastSeq: 3, ended: ["a"], refresh: true });
});
