// What can be seen on the page, in plain values: the judgements are the caller's.
import { formattedValueToString } from '@grafana/data';

/** The facts of every panel. `drawings` says what was drawn, by the panel's id. */
export function facts(panels, drawings) {
  return panels.map((panel) => {
    const element = document.querySelector(`[data-panel="${panel.id}"]`);
    const body = element.querySelector('[data-body]');
    const drawn = drawings.get(panel.id);
    return {
      id: panel.id,
      title: panel.title,
      kind: panel.type,
      title_boxes: [...element.querySelectorAll('h2')].map(ownBox),
      text_boxes: texts(element, '[data-value] *').flatMap((text) => [ownBox(text), ...boxesIn(text, body)]),
      grid_boxes: [...element.querySelectorAll('[role="grid"]')].map(ownBox),
      header_boxes: texts(element, '[role="columnheader"] *')
        .flatMap((text) => boxesIn(text, text.closest('[role="columnheader"]'))),
      axes: drawn.axes,
      values: drawn.values ? values(element, drawn) : [],
      unknown_cells: drawn.frame ? unknownCells(element, drawn.frame) : [],
    };
  });
}

/** What an element needs for its content, and the width that it has. */
function ownBox(element) {
  return { text: element.textContent, needs: element.scrollWidth, has: element.clientWidth };
}

/** What a text needs in both directions to be seen, and what of that is in the element that cuts it off. */
function boxesIn(element, cutter) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const [own, frame] = [range.getBoundingClientRect(), cutter.getBoundingClientRect()];
  const seen = (from, to) => Math.max(0, Math.min(own[to], frame[to]) - Math.max(own[from], frame[from]));
  const text = element.textContent;
  return [
    { text, needs: own.width, has: seen('left', 'right') },
    { text, needs: own.height, has: seen('top', 'bottom') },
  ];
}

const texts = (element, selector) => [...element.querySelectorAll(selector)].filter(ownText);

const ownText = (element) =>
  [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

/** The colours that can be seen on an element: of its text, and of grounds. */
function colours(element) {
  const all = [element, ...element.querySelectorAll('*')];
  const seen = all.flatMap((one) => {
    const { color, backgroundColor, backgroundImage } = getComputedStyle(one);
    const grounds = [backgroundColor, ...(backgroundImage.match(/rgba?\([^)]*\)/g) ?? [])];
    return [...(ownText(one) ? [color] : []), ...grounds.filter((ground) => !/, 0\)$/.test(ground))];
  });
  return [...new Set(seen)];
}

function values(element, { values: all, isEmpty }) {
  return all.map(({ display }, index) => {
    const shown = element.querySelector(`[data-value="${index}"]`);
    return {
      name: display.title ?? '',
      // JSON has no NaN: what is not known is null. Where there is no sample Grafana says 0.
      number: isEmpty || Number.isNaN(display.numeric) ? null : display.numeric,
      formatted: formattedValueToString(display),
      shown: shown?.textContent ?? '',
      colours: shown ? colours(shown) : [],
    };
  });
}

/** The cells of a table whose value is not known. */
function unknownCells(element, frame) {
  const columns = new Map(frame.fields.map((field) => [field.state?.displayName ?? field.name, field]));
  const headers = [...element.querySelectorAll('[role="columnheader"]')];
  const cells = [...element.querySelectorAll('[role="gridcell"]')];
  return cells.flatMap((cell) => {
    const column = cell.getAttribute('aria-colindex');
    const header = headers.find((one) => one.getAttribute('aria-colindex') === column);
    const field = columns.get(header?.textContent.trim());
    if (!field || !isUnknown(field, cell.textContent.trim())) {
      return [];
    }
    return [{ name: header.textContent.trim(), shown: cell.textContent.trim(), colours: colours(cell) }];
  });
}

/** Whether a text is that of a value that is not known, and of no other. Rows may be sorted. */
function isUnknown(field, text) {
  const texts = (values) => values.map((value) => formattedValueToString(field.display(value)).trim());
  const missing = (value) => value === null || value === undefined || Number.isNaN(value);
  return texts(field.values.filter(missing)).concat('').includes(text)
    && !texts(field.values.filter((value) => !missing(value))).includes(text);
}
