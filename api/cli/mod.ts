/** The command line, as the composition root uses it. */
export { runCli } from "./run_cli.ts";
export type {
  BackupRequest,
  BindCheck,
  BundleRequest,
  CliFiles,
  CliPorts,
  DatabaseCheck,
  DatabaseSummary,
  DiskSpace,
  FileFacts,
  MigrationRequest,
  MigrationSummary,
  RestoreRequest,
  RestoreSummary,
} from "./cli_ports.ts";
export { type NodePorts, systemPorts } from "./system_ports.ts";
export { dashboardToken, startBanner, type StartBannerOptions } from "./start_banner.ts";
export {
  formatNodeFile,
  localAddress,
  localUrl,
  NODE_FILE,
  type NodeFile,
  nodeFilePath,
} from "./node_file.ts";
