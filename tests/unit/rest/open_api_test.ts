import assert from "node:assert/strict";
import { ROUTES } from "../../../api/rest/rest_app.ts";
import { FakeRestNode } from "./fake_rest_node.ts";

async function load() {
  const { status, body } = await new FakeRestNode().call("GET", "/openapi.json", { token: null });
  assert.equal(status, 200);
  return body;
}

/** Every value in `json`, with its path. */
function* walk(json: unknown, path = "#"): Generator<readonly [string, Record<string, unknown>]> {
  if (typeof json !== "object" || json === null) return;
  yield [path, json as Record<string, unknown>];
  for (const [key, value] of Object.entries(json)) yield* walk(value, `${path}/${key}`);
}

Deno.test("openapi.json is 3.1 and lists every route with its answers, and no other", async () => {
  const document = await load();
  assert.equal(document.openapi, "3.1.0");
  const listed = Object.entries<Record<string, unknown>>(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`)
  );
  const routes = ROUTES.map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(listed.toSorted(), [...routes, "get /openapi.json"].toSorted());
  const ids = new Set<string>();
  for (const route of ROUTES) {
    const operation = document.paths[route.path][route.method];
    ids.add(operation.operationId);
    assert.deepEqual(operation.security, route.scope === null ? [] : [{ bearer: [] }]);
    for (const status of Object.keys(route.answers)) assert.ok(operation.responses[status]);
    assert.equal("requestBody" in operation, route.body !== undefined);
    const parameters = (operation.parameters ?? []).map((p: { name: string }) => p.name);
    const inPath = /\{(\w+)\}/.exec(route.path)?.[1];
    if (inPath !== undefined) assert.ok(parameters.includes(inPath));
  }
  assert.equal(ids.size, ROUTES.length);
});

Deno.test("openapi.json refers only to what it holds, and uses no form of 3.0", async () => {
  const document = await load();
  for (const [path, node] of walk(document)) {
    const reference = node["$ref"];
    if (typeof reference === "string") {
      const target = reference.slice(2).split("/").reduce((at, part) => at?.[part], document);
      assert.ok(target, `${path} refers to ${reference}`);
    }
    assert.ok(!("nullable" in node && typeof node["nullable"] === "boolean"), path);
    if ("responses" in node) {
      for (
        const response of Object.values(
          node["responses"] as Record<string, { description?: string }>,
        )
      ) {
        assert.ok(response.description, path);
      }
    }
  }
});

Deno.test("openapi.json describes a submission as it is validated", async () => {
  const { components } = await load();
  const submission = components.schemas.TaskSubmission;
  assert.deepEqual(submission.required, ["method"]);
  assert.equal(submission.additionalProperties, false);
  assert.equal(submission.properties.priority.maximum, 100);
  assert.equal(submission.properties.labels.type, "object");
  assert.equal(components.schemas.Task.properties.result !== undefined, true);
});
