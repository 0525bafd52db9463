/** What a token says of itself. The server decides what it allows; this decides what is shown. */

/** What a token allows; `admin` includes the others. */
export type Scope = "tasks:read" | "tasks:write" | "admin";

/** The parts of a token that people see. */
export interface Claims {
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
  /** Epoch ms; null where it does not say. */
  readonly expiresAt: number | null;
}

/** Reads a token's claims, unverified; null where it is no JSON Web Token. */
export function readClaims(token: string): Claims | null {
  const [, payload, signature] = token.split(".");
  if (payload === undefined || signature === undefined) return null;
  try {
    const claims: unknown = JSON.parse(decodeText(payload));
    if (typeof claims !== "object" || claims === null) return null;
    const { sub, scope, exp } = claims as Record<string, unknown>;
    return {
      subject: typeof sub === "string" ? sub : "",
      scopes: new Set(typeof scope === "string" ? scope.split(" ").filter((s) => s !== "") : []),
      expiresAt: typeof exp === "number" ? exp * 1_000 : null,
    };
  } catch {
    return null;
  }
}

/** The token in the fragment of a start-up link; null where there is none. */
export function tokenOfFragment(fragment: string): string | null {
  const token = new URLSearchParams(fragment.replace(/^#/, "")).get("token");
  return token === null || token === "" ? null : token;
}

/** Whether `scopes` allow what needs `scope`. */
export function allows(scopes: ReadonlySet<string>, scope: Scope): boolean {
  return scopes.has(scope) || scopes.has("admin");
}

/** Base64url of UTF-8 as text. */
function decodeText(base64url: string): string {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
}
