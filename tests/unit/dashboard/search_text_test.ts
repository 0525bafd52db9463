import assert from "node:assert/strict";
import {
  meaningOf,
  shownValue,
  suggestionsFor,
} from "../../../api/dashboard/pages/tasks/search_text.ts";

const KNOWN = {
  methods: ["images.resize", "mail.send", "mail", "orders.email"],
  queues: ["default", "mail"],
};

function suggested(text: string): readonly string[] {
  return suggestionsFor(text, KNOWN).map(({ field, value }) => `${field} ${value}`);
}

function meant(text: string): string | null {
  const meaning = meaningOf(text, KNOWN);
  return meaning === null ? null : `${meaning.field} ${meaning.value}`;
}

Deno.test("search_text suggests methods, queues and ids, those first that begin so", () => {
  assert.deepEqual(suggested("mai"), [
    ...["method mail", "method mail.send", "method orders.email", "queue mail", "q mai"],
  ]);
  assert.deepEqual(suggested("0199-ab"), ["q 0199-ab"]);
  assert.deepEqual(suggested("  "), []);
});

Deno.test("search_text takes labels as key=value, with or without saying so", () => {
  assert.deepEqual(suggested("team=web"), ["label team:web"]);
  assert.deepEqual(suggested("label:team=a=b"), ["label team:a=b"]);
  assert.deepEqual(suggested("label:team:web"), ["label team:web"]);
  assert.equal(shownValue({ field: "label", value: "team:a:b" }), "team = a:b");
});

Deno.test("search_text takes words that say what they are", () => {
  assert.deepEqual(suggested("method:mail"), ["method mail"]);
  assert.deepEqual(suggested("Queue: mail"), ["queue mail"]);
  assert.deepEqual(suggested("workflow:w1"), ["workflowId w1"]);
  assert.deepEqual(suggested("since:2h"), ["since 2h"]);
  assert.deepEqual(suggested("since:soon"), ["q since:soon"]);
});

Deno.test("search_text means a method by its whole name, else a label or the beginning of an id", () => {
  assert.equal(meant("mail"), "method mail");
  assert.equal(meant("mai"), "q mai");
  assert.equal(meant("default"), "queue default");
  assert.equal(meant("team=web"), "label team:web");
  assert.equal(meant("id:mail"), "q mail");
  assert.equal(meant(""), null);
});
