/** Versions of Deno that use freed memory when an HTTP/2 connection to a server closes. */
const BROKEN_HTTP2 = ["2.9.4", "2.9.5", "2.9.6"];

/**
 * Why gRPC must not be served on Deno `denoVersion`, with what to run instead, in one line; null
 * where it can be. Such a process dies sooner or later whatever the program does, so the only
 * remedy is not to start.
 */
export function refuseBadRuntime(denoVersion: string): string | null {
  if (BROKEN_HTTP2.includes(denoVersion)) {
    return `Cannot serve gRPC on Deno ${denoVersion}: it corrupts memory and crashes when HTTP/2 ` +
      "connections close (denoland/deno#36788). Run Deno 2.9.3 " +
      "(npx --yes deno@2.9.3 task start), or start with --no-grpc.";
  }
  if (/^2\.[0-7]\./.test(denoVersion)) {
    return `Cannot serve gRPC on Deno ${denoVersion}: its HTTP/2 server is not complete enough. ` +
      "Run Deno 2.9.3 (npx --yes deno@2.9.3 task start), or start with --no-grpc.";
  }
  return null;
}
