// Draws one dashboard: `?board=support&now=…&from=now-7d&to=now&theme=dark&var-account=…&open=1`.
// `window.look.drawn` is kept when everything is drawn; `window.look.facts()` says what can be seen.
import { createRoot } from 'react-dom/client';
import { createTheme, EventBusSrv, setTimeZoneResolver, ThemeContext } from '@grafana/data';
import { GlobalStyles, PanelContextProvider } from '@grafana/ui';
import { initPluginTranslations } from '@grafana/i18n';
import { Board } from './board.jsx';
import { facts } from './facts.js';
import { marks } from './marks.jsx';
import { failures } from './prometheus.js';
import { rangeOf } from './time.js';
import { chosen } from './variables.js';

// As long as this nothing may change before the page counts as drawn: longer than tables wait to measure
// themselves.
const QUIET_MILLISECONDS = 250;

setTimeZoneResolver(() => 'browser');
window.look = { drawn: draw(new URLSearchParams(location.search)), facts: undefined };

async function draw(query) {
  await initPluginTranslations('grafana');
  const dashboard = await (await fetch(`boards/${query.get('board')}.json`)).json();
  const theme = createTheme({ colors: { mode: query.get('theme') ?? 'dark' } });
  const now = query.has('now') ? 1000 * Number(query.get('now')) : Date.now();
  const range = rangeOf(query.get('from') ?? dashboard.time.from, query.get('to') ?? dashboard.time.to, now);
  const variables = chosen(dashboard, query);
  const open = query.get('open') === '1';
  const panels = dashboard.panels
    .flatMap((panel) => panel.type !== 'row' ? [panel] : open ? panel.panels ?? [] : []);
  const drawings = new Map(panels.map((panel) => [panel.id, drawing()]));
  const view = {
    drawnOf: ({ id }) => drawings.get(id),
    marks: await marks(dashboard, range, variables, theme),
    now,
    open,
    range,
    scrape: Number(query.get('scrape')),
    theme,
    variables,
  };
  window.look.facts = () => ({ panels: facts(panels, drawings), failures });
  const context = { eventBus: new EventBusSrv(), eventsScope: 'global', sync: () => 1 };
  createRoot(document.getElementById('root')).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <PanelContextProvider value={context}>
        <Board dashboard={dashboard} view={view} />
      </PanelContextProvider>
    </ThemeContext.Provider>,
  );
  await Promise.all([...drawings.values()].map(({ loaded }) => loaded));
  await document.fonts.ready;
  await quiet();
}

/** What is known of a panel while it is drawn. */
function drawing() {
  const drawn = { axes: [] };
  drawn.loaded = new Promise((resolve) => { drawn.isLoaded = resolve; });
  drawn.onDraw = (plot) => {
    drawn.axes = plot.axes.map(({ scale, _values: labels }) => ({ scale, labels: labels ?? [] }));
  };
  return drawn;
}

/** Waits until the page has not changed for a while. */
function quiet() {
  return new Promise((resolve) => {
    let timer;
    const observer = new MutationObserver(() => restart());
    const restart = () => {
      clearTimeout(timer);
      timer = setTimeout(() => { observer.disconnect(); resolve(); }, QUIET_MILLISECONDS);
    };
    observer.observe(document.body, { attributes: true, childList: true, subtree: true });
    restart();
  });
}
