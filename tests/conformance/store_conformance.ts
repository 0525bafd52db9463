/** The suite that every backend of the storage port has to pass. */
import { DEAD_LETTER_CASES } from "./dead_letter_cases.ts";
import { DELETION_CASES } from "./deletion_cases.ts";
import { GRAPH_CASES } from "./graph_cases.ts";
import { HISTORY_CASES } from "./history_cases.ts";
import { LISTING_CASES } from "./listing_cases.ts";
import { MODEL_CASES } from "./model_cases.ts";
import { NODE_RUN_CASES } from "./node_run_cases.ts";
import { QUEUE_RATE_CASES } from "./queue_rate_cases.ts";
import { READY_CASES } from "./ready_cases.ts";
import { SNAPSHOT_CASES } from "./snapshot_cases.ts";
import { RETENTION_CASES } from "./retention_cases.ts";
import { SCHEDULE_CASES } from "./schedule_cases.ts";
import type { StoreUnderTest } from "./store_fixture.ts";
import { TASK_CASES } from "./task_cases.ts";
import { TRAFFIC_CASES } from "./traffic_cases.ts";
import { TRANSACTION_CASES } from "./transaction_cases.ts";
import { UNIQUE_CASES } from "./unique_cases.ts";
import { WALK_CASES } from "./walk_cases.ts";
import { WAITING_CASES } from "./waiting_cases.ts";
import { WORKFLOW_CASES } from "./workflow_cases.ts";

export type { StoreUnderTest } from "./store_fixture.ts";

const CASES = [
  ...TRANSACTION_CASES,
  ...TASK_CASES,
  ...GRAPH_CASES,
  ...READY_CASES,
  ...QUEUE_RATE_CASES,
  ...HISTORY_CASES,
  ...LISTING_CASES,
  ...WORKFLOW_CASES,
  ...DEAD_LETTER_CASES,
  ...WALK_CASES,
  ...SNAPSHOT_CASES,
  ...RETENTION_CASES,
  ...DELETION_CASES,
  ...SCHEDULE_CASES,
  ...UNIQUE_CASES,
  ...TRAFFIC_CASES,
  ...WAITING_CASES,
  ...NODE_RUN_CASES,
  ...MODEL_CASES,
];

/** Registers one test a rule for the backend called `name`; `open` makes an empty store each time. */
export function runConformance(name: string, open: () => Promise<StoreUnderTest>): void {
  for (const { rule, check } of CASES) {
    Deno.test(`${name} store: ${rule}`, async () => {
      const under = await open();
      try {
        await check(under);
      } finally {
        await under.dispose();
      }
    });
  }
}
