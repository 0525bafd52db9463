/** What a run under faults came to, in words. */
import type { Strike } from "./faults.ts";
import type { RoundResult } from "./round.ts";
import type { StandStill } from "./stand_still.ts";

/** How long work may stand still, in ms. */
const ALLOWED = {
  victims: 35_000,
  /** More where the node led. */
  leader: 10_000,
  /** What is offered ten times a second, to nodes that share two cores with everything else. */
  others: 1_000,
  database: 10_000,
};
const VIOLATIONS_SHOWN = 20;

/** A table of the faults, and every rule that was broken. */
export function renderReport(
  { accepted, runs, violations, strikes }: Omit<RoundResult, "history">,
): string {
  const rows = strikes.map((each) => `| ${[nameOf(each), ...costOf(each)].join(" | ")} |`);
  const broken = Map.groupBy(violations, ({ rule }) => rule);
  return [
    "| fault | runs of that node | until they went on | others stood still | after the return |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    `${accepted} tasks accepted, ${runs} runs seen by their code`,
    violations.length === 0
      ? "no rule was broken"
      : `${broken.size} rules were broken, ${violations.length} times in all`,
    ...[...broken].map(([rule, all]) => `  ${rule}: ${all.length}`),
    ...violations.slice(0, VIOLATIONS_SHOWN).map(({ rule, text }) => `  ${rule}: ${text}`),
  ].join("\n");
}

function nameOf({ what, led }: Strike): string {
  return led ? `${what}, which led` : what;
}

function costOf(strike: Strike & StandStill): readonly string[] {
  const { victims, victimsMs, othersMs, othersAfterMs, databaseMs, led } = strike;
  const allowed = ALLOWED.victims + (led ? ALLOWED.leader : 0);
  return [
    strike.pid === null ? "" : String(victims),
    inSeconds(victimsMs, allowed),
    inSeconds(othersMs, ALLOWED.others) +
    (othersAfterMs === null ? "" : `, from ${(othersAfterMs / 1_000).toFixed(1)} s on`),
    inSeconds(databaseMs, ALLOWED.database),
  ];
}

function inSeconds(ms: number | null, allowedMs: number): string {
  if (ms === null) return "";
  return `${(ms / 1_000).toFixed(1)} s${
    ms > allowedMs ? ` (more than ${allowedMs / 1_000} s)` : ""
  }`;
}
