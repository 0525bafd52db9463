import type { Address, NodeConfig } from "../../actors/config.ts";

/** Facts about a file or folder that the command line looks at. */
export interface FileFacts {
  readonly kind: "file" | "folder" | "other";
  /** Permission bits, as `0o600`; null where the system has none. */
  readonly mode: number | null;
  readonly bytes: number;
}

export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** The files that the command line touches. A missing file is null, any other failure throws. */
export interface CliFiles {
  readText(path: string): Promise<string | null>;
  facts(path: string): Promise<FileFacts | null>;
  makeFolder(path: string): Promise<void>;
  /**
   * Makes a file with mode 0600, whole or not at all. Returns false, and changes nothing, where
   * there is one of that name.
   */
  writeSecret(path: string, text: string): Promise<boolean>;
  /** Writes a file of its own in the folder, to the disk, and removes it; throws where it can't. */
  tryWrite(folder: string): Promise<void>;
  /** How much room this user has on the file system of the folder; null without the right to know. */
  space(folder: string): Promise<DiskSpace | null>;
}

/** Where a database is: at its URL, or where there is none in the data folder. */
export interface DatabasePlace {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
}

/** What opening a database for reading told. */
export type DatabaseCheck =
  | { readonly kind: "absent" }
  | {
    readonly kind: "ok";
    readonly schemaVersion: number;
    /** The newest time on record, in epoch milliseconds. */
    readonly newestAt: number | null;
  }
  /** Another process, named by `detail`, has it open: a running node. */
  | { readonly kind: "in_use"; readonly detail: string }
  /** It can be used, and what it was given can get lost. */
  | { readonly kind: "risky"; readonly detail: string }
  | { readonly kind: "failed"; readonly detail: string };

/** What a backup is to be made of, and where. */
export interface BackupRequest {
  readonly dataDir: string;
  readonly file: string;
  readonly force: boolean;
}

/** What a backup or a restored database holds, after it was checked. */
export interface DatabaseSummary {
  readonly bytes: number;
  readonly schemaVersion: number;
  readonly tasks: number;
  /** Tasks that have not ended. */
  readonly live: number;
}

export interface RestoreRequest extends BackupRequest {
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface RestoreSummary extends DatabaseSummary {
  readonly database: string;
  /** Files of the database that was there before, under their new names. */
  readonly movedAside: readonly string[];
}

/** Task modules to make JavaScript of. */
export interface BundleRequest {
  /** Absolute path of a folder or module. */
  readonly path: string;
  readonly outputDir: string;
}

/** What is to be moved, and to where. */
export interface MigrationRequest {
  /** A data folder or a database file. */
  readonly from: string;
  /** A PostgreSQL URL. */
  readonly to: string;
  /** Discards what an unfinished migration has brought. */
  readonly restart: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: MigrationProgress) => void;
}

/** How far a migration has come with a table. */
export interface MigrationProgress {
  readonly step: "copy" | "verify";
  readonly table: string;
  readonly rows: number;
  readonly total: number;
}

/** What a migration has moved; `already` when an earlier call had. */
export interface MigrationSummary {
  readonly kind: "moved" | "resumed" | "already";
  /** Both sides for people, without secrets. */
  readonly from: string;
  readonly to: string;
  readonly tasks: number;
  readonly tables: readonly {
    readonly table: string;
    readonly rows: number;
    readonly sha256: string;
  }[];
}

/** What trying to listen on an address told. */
export type BindCheck = "free" | "in_use" | { readonly failed: string };

/** The outside world as the command line sees it, so that tests can stand in for all of it. */
export interface CliPorts {
  /** Runs a node until it is stopped; resolves to the process's exit code. */
  readonly startNode: (config: NodeConfig) => Promise<number>;
  readonly checkDatabase: (place: DatabasePlace) => Promise<DatabaseCheck>;
  /** Reads all of the database, which may be in use; throws with what is wrong with it. */
  readonly inspectDatabase: (
    place: DatabasePlace,
  ) => Promise<Pick<DatabaseSummary, "tasks" | "live">>;
  /** Writes a checked copy of the database; throws with the reason and what to do. */
  readonly backup: (request: BackupRequest) => Promise<DatabaseSummary>;
  /** Puts a backup into a data folder that no node has; throws with the reason and what to do. */
  readonly restore: (request: RestoreRequest) => Promise<RestoreSummary>;
  /** Moves everything from SQLite to PostgreSQL; throws with the reason and what to do. */
  readonly migrate: (request: MigrationRequest) => Promise<MigrationSummary>;
  /** Answers the files that it wrote; throws with the reason. */
  readonly bundle: (request: BundleRequest) => Promise<readonly string[]>;
  readonly checkBind: (address: Address) => Promise<BindCheck>;
  readonly env: (name: string) => string | undefined;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Standard input to its end, as text. */
  readonly readStdin: () => Promise<string>;
  /** Width of the terminal that the stream is; null when it is none. */
  readonly columns: (stream: "stdout" | "stderr") => number | null;
  readonly files: CliFiles;
  readonly fetch: typeof fetch;
  readonly cwd: string;
  readonly cpus: number;
  readonly denoVersion: string;
  /** Whether this process may start any program. */
  readonly mayRun: () => boolean;
  readonly now: () => number;
  /** IANA name of the user's time zone. */
  readonly timezone: string;
  readonly random: () => number;
  /** Random bytes fit for a secret. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** A signal that aborts when the user interrupts. Listening starts with the call. */
  readonly interrupted: () => AbortSignal;
}
