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

/** Whoever is told a term is told no smaller one later. */
export const termsGrow: HistoryRule = function* ({ views }) {
  let newest = { term: -Infinity, answeredAt: -Infinity };
  for (const view of views.toSorted((a, b) => a.sentAt - b.sentAt)) {
    if (view.term === null) continue;
    if (view.term < newest.term && view.sentAt > newest.answeredAt) {
      yield { rule: "term_shrinks", text: `term ${view.term} was shown after ${newest.term}` };
    }
    if (view.term > newest.term) newest = { term: view.term, answeredAt: view.answeredAt };
  }
};
