import assert from "node:assert/strict";
import {
  type ArgumentsDraft,
  emptyArguments,
  givenArguments,
  inMode,
  readArguments,
} from "../../../api/dashboard/input_form/arguments_draft.ts";
import { argumentsField } from "../../../api/dashboard/input_form/read_schema.ts";
import {
  NO_SETTINGS,
  submissionSettings,
} from "../../../api/dashboard/pages/method/submission_form.ts";
import { argumentsText } from "../../../api/dashboard/pages/methods/arguments_text.ts";
import { queueForm, queueSettings } from "../../../api/dashboard/pages/queues/queue_form.ts";
import { spanMs, spanOf } from "../../../api/dashboard/ui/span.ts";
import type { QueueView } from "../../../api/schema.ts";

const FIELD = argumentsField({ type: "array", items: { type: "number" } });

Deno.test("arguments go from the form to JSON and back, and nothing typed is lost", () => {
  const form = givenArguments(FIELD, [1, 2]);
  assert.equal(form.mode, "form");
  const json = inMode(FIELD, form, "json");
  assert.deepEqual(JSON.parse(json.text), [1, 2]);
  const edited: ArgumentsDraft = { ...json, text: "[3]" };
  const back = inMode(FIELD, edited, "form");
  assert.deepEqual(readArguments(FIELD, back), { ok: true, args: [3] });
  const broken = inMode(FIELD, { ...json, text: "[" }, "form");
  assert.deepEqual(readArguments(FIELD, broken), { ok: true, args: [1, 2] });
  assert.match(broken.notice ?? "", /no JSON list/);
  const strange = inMode(FIELD, { ...json, text: '["a"]' }, "form");
  assert.match(strange.notice ?? "", /no place for some of this/);
  assert.equal(strange.text, '["a"]');
});

Deno.test("arguments without a form, and those that a form has no place for, are JSON", () => {
  assert.deepEqual(readArguments(null, emptyArguments(null)), { ok: true, args: [] });
  assert.equal(givenArguments(FIELD, ["a"]).mode, "json");
  const { problems = [] } = { ...readArguments(null, { ...emptyArguments(null), text: "{}" }) } as {
    problems?: readonly { pointer: string; message: string }[];
  };
  assert.deepEqual(problems.map(({ pointer }) => pointer), ["/args"]);
});

Deno.test("arguments of a method are described in a line", () => {
  const text = (schema: object) => argumentsText(schema as Readonly<Record<string, unknown>>);
  assert.equal(argumentsText(null), "anything");
  assert.equal(text({ type: "array", items: { type: "integer" } }), "whole number …");
  assert.equal(
    text({ type: "array", prefixItems: [{ type: "string" }, {}], minItems: 1, items: false }),
    "text, anything?",
  );
  assert.equal(text({ type: "array", items: false }), "none");
  const properties = Object.fromEntries([..."abcde"].map((name) => [name, { type: "string" }]));
  const group = { type: "object", properties, required: ["a"] };
  assert.equal(text({ type: "array", items: group }), "{a, b?, c?, d?, …} …");
});

Deno.test("settings of a submission leave out what is empty, and leave judging to the server", () => {
  assert.deepEqual(submissionSettings(NO_SETTINGS), {});
  const said = {
    queue: " mail ",
    priority: "-5",
    delay: { amount: "1.5", unit: "60000" },
    labels: "customer: ada: 1\n\nvip ",
    id: "a",
  } as const;
  assert.deepEqual(submissionSettings(said), {
    queue: "mail",
    priority: -5,
    delayMs: 90_000,
    labels: { customer: "ada: 1", vip: "" },
    id: "a",
  });
  const { priority, delayMs } = submissionSettings({
    ...NO_SETTINGS,
    priority: "high",
    delay: { amount: "soon", unit: "1" },
  });
  assert.deepEqual([priority, delayMs], ["high", "soon"]);
});

Deno.test("settings of a queue come back as they were", () => {
  const queue: QueueView = {
    name: "mail",
    concurrency: null,
    rateLimit: { limit: 5, perMs: 120_000 },
    weight: 3,
    keyConcurrency: 1,
    paused: false,
  };
  const form = queueForm(queue);
  assert.deepEqual(form.span, { amount: "2", unit: "60000" });
  const { name: _, paused: __, ...settings } = queue;
  assert.deepEqual(queueSettings(form), settings);
  const none = { concurrency: null, keyConcurrency: null, rateLimit: null, weight: 1 };
  assert.deepEqual(queueSettings({ ...queueForm(null), weight: " " }), none);
  const odd = queueSettings({ ...form, limit: "few", span: { amount: "", unit: "1000" } });
  assert.deepEqual(odd["rateLimit"], { limit: "few", perMs: null });
});

Deno.test("span of time is shown in the largest unit in which it is whole", () => {
  for (const ms of [0, 1, 1_500, 90_000, 600_000, 7_200_000, 86_400_000, 100_000_000]) {
    assert.equal(spanMs(spanOf(ms)), ms);
  }
  assert.deepEqual(spanOf(600_000), { amount: "10", unit: "60000" });
  assert.equal(spanMs({ amount: " ", unit: "1" }), undefined);
  assert.equal(spanMs({ amount: "a day", unit: "1" }), "a day");
});
