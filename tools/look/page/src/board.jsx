// The board: its top, its rows, and its panels where their grid puts them.
import { Component, useEffect, useMemo, useState } from 'react';
import { Icon, PanelChrome, useTheme2 } from '@grafana/ui';
import { drawable } from './fields.js';
import { failures, frames } from './prometheus.js';
import { panelRange } from './time.js';
import { interpolate, shownValue } from './variables.js';
import { Visualization } from './visualization.jsx';

// Grafana's grid: columns, the height of a row and the gap between two panels, in pixels.
const COLUMNS = 24;
const ROW = 30;
const GAP = 8;
const MARGIN = 16;

export function Board({ dashboard, view }) {
  const theme = useTheme2();
  const width = window.innerWidth - 2 * MARGIN;
  const column = (width - GAP * (COLUMNS - 1)) / COLUMNS;
  const panels = unfolded(dashboard.panels, view.open);
  const bottom = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h));
  const place = ({ x, y, w, h }) => ({
    position: 'absolute',
    left: x * (column + GAP),
    top: y * (ROW + GAP),
    width: w * (column + GAP) - GAP,
    height: h * (ROW + GAP) - GAP,
  });
  return (
    <div style={{ background: theme.colors.background.canvas, minHeight: '100vh', padding: MARGIN }}>
      <Top dashboard={dashboard} view={view} />
      <div style={{ position: 'relative', height: bottom * (ROW + GAP) }}>
        {panels.map((panel) => {
          const style = place(panel.gridPos);
          return panel.type === 'row'
            ? <Row key={panel.id} panel={panel} style={style} />
            : <div key={panel.id} style={style}><Panel panel={panel} view={view} {...style} /></div>;
        })}
      </div>
    </div>
  );
}

function Top({ dashboard, view }) {
  const theme = useTheme2();
  const { from, to, raw } = view.range;
  const range = typeof raw.from === 'string'
    ? `${raw.from} to ${raw.to}`
    : `${from.format('YYYY-MM-DD HH:mm')} to ${to.format('YYYY-MM-DD HH:mm')}`;
  const box = { border: `1px solid ${theme.colors.border.medium}`, borderRadius: 2, fontSize: 12, padding: '5px 8px' };
  return (
    <div style={{ alignItems: 'center', display: 'flex', flexWrap: 'wrap', gap: 8, marginBottom: GAP }}>
      <b style={{ marginRight: MARGIN }}>{dashboard.title}</b>
      {dashboard.templating.list.filter(({ hide }) => hide !== 2).map((variable) => (
        <span key={variable.name} style={box}>
          <span style={{ color: theme.colors.text.secondary }}>{variable.label ?? variable.name}</span>
          {' '}
          {shownValue(view.variables[variable.name])}
        </span>
      ))}
      <span style={{ flex: 1 }} />
      <span style={box}>{range}</span>
    </div>
  );
}

function Row({ panel, style }) {
  return (
    <div style={{ ...style, alignItems: 'center', display: 'flex', fontWeight: 500, gap: 6 }}>
      <Icon name={panel.collapsed ? 'angle-right' : 'angle-down'} />
      {panel.title}
    </div>
  );
}

function Panel({ panel, view, width, height }) {
  const { range, label } = useMemo(() => panelRange(panel, view.range, view.now), [panel, view]);
  const interpolated = (text) => interpolate(text, view.variables);
  const drawn = useMemo(() => view.drawnOf(panel), [panel, view]);
  const [content, setContent] = useState();
  useEffect(() => {
    frames(panel, range, width - 2 * GAP, view.variables, view.scrape)
      .then((all) => drawable(panel, all, view.theme, interpolated))
      .then((all) => setContent({ frames: all }))
      .catch((error) => {
        failures.push(`${panel.title}: ${error}`);
        setContent({ error: String(error) });
      })
      .finally(drawn.isLoaded);
  }, []);
  const links = panel.links?.map(({ title }) => title).join('\n');
  const items = [
    links && <PanelChrome.TitleItem key="links" title={links}><Icon name="external-link-alt" size="md" /></PanelChrome.TitleItem>,
    label && <PanelChrome.TitleItem key="range"><Icon name="clock-nine" size="sm" /> {label}</PanelChrome.TitleItem>,
  ].filter(Boolean);
  const padding = panel.type === 'table' ? 'none' : 'md';
  return (
    <section data-panel={panel.id}>
      <PanelChrome
        width={width} height={height} title={panel.title} description={panel.description && interpolated(panel.description)}
        titleItems={items} padding={padding} statusMessage={content?.error}
      >
        {(innerWidth, innerHeight) => (
          <div data-body style={{ height: innerHeight, overflow: 'hidden', width: innerWidth }}>
            {content?.frames && (
              <Boundary>
                <Visualization
                  panel={panel} frames={content.frames} range={range} width={innerWidth} height={innerHeight}
                  marks={view.marks} drawn={drawn} interpolated={interpolated}
                />
              </Boundary>
            )}
          </div>
        )}
      </PanelChrome>
    </section>
  );
}

/** Keeps a panel that cannot be drawn from taking the others with it. React tells the console. */
class Boundary extends Component {
  state = { error: undefined };

  static getDerivedStateFromError(error) {
    return { error };
  }

  render() {
    return this.state.error ? String(this.state.error) : this.props.children;
  }
}

/** The panels, those of closed rows too if they are to be opened: below their row, the rest moved down. */
function unfolded(panels, open) {
  let down = 0;
  return panels.flatMap((panel) => {
    const { gridPos } = panel;
    const moved = (one, by) => ({ ...one, gridPos: { ...one.gridPos, y: one.gridPos.y + by } });
    const row = moved(panel, down);
    if (!open || panel.type !== 'row' || !panel.collapsed || !panel.panels.length) {
      return [row];
    }
    const top = Math.min(...panel.panels.map((one) => one.gridPos.y));
    const by = gridPos.y + gridPos.h + down - top;
    down += Math.max(...panel.panels.map((one) => one.gridPos.y + one.gridPos.h)) - top;
    return [{ ...row, collapsed: false }, ...panel.panels.map((one) => moved(one, by))];
  });
}
