// What a panel's settings make of its frames.
import {
  applyFieldOverrides, cacheFieldDisplayNames, FieldConfigOptionsRegistry, FieldType,
  standardTransformers, standardTransformersRegistry, transformDataFrame,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';

// Some stand there twice, under an old name too.
const transformers = new Map(Object.values(standardTransformers).map((one) => [one.id, one]));
standardTransformersRegistry.setInit(() => [...transformers].map(([id, transformer]) => ({
  id,
  name: transformer.name,
  transformation: () => Promise.resolve(transformer),
})));

const ofEveryPanel = [
  'actions', 'color', 'decimals', 'description', 'displayName', 'fieldMinMax', 'filterable', 'links',
  'mappings', 'max', 'min', 'noValue', 'thresholds', 'unit',
];
const ofNumbers = ['decimals', 'max', 'min', 'unit'];

/** The settings of fields that the panel names: what Grafana's editors would know by its type. */
function registry({ fieldConfig }) {
  const overridden = fieldConfig.overrides.flatMap(({ properties }) => properties.map(({ id }) => id));
  const own = Object.keys(fieldConfig.defaults.custom ?? {}).map((name) => `custom.${name}`);
  const ids = new Set([...ofEveryPanel, ...own, ...overridden]);
  return new FieldConfigOptionsRegistry(() => [...ids].map((id) => ({
    id,
    name: id,
    path: id.replace(/^custom\./, ''),
    isCustom: id.startsWith('custom.'),
    settings: {},
    process: (value) => value,
    shouldApply: ({ type }) => !ofNumbers.includes(id) || type === FieldType.number,
    editor: () => null,
    override: () => null,
  })));
}

/** The frames as the panel draws them: transformed, with units, colours and names. */
export async function drawable(panel, frames, theme, replaceVariables) {
  const transformed = panel.transformations?.length
    ? await firstValueFrom(transformDataFrame(panel.transformations, frames, { interpolate: replaceVariables }))
    : frames;
  const data = applyFieldOverrides({
    data: transformed,
    fieldConfig: panel.fieldConfig,
    fieldConfigRegistry: registry(panel),
    replaceVariables,
    theme,
    timeZone: 'browser',
  });
  cacheFieldDisplayNames(data);
  return data;
}
