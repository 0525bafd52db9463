import { SignJWT } from "jose";

export interface AccessTokenOptions {
  /** Scopes separated by spaces; `admin` when absent. */
  readonly scope?: string;
  readonly sub?: string;
  /** Seconds from now; negative for a token that is over. */
  readonly expiresIn?: number | null;
  readonly notBefore?: number;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Signs an HS256 token as any client with the node's secret would, without the product's code. */
export async function signAccessToken(
  secret: string,
  { scope = "admin", sub = "tests", expiresIn = 3_600, notBefore, claims }: AccessTokenOptions = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const jwt = new SignJWT({ scope, ...claims }).setProtectedHeader({ alg: "HS256" })
    .setSubject(sub).setIssuedAt(now);
  if (expiresIn !== null) jwt.setExpirationTime(now + expiresIn);
  if (notBefore !== undefined) jwt.setNotBefore(now + notBefore);
  return await jwt.sign(new TextEncoder().encode(secret));
}
