/* Event channels by kind and device: who handles them, and what the kernel found odd about them. */
function vcpuShares(row) {
	const each = row.busiest.map(
		([cpu, events]) => el("span", null, `${cpu}: ${percent(events, row.count, 0)} %`));
	const more = row.vcpus - row.busiest.length;

	return el("td", {class: "left wide legs"}, each, more > 0 && `${more} more`);
}

/* The kernel's own counters are by device: several rows may share them, and none may have them. */
function oddities(device) {
	const own = D.events.bus.filter((bus) => bus.device === device);
	const total = (name) => sum(own.map((bus) => bus[name]));
	const spurious = total("spurious_events"), late = total("jiffies_eoi_delayed");

	return [
		spurious && `${count(spurious)} spurious`,
		late && `end delayed by ${count(late)} jiffies`
	].filter(Boolean)
		.join(", ");
}

function eventRow(row) {
	const odd = row.device && oddities(row.device);

	return el("tr", null, el("td", null, row.kind),
		el("td", {class: "left name", title: row.device}, row.device || "-"), cells([
			count(row.channels), count(row.count),
			ratio(1e9 * row.count / D.run.elapsed_ns)
		]),
		vcpuShares(row), el("td", {class: odd ? "left bad" : "left note"}, odd));
}

function drawEvents() {
	const {rows, more} = D.events;

	if (!rows.length) {
		byId("events").append(el("p", {class: "note"},
			"none were counted: a guest without event channels, or the family evtchn is off"));
		return;
	}
	byId("events").append(
		scrolled(el("tr", null, el("th", null, "kind"), el("th", {class: "left"}, "device"),
				 el("th", null, "channels"), el("th", null, "events"),
				 el("th", null, "a second"), el("th", {class: "left"}, "by vCPU"),
				 el("th", {class: "left"}, "by the kernel's count")),
			rows.map(eventRow)));
	if (more)
		byId("events").append(
			el("p", {class: "note"}, `${count(more)} more rows with fewer events`));
}
