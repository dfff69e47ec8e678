// SPDX-License-Identifier: Apache-2.0
// What is shown of a sweep, in the page's address behind #: a copied link or a page that is loaded
// anew shows the same. Only what differs from the page as it opens stands there.

function addressOf(view) {
  const { sweep, usual } = view;
  const address = new URLSearchParams();
  const name = (thing) => (thing ? thing.name : "");
  const id = (i) => (i === null ? "" : String(sweep.points.id[i]));
  const note = (key, value, ordinary) => { if (value !== ordinary) address.append(key, value); };
  for (const key of ["x", "y", "colour"]) note(key, name(view[key]), name(usual[key]));
  for (const key of ["logX", "logY", "feasibleOnly"]) note(key, view[key] ? "1" : "", "");
  note("point", id(view.selected), id(usual.selected));
  note("pinned", id(view.pinned), "");
  view.hiddenNetworks.forEach((n) => address.append("network", sweep.networks[n].name));
  view.hidden.forEach((positions, a) => positions.forEach((position) =>
    address.append("without", JSON.stringify([sweep.axes[a].name, sweep.axes[a].texts[position]]))));
  view.ranges.forEach(({ low, high }, metric) =>
    address.append("range", JSON.stringify([metric, finite(low), finite(high)])));
  return address.toString();
}

function finite(value) {
  return Number.isFinite(value) ? value : null;
}

// Of an address that somebody has made up, or that is of another sweep, counts what fits.
function goTo(view, text) {
  const { sweep } = view;
  const address = new URLSearchParams(text);
  const point = (key) => {
    const i = address.has(key) ? sweep.positionById.get(Number(address.get(key))) : undefined;
    return i !== undefined && sweep.points.status[i] === "done" ? i : null;
  };
  for (const key of ["x", "y"]) view[key] = sweep.metric(address.get(key)) || view[key];
  view.colour = sweep.axes.find((axis) => axis.name === address.get("colour")) || view.colour;
  for (const key of ["logX", "logY", "feasibleOnly"]) view[key] = address.get(key) === "1";
  view.selected = point("point") ?? view.selected;
  view.pinned = point("pinned");
  sweep.networks.forEach((network, n) => {
    if (address.getAll("network").includes(network.name)) view.hiddenNetworks.add(n);
  });
  for (const [name, text] of lists(address, "without")) {
    const a = sweep.axes.findIndex((axis) => axis.name === name);
    const position = a < 0 ? -1 : sweep.axes[a].texts.indexOf(text);
    if (position >= 0) view.hidden[a].add(position);
  }
  for (const [name, low, high] of lists(address, "range")) {
    const metric = sweep.metric(name);
    if (metric) view.limit(metric, finite(low) ?? -Infinity, finite(high) ?? Infinity);
  }
  view.update();
}

function lists(address, key) {
  return address.getAll(key).flatMap((text) => {
    try {
      const list = JSON.parse(text);
      return Array.isArray(list) ? [list] : [];
    } catch (error) {
      return [];
    }
  });
}

function keepInAddress(view) {
  goTo(view, location.hash.slice(1));
  view.onChange(() => history.replaceState(null, "", `#${addressOf(view)}`));
  addEventListener("hashchange", () => location.reload());
}
