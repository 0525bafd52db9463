/** What is seen of a node from outside while it is sent anything. */
import type { NodeProcess } from "../support/node_process.ts";

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
  if (kib === undefined) throw new Error(`Nothing is known of process ${pid}`);
  return Number(kib) * 1_024;
}

/** Lines of the node's log that no request may cause. */
export function wrongLines(node: NodeProcess): readonly string[] {
  return node.output().split("\n").filter((line) =>
    /unhandled|uncaught|\bERROR\b|"level":"error"|panicked/i.test(line)
  );
}
