import assert from "node:assert/strict";
import {
  chosenKeys,
  type ChosenTasks,
  isAnyChosen,
  NONE_CHOSEN,
  offersAll,
  selectionsOf,
} from "../../../api/dashboard/pages/tasks/chosen_tasks.ts";

const ids = (...ids: readonly string[]): ChosenTasks => ({ by: "ids", ids: new Set(ids) });

Deno.test("chosen tasks are named in parts that one call takes, or by the filter", () => {
  const many = ids(...Array.from({ length: 1_500 }, (_, i) => `t${i}`));
  const parts = selectionsOf(many, { queue: "mail" });
  assert.deepEqual(parts.map((part) => (part["ids"] as string[]).length), [1_000, 500]);
  assert.deepEqual(selectionsOf({ by: "filter" }, { queue: "mail" }), [
    { filter: { queue: "mail" } },
  ]);
  assert.deepEqual(selectionsOf(NONE_CHOSEN, {}), []);
});

Deno.test("all that match are offered once all that are shown are chosen and there may be more", () => {
  assert.equal(offersAll(ids("a", "b"), ["a", "b"], true), true);
  assert.equal(offersAll(ids("a", "b"), ["a", "b"], false), false);
  assert.equal(offersAll(ids("a"), ["a", "b"], true), false);
  assert.equal(offersAll({ by: "filter" }, ["a"], true), false);
  assert.equal(offersAll(NONE_CHOSEN, [], true), false);
});

Deno.test("by filter every row that is shown is chosen", () => {
  assert.deepEqual(chosenKeys({ by: "filter" }, ["a", "b"]), new Set(["a", "b"]));
  assert.deepEqual(chosenKeys(ids("a"), ["a", "b"]), new Set(["a"]));
  assert.deepEqual([isAnyChosen(NONE_CHOSEN), isAnyChosen({ by: "filter" })], [false, true]);
});
