/** A port of the loopback interface that was free a moment ago, for nodes that must keep theirs. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
