/** Holds what a node answers against the OpenAPI document that it gives out. */
import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { openApiDocument, openApiRoute } from "../../api/rest/open_api.ts";
import { ROUTES } from "../../api/rest/rest_app.ts";

/** An answer to a request, as far as the document speaks of it. */
export interface GivenAnswer {
  readonly method: string;
  /** With or without host and query. */
  readonly url: string;
  readonly status: number;
  readonly contentType: string | null;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, unknown>> }>
  >;
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

const DOCUMENT = "openapi";
const document = openApiDocument([...ROUTES, openApiRoute(ROUTES)]);
const paths = document.paths as Paths;
const patterns = Object.keys(paths).map((path) => ({
  path,
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`),
}));
/** Formats are notes to people; patterns and types are what is checked. */
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(document, DOCUMENT);
const validators = new Map<string, ValidateFunction>();

/**
 * Throws where an operation of the document was answered with a status, a content type or a body that the
 * document does not have for it. Says nothing of requests to no operation.
 */
export function checkAnswer(answer: GivenAnswer): void {
  const { pathname } = new URL(answer.url, "http://node");
  const method = answer.method.toLowerCase();
  const path = pathOf(pathname);
  const operation = path === undefined ? undefined : paths[path]?.[method];
  if (path === undefined || operation === undefined) return;
  const what = `${answer.method} ${path} answered ${answer.status}`;
  const response = operation.responses[answer.status];
  assert.ok(response !== undefined, `${what}, which the document does not have: ${short(answer)}`);
  const { content } = response;
  if (content === undefined) return assert.equal(answer.body, "", `${what} with a body`);
  const type = answer.contentType?.split(";")[0]?.trim() ?? "none";
  assert.ok(type in content, `${what} as ${type}; the document has ${Object.keys(content)}`);
  if (!type.endsWith("json")) return;
  const validate = validatorOf([
    ...["paths", path, method, "responses", String(answer.status), "content", type, "schema"],
  ]);
  if (validate(answer.body)) return;
  assert.fail(`${what} with what its schema does not take: ${ajv.errorsText(validate.errors)}`);
}

/** Throws where `value` is not what the document's schema of that name takes. */
export function assertMatches(schema: string, value: unknown): void {
  const validate = validatorOf(["components", "schemas", schema]);
  if (!validate(value)) assert.fail(`${schema}: ${ajv.errorsText(validate.errors)}`);
}

/** A literal path before one with a parameter. */
function pathOf(pathname: string): string | undefined {
  if (pathname in paths) return pathname;
  return patterns.find(({ pattern }) => pattern.test(pathname))?.path;
}

function validatorOf(place: readonly string[]): ValidateFunction {
  const pointer = place.map((part) =>
    encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))
  ).join("/");
  let validate = validators.get(pointer);
  if (validate === undefined) {
    validate = ajv.compile({ $ref: `${DOCUMENT}#/${pointer}` });
    validators.set(pointer, validate);
  }
  return validate;
}

function short({ body }: GivenAnswer): string {
  return JSON.stringify(body).slice(0, 300);
}
