/** A file system of a few MiB in memory, to be filled up. */
export interface SmallDisk extends AsyncDisposable {
  readonly folder: string;
  /** Takes all the room that is left. */
  fill(): Promise<void>;
  /** Gives it back. */
  clear(): Promise<void>;
}

const CHUNK = new Uint8Array(64 << 10);

/** Mounts one, or says why that is not possible here. */
export async function mountSmallDisk(mebibytes: number): Promise<SmallDisk | string> {
  const folder = await Deno.makeTempDir({ prefix: "dtask-disk-" });
  const refusal = await run("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder]);
  if (refusal !== null) {
    await Deno.remove(folder);
    return refusal;
  }
  const filler = `${folder}/filler`;
  return {
    folder,
    async fill() {
      using file = await Deno.open(filler, { write: true, create: true, append: true });
      for (let size = CHUNK.length; size >= 1; size = size >> 1) {
        while (await tryWrite(file, CHUNK.subarray(0, size)));
      }
    },
    clear: () => Deno.remove(filler),
    async [Symbol.asyncDispose]() {
      const error = await run("umount", [folder]);
      if (error !== null) throw new Error(error);
      await Deno.remove(folder);
    },
  };
}

/** Null when it worked, else what it said. */
async function run(command: string, args: readonly string[]): Promise<string | null> {
  try {
    const { success, stderr } = await new Deno.Command(command, { args: [...args] }).output();
    return success ? null : new TextDecoder().decode(stderr).trim() || `${command} failed`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `there is no ${command}`;
    throw error;
  }
}

async function tryWrite(file: Deno.FsFile, bytes: Uint8Array): Promise<boolean> {
  try {
    return await file.write(bytes) > 0;
  } catch (error) {
    if (/No space left|ENOSPC|os error 28/.test(String(error))) return false;
    throw error;
  }
}
