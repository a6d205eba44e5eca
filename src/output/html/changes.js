/* The tables of what changed: a row for each path, its legs below it. */
const SHOWN = 40; /* rows, and whatever is called; the rest is asked for */

const rate = (value) => value >= 999.5 ? count(value) : ratio(value);
const milli = (value) => scaled(value / 1e6, [""]);
const signed = (share) => (share < 0 ? "−" : "+") + Math.abs(100 * share).toFixed(1);

/* From -1, only before, to 1, only after. */
function changeColor(share) {
	const shades = D.palette.changes;

	return shades[Math.round((share + 1) / 2 * (shades.length - 1))];
}

/* "!−84.6 ±0.4", "×12.3", "" when one side has nothing, in brackets what could not be tested. */
function changeText(m) {
	if (!(m.before > 0) || !(m.after > 0))
		return m.changed ? m.before > 0 ? "!gone" : "!new" : "";
	const noise = m.shift === null ? 0 : (m.high - m.low) / 2;
	const change = noise > 0 ? m.shift : m.change;
	const size = change >= 9.995 ? "×" + rate(change + 1) : signed(change);
	const error = noise > 0 && noise < 9.995 ? ` ±${(100 * noise).toFixed(1)}` : "";

	return m.p === null ? `(${size})` : (m.changed ? "!" : "") + size + error;
}

/* What is called is seen, however small it is. */
function calledColor(m) {
	const before = m.before || 0, after = m.after || 0;
	const share = (after - before) / (after + before || 1);

	return `background:${changeColor(Math.sign(share) * Math.max(.3, Math.abs(share)))}`;
}

function tellMetric(row, name, m, say) {
	const there = (value) => value === null ? "not there" : say(value);
	const rows = [["before", there(m.before)], ["after", there(m.after)]];

	if (m.change !== null)
		rows.push(["whole runs", signed(m.change) + " %"]);
	if (m.shift !== null)
		rows.push(["intervals' median", signed(m.shift) + " %"],
			["95 % of it", `${signed(m.low)} to ${signed(m.high)} %`]);
	if (m.p !== null)
		rows.push(["p of chance alone", m.p < 1e-4 ? "< 0.0001" : m.p.toFixed(4)]);
	const verdict = m.changed ? "called a change" : "no more than chance";

	return [`${nameOf(row)}: ${name}`, rows, m.p === null ? "not tested" : verdict];
}

const blank = () => [el("td", {class: "group"}), el("td"), el("td")];

/* Before, after and change of a figure: the three cells of its group. */
function metricCells(row, name, m, say) {
	const value = (x) => x === null ? "-" : say(x), text = changeText(m);
	const chip = m.changed ? el("span", {class: "called", style: calledColor(m)}, text) : text;
	const three = [
		el("td", {class: "group"}, value(m.before)), el("td", null, value(m.after)),
		el("td", {class: "change"}, chip)
	];

	for (const td of three)
		explain(td, () => tellMetric(row, name, m, say));
	return three;
}

/* "sda", or where the sides differ "sda › xvda". */
function both({before, after}) {
	return before !== null && after !== null && before !== after ? `${before} › ${after}`
								     : before ?? after;
}

function nameOf(row) {
	const leg = both(row.leg), isTotal = row.kind === "wait" && !row.part_of_total;

	if (row.part_of_total)
		return leg;
	return [both(row.device) || row.area, row.op, isTotal ? "" : leg].filter(Boolean).join(" ");
}

/* All by which a row is found: what its frames are called. */
function wordsOf(row) {
	const way =
		(side) => [row.mechanism[side], row.area, row.device[side], row.op, row.leg[side]];
	const ways = ["before", "after"].filter((side) => row.device[side] !== null).map(way);

	return [nameOf(row), ...ways.flat(), ...ways.map((way) => way.filter(Boolean).join(" / "))];
}

function mechChips({before, after}) {
	const number = (name) => D.terms.mechs.indexOf(name);
	const sides = [before, after].filter((name) => name !== null);

	return [...new Set(sides)].map((name, i) => [i ? " › " : "", mechChip(number(name))]);
}

/* Time a second, both on the scale of the table's longest. */
function bars(row, most) {
	const bar = (side, value) => el("span",
		{class: side, style: `width:${most ? 100 * value / most : 0}%`, hidden: !value});

	return el("div", {class: "bars", "aria-hidden": "true"}, bar("before", row.before_ns_per_s),
		bar("after", row.after_ns_per_s));
}

function drawRow(row, most) {
	const name = nameOf(row), gone = (side) => row.device[side] === null;
	const mark = row.changed ? el("b", {class: "mark", title: "changed"}, "!") : null;
	const time = (side) => gone(side) ? "-" : milli(row[side + "_ns_per_s"]);
	const counts = row.part_of_total
		? blank()
		: metricCells(row, "count a second", row.count_per_s, rate);
	/* What is counted and not timed has no latency. */
	const timed = row.mean_ns.before > 0 || row.mean_ns.after > 0;
	const latency = (title, m) => timed ? metricCells(row, title, m, ns) : blank();

	return el("tr", {
		class: [row.part_of_total ? "leg" : "whole", row.changed ? "" : "quiet"].join(" ")
	},
		el("td", {class: "name", title: name}, el("span", {class: "where"}, mark),
			mechChips(row.mechanism), " ", name),
		el("td", {class: "group"}, time("before")), el("td", null, time("after")),
		el("td", {class: "barcell"}, bars(row, most)), counts, latency("mean", row.mean_ns),
		latency("p99", row.p99_ns));
}

function tableHead() {
	const group = (title, note) => el("th", {class: "group", colspan: 3, scope: "colgroup"},
		title, " ", el("small", null, note));
	const three = (last) => [el("th", {class: "group"}, "before"), el("th", null, "after"),
		el("th", null, last)];

	return el("thead", null,
		el("tr", {class: "groups"}, el("th"), group("time", "ms/s"),
			group("count", "a second"), group("mean", ""), group("p99", "")),
		el("tr", null, el("th"), three(""), three("change %"), three("change %"),
			three("change %")));
}

/* A table of one kind, of which what is asked for is shown. */
class Changes {
	constructor(kind, section) {
		this.rows = D.diff.changes.filter((row) => row.kind === kind);
		this.room = SHOWN;
		this.match = null;
		this.only = false;
		this.note = el("p", {class: "note", role: "status"});
		this.more = el("button", {type: "button", class: "link"});
		this.more.addEventListener("click", () => {
			this.room = Infinity;
			this.show();
		});

		const most = Math.max(
			...this.rows.flatMap((row) => [row.before_ns_per_s, row.after_ns_per_s]),
			0);

		this.lines = this.rows.map((row) => drawRow(row, most));
		this.table = el("div", {class: "scroll changes"},
			el("table", null, tableHead(), el("tbody", null, this.lines)));
		section.append(this.table, this.note, el("p", null, this.more));
		this.gather();
		this.show();
	}

	/* Each whole with its legs. */
	gather() {
		this.groups = [];
		this.rows.forEach((row, i) => {
			const words = wordsOf(row);

			if (!row.part_of_total || !this.groups.length)
				this.groups.push([]);
			this.groups.at(-1).push({row, words, line: this.lines[i]});
		});
	}

	/* Which of a group: a leg is found with its whole, and is never seen without it. */
	wanted([whole, ...legs], room) {
		const found = (one) => !this.match || one.words.some(this.match);
		const changed = (one) => !this.only || one.row.changed;
		const all = found(whole);
		const kept = legs.filter((leg) => (all || found(leg)) && changed(leg));
		const cut = !this.match && !this.only && room <= 0 &&
			![whole, ...legs].some((one) => one.row.changed);

		if (cut || !(kept.length || (all && changed(whole))))
			return [];
		return [whole, ...kept];
	}

	show() {
		let shown = 0, hidden = 0;

		for (const group of this.groups) {
			const wanted = new Set(this.wanted(group, this.room - shown));

			group.forEach((one) => { one.line.hidden = !wanted.has(one); });
			shown += wanted.size;
			hidden += group.length - wanted.size;
		}
		const searched = this.match ? "nothing matches" : "nothing is called a change";

		this.table.hidden = !shown;
		this.note.textContent =
			this.rows.length ? searched : "nothing was seen in either run";
		this.note.hidden = shown > 0;
		this.more.hidden = !hidden || !shown || this.match !== null || this.only;
		this.more.textContent = `${hidden} more, none called a change`;
		return shown;
	}
}
