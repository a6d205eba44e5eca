/* The figures, and how they become text and elements. Everything shown is set as text. */

/* Characters that are not seen, or turn the text around them, are shown as one that is. */
const unseen = new RegExp("[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f" +
		"\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]",
	"g");

const D = JSON.parse(document.getElementById("data").textContent,
	(key, value) => typeof value === "string" ? value.replace(unseen, "\ufffd") : value);

const [GUEST, PV, EMULATED, HARDWARE, STOLEN, UNATTRIBUTED] = D.terms.mechs.keys();
const CPU = 0, WAIT = 1;

/* A row as JSON has it names its mechanism and area; what draws it goes by their numbers. */
const numbered = (row) => ({
	...row,
	mech: D.terms.mechs.indexOf(row.mechanism),
	area: D.terms.areas.indexOf(row.area),
	legs: row.legs && row.legs.map(numbered)
});

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
const byId = (id) => document.getElementById(id);

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

/* vCPU-seconds: few are shown to the millisecond. */
function cpuSeconds(value) {
	const whole = D.cpu.total_ns;

	return (value / 1e9).toFixed(whole < 1e10 ? 3 : whole < 1e13 ? 2 : 0);
}

const isDark = (hex) => {
	const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

	return 299 * r + 587 * g + 114 * b < 128000;
};

const mechName = (mech) =>
	mech === GUEST ? "guest's own" : D.terms.letters[mech] + " " + D.terms.mechs[mech];
const tint = (mech) => `background:${D.palette.frames[mech]}`;
const chip = (letter, mech) => el("span", {class: "chip", style: tint(mech)}, letter);
const mechChip = (mech) => chip(mech === GUEST ? "·" : D.terms.letters[mech], mech);

/* Cells of a table, and a table that scrolls where the page is too narrow. */
const cells = (texts) => texts.map((text) => el("td", null, String(text)));
const heads = (titles) => el("tr", null, titles.map((title) => el("th", null, title)));
const scrolled = (...rows) => el("div", {class: "scroll"}, el("table", null, rows));

/* "09:14:08", and without a wall clock the seconds since the run began. */
function moment(ms, digits = 0) {
	if (!D.run.wall_start_ms)
		return "+" + (ms / 1000).toFixed(digits) + " s";
	return new Date(D.run.wall_start_ms + ms).toISOString().slice(11, digits ? 21 : 19);
}
