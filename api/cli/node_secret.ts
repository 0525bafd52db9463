import { join } from "node:path";
import { Buffer } from "node:buffer";
import { CliError, wrongUsage } from "./cli_error.ts";
import type { CliFiles } from "./cli_ports.ts";

/** Name of the secret's file in the data folder. */
export const SECRET_FILE = "secret";
/** A shorter HMAC key than the hash is weaker than the hash: RFC 7518, section 3.2. */
export const SECRET_MIN_BYTES = 32;

/** The secret kept in the data folder, or null where there is none yet. Throws for a useless one. */
export async function readNodeSecret(files: CliFiles, dataDir: string): Promise<string | null> {
  const path = join(dataDir, SECRET_FILE);
  let text: string | null;
  try {
    text = await files.readText(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) {
      throw wrongUsage(`--data takes a folder, not ${JSON.stringify(dataDir)}`);
    }
    throw new CliError(
      `Cannot read the secret ${path}: ${
        reasonOf(error)
      }; run as the user that owns it, or set DTASK_JWT_SECRET`,
    );
  }
  if (text === null) return null;
  const secret = text.trim();
  const bytes = Buffer.byteLength(secret);
  if (bytes < SECRET_MIN_BYTES) {
    throw new CliError(
      `The secret ${path} has ${bytes} bytes where ${SECRET_MIN_BYTES} are needed; ` +
        "remove it to have a new one made, which makes every token signed with it invalid",
    );
  }
  return secret;
}

/**
 * The secret kept in the data folder, made on the first start. The file appears whole and only
 * once, so that of two starts that race the slower one takes the faster one's secret.
 */
export async function readOrMakeNodeSecret(
  files: CliFiles,
  dataDir: string,
  randomBytes: (length: number) => Uint8Array,
): Promise<string> {
  const known = await readNodeSecret(files, dataDir);
  if (known !== null) return known;
  const secret = Buffer.from(randomBytes(SECRET_MIN_BYTES)).toString("base64url");
  const path = join(dataDir, SECRET_FILE);
  try {
    await files.makeFolder(dataDir);
    if (await files.writeSecret(path, secret + "\n")) return secret;
  } catch (error) {
    throw new CliError(
      `Cannot make the secret ${path}: ${
        reasonOf(error)
      }; make the folder given by --data writable`,
    );
  }
  const theirs = await readNodeSecret(files, dataDir);
  if (theirs === null) {
    throw new CliError(`Cannot make the secret ${path}: something removes it while it is read`);
  }
  return theirs;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
