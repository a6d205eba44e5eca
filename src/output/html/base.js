/* The documents that the page holds, and how they become text, elements and tables. Everything shown is
 * set as text. */

/* Characters that are not seen, or turn the text around them, are shown as one that is. */
const unseen = new RegExp("[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f" +
		"\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]",
	"g");

const byId = (id) => document.getElementById(id);
const readDocument = (id) => byId(id) &&
	JSON.parse(byId(id).textContent,
		(key, value) =>
			typeof value === "string" ? value.replace(unseen, "\ufffd") : value);

/* Colours, and the course of the run; a run's documents, as --format json has them. */
const own = readDocument("page"), header = readDocument("header"), total = readDocument("total");

function fill(element, attributes, children) {
	for (const [name, value] of Object.entries(attributes || {})) {
		if (value === null || value === undefined || value === false)
			continue;
		if (name === "style")
			element.style.cssText = value;
		else
			element.setAttribute(name, value === true ? "" : value);
	}
	for (const child of children.flat(2))
		if (child !== null && child !== undefined && child !== "" && child !== false)
			element.append(child);
	return element;
}

const el = (name, attributes, ...children) =>
	fill(document.createElement(name), attributes, children);
const draw = (name, attributes, ...children) =>
	fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

/* Figures as in every other output: three significant digits. */
function scaled(value, units, step = 1000) {
	let unit = 0;

	for (; value >= .9995 * step && unit + 1 < units.length; unit++)
		value /= step;
	return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0) + units[unit];
}

function ns(value) {
	if (!(value > 0))
		return "0";
	if (value >= 1 && value < 999.5)
		return value.toFixed(0) + " ns";
	return scaled(value, [" ns", " us", " ms", " s"]);
}

function bytes(value) {
	let unit = 0;

	for (; value >= 999.5 && unit < 4; unit++)
		value /= 1000;
	return value.toFixed(unit && value < 99.95 ? 1 : 0) +
		[" B", " kB", " MB", " GB", " TB"][unit];
}

const sum = (list) => list.reduce((a, b) => a + b, 0);
const count = (value) => Math.round(value).toLocaleString("en-US");
const ratio = (value) => value.toFixed(value < .995 ? 2 : value < 99.95 ? 1 : 0);
const percent = (part, whole, digits = 1) => (whole ? 100 * part / whole : 0).toFixed(digits);

/* As much of a label as fits, in px. */
const CHAR = 6.9;

function cut(label, width) {
	const room = Math.floor((width - 8) / CHAR);

	if (label.length <= room)
		return label;
	return room < 3 ? "" : label.slice(0, room - 2) + "..";
}

/* Mechanisms by their names. */
const mechanisms = new Map(own.mechanisms.map((mech) => [mech.name, mech]));
const mechOf = (name) => mechanisms.get(name) || mechanisms.get("unattributed");
const mechName = (name) => name === "guest" ? "guest's own" : `${mechOf(name).letter} ${name}`;
const tint = (name) => `background:${mechOf(name).color}`;
const chip = (letter, mech) => el("span", {class: "chip", style: tint(mech)}, letter);
const mechChip = (name) => chip(name === "guest" ? "·" : mechOf(name).letter, name);

/*
 * A table. Of each column: its title, what it says of a row, text or elements, and its class; and what
 * explain() is to say of a cell. A row may have more below it: [columns that it spans, what it says,
 * class] of each cell there. What is cut off because it is long is in the cell's title.
 */
function table(columns, rows, {groups, rowClass = () => null, below = () => null} = {}) {
	const head = columns.map(([title, , name]) => el("th", {class: name}, title));
	const cell = (row) => ([, say, name, tell]) => {
		const td = el("td", {class: name}, say(row));

		if ((name || "").split(" ").includes("name"))
			td.title =
				[...td.childNodes].map((node) => node.data || "").join("").trim();
		if (tell)
			explain(td, () => tell(row));
		return td;
	};
	const lines = (row) => {
		const more = below(row);
		const span = ([colspan, said, name]) => el("td", {colspan, class: name}, said);

		return [
			el("tr", {class: rowClass(row)}, columns.map(cell(row))),
			more && el("tr", {class: "below"}, more.map(span))
		];
	};

	return el("div", {class: "scroll"},
		el("table", null, el("thead", null, groups, el("tr", null, head)),
			el("tbody", null, rows.map(lines))));
}

/* One tooltip for all, at the pointer or beside what has the keyboard's focus. */
const tip = byId("tip");

function showTip(x, y, title, rows, note) {
	tip.replaceChildren(el("b", null, title));
	if (rows.length)
		tip.append(el("table", null, rows.map(([name,
			value]) => el("tr", null, el("td", null, name), el("td", null, value)))));
	if (note)
		tip.append(el("span", {class: "note"}, note));
	tip.hidden = false;

	const box = tip.getBoundingClientRect();

	tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 8)) + "px";
	tip.style.top =
		(y + 18 + box.height < innerHeight ? y + 18 : Math.max(4, y - box.height - 10)) +
		"px";
}

function hideTip() {
	tip.hidden = true;
}

/* say(): [title, rows, note], asked when it is needed. */
function explain(element, say) {
	element.addEventListener("mousemove", (event) => {
		showTip(event.clientX, event.clientY, ...say());
		event.stopPropagation();
	});
	element.addEventListener("mouseleave", hideTip);
	element.addEventListener("focus", () => {
		if (!element.matches(":focus-visible"))
			return;
		const box = element.getBoundingClientRect();

		showTip(box.left, box.bottom - 12, ...say());
	});
	element.addEventListener("blur", hideTip);
}
