/** How much came, began and ended lately, over all nodes that share the store and over their restarts. */
import type { FirstInLine } from "../actors/domain/first_in_line.ts";
import { ok, type Result } from "../actors/domain/error.ts";
import {
  addTraffic,
  noTraffic,
  type Traffic,
  type TrafficAt,
  type TrafficSpan,
} from "../actors/domain/traffic.ts";
import type { ReaderProtocol } from "../actors/protocol.ts";
import type { ActorRef } from "../actors/runtime/actor.ts";
import { asked } from "./ask_refusal.ts";
import type { HistoryView, TrafficWindow, TrafficWindowsView } from "./schema.ts";
import { historyPoints, trafficView, windowAt } from "./traffic_view.ts";

/** What a traffic service works with. */
export interface TrafficServiceOptions {
  readonly reader: ActorRef<ReaderProtocol>;
}

const READ = { deadlineMs: 10_000 };

/** The sum of a span, which does not change any more. */
interface KnownSum {
  readonly from: number;
  readonly until: number;
  readonly traffic: Traffic;
}

/** Reads sums of small rows, of which a day has some 1,500. */
export class TrafficService {
  readonly #reader: ActorRef<ReaderProtocol>;
  /** The day but for its last hour: most of the rows, and read once a minute. */
  #day: KnownSum = { from: 0, until: 0, traffic: noTraffic() };

  constructor({ reader }: TrafficServiceOptions) {
    this.#reader = reader;
  }

  /** What happened in each window that ends at `now`, epoch ms. */
  async windows(now: number): Promise<Result<TrafficWindowsView>> {
    const [five, hour, day] = [windowAt("5m", now), windowAt("1h", now), windowAt("24h", now)];
    const sums = await Promise.all([
      this.#sum(five.from, five.until),
      this.#sum(hour.from, five.from),
      this.#sumOfDay(day.from, hour.from),
    ]);
    const [recent, before, earlier] = sums;
    if (!recent.ok) return recent;
    if (!before.ok) return before;
    if (!earlier.ok) return earlier;
    const lastHour = addTraffic(recent.value, before.value);
    return ok({
      "5m": trafficView(recent.value, five.from, now),
      "1h": trafficView(lastHour, hour.from, now),
      "24h": trafficView(addTraffic(lastHour, earlier.value), day.from, now),
    });
  }

  /** A window that ends at `now`, epoch ms, in steps. */
  async history(window: TrafficWindow, now: number): Promise<Result<HistoryView>> {
    const span = windowAt(window, now);
    const sums = await this.#read(span);
    if (!sums.ok) return sums;
    const total = sums.value.reduce((sum, { traffic }) => addTraffic(sum, traffic), noTraffic());
    return ok({
      window,
      stepMs: span.stepMs,
      total: trafficView(total, span.from, now),
      points: historyPoints(sums.value, span, now),
    });
  }

  /** Of each queue with ready tasks the one that is first in line. */
  async firstInLine(): Promise<Result<readonly FirstInLine[]>> {
    return asked(await this.#reader.ask({ kind: "GetFirstInLine" }, READ));
  }

  async #sumOfDay(from: number, until: number): Promise<Result<Traffic>> {
    if (this.#day.from === from && this.#day.until === until) return ok(this.#day.traffic);
    const sum = await this.#sum(from, until);
    if (sum.ok) this.#day = { from, until, traffic: sum.value };
    return sum;
  }

  async #sum(from: number, until: number): Promise<Result<Traffic>> {
    const sums = await this.#read({ from, until, stepMs: until - from });
    return sums.ok ? ok(sums.value[0]?.traffic ?? noTraffic()) : sums;
  }

  async #read(span: TrafficSpan): Promise<Result<readonly TrafficAt[]>> {
    return asked(await this.#reader.ask({ kind: "GetTraffic", span }, READ));
  }
}
