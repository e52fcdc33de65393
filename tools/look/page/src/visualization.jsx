// What stands in a panel, drawn by Grafana's own components.
import {
  applyNullInsertThreshold, FieldType, getDisplayValueAlignmentFactors, getFieldDisplayValues, nullToValue,
  VizOrientation,
} from '@grafana/data';
import { BarGauge, BigValue, TimeSeries, useTheme2, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { Marks } from './marks.jsx';

/** `drawn` is what the facts of the panel are read from; it is filled while drawing. */
export function Visualization(props) {
  const { panel, frames } = props;
  // A stat without data is a value too: the one that is not known.
  if (isEmpty(frames) && panel.type !== 'stat') {
    return <Nothing text={panel.fieldConfig.defaults.noValue ?? 'No data'} />;
  }
  const Kind = kinds[panel.type];
  if (!Kind) {
    throw new Error(`panels of the type ${panel.type} are not drawn`);
  }
  return <Kind {...props} />;
}

const isEmpty = (frames) => !frames.some(({ length }) => length > 0);

function Nothing({ text }) {
  const theme = useTheme2();
  const style = {
    alignItems: 'center', color: theme.colors.text.secondary, display: 'flex', fontSize: theme.typography.size.lg,
    height: '100%', justifyContent: 'center', textAlign: 'center',
  };
  return <div style={style}>{text}</div>;
}

function Graph({ panel, frames, range, width, height, marks, drawn }) {
  const graphable = frames
    .filter(({ fields }) =>
      [FieldType.time, FieldType.number].every((type) => fields.some((field) => field.type === type)))
    // Where samples are further apart than a step, there is a gap.
    .map((frame) => nullToValue(applyNullInsertThreshold({
      frame,
      refFieldPseudoMin: range.from.valueOf(),
      refFieldPseudoMax: range.to.valueOf(),
    })));
  for (const field of graphable.flatMap(({ fields }) => fields)) {
    if (field.type === FieldType.number) {
      field.values = field.values.map((value) => Number.isFinite(value) ? value : null);
    }
  }
  return (
    <TimeSeries
      frames={graphable} structureRev={1} timeRange={range} timeZone="browser" width={width} height={height}
      legend={panel.options.legend} options={panel.options}
    >
      {(config) => <Marks config={config} marks={marks} onDraw={drawn.onDraw} />}
    </TimeSeries>
  );
}

/** The values of a stat or of a bar gauge. */
function values({ panel, frames, theme, interpolated, drawn }) {
  const { options, fieldConfig, type } = panel;
  drawn.isEmpty = isEmpty(frames);
  drawn.values = getFieldDisplayValues({
    data: frames,
    fieldConfig,
    percentChange: options.showPercentChange,
    reduceOptions: options.reduceOptions,
    replaceVariables: interpolated,
    sparkline: type === 'stat' && options.graphMode !== 'none',
    theme,
    timeZone: 'browser',
  });
  return drawn.values;
}

function orientation({ options }, width, height) {
  if (options.orientation && options.orientation !== 'auto') {
    return options.orientation;
  }
  return width > height ? VizOrientation.Vertical : VizOrientation.Horizontal;
}

function Stat(props) {
  const { panel, range, width, height } = props;
  const { options } = panel;
  const theme = useTheme2();
  const all = values({ ...props, theme });
  const draw = ({ value, width: w, height: h, count, alignmentFactors }) => (
    <div data-value={all.indexOf(value)}>
      <BigValue
        value={value.display} sparkline={value.sparkline && { ...value.sparkline, timeRange: range }} theme={theme}
        width={w} height={h} count={count} alignmentFactors={alignmentFactors}
        colorMode={options.colorMode} graphMode={options.graphMode} justifyMode={options.justifyMode}
        text={options.text} textMode={options.textMode} disableWideLayout={!options.wideLayout}
        percentChangeColorMode={options.percentChangeColorMode}
      />
    </div>
  );
  return (
    <VizRepeater
      source={all} getValues={() => all} renderValue={draw} getAlignmentFactors={getDisplayValueAlignmentFactors}
      width={width} height={height} itemSpacing={3} autoGrid orientation={orientation(panel, width, height)}
    />
  );
}

function Bars(props) {
  const { panel, width, height } = props;
  const { options } = panel;
  const theme = useTheme2();
  const all = values({ ...props, theme });
  const draw = ({ value, width: w, height: h, orientation: direction, alignmentFactors }) => (
    <div data-value={all.indexOf(value)}>
      <BarGauge
        value={value.display} field={value.field} theme={theme} width={w} height={h} orientation={direction}
        alignmentFactors={alignmentFactors} itemSpacing={8} displayMode={options.displayMode}
        display={value.view?.getFieldDisplayProcessor(value.colIndex)} text={options.text}
        namePlacement={options.namePlacement ?? 'auto'} showUnfilled={options.showUnfilled ?? true}
        valueDisplayMode={options.valueMode}
      />
    </div>
  );
  return (
    <VizRepeater
      source={all} getValues={() => all} renderValue={draw} getAlignmentFactors={getDisplayValueAlignmentFactors}
      width={width} height={height} itemSpacing={8} orientation={orientation(panel, width, height)}
      minVizWidth={options.minVizWidth ?? 8} minVizHeight={options.minVizHeight ?? 16}
      maxVizHeight={options.maxVizHeight ?? 300}
    />
  );
}

function Table({ panel, frames, range, width, height, drawn }) {
  const { options, fieldConfig } = panel;
  [drawn.frame] = frames;
  return (
    <TableNG
      data={frames[0]} width={width} height={height} timeRange={range} fieldConfig={fieldConfig}
      sortBy={options.sortBy} cellHeight={options.cellHeight} noHeader={options.showHeader === false} resizable
    />
  );
}

const kinds = { bargauge: Bars, stat: Stat, table: Table, timeseries: Graph };
