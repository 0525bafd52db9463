/** Entry of the cluster actor's isolate. Its rights: the database's address. */
import { VERSION } from "../config.ts";
import type { MethodDefinition } from "../domain/task.ts";
import type { ClusterProtocol, SupervisorProtocol } from "../protocol.ts";
import { serveActor } from "../runtime/mod.ts";
import type { NewsChannelOptions } from "../storage/port/news_channel.ts";
import { openNewsChannel, openPostgresCluster } from "../storage/postgres/mod.ts";
import { configureLogging, type LoggingOptions } from "../telemetry/logger.ts";
import { Cluster } from "./cluster_actor.ts";
import { join } from "./join.ts";

/** What the supervisor hands over at each start. */
export interface ClusterInit {
  readonly node: string;
  readonly databaseUrl: string;
  readonly definitions: readonly MethodDefinition[];
  readonly logging: LoggingOptions;
}

serveActor<ClusterProtocol, ClusterInit>(
  async ({ node, databaseUrl, definitions, logging }, context) => {
    configureLogging(logging);
    const store = openPostgresCluster({ url: databaseUrl });
    const supervisor = context.ref<SupervisorProtocol>("supervisor");
    await join({ store, supervisor, member: { id: node, version: VERSION, definitions } });
    const openChannel = (options: NewsChannelOptions) =>
      openNewsChannel({ url: databaseUrl, ...options });
    return { behaviour: new Cluster({ node, context, store, openChannel }).start() };
  },
  { laneOf: {}, max: { control: 1_000 } },
);
