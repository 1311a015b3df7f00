// What GET /v1/map answers: a length, JSON, then ids, positions and class numbers as arrays of numbers.
import { ask } from './api';

export interface MapData {
  of: number;               // items that there are; those here may be fewer, drawn evenly
  variance: number[];       // share of it along each axis
  names: string[];          // of classes
  ids: number[];
  positions: Float32Array;  // three per item
  classes: Uint32Array;     // numbers into `names`
}

interface Head {
  items: number;
  of: number;
  dims: number;
  variance: number[];
  classes: string[];
}

export function readMap(bytes: ArrayBuffer): MapData {
  const length = new DataView(bytes).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length))) as Head;
  let at = 4 + length;
  const ids = Array.from(new BigUint64Array(bytes, at, head.items), Number);
  at += 8 * head.items;
  const given = new Float32Array(bytes, at, head.items * head.dims);
  at += 4 * given.length;
  let positions = given;
  if (head.dims !== 3) {
    positions = new Float32Array(3 * head.items);
    given.forEach((value, i) => { positions[3 * Math.floor(i / head.dims) + i % head.dims] = value; });
  }
  return { of: head.of, variance: head.variance, names: head.classes, ids, positions, classes: new Uint32Array(bytes, at, head.items) };
}

export const loadMap = async (signal: AbortSignal) => readMap(await (await ask('/v1/map?dims=3', { signal })).arrayBuffer());
