/** A key with a certificate of its own for this machine's loopback, made by openssl. */
import assert from "node:assert/strict";
import { join } from "node:path";

export interface SelfSigned {
  readonly certFile: string;
  readonly keyFile: string;
  /** The certificate in PEM, for those who are to trust it. */
  readonly cert: string;
}

/** True where openssl can be run. */
export async function hasOpenssl(): Promise<boolean> {
  try {
    return (await openssl(["version"])).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Makes both files in `folder`. */
export async function makeSelfSigned(folder: string): Promise<SelfSigned> {
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const { success, stderr } = await openssl([
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-days", "2", "-subj", "/CN=localhost", "-keyout", keyFile, "-out", certFile],
    ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    // Without it a certificate is one to sign with, which rustls takes from no server.
    ...["-addext", "basicConstraints=critical,CA:FALSE"],
  ]);
  assert.ok(success, new TextDecoder().decode(stderr));
  return { certFile, keyFile, cert: await Deno.readTextFile(certFile) };
}

function openssl(args: readonly string[]): Promise<Deno.CommandOutput> {
  return new Deno.Command("openssl", { args: [...args], stdout: "piped", stderr: "piped" })
    .output();
}
