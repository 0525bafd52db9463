/**
 * Where the items of a graph are drawn: a column a wave, from left to right. Inside a wave, passes in both
 * directions move each item towards the middle of what it is connected with. Equal views give equal
 * layouts, and what takes part costs O(edges), so that thousands of tasks are no matter.
 */
import type { GraphView, ViewItem } from "./graph_view.ts";

/** In px. */
export const SIZES = {
  task: { width: 168, height: 40 },
  group: { width: 184, height: 84 },
  gapX: 20,
  gapY: 12,
  /** Between two waves, for the edges. */
  waveGap: 56,
  /** Around what is in a wave, and above it for its name. */
  wavePadding: 16,
  waveTitle: 36,
} as const;

const PASSES = 6;
/** A wave is at least this many rows high before it becomes wider. */
const ROWS_MIN = 24;

/** A rectangle in px. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A wave with how many tasks it has. */
export interface WaveBox extends Box {
  readonly wave: number;
  readonly tasks: number;
}

/** Where everything is. */
export interface Layout {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly waves: readonly WaveBox[];
}

/** True where a drawing is much wider than high. */
export function isWide({ waves }: Layout): boolean {
  const [first, last] = [waves[0], waves.at(-1)];
  if (first === undefined || last === undefined) return false;
  return last.x + last.width > 2 * first.height;
}

/** Items of a wave that stay together: those that stand for themselves, or those of an open group. */
interface Block {
  readonly wave: number;
  readonly header: ViewItem | null;
  /** In the order of rows, left to right in each. */
  items: readonly ViewItem[];
  readonly columns: number;
}

/** The layout of a view. */
export function layout(view: GraphView): Layout {
  const blocks = blocksOf(view);
  const heights = new Map<string, number>();
  for (const block of blocks) measure(block, heights);
  const neighbours = neighboursOf(view);
  for (let pass = 0; pass < PASSES; pass++) {
    const forth = pass % 2 === 0;
    for (const block of forth ? blocks : blocks.toReversed()) {
      arrange(block, { heights, neighbours: forth ? neighbours.before : neighbours.after });
    }
  }
  return place(blocks);
}

function blocksOf({ items }: GraphView): readonly Block[] {
  const rows = Math.max(ROWS_MIN, Math.ceil(Math.sqrt(items.length)));
  const byBlock = new Map<string, { wave: number; header: ViewItem | null; items: ViewItem[] }>();
  for (const item of items) {
    const isHeader = item.group?.open === true;
    const id = isHeader ? item.id : item.within ?? `wave:${item.wave}`;
    const block = byBlock.get(id) ?? { wave: item.wave, header: null, items: [] };
    if (isHeader) block.header = item;
    else block.items.push(item);
    byBlock.set(id, block);
  }
  return [...byBlock.values()].map((block) => ({
    ...block,
    columns: Math.max(1, Math.ceil(block.items.length / rows)),
  }));
}

/** The items that each is connected with, in earlier and in later waves. */
function neighboursOf({ edges }: GraphView) {
  const before = new Map<string, string[]>();
  const after = new Map<string, string[]>();
  const add = (to: Map<string, string[]>, from: string, item: string) => {
    const known = to.get(from);
    if (known) known.push(item);
    else to.set(from, [item]);
  };
  for (const { source, target } of edges) {
    add(before, target, source);
    add(after, source, target);
  }
  return { before, after };
}

/** Puts the items of a block into the order of the mean height of their neighbours. */
function arrange(block: Block, { heights, neighbours }: {
  readonly heights: Map<string, number>;
  readonly neighbours: ReadonlyMap<string, readonly string[]>;
}): void {
  const wanted = new Map(block.items.map(({ id }) => {
    const near = neighbours.get(id);
    const own = heights.get(id) ?? 0;
    return [id, near === undefined ? own : mean(near.map((item) => heights.get(item) ?? 0))];
  }));
  block.items = block.items.toSorted((a, b) => (wanted.get(a.id) ?? 0) - (wanted.get(b.id) ?? 0));
  measure(block, heights);
}

/** Notes how high each item of a block is: the middle of the block is 0. */
function measure({ items, columns }: Block, heights: Map<string, number>): void {
  const rows = Math.ceil(items.length / columns);
  items.forEach(({ id }, place) => heights.set(id, Math.floor(place / columns) - (rows - 1) / 2));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function place(blocks: readonly Block[]): Layout {
  const boxes = new Map<string, Box>();
  const waves: WaveBox[] = [];
  const tallest = Math.max(0, ...blocks.map(heightOf));
  const { wavePadding, waveTitle, waveGap, gapX } = SIZES;
  const height = tallest + waveTitle + 2 * wavePadding;
  let x = 0;
  for (const [wave, ofWave] of byWave(blocks)) {
    const from = x;
    x += wavePadding;
    for (const block of ofWave) {
      const top = waveTitle + wavePadding + (tallest - heightOf(block)) / 2;
      x += placeBlock(block, { x, y: top }, boxes) + gapX;
    }
    x += wavePadding - gapX;
    const tasks = ofWave.flatMap(({ header, items }) => header ? [header] : items)
      .reduce((sum, item) => sum + item.tasks.length, 0);
    waves.push({ wave, tasks, x: from, y: 0, width: x - from, height });
    x += waveGap;
  }
  return { boxes, waves };
}

function byWave(blocks: readonly Block[]): ReadonlyMap<number, readonly Block[]> {
  return Map.groupBy(blocks, ({ wave }) => wave);
}

/** Places the items of a block, and answers how wide it is. */
function placeBlock(
  { header, items, columns }: Block,
  { x, y }: Pick<Box, "x" | "y">,
  boxes: Map<string, Box>,
): number {
  const width = Math.max(...items.map((item) => sizeOf(item).width));
  let top = y;
  if (header !== null) {
    boxes.set(header.id, { x, y: top, ...sizeOf(header) });
    top += sizeOf(header).height + SIZES.gapY;
  }
  for (let first = 0; first < items.length; first += columns) {
    const row = items.slice(first, first + columns);
    row.forEach((item, column) => {
      boxes.set(item.id, { x: x + column * (width + SIZES.gapX), y: top, ...sizeOf(item) });
    });
    top += rowHeight(row) + SIZES.gapY;
  }
  const inner = columns * (width + SIZES.gapX) - SIZES.gapX;
  return Math.max(inner, header === null ? 0 : sizeOf(header).width);
}

function heightOf({ header, items, columns }: Block): number {
  let height = header === null ? 0 : sizeOf(header).height + SIZES.gapY;
  for (let first = 0; first < items.length; first += columns) {
    height += rowHeight(items.slice(first, first + columns)) + SIZES.gapY;
  }
  return height - SIZES.gapY;
}

function rowHeight(row: readonly ViewItem[]): number {
  return Math.max(...row.map((item) => sizeOf(item).height));
}

function sizeOf({ group }: ViewItem): { readonly width: number; readonly height: number } {
  return group === null ? SIZES.task : SIZES.group;
}
