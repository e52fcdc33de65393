// Annotations: what the dashboard marks on its graphs.
import { useLayoutEffect } from 'react';
import { ask } from './prometheus.js';
import { seconds } from './time.js';
import { interpolate } from './variables.js';

const STEP_SECONDS = 60;
const POINTS_MAX = 11_000;

/** The marks of all annotations: `{ from, to, color }` in milliseconds. */
export async function marks(dashboard, range, variables, theme) {
  const enabled = dashboard.annotations.list.filter(({ enable, expr }) => enable && expr);
  const lists = await Promise.all(enabled.map(async (annotation) => {
    const [start, end] = [seconds(range.from), seconds(range.to)];
    const step = Math.max(STEP_SECONDS, Math.ceil((end - start) / POINTS_MAX));
    const query = interpolate(annotation.expr, variables);
    const { result } = await ask('query_range', { query, start: String(start), end: String(end), step: String(step) });
    const color = theme.visualization.getColorByName(annotation.iconColor);
    return result.flatMap(({ values }) =>
      (annotation.useValueForTime ? moments(values) : spans(values, step)).map((mark) => ({ ...mark, color })));
  }));
  return lists.flat();
}

const moments = (values) => [...new Set(values.map(([, value]) => Math.floor(Number(value))))]
  .map((at) => ({ from: at, to: at }));

/** Neighbouring points that are not 0 are one region. */
function spans(values, step) {
  const all = [];
  for (const [second] of values.filter(([, value]) => Number(value) > 0)) {
    const last = all.at(-1);
    if (last && 1000 * second - last.to <= 1000 * step) {
      last.to = 1000 * second;
    } else {
      all.push({ from: 1000 * second, to: 1000 * second });
    }
  }
  return all;
}

/** Draws marks onto a plot; hands over the plot each time it is drawn. */
export function Marks({ config, marks: all, onDraw }) {
  useLayoutEffect(() => {
    config.addHook('draw', (plot) => {
      onDraw(plot);
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height + 6);
      ctx.clip();
      for (const { from, to, color } of all) {
        const [left, right] = [from, to].map((at) => Math.round(plot.valToPos(at, 'x', true)));
        ctx.fillStyle = ctx.strokeStyle = color;
        ctx.globalAlpha = 0.2;
        ctx.fillRect(left, bbox.top, right - left, bbox.height);
        ctx.globalAlpha = 1;
        ctx.fillRect(left - 2, bbox.top + bbox.height, Math.max(right - left, 4), 5);
        ctx.setLineDash([4, 4]);
        ctx.strokeRect(left, bbox.top, right - left, bbox.height);
      }
      ctx.restore();
    });
  }, [config, all, onDraw]);
  return null;
}
