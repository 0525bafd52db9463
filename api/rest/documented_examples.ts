/** Puts the examples into the OpenAPI document. */
import { ANSWER_EXAMPLES, PROBLEM_EXAMPLES, REQUEST_EXAMPLES } from "./examples.ts";

/** What is touched of a document; the rest stays as it is. */
interface Document {
  readonly paths?: Readonly<Record<string, unknown>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, object>> };
}

interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    example?: unknown;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { example?: unknown }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { example?: unknown }>> }>
  >;
}

/** Adds the examples of every operation, answer and problem to `document`. */
export function addExamples(document: Document): void {
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(methods as Record<string, Operation>)) {
      addRequest(operation, REQUEST_EXAMPLES[`${method.toUpperCase()} ${path}`] ?? {});
      addProblems(operation);
    }
  }
  for (const [name, example] of Object.entries(ANSWER_EXAMPLES)) {
    Object.assign(document.components?.schemas?.[name] ?? {}, { examples: [example] });
  }
}

function addRequest(
  operation: Operation,
  { target, query = {}, body }: (typeof REQUEST_EXAMPLES)[string],
): void {
  for (const parameter of operation.parameters ?? []) {
    const example = parameter.in === "path" ? target : query[parameter.name];
    if (example !== undefined) parameter.example = example;
  }
  const content = operation.requestBody?.content["application/json"];
  if (content !== undefined && body !== undefined) content.example = body;
}

function addProblems({ responses }: Operation): void {
  for (const [status, { content }] of Object.entries(responses)) {
    const problem = content?.["application/problem+json"];
    const example = PROBLEM_EXAMPLES[Number(status)];
    if (problem === undefined || example === undefined) continue;
    problem.example = { type: "about:blank", status: Number(status), ...example };
  }
}
