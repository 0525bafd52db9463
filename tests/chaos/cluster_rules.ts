/** Rules on what must happen once in the whole cluster. */
import type { HistoryRule } from "./history.ts";

/** Every tick that was due fired, and started its task once. */
export const ticksFireOnce: HistoryRule = function* ({ schedules }) {
  for (const { name, fired, ticks, tasks, expected } of schedules) {
    const distinct = new Set(ticks);
    const twice = distinct.size < ticks.length || new Set(tasks).size < tasks.length;
    if (twice || fired > distinct.size || tasks.length > distinct.size) {
      const text = `${name} counts ${fired}, lists ${ticks.length} ticks, ${tasks.length} tasks`;
      yield { rule: "tick_twice", text };
    }
    for (const at of expected) {
      if (distinct.has(at)) continue;
      yield { rule: "tick_lost", text: `${name} did not fire at ${new Date(at).toISOString()}` };
    }
    if (tasks.length < distinct.size) {
      const text = `${name} fired ${distinct.size} ticks and started ${tasks.length} tasks`;
      yield { rule: "tick_lost", text };
    }
  }
};

/** A term has one leader, and terms only grow. */
export const termsHaveOneLeader: HistoryRule = function* ({ views }) {
  const leaders = new Map<number, string>();
  for (const { term, leader } of views) {
    if (term === null || leader === null) continue;
    const known = leaders.get(term);
    if (known !== undefined && known !== leader) {
      yield { rule: "two_leaders", text: `${known} and ${leader} both led in term ${term}` };
    }
    leaders.set(term, leader);
  }
};

/** A node that has shown a term shows no smaller one later. */
export const termsGrow: HistoryRule = function* ({ views }) {
  for (const [observer, seen] of Map.groupBy(views, (view) => view.observer)) {
    let newest = { term: -Infinity, answeredAt: -Infinity };
    for (const { term, sentAt, answeredAt } of seen.toSorted((a, b) => a.sentAt - b.sentAt)) {
      if (term === null) continue;
      if (term < newest.term && sentAt > newest.answeredAt) {
        const text = `node ${observer} showed term ${term} after ${newest.term}`;
        yield { rule: "term_shrinks", text };
      }
      if (term > newest.term) newest = { term, answeredAt };
    }
  }
};
