/** What is open to everybody (health, documentation), and the metrics. */
import type { Readings } from "../../metrics.ts";
import { livenessAnswer, readinessAnswer } from "../../schema.ts";
import { DOCS_PAGE } from "../pages/docs_page.ts";
import { pageAnswer } from "../pages/page.ts";
import { json } from "../reply.ts";
import type { RestNode, Route } from "../route.ts";

async function isReady({ service }: RestNode): Promise<Response> {
  const system = await service.system();
  const reasons = system.ok ? system.value.notReady : [system.error.message];
  if (system.ok && system.value.ready) return json(200, { status: "ready", reasons: [] });
  return json(503, { status: "not_ready", reasons }, { "retry-after": "1" });
}

async function renderMetrics(node: RestNode): Promise<Response> {
  const text = await node.metrics.render(await readings(node));
  const headers = { "content-type": node.metrics.contentType, "cache-control": "no-store" };
  return new Response(text, { headers });
}

/** What does not answer is left out: metrics are needed most when something does not. */
async function readings({ service, deadLetters }: RestNode): Promise<Readings> {
  const [system, queueDepths, counts, slots] = await Promise.all([
    service.system(),
    service.queueDepths(),
    deadLetters.counts(),
    service.slots(),
  ]);
  return {
    system: system.ok ? system.value : null,
    queueDepths: queueDepths.ok ? queueDepths.value : null,
    deadLetters: counts.ok ? counts.value : null,
    slots: slots.ok ? slots.value : null,
  };
}

const tag = "operation";

/** Health, readiness, metrics and pages. */
export const OPEN_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/healthz",
    scope: null,
    summary: "Liveness: the process answers",
    tag,
    answers: { 200: { description: "It lives.", schema: livenessAnswer } },
    handle: () => json(200, { status: "ok" }),
  },
  {
    method: "get",
    path: "/readyz",
    scope: null,
    summary: "Readiness: the node takes work",
    tag,
    answers: {
      200: { description: "Ready.", schema: readinessAnswer },
      503: { description: "Not ready, and why.", schema: readinessAnswer },
    },
    handle: ({ node }) => isReady(node),
  },
  {
    method: "get",
    path: "/metrics",
    scope: "admin",
    summary: "Metrics in Prometheus' text format",
    tag,
    answers: { 200: { description: "The metrics.", contentType: "text/plain" } },
    handle: ({ node }) => renderMetrics(node),
  },
  {
    method: "get",
    path: "/docs",
    scope: null,
    summary: "This documentation for people",
    tag,
    answers: { 200: { description: "A page.", contentType: "text/html" } },
    handle: () => pageAnswer(DOCS_PAGE),
  },
];
