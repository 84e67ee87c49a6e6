/** A sparkline as five paths, one a colour: cheap enough for a row of a long list. */
import type { Bucket } from '../bindings/engine';

const STEP = 4;
const WIDTH = 3;
const FLOOR = 25;
const HEIGHT = 22;

export type SparkPaths = Record<'bars' | 'failing' | 'retrying' | 'still' | 'none', string>;

export function sparkPaths(hours: Bucket[]): SparkPaths {
  const most = Math.max(1, ...hours.map(({ delivered }) => delivered));
  const paths: SparkPaths = { bars: '', failing: '', retrying: '', still: '', none: '' };
  hours.forEach(({ delivered, state }, at) => {
    const x = at * STEP;
    const height = delivered > 0 ? Math.max(1.5, (delivered / most) * HEIGHT) : 0;
    const top = round(FLOOR - height);
    if (delivered > 0) paths.bars += bar(x, top, height);
    if (state === 'failing') paths.failing += delivered > 0 ? cap(x, top) : bar(x, 22, 3);
    else if (state === 'retrying') paths.retrying += delivered > 0 ? cap(x, top) : bar(x, 22, 3);
    else if (delivered === 0) {
      const kind = state === 'paused' || state === 'idle' ? 'still' : 'none';
      paths[kind] += bar(x, 23.5, 1.5);
    }
  });
  return paths;
}

const bar = (x: number, y: number, height: number) =>
  `M${x} ${y}h${WIDTH}v${round(height)}h-${WIDTH}z`;
const cap = (x: number, top: number) => bar(x, Math.max(0, round(top - 3)), 2.2);
const round = (n: number) => Math.round(n * 10) / 10;
