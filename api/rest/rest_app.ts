/** The REST API as one function from requests to answers: routes, admission, bodies, measurement. */
import { Hono } from "hono";
import { refuse } from "../../actors/domain/error.ts";
import { getLogger } from "../../actors/telemetry/logger.ts";
import type { Authenticator } from "../auth.ts";
import { idText, parse } from "../schema.ts";
import { Admission } from "./admission.ts";
import { checkHost } from "./host_check.ts";
import { openApiRoute } from "./open_api.ts";
import { readBody } from "./read_body.ts";
import { problem } from "./reply.ts";
import type { RestNode, Route } from "./route.ts";
import { DASHBOARD_ROUTES } from "./routes/dashboard.ts";
import { DEAD_LETTER_ROUTES } from "./routes/dead_letters.ts";
import { EVENT_ROUTES } from "./routes/events.ts";
import { FAULT_ROUTE, NODE_ROUTES } from "./routes/node.ts";
import { OPEN_ROUTES } from "./routes/open.ts";
import { QUEUE_ROUTES } from "./routes/queues.ts";
import { SCHEDULE_ROUTES } from "./routes/schedules.ts";
import { TASK_CHANGE_ROUTES } from "./routes/task_changes.ts";
import { TASK_ROUTES } from "./routes/tasks.ts";
import { WORKFLOW_ROUTES } from "./routes/workflows.ts";

/** What the REST API is made of. */
export interface RestAppOptions extends RestNode {
  readonly authenticator: Authenticator;
}

/** Every operation that is documented. */
export const ROUTES: readonly Route[] = [
  ...TASK_ROUTES,
  ...TASK_CHANGE_ROUTES,
  ...WORKFLOW_ROUTES,
  ...DEAD_LETTER_ROUTES,
  ...QUEUE_ROUTES,
  ...SCHEDULE_ROUTES,
  ...NODE_ROUTES,
  ...EVENT_ROUTES,
  ...OPEN_ROUTES,
];

/** `Request.method` is any token that a client likes: only these become labels. */
const METHODS: readonly string[] = ["GET", "HEAD", "POST", "PUT", "DELETE"];
const REQUEST_ID = /^[\w.:-]{1,200}$/;
const LOOPBACK = /^(localhost|127\..*|\[?::1\]?)$/;
const log = getLogger("http");

/** Carried along with a request through the router. */
interface RequestState {
  /** Pattern of the route that took it. */
  route: string;
}

/** The REST API of a node. */
export class RestApp {
  readonly #node: RestNode;
  readonly #admission: Admission;
  readonly #router: Hono<{ Bindings: RequestState }>;
  readonly #routes: readonly Route[];

  constructor(options: RestAppOptions) {
    this.#node = options;
    this.#admission = new Admission(options);
    const faults = options.config.enableFaults ? [FAULT_ROUTE] : [];
    this.#routes = [...ROUTES, openApiRoute(ROUTES), ...DASHBOARD_ROUTES, ...faults];
    this.#router = new Hono();
    for (const route of this.#routes) {
      this.#router.on(route.method.toUpperCase(), honoPath(route.path), (c) => {
        c.env.route = route.path;
        return this.#run(route, c.req.raw, c.req.param("target"));
      });
    }
    this.#router.notFound((c) => this.#noRoute(c.req.path));
    this.#router.onError((error) => {
      log.error("A request failed", { error });
      return problem(INTERNAL);
    });
  }

  /** Refuses new submissions from now on. */
  stopAccepting(): void {
    this.#admission.stopAccepting();
  }

  /** Answers one request; never rejects. */
  async handle(request: Request): Promise<Response> {
    const startedAt = performance.now();
    const state: RequestState = { route: "unknown" };
    const response = this.#checkHost(request) ?? await this.#router.fetch(request, state);
    const id = requestId(request, response.status);
    // Headers set afterwards cost an answer its fast way out, so the usual one goes without.
    if (id !== null) response.headers.set("x-request-id", id);
    this.#node.metrics.observeHttp({
      route: state.route,
      method: METHODS.includes(request.method) ? request.method : "other",
      code: response.status,
      seconds: (performance.now() - startedAt) / 1_000,
    });
    return response;
  }

  #checkHost(request: Request): Response | null {
    const { auth, http } = this.#node.config;
    if (auth.kind !== "none") return null;
    const checked = checkHost(request.headers, { loopbackOnly: LOOPBACK.test(http.host) });
    return checked.ok ? null : problem(checked.error);
  }

  async #run(route: Route, request: Request, target: string | undefined): Promise<Response> {
    const admission = this.#admission.admit(route, request);
    const admitted = admission instanceof Promise ? await admission : admission;
    if ("refusal" in admitted) return admitted.refusal;
    const response = await this.#answer(route, request, {
      target: target ?? "",
      principal: admitted.principal,
    });
    for (const name in admitted.headers) {
      response.headers.set(name, admitted.headers[name] ?? "");
    }
    return response;
  }

  async #answer(
    route: Route,
    request: Request,
    { target, principal }: Pick<Parameters<Route["handle"]>[0], "target" | "principal">,
  ): Promise<Response> {
    let body: unknown;
    if (route.body !== undefined) {
      const read = await readBody(request, route.body);
      if (!read.ok) return problem(read.error);
      body = read.value;
    }
    if (target !== "" && route.page !== true) {
      const id = parse(idText, target, "/path");
      if (!id.ok) return problem(id.error);
    }
    const url = () => new URL(request.url);
    return route.handle({ node: this.#node, request, url, principal, target, body });
  }

  /** Nothing at this path, or nothing for this method: then with the methods that there are. */
  #noRoute(path: string): Response {
    const allowed = this.#routes.filter((route) => matches(route.path, path))
      .map((route) => route.method.toUpperCase());
    if (allowed.length === 0) {
      const text = "There is nothing at this path; /docs lists what there is";
      return problem(refuse("not_found", "unknown_route", text).error);
    }
    if (allowed.includes("GET")) allowed.push("HEAD");
    return methodNotAllowed(allowed);
  }
}

const INTERNAL = refuse(
  "internal",
  "internal",
  "The request failed for a reason of the server's own; its log says which",
).error;

/** The only answer whose status is HTTP's alone, so it is not in the table of codes. */
function methodNotAllowed(allowed: readonly string[]): Response {
  const body = {
    type: "about:blank",
    title: "Method not allowed",
    status: 405,
    detail: `This path takes ${allowed.join(", ")} only`,
    code: "method_not_allowed",
  };
  return new Response(JSON.stringify(body), {
    status: 405,
    headers: { "content-type": "application/problem+json", "allow": allowed.join(", ") },
  });
}

/** `/api/tasks/{id}` in the router's form; whatever the parameter is called, a call has one target. */
function honoPath(path: string): string {
  return path.replace(/\{\w+\}/, ":target");
}

function matches(pattern: string, path: string): boolean {
  const [expected, actual] = [pattern.split("/"), path.split("/")];
  return expected.length === actual.length &&
    expected.every((part, i) => part.startsWith("{") ? actual[i] !== "" : part === actual[i]);
}

/** The caller's id where it can stand in a log; an answer to complain of gets one in any case. */
function requestId(request: Request, status: number): string | null {
  const id = request.headers.get("x-request-id");
  if (id !== null && REQUEST_ID.test(id)) return id;
  return status >= 400 ? crypto.randomUUID() : null;
}
