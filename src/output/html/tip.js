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
