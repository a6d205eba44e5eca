/* One scale of shades for both graphs, and the hues with their letters. */
function shadeScale() {
	const width = 330, step = width / D.palette.cells[PV].length;
	const ticks = [
		[1e3, "1 us"], [1e4, "10 us"], [1e5, "100 us"], [1e6, "1 ms"], [1e7, "10 ms"],
		[1e8, "100 ms"]
	];
	const svg = draw("svg", {
		class: "scale",
		viewBox: `0 0 ${width} 52`,
		height: 52,
		role: "img",
		"aria-label": "Shade is latency, from 1 us to 134 ms"
	});
	const strip = (mech, row) => D.palette.cells[mech].map(
		(fill, i) => draw(
			"rect", {x: i * step, y: row * 12, width: step + .5, height: 12, fill}));

	svg.append(...[PV, EMULATED, HARDWARE].flatMap(strip));
	for (const [value, text] of ticks) {
		const x = Math.max(0, bucketOf(value) - D.palette.first) * step;

		svg.append(draw("text", {x, y: 49, "text-anchor": x ? "middle" : "start"}, text));
	}
	return svg;
}

function flameLegend() {
	const hues = D.terms.mechs.map((name, mech) => el("span", null, mechChip(mech),
					       mech === GUEST ? "guest's own" : name));

	return el("div", {class: "legend"}, hues,
		el("span", null, "latency, both graphs", shadeScale()));
}
