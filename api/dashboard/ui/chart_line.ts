/** One line of a chart. */
export interface ChartLine {
  readonly label: string;
  /** A custom property of the style, `--status-running`. */
  readonly color: string;
  /** One a time; null where nothing is known. */
  readonly values: readonly (number | null)[];
  readonly fill?: boolean;
}
