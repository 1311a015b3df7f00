// Where points are on the screen, in cells: which one is under the pointer is found by looking at a few of them.
export type Place = readonly [number, number];

const cell = 16;   // pixels
const reach = 12;  // how far from the pointer a point may be
const inFront = 20;  // square pixels by which a point at the front may be farther than one at the back

export class ScreenGrid {
  isReady = false;
  private x = new Float32Array();
  private y = new Float32Array();
  private depth = new Float32Array();
  private starts = new Uint32Array();
  private order = new Uint32Array();
  private columns = 0;
  private rows = 0;

  forget(): void {
    this.isReady = false;
  }

  get size(): number {
    return this.x.length;
  }

  placeOf(index: number): Place {
    return [this.x[index]!, this.y[index]!];
  }

  // `matrix` leads from a position to clip space, by columns. What is hidden or behind the eye is nowhere: NaN.
  fill(positions: Float32Array, shown: Uint8Array, matrix: readonly number[], width: number, height: number): void {
    const count = shown.length;
    if (this.x.length !== count) {
      this.x = new Float32Array(count);
      this.y = new Float32Array(count);
      this.depth = new Float32Array(count);
      this.order = new Uint32Array(count);
    }
    const [a0, a1, , a3, b0, b1, , b3, c0, c1, , c3, d0, d1, , d3] = matrix as number[];
    const [az, bz, cz, dz] = [matrix[2]!, matrix[6]!, matrix[10]!, matrix[14]!];
    for (let i = 0; i < count; ++i) {
      const x = positions[3 * i]!;
      const y = positions[3 * i + 1]!;
      const z = positions[3 * i + 2]!;
      const w = a3! * x + b3! * y + c3! * z + d3!;
      if (shown[i] === 0 || w <= 0) {
        this.x[i] = NaN;
        this.y[i] = NaN;
        continue;
      }
      this.x[i] = ((a0! * x + b0! * y + c0! * z + d0!) / w + 1) / 2 * width;
      this.y[i] = (1 - (a1! * x + b1! * y + c1! * z + d1!) / w) / 2 * height;
      this.depth[i] = (az * x + bz * y + cz * z + dz) / w;
    }
    this.sort(width, height);
    this.isReady = true;
  }

  private cellOf(i: number): number {
    const column = Math.floor(this.x[i]! / cell);
    const row = Math.floor(this.y[i]! / cell);
    return column >= 0 && row >= 0 && column < this.columns && row < this.rows ? row * this.columns + column : -1;
  }

  // Points by cell: counted, then put in place.
  private sort(width: number, height: number): void {
    this.columns = Math.ceil(width / cell);
    this.rows = Math.ceil(height / cell);
    const cells = this.columns * this.rows;
    this.starts = new Uint32Array(cells + 1);
    for (let i = 0; i < this.size; ++i) {
      const at = this.cellOf(i);
      if (at >= 0) ++this.starts[at + 1]!;
    }
    for (let at = 0; at < cells; ++at) this.starts[at + 1]! += this.starts[at]!;
    const next = this.starts.slice();
    for (let i = 0; i < this.size; ++i) {
      const at = this.cellOf(i);
      if (at >= 0) this.order[next[at]!++] = i;
    }
  }

  // The nearest point, and of two that are about as near the one in front; -1 if there is none.
  nearest(x: number, y: number): number {
    let best = -1;
    let least = Infinity;
    const [left, top] = [Math.floor(x / cell), Math.floor(y / cell)];
    for (let row = Math.max(0, top - 1); row <= Math.min(this.rows - 1, top + 1); ++row) {
      for (let column = Math.max(0, left - 1); column <= Math.min(this.columns - 1, left + 1); ++column) {
        const at = row * this.columns + column;
        for (let entry = this.starts[at]!; entry < this.starts[at + 1]!; ++entry) {
          const i = this.order[entry]!;
          const away = (this.x[i]! - x) ** 2 + (this.y[i]! - y) ** 2;
          const cost = away + inFront * this.depth[i]!;
          if (away <= reach * reach && cost < least) [best, least] = [i, cost];
        }
      }
    }
    return best;
  }
}

// Which points lie inside a closed line: a ray from each to the left crosses it an odd number of times.
export function inside(grid: ScreenGrid, line: Place[]): number[] {
  const xs = line.map(([x]) => x);
  const ys = line.map(([, y]) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const found: number[] = [];
  for (let i = 0; i < grid.size; ++i) {
    const [x, y] = grid.placeOf(i);
    if (!(x >= left && x <= right && y >= top && y <= bottom)) continue;
    let isInside = false;
    for (let a = 0, b = line.length - 1; a < line.length; b = a++) {
      const [ax, ay] = line[a]!;
      const [bx, by] = line[b]!;
      if (ay > y !== by > y && x < (bx - ax) * (y - ay) / (by - ay) + ax) isInside = !isInside;
    }
    if (isInside) found.push(i);
  }
  return found;
}
