import { errorText } from "./error_text.ts";
import { laneAt } from "./lanes.ts";
import type { TroubleReport } from "./transport.ts";

/** At most one report in this time. */
const REPORT_INTERVAL_MS = 1_000;

/** Gathers what goes wrong in an actor that lives on, and reports it at most once a second. */
export class TroubleLog {
  readonly #report: (report: TroubleReport) => void;
  #dropped = new Map<number, number>();
  #failures = 0;
  #lastFailure = "";
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(report: (report: TroubleReport) => void) {
    this.#report = report;
  }

  /** A told message was dropped at a full lane. */
  dropped(lane: number): void {
    this.#dropped.set(lane, (this.#dropped.get(lane) ?? 0) + 1);
    this.#noticed();
  }

  /** A callback of the behaviour threw. */
  failed(error: unknown): void {
    this.#failures++;
    this.#lastFailure = errorText(error);
    this.#noticed();
  }

  /** Reports what there is and ends the timer. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#flush();
  }

  /** The first trouble is reported at once; what follows inside the interval, at its end. */
  #noticed(): void {
    if (this.#timer !== null) return;
    queueMicrotask(() => this.#flush());
    this.#arm();
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#flush()) this.#arm();
    }, REPORT_INTERVAL_MS);
  }

  #flush(): boolean {
    if (this.#dropped.size === 0 && this.#failures === 0) return false;
    const dropped = [...this.#dropped].map(([lane, count]) => ({ lane: laneAt(lane), count }));
    const failures = this.#failures === 0
      ? null
      : { count: this.#failures, last: this.#lastFailure };
    this.#dropped = new Map();
    this.#failures = 0;
    this.#report({ dropped, failures });
    return true;
  }
}
