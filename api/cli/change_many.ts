/** Commands that change many tasks: which ones, and what is told of it. */
import type { Command } from "commander";
import { LIMITS } from "../../actors/domain/task.ts";
import type { BatchChangeJson, ChangeManyOptions } from "../client/mod.ts";
import { wrongUsage } from "./cli_error.ts";
import type { CommandCall } from "./command_call.ts";

/** Tasks by name, or all that a filter leaves. */
export type Selection<F> = { readonly ids: readonly string[] } | { readonly filter: F };

/** Declares what commands that change many have beside filters. */
export function addChangeManyOptions(command: Command, what: string): Command {
  return command
    .option("--all", `all ${what}`)
    .option("--dry-run", "change nothing, and say how many it would be");
}

/** What the ids or options choose, in parts that one request can hold. */
export function readSelections<F extends object>(
  { args, options }: CommandCall,
  { name, filter }: { readonly name: string; readonly filter: F },
): readonly Selection<F>[] {
  const ids = [...new Set(args)];
  const ways = [ids.length > 0, Object.keys(filter).length > 0, options["all"] === true];
  if (ways.filter(Boolean).length !== 1) {
    throw wrongUsage(`${name} takes either ids, or filter options, or --all`);
  }
  if (ids.length === 0) return [{ filter }];
  const parts: Selection<F>[] = [];
  for (let at = 0; at < ids.length; at += LIMITS.changeIds) {
    parts.push({ ids: ids.slice(at, at + LIMITS.changeIds) });
  }
  return parts;
}

/** A change of many, and its words. */
export interface ChangeOfMany<F> {
  /** What they are, and what becomes of them: `dead letters`, `discarded`. */
  readonly what: string;
  readonly done: string;
  /** What an id is not that was not met: `no dead letters`. */
  readonly none: string;
  readonly change: (
    selection: Selection<F>,
    options: ChangeManyOptions,
  ) => Promise<BatchChangeJson>;
}

/** Changes what is chosen and says how many those were; a named task that was not met is a failure. */
export async function changeEach<F>(
  { args, options, ports }: CommandCall,
  selections: readonly Selection<F>[],
  { what, done, none, change }: ChangeOfMany<F>,
): Promise<number> {
  const dryRun = options["dryRun"] === true;
  let [matched, changed, more] = [0, 0, false];
  for (const selection of selections) {
    const decision = await change(selection, dryRun ? { dryRun } : {});
    matched += decision.matched;
    changed += decision.changed;
    more ||= decision.more === true;
  }
  const missing = args.length === 0 ? 0 : new Set(args).size - matched;
  const atLeast = more ? "at least " : "";
  const line = dryRun
    ? `${atLeast}${matched} ${what} would be ${done}`
    : `${changed} of ${atLeast}${matched} ${what} ${done}`;
  if (options["json"] === true) {
    ports.stdout(JSON.stringify({ matched, changed, ...more ? { more } : {} }) + "\n");
  } else ports.stdout(line + "\n");
  if (more && !dryRun) ports.stderr("There may be more: run the same again\n");
  if (missing > 0) ports.stderr(`dtask: ${missing} of the ids are ${none}\n`);
  return missing > 0 ? 1 : 0;
}
