/** First and last Deno release known to die of closing HTTP/2 connections (denoland/deno#36788). */
const BROKEN_FROM: Version = [2, 9, 4];
const BROKEN_TO: Version = [2, 9, 6];
/** Earlier ones cannot serve HTTP/2 on a socket of their own (`ERR_HTTP2_SOCKET_UNBOUND`). */
const OLDEST: Version = [2, 8, 0];
/** The latest release on which the project's own tests of cut HTTP/2 connections pass. */
const PROVEN: Version = [2, 9, 3];

type Version = readonly [major: number, minor: number, patch: number];

/** Whether gRPC can be served on a Deno release: `refused` ones lose the process sooner or later. */
export type GrpcSupport =
  | { readonly kind: "supported" }
  | { readonly kind: "unproven"; readonly detail: string }
  | { readonly kind: "refused"; readonly detail: string };

/** What is known of gRPC on Deno `denoVersion`, with a line that says what to run instead. */
export function grpcSupport(denoVersion: string): GrpcSupport {
  const version = parseVersion(denoVersion);
  if (version === null || isBefore(PROVEN, version) && !isBroken(version)) {
    return {
      kind: "unproven",
      detail: `gRPC is not proven on Deno ${denoVersion}; Deno 2.9.3 is what it is tested on`,
    };
  }
  if (isBroken(version)) {
    return {
      kind: "refused",
      detail: `Deno ${denoVersion} uses freed memory when HTTP/2 connections close, and dies; ` +
        "run Deno 2.9.3, or start with --no-grpc",
    };
  }
  if (isBefore(version, OLDEST)) {
    return {
      kind: "refused",
      detail: `Deno ${denoVersion} cannot serve gRPC (ERR_HTTP2_SOCKET_UNBOUND); ` +
        "run Deno 2.9.3, or start with --no-grpc",
    };
  }
  return { kind: "supported" };
}

function isBroken(version: Version): boolean {
  return !isBefore(version, BROKEN_FROM) && !isBefore(BROKEN_TO, version);
}

function parseVersion(text: string): Version | null {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(text);
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3])];
}

function isBefore(a: Version, b: Version): boolean {
  return (a[0] - b[0] || a[1] - b[1] || a[2] - b[2]) < 0;
}
