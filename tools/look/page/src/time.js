// The range of a page, of a panel, and the steps of its queries, as Grafana chooses them.
import { dateMath, dateTime, rangeUtil } from '@grafana/data';

/** The range between two moments such as `now-7d`, or in Unix milliseconds, as `now` is. */
export function rangeOf(from, to, now) {
  const moment = (text, roundUp) =>
    /^\d+$/.test(text) ? dateTime(Number(text)) : dateMath.toDateTime(text, { now, roundUp });
  const [begin, end] = [moment(from, false), moment(to, true)];
  const raw = /^\d+$/.test(from) ? { from: begin, to: end } : { from, to };
  return { from: begin, to: end, raw };
}

/** The range of a panel: its own, if it has one and the page shows the present. */
export function panelRange(panel, range, now) {
  if (!panel.timeFrom || !rangeUtil.isRelativeTimeRange(range.raw)) {
    return { range, label: '' };
  }
  const own = rangeUtil.describeTextRange(panel.timeFrom);
  if (own.invalid) {
    throw new Error(`the range ${panel.timeFrom} cannot be read`);
  }
  return { range: rangeOf(own.from, own.to, now), label: panel.hideTimeOverride ? '' : own.display };
}

export const seconds = (moment) => moment.valueOf() / 1000;

// Prometheus refuses a query that gives more points.
const POINTS_MAX = 11_000;

/** The step of a panel's queries, in seconds. `scrape` is the data source's shortest, in seconds. */
export function stepOf(panel, target, range, width, scrape) {
  const points = panel.maxDataPoints ?? Math.max(1, Math.floor(width));
  const shortest = target.interval || panel.interval || `${scrape}s`;
  const step = Math.round(rangeUtil.calculateInterval(range, points, shortest).intervalMs / 1000);
  const safe = Math.ceil((seconds(range.to) - seconds(range.from)) / POINTS_MAX);
  return Math.max(step, safe, 1);
}

/** What a query's own variables stand for. */
export function intervals(range, step, scrape) {
  const span = Math.round(seconds(range.to) - seconds(range.from));
  return {
    __interval: `${step}s`,
    __interval_ms: String(1000 * step),
    __rate_interval: `${Math.max(step + scrape, 4 * scrape)}s`,
    __range: `${span}s`,
    __range_s: String(span),
    __range_ms: String(1000 * span),
  };
}

/** Where a range query begins or ends: on a whole step of local time, as Grafana rounds it. */
export function aligned(second, step) {
  const offset = -60 * new Date(1000 * second).getTimezoneOffset();
  return Math.floor((second + offset) / step) * step - offset;
}
