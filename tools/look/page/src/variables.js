// The dashboard's variables and what is chosen of them.

/** Chosen values by name. Nothing chosen is all, or the first value of a variable that has no "All". */
export function chosen(dashboard, query) {
  return Object.fromEntries(dashboard.templating.list.map((variable) => {
    const values = query.getAll(`var-${variable.name}`);
    const single = variable.type === 'custom' && !variable.includeAll;
    if (!values.length && single) {
      values.push(variable.current.value);
    }
    return [variable.name, { variable, values }];
  }));
}

/** What the top of the page says of a variable. */
export function shownValue({ variable, values }) {
  if (variable.type === 'datasource') {
    return 'Prometheus';
  }
  return values.length ? values.join(' + ') : 'All';
}

/** `text` with its variables replaced by what is chosen, or by what `own` says. */
export function interpolate(text, variables, own = {}) {
  return text.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g, (whole, braced, bare) => {
    const name = braced ?? bare;
    return own[name] ?? expression(variables[name]) ?? whole;
  });
}

/** A value for `=~`, as the data source of Prometheus writes it. */
function expression(entry) {
  if (entry === undefined) {
    return undefined;
  }
  const { variable, values } = entry;
  if (variable.type === 'datasource') {
    return 'prometheus';
  }
  if (!values.length) {
    return variable.allValue ?? '.*';
  }
  if (!variable.multi) {
    return values[0];
  }
  const escaped = values.map((value) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\\\$&'));
  return escaped.length === 1 ? escaped[0] : `(${escaped.join('|')})`;
}
