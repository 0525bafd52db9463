/**
 * Who is signed in. The token lives in `sessionStorage`, which is the tab's own, and nowhere else; a
 * start-up link's fragment is read once and removed from the address.
 */
import { useSyncExternalStore } from "react";
import { allows, readClaims, type Scope, tokenOfFragment } from "./token.ts";

/** Who uses this tab, and what is shown to them. */
export interface Session {
  readonly signedIn: boolean;
  /** Null where the node asks for none, or nobody is signed in. */
  readonly token: string | null;
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
  /** Epoch ms; null where it does not end. */
  readonly expiresAt: number | null;
  /** Why one has to sign in again; null where nothing went wrong. */
  readonly notice: string | null;
}

const KEY = "dtask.token";
const NOBODY = { signedIn: false, token: null, subject: "", scopes: new Set<string>() } as const;

/** True where the node takes requests without a token (`--no-auth`), as the page says. */
const OPEN = document.querySelector<HTMLMetaElement>('meta[name="dtask-authentication"]')
  ?.content === "none";

const listeners = new Set<() => void>();
let session: Session = firstSession();

// A start-up link that is opened in a tab which already shows the dashboard changes the fragment alone.
addEventListener("hashchange", () => {
  const token = takeFragment();
  if (token !== null) signIn(token);
});

/** The session as it is now, outside of components. */
export function currentSession(): Session {
  return session;
}

/** The session, and again whenever it changes. */
export function useSession(): Session {
  return useSyncExternalStore(subscribe, currentSession);
}

/** Whether this session may do what needs `scope`: what is not allowed is not shown. */
export function useAllowed(scope: Scope): boolean {
  return allows(useSession().scopes, scope);
}

/** Uses `token` from now on. False where it is no token at all. */
export function signIn(token: string): boolean {
  const next = sessionOf(token.trim());
  if (next === null) return false;
  sessionStorage.setItem(KEY, token.trim());
  change(next);
  return true;
}

/** Forgets the token; `notice` says why where the user did not ask for it. */
export function signOut(notice: string | null = null): void {
  if (OPEN || !session.signedIn) return;
  sessionStorage.removeItem(KEY);
  change({ ...NOBODY, expiresAt: null, notice });
}

function firstSession(): Session {
  if (OPEN) {
    const scopes = new Set(["admin"]);
    return { ...NOBODY, signedIn: true, scopes, expiresAt: null, notice: null };
  }
  const given = takeFragment();
  const token = given ?? sessionStorage.getItem(KEY);
  const known = token === null ? null : sessionOf(token);
  if (token !== null && known !== null) sessionStorage.setItem(KEY, token);
  const notice = given !== null && known === null ? "The link holds no token." : null;
  return known ?? { ...NOBODY, expiresAt: null, notice };
}

function sessionOf(token: string): Session | null {
  const claims = readClaims(token);
  return claims === null ? null : { ...claims, signedIn: true, token, notice: null };
}

function takeFragment(): string | null {
  const token = tokenOfFragment(location.hash);
  if (token !== null) history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}

function change(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
