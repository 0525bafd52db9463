import type { NodeReport } from "../protocol.ts";
import type { MemberRecord, ReportVersion } from "../storage/port/cluster.ts";
import { decodeReport, encodeReport } from "./report_text.ts";

/** What a node said last, and which of its texts that was. */
interface KnownReport {
  readonly revision: number;
  readonly report: NodeReport | null;
}

/**
 * What the nodes say of themselves to each other with the renewals of their leases: each text is
 * written once and read once by every other node, however often they renew.
 */
export class NodeReports {
  /** What is to be said, and what is known to be in the store. */
  #own: string | null = null;
  #stored: string | null = null;
  #others: ReadonlyMap<string, KnownReport> = new Map();

  /** From now on this is what the node has to say. */
  note(report: NodeReport): void {
    this.#own = encodeReport(report);
  }

  /** What a renewal has to say; null where the store has it already. */
  get unsaid(): string | null {
    return this.#own === this.#stored ? null : this.#own;
  }

  /** What a renewal need not be told. */
  get known(): readonly ReportVersion[] {
    return [...this.#others].map(([node, { revision }]) => ({ node, revision }));
  }

  /** A renewal stood that said `said`, if anything, and told of these members. */
  renewed(said: string | null, members: readonly MemberRecord[]): void {
    if (said !== null) this.#stored = said;
    this.#others = new Map(members.map((member) => [member.id, this.#latest(member)]));
  }

  /** A renewal failed: whether the store has what it said is not known. */
  failed(): void {
    this.#stored = null;
  }

  /** What a node said last; null where that is not known. */
  of(node: string): NodeReport | null {
    return this.#others.get(node)?.report ?? null;
  }

  #latest({ id, report, reportRevision: revision }: MemberRecord): KnownReport {
    const known = this.#others.get(id);
    if (known?.revision === revision) return known;
    return { revision, report: report === null ? null : decodeReport(report) };
  }
}
