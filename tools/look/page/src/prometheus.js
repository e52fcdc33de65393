// Asks Prometheus what a panel asks, and makes the frames that Grafana's data source makes.
import { FieldType } from '@grafana/data';
import { interpolate } from './variables.js';
import { aligned, intervals, seconds, stepOf } from './time.js';

/** What went wrong; each is a fault of the dashboard. */
export const failures = [];

/** The `data` of an answer. A query that is refused is a failure, and throws. */
export async function ask(path, parameters) {
  const answer = await fetch(`/api/v1/${path}`, { method: 'POST', body: new URLSearchParams(parameters) });
  const { status, data, error } = await answer.json();
  if (status !== 'success') {
    failures.push(`${parameters.query}: ${error}`);
    throw new Error(error);
  }
  return data;
}

/** The frames of all targets of a panel, and the step of its first. */
export async function frames(panel, range, width, variables, scrape) {
  const tables = panel.targets.filter((target) => target.instant && target.format === 'table').length;
  const answers = panel.targets.filter((target) => !target.hide).map((target) => {
    const step = stepOf(panel, target, range, width, scrape);
    const query = interpolate(target.expr, variables, intervals(range, step, scrape));
    return target.instant
      ? instant(target, query, seconds(range.to), step, tables)
      : overTime(target, query, range, step);
  });
  return (await Promise.all(answers)).flat();
}

async function instant(target, query, time, step, tables) {
  const { resultType, result } = await ask('query', { query, time: String(time) });
  const samples = resultType === 'scalar' ? [{ metric: {}, value: result }] : result;
  if (target.format === 'table') {
    return samples.length ? [table(target, samples, tables)] : [];
  }
  return samples.map(({ metric, value }) => series(target, metric, [value], step));
}

async function overTime(target, query, range, step) {
  const { result } = await ask('query_range', {
    query,
    start: String(aligned(seconds(range.from), step)),
    end: String(aligned(seconds(range.to), step)),
    step: String(step),
  });
  return result.map(({ metric, values }) => series(target, metric, values, step));
}

function series(target, metric, samples, step) {
  const name = legend(target.legendFormat, metric);
  return {
    refId: target.refId,
    name,
    length: samples.length,
    fields: [
      {
        name: 'Time',
        type: FieldType.time,
        config: { interval: 1000 * step },
        values: samples.map(([second]) => 1000 * second),
      },
      {
        name: 'Value',
        type: FieldType.number,
        labels: metric,
        config: { displayNameFromDS: name },
        values: samples.map(([, value]) => number(value)),
      },
    ],
  };
}

function table(target, samples, tables) {
  const labels = [...new Set(samples.flatMap(({ metric }) => Object.keys(metric).sort()))];
  return {
    refId: target.refId,
    length: samples.length,
    meta: { preferredVisualisationType: 'table' },
    fields: [
      { name: 'Time', type: FieldType.time, config: {}, values: samples.map(({ value }) => 1000 * value[0]) },
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        config: { filterable: true },
        values: samples.map(({ metric }) => metric[label] ?? ''),
      })),
      {
        // Grafana tells values of several queries apart by their names.
        name: tables > 1 ? `Value #${target.refId}` : 'Value',
        type: FieldType.number,
        config: {},
        labels: {},
        values: samples.map(({ value }) => number(value[1])),
      },
    ],
  };
}

function legend(format, metric) {
  if (format && format !== '__auto') {
    return format.replace(/\{\{\s*(\S+?)\s*\}\}/g, (_, label) => metric[label] ?? '');
  }
  const { __name__: name = '', ...labels } = metric;
  return `${name}{${Object.entries(labels).map(([label, value]) => `${label}="${value}"`).join(', ')}}`;
}

const number = (text) => text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
