import assert from "node:assert/strict";
import fc from "fast-check";
import { type Draft, draftOf, emptyDraft } from "../../../api/dashboard/input_form/draft.ts";
import type { InputField, ListField } from "../../../api/dashboard/input_form/input_field.ts";
import { readDraft } from "../../../api/dashboard/input_form/read_draft.ts";
import { argumentsField } from "../../../api/dashboard/input_form/read_schema.ts";

/** As zod writes the input of a task that makes a thumbnail. */
const THUMBNAIL = {
  type: "array",
  prefixItems: [
    { type: "string", format: "uri", minLength: 1, description: "Where the picture is" },
    {
      type: "object",
      properties: {
        width: { type: "integer", minimum: 1, maximum: 4_096 },
        format: { type: "string", enum: ["png", "webp"] },
        crop: { type: "boolean", default: true },
        title: { type: ["string", "null"] },
        tags: { type: "array", items: { type: "string" }, maxItems: 2 },
      },
      required: ["width", "format", "title"],
    },
  ],
  items: false,
  minItems: 1,
};

function formOf(schema: Readonly<Record<string, unknown>>): ListField {
  const field = argumentsField(schema);
  assert.ok(field !== null);
  return field;
}

function problemsOf(field: InputField, draft: Draft): Readonly<Record<string, string>> {
  const reading = readDraft(field, draft, "/args");
  const problems = reading.ok ? [] : reading.problems;
  return Object.fromEntries(problems.map(({ pointer, message }) => [pointer, message]));
}

/** `draft` with `change` made at the place that `path` leads to, which is given then. */
function edited(draft: Draft, path: readonly number[], change: Partial<Draft>): Draft {
  const [step, ...rest] = path;
  if (step === undefined) return { ...draft, state: "value", ...change };
  const items = draft.items.map((item, i) => i === step ? edited(item, rest, change) : item);
  return { ...draft, state: "value", items };
}

Deno.test("input form asks for each argument by its schema", () => {
  const { first, rest } = formOf(THUMBNAIL);
  assert.equal(rest, null);
  assert.deepEqual(first.map(({ kind, optional }) => [kind, optional]), [
    ["text", false],
    ["group", true],
  ]);
  assert.equal(first[0]?.description, "Where the picture is");
  const group = first[1];
  assert.ok(group?.kind === "group");
  assert.deepEqual(
    group.fields.map(({ name, field: { kind, optional, nullable } }) => [
      name,
      kind,
      optional,
      nullable,
    ]),
    [
      ["width", "number", false, false],
      ["format", "choice", false, false],
      ["crop", "flag", true, false],
      ["title", "text", false, true],
      ["tags", "list", true, false],
    ],
  );
});

Deno.test("input form leaves out what is optional, and says where something is wrong", () => {
  const field = formOf(THUMBNAIL);
  const empty = emptyDraft(field);
  assert.deepEqual(problemsOf(field, empty), { "/args/0": "Must not be empty" });
  const named = edited(empty, [0], { text: "https://a.example/b.png" });
  assert.deepEqual(readDraft(field, named, "/args"), {
    ok: true,
    value: ["https://a.example/b.png"],
  });
  const begun = edited(named, [1, 0], { text: "1.5" });
  assert.deepEqual(problemsOf(field, begun), {
    "/args/1/width": "Must be a whole number",
    "/args/1/format": "Choose one",
  });
  const done = edited(edited(begun, [1, 0], { text: "320" }), [1, 1], { choice: 1 });
  assert.deepEqual(readDraft(field, done, "/args"), {
    ok: true,
    value: ["https://a.example/b.png", { width: 320, format: "webp", title: "" }],
  });
});

Deno.test("input form names places as JSON pointers do", () => {
  const properties = { "a/b~c": { type: "integer" } };
  const field = formOf({ type: "array", prefixItems: [{ type: "object", properties }] });
  const wrong = edited(draftOf(field, [{ "a/b~c": 1 }]), [0, 0], { text: "x" });
  assert.deepEqual(problemsOf(field, wrong), { "/args/0/a~1b~0c": "Not a number" });
});

Deno.test("input form keeps bounds, patterns and counts", () => {
  const of = (schema: object) => formOf({ type: "array", prefixItems: [schema], minItems: 1 });
  const wrong = (schema: object, text: string) =>
    problemsOf(of(schema), edited(emptyDraft(of(schema)), [0], { text }))["/args/0"];
  assert.equal(wrong({ type: "number", minimum: 1 }, "0"), "At least 1");
  assert.equal(wrong({ type: "number", maximum: 1 }, "2e3"), "At most 1");
  assert.equal(wrong({ type: "number" }, "ten"), "Not a number");
  assert.equal(wrong({ type: "number" }, " 10 "), undefined);
  assert.equal(wrong({ type: "integer" }, "9007199254740993"), "Too large for a whole number");
  assert.equal(wrong({ type: "string", maxLength: 2 }, "abc"), "At most 2 characters");
  assert.equal(wrong({ type: "string", pattern: "^a+$" }, "b"), "Must match ^a+$");
  assert.equal(wrong({ type: "string", format: "uri" }, ""), "Must not be empty");
  assert.equal(wrong({ type: "string", pattern: "(", format: "x" }, "b"), undefined);
  assert.match(wrong({}, "{") ?? "", /JSON/);
  const list = formOf({ type: "array", items: { type: "string" }, minItems: 2, maxItems: 3 });
  assert.equal(emptyDraft(list).items.length, 2);
  const [item] = emptyDraft(list).items;
  assert.ok(item);
  const long = { ...emptyDraft(list), items: [item, item, item, item] };
  assert.deepEqual(problemsOf(list, long), { "/args": "At most 3 items" });
});

Deno.test("input form writes what JSON lacks as the API does", () => {
  const number = { anyOf: [{ type: "number" }, tagged("$int64")] };
  const numbers = formOf({ type: "array", items: number });
  const values = [1, { $int64: "9223372036854775807" }, { $double: "NaN" }, -0.5];
  assert.deepEqual(readDraft(numbers, draftOf(numbers, values), ""), { ok: true, value: values });
  const over = { ...draftOf(numbers, [0]) };
  assert.deepEqual(problemsOf(numbers, edited(over, [0], { text: "99999999999999999999" })), {
    "/args/0": "Beyond 64 bits",
  });
  const bytes = formOf({ type: "array", items: tagged("$bytes") });
  const sent = [{ $bytes: "aGk=" }];
  assert.deepEqual(readDraft(bytes, draftOf(bytes, sent), ""), { ok: true, value: sent });
  assert.deepEqual(problemsOf(bytes, edited(draftOf(bytes, sent), [0], { text: "é" })), {
    "/args/0": "Not Base64",
  });
  const map = formOf({
    type: "array",
    items: { type: "object", additionalProperties: { type: "string" } },
  });
  assert.deepEqual(readDraft(map, draftOf(map, [{ $map: { $int64: "5" } }]), ""), {
    ok: true,
    value: [{ $map: { $int64: "5" } }],
  });
});

Deno.test("input form ends with JSON where a schema goes on for ever or says nothing", () => {
  const node = {
    type: "object",
    properties: { value: { type: "integer" }, next: { $ref: "#/$defs/node" } },
    required: ["value"],
  };
  const field = formOf({
    type: "array",
    prefixItems: [{ $ref: "#/$defs/node" }],
    $defs: { node },
    minItems: 1,
  });
  const value = [{ value: 1, next: { value: 2 } }];
  assert.deepEqual(readDraft(field, draftOf(field, value), ""), { ok: true, value });
  const open = formOf({ type: "array", items: { allOf: [] } });
  assert.equal(open.rest?.kind, "json");
  const none = [null, { type: "object", properties: {} }, { type: ["array", "null"] }, {}];
  for (const schema of none) assert.equal(argumentsField(schema), null);
  assert.equal(
    formOf({
      type: "array",
      items: { $ref: "#/$defs/loop" },
      $defs: { loop: { $ref: "#/$defs/loop" } },
    }).rest?.kind,
    "json",
  );
});

Deno.test("input form refuses names that stand there twice, and gaps between arguments", () => {
  const map = formOf({
    type: "array",
    items: { type: "object", additionalProperties: { type: "number" } },
  });
  const twice = edited(draftOf(map, [{ a: 1, b: 2 }]), [0], { names: ["a", "a"] });
  assert.deepEqual(problemsOf(map, twice), { "/args/0": '"a" stands there twice' });
  const two = formOf({
    type: "array",
    prefixItems: [{ type: "string" }, { type: "boolean" }],
    items: false,
  });
  assert.deepEqual(problemsOf(two, edited(emptyDraft(two), [1], { choice: 1 })), {
    "/args/0": "Can't be left out before others that are given",
  });
});

Deno.test("input form gives every value back that was put into it", () => {
  const list = fc.array(shapes(3), { minLength: 1, maxLength: 4 }).chain((items) =>
    fc.record({
      schema: fc.constant({
        type: "array",
        prefixItems: items.map(({ schema }) => schema),
        minItems: items.length,
      }),
      value: fc.tuple(...items.map(({ value }) => value)),
    })
  );
  fc.assert(fc.property(list, ({ schema, value }) => {
    const field = formOf(schema);
    assert.deepEqual(readDraft(field, draftOf(field, value), ""), { ok: true, value });
  }));
});

interface Shape {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly value: fc.Arbitrary<unknown>;
}

/** What JSON can say exactly: whole numbers beyond 2^53 are asked about. */
const ANY_JSON = fc.jsonValue().map((value): unknown =>
  JSON.parse(
    JSON.stringify(value),
    (_, item) => Number.isInteger(item) && !Number.isSafeInteger(item) ? 0.5 : item,
  )
);
const NAME = fc.stringMatching(/^[a-z]{1,6}$/);

/** A schema, and the values that it takes. */
function shapes(depth: number): fc.Arbitrary<Shape> {
  const leaves = fc.constantFrom<Shape>(
    { schema: { type: "string" }, value: fc.string({ unit: "binary" }) },
    { schema: { type: "integer" }, value: fc.maxSafeInteger() },
    { schema: { type: "boolean" }, value: fc.boolean() },
    { schema: { type: ["boolean", "null"] }, value: fc.option(fc.boolean()) },
    {
      schema: { enum: ["a", 2, true, { b: [] }] },
      value: fc.constantFrom("a", 2, true, { b: [] }),
    },
    { schema: {}, value: ANY_JSON },
    { schema: tagged("$bytes"), value: fc.base64String().map(($bytes) => ({ $bytes })) },
  );
  if (depth === 0) return leaves;
  const inner = shapes(depth - 1);
  return fc.oneof(
    { weight: 3, arbitrary: leaves },
    {
      weight: 1,
      arbitrary: inner.map(({ schema, value }): Shape => ({
        schema: { type: "array", items: schema },
        value: fc.array(value, { maxLength: 3 }),
      })),
    },
    {
      weight: 1,
      arbitrary: inner.map(({ schema, value }): Shape => ({
        schema: { anyOf: [schema, { type: "null" }] },
        value: fc.option(value),
      })),
    },
    {
      weight: 1,
      arbitrary: fc.dictionary(NAME, inner, { minKeys: 1, maxKeys: 3, noNullPrototype: true }).map(
        groupOf,
      ),
    },
    {
      weight: 1,
      arbitrary: inner.map(({ schema, value }): Shape => ({
        schema: { type: "object", additionalProperties: schema },
        value: fc.dictionary(NAME, value, { maxKeys: 3, noNullPrototype: true }),
      })),
    },
  );
}

/** An object of which every other property is optional. */
function groupOf(shapes: Readonly<Record<string, Shape>>): Shape {
  const names = Object.keys(shapes);
  const required = names.filter((_, index) => index % 2 === 0);
  const values = Object.fromEntries(
    names.map((name) => [name, shapes[name]?.value ?? fc.constant(1)]),
  );
  return {
    schema: {
      type: "object",
      properties: Object.fromEntries(names.map((name) => [name, shapes[name]?.schema])),
      required,
    },
    value: fc.record(values, { requiredKeys: required, noNullPrototype: true }),
  };
}

function tagged(tag: string) {
  return { type: "object", properties: { [tag]: { type: "string" } }, required: [tag] };
}
