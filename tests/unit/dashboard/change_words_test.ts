import assert from "node:assert/strict";
import {
  actionText,
  doneText,
  questionText,
} from "../../../api/dashboard/pages/tasks/change_words.ts";

const count = (matched: number, more?: true) => ({
  ...{ matched, changed: 0 },
  ...(more === true ? { more } : {}),
});

Deno.test("change_words say how many a change would be for, of how many chosen", () => {
  assert.match(questionText("cancel", count(2), 5), /^2 of 5 can be cancelled/);
  assert.match(questionText("retry", count(1_200), null), /^1,200 tasks can be retried/);
  assert.match(
    questionText("redrive", count(100_000, true), null),
    /^At least 100,000 tasks can be/,
  );
  assert.equal(questionText("discard", count(0), 3), "None of the chosen tasks can be discarded.");
  assert.equal(actionText("cancel", count(1)), "Cancel 1 task");
  assert.equal(actionText("retry", undefined), "Retry");
});

Deno.test("change_words say what was done, and that there may be more to do", () => {
  assert.equal(doneText("cancel", { matched: 3, changed: 2 }), "2 tasks cancelled");
  assert.match(doneText("discard", { matched: 9, changed: 9, more: true }), /there may be more/);
});
