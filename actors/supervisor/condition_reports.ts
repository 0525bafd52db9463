import { unreachable } from "../domain/exhaustive.ts";
import type { ClockStep, StalledPool, SupervisorMessage } from "../protocol.ts";

/** What actors tell of the state of the node. */
export type ConditionReport = Extract<SupervisorMessage, {
  readonly kind: "StoreUnhealthy" | "StoreHealthy" | "ClockStepped" | "WorkStalled" | "WorkMoving";
}>;

/** Keeps what actors last told of the state of the node. */
export class ConditionReports {
  #storeError: string | null = null;
  #stalled: readonly StalledPool[] = [];
  #clockSteps = 0;
  #lastClockStep: ClockStep | null = null;

  /** Why the store takes no writes; null while it does. */
  get storeError(): string | null {
    return this.#storeError;
  }

  /** Pools whose ready work nobody starts. */
  get stalled(): readonly StalledPool[] {
    return this.#stalled;
  }

  get clockSteps(): number {
    return this.#clockSteps;
  }

  get lastClockStep(): ClockStep | null {
    return this.#lastClockStep;
  }

  /** A scheduler has begun, for which the store took a commit: what another one said counts no more. */
  schedulerBegan(): void {
    this.#storeError = null;
  }

  take(report: ConditionReport): null {
    switch (report.kind) {
      case "StoreUnhealthy":
        this.#storeError = report.cause;
        return null;
      case "StoreHealthy":
        this.#storeError = null;
        return null;
      case "WorkStalled":
        this.#stalled = report.pools;
        return null;
      case "WorkMoving":
        this.#stalled = [];
        return null;
      case "ClockStepped":
        this.#clockSteps++;
        this.#lastClockStep = { at: report.at, byMs: report.byMs };
        return null;
      default:
        return unreachable(report);
    }
  }
}
