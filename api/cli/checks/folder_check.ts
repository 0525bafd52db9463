/** The data folder, and the disk that it is on. */
import { dirname } from "node:path";
import type { CliFiles } from "../cli_ports.ts";
import { messageOf, type Verdict } from "./finding.ts";

/** Less free space than this, or than the share below it, is worth a warning. */
const LOW_BYTES = 2 ** 30;
const LOW_SHARE = 0.05;

const NO_SPACE = /No space left|not enough space|os error (?:28|112|122)|quota/i;

/** What trying to write into the data folder, or where it would be made, told. */
export interface WriteProbe {
  readonly dataDir: string;
  /** The data folder, or the one in which it would be made. */
  readonly folder: string;
  /** Null where it worked. */
  readonly error: string | null;
}

/** Writes a little into the data folder, brings it to the disk, and removes it. */
export async function probeFolder(dataDir: string, files: CliFiles): Promise<WriteProbe> {
  const folder = await nearestFolder(dataDir, files);
  try {
    await files.tryWrite(folder);
    return { dataDir, folder, error: null };
  } catch (error) {
    return { dataDir, folder, error: messageOf(error) };
  }
}

/** Whether a node may write into its folder. */
export async function checkDataFolder(
  { dataDir, folder, error }: WriteProbe,
  files: CliFiles,
): Promise<Verdict> {
  const facts = await files.facts(dataDir);
  if (facts !== null && facts.kind !== "folder") {
    return { level: "FAIL", detail: `${dataDir} is no folder; --data takes one` };
  }
  if (error !== null && !NO_SPACE.test(error)) {
    return {
      level: "FAIL",
      detail:
        `${folder} is not writable: ${error}; give its user the right, or name another with --data`,
    };
  }
  if (facts === null) return { level: "ok", detail: `${dataDir} will be made by the first start` };
  return { level: "ok", detail: `${dataDir} is ${error === null ? "writable" : "there"}` };
}

/** Whether its disk has room. */
export async function checkDisk({ folder, error }: WriteProbe, files: CliFiles): Promise<Verdict> {
  const space = await files.space(folder);
  const left = space === null
    ? "how much is free is not known without --allow-sys=statfs"
    : `${sizeText(space.freeBytes)} of ${sizeText(space.totalBytes)} are free`;
  if (error !== null && NO_SPACE.test(error)) {
    return {
      level: "FAIL",
      detail: `the disk of ${folder} is full (${left}): a node refuses submissions until there ` +
        "is room; free some, or move the data folder to a larger disk",
    };
  }
  if (space === null) return { level: "ok", detail: `${folder} takes a write; ${left}` };
  if (space.freeBytes < LOW_BYTES || space.freeBytes < space.totalBytes * LOW_SHARE) {
    const detail = `the disk of ${folder} is filling up: ${left}; free some before it is full`;
    return { level: "warn", detail };
  }
  return { level: "ok", detail: `${left} on the disk of ${folder}` };
}

/** `path`, or the folder in which the first missing one of it would be made. */
async function nearestFolder(path: string, files: CliFiles): Promise<string> {
  let folder = path;
  while (folder !== dirname(folder) && await files.facts(folder) === null) folder = dirname(folder);
  return folder;
}

function sizeText(bytes: number): string {
  const [size, unit] = bytes < 2 ** 30 ? [bytes / 2 ** 20, "MiB"] : [bytes / 2 ** 30, "GiB"];
  return `${size.toLocaleString("en", { maximumFractionDigits: 1 })} ${unit}`;
}
