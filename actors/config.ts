import type { RetentionPolicy } from "./domain/retention.ts";

/** What a node runs with, after the command line and the environment were read and checked. */
export interface NodeConfig {
  readonly http: Address;
  /** Null with `--no-grpc`. */
  readonly grpc:
    | (Address & {
      /** False: fall back to 127.0.0.1 where it cannot bind. */ readonly asked: boolean;
    })
    | null;
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  /** PostgreSQL, which nodes can share, instead of the data folder; holds a password. Null: SQLite. */
  readonly databaseUrl: string | null;
  readonly auth: AuthConfig;
  /** Executor isolates of each mode, in the pool without rights. */
  readonly executors: number;
  /** Async tasks at a time in one executor. */
  readonly concurrency: number;
  /** Absolute path of a folder or module with the user's tasks. */
  readonly tasks: string | null;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly drainMs: number;
  readonly logFormat: "pretty" | "json";
  readonly logLevel: "debug" | "info" | "warning" | "error";
  /** Rights beyond none that definitions may ask for. */
  readonly allowTaskPermissions: boolean;
  /** `shell.run` may start programs. */
  readonly allowShell: boolean;
  /** Ranges of addresses beside the public ones that `http.request` may reach: see `ip_address.ts`. */
  readonly httpAllow: readonly string[];
  /** gRPC `SubmitTask`: longest waits, in ms. */
  readonly syncWaitMs: number;
  readonly asyncWaitMs: number;
  /** Bytes of finished results kept in memory. */
  readonly resultCacheBytes: number;
  /** How long ended tasks and workflows are kept. */
  readonly retention: RetentionPolicy;
  /** Requests a second allowed to one token subject; null: no limit. */
  readonly rateLimit: number | null;
  /** Lets tests make actors fail on purpose through `POST /api/system/faults`. */
  readonly enableFaults: boolean;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export type AuthConfig =
  | { readonly kind: "none" }
  | {
    readonly kind: "secret";
    /** At least 32 bytes, UTF-8. */
    readonly secret: string;
    readonly issuer: string | null;
    readonly audience: string | null;
  }
  | {
    readonly kind: "jwks";
    readonly url: string;
    readonly issuer: string | null;
    readonly audience: string | null;
  };

/** The product's version, as `dtask --version`, `/openapi.json` and `/api/system` give it. */
export const VERSION = "0.1.0";
