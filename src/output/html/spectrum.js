/* What serves each part of this guest: a cell for each device and facility. */
const letterMech = {
	P: PV,
	VS: EMULATED,
	VH: HARDWARE,
	H: HARDWARE,
	"?": UNATTRIBUTED
};
const letterChip = (letter) => chip(letter, letterMech[letter] ?? UNATTRIBUTED);

function tellCell(cell) {
	const what = [cell.area, cell.device].filter(Boolean).join(" ");
	const rows = [
		["evidence", cell.evidence || "none"],
		["better on this guest?", cell.better || "no"]
	];

	if (cell.conflicting)
		rows.push(["", "evidence conflicts"]);
	return [`${what}: ${cell.letter} ${cell.how}`, rows];
}

function drawCell(cell) {
	const better = el("span", {class: "better", "aria-label": "could be better"}, "↑");
	const element =
		el("div", {class: "cell", tabindex: 0, role: "listitem"}, letterChip(cell.letter),
			cell.device && el("span", null, cell.device), el("i", null, cell.how),
			cell.better && better, cell.conflicting && el("span", {class: "bad"}, "!"));

	explain(element, () => tellCell(cell));
	return element;
}

function drawArea(area, cells) {
	return el("div", {class: "area"}, el("span", null, area),
		el("div", {class: "cells", role: "list"}, cells.map(drawCell)));
}

/* The same without pointing: for paper, and to copy from. */
function allEvidence(cells) {
	const left = (name, texts) => texts.map((text) => el(name, {class: "left wide"}, text));
	const row = (cell) => left("td", [
		`${cell.area} ${cell.device || ""}`, `${cell.letter} ${cell.how}`,
		cell.better || "-", cell.evidence
	]);

	return el("details", null, el("summary", null, "All evidence"),
		scrolled(el("tr", null,
				 left("th", ["", "now", "better on this guest?", "evidence"])),
			cells.map((cell) => el("tr", null, row(cell)))));
}

function letterLegend() {
	const letters = [
		["P", "paravirtual"], ["VS", "virtualized in software (emulated)"],
		["VH", "virtualized in hardware"], ["H", "bare hardware"], ["?", "no evidence"]
	];
	const say = ([letter, text]) => el("span", null, letterChip(letter), text);

	return el("p", {class: "legend"}, letters.map(say),
		el("span", null, el("b", {class: "bad"}, "↑"),
			"something better is possible on this guest"));
}

function drawSpectrum() {
	const cells = (D.detect && D.detect.spectrum) || [];
	const areas = [...new Set(cells.map((cell) => cell.area))];
	const of = (area) => cells.filter((cell) => cell.area === area);

	if (cells.length)
		byId("spectrum")
			.append(el("div", {class: "spectrum"},
					areas.map((area) => drawArea(area, of(area)))),
				allEvidence(cells));
	else
		byId("spectrum").append(el("p", {class: "note"}, "nothing is known of this guest"));
	byId("spectrum").append(letterLegend());
}
