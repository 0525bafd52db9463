/** The OpenAPI document, made of the routes and the schemas that validate. */
import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import { z } from "zod";
import { VERSION } from "../../actors/config.ts";
import { LIMITS } from "../../actors/domain/task.ts";
import { idText, problemAnswer } from "../schema.ts";
import { addExamples } from "./documented_examples.ts";
import { json } from "./reply.ts";
import type { Answer, Route } from "./route.ts";

const MIB = 1 << 20;

/** What holds for all operations. */
const DESCRIPTION = `A durable task scheduler: submit tasks alone or as a graph, and follow them.

What was answered with 2xx is stored and is never lost; of what was answered with 4xx nothing is stored. After a 5xx or a cut connection the outcome is unknown: send the request again with the same \`id\` or \`Idempotency-Key\`.

**Errors** are problem details (RFC 9457): \`code\` is stable for programs, \`detail\` is for people, \`errors\` points at what is not valid. A request is checked in this order: token, scope, rate, size, JSON, validity, then whether what it names is there.

**Values**: what JSON lacks is written \`{"$int64":"9007199254740993"}\`, \`{"$bytes":"aGk="}\`, \`{"$double":"NaN"}\`; a map with such a key \`{"$map":{…}}\`. In arguments, \`{"$result":"KEY_OR_ID"}\` stands for the result of a dependency.

**Limits**: a body ${LIMITS.bodyBytes / MIB} MiB (413); arguments or result of one task ${
  LIMITS.argsBytes / MIB
} MiB; ${LIMITS.deps.toLocaleString("en")} dependencies and ${LIMITS.labels} labels a task; ${
  LIMITS.batchTasks.toLocaleString("en")
} tasks a batch or workflow; values nested ${LIMITS.valueDepth} deep; ${
  LIMITS.attempts.toLocaleString("en")
} attempts; ${LIMITS.queues.toLocaleString("en")} queues with settings and ${
  LIMITS.schedules.toLocaleString("en")
} schedules; ${LIMITS.pageMax} items a page, which looks at ${
  LIMITS.pageScanRows.toLocaleString("en")
} rows at most; ${
  LIMITS.changeTasks.toLocaleString("en")
} tasks one change by filter; ids of 1 to ${LIMITS.idLength} characters out of \`A–Z a–z 0–9 . _ : -\`. Arguments and results above ${
  LIMITS.listTextBytes / 1_024
} KiB are left out of lists.`;

type ResponseConfig = RouteConfig["responses"][string];

const PROBLEMS: Readonly<Record<number, string>> = {
  400: "The body is not JSON.",
  401: "There is no valid token.",
  403: "The token does not have the scope.",
  404: "There is no such thing.",
  409: "It is in a state, or has a content, that does not allow it.",
  413: "The body is too long.",
  415: "The body is not `application/json`.",
  422: "The request is not valid; `errors` points at what is not.",
  429: "Too many requests a second.",
  503: "Too much to do, or stopping: try again after `Retry-After` seconds.",
};

/** `/openapi.json` for `routes` and itself. The document is made at its first use. */
export function openApiRoute(routes: readonly Route[]): Route {
  let document: unknown;
  const route: Route = {
    method: "get",
    path: "/openapi.json",
    scope: null,
    summary: "This documentation for programs",
    tag: "operation",
    answers: { 200: { description: "OpenAPI 3.1.", contentType: "application/json" } },
    handle: () => json(200, document ??= openApiDocument([...routes, route])),
  };
  return route;
}

/** The document for `routes`. */
export function openApiDocument(routes: readonly Route[]) {
  // Its registry and generator alone: what it would validate, `schema.ts` does for every front-end.
  const documented = new OpenAPIHono();
  const registry = documented.openAPIRegistry;
  registry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "Scopes in the claim `scope`: tasks:read, tasks:write, admin.",
  });
  for (const route of routes) if (route.hidden !== true) registry.registerPath(describe(route));
  const document = documented.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "dtask",
      version: VERSION,
      description: DESCRIPTION,
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    servers: [{ url: "/" }],
  });
  addExamples(document);
  return document;
}

function describe(route: Route): RouteConfig {
  const parameter = /\{(\w+)\}/.exec(route.path)?.[1];
  const { body } = route;
  return {
    method: route.method,
    path: route.path,
    tags: [route.tag],
    summary: route.summary,
    operationId: operationId(route),
    security: route.scope === null ? [] : [{ bearer: [] }],
    ...(route.scope === null ? {} : { description: `Needs the scope \`${route.scope}\`.` }),
    request: {
      ...(parameter === undefined ? {} : { params: z.object({ [parameter]: idText }) }),
      ...(route.query === undefined ? {} : { query: route.query }),
      ...(route.submits === true ? { headers: SUBMISSION_HEADERS } : {}),
      ...(body === undefined ? {} : {
        body: {
          required: !body.optional,
          content: { "application/json": { schema: body.schema } },
        },
      }),
    },
    responses: responses(route),
  };
}

const SUBMISSION_HEADERS = z.object({
  "Idempotency-Key": z.string().min(1).max(200).optional()
    .meta({ description: "Repeating it within 24 h gives the first answer's task." }),
  "traceparent": z.string().optional().meta({ description: "W3C trace context." }),
});

function responses(route: Route): RouteConfig["responses"] {
  const all: Record<string, ResponseConfig> = {};
  for (const [status, answer] of Object.entries(route.answers)) all[status] = response(answer);
  for (const status of problemsOf(route)) {
    all[status] ??= {
      description: PROBLEMS[status] ?? "A problem.",
      content: { "application/problem+json": { schema: problemAnswer } },
    };
  }
  return all;
}

function response({ description, schema, contentType, streams }: Answer): ResponseConfig {
  if (schema !== undefined) {
    const events = streams && { "text/event-stream": { schema: z.string() } };
    return { description, content: { [contentType ?? "application/json"]: { schema }, ...events } };
  }
  if (contentType === undefined) return { description };
  const content = contentType === "application/json" ? z.looseObject({}) : z.string();
  return { description, content: { [contentType]: { schema: content } } };
}

/** The problems that follow from what a route is, and its own. */
function problemsOf(route: Route): number[] {
  const takesInput = route.body !== undefined || route.query !== undefined ||
    route.path.includes("{");
  return [
    ...(route.scope === null ? [] : [401, 403, 429, 503]),
    ...(route.body === undefined ? [] : [400, 413, 415]),
    ...(takesInput ? [422] : []),
    ...route.problems ?? [],
  ].sort((a, b) => a - b);
}

/** `POST /api/tasks/{id}/cancel` is `postTasksIdCancel`. */
function operationId({ method, path }: Route): string {
  const words = path.replace(/^\/(api\/)?/, "").split(/\W+/).filter((word) => word !== "");
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
